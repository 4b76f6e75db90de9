"""The arms of a study, made of one scenario: without its injuries, without its drugs, cut off early."""

from __future__ import annotations

import math

from mendsim.common.errors import InputError
from mendsim.scenarios.schema import DrugEvent, InjectionEvent, InjuryEvent, Scenario

_HOURS_PER_DAY = 24.0


def arms(scenario: Scenario) -> dict[str, Scenario]:
    """Make the four arms of a combination: ``both``, ``laser``, ``drug``, ``neither``.

    The laser arms hold every injury of the scenario, the drug arms every drug put on or injected.

    Raises
    ------
    InputError : a scenario without injury or without drug.
    """
    injury, drug = _injuries(scenario), _having(scenario, DrugEvent | InjectionEvent)
    for what, found in (("laser session or other injury", injury), ("drug", drug)):
        if not found:
            raise InputError(
                f"there is no {what} to combine", file=scenario.name, key="events", allowed="a scenario with both"
            )
    return {
        "both": scenario,
        "laser": _without(scenario, drug),
        "drug": _without(scenario, injury),
        "neither": _without(scenario, {*injury, *drug}),
    }


def intact(scenario: Scenario) -> Scenario | None:
    """Make the scenario without what opens the skin; None if nothing does."""
    injury = _injuries(scenario)
    return _without(scenario, injury) if injury else None


def first_days(scenario: Scenario, days: float) -> Scenario:
    """Cut a scenario off some days after its last drug, if it is longer, and take its series in every step.

    Raises
    ------
    InputError : a scenario without drug.
    """
    times = [event.at_h for event in scenario.events if isinstance(event, DrugEvent | InjectionEvent)]
    if not times:
        raise InputError("no drug is given", file=scenario.name, key="events", allowed="a drug or an injection")
    steps = round(max(times) / scenario.step_h) + max(1, math.ceil(days * _HOURS_PER_DAY / scenario.step_h - 1e-9))
    end_h = steps * scenario.step_h
    often = {"save.series_every": f"{scenario.step_h:g} h"}
    if end_h >= scenario.follow_up_h:
        return scenario.with_values(often, origin="the first days")
    kept = [event for event in scenario.written["events"] if _at_h(scenario, event) < end_h]
    shown = [f"{time_h:g} h" for time_h in scenario.save.snapshots_h if time_h <= end_h]
    values = {
        "follow_up": f"{end_h:g} h",
        "events": kept,
        "save.snapshots": shown or [f"{end_h:g} h"],
        "save.states": [],
    }
    return scenario.with_values(values | often, origin="the first days")


def _at_h(scenario: Scenario, written: object) -> float:
    return scenario.events[scenario.written["events"].index(written)].at_h


def _injuries(scenario: Scenario) -> set[int]:
    """Numbers of the events that open the skin: a sham session does not."""
    found = _having(scenario, InjuryEvent)
    return {number for number in found if not getattr(scenario.events[number], "sham", False)}


def _having(scenario: Scenario, kinds: object) -> set[int]:
    return {number for number, event in enumerate(scenario.events) if isinstance(event, kinds)}  # type: ignore[arg-type]


def _without(scenario: Scenario, numbers: set[int]) -> Scenario:
    kept = [event for number, event in enumerate(scenario.written.get("events", [])) if number not in numbers]
    return scenario.with_values({"events": kept}, origin="an arm")
