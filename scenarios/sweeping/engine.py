"""Carrying out a sweep: every run once, whatever dies on the way, on any executor of ``concurrent.futures``."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, Executor, Future, wait
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import NoReturn

from mendsim.common.errors import WorkerError, WriteError
from mendsim.scenarios.lock import FolderLock
from mendsim.scenarios.provenance import code_digest
from mendsim.scenarios.store import folder_of
from mendsim.scenarios.sweeping.folder import DONE, FAILED, Row, SweepFolder, store_path, write_row
from mendsim.scenarios.sweeping.worker import Measure, Task, carry_out

_ATTEMPTS, _TOGETHER = 4, 2
"""Times that a worker may die with a run before the run is given up; so often, others may be at work beside it."""
_AHEAD = 2
"""Runs handed over for each worker: one at work, one waiting."""
_LOOK_S = 0.5
_GIVEN_UP = "KilledWorker"
"""What Dask raises for a run with which workers died again and again; it need not be installed to be known."""


@dataclass(frozen=True)
class Progress:
    """How far a sweep is.

    Parameters
    ----------
    done, failed, left : runs.
    new : runs of those that ended since this start.
    seconds : since this start.
    """

    done: int
    failed: int
    left: int
    new: int
    seconds: float

    @property
    def left_s(self) -> float | None:
        """Time until the end at the pace so far [s]; None before the first run has ended."""
        return self.left * self.seconds / self.new if self.new else None


Tell = Callable[[Progress], None]
Workers = Callable[[], AbstractContextManager[Executor]]
"""Starts workers; after some of them died it is called again."""


def carry_out_sweep(
    folder: SweepFolder,
    workers: Workers,
    count: int,
    *,
    measure: Measure,
    retry_failed: bool = False,
    checkpoint_every_s: float | None = None,
    tell: Tell | None = None,
) -> Progress:
    """Do every run of a sweep that has not ended.

    Parameters
    ----------
    folder : of the sweep.
    workers : starts the executor.
    count : of the workers.
    measure : outcomes of a run; a function that workers can import.
    retry_failed : do runs again that have failed.
    checkpoint_every_s : time between checkpoints of a run [s]; the usual one if None.
    tell : called whenever something has changed, and every half second.

    Raises
    ------
    InputError : another process works on this sweep, or it cannot be written.
    """
    lock = FolderLock(folder.path, folder.path)
    folder.tidy()
    try:
        return _Course(folder, count, measure, checkpoint_every_s, tell).run(workers, retry_failed=retry_failed)
    finally:
        lock.release()


class _Course:
    """The runs of one start of a sweep."""

    def __init__(
        self, folder: SweepFolder, count: int, measure: Measure, every_s: float | None, tell: Tell | None
    ) -> None:
        self._folder, self._count, self._measure, self._every_s, self._tell = folder, count, measure, every_s, tell
        self._began = time.monotonic()
        self._progress = Progress(done=0, failed=0, left=0, new=0, seconds=0.0)
        self._deaths: Counter[str] = Counter()
        self._waiting: list[Task] = []

    def run(self, workers: Workers, *, retry_failed: bool) -> Progress:
        ended = {key: row["status"] for key, row in self._ended()}
        if retry_failed:
            ended = {key: status for key, status in ended.items() if status == DONE}
        todo = self._todo(set(ended))
        total = len(self._keys)
        done = sum(status == DONE for status in ended.values())
        self._progress = Progress(done=done, failed=len(ended) - done, left=total - len(ended), new=0, seconds=0.0)
        self._say()
        while self._progress.left:
            try:
                with workers() as executor:
                    self._drive(executor, todo)
            except BrokenExecutor:
                continue  # those who lived on were ended with it; what they did is on the disk
        return self._progress

    def _ended(self) -> Iterator[tuple[str, Row]]:
        self._keys: dict[str, tuple[int, int]] = {}
        for job in self._folder.design.jobs():
            self._keys.setdefault(self._folder.key(job), (job.point, job.replicate))
        for key in self._keys:
            if (row := self._folder.row(key)) is not None:
                yield key, row

    def _todo(self, ended: set[str]) -> Iterator[Task]:
        design = self._folder.design
        base = {**design.base.written, "name": design.base.name}
        for key, place in self._keys.items():
            if key not in ended:
                job = design.job(*place)
                yield Task(
                    key=key,
                    base=base,
                    values={**job.fixed, **job.values},
                    origin=job.origin,
                    seed=job.seed,
                    folder=str(self._folder.path.resolve()),
                    keep_store=design.table.keep_stores,
                    measure=self._measure,
                    code=code_digest(),
                    checkpoint_every_s=self._every_s,
                )

    def _drive(self, executor: Executor, todo: Iterator[Task]) -> None:
        running: dict[Future[Row], Task] = {}
        try:
            while True:
                self._hand_over(executor, todo, running)
                if not running:
                    return
                ended, _ = wait(running, timeout=_LOOK_S, return_when=FIRST_COMPLETED)
                for future in ended:
                    self._receive(future, running.pop(future))
                self._say()
        except BrokenExecutor:
            self._bury(running)
            raise

    def _hand_over(self, executor: Executor, todo: Iterator[Task], running: dict[Future[Row], Task]) -> None:
        while len(running) < _AHEAD * self._count:
            if self._alone(running.values()):
                return
            task = self._waiting.pop() if self._waiting else next(todo, None)
            if task is None:
                return
            try:
                running[executor.submit(carry_out, task)] = task
            except BrokenExecutor:
                self._waiting.append(task)
                raise

    def _alone(self, running: Collection[Task]) -> bool:
        """Whether the next run must wait: one with which workers died again and again goes alone, to be sure of it."""
        return bool(running) and any(self._deaths[task.key] >= _TOGETHER for task in (*running, *self._waiting[-1:]))

    def _receive(self, future: Future[Row], task: Task) -> None:
        try:
            row = future.result()
        except BrokenExecutor:
            self._suspect(task)
            raise
        except (WriteError, WorkerError):
            raise
        except (Exception, CancelledError) as error:
            if type(error).__name__ != _GIVEN_UP:
                self._lost(error)
            self._give_up(task, f"{type(error).__name__}: {error}")
            return
        if (known := self._folder.row(task.key)) is None or known["status"] != row["status"]:
            # the worker does not see our folder
            write_row(self._folder.row_path(task.key), row)
        self._count_in(row)

    def _lost(self, error: BaseException) -> NoReturn:
        problem = f"the workers are lost: {type(error).__name__} {error}".rstrip()
        allowed = f"mendsim resume {self._folder.path}, once they are back"
        raise WorkerError(problem, file=self._folder.path, allowed=allowed) from error

    def _bury(self, running: dict[Future[Row], Task]) -> None:
        """Sort what was on workers that died: ended after all, given up, or to be done again."""
        for task in running.values():
            row = self._folder.row(task.key)
            if row is not None and row["status"] == DONE:
                self._count_in(row)
            else:
                self._suspect(task)

    def _suspect(self, task: Task) -> None:
        """Do a run again whose worker has died, unless that happens every time."""
        if folder_of(store_path(self._folder.path, task.key)).exists():  # else it waited in the queue of the worker
            self._deaths[task.key] += 1
        if self._deaths[task.key] >= _ATTEMPTS:
            self._give_up(task, f"its worker was killed from outside {_ATTEMPTS} times: perhaps out of memory")
        else:
            self._waiting.append(task)
            self._waiting.sort(key=lambda one: -self._deaths[one.key])

    def _give_up(self, task: Task, error: str) -> None:
        row: Row = {"key": task.key, "seed": task.seed, "status": FAILED, "error": error[:500], "outcomes": {}}
        write_row(self._folder.row_path(task.key), row)
        self._count_in(row)

    def _count_in(self, row: Row) -> None:
        now = self._progress
        done = row["status"] == DONE
        self._progress = replace(
            now, done=now.done + done, failed=now.failed + (not done), left=now.left - 1, new=now.new + 1
        )

    def _say(self) -> None:
        self._progress = replace(self._progress, seconds=time.monotonic() - self._began)
        if self._tell is not None:
            self._tell(self._progress)
