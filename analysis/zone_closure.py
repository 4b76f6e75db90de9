"""What happens to each zone: when epithelium covers it, when debris is lifted, how much of it stands open.

Read from the snapshots of a run, so that times are as fine as the snapshots are dense. The last snapshot before the
first session is the untouched skin; one at the session shows the fresh injury.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from mendsim.abm.observables import CELL_KIND, TISSUE
from mendsim.analysis import store

LIVING = (CELL_KIND["basal"], CELL_KIND["spinous"], CELL_KIND["granular"])
_DEEP = (CELL_KIND["basal"], CELL_KIND["spinous"])
_DEAD_TISSUE = (TISSUE["air"], TISSUE["clot"])


@dataclass(frozen=True, kw_only=True)
class Course:
    """Cells of a run from the first session on.

    Parameters
    ----------
    hours : since the session, ``(time,)``; the first is the fresh injury.
    kinds, tissue : codes of cell and compartment, ``(time, z, y, x)``.
    intact_kinds : codes of cells before the session, ``(z, y, x)``.
    zone : number of the nearest zone of each column, ``(y, x)``.
    spacing_um : edge of a site.
    """

    hours: NDArray[np.float64]
    kinds: NDArray[np.uint8]
    tissue: NDArray[np.uint8]
    intact_kinds: NDArray[np.uint8]
    zone: NDArray[np.int64]
    spacing_um: float

    @property
    def covered(self) -> NDArray[np.bool_]:
        """Columns whose lowest keratinocyte lives, ``(time, y, x)``."""
        return is_covered(self.kinds)

    @property
    def opened(self) -> NDArray[np.bool_]:
        """Columns that the session laid bare, ``(y, x)``."""
        bare: NDArray[np.bool_] = is_covered(self.intact_kinds[None])[0] & ~self.covered[0]
        return bare

    @property
    def zones(self) -> NDArray[np.int64]:
        """Numbers of the zones that laid anything bare."""
        return np.unique(self.zone[self.opened])


def is_covered(kinds: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Whether the lowest keratinocyte of a column lives: codes ``(time, z, y, x)`` to ``(time, y, x)``.

    Stacks have no gaps and stand on the dermis, so the lowest cell is the basal one.
    """
    upwards = kinds[:, ::-1]
    lowest = np.take_along_axis(upwards, (upwards > 0).argmax(axis=1)[:, None], axis=1)[:, 0]
    return np.isin(lowest, LIVING)


def course(run: xr.DataTree) -> Course | None:
    """Return the cells from the first session on; None without snapshots of it and of the skin before."""
    sessions = store.session_days(run)
    if not len(sessions) or "fields" not in run.children or "zones" not in run.children:
        return None
    fields = run["fields"].to_dataset()
    hours = fields["snapshot"].to_numpy() - sessions[0] * store.HOURS_PER_DAY
    ends = sessions[1] - sessions[0] if len(sessions) > 1 else np.inf
    after = (hours >= 0) & (hours < ends * store.HOURS_PER_DAY)
    if not (hours < 0).any() or not after.any() or hours[after][0] > 0:
        return None
    before = int(np.flatnonzero(hours < 0)[-1])
    kinds, tissue = (fields[name].to_numpy().astype(np.uint8) for name in ("cell_kind", "tissue"))
    x_um, y_um = fields["x_um"].to_numpy(), fields["y_um"].to_numpy()
    return Course(
        hours=hours[after],
        kinds=kinds[after],
        tissue=tissue[after],
        intact_kinds=kinds[before],
        zone=_nearest_zone(run["zones"].to_dataset(), x_um, y_um),
        spacing_um=float(x_um[1] - x_um[0]),
    )


def _nearest_zone(zones: xr.Dataset, x_um: NDArray[np.float64], y_um: NDArray[np.float64]) -> NDArray[np.int64]:
    """Find the number of the nearest zone of the first session for each column, ``(y, x)``."""
    first = zones["session_index"].to_numpy() == 0
    away = [(zones[name].to_numpy()[first], places) for name, places in (("y_um", y_um), ("x_um", x_um))]
    squared = [(places[:, None] - axes[None]) ** 2 for axes, places in away]
    nearest: NDArray[np.int64] = (squared[0][:, None] + squared[1][None]).argmin(axis=2)
    return nearest


def closing_hours(cells: Course) -> NDArray[np.float64]:
    """Hours until no column of a zone is bare any more, ``(zone,)`` for `Course.zones`; ``inf`` if that is not seen."""
    covered = cells.covered
    hours = np.full(len(cells.zones), np.inf)
    for place, number in enumerate(cells.zones):
        closed = covered[:, cells.opened & (cells.zone == number)].all(axis=1)
        if closed.any():
            hours[place] = cells.hours[closed.argmax()]
    return hours


def lifted(cells: Course) -> NDArray[np.bool_]:
    """Columns that hold debris above a living basal cell where the session laid them bare, ``(time, y, x)``."""
    return (cells.kinds == CELL_KIND["debris"]).any(axis=1) & cells.covered & cells.opened


def first_lifted(cells: Course) -> list[tuple[float, NDArray[np.bool_]]]:
    """Of each zone that closes under its debris: hours until then, and the columns ``(y, x)`` with debris above."""
    covered, raised = cells.covered, lifted(cells)
    found = []
    for number in cells.zones:
        own = cells.opened & (cells.zone == number)
        seen = covered[:, own].all(axis=1) & raised[:, own].any(axis=1)
        if seen.any():
            first = int(seen.argmax())
            found.append((float(cells.hours[first]), raised[first] & own))
    return found


def open_area(cells: Course) -> NDArray[np.float64]:
    """Share of the basal and spinous layers, as they were, that holds no living tissue now, ``(time,)``.

    What confocal images at these depths show as dark: air, clot, debris and cornified cells. Layers wander a little in
    skin at rest too; what unhurt columns show of it is taken off.
    """
    deep = np.isin(cells.intact_kinds, _DEEP)
    dead = np.where(cells.kinds > 0, ~np.isin(cells.kinds, LIVING), np.isin(cells.tissue, _DEAD_TISSUE)) & deep
    hurt = dead[0].any(axis=0)
    share = dead.sum(axis=(1, 2, 3)) / deep.sum()
    unhurt = deep & ~hurt
    background = (dead & unhurt).sum(axis=(1, 2, 3)) / max(1, unhurt.sum())
    area: NDArray[np.float64] = np.maximum(0.0, share - background)
    return area
