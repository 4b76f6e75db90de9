"""What a run writes down while it goes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mendsim.common.lattice import Lattice
from mendsim.common.saving import Arrays, flatten, refill
from mendsim.thermal.injury import Injury

if TYPE_CHECKING:
    from mendsim.abm.drugs.excised import ExcisedSkin
    from mendsim.abm.model import HealingModel

Columns = dict[str, NDArray[Any]]


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """Everything in the skin at one time.

    Parameters
    ----------
    time_h : hours since the start.
    fields : each ``(nz, ny, nx)``.
    agents : columns of each kind of agent.
    vessels : columns of the segments of the vessel network.
    """

    time_h: float
    fields: dict[str, NDArray[Any]]
    agents: dict[str, Columns]
    vessels: Columns


@dataclass
class Recording:
    """Time series, snapshots and injuries, in order of time."""

    series_time_h: list[float] = field(default_factory=list)
    series: dict[str, list[float]] = field(default_factory=dict)
    snapshots: list[Snapshot] = field(default_factory=list)
    injuries: list[tuple[float, Injury]] = field(default_factory=list)
    mends: tuple[Columns, Columns] = ({}, {})

    def add_row(self, model: HealingModel | ExcisedSkin) -> None:
        """Append a row to the time series."""
        self.series_time_h.append(model.time_h)
        for name, value in model.observe().items():
            self.series.setdefault(name, []).append(value)

    def add_snapshot(self, model: HealingModel | ExcisedSkin) -> None:
        """Keep everything as it is now."""
        self.snapshots.append(
            Snapshot(
                time_h=model.time_h,
                fields=_copied(model.fields()),
                agents={kind: _copied(columns) for kind, columns in model.agent_columns().items()},
                vessels=_copied(model.vessel_table()),
            )
        )

    def state(self) -> Arrays:
        """Return all of it as named arrays."""
        return flatten(self)

    def restore(self, state: Arrays) -> None:
        """Put back what :meth:`state` returned.

        Raises
        ------
        StateError : a state that is damaged.
        """
        refill(self, state, kinds=(Snapshot, Injury, Lattice))


def _copied(columns: Columns) -> Columns:
    return {name: np.array(values, order="C") for name, values in columns.items()}
