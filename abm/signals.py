"""The diffusing signals of the model: where they come from and where they go in one step."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mendsim.abm.agents.keratinocyte import Keratinocyte
from mendsim.abm.fields.field import SOURCE_QUANTUM_NG_PER_H, Field, spread
from mendsim.abm.tissue import AIR, CELL_KIND, CLOT, DERMIS, EPIDERMIS, HYPODERMIS, TISSUE

if TYPE_CHECKING:
    from mendsim.abm.model import HealingModel

__all__ = ["PROTEINS", "SOURCE_QUANTUM_NG_PER_H", "bind_mmp9", "build", "mmp9_effect", "release", "settle", "step"]

_SECONDS_PER_HOUR, _SECONDS_PER_MINUTE = 3600.0, 60.0
_ML_PER_NMOL = 2.24e-5
"""Molar volume of a gas at 0 degC."""
_PER_ML_IN_MM3 = 1e3
_FINE, _COARSE = 2, 4
"""Fields live on sites twice as wide, for their decay lengths are 40 um and more; PDGF reaches farther."""
PROTEINS = (
    ("tgf_beta1", "tgf_beta1", "half_life_h", _FINE),
    ("latent_tgf_beta1", "tgf_beta1", "latent_half_life_h", _FINE),
    ("mmp9", "mmp9", "half_life_h", _FINE),
    ("timp1", "timp1", "half_life_h", _FINE),
    ("cytokine", "cytokine", "half_life_h", _FINE),
    ("pdgf", "pdgf", "half_life_h", _COARSE),
    ("vegf", "vegf", "half_life_h", _FINE),
)
"""Attribute of the model, group of its parameters, key of its half-life, coarsening."""


def build(model: HealingModel) -> None:
    """Make the fields of a model: proteins in ng/mL, oxygen in mmHg."""
    p, lattice = model.parameters, model.lattice
    # whole cells of air are closed: what stands above the plane of the skin keeps its signals until it is shed
    for attribute, name, half_life, factor in PROTEINS:
        field = Field(
            name=attribute,
            unit="ng/mL",
            lattice=lattice,
            factor=factor,
            decay_per_s=math.log(2.0) / (_SECONDS_PER_HOUR * p[f"{name}.{half_life}"]),
        )
        air = np.arange(lattice.nz)[:, None, None] < lattice.air_sites // factor * factor
        diffusivity = np.where(air, 0.0, p[f"{name}.diffusivity_um2_per_s"])
        field.set_diffusivity(np.broadcast_to(diffusivity, lattice.shape))
        setattr(model, attribute, field)
    model.oxygen = Field(name="oxygen", unit="mmHg", lattice=lattice, factor=_FINE, decay_per_s=0.0)
    model.mmp9_active = np.zeros(model.mmp9.shape)
    """MMP9 that no TIMP-1 holds, ng/mL on the cells of ``mmp9``."""
    model.alarmin_ng = np.zeros(lattice.shape)
    """Alarmin still held by dead cells of the dermis, ng in each site; it leaks out by its own half-life."""


def settle(model: HealingModel) -> None:
    """Bring oxygen, and the VEGF that follows from it, to their steady states."""
    model.oxygen.concentration[...] = model.parameters["oxygen.arterial_mmhg"]
    codes = model.tissue.codes()
    for _ in range(20):
        _oxygen(model, codes)
        model.oxygen.step(math.inf)
    _secrete_vegf(model, codes)
    model.vegf.step(math.inf)


def release(model: HealingModel, left: NDArray[np.float32]) -> None:
    """Set signals free: alarmin from dead cells, growth factors from clot, TGF-beta1 from matrix, and activate it.

    ``left`` is what :meth:`Matrix.turn_over` returns; sources are added to the fields in ng/mL/s.
    """
    p, dt_h = model.parameters, model.step_h
    share = 1.0 - math.exp(-math.log(2.0) * dt_h / p["cytokine.alarmin_release_half_life_h"])
    per_s = 1.0 / (dt_h * _SECONDS_PER_HOUR)
    leaked = model.alarmin_ng * share
    model.alarmin_ng -= leaked
    cells = model.population(Keratinocyte)
    rows = np.arange(cells.n_rows)[cells.rows()]
    rows = rows[cells["alarmin_ng"][rows] > 0.0]
    # a site holds one keratinocyte, so their order does not matter
    leaked[cells["iz"][rows], cells["iy"][rows], cells["ix"][rows]] += cells["alarmin_ng"][rows] * share
    cells["alarmin_ng"][rows] *= 1.0 - share
    # all sources are linear, so they are summed on the fields' own cells
    lysed, fibrin = (model.latent_tgf_beta1.restrict(each) for each in left)
    alarm = model.cytokine.restrict(leaked) / model.lattice.site_volume_ml
    model.cytokine.add_source((alarm + p["cytokine.clot_content_ng_per_mg_fibrin"] * fibrin) * per_s)
    clot = p["tgf_beta1.clot_content_ng_per_mg_fibrin"] * fibrin
    active = p["tgf_beta1.plasmin_active_share"] * clot
    latent = clot - active + p["tgf_beta1.matrix_content_ng_per_mg_collagen"] * lysed
    model.latent_tgf_beta1.add_source(latent * per_s)
    model.tgf_beta1.add_source(active * per_s)
    model.pdgf.add_source(p["pdgf.clot_content_ng_per_mg_fibrin"] * model.pdgf.restrict(left[1]) * per_s)
    _activate(model)


def _activate(model: HealingModel) -> None:
    """Turn latent TGF-beta1 into active: everywhere, and faster by MMP9; decorin on collagen holds it.

    What the latent field lost in its last step is the source of the active one in the next, to the last molecule.
    """
    p, latent = model.parameters, model.latent_tgf_beta1
    model.tgf_beta1.add_source(latent.uptake * latent.concentration)
    intact = model.site.collagen_mg_per_ml
    decorin = p["tgf_beta1.decorin_binding_per_h"] * model.tgf_beta1.restrict(model.matrix.collagen) / intact
    model.tgf_beta1.uptake[...] = decorin / _SECONDS_PER_HOUR
    latent.uptake[...] = (
        p["tgf_beta1.activation_per_h"] + p["tgf_beta1.mmp9_activation_per_h"] * mmp9_effect(model)
    ) / _SECONDS_PER_HOUR


def bind_mmp9(model: HealingModel) -> None:
    """Find the MMP9 that TIMP-1 leaves free: one to one, at equilibrium within the step.

    References
    ----------
    Olson (1997) J Biol Chem 272:29975, doi:10.1074/jbc.272.47.29975: bound within some 20 min at wound concentrations.
    """
    p = model.parameters
    mass = p["mmp9.molar_mass_kda"]
    mmp9 = model.mmp9.concentration / mass
    excess = mmp9 - model.timp1.concentration / p["timp1.molar_mass_kda"]
    held = p["timp1.dissociation_nmol_per_l"]
    # the positive root of free^2 + (held - excess) free - held mmp9 = 0, without cancellation; ng/mL over kDa is nmol/L
    b = held - excess
    root = np.sqrt(b * b + 4.0 * held * mmp9)
    free = np.where(b > 0.0, 2.0 * held * mmp9 / (b + root), 0.5 * (root - b))
    model.mmp9_active = free * mass


def mmp9_effect(model: HealingModel) -> NDArray[np.float64]:
    """How near active MMP9 is to its strongest effect, 0 to 1, on the cells of its field."""
    active: NDArray[np.float64] = model.mmp9_active
    return active / (model.parameters["mmp9.half_effect_ng_per_ml"] + active)


def step(model: HealingModel) -> None:
    """Advance every signal by one step; the fields are independent and solved side by side."""
    codes = model.tissue.codes()
    _oxygen(model, codes)
    _secrete_vegf(model, codes)
    # the longest first, so that no thread waits for one at the end
    fields = (
        model.oxygen,
        model.timp1,
        model.mmp9,
        model.latent_tgf_beta1,
        model.cytokine,
        model.tgf_beta1,
        model.vegf,
        model.pdgf,
    )
    model.pool.run([(field.step, (model.step_h,)) for field in fields])
    bind_mmp9(model)


def _secrete_vegf(model: HealingModel, codes: NDArray[np.uint8]) -> None:
    """Let tissue secrete VEGF, more by its lack of oxygen, and vessels take it up: few vessels leave much of it."""
    p = model.parameters
    half, steepness = p["vegf.hypoxia_half_effect_mmhg"], p["vegf.hypoxia_steepness"]
    hypoxia = half**steepness / (half**steepness + np.maximum(model.oxygen.concentration, 0.0) ** steepness)
    rate = p["vegf.secretion_ng_per_ml_h"] * hypoxia * model.oxygen.restrict(codes != AIR)
    resting = p["vegf.basal_secretion_ng_per_ml_h"] * model.drug_on("vegf_secretion", model.oxygen)
    rate += resting * model.oxygen.restrict(np.isin(codes, (DERMIS, HYPODERMIS)))
    model.vegf.add_source(rate / _SECONDS_PER_HOUR)
    model.vegf.uptake[...] = p["vegf.endothelial_uptake_per_h"] * model.vessels.open_vessels(codes) / _SECONDS_PER_HOUR


def _leukocyte_uptake(model: HealingModel) -> NDArray[np.float64]:
    """Fastest uptake of oxygen by neutrophils and inflammatory macrophages, mmHg/s on the cells of the oxygen field."""
    p, cells = model.parameters, model.leukocytes
    busy = cells.neutrophils.concentration + cells.inflammatory.concentration
    ml_per_s_cell = p["leukocyte.oxygen_uptake_nmol_per_min_1e6"] * _ML_PER_NMOL / 1e6 / _SECONDS_PER_MINUTE
    mmhg = ml_per_s_cell * _PER_ML_IN_MM3 / p["oxygen.solubility_ml_per_ml_mmhg"]
    return spread(busy * mmhg, model.oxygen.shape, cells.neutrophils.factor // model.oxygen.factor)


def _oxygen(model: HealingModel, codes: NDArray[np.uint8]) -> None:
    """Set uptake by cells, exchange with perfused vessels, and the air above."""
    p, field = model.parameters, model.oxygen
    by_code = np.zeros(len(TISSUE))
    by_code[EPIDERMIS] = p["oxygen.epidermis_uptake_mmhg_per_s"]
    by_code[[DERMIS, HYPODERMIS, CLOT]] = p["oxygen.dermis_uptake_mmhg_per_s"]
    rate = by_code[codes]
    kinds = model.cell_kinds()
    rate[kinds >= CELL_KIND["corneocyte"]] = 0.0
    fastest = field.restrict(rate) + _leukocyte_uptake(model)
    michaelis = fastest / (p["oxygen.half_uptake_mmhg"] + np.maximum(field.concentration, 0.0))
    # the capillaries among fat cells are not drawn as segments: they exchange as a mean
    fat = p["oxygen.hypodermis_exchange_per_s"] * field.restrict(codes == HYPODERMIS)
    model.vessels.raster.deliver()
    field.uptake[...] = michaelis + model.vessels.raster.exchange_per_s + fat
    field.add_source(model.vessels.raster.delivery_mmhg_per_s + fat * p["oxygen.hypodermis_mmhg"])
    diffusivity = np.full(codes.shape, p["oxygen.diffusivity_um2_per_s"])
    diffusivity[kinds == CELL_KIND["corneocyte"]] *= p["oxygen.stratum_corneum_diffusivity_ratio"]
    field.set_diffusivity(diffusivity)
    field.hold(codes == AIR, p["oxygen.air_mmhg"])
