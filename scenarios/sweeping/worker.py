"""One run of a sweep, in whatever process it is carried out: its row is on the disk before anyone is told."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
import traceback
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xarray as xr

from mendsim.common.errors import InputError, NumbersError, WorkerError, WriteError
from mendsim.scenarios import runner, store
from mendsim.scenarios.checkpoint import Description
from mendsim.scenarios.loading import load_written
from mendsim.scenarios.lock import BusyError
from mendsim.scenarios.provenance import code_digest
from mendsim.scenarios.schema import Scenario
from mendsim.scenarios.sweeping.folder import DONE, FAILED, Row, is_sweep, read_row, row_path, store_path, write_row
from mendsim.scenarios.unfinished import UnfinishedRun

Measure = Callable[[xr.DataTree], Mapping[str, tuple[float, str]]]
"""Gives value and unit of every outcome of a run."""

_PATIENCE_S = 0.5
_LONGEST_ERROR = 500


@dataclass(frozen=True, kw_only=True)
class Task:
    """One run, as it is sent to a worker.

    Parameters
    ----------
    key : name of the run.
    base : tables of the scenario that is changed.
    values : changes, by dotted key.
    origin : name of the design and the point, for errors.
    seed : of every random draw.
    folder : of the sweep; a worker that does not see it only returns the row.
    keep_store : whether the run store is kept.
    measure : of outcomes.
    code : digest of the program that asks: a worker with another one must not answer.
    checkpoint_every_s : time between checkpoints [s]; the usual one if None.
    """

    key: str
    base: Mapping[str, Any]
    values: Mapping[str, Any]
    origin: str
    seed: int
    folder: str
    keep_store: bool
    measure: Measure
    code: str
    checkpoint_every_s: float | None = None

    def scenario(self) -> Scenario:
        """Make the scenario."""
        if self.code != code_digest():
            raise WorkerError("a worker has another version of mendsim", allowed="the same one everywhere")
        base = load_written(self.base, self.origin)
        return base.with_values(self.values, origin=self.origin) if self.values else base


def carry_out(task: Task) -> Row:
    """Do one run, or go on with it, and return its row; a run that fails has a row too."""
    folder = Path(task.folder)
    if not is_sweep(folder):
        return _row_of(task, None)
    path = row_path(folder, task.key)
    while True:
        if (known := read_row(path)) is not None and known["status"] == DONE:
            return known
        try:
            row = _row_of(task, folder)
            break
        except BusyError:  # a worker that was given up still has it: it may end, or be ended
            time.sleep(_PATIENCE_S)
    if row["status"] == FAILED:
        write_row(path, row)
    return row


def _row_of(task: Task, folder: Path | None) -> Row:
    began = time.perf_counter()
    row: Row = {"key": task.key, "seed": task.seed, "status": DONE, "error": "", "outcomes": {}}
    try:
        with _stopped_by_terminate() as look, warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # they are told of the design, not of each of thousands
            if folder is None:
                done = runner.run(task.scenario(), seed=task.seed, threads=1, progress=look)
                row |= _measured(task, done.data, time.perf_counter() - began)
            else:
                _complete(task, folder, row, look)
    except (BusyError, WriteError, WorkerError):
        raise  # these are no faults of the run
    except KeyboardInterrupt:
        os._exit(1)  # the worker must not begin the next run
    except (InputError, NumbersError, MemoryError) as error:
        row |= _failure(error, began)
    except Exception as error:  # whatever it is, the other runs go on
        row |= {**_failure(error, began), "traceback": traceback.format_exc()}
    return row


def _complete(task: Task, folder: Path, row: Row, look: Callable[[int, int], None]) -> None:
    """Carry a run to its end in the folder of the sweep; its row is there before its checkpoints are gone."""

    def write(tree: xr.DataTree, out: Path) -> None:
        if task.keep_store:
            store.write(tree, out, overwrite=True, workplace=store.folder_of(out))
        row.update(_measured(task, tree, float(tree.attrs["wall_time_s"])))
        write_row(row_path(folder, task.key), row)

    about = Description(scenario=task.scenario(), seed=task.seed)
    out = store_path(folder, task.key)
    with UnfinishedRun.take_up(out, about, every_s=task.checkpoint_every_s) as work:
        runner.complete(work, threads=1, progress=look, write=write)


def _measured(task: Task, tree: xr.DataTree, seconds: float) -> Row:
    outcomes = {name: [float(value), unit] for name, (value, unit) in task.measure(tree).items()}
    return {"outcomes": outcomes, "wall_time_s": round(seconds, 3), "content_hash": tree.attrs["content_hash"]}


def _failure(error: BaseException, began: float) -> Row:
    text = f"{error}" if isinstance(error, InputError | NumbersError) else f"{type(error).__name__}: {error}"
    said = " ".join(text.split())[:_LONGEST_ERROR]
    return {"status": FAILED, "error": said, "wall_time_s": round(time.perf_counter() - began, 3)}


@contextlib.contextmanager
def _stopped_by_terminate() -> Iterator[Callable[[int, int], None]]:
    """Let SIGTERM end a run between two steps, in the main thread of a process; others are only killed."""
    asked = threading.Event()

    def look(_done: int, _total: int) -> None:
        if asked.is_set():
            raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield look
        return
    before = signal.signal(signal.SIGTERM, lambda *_: asked.set())
    try:
        yield look
    finally:
        signal.signal(signal.SIGTERM, before)
