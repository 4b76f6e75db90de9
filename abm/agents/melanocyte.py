"""Melanocytes: make melanin on the bed of the epidermis and hand it to the keratinocytes around them (R08)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mendsim.abm.agents import melanocyte_kernels as kernels
from mendsim.abm.agents.keratinocyte import Keratinocyte
from mendsim.abm.core import Column, ColumnAgent
from mendsim.abm.draws import uniforms
from mendsim.abm.tissue import CELL_KIND
from mendsim.common.purposes import THERMAL_NECROSIS

if TYPE_CHECKING:
    from mendsim.abm.model import HealingModel
    from mendsim.thermal.injury import Injury


class Melanocyte(ColumnAgent):
    """A pigment cell among the basal cells; it fills no site of its own."""

    iz = Column("i4", unit="1", doc="site index along depth: that of the basal cell beside it")
    iy = Column("i4", unit="1", doc="site index along y")
    ix = Column("i4", unit="1", doc="site index along x")
    setting = Column("f8", unit="1", doc="activity at rest; 1 in normal skin of any phototype", default=1.0)
    activity = Column("f8", unit="1", doc="synthesis of melanin, against normal skin of the phototype at rest")
    melanin_pg = Column("f8", unit="pg", doc="melanin not yet handed to keratinocytes")


def respond(model: HealingModel) -> None:
    """Follow what activated keratinocytes in reach release: slowly up, slowly down."""
    cells, keratinocytes, p, pigment = (
        model.population(Melanocyte),
        model.population(Keratinocyte),
        model.parameters,
        model.pigment,
    )
    pigment.forget_removed(model)
    pigment.weigh(model)
    step_d = model.step_h / 24.0
    kernels.respond(
        model.tissue.occupant,
        model.registry.row_of,
        model.tissue.bed_z,
        keratinocytes["activation"],
        pigment.place,
        pigment.weight,
        cells["setting"],
        cells["activity"],
        pigment.reach,
        p[f"melanocyte.response_phototype_{model.site.phototype}"],
        1.0 - math.exp(-step_d / p["melanocyte.activation_time_d"]),
        1.0 - math.exp(-step_d / p["melanocyte.deactivation_time_d"]),
    )


def pigment(model: HealingModel) -> None:
    """Make melanin, hand it out, and let keratinocytes break it down on their way up."""
    cells, keratinocytes, state = model.population(Melanocyte), model.population(Keratinocyte), model.pigment
    row_of, place, tissue = model.registry.row_of, state.place, model.tissue
    state.weigh(model)
    amount = state.synthesis_pg_per_h * model.step_h
    state.synthesised_pg += kernels.synthesise(row_of, place, cells["activity"], cells["melanin_pg"], amount)
    supply = np.zeros(place.shape)
    kernels.hand_out(row_of, place, state.weight, cells["melanin_pg"], state.handed_share, state.reach, supply)
    state.degraded_pg += kernels.take_up(
        tissue.occupant,
        row_of,
        tissue.bed_z,
        keratinocytes["kind"],
        keratinocytes["melanin_pg"],
        state.basal,
        state.weight,
        supply,
        math.exp(-state.degradation_per_h * model.step_h),
    )


def renew(model: HealingModel) -> None:
    """Divide into stretches of the bed that have no melanocyte; a daughter starts without activity (weeks)."""
    state, cells = model.pigment, model.population(Melanocyte)
    if not state.vacant().any():
        return
    ids = np.sort(cells.uid[cells.rows()])
    parents, y, x = (np.empty(len(ids), np.int64) for _ in range(3))
    chance = 1.0 - math.exp(-model.step_h / (24.0 * model.parameters["melanocyte.division_time_d"]))
    n = kernels.divide(
        ids,
        model.registry.row_of,
        cells["iy"],
        cells["ix"],
        state.place,
        state.basal,
        state.crowd,
        state.least_crowd,
        state.reach,
        model.seed,
        model.step_index,
        chance,
        parents,
        y,
        x,
    )
    if n == 0:
        return
    parents, y, x = parents[:n], y[:n], x[:n]
    mothers = model.registry.row_of[parents]
    melanin = 0.5 * cells["melanin_pg"][mothers]
    cells["melanin_pg"][mothers] = melanin
    state.place[y, x] = cells.add(
        n,
        iz=model.tissue.bed_z[y, x] - 1,
        iy=y,
        ix=x,
        setting=cells["setting"][mothers],
        melanin_pg=melanin,
        parent_id=parents,
        born_h=model.time_h,
    )


def injure(model: HealingModel, injury: Injury, removed: NDArray[np.bool_], draw: int) -> None:
    """Die as keratinocytes do, after them: melanin stays in the dead cell at the same place, or is lost without one."""
    cells, keratinocytes, state = model.population(Melanocyte), model.population(Keratinocyte), model.pigment
    rows = np.arange(cells.n_rows)[cells.rows()]
    rows = rows[np.argsort(cells.uid[rows], kind="stable")]
    at = cells["iz"][rows], cells["iy"][rows], cells["ix"][rows]
    chance = uniforms(model.seed, cells.uid[rows], draw, THERMAL_NECROSIS)
    dead = removed[at] | (chance < injury.damage["keratinocyte_necrosis"][at])
    heir = model.tissue.occupant[at]
    row = model.registry.row_of[heir]
    inherits = dead & ~removed[at] & (heir > 0) & (keratinocytes["kind"][row] == CELL_KIND["debris"])
    keratinocytes["melanin_pg"][row[inherits]] += cells["melanin_pg"][rows[inherits]]
    state.removed_pg += float(np.sum(cells["melanin_pg"][rows[dead & ~inherits]]))
    state.place[at[1][dead], at[2][dead]] = 0
    cells.remove(rows[dead])
