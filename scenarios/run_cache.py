"""Runs kept on disk by their content, so that a second question about a run costs no second run.

What is kept is small: the time series, where the zones lie, and of the snapshots the kinds of cells and tissue. Its
name is a digest of the scenario, the seed and every source and data file that a run is made of.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING

from mendsim.common.errors import InputError
from mendsim.scenarios import runner, store
from mendsim.scenarios.checkpoint import Description
from mendsim.scenarios.lock import BusyError
from mendsim.scenarios.provenance import code_digest
from mendsim.scenarios.schema import Scenario
from mendsim.scenarios.seal import check_seal
from mendsim.scenarios.simulation import Progress
from mendsim.scenarios.unfinished import UnfinishedRun
from mendsim.thermal import zone_cache

if TYPE_CHECKING:
    import xarray as xr

MOST_RUNS = 200
"""Of more runs than this, those that were not used for longest are removed."""
KEPT_FIELDS = ("cell_kind", "tissue")
"""Fields of a snapshot that are kept."""
KEPT_MAPS = ("ablated",)
"""Maps of an injury that are kept."""
_LARGE = ("/fields", "/agents", "/injury")
_PATIENCE_S = 0.5
_ABANDONED_S, _FORGOTTEN_S = 3600.0, 14 * 86400.0
"""Age at which what a killed process left is removed: half a store, and a run that can still be gone on with."""
_TOLD = ("name", "title", "description", "sources", "control")
"""Keys of a scenario that say what it is for and change nothing in the run."""


def folder() -> Path | None:
    """Folder of the kept runs, beside the solved zones; None if caches are off or it cannot be written."""
    zones = zone_cache.folder()
    if zones is None:
        return None
    place = zones / "runs" if zone_cache.FOLDER_VARIABLE in os.environ else zones.with_name("runs")
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    return place if os.access(place, os.W_OK | os.X_OK) else None


def key_of(scenario: Scenario, seed: int) -> str:
    """Name of a run by all that decides its content."""
    content = {name: value for name, value in scenario.to_dict().items() if name not in _TOLD}
    text = json.dumps([content, seed, KEPT_FIELDS, KEPT_MAPS, code_digest()], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def find(scenario: Scenario, seed: int, place: Path) -> Path | None:
    """Return the store of a run if it is kept in a folder."""
    path = place / f"{key_of(scenario, seed)}.zarr"
    if not store.is_store(path):
        return None
    try:
        check_seal(path)
    except InputError:
        return None  # it is run again, and put in the place of the damaged one
    with contextlib.suppress(OSError):  # a cache that may only be read still serves
        os.utime(path)
    return path


def make(scenario: Scenario, seed: int, place: Path, *, progress: Progress | None = None) -> Path:
    """Run a scenario on one thread, or go on with such a run, and keep it in a folder; return its store.

    Raises
    ------
    InputError : the scenario is not valid, or the folder cannot be written.
    """
    path = place / f"{key_of(scenario, seed)}.zarr"

    def write(tree: xr.DataTree, path: Path) -> None:
        store.write(slim(tree), path, overwrite=True, workplace=store.folder_of(path))

    while True:
        try:
            with UnfinishedRun.take_up(path, Description(scenario=scenario, seed=seed)) as work:
                runner.complete(work, threads=1, progress=progress, write=write)
            break
        except BusyError:  # another process makes the same run
            time.sleep(_PATIENCE_S)
            if progress is not None:
                progress(0, scenario.steps)
            if find(scenario, seed, place) is not None:
                break
    _prune(place)
    return path


def slim(tree: xr.DataTree) -> xr.DataTree:
    """Leave out of a run what takes much room: agents, maps but for `KEPT_MAPS`, fields but for `KEPT_FIELDS`."""
    import xarray as xr

    nodes = {}
    for node in tree.subtree:
        data = node.to_dataset(inherit=False)
        if node.path == "/fields":
            data = data[[name for name in KEPT_FIELDS if name in data]]
        elif node.path == "/injury":
            data = data[[name for name in KEPT_MAPS if name in data]]
        elif node.path.startswith(_LARGE):
            continue
        nodes[node.path] = data
    kept = xr.DataTree.from_dict(nodes)
    kept.attrs = {**tree.attrs, "slim": 1}
    return kept


def _prune(place: Path) -> None:
    runs = sorted(place.glob("*.zarr"), key=_used)
    for old in runs[: max(0, len(runs) - MOST_RUNS)]:
        shutil.rmtree(old, ignore_errors=True)
    for pattern, old_s in ((".*.partial-*", _ABANDONED_S), (f"*{store.UNFINISHED}", _FORGOTTEN_S)):
        for part in place.glob(pattern):
            if _used(part) < time.time() - old_s:
                shutil.rmtree(part, ignore_errors=True)


def _used(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0  # another process has just removed it
