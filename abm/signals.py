"""The diffusing signals of the model: where they come from and where they go in one step."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mendsim.abm.agents.keratinocyte import CELL_KIND, Keratinocyte
from mendsim.abm.fields.field import SOURCE_QUANTUM_NG_PER_H, Field
from mendsim.abm.tissue import AIR, CLOT, DERMIS, EPIDERMIS, HYPODERMIS, TISSUE

if TYPE_CHECKING:
    from mendsim.abm.model import HealingModel

__all__ = ["SOURCE_QUANTUM_NG_PER_H", "build", "release", "settle", "step"]

_SECONDS_PER_HOUR = 3600.0
_COARSENING = 2
"""Fields of signals live on sites twice as wide: their decay lengths are 40 um and more."""


def build(model: HealingModel) -> None:
    """Make the fields of a model: TGF-beta1, MMP9, cytokine and VEGF in ng/mL, oxygen in mmHg, drug in ug/mL."""
    p, lattice = model.parameters, model.lattice
    for name in ("tgf_beta1", "mmp9", "cytokine", "vegf"):
        decay = math.log(2.0) / (_SECONDS_PER_HOUR * p[f"{name}.half_life_h"])
        field = Field(name=name, unit="ng/mL", lattice=lattice, factor=_COARSENING, decay_per_s=decay)
        setattr(model, name, field)
    model.oxygen = Field(name="oxygen", unit="mmHg", lattice=lattice, factor=_COARSENING, decay_per_s=0.0)
    model.drug = Field(name="drug", unit="ug/mL", lattice=lattice, factor=1, decay_per_s=0.0)
    model.alarmin_ng = np.zeros(lattice.shape)
    """Alarmin still held by dead cells of the dermis, ng in each site; it leaks out by its own half-life."""
    tissue = (model.tissue.code != AIR).astype(float)
    # whole cells of air are closed: what stands above the plane of the skin keeps its signals until it is shed
    air = np.arange(lattice.nz)[:, None, None] < lattice.air_sites // _COARSENING * _COARSENING
    for name in ("tgf_beta1", "mmp9", "cytokine", "vegf"):
        d = np.where(air, 0.0, p[f"{name}.diffusivity_um2_per_s"])
        getattr(model, name).set_diffusivity(np.broadcast_to(d, lattice.shape))
    model.drug.set_diffusivity(tissue)
    model.drug.concentration[...] = 0.0


def settle(model: HealingModel) -> None:
    """Bring oxygen, and the VEGF that follows from it, to their steady states."""
    model.oxygen.concentration[...] = model.parameters["oxygen.blood_mmhg"]
    codes = model.tissue.codes()
    for _ in range(20):
        _oxygen(model, codes)
        model.oxygen.step(math.inf)
    _secrete_vegf(model, codes)
    model.vegf.step(math.inf)


def release(model: HealingModel, left: NDArray[np.float32]) -> None:
    """Set signals free: alarmin from dead cells, TGF-beta1 from clot, matrix and clearance, cytokine from fragments.

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
    alarmin = model.cytokine.restrict(leaked) / model.lattice.site_volume_ml
    lysed, cleared, fibrin = (model.tgf_beta1.restrict(each) for each in left)
    model.cytokine.add_source((alarmin + p["cytokine.fragment_release_ng_per_mg"] * cleared) * per_s)
    dead_cleared = alarmin / p["cytokine.alarmin_pg_per_dead_cell"]
    model.tgf_beta1.add_source(
        per_s
        * (
            p["tgf_beta1.clearance_release_pg_per_dead_cell"] * dead_cleared
            + p["tgf_beta1.clot_content_ng_per_mg_fibrin"] * fibrin
            + p["tgf_beta1.matrix_content_ng_per_mg_collagen"] * lysed
            + p["tgf_beta1.clearance_release_ng_per_mg_fragments"] * cleared
        )
    )


def step(model: HealingModel) -> None:
    """Advance every signal by one step; the fields are independent and solved side by side."""
    codes = model.tissue.codes()
    _oxygen(model, codes)
    _secrete_vegf(model, codes)
    # the longest first, so that no thread waits for one at the end
    fields = (model.oxygen, model.cytokine, model.mmp9, model.tgf_beta1, model.vegf)
    model.pool.run([(field.step, (model.step_h,)) for field in fields])


def _secrete_vegf(model: HealingModel, codes: NDArray[np.uint8]) -> None:
    """Let tissue secrete VEGF by its lack of oxygen."""
    p = model.parameters
    half, steepness = p["vegf.hypoxia_half_effect_mmhg"], p["vegf.hypoxia_steepness"]
    hypoxia = half**steepness / (half**steepness + np.maximum(model.oxygen.concentration, 0.0) ** steepness)
    tissue = model.oxygen.restrict(codes != AIR)
    model.vegf.add_source(p["vegf.secretion_ng_per_ml_h"] * hypoxia * tissue / _SECONDS_PER_HOUR)


def _oxygen(model: HealingModel, codes: NDArray[np.uint8]) -> None:
    """Set uptake by cells, exchange with perfused vessels, and the air above."""
    p, field = model.parameters, model.oxygen
    by_code = np.zeros(len(TISSUE))
    by_code[EPIDERMIS] = p["oxygen.epidermis_uptake_mmhg_per_s"]
    by_code[[DERMIS, HYPODERMIS, CLOT]] = p["oxygen.dermis_uptake_mmhg_per_s"]
    rate = by_code[codes]
    kinds = model.cell_kinds()
    rate[kinds >= CELL_KIND["corneocyte"]] = 0.0
    michaelis = field.restrict(rate) / (p["oxygen.half_uptake_mmhg"] + np.maximum(field.concentration, 0.0))
    # the capillaries among fat cells are not drawn as segments: they exchange as a mean
    fat = field.restrict(codes == HYPODERMIS)
    exchange = p["oxygen.vessel_exchange_per_s"] * model.vessels.exchange + p["oxygen.hypodermis_exchange_per_s"] * fat
    field.uptake[...] = michaelis + exchange
    field.add_source(exchange * p["oxygen.blood_mmhg"])
    diffusivity = np.full(codes.shape, p["oxygen.diffusivity_um2_per_s"])
    diffusivity[kinds == CELL_KIND["corneocyte"]] *= p["oxygen.stratum_corneum_diffusivity_ratio"]
    field.set_diffusivity(diffusivity)
    field.hold(codes == AIR, p["oxygen.air_mmhg"])
