"""Keratinocytes: one in each site of the epidermis, in stacks that stand on the dermis."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mendsim.abm.agents import (
    keratinocyte_crawl,
    keratinocyte_cycle,
    keratinocyte_debris,
    keratinocyte_levelling,
    keratinocyte_shedding,
    moving_kernels,
)
from mendsim.abm.agents.stacks import BASAL, DEAD, SPINOUS
from mendsim.abm.core import Column, ColumnAgent
from mendsim.abm.tissue import CLOT

if TYPE_CHECKING:
    from mendsim.abm.model import HealingModel

_HOURS_PER_DAY = 24.0


class Keratinocyte(ColumnAgent):
    """A cell of the epidermis, from the basal layer to the corneocyte that is shed, or its debris."""

    iz = Column("i4", unit="1", doc="site index along depth")
    iy = Column("i4", unit="1", doc="site index along y")
    ix = Column("i4", unit="1", doc="site index along x")
    kind = Column("i1", unit="1", doc="1 basal, 2 spinous, 3 granular, 4 corneocyte, 5 debris", default=BASAL)
    cycle = Column("f8", unit="1", doc="share of the cell cycle done")
    divisions_left = Column(
        "i1", unit="1", doc="amplifying divisions left to the cell and its line outside a stem cell niche"
    )
    maturity = Column("f8", unit="1", doc="share of the way from the basal layer to cornification")
    integrity = Column("f8", unit="1", doc="cohesion left in a corneocyte", default=1.0)
    activation = Column("f8", unit="1", doc="readiness to crawl, 0 to 1")
    melanin_pg = Column("f8", unit="pg", doc="melanin in the cell")
    alarmin_ng = Column("f8", unit="ng", doc="alarmin still held by a dead cell")
    packed = Column("i2", unit="1", doc="cells killed by injury in this site; 0 for a fallen corneocyte", default=1)
    heat_message = Column("f8", unit="1", doc="message of heat shock, 1 after a full sublethal dose")
    hsp70 = Column("f8", unit="1", doc="HSP70 above the level of an unstressed cell, which is 1")
    mend_id = Column("i8", unit="1", doc="number of the MEND that a dead cell belongs to, 0 for none")


def activate(model: HealingModel) -> None:
    """Become ready to crawl where the inflammatory cytokine is, and where neighbours are lost (R06)."""
    cells, p, cytokine = model.population(Keratinocyte), model.parameters, model.cytokine
    near = np.empty(model.tissue.bed_z.shape, np.bool_)
    reach = round(p["keratinocyte.edge_reach_um"] / model.lattice.spacing_um)
    keratinocyte_crawl.near_gap(
        model.tissue.occupant, model.registry.row_of, model.tissue.bed_z, cells["kind"], reach, near
    )
    keratinocyte_crawl.activate(
        np.arange(cells.n_rows)[cells.rows()],
        cells["iz"],
        cells["iy"],
        cells["ix"],
        cells["kind"],
        near,
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
    if sites == 0.0:
        return
    # at most every second chance is taken, so that a fast cell is not cut short
    substeps = min(moving_kernels.MOST_SUBSTEPS, max(1, int(np.ceil(2.0 * sites))))
    bed = np.take_along_axis(tissue.code, tissue.bed_z[None].astype(np.int64), axis=0)[0]
    on_fibrin = p["keratinocyte.fibrin_speed_um_per_h"] / p["keratinocyte.migration_speed_um_per_h"]
    pace = model.surface.crawl_factor * np.where(bed == CLOT, min(1.0, on_fibrin), 1.0)
    for substep in range(substeps):
        gap = keratinocyte_crawl.crawl(
            tissue.occupant,
            model.registry.row_of,
            tissue.bed_z,
            cells["kind"],
            cells["activation"],
            pace,
            cells["iz"],
            cells["iy"],
            cells["ix"],
            model.seed,
            model.step_index,
            substep,
            sites / substeps,
            round(p["keratinocyte.climb_um"] / model.lattice.spacing_um),
        )
        if not gap:
            return


def level(model: HealingModel) -> None:
    """Smooth the top of the living sheet from stack to stack."""
    cells, tissue = model.population(Keratinocyte), model.tissue
    keratinocyte_levelling.level(
        tissue.occupant,
        model.registry.row_of,
        tissue.bed_z,
        cells["kind"],
        cells["iz"],
        cells["iy"],
        cells["ix"],
        model.seed,
        model.step_index,
        model.step_h,
        model.parameters["keratinocyte.levelling_h"],
    )


def _drug_factor(model: HealingModel) -> NDArray[np.float64]:
    """Factor of a drug on division, by row; rows of no cell are anywhere in the sample."""
    cells = model.population(Keratinocyte)
    if not model.drug_acts("keratinocyte_division"):
        return np.ones(cells.n_rows)
    places = (np.stack([cells["ix"], cells["iy"], cells["iz"]], axis=1) + 0.5) * model.lattice.spacing_um
    return model.drug_at("keratinocyte_division", places)


def divide(model: HealingModel) -> None:
    """Divide in the basal layer, held back by the living layers above; daughters lift what is over them (R06, R07).

    Cells in a niche are stem cells; their lines away from it tire after some divisions and leave the basal layer.
    """
    cells, p, tissue = model.population(Keratinocyte), model.parameters, model.tissue
    parents = np.empty(cells.n_rows, np.int64)
    n, model.division_rate_per_h = keratinocyte_cycle.divisions(
        tissue.occupant,
        model.registry.row_of,
        tissue.bed_z,
        model.half_layers,
        model.niche,
        cells["kind"],
        cells["cycle"],
        cells["divisions_left"],
        cells.uid,
        parents,
        model.seed,
        model.step_index,
        model.step_h,
        _drug_factor(model) / p["keratinocyte.wound_cycle_h"],
        p["keratinocyte.crowding_steepness"],
        p["keratinocyte.cycle_spread"],
        int(p["keratinocyte.amplifying_divisions"]),
    )
    if n == 0:
        return
    parents = np.sort(parents[:n])
    mothers = model.registry.row_of[parents]
    melanin = 0.5 * cells["melanin_pg"][mothers]
    cells["melanin_pg"][mothers] = melanin
    inherited = {name: cells[name][mothers] for name in ("activation", "heat_message", "hsp70")}
    daughters = cells.add(n, kind=SPINOUS, melanin_pg=melanin, parent_id=parents, born_h=model.time_h, **inherited)
    lost = keratinocyte_cycle.place_daughters(
        tissue.occupant,
        model.registry.row_of,
        tissue.bed_z,
        cells["kind"],
        cells["divisions_left"],
        cells["iz"],
        cells["iy"],
        cells["ix"],
        parents,
        daughters,
        round(p["keratinocyte.basal_push_um"] / model.lattice.spacing_um),
        model.seed,
        model.step_index,
    )
    lose(model, parents[:lost])


def differentiate(model: HealingModel) -> None:
    """Ripen above the basal layer into corneocytes, which flatten, and lose cohesion at the surface."""
    cells, p, tissue = model.population(Keratinocyte), model.parameters, model.tissue
    reach = round(0.5 * (p["keratinocyte.corneocyte_width_um"] / model.lattice.spacing_um - 1.0))
    fresh = np.empty(cells.n_rows, np.int64)
    n = keratinocyte_cycle.mature(
        tissue.occupant,
        model.registry.row_of,
        tissue.bed_z,
        model.ripening_layers,
        model.corneum_layers,
        cells["kind"],
        cells["maturity"],
        cells["integrity"],
        model.step_h,
        model.transit_h,
        _HOURS_PER_DAY * p["keratinocyte.uncovered_transit_d"],
        _HOURS_PER_DAY * model.site.stratum_corneum_transit_d,
        p["keratinocyte.ripening_steepness"],
        p["keratinocyte.desquamation_steepness"],
        p["keratinocyte.granular_maturity"],
        reach,
        fresh,
    )
    if n:
        keratinocyte_cycle.spread(
            tissue.occupant,
            model.registry.row_of,
            tissue.bed_z,
            cells["kind"],
            cells["iz"],
            cells["iy"],
            cells["ix"],
            fresh[:n],
            reach,
            model.seed,
            model.step_index,
        )


def shed(model: HealingModel) -> None:
    """Lose corneocytes without cohesion, and dead matter that nothing holds (R07)."""
    cells, tissue = model.population(Keratinocyte), model.tissue
    gone = np.empty(cells.n_rows, np.int64)
    n = keratinocyte_shedding.shed(
        tissue.occupant,
        model.registry.row_of,
        tissue.bed_z,
        cells["kind"],
        cells["integrity"],
        cells.uid,
        gone,
        model.seed,
        model.step_index,
        model.step_h,
        model.parameters["keratinocyte.wear_per_h"],
        model.parameters["keratinocyte.flake_held_share"],
        model.parameters["keratinocyte.buried_share"],
    )
    lose(model, gone[:n])


def crumble(model: HealingModel) -> None:
    """Let debris shrink as it loses water, slump, and tumble from the rim of an open channel into it (R07)."""
    cells, p, tissue = model.population(Keratinocyte), model.parameters, model.tissue
    if not np.any(cells["kind"] == DEAD):
        return
    stacks = tissue.occupant, model.registry.row_of, tissue.bed_z, cells["kind"]
    places = cells["iz"], cells["iy"], cells["ix"]
    now = model.seed, model.step_index, model.step_h
    gone = np.empty(cells.n_rows, np.int64)
    n = keratinocyte_debris.shrink(
        *stacks,
        cells["packed"],
        cells["melanin_pg"],
        cells["alarmin_ng"],
        cells["iz"],
        gone,
        *now,
        p["keratinocyte.debris_shrink_h"],
        round(1.0 / p["keratinocyte.debris_volume_share"]),
    )
    cells.remove(model.registry.row_of[gone[:n]])
    keratinocyte_debris.slump(*stacks, *places, *now, p["keratinocyte.levelling_h"])
    keratinocyte_debris.fall(*stacks, *places, cells["packed"], cells["mend_id"], *now, p["keratinocyte.wear_per_h"])


def secrete(model: HealingModel) -> None:
    """Secrete MMP9, latent TGF-beta1 and VEGF from activated basal cells (R14, R22)."""
    cells, tissue = model.population(Keratinocyte), model.tissue
    for field, rate in (
        (model.mmp9, "keratinocyte.mmp9_secretion_pg_per_h"),
        (model.latent_tgf_beta1, "keratinocyte.tgf_beta1_secretion_pg_per_h"),
        (model.vegf, "keratinocyte.vegf_secretion_pg_per_h"),
    ):
        keratinocyte_crawl.secrete_at_edge(
            tissue.occupant,
            model.registry.row_of,
            tissue.bed_z,
            cells["kind"],
            cells["activation"],
            field.source,
            field.factor,
            model.quanta(model.parameters[rate]),
        )


def lose(model: HealingModel, ids: np.ndarray) -> None:
    """Let cells leave the skin, with the melanin of the dead booked to their MENDs."""
    if len(ids) == 0:
        return
    cells = model.population(Keratinocyte)
    ids = np.sort(ids)
    rows = model.registry.row_of[ids]
    model.melanin_shed_pg += float(np.sum(cells["melanin_pg"][rows]))
    dead = rows[cells["kind"][rows] == DEAD]
    model.debris_shed += int(np.sum(cells["packed"][dead]))
    model.mends.shed(cells["mend_id"][dead], cells["melanin_pg"][dead])
    cells.remove(rows)
