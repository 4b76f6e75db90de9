"""Runs and zones that published targets are read from: those that are kept, the others made."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from mendsim import scenarios
from mendsim.analysis.validation import Question, Setting
from mendsim.cli import kept_runs
from mendsim.cli.progress import bar
from mendsim.scenarios.loading import validation_file
from mendsim.thermal.published_zones import solve_published

Stores = dict[Setting, list[Path]]
"""The kept runs of each setting, one for each seed."""


def provide_runs(asked: Sequence[Question], *, seeds: int, workers: int, place: Path) -> tuple[Stores, int]:
    """Find the runs that questions need, and make those that are not kept; return them and how many are new."""
    settings = list(dict.fromkeys(setting for question in asked for setting in question.needs))
    jobs = {(setting, seed): (scenario_of(setting), seed) for setting in settings for seed in range(1, seeds + 1)}
    found, new = kept_runs.provide(jobs, workers=workers, place=place, label="validate")
    stores: Stores = {setting: [] for setting in settings}
    for (setting, _), path in found.items():
        stores[setting].append(path)
    return stores, new


def provide_zones(asked: Sequence[Question], *, workers: int) -> dict[str, float]:
    """Solve the published zones that questions need; those solved before are read from the disk."""
    names = list(dict.fromkeys(name for question in asked for name in question.zones))
    with bar("validate", "zone") as progress:
        return solve_published(names, threads=workers, progress=progress) if names else {}


def scenario_of(setting: Setting) -> scenarios.Scenario:
    """Load the scenario of a setting with its values."""
    scenario = scenarios.load(validation_file(setting.scenario))
    return scenario.with_values(dict(setting.values), origin="validation.toml") if setting.values else scenario
