"""Sweeps: many runs of a design, on this machine or on a cluster."""

from __future__ import annotations

import logging
import signal
import sys
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from mendsim import analysis
from mendsim.analysis.sweep_outcomes import every_outcome, outcome_names
from mendsim.cli.interrupt import stoppable
from mendsim.cli.predict import allow_sweep
from mendsim.cli.processes import processes
from mendsim.common.errors import InputError
from mendsim.scenarios.problems import close_names
from mendsim.scenarios.provenance import package_digest
from mendsim.scenarios.runner import cores
from mendsim.scenarios.sweeping import Design, load_design
from mendsim.scenarios.sweeping.engine import Progress, Workers, carry_out_sweep
from mendsim.scenarios.sweeping.folder import DONE, FAILED, SweepFolder
from mendsim.scenarios.sweeping.table import TABLE, write_table

if TYPE_CHECKING:
    import pandas as pd

_ON_CLUSTER = 100
"""Runs handed to a cluster at a time, at least: what grows with its queue shall see that there is work."""
_TIMEOUT_S = 10.0
_MOST_TOLD = 5
_SOME_FAILED = 1
"""Exit code of a sweep that came to its end with runs that have failed."""


def run_sweep(
    design_file: str,
    *,
    out: str | None,
    workers: int | None,
    cluster: str | None,
    retry_failed: bool,
    every_s: float | None,
    yes: bool = False,
) -> None:
    """Do the runs of a design that are not done yet, and write the table."""
    design = load_design(design_file)
    _check_outcomes(design)
    if out == "":
        raise InputError("no name for the output", key="--out", value="", allowed="a path")
    path = Path(out or f"sweeps/{Path(design_file).stem}")
    if cluster is None:
        allow_sweep(design, SweepFolder(path, design), workers or cores(), yes=yes)
    folder = SweepFolder.create(path, design, measured_by=_measured_by())
    _carry_out(folder, workers=workers, cluster=cluster, retry_failed=retry_failed, every_s=every_s)


def resume_sweep(
    path: Path, *, workers: int | None, cluster: str | None, retry_failed: bool, every_s: float | None
) -> None:
    """Go on with a sweep that was interrupted."""
    folder = SweepFolder.open(path)
    folder.check_code(_measured_by())
    if cluster is None:
        allow_sweep(folder.design, folder, workers or cores(), yes=True)
    _carry_out(folder, workers=workers, cluster=cluster, retry_failed=retry_failed, every_s=every_s)


def _measured_by() -> str:
    return package_digest(Path(str(analysis.__file__)).parent)


def _check_outcomes(design: Design) -> None:
    known = outcome_names()
    for number, name in enumerate(design.table.outcomes or ()):
        if name not in known:
            key, allowed = f"outcomes.{number}", close_names(name, known)
            raise InputError("unknown outcome", file=design.label, key=key, value=name, allowed=allowed)


def _carry_out(
    folder: SweepFolder, *, workers: int | None, cluster: str | None, retry_failed: bool, every_s: float | None
) -> None:
    count = workers or cores()
    start: Workers = partial(processes, count)
    if cluster is not None:
        start, count = partial(_cluster, cluster), max(_ON_CLUSTER, workers or 1)
    print(f"{folder.path}: {folder.design.runs} runs, {folder.design.kind}", flush=True)
    try:
        with _live() as show, stoppable(signal.SIGINT, signal.SIGTERM) as look:

            def tell(progress: Progress) -> None:
                show(progress)
                look(progress.done, progress.done + progress.left)

            end = carry_out_sweep(
                folder,
                start,
                count,
                measure=every_outcome,
                retry_failed=retry_failed,
                checkpoint_every_s=every_s,
                tell=tell,
            )
    except KeyboardInterrupt:
        raise KeyboardInterrupt(f"go on with: mendsim resume {folder.path}") from None
    table = write_table(folder)
    print(f"{folder.path / TABLE}: {end.done} done, {end.failed} failed, in {end.seconds:.1f} s")
    _tell_failures(table)
    if folder.design.table.keep_stores:
        _tell_missing_stores(folder, table)
    if end.failed:
        sys.stdout.flush()
        raise SystemExit(_SOME_FAILED)


def _tell_missing_stores(folder: SweepFolder, table: pd.DataFrame) -> None:
    done = table.loc[table["status"] == DONE, "key"]
    missing = sum(not folder.store_path(key).exists() for key in set(done))
    if missing:
        print(f"  {missing} runs were done before stores were to be kept, and have none: use another --out")


def _tell_failures(table: pd.DataFrame) -> None:
    failed = table[table["status"] == FAILED]
    for _, row in failed.head(_MOST_TOLD).iterrows():
        print(f"  point {row['point']}, seed {row['seed']}: {row['error']}")
    if len(failed):
        more = f"  and {len(failed) - _MOST_TOLD} more\n" if len(failed) > _MOST_TOLD else ""
        print(f"{more}  to do them again: mendsim resume --retry-failed")


@contextmanager
def _live() -> Iterator:
    """Show done, failed, left and the time left on a terminal; nothing if stderr is none."""
    from tqdm import tqdm

    form = "{desc} |{bar}| {elapsed} gone{postfix}"
    with tqdm(bar_format=form, disable=None, leave=False) as shown:

        def show(progress: Progress) -> None:
            left_s = progress.left_s
            shown.total = progress.done + progress.failed + progress.left
            shown.n = progress.done + progress.failed
            shown.set_description_str(
                f"done {progress.done}  failed {progress.failed}  left {progress.left}", refresh=False
            )
            shown.set_postfix_str("" if left_s is None else f"{tqdm.format_interval(left_s)} left", refresh=False)
            shown.refresh()

        yield show


@contextmanager
def _cluster(address: str) -> Iterator[Executor]:
    """Executor of a Dask scheduler, however it was started.

    Raises
    ------
    InputError : Dask is not installed, or nothing answers at the address.
    """
    try:
        from distributed import Client
    except ImportError:
        raise InputError("a cluster needs Dask", key="--cluster", allowed="pip install 'mendsim[cluster]'") from None
    for name in ("distributed", *logging.root.manager.loggerDict):
        if name.split(".")[0] == "distributed":  # some have a level of their own
            logging.getLogger(name).setLevel(logging.CRITICAL)  # what matters of it is told by the rows of the runs
    try:
        client = Client(address, timeout=_TIMEOUT_S, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        problem = f"no Dask scheduler answers: {error}"
        raise InputError(problem, key="--cluster", value=address, allowed="for example tcp://127.0.0.1:8786") from None
    with client:
        executor = client.get_executor(pure=False)
        try:
            yield executor
        finally:
            executor.shutdown(wait=False)
