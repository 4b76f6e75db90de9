"""The seal of a run store: a list of its files with sizes and checksums, so that damage is seen before it is read."""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Iterator
from pathlib import Path

from mendsim.common.errors import InputError

NAME = "seal.json"
_METADATA = "zarr.json"
_PIECE = 1 << 20
_WHOLE = "a store as mendsim wrote it: copy it anew, or run it again"


def write_seal(folder: Path) -> None:
    """List every file of a finished store."""
    files = {name: [size, _checksum(folder / name)] for name, size in _files(folder)}
    (folder / NAME).write_text(json.dumps({"crc32": files}, sort_keys=True), encoding="utf-8")


def check_seal(folder: Path, *, most_bytes: float = float("inf")) -> None:
    """Compare a store with its seal: names and sizes of all files, contents of the metadata, and of the rest.

    Parameters
    ----------
    folder : the store.
    most_bytes : of larger stores the contents of chunks are not read.

    Raises
    ------
    InputError : a file that is missing, cut off, changed, or does not belong there, with its path.
    """
    sealed = _sealed(folder)
    try:
        _compare(folder, sealed, dict(_files(folder)), most_bytes)
    except OSError as error:
        path = error.filename or folder
        raise InputError(f"cannot be read: {error.strerror or error}", file=path, allowed=_WHOLE) from error


def _compare(folder: Path, sealed: dict[str, tuple[int, int]], found: dict[str, int], most_bytes: float) -> None:
    for name in sorted(found.keys() - sealed.keys()):
        raise InputError("this file does not belong to the run store", file=folder / name, allowed="only its own files")
    for name in sorted(sealed.keys() - found.keys()):
        raise InputError("a file of the run store is missing", file=folder / name, allowed=_WHOLE)
    everything = sum(found.values()) <= most_bytes
    for name, (size, checksum) in sealed.items():
        same = found[name] == size
        if same and (everything or name.endswith(_METADATA)):
            same = _checksum(folder / name) == checksum
        if not same:
            raise InputError("a file of the run store is damaged", file=folder / name, allowed=_WHOLE)


def _sealed(folder: Path) -> dict[str, tuple[int, int]]:
    path = folder / NAME
    try:
        files = json.loads(path.read_bytes())["crc32"]
        return {str(name): (int(size), int(checksum)) for name, (size, checksum) in files.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError) as error:
        raise InputError("the seal of the run store is missing or damaged", file=path, allowed=_WHOLE) from error


def _files(folder: Path) -> Iterator[tuple[str, int]]:
    """Name, relative to the store, and size of every file of it but the seal; a link counts as its own few bytes."""
    pending = [""]
    while pending:
        place = pending.pop()
        with os.scandir(folder / place) as entries:
            for entry in entries:
                name = f"{place}{entry.name}"
                if entry.is_dir(follow_symlinks=False):
                    pending.append(f"{name}/")
                elif name != NAME:
                    yield name, entry.stat(follow_symlinks=False).st_size


def _checksum(path: Path) -> int:
    checksum = 0
    with path.open("rb") as stream:
        while piece := stream.read(_PIECE):
            checksum = zlib.crc32(piece, checksum)
    return checksum
