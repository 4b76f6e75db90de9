"""Handing a run to other programs: ParaView (VTK), Simularium, and tables (CSV)."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from mendsim.analysis import store
from mendsim.analysis.asked_days import checked_days
from mendsim.analysis.folders import folder_written_whole
from mendsim.common.errors import InputError, choices

if TYPE_CHECKING:
    import xarray as xr

FORMATS = {"vtk": "export_vtk", "simularium": "export_simularium", "csv": "export_csv"}
"""Kinds of export, and the modules that write them: ``write(run, folder, snapshots)``."""
ABOUT = "export.json"
"""File that says what a folder is; a folder without it is not replaced."""
_KIND = "mendsim export"

Write = Callable[["xr.DataTree", Path, Sequence[int]], None]


def export_run(
    store_path: str | Path, to: str, out_dir: str | Path | None = None, days: Sequence[float] | None = None
) -> Path:
    """Write a run for another program.

    Lengths are in um. In VTK and Simularium z points up and is 0 at the mean surface of the skin, so that depth is -z;
    tables keep the depth of the run store.

    Parameters
    ----------
    store_path : a run store.
    to : ``vtk``, ``simularium`` or ``csv``.
    out_dir : the folder; beside the run if not given. An older export there is replaced.
    days : days to write, each with a snapshot near it; every snapshot if not given. Time series are always whole.

    Returns
    -------
    The folder.

    Raises
    ------
    InputError : an unknown format, a library that is not installed, a run without snapshots, a day without one,
        something else in the folder, or a folder that cannot be written.
    """
    if to not in FORMATS:
        raise InputError("unknown format", key="--to", value=to, allowed=choices(FORMATS))
    path = Path(store_path)
    out = path.with_name(f"{path.stem}-{to}") if out_dir is None else Path(out_dir)
    check_export_target(out)
    write: Write = import_module(f"mendsim.analysis.{FORMATS[to]}").write
    run = store.open_run(path)
    snapshots = chosen_snapshots(run, days)
    about = {
        "kind": _KIND,
        "format": to,
        "title": store.title(run),
        "content_hash": run.attrs["content_hash"],
        "mendsim_version": run.attrs["mendsim_version"],
        "days": [float(store.snapshot_days(run)[snapshot]) for snapshot in snapshots],
    }
    with folder_written_whole(out) as folder:
        write(run, folder, snapshots)
        (folder / ABOUT).write_text(json.dumps(about, indent=1), encoding="utf-8")
    return out


def check_export_target(path: Path) -> None:
    """Refuse a place where something else than an export stands.

    Raises
    ------
    InputError : a file, a link, or a folder that is not an export.
    """
    try:
        if not path.exists() and not path.is_symlink():
            return
        if path.is_symlink() or not path.is_dir() or not _is_export(path):
            raise InputError("exists and is not an export, so it is not replaced", file=path, allowed="another --out")
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", file=path) from None


def _is_export(path: Path) -> bool:
    try:
        return bool(json.loads((path / ABOUT).read_text(encoding="utf-8")).get("kind") == _KIND)
    except (OSError, ValueError, AttributeError):
        return False


def chosen_snapshots(run: xr.DataTree, days: Sequence[float] | None) -> list[int]:
    """Numbers of the snapshots of some days, in order of time; every one if no days are given.

    Raises
    ------
    InputError : a run without snapshots, or no snapshot near a day.
    """
    if days is None:
        return list(range(len(store.snapshot_days(run))))
    return sorted({store.snapshot_index(run, day) for day in checked_days(run, days)})


def needed(package: str) -> None:
    """Refuse to go on without a library that only an export needs.

    Raises
    ------
    InputError : it is not installed.
    """
    try:
        import_module(package)
    except ImportError:
        raise InputError(f"{package} is not installed", allowed='after pip install "mendsim[export]"') from None


def kinds(run: xr.DataTree) -> list[str]:
    """Kinds of agents that a run kept, in order."""
    return sorted(run["agents"].children) if "agents" in run.children else []


def rows(run: xr.DataTree, group: str, snapshot: int) -> xr.Dataset:
    """Rows of a group, ``agents/<kind>`` or ``vessels``, that belong to a snapshot; attributes of columns are kept."""
    table = run[group].to_dataset()
    table = table.drop_vars(list(table.coords))
    own = table["snapshot_index"].to_numpy() == snapshot
    return table.isel({table["snapshot_index"].dims[0]: own}).drop_vars("snapshot_index").load()
