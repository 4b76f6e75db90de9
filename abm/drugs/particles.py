"""Particles that do not diffuse: channels that admit them hold them, macrophages settle on them, they dissolve (R28).

Cells that settle on the particles secrete TGF-beta1 as repairing macrophages do, for as long as there is surface.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt, label, maximum

from mendsim.abm.drugs.drug import Drug
from mendsim.abm.drugs.media import solid_share
from mendsim.abm.tissue import AIR, CLOT

if TYPE_CHECKING:
    from mendsim.abm.model import HealingModel

_HOURS_PER_DAY = 24.0
_UG_PER_G = 1e6
_SECONDS_PER_HOUR = 3600.0
_SAME_UM = 1e-6


class Particles:
    """Particles of one preparation in the skin of a model.

    Attributes
    ----------
    content : float64 ``(nz, ny, nx)`` ug/mL.
    settled : float64 on the cells of the TGF-beta1 field, share of their surface that cells cover.
    """

    def __init__(self, model: HealingModel, drug: Drug):
        self.model, self.drug = model, drug
        self.content = np.zeros(model.lattice.shape)
        self.settled = np.zeros(model.latent_tgf_beta1.shape)

    def admitted(self) -> NDArray[np.float64]:
        """Share of each site that suspension can fill: fluid of channels, as far as they are wide enough."""
        model, tissue = self.model, self.model.tissue
        channel = tissue.code == CLOT
        if not channel.any():
            return np.zeros(channel.shape)
        air = tissue.codes() == AIR
        reach = _reach_from_air(channel, air)
        # the hollow in the mouth of a channel is part of its width
        hollow = air & (np.arange(channel.shape[0])[:, None, None] >= tissue.intact_bed_z)
        width_um = np.stack([_width(layer) for layer in channel | hollow]) * model.lattice.spacing_um
        smallest, largest = self.drug["particle_low_um"], self.drug["particle_high_um"]
        fitting = np.clip((width_um - smallest) / max(largest - smallest, _SAME_UM), 0.0, 1.0)
        fluid = 1.0 - solid_share(model.time_h - tissue.clot_since_h, model.parameters)
        loose = 1.0 - model.parameters["fibrin.packed_solid_share"]
        # a clot that has packed lets nothing in
        open_share = np.clip((fluid - loose) / (1.0 - loose), 0.0, 1.0)
        share: NDArray[np.float64] = np.where(reach, fitting * open_share, 0.0)
        return share

    def place(self, concentration_ug_per_ml: float, film_um: float, available_ug: float = math.inf) -> float:
        """Let channels take particles from a suspension; return the amount that went in, ug.

        The suspension fills what admits it, and what lies over the mouth of a channel settles into it: a particle of
        50 um sinks a millimetre in two seconds (Stokes). Channels take spheres until they are packed, and no more than
        there is.
        """
        admitted = self.admitted()
        spacing, site_ml = self.model.lattice.spacing_um, self.model.lattice.site_volume_ml
        height_um = admitted.sum(axis=0) * spacing
        over = np.divide(film_um, height_um, out=np.zeros(height_um.shape), where=height_um > 0.0)
        most = self.model.parameters["drug.packed_spheres_share"] * self.drug["crystal_density_g_per_ml"] * _UG_PER_G
        taken = np.minimum(concentration_ug_per_ml * admitted * (1.0 + over), np.maximum(most - self.content, 0.0))
        wanted = float(np.sum(taken)) * site_ml
        share = min(1.0, available_ug / wanted) if wanted > 0.0 else 0.0
        self.content += share * taken
        return share * wanted

    def step(self, dt_h: float) -> tuple[float, float]:
        """Dissolve, and feed TGF-beta1; return what dissolved, and what was shed with the surface, ug."""
        model, p = self.model, self.model.parameters
        if not self.content.any():
            return 0.0, 0.0
        site_ml = model.lattice.site_volume_ml
        outside = model.tissue.code == AIR
        shed = float(np.sum(self.content[outside])) * site_ml
        self.content[outside] = 0.0
        share = -math.expm1(-math.log(2.0) * dt_h / (_HOURS_PER_DAY * self.drug["particle_half_life_d"]))
        dissolved = float(np.sum(self.content)) * site_ml * share
        self.content *= 1.0 - share
        field = model.latent_tgf_beta1
        macrophages = field.restrict(model.leukocytes.on_lattice(model.leukocytes.macrophages))
        usual = max(p["macrophage.resident_per_mm3"], 1e-12)
        coming = macrophages / usual / (_HOURS_PER_DAY * p["foreign_body.settling_d"])
        self.settled += (1.0 - self.settled) * -np.expm1(-coming * dt_h)
        self.settled *= field.restrict(self.content) > 0.0
        cells = self.surface_mm2_per_mm3() * p["foreign_body.cells_per_mm2"] * self.settled
        field.add_source(cells * p["macrophage.tgf_beta1_secretion_pg_per_h"] / _SECONDS_PER_HOUR)
        return dissolved, shed

    def surface_mm2_per_mm3(self) -> NDArray[np.float64]:
        """Surface of the particles in a volume of tissue, on the cells of the TGF-beta1 field (spheres)."""
        mean_um = 0.5 * (self.drug["particle_low_um"] + self.drug["particle_high_um"])
        volume = self.model.latent_tgf_beta1.restrict(self.content) / (
            self.drug["crystal_density_g_per_ml"] * _UG_PER_G
        )
        surface: NDArray[np.float64] = 6.0 * volume / (mean_um * 1e-3)
        return surface


def _width(layer: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Width of the channels of a layer ``(ny, nx)``, in sites: of a section its own, else twice the way to the wall.

    Sides of the lattice are mirrors, so no wall.
    """
    if not layer.any() or layer.all():
        return np.full(layer.shape, float(max(layer.shape)) if layer.any() else 0.0)
    pieces, count = label(layer)
    if layer.shape[0] == 1:
        sizes = np.bincount(pieces.ravel(), minlength=count + 1).astype(np.float64)
        sizes[0] = 0.0
        slits: NDArray[np.float64] = sizes[pieces]
        return slits
    away = 2.0 * distance_transform_edt(layer)
    widest = np.concatenate([[0.0], np.atleast_1d(maximum(away, pieces, np.arange(1, count + 1)))])
    out: NDArray[np.float64] = widest[pieces]
    return out


def _reach_from_air(channel: NDArray[np.bool_], air: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Sites of channels that are joined to air from above."""
    pieces, _ = label(channel | air)
    open_pieces = np.unique(pieces[0][air[0]])
    joined: NDArray[np.bool_] = np.isin(pieces, open_pieces[open_pieces > 0]) & channel
    return joined
