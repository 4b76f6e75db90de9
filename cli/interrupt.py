"""Stop a run between two of its steps.

An exception raised by a signal handler is lost where it meets a callback of the compiler, so the handler only takes a
note, and the run looks at it after every step.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def stoppable(*numbers: int) -> Iterator[Callable[[int, int], None]]:
    """Let signals end what runs inside, between two steps; a second signal ends it at once.

    Yields
    ------
    A progress function for a run: it raises `KeyboardInterrupt` once the signal has come.
    """
    asked = False

    def note(_number: int, _frame: object) -> None:
        nonlocal asked
        if asked:
            raise KeyboardInterrupt
        asked = True

    def look(_done: int, _total: int) -> None:
        if asked:
            raise KeyboardInterrupt

    before = {number: signal.signal(number, note) for number in numbers}
    try:
        yield look
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
