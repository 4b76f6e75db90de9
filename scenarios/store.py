"""The run store: one Zarr folder that plain xarray opens, written whole or not at all."""

from __future__ import annotations

import json
import os
import shutil
import uuid
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mendsim.common.errors import InputError, WriteError
from mendsim.scenarios.replace import flush, put
from mendsim.scenarios.seal import write_seal

if TYPE_CHECKING:
    import xarray as xr


UNFINISHED = ".unfinished"


def folder_of(path: Path) -> Path:
    """Folder of a run that is on its way to become a store."""
    return path.with_name(f"{path.name}{UNFINISHED}")


def store_of(path: Path) -> Path:
    """Store of a run; ``path`` may also be the folder of the run on its way."""
    return path.with_name(path.name.removesuffix(UNFINISHED)) if path.name.endswith(UNFINISHED) else path


def is_store(path: Path) -> bool:
    """Whether a folder is a run store."""
    try:
        attributes = json.loads((path / "zarr.json").read_text(encoding="utf-8"))["attributes"]
        return {"mendsim_version", "content_hash"} <= attributes.keys()
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False


def check_target(path: Path, *, overwrite: bool) -> None:
    """Refuse a place where a run could not be written, before the run begins.

    Raises
    ------
    InputError : something is there already, or the folder cannot be written.
    """
    try:
        if path.exists() or path.is_symlink():
            _check_replaceable(path, overwrite=overwrite)
        parent = path.absolute().parent
        while not parent.exists():
            parent = parent.parent
    except OSError as error:
        raise InputError(f"cannot be written: {error.strerror}", file=path) from None
    if not parent.is_dir():
        raise InputError(f"cannot be written: {parent} is not a folder", file=path)
    if not os.access(parent, os.W_OK | os.X_OK):
        raise InputError(f"cannot be written: {parent} is read-only", file=path)


def _check_replaceable(path: Path, *, overwrite: bool) -> None:
    if not overwrite:
        raise InputError("the output exists already", file=path, allowed="another --out, or --overwrite to replace it")
    if path.is_symlink() or not is_store(path):
        raise InputError("this is not a run, so it is not replaced", file=path, allowed="another --out")


def write(tree: xr.DataTree, path: Path, *, overwrite: bool = False, workplace: Path | None = None) -> None:
    """Write a run store: to another folder first, which then takes its name.

    Parameters
    ----------
    tree : contents.
    path : where the store comes to be.
    overwrite : whether to replace a store that is there.
    workplace : folder in which the other folder is made, on the same disk; that of the store if not given.

    Raises
    ------
    InputError : the place is taken, or cannot be written.
    """
    check_target(path, overwrite=overwrite)
    partial = (path.parent if workplace is None else workplace) / f".{path.name[:100]}.partial-{uuid.uuid4().hex}"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _lay_down(tree, partial)
        write_seal(partial)
        flush(partial)
        put(partial, path)
    except OSError as error:
        raise WriteError(f"cannot be written: {error.strerror or error}", file=path) from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _lay_down(tree: xr.DataTree, folder: Path) -> None:
    """Write the files of a store: made in memory first, for hundreds of small arrays that takes a fifth of the time."""
    import zarr
    from zarr.core.buffer import Buffer
    from zarr.storage import MemoryStore

    files: dict[str, Buffer] = {}
    memory = MemoryStore(files)
    with warnings.catch_warnings():
        # Consolidated metadata is not yet in the text of Zarr 3; xarray and zarr read and write it all the same.
        warnings.filterwarnings("ignore", message="Consolidated metadata", category=UserWarning)
        tree.to_zarr(memory, mode="w-", consolidated=False, zarr_format=3, encoding=_encoding(tree))
        zarr.consolidate_metadata(memory)
    for name, buffer in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(buffer.to_bytes())


def _encoding(tree: xr.DataTree) -> dict[str, dict[str, dict[str, Any]]]:
    """One chunk for each snapshot or session of a field, one for the whole of anything else."""
    encoding: dict[str, dict[str, dict[str, Any]]] = {}
    for node in tree.subtree:
        chunks = {}
        for name, variable in node.to_dataset(inherit=False).variables.items():
            if variable.ndim:
                shape = (1, *variable.shape[1:]) if variable.ndim == 4 else variable.shape
                chunks[str(name)] = {"chunks": tuple(max(1, size) for size in shape)}
        encoding[node.path] = chunks
    return encoding
