"""MENDs (microscopic epidermal necrotic debris): connected dead keratinocytes, followed as one object each (R07).

A piece counts from when it reaches down to the bed; flecks of dead cells above living ones are none.

A reader of the agents, not a rule: nothing that cells do depends on it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from mendsim.abm.agents.keratinocyte import Keratinocyte
from mendsim.abm.agents.stacks import CORNEOCYTE, DEAD

if TYPE_CHECKING:
    from mendsim.abm.model import HealingModel


_NO_MEND = 0.2
"""Share of its cells below which what is left of a MEND is none."""
LOOK_EVERY_H = 2.0
"""Time between looks, so that what is seen does not depend on what a run saves."""

MEND_COLUMNS = {
    "number": ("1", "number of the MEND, in order of formation"),
    "formed_h": ("h", "time of the death of its first cells"),
    "cells": ("1", "dead cells in all: at its formation, and those that joined it"),
    "width_um": ("um", "width at its formation"),
    "melanin_pg": ("pg", "melanin of those cells as they died or joined"),
    "covered_h": ("h", "time when living basal cells first lay under all of it"),
    "shed_h": ("h", "time when less than a fifth of its cells was left in the skin"),
    "merged_into": ("1", "number of the MEND that it grew into, 0 if none"),
    "melanin_shed_pg": ("pg", "melanin that left the skin in its dead cells"),
}
"""Unit and meaning of the attributes of a `Mend`."""

TRACK_COLUMNS = {
    "time_h": ("h", "time since the start"),
    "mend": ("1", "number of the MEND"),
    "cells": ("1", "dead cells in it"),
    "depth_um": ("um", "mean depth of its cells below the mean skin surface"),
    "width_um": ("um", "width along the section"),
    "height_um": ("um", "height"),
    "melanin_pg": ("pg", "melanin in it"),
}
"""Unit and meaning of what is noted at every look."""


@dataclass
class Mend:
    """One piece of debris from the injury to its last cell.

    Attributes
    ----------
    number : in order of formation, from 1.
    formed_h : time of the death of its first cells.
    width_um : at its formation.
    cells, melanin_pg : of all that died in it, or grew into it, at the time.
    covered_h : time when living basal cells first lay under all of it; what a pathologist calls a MEND from then on.
    shed_h : time when less than a fifth of its cells was left: the rest is no MEND to the eye. Both not a number until
        then.
    merged_into : number of the MEND that it grew into, 0 if none.
    melanin_shed_pg : melanin that left the skin in its dead cells.
    """

    number: int
    formed_h: float
    width_um: float
    cells: int = 0
    melanin_pg: float = 0.0
    covered_h: float = np.nan
    shed_h: float = np.nan
    merged_into: int = 0
    melanin_shed_pg: float = 0.0


@dataclass
class MendLog:
    """Every MEND of a run, and where each was at every look."""

    mends: list[Mend] = field(default_factory=list)
    track: dict[str, list[float]] = field(default_factory=lambda: {name: [] for name in TRACK_COLUMNS})

    def tables(self) -> tuple[dict[str, NDArray], dict[str, NDArray]]:
        """Columns of `MEND_COLUMNS`, a row for each MEND, and of `TRACK_COLUMNS`, a row for each look at each."""
        mends = {name: np.array([getattr(mend, name) for mend in self.mends]) for name in MEND_COLUMNS}
        return mends, {name: np.array(values) for name, values in self.track.items()}

    def present(self) -> int:
        """MENDs still in the skin."""
        return sum(np.isnan(mend.shed_h) and not mend.merged_into for mend in self.mends)

    def look(self, model: HealingModel) -> None:
        """Name new debris, join what has grown together, and note when a MEND is covered or gone."""
        cells = model.population(Keratinocyte)
        rows = np.arange(cells.n_rows)[cells.rows()]
        rows = rows[cells["kind"][rows] == DEAD]
        if len(rows) == 0 and all(not np.isnan(m.shed_h) or m.merged_into for m in self.mends):
            return
        at = cells["iz"][rows], cells["iy"][rows], cells["ix"][rows]
        self._name(model, rows, at)
        number = cells["mend_id"][rows]
        left = np.bincount(number, cells["packed"][rows], minlength=len(self.mends) + 1)
        for mend in self.mends:
            if np.isnan(mend.shed_h) and not mend.merged_into and left[mend.number] < _NO_MEND * mend.cells:
                mend.shed_h = model.time_h
        floor = _living_floor(model)
        order = np.lexsort((cells.uid[rows], number))
        order = order[number[order] > 0]
        for own in np.split(order, np.flatnonzero(np.diff(number[order])) + 1) if len(order) else []:
            self._note(model, int(number[own[0]]), rows[own], floor)

    def shed(self, numbers: NDArray[np.int64], melanin_pg: NDArray[np.float64]) -> None:
        """Book the melanin of dead cells that leave the skin; arrays in order of the cells' ids."""
        for number, melanin in zip(numbers.tolist(), melanin_pg.tolist(), strict=True):
            if number:
                self.mends[number - 1].melanin_shed_pg += melanin

    def _name(self, model: HealingModel, rows: NDArray[np.int64], at: tuple[NDArray, ...]) -> None:
        cells = model.population(Keratinocyte)
        dead = np.zeros(model.lattice.shape, bool)
        dead[at] = True
        piece = ndimage.label(dead)[0][at]
        named, packed, melanin = cells["mend_id"], cells["packed"], cells["melanin_pg"]
        gone = np.array([0, *(not np.isnan(mend.shed_h) for mend in self.mends)], bool)
        named[rows[gone[named[rows]]]] = 0  # what is left of a MEND that was shed is none any more
        on_bed = cells["iz"][rows] == model.tissue.bed_z[at[1], at[2]] - 1
        for label in range(1, int(piece.max(initial=0)) + 1):
            members = rows[piece == label]
            members = members[np.argsort(cells.uid[members])]
            fresh = members[named[members] == 0]
            known = np.unique(named[members])
            known = known[known > 0]
            if len(known) == 0:
                if not on_bed[piece == label].any():
                    continue  # a fleck above living cells
                number = len(self.mends) + 1
                width = max(np.ptp(cells["ix"][members]), np.ptp(cells["iy"][members])) + 1
                self.mends.append(Mend(number=number, formed_h=model.time_h, width_um=width * model.lattice.spacing_um))
            else:
                number = int(known[0])
            own = self.mends[number - 1]
            own.cells += int(np.sum(packed[fresh]))
            own.melanin_pg += float(np.sum(melanin[fresh]))
            for other in known[1:].tolist():
                joined = self.mends[other - 1]
                joined.merged_into = number
                own.cells += joined.cells
                own.melanin_pg += joined.melanin_pg
                own.melanin_shed_pg += joined.melanin_shed_pg
                named[rows[named[rows] == other]] = number
            named[members] = number

    def _note(self, model: HealingModel, number: int, members: NDArray[np.int64], floor: NDArray[np.bool_]) -> None:
        cells, lattice, mend = model.population(Keratinocyte), model.lattice, self.mends[number - 1]
        if np.isnan(mend.covered_h) and floor[cells["iy"][members], cells["ix"][members]].all():
            mend.covered_h = model.time_h
        row = {
            "time_h": model.time_h,
            "mend": number,
            "cells": int(np.sum(cells["packed"][members])),
            "depth_um": float(lattice.depth_um[cells["iz"][members]].mean()),
            "width_um": float(max(np.ptp(cells["ix"][members]), np.ptp(cells["iy"][members])) + 1) * lattice.spacing_um,
            "height_um": float(np.ptp(cells["iz"][members]) + 1) * lattice.spacing_um,
            "melanin_pg": float(np.sum(cells["melanin_pg"][members])),
        }
        for name, value in row.items():
            self.track[name].append(value)


def _living_floor(model: HealingModel) -> NDArray[np.bool_]:
    """Whether a living keratinocyte stands on the bed of each column, ``(ny, nx)``."""
    cells, bed = model.population(Keratinocyte), model.tissue.bed_z
    ids = np.take_along_axis(model.tissue.occupant, (bed - 1)[None], axis=0)[0]
    rows = model.registry.row_of[ids]
    return (ids > 0) & (cells["kind"][rows] < CORNEOCYTE)
