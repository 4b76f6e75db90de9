"""``mendsim predict``: what a run or a sweep needs; and the same, asked before one begins."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mendsim import scenarios
from mendsim.common.errors import InputError, ScenarioWarning
from mendsim.scenarios.prediction.calibration import slowness_of_machine
from mendsim.scenarios.prediction.limits import check_memory, check_time, check_workers, size_text, time_text
from mendsim.scenarios.prediction.machine import available_bytes
from mendsim.scenarios.prediction.plan import SweepPrediction, predict_design, predict_runs
from mendsim.scenarios.prediction.run import Prediction, memory_bytes, predict
from mendsim.scenarios.reading import read_toml
from mendsim.scenarios.runner import cores
from mendsim.scenarios.sweeping import Design, load_design
from mendsim.scenarios.sweeping.folder import SweepFolder

_WHAT = "It rests on runs that benchmarks/prediction.py measured"


def run_predict(target: str, values: Mapping[str, Any], *, threads: int | None, workers: int | None) -> None:
    """Print what a scenario, or a design, needs on this machine.

    Raises
    ------
    InputError : neither of them, or an option that belongs to the other.
    """
    if is_design(target):
        for key, given in (("--set", values), ("--threads", threads)):
            if given:
                raise InputError("this is for a scenario", key=key, allowed="the keys of the design, --workers")
        design, slowness = load_design(target), slowness_of_machine()
        found = predict_design(design, workers or cores(), slowness=slowness)
        print(_sweep_text(design, found, slowness))
        return
    if workers is not None:
        raise InputError("this is for a design", key="--workers", value=workers, allowed="--threads")
    scenario = scenarios.load(target)
    scenario = scenario.with_values(values, origin="--set") if values else scenario
    threads, slowness = threads or cores(), slowness_of_machine()
    print(_run_text(scenario, predict(scenario, threads, slowness=slowness), threads, slowness))


def is_design(target: str) -> bool:
    """Whether a file holds the design of a sweep: it says of which kind, and a scenario does not."""
    return target.endswith(".toml") and Path(target).is_file() and "kind" in read_toml(Path(target), target)


def allow_run(scenario: scenarios.Scenario, threads: int | None, *, yes: bool, from_h: float = 0.0) -> None:
    """Refuse a run that does not fit into memory, or that takes long; one that goes on ``from_h`` takes less.

    Raises
    ------
    InputError : it does not fit, or takes long and nobody said yes.
    """
    check_memory(scenario)
    if not yes:
        left = 1.0 - from_h / scenario.follow_up_h
        check_time(scenario.name, left * predict(scenario, threads or cores()).time_s)


def allow_runs(wanted: Sequence[scenarios.Scenario], workers: int, *, yes: bool) -> None:
    """Refuse runs side by side that do not fit into memory, or take long.

    Raises
    ------
    InputError : they do not fit, or take long and nobody said yes.
    """
    if wanted:
        _allow(predict_runs(wanted, workers), f"{len(wanted)} runs", yes=yes)


def allow_sweep(design: Design, folder: SweepFolder, workers: int, *, yes: bool) -> None:
    """Refuse a sweep whose runs do not fit into memory side by side, or take long.

    Raises
    ------
    InputError : they do not fit, or take long and nobody said yes.
    """
    if found := predict_design(design, workers, folder=folder):
        _allow(found, design.label, yes=yes)


def _allow(found: SweepPrediction, what: str, *, yes: bool) -> None:
    check_workers(found.largest, found.workers)
    if not yes:
        check_time(what, found.time_s)


def warn_if_too_large(scenario: scenarios.Scenario) -> None:
    """Warn of a scenario that this machine has no memory for."""
    try:
        check_memory(scenario)
    except InputError as error:
        warnings.warn(ScenarioWarning(str(error)), stacklevel=2)


def _run_text(scenario: scenarios.Scenario, found: Prediction, threads: int, slowness: float) -> str:
    by_time = sorted(found.parts.items(), key=lambda part: -part[1])
    lines = {
        "steps": f"{found.steps:,} of {scenario.step_h:g} h",
        "sites": f"{found.sites:,}",
        "time": f"{time_text(found.time_s)} on {threads} thread{'s' if threads > 1 else ''}",
        "of which": ", ".join(f"{part} {time_text(time_s)}" for part, time_s in by_time),
        "memory": f"{size_text(found.memory_bytes)}, of {size_text(available_bytes())} that are available",
        "run store": f"{size_text(found.store_bytes)}, roughly",
    }
    return "\n".join([f"{scenario.name}: {scenario.title}", *_aligned(lines), _rest(slowness)])


def _sweep_text(design: Design, found: SweepPrediction | None, slowness: float) -> str:
    if found is None:
        return f"{design.label}: nothing to run"
    looked = "" if found.looked_at == found.runs else f" ({found.looked_at} were looked at)"
    lines = {
        "runs": f"{found.runs:,}{looked}, {found.workers} at a time",
        "longest run": f"{found.each.steps:,} steps, {found.each.sites:,} sites, {time_text(found.each.time_s)} alone",
        "time": time_text(found.time_s),
        "memory": f"{size_text(found.memory_bytes)}, {size_text(memory_bytes(found.largest))} for the largest run, of "
        f"{size_text(available_bytes())} that are available",
        "run stores": f"{size_text(found.store_bytes)}, roughly" if found.store_bytes else "none are kept",
    }
    return "\n".join([f"{design.label}: a {design.kind} of {design.base.name}", *_aligned(lines), _rest(slowness)])


def _aligned(lines: Mapping[str, str]) -> list[str]:
    width = max(map(len, lines))
    return [f"  {name:<{width}}  {text}" for name, text in lines.items()]


def _rest(slowness: float) -> str:
    return f"{_WHAT}; here a step takes {slowness:.2f} times as long. Other work on this machine makes it slower."
