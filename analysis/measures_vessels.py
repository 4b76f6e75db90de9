"""Measures of blood vessels, from the vessels of snapshots."""

from __future__ import annotations

import numpy as np
import xarray as xr

from mendsim.analysis import store
from mendsim.analysis.measure import measure
from mendsim.analysis.observed import parameter
from mendsim.analysis.vessel_pieces import pieces

BESIDE_UM = (2000.0, 3000.0)
"""Distance from the middle of a wound at which flow is measured."""


@measure("ratio", "doppler_ratio")
def flow_beside_wound_ratio(run: xr.DataTree) -> float:
    """Laser Doppler signal 2 to 3 mm from the middle of the sample, last snapshot against the first.

    Blood flow times length of vessels, weighted by depth as `doppler_ratio` is.
    """
    tables = _tables(run)
    if len(tables) < 2:
        return np.nan
    middle = 0.5 * float(store.fields(run)["x_um"].max())
    depth_um = parameter(run, "abm.doppler.depth_um")

    def signal(table: xr.Dataset) -> float:
        x, z, length = pieces(table)
        away = np.abs(x - middle)
        beside = (away >= BESIDE_UM[0]) & (away <= BESIDE_UM[1])
        flow = np.abs(table["flow_nl_per_min"].to_numpy())[:, None]
        return float(np.sum(flow * length * beside * np.exp(-np.maximum(z, 0.0) / depth_um)))

    first = signal(tables[0])
    return signal(tables[-1]) / first if first > 0.0 else np.nan


@measure("ratio", "sprout_length_mm_per_mm2")
def wound_vessels_at_most(run: xr.DataTree) -> float:
    """Longest vessels with flow where the first injury took skin away, over those before it; of the snapshots."""
    tables = _tables(run)
    if len(tables) < 2 or "injury" not in run.children:
        return np.nan
    gone = run["injury"]["ablated"].isel(session=0).to_numpy() > 0.5
    gone &= (
        store.fields(run)["tissue"].isel(snapshot=0).to_numpy() > 1
    )  # what the blade took of air and epidermis aside
    if gone.shape[1] > 1 or not gone.any():
        return np.nan
    depth, along = (store.fields(run)[name].to_numpy() for name in ("depth_um", "x_um"))
    spacing = float(along[1] - along[0])

    def inside(table: xr.Dataset) -> float:
        x, z, length = pieces(table)
        row = np.clip(((z - depth[0]) / spacing + 0.5).astype(int), 0, len(depth) - 1)
        column = np.clip((x / spacing).astype(int), 0, len(along) - 1)
        flowing = (table["perfused"].to_numpy() == 1)[:, None]
        return float(np.sum(length * flowing * gone[row, 0, column]))

    before = inside(tables[0])
    return max(inside(table) for table in tables[1:]) / before if before > 0.0 else np.nan


def _tables(run: xr.DataTree) -> list[xr.Dataset]:
    """Vessels of each snapshot."""
    if "vessels" not in run.children or "fields" not in run.children:
        return []
    vessels = run["vessels"].to_dataset()
    index = vessels["snapshot_index"]
    return [
        vessels.isel({index.dims[0]: np.flatnonzero(index.to_numpy() == k)})
        for k in range(len(store.fields(run)["snapshot"]))
    ]
