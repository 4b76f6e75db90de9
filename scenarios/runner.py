"""Running a scenario: build the skin, give it its events, step it through follow-up, keep what was asked for."""

from __future__ import annotations

import math
import os
import time
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import xarray as xr

from mendsim.abm.drugs.drug import Drug, drug_of
from mendsim.abm.drugs.excised import ExcisedSkin
from mendsim.abm.model import HealingModel
from mendsim.common.errors import InputError, ScenarioWarning
from mendsim.common.parameters import Parameters
from mendsim.scenarios import provenance, store
from mendsim.scenarios.border import drug_names_of, drug_numbers, lattice_of, library_of, parameters_of
from mendsim.scenarios.delivery import DEFAULT_SEED, check_patterns
from mendsim.scenarios.injuries import injury_of
from mendsim.scenarios.loading import load
from mendsim.scenarios.recording import Recording
from mendsim.scenarios.schema import AftercareEvent, DrugEvent, InjectionEvent, InjuryEvent, Scenario
from mendsim.scenarios.tree import build_tree

_HOURS_PER_DAY = 24.0
_MOST = 0.99
"""Share of a depot that a sample must hold for its amounts to mean anything beyond it."""

Progress = Callable[[int, int], None]
"""Called after each step with the number of steps done and of all steps."""


@dataclass(frozen=True, kw_only=True)
class Run:
    """A finished run.

    Parameters
    ----------
    scenario : what was run.
    seed : of every random draw.
    model : the skin at the end of follow-up, an ordinary Mesa model (excised skin is none).
    data : what was recorded, as it stands in the store.
    content_hash : equal for runs with equal content, whatever the number of threads.
    path : the store, if one was written.
    """

    scenario: Scenario
    seed: int
    model: HealingModel | ExcisedSkin
    data: xr.DataTree
    content_hash: str
    path: Path | None


def run(
    scenario: Scenario | str | Path,
    out: str | Path | None = None,
    *,
    seed: int | None = None,
    threads: int | None = None,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> Run:
    """Run a scenario to the end of follow-up.

    Parameters
    ----------
    scenario : a scenario, or the name or file of one.
    out : folder of the run store; nothing is written without it.
    seed : of every random draw; `DEFAULT_SEED` if not given.
    threads : that may work at once; every core if not given. Never changes the content.
    overwrite : replace a run that is there already.
    progress : called after each step.

    Raises
    ------
    InputError : a scenario that is not valid, or an output that cannot be written.
    """
    scenario = scenario if isinstance(scenario, Scenario) else load(scenario)
    seed = DEFAULT_SEED if seed is None else seed
    threads = cores() if threads is None else threads
    if out is not None:
        store.check_target(Path(out), overwrite=overwrite)
    began = time.perf_counter()
    parameters = parameters_of(scenario)
    check_patterns(scenario, parameters["thermal"])
    model = build_model(scenario, seed=seed, threads=threads)
    try:
        recording = simulate(model, scenario, thermal_parameters=parameters["thermal"], progress=progress)
    finally:
        model.close()
    tree = build_tree(recording, model.lattice)
    wall_time_s = time.perf_counter() - began
    used = {**parameters, **library_of(scenario)}
    tree.attrs = provenance.attributes(scenario, used, seed=seed, threads=threads, wall_time_s=wall_time_s)
    tree.attrs["content_hash"] = provenance.content_hash(tree)
    if out is not None:
        store.write(tree, Path(out), overwrite=overwrite)
    return Run(
        scenario=scenario,
        seed=seed,
        model=model,
        data=tree,
        content_hash=tree.attrs["content_hash"],
        path=None if out is None else Path(out),
    )


def cores() -> int:
    """Count the cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def build_model(scenario: Scenario, *, seed: int = DEFAULT_SEED, threads: int = 1) -> HealingModel | ExcisedSkin:
    """Build the skin of a scenario as it is before the first event."""
    patient = scenario.patient
    try:
        if patient.excised:
            return ExcisedSkin(
                lattice=lattice_of(scenario.lattice),
                site=patient.site,
                phototype=patient.phototype,
                parameters=parameters_of(scenario)["abm"],
                seed=seed,
                step_h=scenario.step_h,
            )
        return HealingModel(
            lattice=lattice_of(scenario.lattice),
            site=patient.site,
            phototype=patient.phototype,
            initial_state=patient.initial_state,
            scar_depth_um=patient.scar_depth_um,
            scar_width_um=patient.scar_width_um,
            parameters=parameters_of(scenario)["abm"],
            seed=seed,
            step_h=scenario.step_h,
            threads=threads,
        )
    except InputError as error:
        raise InputError(
            error.problem, file=scenario.name, key=error.key, value=error.value, allowed=error.allowed
        ) from None


def simulate(
    model: HealingModel | ExcisedSkin,
    scenario: Scenario,
    *,
    thermal_parameters: Parameters,
    progress: Progress | None = None,
) -> Recording:
    """Step a model through the events and the follow-up of a scenario.

    At each moment the time series is taken first, then the events happen, then a snapshot is taken. A drug that comes
    after channels have closed is a warning.

    Parameters
    ----------
    model : skin of the scenario, from `build_model`.
    scenario : events and follow-up.
    thermal_parameters : numbers of the thermal stage.
    progress : called after each step.
    """
    step = scenario.step_h
    every = round(scenario.save.series_every_h / step)
    snapshots = {round(time_h / step) for time_h in scenario.save.snapshots_h}
    recording = Recording()
    drugs = {name: drug_of(name, drug_numbers(scenario, name)) for name in drug_names_of(scenario)}
    for now in range(scenario.steps + 1):
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
            if progress is not None:
                progress(now + 1, scenario.steps)
    if isinstance(model, HealingModel):
        recording.mends = model.mends.tables()
    return recording


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
