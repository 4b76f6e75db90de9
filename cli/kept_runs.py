"""Runs that commands need: taken from those that are kept, the others made side by side and kept."""

from __future__ import annotations

import os
import signal
import tempfile
import warnings
from collections.abc import Hashable, Iterator, Mapping
from concurrent.futures import as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from mendsim.cli.interrupt import stoppable
from mendsim.cli.processes import processes
from mendsim.cli.progress import bar
from mendsim.common.errors import InputError, ScenarioWarning
from mendsim.scenarios import run_cache
from mendsim.scenarios.schema import Scenario

Key = TypeVar("Key", bound=Hashable)


@contextmanager
def folder() -> Iterator[Path]:
    """Folder in which runs are kept: the usual one, or one for this command where caches are off."""
    kept = run_cache.folder()
    if kept is not None:
        yield kept
        return
    with tempfile.TemporaryDirectory() as place:
        yield Path(place)


def provide(
    jobs: Mapping[Key, tuple[Scenario, int]], *, workers: int, place: Path, label: str
) -> tuple[dict[Key, Path], int]:
    """Find runs of scenarios with seeds, and make those that are not kept; return their stores and how many are new.

    Raises
    ------
    InputError : a run was killed from outside.
    """
    found = {job: run_cache.find(scenario, seed, place) for job, (scenario, seed) in jobs.items()}
    missing = sorted((job for job in jobs if found[job] is None), key=lambda job: jobs[job][0].steps, reverse=True)
    if missing:
        with processes(min(workers, len(missing))) as executor, bar(label, "run") as progress:
            running = {executor.submit(_make, *jobs[job], str(place)): job for job in missing}
            told: set[str] = set()
            try:
                for done, future in enumerate(as_completed(running), start=1):
                    path, said = future.result()
                    found[running[future]] = Path(path)
                    for text in said:
                        if text not in told:
                            warnings.warn(ScenarioWarning(text), stacklevel=2)
                    told |= set(said)
                    progress(done, len(running))
            except BrokenProcessPool:
                problem = "a run was killed from outside"
                raise InputError(problem, allowed="enough memory for all workers, or fewer --workers") from None
            except KeyboardInterrupt:
                raise KeyboardInterrupt("the same command goes on where it was") from None
    return {job: Path(str(path)) for job, path in found.items()}, len(missing)


def _make(scenario: Scenario, seed: int, place: str) -> tuple[str, list[str]]:
    """Run on one thread in a worker process; return where the run is kept, and what it warned of."""
    try:
        with stoppable(signal.SIGTERM) as look, warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", ScenarioWarning)
            path = run_cache.make(scenario, seed, Path(place), progress=look)
            return str(path), [str(each.message) for each in caught if issubclass(each.category, ScenarioWarning)]
    except KeyboardInterrupt:
        os._exit(1)  # the worker must not begin the next run
