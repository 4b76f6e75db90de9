"""Zones kept on disk by their content, so that no process solves one that another has solved.

A file holds arrays and numbers only and is never executed. It is written under another name and then renamed, so that
whoever reads it finds a whole one or none, whatever is killed; one that cannot be read is solved again.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import time
import zipfile
import zlib
from functools import cache
from importlib.metadata import version
from pathlib import Path

import numpy as np
import platformdirs

from mendsim.common import philox, purposes
from mendsim.thermal.grid import ZoneGrid
from mendsim.thermal.zone import LEDGER, Zone

FOLDER_VARIABLE = "MENDSIM_CACHE"
"""Environment variable that names the folder of the cache; ``off`` for none."""
MOST_FILES = 500
"""Of more files than this, those that were not used for longest are removed."""
ABANDONED_S = 3600.0
"""A half-written file this old belongs to a process that was killed [s]."""
_ARRAYS = ("removed", "water", "omega", "dose_min", "peak_c", "final_c", "heat")


def folder() -> Path | None:
    """Folder of the cache, None if it is off."""
    named = os.environ.get(FOLDER_VARIABLE)
    if named == "off":
        return None
    return Path(named) if named else Path(platformdirs.user_cache_dir("mendsim", appauthor=False)) / "zones"


def key_of(problem: object) -> str:
    """Name of a problem by its content and by the code that solves it."""
    text = json.dumps([repr(problem), _code()], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


@cache
def _code() -> str:
    """Digest of the thermal stage, of its random draws and of what computes them: other code, other results."""
    digest = hashlib.sha256("".join(version(name) for name in ("numpy", "numba", "llvmlite")).encode())
    for path in (*sorted(Path(__file__).parent.glob("*.py")), Path(philox.__file__), Path(purposes.__file__)):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def is_kept(key: str) -> bool:
    """Whether there is a file of this name; it may still turn out to be damaged."""
    place = folder()
    return place is not None and (place / f"{key}.npz").is_file()


def recall(key: str) -> Zone | None:
    """Read a zone, None if it is not there or cannot be read."""
    place = folder()
    if place is None:
        return None
    try:
        os.utime(place / f"{key}.npz")
        with np.load(place / f"{key}.npz", allow_pickle=False) as data:
            ledger = dict(zip(LEDGER, data["ledger"].tolist(), strict=True))
            arrays = {name: data[name] for name in _ARRAYS}
            grid = ZoneGrid(data["r_edges"], data["z_edges"])
            return Zone(grid=grid, ledger=ledger, steps=int(data["steps"]), **arrays)
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error):
        return None


def keep(key: str, zone: Zone) -> None:
    """Write a zone; a folder that cannot be written is no reason to fail."""
    place = folder()
    if place is None:
        return
    try:
        place.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(suffix=".part", dir=place)
        with os.fdopen(handle, "wb") as stream:
            np.savez_compressed(
                stream, r_edges=zone.grid.r_edges, z_edges=zone.grid.z_edges, steps=zone.steps,
                ledger=np.array([zone.ledger[entry] for entry in LEDGER]),
                **{array: getattr(zone, array) for array in _ARRAYS},
            )  # fmt: skip
        Path(name).replace(place / f"{key}.npz")
        _prune(place)
    except OSError:
        return


def _prune(place: Path) -> None:
    files = sorted(place.glob("*.npz"), key=lambda path: path.stat().st_mtime)
    for old in files[: max(0, len(files) - MOST_FILES)]:
        old.unlink(missing_ok=True)
    for part in place.glob("*.part"):
        if part.stat().st_mtime < time.time() - ABANDONED_S:
            part.unlink(missing_ok=True)
