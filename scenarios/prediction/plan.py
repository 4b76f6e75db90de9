"""The time and the memory of many runs side by side."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from mendsim.scenarios.prediction.run import START, STORE, Prediction, predict
from mendsim.scenarios.prediction.sample import costs
from mendsim.scenarios.runner import cores
from mendsim.scenarios.schema import Scenario
from mendsim.scenarios.sweeping.design import Design, Job
from mendsim.scenarios.sweeping.folder import SweepFolder

MOST_LOOKED_AT = 200
"""Runs of a design that are predicted; of more, some, spread evenly."""
_MOST_FOUND = 5000
"""Runs of a design that are looked for on the disk; of more, some, spread evenly."""


@dataclass(frozen=True, kw_only=True)
class SweepPrediction:
    """What runs side by side need.

    Parameters
    ----------
    runs : how many.
    looked_at : scenarios from which the rest is told.
    workers : runs at a time.
    time_s : wall time on an idle machine [s].
    memory_bytes : of all workers together.
    store_bytes : of all stores that are kept.
    largest : the scenario that needs most memory.
    each : prediction of a run, for the one that takes longest.
    """

    runs: int
    looked_at: int
    workers: int
    time_s: float
    memory_bytes: float
    store_bytes: float
    largest: Scenario
    each: Prediction


def predict_design(
    design: Design, workers: int, *, slowness: float = 1.0, folder: SweepFolder | None = None
) -> SweepPrediction | None:
    """Predict the runs of a design that are not done yet; None if there are none.

    Parameters
    ----------
    design : of the sweep.
    workers : runs at a time.
    slowness : of this machine, from `slowness_of_machine`.
    folder : of the sweep, as far as it has come; every run is to be done without it.
    """
    every = [_job(design, number) for number in _spread(design.runs, _MOST_FOUND)]
    left = every if folder is None else [job for job in every if not folder.row_path(folder.key(job)).exists()]
    if not left:
        return None
    return predict_runs(
        [left[number].scenario() for number in _spread(len(left), MOST_LOOKED_AT)],
        workers,
        runs=round(design.runs * len(left) / len(every)),
        stored=design.table.keep_stores,
        slowness=slowness,
    )


def _job(design: Design, number: int) -> Job:
    replicate, point = divmod(number, design.size)
    return design.job(point, replicate)


def _spread(size: int, most: int) -> list[int]:
    """Whole numbers below ``size``, ``most`` of them at most, spread evenly."""
    count = min(size, most)
    return [number * size // count for number in range(count)]


def predict_runs(
    scenarios: Sequence[Scenario],
    workers: int,
    *,
    runs: int | None = None,
    stored: bool = True,
    slowness: float = 1.0,
) -> SweepPrediction:
    """Predict runs of one thread each, side by side in processes.

    Parameters
    ----------
    scenarios : of every run, or of some of them, spread evenly.
    workers : runs at a time.
    runs : how many there are; as many as ``scenarios`` if not given.
    stored : whether the run stores are written.
    slowness : of this machine, from `slowness_of_machine`.
    """
    cost, runs = costs(), len(scenarios) if runs is None else runs
    found = [predict(each, slowness=slowness) for each in scenarios]
    workers = min(workers, runs)
    running = min(workers, cores())
    spared = {START} if stored else {START, STORE}
    spent = [
        slowness * cost["sweep.run_s"] + sum(time_s for part, time_s in each.parts.items() if part not in spared)
        for each in found
    ]
    busy_s = sum(spent) / len(spent) * runs
    # The last round may leave workers without a run.
    time_s = max(busy_s / running, sum(spent) / len(spent) * math.ceil(runs / running))
    time_s *= 1.0 + (cost["sweep.contention"] - 1.0) * (running > 1)
    start_s = slowness * cost["start.loading_s"] * (1.0 + workers / running)
    most = max(range(len(found)), key=lambda number: found[number].memory_bytes)
    return SweepPrediction(
        runs=runs,
        looked_at=len(found),
        workers=workers,
        time_s=start_s + time_s,
        memory_bytes=workers * found[most].memory_bytes,
        store_bytes=runs * sum(each.store_bytes for each in found) / len(found) if stored else 0.0,
        largest=scenarios[most],
        each=max(found, key=lambda each: each.time_s),
    )
