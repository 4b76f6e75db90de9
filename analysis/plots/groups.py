"""What a plot compares: a run, replicates of one, several groups of them by name, or a comparison of scenarios."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from mendsim.abm.observables import OBSERVABLES
from mendsim.analysis import paired, store, style
from mendsim.analysis.comparison_files import SavedComparison
from mendsim.analysis.replicate_comparison import ReplicateComparison
from mendsim.common.errors import InputError
from mendsim.scenarios.problems import close_names

Array = NDArray[np.float64]
Runs = xr.DataTree | Sequence[xr.DataTree]
"""A run from `mendsim.analysis.open_run`, or replicates: runs of one scenario that differ by their seed."""
Groups = Runs | Mapping[str, Runs]
"""Runs, or several groups of them by the name that the legend gives them."""
Comparison = ReplicateComparison | SavedComparison
INTERVAL = f"mean, {100.0 * paired.CONFIDENCE:.0f} % interval"
"""What a band or a whisker shows, by Student's t over replicates."""


@dataclass(frozen=True, kw_only=True)
class Curve:
    """Mean of a group with the interval of the mean.

    Parameters
    ----------
    label : name of the group.
    at : days or depths, ``(n,)``.
    mean, low, high : ``(n,)``; without replicates the interval is not a number.
    count : number of replicates.
    unit : as in the store.
    sessions : days of injuries.
    """

    label: str
    at: Array
    mean: Array
    low: Array
    high: Array
    count: int
    unit: str
    sessions: tuple[float, ...] = ()

    @property
    def named(self) -> str:
        """Name of the group with the number of replicates, if there are any."""
        return style.plain(f"{self.label}, n = {self.count}" if self.count > 1 else self.label)


def grouped(groups: Groups) -> dict[str, list[xr.DataTree]]:
    """Replicates of each group by its name; runs without a name are called by their title.

    Raises
    ------
    InputError : no runs.
    """
    named = groups if isinstance(groups, Mapping) and not isinstance(groups, xr.DataTree) else {"": groups}
    found = {str(name): [runs] if isinstance(runs, xr.DataTree) else list(runs) for name, runs in named.items()}
    if not found or not all(found.values()):
        raise InputError("no runs to draw", allowed="a run, a list of runs, or lists of runs by name")
    return {name or store.title(runs[0]): runs for name, runs in found.items()}


def series_curves(source: Groups | Comparison, quantity: str) -> list[Curve]:
    """Mean and interval of a time series of each group, over days.

    Raises
    ------
    InputError : a series that is not there, or replicates that were not noted at the same times.
    """
    if isinstance(source, (ReplicateComparison, SavedComparison)):
        return _compared(source, quantity)
    return [_series(name, runs, quantity) for name, runs in grouped(source).items()]


def series_names(source: Groups | Comparison) -> list[str]:
    """Names of the time series that there are."""
    if isinstance(source, SavedComparison):
        source = source.comparison
    if isinstance(source, ReplicateComparison):
        return [str(name) for name in source.courses["quantity"].unique()]
    return [str(name) for name in next(iter(grouped(source).values()))[0]["series"].data_vars]


def same(arrays: Sequence[Array], what: str) -> Array:
    """Return what replicates share.

    Raises
    ------
    InputError : they do not.
    """
    first = arrays[0]
    if any(other.shape != first.shape or not np.allclose(other, first) for other in arrays[1:]):
        raise InputError(f"replicates differ in their {what}", allowed="runs of one scenario that differ by their seed")
    return first


def _series(name: str, runs: list[xr.DataTree], quantity: str) -> Curve:
    values = [store.values(run, quantity) for run in runs]
    there = [found for found in values if found is not None]
    if len(there) < len(runs):
        raise _unknown(quantity, series_names(runs))
    days = same([store.days(run) for run in runs], "times")
    mean, low, high = paired.interval(np.stack(there))
    return Curve(
        label=name,
        at=days,
        mean=mean,
        low=low,
        high=high,
        count=len(runs),
        unit=str(runs[0]["series"][quantity].attrs.get("units", "")),
        sessions=tuple(store.session_days(runs[0]).tolist()),
    )


def _compared(source: Comparison, quantity: str) -> list[Curve]:
    comparison = source.comparison if isinstance(source, SavedComparison) else source
    about = {each.name: each for each in source.scenarios} if isinstance(source, SavedComparison) else {}
    rows = comparison.courses[comparison.courses["quantity"] == quantity]
    if rows.empty:
        raise _unknown(quantity, series_names(source))
    curves = []
    for name in comparison.scenarios:
        own: pd.DataFrame = rows[rows["scenario"] == name]
        mean, low, high = (own[column].to_numpy(float) for column in ("mean", "low", "high"))
        curves.append(
            Curve(
                label=name,
                at=own["time_h"].to_numpy(float) / store.HOURS_PER_DAY,
                mean=mean,
                low=low,
                high=high,
                count=len(comparison.seeds),
                unit=str(own["unit"].iloc[0]),
                sessions=_sessions(about[name].scenario) if name in about else (),
            )
        )
    return curves


def _sessions(scenario: Mapping[str, Any]) -> tuple[float, ...]:
    """Days of the injuries that a scenario asks for."""
    hours = [store.event_hour(event) for event in scenario.get("events", []) if event.get("kind") in store.INJURIES]
    return tuple(sorted(hour / store.HOURS_PER_DAY for hour in hours))


def _unknown(quantity: str, names: Sequence[str]) -> InputError:
    problem = "this run does not hold the time series" if quantity in OBSERVABLES else "unknown time series"
    return InputError(problem, key="--of", value=quantity, allowed=close_names(quantity, names))
