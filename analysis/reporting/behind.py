"""Numbers behind pictures of tissue: series on the days that are drawn, means by depth, heat by session."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pandas as pd
import xarray as xr

from mendsim.analysis import store
from mendsim.analysis.reporting.numbers import number, with_unit
from mendsim.thermal.injury import DAMAGE_PROCESSES

_BANDS = 8
"""Bands of depth in a folded table; the file has every row of sites."""
_HALF = 0.5


def on_days(run: xr.DataTree, names: Sequence[str], days: Sequence[float]) -> pd.DataFrame:
    """Series of a run at some of its times: a row for each series, a column for each day."""
    times = store.days(run)
    places = [int(np.argmin(np.abs(times - day))) for day in days]
    rows = []
    for name in names:
        values = store.values(run, name)
        if values is None:
            continue
        unit = store.unit(run, name)
        meaning = str(run["series"][name].attrs.get("long_name", name.replace("_", " ")))
        row: dict[str, object] = {"quantity": f"{meaning} [{unit}]" if unit else meaning}
        rows.append(row | dict(zip(map(store.day_label, days), values[places], strict=True)))
    return pd.DataFrame(rows)


def by_depth(run: xr.DataTree, names: Sequence[str], days: Sequence[float]) -> pd.DataFrame:
    """Mean of fields, added up, over the tissue at each depth: a row for each depth, a column for each day.

    Depths are of the flat lattice; where there is no tissue the mean is not a number.
    """
    data = store.fields(run)
    columns: dict[str, object] = {"depth [µm]": data["depth_um"].to_numpy()}
    for day in days:
        shot = data.isel(snapshot=store.snapshot_index(run, day))
        tissue = shot["tissue"].to_numpy() > 0
        held = sum(shot[name].to_numpy().astype(float) for name in names)
        sites = tissue.sum(axis=(1, 2))
        sums = np.where(tissue, held, 0.0).sum(axis=(1, 2))
        columns[store.day_label(day)] = np.where(sites > 0, sums / np.maximum(sites, 1), np.nan)
    return pd.DataFrame(columns)


def in_bands(frame: pd.DataFrame) -> pd.DataFrame:
    """Means of a table by depth over a few bands of depth below the surface."""
    depth = frame["depth [µm]"].to_numpy()
    below = frame[depth >= 0]
    edges = np.linspace(0.0, float(depth[-1]) + 1e-9, _BANDS + 1)
    rows = []
    for low, high in pairwise(edges):
        inside = below[(below["depth [µm]"] >= low) & (below["depth [µm]"] < high)].drop(columns="depth [µm]")
        if len(inside):
            rows.append({"depth [µm]": f"{low:.0f} to {high:.0f}"} | inside.mean().to_dict())
    return pd.DataFrame(rows)


def heated(run: xr.DataTree) -> pd.DataFrame:
    """Heat and damage of each session: highest temperature, share of the section lost to each process."""
    maps = run["injury"].to_dataset()
    skin = maps["depth_um"].to_numpy() >= 0
    rows = []
    for session in store.heated(run):
        here = maps.isel(session=session, z=np.flatnonzero(skin))
        row: dict[str, object] = {"session": store.day_label(float(store.session_days(run)[session]))}
        row["highest temperature [°C]"] = float(np.nanmax(here["peak_temperature"].to_numpy()))
        row["removed [%]"] = 100.0 * float(here["ablated"].mean())
        for process in DAMAGE_PROCESSES:
            if (name := f"damage_{process}") in here:
                row[f"{process.replace('_', ' ')} [%]"] = 100.0 * float((here[name] > _HALF).mean())
        rows.append(row)
    return pd.DataFrame(rows)


def trend(frame: pd.DataFrame, most: int = 3) -> str:
    """Put the first rows of a table of series into words."""
    told = []
    for _, row in frame.head(most).iterrows():
        label, _, unit = str(row.iloc[0]).partition(" [")
        first, last = (with_unit(number(float(row.iloc[at])), unit.removesuffix("]")) for at in (1, -1))
        told.append(f"{label}: {first} on {frame.columns[1]}, {last} on {frame.columns[-1]}")
    return "; ".join(told)
