"""Whether a scenario can go on from a state that was saved in another: their pasts must be the same."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mendsim.common.errors import InputError
from mendsim.scenarios.problems import ScenarioError
from mendsim.scenarios.schema import Scenario

_SAME = ("patient", "lattice", "step", "parameters", "without", "save.series_every")
_HOURS_PER_DAY = 24.0


def check_branch(past: Scenario, wanted: Scenario, hour: float) -> None:
    """Refuse a scenario that would not have led to a state.

    Parameters
    ----------
    past : that led to the state.
    wanted : to continue with.
    hour : of the state, since the start.

    Raises
    ------
    ScenarioError : one line for each key that differs before the state.
    """
    if found := list(_differences(past, wanted, hour)):
        raise ScenarioError(found)


def _differences(past: Scenario, wanted: Scenario, hour: float) -> Iterator[InputError]:
    when = f"{hour / _HOURS_PER_DAY:g} d"
    for key in _SAME:
        before, after = _at(past, key), _at(wanted, key)
        if before != after:
            yield InputError(
                "a branch goes on in the same skin", file=wanted.name, key=key, value=after, allowed=str(before)
            )
    if _events(past, hour) != _events(wanted, hour):
        problem = f"the events before the state of {when} are others"
        yield InputError(problem, file=wanted.name, key="events", allowed="other events from then on")
    shown = [[time for time in each.save.snapshots_h if time < hour] for each in (past, wanted)]
    if shown[0] != shown[1]:
        problem = f"the snapshots before the state of {when} are others"
        yield InputError(problem, file=wanted.name, key="save.snapshots", allowed="other snapshots from then on")
    if wanted.follow_up_h < hour:
        problem = "the follow-up ends before the state"
        value = f"{wanted.follow_up_h / _HOURS_PER_DAY:g} d"
        yield InputError(problem, file=wanted.name, key="follow_up", value=value, allowed=f"{when} or more")
    for kind, one in (("drug", "a drug that was given"), ("device", "a laser that was fired")):
        tables = [getattr(each, f"{kind}s") for each in (past, wanted)]
        for name in sorted({str(event[kind]) for event in _events(past, hour) if kind in event}):
            if tables[0].get(name) != tables[1].get(name):
                problem = f"{one} has other numbers"
                yield InputError(problem, file=wanted.name, key=f"{kind}s.{name}", allowed="its numbers of before")


def _at(scenario: Scenario, key: str) -> Any:
    value: Any = scenario.to_dict()
    for part in key.split("."):
        value = value[part]
    return value


def _events(scenario: Scenario, hour: float) -> list[dict[str, Any]]:
    """Events that happened before an hour; one of the hour itself is still to come."""
    written = scenario.to_dict()["events"]
    return [item for item, event in zip(written, scenario.events, strict=True) if event.at_h < hour]
