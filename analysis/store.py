"""Opening a run store and finding one's way in it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from mendsim.common.errors import InputError
from mendsim.scenarios.seal import check_seal
from mendsim.scenarios.store import folder_of, is_store

HOURS_PER_DAY = 24.0
_CHECKED_BYTES = 256e6
"""Stores up to this size are read as a whole when they are opened, which takes a fraction of a second."""
_WANTED = "the folder that `mendsim run` wrote"
_HAIRY = "scalp"
_NO_SCAR_UM = 1.0
"""A depression shallower than this is no scar."""
_CLINICAL_DAYS = (7.0, 1.0, 30.0, 3.0, 90.0, 14.0, 60.0, 180.0)
"""Days that a clinic looks at, most telling first."""


def open_run(path: str | Path) -> xr.DataTree:
    """Open a run store; arrays are read from disk when they are used.

    Parameters
    ----------
    path : the folder that ``mendsim run`` wrote.

    Returns
    -------
    The tree of the store: ``series``, ``fields``, ``injury``, ``agents/<type>``, ``vessels``, attributes at the root.

    Raises
    ------
    InputError
        If the path is not a run store, or one that is damaged; of large stores only what can be checked at once is.
    """
    path = Path(path)
    if not path.exists():
        if folder_of(path).exists():
            raise InputError("this run is not finished", file=path, allowed=f"after mendsim resume {path}")
        raise InputError("no such run store", file=path, allowed=_WANTED)
    if not is_store(path):
        raise InputError("not a run store", file=path, allowed=_WANTED)
    check_seal(path, most_bytes=_CHECKED_BYTES)
    try:
        run = xr.open_datatree(path, engine="zarr", decode_times=False, consolidated=True)
    except (ValueError, KeyError, OSError) as error:
        raise InputError(f"cannot be read as a run store: {error}", file=path, allowed=_WANTED) from error
    if "series" not in run.children:
        raise InputError("not a run store: no group series", file=path, allowed=_WANTED)
    return run


def days(run: xr.DataTree) -> NDArray[np.float64]:
    """Return the times of the series in days, shape ``(time,)``."""
    return run["series"]["time"].to_numpy() / HOURS_PER_DAY


def values(run: xr.DataTree, name: str) -> NDArray[np.float64] | None:
    """One series, shape ``(time,)``, or None if the run does not hold it."""
    series = run["series"]
    return series[name].to_numpy().astype(float) if name in series.data_vars else None


def unit(run: xr.DataTree, name: str) -> str:
    """Return the unit of a series, in the way it is printed."""
    return pretty_unit(str(run["series"][name].attrs.get("units", "")))


def pretty_unit(text: str) -> str:
    """Write a unit of the store the way it is printed (um becomes µm, a pure number has none)."""
    for plain, printed in (("um", "µm"), ("ug", "µg"), ("uL", "µL"), ("m2", "m²"), ("m3", "m³"), ("degC", "°C")):
        text = text.replace(plain, printed)
    return "" if text == "1" else text


def has_scar(run: xr.DataTree) -> bool:
    """Whether the skin had a scar at the start."""
    depth = values(run, "scar_depth_um")
    return depth is not None and bool(depth[0] > _NO_SCAR_UM)


def has_hair(run: xr.DataTree) -> bool:
    """Whether the skin has follicles whose hair matters: those of the scalp, as long as the site is known."""
    count = values(run, "follicle_count")
    site = scenario(run).get("patient", {}).get("site", _HAIRY)
    return count is not None and bool(np.nan_to_num(count).any()) and site == _HAIRY


_CAUSES = {"laser": "laser session", "punch": "punch", "incision": "incision", "contact_burn": "contact burn"}
INJURIES = tuple(_CAUSES)
"""Kinds of events that injure the skin."""
_UNHEATED = ("punch", "incision", "sham")


def causes(run: xr.DataTree) -> list[str]:
    """Name what made each injury: ``laser session``, ``punch``, ..."""
    return [_CAUSES.get(kind, kind) for kind in _kinds(run)]


def heated(run: xr.DataTree) -> list[int]:
    """List the numbers of the injuries in which something was heated, from 0."""
    return [number for number, kind in enumerate(_kinds(run)) if kind not in _UNHEATED]


def _kinds(run: xr.DataTree) -> list[str]:
    count = len(session_days(run))
    records = json.loads(run["injury"].attrs.get("record", "[]")) if count else []
    return [record.get("kind", "laser") for record in records] or ["laser"] * count


def session_days(run: xr.DataTree) -> NDArray[np.float64]:
    """Days of the injuries (laser sessions, wounds, burns), empty for an untreated control."""
    if "injury" not in run.children or "session" not in run["injury"].coords:
        return np.empty(0)
    return np.atleast_1d(run["injury"]["session"].to_numpy()) / HOURS_PER_DAY


def fields(run: xr.DataTree) -> xr.Dataset:
    """Return the saved fields, dims ``(snapshot, z, y, x)``; raise `InputError` if the run kept no snapshots."""
    if "fields" not in run.children:
        raise InputError(
            "the run kept no snapshots to draw", allowed="a run with snapshots under [save] in its scenario"
        )
    return run["fields"].to_dataset()


def grid(run: xr.DataTree) -> xr.Dataset:
    """Return a group with the places of the lattice sites: the fields, or the injury of sessions without a run."""
    return fields(run) if "fields" in run.children or "injury" not in run.children else run["injury"].to_dataset()


def zone_x_um(run: xr.DataTree, session: int) -> float:
    """Position of the zone nearest to the middle of the section, the middle itself if there is none."""
    x = fields(run)["x_um"].to_numpy()
    middle = float(0.5 * (x[0] + x[-1]))
    if not len(session_days(run)):
        return middle
    injury = run["injury"].to_dataset().isel(session=session)
    lost = injury["damage_keratinocyte_necrosis"].isel(y=injury.sizes["y"] // 2).sum("z").to_numpy()
    if lost.max() <= 0:
        return middle
    hit = lost >= 0.9 * lost.max()
    return float(x[hit][np.argmin(np.abs(x[hit] - middle))])


def has_cells(run: xr.DataTree) -> bool:
    """Whether the skin of a run lives: excised skin has no cells."""
    return not bool(scenario(run).get("patient", {}).get("excised", False))


def snapshot_days(run: xr.DataTree) -> NDArray[np.float64]:
    """Days of the saved fields, shape ``(snapshot,)``."""
    return fields(run)["snapshot"].to_numpy() / HOURS_PER_DAY


def snapshot_index(run: xr.DataTree, day: float) -> int:
    """Index of the snapshot nearest to a day."""
    return int(np.argmin(np.abs(snapshot_days(run) - day)))


def drawn_day(run: xr.DataTree, day: float) -> float:
    """Day of the snapshot nearest to a day."""
    return float(snapshot_days(run)[snapshot_index(run, day)])


def choose_days(run: xr.DataTree, count: int = 6) -> list[float]:
    """Choose up to ``count`` snapshots that tell the story: start, end, most drug, and the days a clinic looks at."""
    available = snapshot_days(run)
    chosen: list[float] = []
    for wanted in (0.0, np.inf, *_day_of_most_drug(run), *_CLINICAL_DAYS):
        nearest = float(available[snapshot_index(run, min(wanted, available[-1]))])
        if nearest not in chosen and len(chosen) < count:
            chosen.append(nearest)
    return sorted(chosen)


def _day_of_most_drug(run: xr.DataTree) -> list[float]:
    drug = fields(run)["drug"].sum(("z", "y", "x")).to_numpy()
    return [float(snapshot_days(run)[np.argmax(drug)])] if drug.any() else []


def day_label(day: float) -> str:
    """Name a time: hours on the first day, days after."""
    if 0 < day < 1:
        return f"{day * HOURS_PER_DAY:.2g} h"
    return f"day {round(day, 1):g}"


def moment_label(run: xr.DataTree, day: float) -> str:
    """Name a time, and below it how long after which injury it is."""
    sessions = session_days(run)
    done = sessions[sessions <= day + 1e-9]
    if not len(done):
        return day_label(day)
    after, number = day - done[-1], f" {len(done)}" if len(sessions) > 1 else ""
    place = f"just after session{number}" if after < 0.05 else f"{round(after, 1):g} d after session{number}"
    return f"{day_label(day)}\n{place}"


def snapshot(run: xr.DataTree, day: float, names: Sequence[str]) -> xr.Dataset:
    """Fields of the section through the middle of the block at the snapshot nearest to a day, dims ``(z, x)``."""
    chosen = fields(run)[list(names)]
    return chosen.isel(snapshot=snapshot_index(run, day), y=chosen.sizes["y"] // 2).load()


def every_agent(run: xr.DataTree, kind: str, day: float) -> dict[str, NDArray[Any]]:
    """Columns of one kind of agent at the snapshot nearest to a day; empty if there are none.

    Positions along z are depths below the mean skin surface.

    Parameters
    ----------
    kind : a group under ``agents``, or ``vessels``.
    """
    path = kind if kind == "vessels" else f"agents/{kind}"
    try:
        table = run[path].to_dataset()
    except KeyError:
        return {}
    rows = table["snapshot_index"].to_numpy() == snapshot_index(run, day)
    return {str(name): column.to_numpy()[rows] for name, column in table.data_vars.items()}


def agents(run: xr.DataTree, kind: str, day: float) -> dict[str, NDArray[Any]]:
    """Columns of one kind of agent that lie in the section at the snapshot nearest to a day; empty if there are none.

    Parameters
    ----------
    kind : as in `every_agent`.
    """
    table = every_agent(run, kind, day)
    y_um = fields(run)["y_um"].to_numpy()
    if len(y_um) > 1 and "y_um" in table:
        spacing, middle = float(y_um[1] - y_um[0]), float(y_um[len(y_um) // 2])
        near = np.abs(table["y_um"] - middle) <= spacing
        return {name: column[near] for name, column in table.items()}
    return table


def in_plane(run: xr.DataTree, columns: Mapping[str, NDArray[Any]]) -> NDArray[np.bool_]:
    """Rows of a table of agents that lie in the one layer of sites that a section shows."""
    y_um = fields(run)["y_um"].to_numpy()
    if len(y_um) < 2 or "y_um" not in columns:
        return np.ones(len(next(iter(columns.values()), ())), bool)
    near: NDArray[np.bool_] = np.abs(columns["y_um"] - y_um[len(y_um) // 2]) <= 0.5 * (y_um[1] - y_um[0]) + 1e-6
    return near


def parameter(run: xr.DataTree, key: str, default: float) -> float:
    """Value of a parameter that the run used, by its stage and key, or a default where the store does not tell."""
    entry = json.loads(run.attrs.get("parameters", "{}")).get(key)
    return default if entry is None else float(entry["value"])


def scenario(run: xr.DataTree) -> dict[str, Any]:
    """Complete scenario of the run, empty if the store holds none."""
    return json.loads(run.attrs.get("scenario", "{}"))


def event_hour(event: Mapping[str, Any]) -> float:
    """Time of an event of the scenario of a store [h], where every quantity is written in the unit it is kept in."""
    return float(str(event["at"]).split()[0])


def title(run: xr.DataTree) -> str:
    """Name of the run for headings."""
    about = scenario(run)
    return str(about.get("title") or about.get("name") or "run")
