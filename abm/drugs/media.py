"""The living skin as a drug meets it: what each site conducts, holds, clears and breaks down."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mendsim.abm.drugs.drug import Drug
from mendsim.abm.drugs.laws import tissue_binding
from mendsim.abm.drugs.transport import Media
from mendsim.abm.fields.field import spread
from mendsim.abm.tissue import AIR, CELL_KIND, CLOT, DERMIS, EPIDERMIS, HYPODERMIS, TISSUE

if TYPE_CHECKING:
    from mendsim.abm.model import HealingModel
    from mendsim.common.parameters import Parameters

CM_PER_H_UM_IN_UM2_PER_S = 1e4 / 3600.0
"""A permeability of 1 cm/h over 1 um, as a diffusivity."""
_PER_MIN_100ML_IN_PER_H = 60.0 / 100.0


def living_media(model: HealingModel, drug: Drug) -> Media:
    """Media of a healing model now.

    Corneum conducts by its thickness, so that intact skin has the permeability of the drug; where its surface steps,
    the lattice lets some more through (a third on the whole). The coagulated rim, clot and living tissue are media of
    their own. Blood clears what is free (Renkin 1959 Am J Physiol 197:1205).
    """
    codes, kinds, p = model.tissue.codes(), model.cell_kinds(), model.parameters
    air = codes == AIR
    water = p["drug.tissue_water_share"]
    dermis = water * drug["dermis_diffusivity_um2_per_s"]
    by_code = np.zeros(len(TISSUE))
    by_code[EPIDERMIS], by_code[[DERMIS, HYPODERMIS]] = water * drug["epidermis_diffusivity_um2_per_s"], dermis
    conductivity = by_code[codes]
    matrix = model.matrix
    denatured = matrix.denatured_collagen / np.maximum(matrix.denatured_collagen + matrix.collagen, 1e-12)
    rim = codes == DERMIS
    conductivity[rim] *= 1.0 - (1.0 - p["drug.coagulated_ratio"]) * denatured[rim]
    clot = codes == CLOT
    if clot.any():
        hindered = hindrance(solid_share(model.time_h - model.tissue.clot_since_h[clot], p))
        conductivity[clot] = drug["water_diffusivity_um2_per_s"] * hindered
    real_um, drawn_um = _corneum_um(model)
    horny = (kinds == CELL_KIND["corneocyte"]) | steps(kinds, air, model.surface.corneum_um > 0.0)
    permeability = drug["corneum_permeability_cm_per_h"] * CM_PER_H_UM_IN_UM2_PER_S
    # as many sites as the corneum is drawn thick have its true resistance and content
    through = permeability * model.site.stratum_corneum_um * drawn_um / real_um
    conductivity[horny] = (np.broadcast_to(through, kinds.shape) / np.maximum(_faces_to_air(air), 1))[horny]
    _lay_films(model, drug, air, conductivity)
    capacity = np.full(codes.shape, water * tissue_binding(drug["plasma_unbound_share"], p))
    capacity[clot] = 1.0 / drug["plasma_unbound_share"]
    capacity[horny] = np.broadcast_to(drug["corneum_partition"] * real_um / drawn_um, kinds.shape)[horny]
    capacity[air] = 1.0
    return Media(
        air=air,
        conductivity=conductivity,
        capacity=capacity,
        clearance_per_h=_clearance_per_h(model, drug, codes),
        degradation_per_h=drug["degradation_per_h"] * np.where(clot, 1.0, water) * ~air,
        sink_per_s=np.zeros(codes.shape),
    )


def _lay_films(model: HealingModel, drug: Drug, air: NDArray[np.bool_], conductivity: NDArray[np.float64]) -> None:
    """Add what lies on a column and fills no site to the resistance of its topmost site.

    A crust, wet again under a donor; and the edge of a corneocyte whose middle lies over another column.
    """
    surface, spacing = model.surface, model.lattice.spacing_um
    wet = hindrance(np.array(model.parameters["drug.wet_crust_solid_share"]))
    resistance = surface.crust_um / (drug["water_diffusivity_um2_per_s"] * wet)
    corneum = drug["corneum_permeability_cm_per_h"] * CM_PER_H_UM_IN_UM2_PER_S * model.site.stratum_corneum_um
    resistance += np.where(surface.corneocytes == 0, surface.corneum_um / corneum, 0.0)
    top = np.argmin(air, axis=0)[None]
    own = np.take_along_axis(conductivity, top, axis=0)
    np.put_along_axis(conductivity, top, spacing / (spacing / own + resistance[None]), axis=0)


def solid_share(age_h: NDArray[np.floating], p: Parameters) -> NDArray[np.float64]:
    """Share of the volume of a clot that is solid, some hours after it formed: platelets pull it together."""
    loose, packed = p["fibrin.fresh_solid_share"], p["fibrin.packed_solid_share"]
    share: NDArray[np.float64] = packed + (loose - packed) * np.exp(
        -np.maximum(age_h, 0.0) / p["fibrin.packing_time_h"]
    )
    return share


def hindrance(solid: NDArray[np.float64]) -> NDArray[np.float64]:
    """Diffusivity in a gel over that in water, for solutes smaller than its meshes.

    References
    ----------
    Mackie and Meares (1955) Proc R Soc A 232:498, doi:10.1098/rspa.1955.0234
    """
    ratio: NDArray[np.float64] = ((1.0 - solid) / (1.0 + solid)) ** 2
    return ratio


def _faces_to_air(air: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Faces of each site that air touches from above or beside: flat corneum has one."""
    faces = np.zeros(air.shape, np.int64)
    faces[1:] += air[:-1]
    for axis in (1, 2):
        ahead = tuple(slice(1, None) if k == axis else slice(None) for k in range(3))
        behind = tuple(slice(0, -1) if k == axis else slice(None) for k in range(3))
        faces[ahead] += air[behind]
        faces[behind] += air[ahead]
    return faces


def steps(kinds: NDArray[np.uint8], air: NDArray[np.bool_], horny: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Living cells beside air where the surface steps by a site.

    Corneum lies over the step as over the flat, if both columns (``horny``, ``(ny, nx)``) have some.
    """
    covered = np.broadcast_to(horny, kinds.shape)
    living = (kinds > 0) & (kinds < CELL_KIND["corneocyte"]) & covered
    found = np.zeros(kinds.shape, bool)
    for axis in (1, 2):
        for way in (-1, 1):
            beside_air = np.roll(air & covered, way, axis=axis)
            edge = [slice(None)] * 3
            edge[axis] = slice(0, 1) if way == 1 else slice(-1, None)
            beside_air[tuple(edge)] = False
            found |= living & beside_air
    return found


def _corneum_um(model: HealingModel) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Thickness of the corneum over each column, and that which it takes on the lattice, ``(1, ny, nx)``."""
    surface, spacing = model.surface, model.lattice.spacing_um
    surface.update()
    drawn = np.maximum(surface.corneocytes, 1) * spacing
    least = model.site.stratum_corneum_um / max(model.corneum_layers, 1.0)
    return np.maximum(surface.corneum_um, least)[None], drawn[None].astype(np.float64)


def _clearance_per_h(model: HealingModel, drug: Drug, codes: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Clearance by capillaries where they are, at the flow that they have, and by lymph, of every site."""
    p, network = model.parameters, model.vessels
    flow = model.site.blood_flow_ml_per_min_per_100ml * network.flow_of_a_vessel() * _PER_MIN_100ML_IN_PER_H
    exchange = drug["capillary_exchange_ml_per_min_100ml"] * _PER_MIN_100ML_IN_PER_H
    # blood carries what its proteins bind, too, but only what is free comes through the wall
    carried = flow / drug["plasma_unbound_share"]
    by_blood = -carried * math.expm1(-exchange / carried) if flow > 0.0 else 0.0
    vessels = spread(network.raster.supply(codes, network.raster.filled), codes.shape, model.oxygen.factor)
    perfused = np.isin(codes, (DERMIS, HYPODERMIS, CLOT))
    cleared: NDArray[np.float64] = perfused * (by_blood * vessels + p["drug.lymph_per_h"])
    return cleared
