"""Progress on a terminal, for what lasts longer than two seconds."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def bar(name: str, unit: str = "step") -> Iterator[Callable[[int, int], None]]:
    """Show a bar with the time left on stderr; nothing if it is not a terminal.

    Yields
    ------
    A function to call with the number done and the number of all.
    """
    from tqdm import tqdm

    with tqdm(desc=name, unit=unit, delay=2, disable=None, leave=False) as shown:

        def progress(done: int, total: int) -> None:
            shown.total = total
            shown.update(done - shown.n)

        yield progress


def say(text: str) -> None:
    """Print a line at once, above a bar if one is shown."""
    from tqdm import tqdm

    tqdm.write(text)
    sys.stdout.flush()
