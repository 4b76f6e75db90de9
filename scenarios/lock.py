"""A lock on a folder that the system gives back when the process that holds it ends, however it ends."""

from __future__ import annotations

import fcntl
import os
import shutil
from contextlib import suppress
from pathlib import Path

from mendsim.common.errors import InputError, WriteError

LOCK = "lock"
"""File of a folder that its writer locks."""


class BusyError(InputError):
    """Another process is at work in this place."""


class FolderLock:
    """The right to write into a folder, for one process at a time.

    Raises
    ------
    BusyError : another process has it.
    InputError : the folder cannot be written.
    """

    def __init__(self, folder: Path, name: Path):
        """Take the lock of a folder; ``name`` is what a user calls it."""
        path = folder / LOCK
        try:
            while True:
                self._handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
                try:
                    fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    os.close(self._handle)
                    raise BusyError("another process is writing this", file=name, allowed="to wait for it") from None
                if _is_still(path, self._handle):
                    return
                os.close(self._handle)  # the last holder removed the folder between the two lines above
                folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise WriteError(f"cannot be written: {error.strerror}", file=name) from None

    def release(self) -> None:
        """Give it back."""
        os.close(self._handle)


def remove_locked(folder: Path, first: str) -> None:
    """Remove a folder: first the file without which it means nothing, last its lock, so that nobody works in it."""
    with suppress(OSError):
        for part in sorted(folder.iterdir(), key=lambda part: part.name != first):
            if part.is_dir():
                shutil.rmtree(part, ignore_errors=True)
            elif part.name != LOCK:
                part.unlink(missing_ok=True)
        (folder / LOCK).unlink(missing_ok=True)
        folder.rmdir()


def _is_still(path: Path, handle: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(handle))
    except FileNotFoundError:
        return False
