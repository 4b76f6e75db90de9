"""Folders that are written whole or not at all."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mendsim.common.errors import InputError
from mendsim.scenarios.replace import flush, put


@contextmanager
def folder_written_whole(path: Path) -> Iterator[Path]:
    """Make a folder beside the one that is wanted; it takes its place once all of it is on the disk.

    Parameters
    ----------
    path : of the folder; what stands there is replaced, so look first.

    Yields
    ------
    The folder to write into.

    Raises
    ------
    InputError : it cannot be written; nothing is left of it then, and what stood there stays.
    """
    partial = path.with_name(f".{path.name[:100]}.partial-{uuid.uuid4().hex}")
    try:
        partial.mkdir(parents=True)
        yield partial
        flush(partial)
        put(partial, path)
    except OSError as error:
        raise InputError(f"cannot be written: {error.strerror or error}", file=path) from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
