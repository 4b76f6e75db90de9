"""The demonstration: three protocols beside their untreated controls, side by side in separate processes."""

from __future__ import annotations

import os
import signal
import time
from concurrent.futures import as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mendsim import analysis, scenarios
from mendsim.cli.interrupt import stoppable
from mendsim.cli.processes import processes
from mendsim.cli.progress import bar, say
from mendsim.common.errors import InputError
from mendsim.scenarios.checkpoint import Description
from mendsim.scenarios.runner import complete, cores
from mendsim.scenarios.unfinished import UnfinishedRun

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, kw_only=True)
class Protocol:
    """A treatment beside its control.

    Parameters
    ----------
    label : name in pictures and tables.
    treated, control : scenarios, by name or file.
    outcomes : end points to print.
    """

    label: str
    treated: str
    control: str
    outcomes: tuple[str, ...]


_SCAR = ("reepithelialisation_days", "collagen_minimum", "collagen_final", "scar_depth_change_um")
PROTOCOLS = (
    Protocol(
        label="acne scar", treated="acne_scar", control="acne_scar_untreated", outcomes=("debris_gone_days", *_SCAR)
    ),
    Protocol(
        label="alopecia",
        treated="alopecia",
        control="alopecia_untreated",
        outcomes=("debris_gone_days", "t_cell_minimum", "flow_change", "anagen_start", "anagen_final"),
    ),
    Protocol(label="drug delivery", treated="ladd", control="ladd_untreated", outcomes=("drug_delivered", *_SCAR)),
)


def run_demo(out: Path, *, workers: int | None = None, protocols: Sequence[Protocol] = PROTOCOLS) -> None:
    """Run the protocols and their controls, draw them, and print what came out.

    Parameters
    ----------
    out : folder for runs and pictures; runs of an earlier demonstration in it are replaced.
    workers : runs at a time; every core if not given.
    protocols : what to run.
    """
    began = time.perf_counter()
    loaded = {name: scenarios.load(name) for protocol in protocols for name in (protocol.treated, protocol.control)}
    stores = {name: out / f"{scenario.name}.zarr" for name, scenario in loaded.items()}
    count = workers or cores()
    say(f"{len(stores)} runs, {count} at a time, to {out}")
    with processes(count) as executor, bar("demo", "run") as progress:
        # The largest first, so that no core waits for one at the end.
        order = sorted(stores, key=lambda name: _work(loaded[name]), reverse=True)
        jobs = {executor.submit(run_one, name, str(stores[name])): loaded[name].name for name in order}
        try:
            for done, job in enumerate(as_completed(jobs), start=1):
                say(f"  {jobs[job]:<22} {job.result():6.1f} s")
                progress(done, len(jobs))
        except BrokenProcessPool:
            problem = "a run was killed from outside"
            raise InputError(problem, allowed="enough memory for all workers, or fewer --workers") from None
        except KeyboardInterrupt:
            raise KeyboardInterrupt("the same command goes on where it was") from None
    pairs = {protocol.label: (stores[protocol.treated], stores[protocol.control]) for protocol in protocols}
    page = analysis.compare_runs(pairs, out)
    for protocol in protocols:
        say(f"\n{protocol.label}\n{_table(*pairs[protocol.label], protocol.outcomes)}")
    say(f"\nruns and pictures: {out}\npage: {page}\n{time.perf_counter() - began:.0f} s in all")


def run_one(name: str, out: str) -> float:
    """Run one scenario on one thread in a worker process, or go on with it, and return the seconds it took."""
    began = time.perf_counter()
    try:
        about = Description(scenario=scenarios.load(name), seed=scenarios.DEFAULT_SEED)
        with stoppable(signal.SIGTERM) as look, UnfinishedRun.take_up(Path(out), about) as work:
            complete(work, threads=1, progress=look)
    except KeyboardInterrupt:
        os._exit(1)  # the worker must not begin the next run
    return time.perf_counter() - began


def _work(scenario: scenarios.Scenario) -> float:
    return scenario.lattice.width_um * scenario.lattice.depth_um * scenario.steps


def _table(treated: Path, control: Path, names: tuple[str, ...]) -> str:
    """Outcomes of a pair of runs, side by side."""
    from mendsim.analysis.endpoints import format_value

    runs = [analysis.open_run(path) for path in (treated, control)]
    days = float(runs[0]["series"]["time"].max()) / 24
    columns = [analysis.outcomes(run, list(names)) for run in runs]
    lines = [f"  {'':<34} {'treated':>20} {'untreated':>20}"]
    for name in names:
        about = columns[0].loc[name]
        cells = [format_value(float(column["value"][name]), str(about["unit"]), days) for column in columns]
        lines.append(f"  {about['label']:<34} {cells[0]:>20} {cells[1]:>20}")
    return "\n".join(lines)
