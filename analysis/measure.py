"""Numbers that published targets ask of a run: one documented function for each, collected in `MEASURES`.

A measure takes a run and returns a number in its unit: ``inf`` for "not within the run", ``nan`` for "the model has
nothing to show".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import xarray as xr

from mendsim.abm.observables import OBSERVABLES
from mendsim.analysis import curves, store
from mendsim.analysis.outcome import definition_of

Function = Callable[[xr.DataTree], float]

HOURS = {"min": 1.0 / 60.0, "h": 1.0, "day": 24.0, "week": 168.0}
"""Length of the units of time in which targets are given."""


@dataclass(frozen=True, kw_only=True)
class Measure:
    """What a target asks of a run.

    Parameters
    ----------
    name : the name of its function.
    unit : ``h``, ``um``, ``ratio``, ``percent`` or ``direction``.
    needs : series of a run without which it has nothing to show.
    definition : how it is measured.
    function : of a run.
    """

    name: str
    unit: str
    needs: tuple[str, ...]
    definition: str
    function: Function

    @property
    def missing(self) -> list[str]:
        """What it needs and this version of the model does not report."""
        return [name for name in self.needs if name not in OBSERVABLES]

    def __call__(self, run: xr.DataTree, unit: str) -> float:
        """Measure a run in the unit of a target."""
        value = self.function(run)
        return value / HOURS[unit] if self.unit == "h" else value


MEASURES: dict[str, Measure] = {}
"""Every measure by name; filled by `measure`."""


def measure(unit: str, *needs: str) -> Callable[[Function], Function]:
    """Register a function of a run; its docstring is the definition."""

    def register(function: Function) -> Function:
        name, definition = function.__name__, definition_of(function)
        MEASURES[name] = Measure(name=name, unit=unit, needs=needs, definition=definition, function=function)
        return function

    return register


def since_session(run: xr.DataTree, name: str) -> tuple[curves.Curve, curves.Curve] | None:
    """Days since the first session, and a series; None without series or session."""
    values, sessions = store.values(run, name), store.session_days(run)
    if values is None or not len(sessions):
        return None
    return store.days(run) - sessions[0], values


def against_start(run: xr.DataTree, name: str) -> tuple[curves.Curve, curves.Curve] | None:
    """Days since the first session, and a series against its mean before it; None where that is nothing."""
    course = since_session(run, name)
    if course is None:
        return None
    days, values = course
    start = values[days <= 0].mean()
    return (days, values / start) if start else None
