"""What a run writes down while it goes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from mendsim.abm.drugs.excised import ExcisedSkin
    from mendsim.abm.model import HealingModel
    from mendsim.thermal import Injury

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
    series: list[dict[str, float]] = field(default_factory=list)
    snapshots: list[Snapshot] = field(default_factory=list)
    injuries: list[tuple[float, Injury]] = field(default_factory=list)
    mends: tuple[Columns, Columns] = ({}, {})

    def add_row(self, model: HealingModel | ExcisedSkin) -> None:
        """Append a row to the time series."""
        self.series_time_h.append(model.time_h)
        self.series.append(model.observe())

    def add_snapshot(self, model: HealingModel | ExcisedSkin) -> None:
        """Keep everything as it is now."""
        self.snapshots.append(
            Snapshot(
                time_h=model.time_h,
                fields={name: np.array(values) for name, values in model.fields().items()},
                agents=model.agent_columns(),
                vessels=model.vessel_table(),
            )
        )
