"""A small pool of threads for independent pieces of work.

Kernels compiled with ``nogil=True`` run side by side in it.  How work is cut into pieces must not depend on the
number of threads, and pieces must not write to the same place; then neither do results.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Self

ROWS_PER_CHUNK = 8_192
"""Rows of one piece of work: enough to outweigh handing it to a thread, few enough to balance the load."""


class WorkPool:
    """Runs independent calls on a fixed number of threads.

    Parameters
    ----------
    threads : int
        How many calls run at a time; with 1 everything runs in the caller's thread.

    Examples
    --------
    >>> with WorkPool(2) as pool:
    ...     pool.run([(pow, (2, 3)), (pow, (3, 2))])
    [8, 9]
    """

    def __init__(self, threads: int = 1) -> None:
        if threads < 1:
            raise ValueError(f"a pool needs at least one thread, got {threads}")
        self.threads = threads
        self._executor: ThreadPoolExecutor | None = None

    def run(self, tasks: Sequence[tuple[Callable[..., Any], tuple[Any, ...]]]) -> list[Any]:
        """Call every ``function(*arguments)`` and return the results in the order of ``tasks``.

        All calls have ended when it returns or raises; after an error no further task is begun.
        """
        if self.threads == 1 or len(tasks) < 2:
            return [function(*arguments) for function, arguments in tasks]
        if self._executor is None:
            # The caller works too, so one thread fewer is needed.
            self._executor = ThreadPoolExecutor(self.threads - 1, thread_name_prefix="mendsim")
        return _share(self._executor, self.threads, tasks)

    def close(self) -> None:
        """End the threads; a later :meth:`run` starts new ones."""
        if self._executor is not None:
            self._executor.shutdown()
            self._executor = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def __getstate__(self) -> dict[str, Any]:
        return {"threads": self.threads, "_executor": None}  # threads can be neither pickled nor copied


def _share(
    executor: ThreadPoolExecutor, threads: int, tasks: Sequence[tuple[Callable[..., Any], tuple[Any, ...]]]
) -> list[Any]:
    """Let the caller and the executor's threads take tasks from one queue until none is left."""
    results: list[Any] = [None] * len(tasks)
    errors: dict[int, BaseException] = {}
    waiting = deque(range(len(tasks)))

    def work() -> None:
        while waiting:
            try:
                i = waiting.popleft()
            except IndexError:
                return
            function, arguments = tasks[i]
            try:
                results[i] = function(*arguments)
            except BaseException as error:
                errors[i] = error
                waiting.clear()

    helpers = [executor.submit(work) for _ in range(min(threads, len(tasks)) - 1)]
    work()
    for helper in helpers:
        if not helper.cancel():  # one that has not begun has nothing left to do
            helper.result()
    if errors:
        raise errors[min(errors)]
    return results


def row_chunks(n: int, chunk: int = ROWS_PER_CHUNK) -> list[tuple[int, int]]:
    """Cut ``n`` rows into ``(start, stop)`` pieces of at most ``chunk`` rows, whatever the number of threads."""
    return [(start, min(start + chunk, n)) for start in range(0, n, chunk)]
