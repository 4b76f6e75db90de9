"""The demonstration: three protocols beside their untreated controls, side by side in separate processes."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from concurrent.futures import Executor, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from mendsim import analysis, scenarios
from mendsim.cli.progress import bar
from mendsim.common.errors import InputError
from mendsim.scenarios.runner import cores

if TYPE_CHECKING:
    from collections.abc import Iterator

PROTOCOLS = {"acne_scar": "acne scar", "alopecia": "alopecia", "ladd": "drug delivery"}
"""Scenarios of the demonstration and their labels."""

OUTCOMES = {
    "acne_scar": (
        "reepithelialisation_day",
        "debris_last_shed_day",
        "collagen_minimum",
        "collagen_final",
        "scar_depth_change_um",
    ),
    "alopecia": ("debris_last_shed_day", "t_cell_minimum", "flow_change", "anagen_start", "anagen_final"),
    "ladd": ("reepithelialisation_day", "drug_dermis_peak", "drug_delivered", "collagen_final", "scar_depth_change_um"),
}
"""End points in the printed table, for each protocol."""


def run_demo(out: Path, *, workers: int | None = None) -> None:
    """Run the protocols and their controls, draw them, and print what came out.

    Parameters
    ----------
    out : folder for runs and pictures; runs of an earlier demonstration in it are replaced.
    workers : runs at a time; every core if not given.
    """
    began = time.perf_counter()
    pairs = {name: (name, scenarios.load(name).control) for name in PROTOCOLS}
    # The largest first, so that no core waits for one at the end.
    runs = sorted((scenarios.load(name) for pair in pairs.values() for name in pair), key=_work, reverse=True)
    stores = {scenario.name: out / f"{scenario.name}.zarr" for scenario in runs}
    count = workers or cores()
    print(f"{len(stores)} runs, {count} at a time, to {out}", flush=True)
    with _processes(count) as executor, bar("demo", "run") as progress:
        jobs = {executor.submit(run_one, name, str(path)): name for name, path in stores.items()}
        try:
            for done, job in enumerate(as_completed(jobs), start=1):
                print(f"  {jobs[job]:<22} {job.result():6.1f} s", flush=True)
                progress(done, len(jobs))
        except BrokenProcessPool:
            raise InputError(
                "a run was killed from outside", allowed="enough memory for all workers, or fewer --workers"
            ) from None
    compared = {PROTOCOLS[name]: (stores[treated], stores[control]) for name, (treated, control) in pairs.items()}
    page = analysis.compare_runs(compared, out)
    for name, (treated, control) in pairs.items():
        print(f"\n{PROTOCOLS[name]}\n{_table(stores[treated], stores[control], OUTCOMES[name])}")
    print(f"\nruns and pictures: {out}\npage: {page}\n{time.perf_counter() - began:.0f} s in all")


def run_one(name: str, out: str) -> float:
    """Run one scenario on one thread in a worker process, and return the seconds it took."""
    began = time.perf_counter()
    signal.signal(signal.SIGTERM, _stop)
    try:
        scenarios.run(name, out, threads=1, overwrite=True)
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
    return time.perf_counter() - began


def _work(scenario: scenarios.Scenario) -> float:
    return scenario.lattice.width_um * scenario.lattice.depth_um * scenario.steps


def _stop(_number: int, _frame: object) -> None:
    """Unwind the run, so that its unfinished store is removed."""
    raise KeyboardInterrupt


@contextmanager
def _processes(count: int) -> Iterator[Executor]:
    """Worker processes of one thread each, that end when this one is interrupted."""
    os.environ["NUMBA_NUM_THREADS"] = "1"
    context = multiprocessing.get_context("spawn")
    # The terminal sends Ctrl-C to every process; workers leave it to the parent, which stops them below.
    executor = ProcessPoolExecutor(count, context, initializer=signal.signal, initargs=(signal.SIGINT, signal.SIG_IGN))
    try:
        yield executor
    except BaseException:
        for process in multiprocessing.active_children():
            process.terminate()
        raise
    finally:
        executor.shutdown(cancel_futures=True)


def _table(treated: Path, control: Path, names: tuple[str, ...]) -> str:
    """Outcomes of a pair of runs, side by side."""
    from mendsim.analysis.endpoints import format_value

    runs = [analysis.open_run(path) for path in (treated, control)]
    days = float(runs[0]["series"]["time"][-1]) / 24
    columns = [analysis.outcomes(run, list(names)) for run in runs]
    lines = [f"  {'':<34} {'treated':>20} {'untreated':>20}"]
    for name in names:
        about = columns[0].loc[name]
        cells = [format_value(column.loc[name, "value"], str(about["unit"]), days) for column in columns]
        lines.append(f"  {about['label']:<34} {cells[0]:>20} {cells[1]:>20}")
    return "\n".join(lines)
