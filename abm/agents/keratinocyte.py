"""Keratinocytes: one in each site of the epidermis, in stacks that stand on the dermis."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mendsim.abm.agents import keratinocyte_kernels as kernels
from mendsim.abm.agents import moving_kernels
from mendsim.abm.core import Column, ColumnAgent

if TYPE_CHECKING:
    from mendsim.abm.model import HealingModel

CELL_KIND = {"none": 0, "basal": 1, "spinous": 2, "granular": 3, "corneocyte": 4, "debris": 5}
"""Codes of the ``kind`` of a keratinocyte and of the ``cell_kind`` field."""

_HOURS_PER_DAY = 24.0


class Keratinocyte(ColumnAgent):
    """A cell of the epidermis, from the basal layer to the corneocyte that is shed, or its debris."""

    iz = Column("i4", unit="1", doc="site index along depth")
    iy = Column("i4", unit="1", doc="site index along y")
    ix = Column("i4", unit="1", doc="site index along x")
    kind = Column("i1", unit="1", doc="1 basal, 2 spinous, 3 granular, 4 corneocyte, 5 debris", default=kernels.BASAL)
    cycle = Column("f8", unit="1", doc="share of the cell cycle done")
    maturity = Column("f8", unit="1", doc="share of the way from the basal layer to cornification")
    integrity = Column("f8", unit="1", doc="cohesion left in a corneocyte or in debris", default=1.0)
    activation = Column("f8", unit="1", doc="readiness to crawl, 0 to 1")
    melanin_pg = Column("f8", unit="pg", doc="melanin in the cell")


def activate(model: HealingModel) -> None:
    """Become ready to crawl where the inflammatory cytokine is (R06)."""
    cells, p, cytokine = model.population(Keratinocyte), model.parameters, model.cytokine
    kernels.activate(
        np.arange(cells.n_rows)[cells.rows()],
        cells["iz"],
        cells["iy"],
        cells["ix"],
        cells["kind"],
        cytokine.concentration,
        cells["activation"],
        cytokine.factor,
        model.step_h,
        p["keratinocyte.cytokine_half_effect_ng_per_ml"],
        p["keratinocyte.activation_time_h"],
    )


def crawl(model: HealingModel) -> None:
    """Close gaps from the sides, under dead columns (R06)."""
    cells, p, tissue = model.population(Keratinocyte), model.parameters, model.tissue
    sites = p["keratinocyte.migration_speed_um_per_h"] * model.step_h / model.lattice.spacing_um
    # at most every second chance is taken, so that a fast cell is not cut short
    substeps = min(moving_kernels.MOST_SUBSTEPS, max(1, int(np.ceil(2.0 * sites))))
    for substep in range(substeps):
        kernels.crawl(
            tissue.occupant,
            model.registry.row_of,
            tissue.bed_z,
            cells["kind"],
            cells["activation"],
            cells["iz"],
            cells["iy"],
            cells["ix"],
            model.seed,
            model.step_index,
            substep,
            sites / substeps,
        )


def divide(model: HealingModel) -> None:
    """Divide in the basal layer, held back by the living layers above; daughters lift what is over them (R06, R07)."""
    cells, p, tissue = model.population(Keratinocyte), model.parameters, model.tissue
    parents = np.empty(cells.n_rows, np.int64)
    n = kernels.divisions(
        tissue.occupant,
        model.registry.row_of,
        tissue.bed_z,
        model.half_layers,
        cells["kind"],
        cells["cycle"],
        cells.uid,
        parents,
        model.seed,
        model.step_index,
        model.step_h,
        model.drug_effects.keratinocyte_division / p["keratinocyte.wound_cycle_h"],
        p["keratinocyte.crowding_steepness"],
        p["keratinocyte.cycle_spread"],
    )
    if n == 0:
        return
    parents = np.sort(parents[:n])
    mothers = model.registry.row_of[parents]
    melanin = 0.5 * cells["melanin_pg"][mothers]
    cells["melanin_pg"][mothers] = melanin
    activation = cells["activation"][mothers]
    daughters = cells.add(
        n, kind=kernels.SPINOUS, melanin_pg=melanin, activation=activation, parent_id=parents, born_h=model.time_h
    )
    lost = kernels.insert_above(
        tissue.occupant, model.registry.row_of, tissue.bed_z, cells["iz"], parents, daughters, cells["iy"], cells["ix"]
    )
    _lose(model, parents[:lost])


def differentiate(model: HealingModel) -> None:
    """Ripen above the basal layer into corneocytes, whose cohesion then decays."""
    cells, p, tissue = model.population(Keratinocyte), model.parameters, model.tissue
    kernels.mature(
        tissue.occupant,
        model.registry.row_of,
        tissue.bed_z,
        model.ripening_layers,
        cells["kind"],
        cells["maturity"],
        cells["integrity"],
        model.step_h,
        model.transit_h,
        _HOURS_PER_DAY * p["keratinocyte.uncovered_transit_d"],
        _HOURS_PER_DAY * p["keratinocyte.stratum_corneum_transit_d"],
        p["keratinocyte.ripening_steepness"],
        p["keratinocyte.granular_maturity"],
    )


def shed(model: HealingModel) -> None:
    """Lose corneocytes without cohesion, and whatever stands free above the surface (R07)."""
    cells, tissue = model.population(Keratinocyte), model.tissue
    gone = np.empty(cells.n_rows, np.int64)
    n = kernels.shed(
        tissue.occupant,
        model.registry.row_of,
        tissue.bed_z,
        cells["kind"],
        cells["integrity"],
        cells.uid,
        gone,
        model.lattice.air_sites,
        model.seed,
        model.step_index,
        model.step_h,
        model.parameters["keratinocyte.wear_per_h"],
    )
    _lose(model, gone[:n])


def secrete(model: HealingModel) -> None:
    """Secrete MMP9 from activated basal cells (R14)."""
    cells, tissue = model.population(Keratinocyte), model.tissue
    kernels.secrete_at_edge(
        tissue.occupant,
        model.registry.row_of,
        tissue.bed_z,
        cells["kind"],
        cells["activation"],
        model.mmp9.source,
        model.mmp9.factor,
        model.quanta(model.parameters["keratinocyte.mmp9_secretion_pg_per_h"]),
    )


def _lose(model: HealingModel, ids: np.ndarray) -> None:
    if len(ids) == 0:
        return
    cells = model.population(Keratinocyte)
    rows = model.registry.row_of[ids]
    model.pigment.shed_pg += float(np.sum(cells["melanin_pg"][rows]))
    model.debris_shed += int(np.count_nonzero(cells["kind"][rows] == kernels.DEAD))
    cells.remove(rows)
