"""The pigment of the epidermis: what keeps it in balance, where melanocytes sit, and the account of all melanin."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mendsim.abm import anatomy
from mendsim.abm.agents import melanocyte_kernels as kernels
from mendsim.abm.agents.keratinocyte import Keratinocyte
from mendsim.abm.agents.melanocyte import Melanocyte
from mendsim.abm.tissue import CELL_KIND

if TYPE_CHECKING:
    from mendsim.abm.model import HealingModel

# steps of the evenest sequence of points in the plane: powers of the inverse of the plastic number
_PLASTIC_1, _PLASTIC_2 = 0.7548776662466927, 0.5698402909980532


class Pigment:
    """Melanocytes' places on the bed, their constants, and what became of all melanin since the start.

    Attributes
    ----------
    place : int64 ``(ny, nx)``; id of the melanocyte at the bed of each column, 0 for none.
    basal, weight : ``(ny, nx)``; count of living basal cells, and the weight of all cells that take up melanin.
    reach : sideways reach of a melanocyte, in sites.
    crowd, least_crowd : ``(ny, nx)``; melanocytes around each column, the near ones counting more, and the fewest that
        intact skin has, fewer than which make a column vacant.
    synthesis_pg_per_h : melanin that a melanocyte of activity 1 makes.
    handed_share : share of its melanin that a melanocyte hands out in a step.
    degradation_per_h : rate at which living cells above the basal layer break melanin down.
    synthesised_pg, degraded_pg, removed_pg : made, broken down, and taken by injuries, since the start; what is shed
        with cells is in ``model.melanin_shed_pg``.
    """

    def __init__(self, model: HealingModel):
        p, shape = model.parameters, model.tissue.bed_z.shape
        self.place = np.zeros(shape, np.int64)
        self.basal, self.weight = np.zeros(shape, np.int64), np.zeros(shape)
        self.reach = p["melanocyte.dendrite_reach_um"] / model.lattice.spacing_um
        self.suprabasal_share = p["melanocyte.suprabasal_share"]
        per_h = math.log(2.0) / 24.0
        self.handed_share = 1.0 - math.exp(-per_h * model.step_h / p["melanocyte.transfer_half_life_d"])
        half_life_d = p[f"melanin.degradation_half_life_d_phototype_{model.site.phototype}"]
        self.degradation_per_h = per_h / half_life_d
        self.synthesised_pg = self.degraded_pg = self.removed_pg = 0.0
        self._seat(model)
        self.weigh(model)
        self.crowd, columns = np.empty(shape), np.empty(shape)
        kernels.crowding(self.place, self.reach, self.crowd)
        kernels.crowding(np.ones(shape, np.int64), self.reach, columns)
        self.least_crowd = (1.0 - 1e-9) * columns * np.min(self.crowd / columns)
        self.synthesis_pg_per_h = self._balance(model)

    def weigh(self, model: HealingModel) -> None:
        """Count the cells of each column that take up melanin now."""
        cells, tissue = model.population(Keratinocyte), model.tissue
        kernels.recipients(
            tissue.occupant,
            model.registry.row_of,
            tissue.bed_z,
            cells["kind"],
            self.suprabasal_share,
            self.basal,
            self.weight,
        )

    def vacant(self) -> NDArray[np.bool_]:
        """Columns with a living basal cell and fewer melanocytes around than any in intact skin, ``(ny, nx)``."""
        kernels.crowding(self.place, self.reach, self.crowd)
        free: NDArray[np.bool_] = (self.basal > 0) & (self.crowd < self.least_crowd)
        return free

    def follow_bed(self, model: HealingModel) -> None:
        """Keep melanocytes on the bed where it has moved."""
        cells = model.population(Melanocyte)
        cells["iz"][...] = model.tissue.bed_z[cells["iy"], cells["ix"]] - 1

    def forget_removed(self, model: HealingModel) -> None:
        """Clear the places of melanocytes that were removed from outside the rules."""
        self.place[model.registry.row_of[self.place] < 0] = 0

    def melanin_pg(self, model: HealingModel) -> tuple[float, float, float]:
        """Melanin in living and cornified keratinocytes, in debris, and in melanocytes, pg; summed in order of id."""
        cells, melanocytes = model.population(Keratinocyte), model.population(Melanocyte)
        rows = np.arange(cells.n_rows)[cells.rows()]
        rows = rows[np.argsort(cells.uid[rows], kind="stable")]
        melanin, dead = cells["melanin_pg"][rows], cells["kind"][rows] == CELL_KIND["debris"]
        own = np.arange(melanocytes.n_rows)[melanocytes.rows()]
        own = own[np.argsort(melanocytes.uid[own], kind="stable")]
        return (
            float(np.sum(melanin[~dead])),
            float(np.sum(melanin[dead])),
            float(np.sum(melanocytes["melanin_pg"][own])),
        )

    def _seat(self, model: HealingModel) -> None:
        """Spread melanocytes evenly over the bed, at the density of the epidermal melanin unit."""
        lattice, p = model.lattice, model.parameters
        per_mm2 = model.site.nucleated_cells_per_mm2 * p["melanocyte.per_nucleated_keratinocyte"]
        n = max(1, round(per_mm2 * lattice.surface_area_mm2))
        lots = np.arange(n)
        if lattice.ny == 1 or lattice.nx == 1:
            along = (lots + 0.5) / n
            y, x = (along * lattice.ny).astype(np.int64), (along * lattice.nx).astype(np.int64)
        else:
            y = (np.modf(0.5 + _PLASTIC_2 * lots)[0] * lattice.ny).astype(np.int64)
            x = (np.modf(0.5 + _PLASTIC_1 * lots)[0] * lattice.nx).astype(np.int64)
        column = np.unique(y * lattice.nx + x)
        y, x = column // lattice.nx, column % lattice.nx
        lesion = model.initial_state.lentigo(lattice)[y, x]
        setting = np.where(lesion, p["lentigo.activity_ratio"], 1.0)
        cells = Melanocyte.create_agents(
            model, len(y), iz=model.tissue.bed_z[y, x] - 1, iy=y, ix=x, setting=setting, activity=setting
        )
        self.place[y, x] = cells.uids

    def _balance(self, model: HealingModel) -> float:
        """Return the synthesis that keeps the site's mean melanin, and give cells what they hold then.

        A basal cell gathers melanin at an even rate, halves it at each division, so holds between one and two times
        what a daughter takes along. Above, a cell of age t keeps ``exp(-k t)`` of that; the lowest one gathers its
        share until the next daughter lifts it, after the time between two divisions of the column.
        """
        p, tissue, k = model.parameters, model.tissue, self.degradation_per_h
        corneum_h, transit_h = 24.0 * model.site.stratum_corneum_transit_d, model.transit_h
        targets = anatomy.stack_targets(model.lattice, model.site, tissue)
        interval = (transit_h + corneum_h) / (targets - anatomy.basal_levels(tissue))  # h between a column's births
        to_basal = self.basal / self.weight
        normal, actual = self._supply(model, at_rest=False), self._supply(model, at_rest=True)
        cells = model.population(Keratinocyte)
        rows = np.arange(cells.n_rows)[cells.rows()]
        kind = cells["kind"][rows]
        column = cells["iy"][rows], cells["ix"][rows]
        ripening = 1.0 / (p["keratinocyte.ripening_steepness"] + 1.0)
        age_h = transit_h * cells["maturity"][rows] ** ripening
        wait = interval[column]
        taken = to_basal[column] * wait
        still = np.minimum(age_h, wait)
        lowest_pg = (1.0 - to_basal[column]) * (1.0 - np.exp(-k * still)) / k * np.exp(-k * (age_h - still))
        is_basal = kind == CELL_KIND["basal"]
        held = np.where(is_basal, taken * (1.0 + cells["cycle"][rows]), taken * np.exp(-k * age_h) + lowest_pg)
        nucleated = kind < CELL_KIND["corneocyte"]
        rate = float(model.site.melanin_pg * np.count_nonzero(nucleated) / np.sum((normal[column] * held)[nucleated]))
        cells["melanin_pg"][rows] = rate * actual[column] * held
        melanocytes = model.population(Melanocyte)
        # what is left after handing out, when as much is handed out as is made
        left = rate * model.step_h * (1.0 - self.handed_share) / self.handed_share
        melanocytes["melanin_pg"][:] = left * melanocytes["setting"]
        return rate

    def _supply(self, model: HealingModel, *, at_rest: bool) -> NDArray[np.float64]:
        """Return what each column gets if a melanocyte hands out its activity at rest, or 1, ``(ny, nx)``."""
        cells = model.population(Melanocyte)
        given = cells["setting"].copy() if at_rest else np.ones(cells.n_rows)
        supply = np.zeros(self.place.shape)
        kernels.hand_out(model.registry.row_of, self.place, self.weight, given, 1.0, self.reach, supply)
        return supply
