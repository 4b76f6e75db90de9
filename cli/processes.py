"""Worker processes in which runs go side by side."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing.process import BaseProcess

_GRACE_S = 20.0
"""Time that workers have to stop when they are told to."""


@contextmanager
def processes(count: int) -> Iterator[Executor]:
    """Worker processes of one thread each, that end when this one is interrupted."""
    os.environ["NUMBA_NUM_THREADS"] = "1"
    context = multiprocessing.get_context("spawn")
    executor = ProcessPoolExecutor(count, context, initializer=_prepare)
    try:
        yield executor
    except BaseException:
        _end(multiprocessing.active_children())
        raise
    finally:
        executor.shutdown(cancel_futures=True)


def _end(workers: Sequence[BaseProcess]) -> None:
    """Let workers stop between two steps and keep a checkpoint; those that do not come to it in time are killed."""
    for worker in workers:
        worker.terminate()
    until = time.monotonic() + _GRACE_S
    for worker in workers:
        worker.join(max(0.0, until - time.monotonic()))
        if worker.is_alive():  # it compiles, or a step takes long; the last checkpoint is there
            worker.kill()


def _prepare() -> None:
    # The terminal sends Ctrl-C to every process; workers leave it to the parent, which stops them.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """End this worker when its parent was killed: nobody would ever give it work again."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
