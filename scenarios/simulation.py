"""Stepping skin through the events and the follow-up of a scenario, and recording what was asked for."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from mendsim.abm import guard
from mendsim.abm.drugs.drug import Drug, drug_of
from mendsim.abm.drugs.excised import ExcisedSkin
from mendsim.abm.model import HealingModel
from mendsim.common.errors import ScenarioWarning
from mendsim.common.parameters import Parameters
from mendsim.scenarios.border import drug_names_of, drug_numbers
from mendsim.scenarios.injuries import injury_of
from mendsim.scenarios.recording import Recording
from mendsim.scenarios.schema import AftercareEvent, DrugEvent, InjectionEvent, InjuryEvent, Scenario

if TYPE_CHECKING:
    from mendsim.scenarios.unfinished import UnfinishedRun

_HOURS_PER_DAY = 24.0
_MOST = 0.99
"""Share of a depot that a sample must hold for its amounts to mean anything beyond it."""

Progress = Callable[[int, int], None]
"""Called after each step with the number of steps done and of all steps."""


def simulate(
    model: HealingModel | ExcisedSkin,
    scenario: Scenario,
    *,
    thermal_parameters: Parameters,
    progress: Progress | None = None,
    recording: Recording | None = None,
    work: UnfinishedRun | None = None,
) -> Recording:
    """Step a model through the events and the follow-up of a scenario, from where it stands.

    At each moment the time series is taken first, then the events happen, then a snapshot is taken. A drug that comes
    after channels have closed is a warning.

    Parameters
    ----------
    model : skin of the scenario, from `build_model`.
    scenario : events and follow-up.
    thermal_parameters : numbers of the thermal stage.
    progress : called after each step; what it raises ends the run.
    recording : of the part that is over, of a model in mid-run.
    work : keeps checkpoints, and the states that the scenario asks for.

    Raises
    ------
    NumbersError : a number that cannot be; the last checkpoint is older and stays.
    """
    step = scenario.step_h
    every = round(scenario.save.series_every_h / step)
    snapshots = {round(time_h / step) for time_h in scenario.save.snapshots_h}
    states = {round(time_h / step) for time_h in scenario.save.states_h}
    recording = Recording() if recording is None else recording
    drugs = {name: drug_of(name, drug_numbers(scenario, name)) for name in drug_names_of(scenario)}
    for now in range(model.step_index, scenario.steps + 1):
        if work is not None and now in states:
            work.keep(model, recording)
        if now % every == 0 or now == scenario.steps:
            recording.add_row(model)
        for number, event in enumerate(scenario.events):
            if round(event.at_h / step) != now:
                continue
            if isinstance(event, DrugEvent):
                _warn_if_closed(model, f"{scenario.name}: events.{number}", event, recording)
                _apply(model, event, drugs[event.drug])
            elif isinstance(event, InjectionEvent | AftercareEvent):
                _treat(model, event, drugs)
            else:
                _injure(model, event, thermal_parameters, recording)
        if now in snapshots:
            recording.add_snapshot(model)
        if now < scenario.steps:
            model.step()
            guard.check(model)
            if work is not None:
                work.look(model, recording)
            if progress is not None:
                _tell(progress, model, scenario.steps, recording, work)
    if isinstance(model, HealingModel):
        recording.mends = model.mends.tables()
    return recording


def _tell(
    progress: Progress, model: HealingModel | ExcisedSkin, steps: int, recording: Recording, work: UnfinishedRun | None
) -> None:
    """Tell of a step; whoever is interrupted at it can go on from there."""
    try:
        progress(model.step_index, steps)
    except KeyboardInterrupt:
        if work is not None:
            work.save(model, recording)
        raise


def _injure(
    model: HealingModel | ExcisedSkin, event: InjuryEvent, parameters: Parameters, recording: Recording
) -> None:
    sessions = sum(injury.record["kind"] == "laser" for _, injury in recording.injuries)
    injury = injury_of(
        event, lattice=model.lattice, layers=model.layers, parameters=parameters, seed=model.seed, sessions=sessions
    )
    model.injure(injury)
    recording.injuries.append((model.time_h, injury))


def _apply(model: HealingModel | ExcisedSkin, event: DrugEvent, drug: Drug) -> None:
    volume = event.volume_ul_per_cm2
    model.apply_drug(
        drug,
        concentration_ug_per_ml=event.concentration_ug_per_ml,
        duration_h=event.duration_h,
        volume_ul_per_cm2=math.inf if volume is None else volume,
    )


def _treat(
    model: HealingModel | ExcisedSkin, event: InjectionEvent | AftercareEvent, drugs: Mapping[str, Drug]
) -> None:
    """Treat living skin; the checks of a scenario keep these events from excised skin."""
    if not isinstance(model, HealingModel):
        raise TypeError("excised skin takes injuries and drugs put on it")
    if isinstance(event, AftercareEvent):
        model.apply_aftercare(event.treatment, event.duration_h)
    else:
        inside = model.inject_drug(drugs[event.drug], event.concentration_ug_per_ml, event.volume_ul, event.depth_um)
        if inside < _MOST:
            text = f"the sample holds {100.0 * inside:.0f} % of the {event.volume_ul:g} uL injected at {event.at_h:g} h"
            warnings.warn(ScenarioWarning(text), stacklevel=2)


def _warn_if_closed(model: HealingModel | ExcisedSkin, where: str, event: DrugEvent, recording: Recording) -> None:
    hurt = any(injury.record["kind"] != "sham" for _, injury in recording.injuries)
    if not isinstance(model, HealingModel) or not hurt or model.surface.is_open():
        return
    closed_d, at_d = model.surface.closed_h / _HOURS_PER_DAY, event.at_h / _HOURS_PER_DAY
    text = f"{where}: {event.drug} meets closed skin on day {at_d:.3g}: the last opening closed on day {closed_d:.3g}"
    if math.isnan(closed_d):
        text = f"{where}: {event.drug} meets closed skin on day {at_d:.3g}: nothing has opened it"
    warnings.warn(ScenarioWarning(text), stacklevel=2)
