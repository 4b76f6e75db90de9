"""Means by depth and by distance from the zones, of saved fields and of cells."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt

from mendsim.abm.observables import TISSUE
from mendsim.analysis import store
from mendsim.analysis.observed import array, check_injured, fields, injury, nothing

Array = NDArray[np.float64]

DEPTH_BIN_UM = 50.0
"""Depth over which cells are counted together: some dozens of the rarest in a section of usual size."""
DISTANCE_BIN_UM = 20.0
"""Distance over which sites and cells are taken together: two sites of a usual lattice."""
_HALF = 0.5


def spacing_um(run: xr.DataTree) -> float:
    """Edge of a site."""
    x = store.fields(run)["x_um"].to_numpy()
    return float(x[1] - x[0])


def surface_area_mm2(run: xr.DataTree) -> float:
    """Area of the skin surface of the sample."""
    sizes = store.fields(run).sizes
    return sizes["x"] * sizes["y"] * (1e-3 * spacing_um(run)) ** 2


def intact_dermis(run: xr.DataTree) -> xr.DataArray:
    """Sites that were dermis before any injury, ``(depth_um, y_um, x_um)``.

    Where something was removed before the first snapshot or at its moment, skin has healed up to where it was if its
    dermis ever again reaches as high as that of columns left alone; else it counts as deep as the nearest of those.
    """
    tissue = fields(run, ["tissue"])["tissue"]
    codes = tissue.to_numpy()
    tops = np.isin(codes, (TISSUE["dermis"], TISSUE["clot"])).argmax(axis=1)
    top, opened = tops[0], _opened_at_first(run, tops.shape[1:])
    if opened.all():
        top = tops.min(axis=0)
    elif opened.any():
        nearest = distance_transform_edt(opened, return_distances=False, return_indices=True)
        healed = np.where(tops.min(axis=0) <= top[~opened].max(), tops.min(axis=0), top[tuple(nearest)])
        top = np.where(opened, healed, top)
    row = np.arange(codes.shape[1])[:, None, None]
    return tissue.isel(day=0, drop=True).copy(data=(row >= top) & (codes[0] != TISSUE["hypodermis"]))


def _opened_at_first(run: xr.DataTree, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Columns ``(y, x)`` from which something was removed before the first snapshot, or at its moment."""
    sessions, first = store.session_days(run), store.snapshot_days(run)[0]
    if not (sessions <= first).any():
        return np.zeros(shape, bool)
    removed = injury(run, ["ablated"])["ablated"].to_numpy()[sessions <= first]
    opened: NDArray[np.bool_] = (removed > 0).any(axis=(0, 1))
    return opened


def averaged(values: xr.DataArray, where: xr.DataArray, over: Sequence[str] = ("y_um", "x_um")) -> xr.DataArray:
    """Mean over the marked sites; not a number where none is marked."""
    count = where.sum(list(over))
    return values.where(where, 0.0).sum(list(over), dtype=float) / count.where(count > 0)


def zone_axes(run: xr.DataTree) -> xr.Dataset:
    """Read the table of zones: places and sizes of each, and its session from 1.

    Raises
    ------
    InputError : nothing was injured, or no zone was laid.
    """
    check_injured(run)
    if "zones" not in run.children or not run["zones"].sizes.get("zone", 0):
        raise nothing(run, "the run has no zones", "a run with a laser session or a wound")
    table = run["zones"].to_dataset().load()
    table = table.assign(session=("zone", table["session_index"].to_numpy() + 1)).drop_vars("session_index")
    return table.assign_coords(zone=np.arange(table.sizes["zone"]) + 1)


def distance_um(run: xr.DataTree, x_um: Array, y_um: Array, day: float) -> Array:
    """Distance of places ``(n,)`` from the axis of the nearest zone so far; before the first session, of those to come.

    In a section distances run along it.
    """
    zones, days = zone_axes(run), store.session_days(run)
    made = days[zones["session"].to_numpy() - 1]
    own = made <= max(day, days[0])
    across = y_um[:, None] - zones["y_um"].to_numpy()[own] if store.fields(run).sizes["y"] > 1 else 0.0
    away: Array = np.hypot(x_um[:, None] - zones["x_um"].to_numpy()[own], across).min(axis=1)
    return away


def zone_depth_um(run: xr.DataTree) -> float:
    """Depth down to which the zones of the first session coagulate, their mean."""
    zones = zone_axes(run)
    return float(zones["coagulation_depth_um"].to_numpy()[zones["session"].to_numpy() == 1].mean())


def column_distance_um(run: xr.DataTree, days: Array) -> Array:
    """Distance of each column from the nearest zone at each day, ``(day, y, x)``."""
    places = store.grid(run)
    y, x = np.meshgrid(places["y_um"].to_numpy(), places["x_um"].to_numpy(), indexing="ij")
    found = [distance_um(run, x.ravel(), y.ravel(), day).reshape(x.shape) for day in days]
    return np.stack(found)


def by_distance(values: xr.DataArray, where: NDArray[np.bool_], columns_um: Array) -> xr.DataArray:
    """Mean of marked sites by distance from the zones; not a number where there is none.

    Parameters
    ----------
    values : ``(first, depth_um, y_um, x_um)`` with a first dimension of days or sessions.
    where : marked sites, ``(depth, y, x)``.
    columns_um : distance of each column, ``(first, y, x)``.
    """
    first = str(values.dims[0])
    number = (columns_um / DISTANCE_BIN_UM).astype(int)
    count = int(number.max()) + 1
    rows = []
    for one, place in zip(values.to_numpy(), number, strict=True):
        bins = np.broadcast_to(place, one.shape)[where]
        rows.append(_mean_of_bins(one[where].astype(float), bins, count))
    along: dict[str, Any] = {first: values[first].to_numpy(), "distance_um": centres(count)}
    return array(np.reshape(rows, (len(rows), count)), **along)


def cells_by_distance(run: xr.DataTree, table: xr.Dataset, name: str, deepest_um: float) -> xr.DataArray:
    """Mean of a column of cells by distance from the zones, of cells no deeper than zones; ``(day, distance_um)``."""
    days = store.snapshot_days(run)
    shot, x, y, z, values = (table[each].to_numpy() for each in ("snapshot_index", "x_um", "y_um", "z_um", name))
    count = int(column_distance_um(run, days).max() / DISTANCE_BIN_UM) + 1
    rows = []
    for number, day in enumerate(days):
        own = (shot == number) & (z <= deepest_um)
        away = distance_um(run, x[own], y[own], day)
        bins = np.minimum((away / DISTANCE_BIN_UM).astype(int), count - 1)
        rows.append(_mean_of_bins(values[own].astype(float), bins, count))
    return array(np.reshape(rows, (len(rows), count)), day=days, distance_um=centres(count))


def by_depth(run: xr.DataTree, table: xr.Dataset, weights: Array, bin_um: float = DEPTH_BIN_UM) -> xr.DataArray:
    """Sum of what each cell has by depth, ``(day, depth_um)``; with weights of 1, the number of cells."""
    edges = depth_edges(run, bin_um)
    shot, z = table["snapshot_index"].to_numpy(), table["z_um"].to_numpy()
    days = store.snapshot_days(run)
    rows = [np.histogram(z[shot == k], edges, weights=weights[shot == k])[0] for k in range(len(days))]
    return array(np.reshape(rows, (len(days), len(edges) - 1)), day=days, depth_um=0.5 * (edges[1:] + edges[:-1]))


def depth_edges(run: xr.DataTree, bin_um: float = DEPTH_BIN_UM) -> Array:
    """Edges of the bins of depth over the whole sample, one of them at the skin surface."""
    depth, half = store.fields(run)["depth_um"].to_numpy(), 0.5 * spacing_um(run)
    above, below = np.floor((depth[0] - half) / bin_um), np.ceil((depth[-1] + half) / bin_um)
    edges: Array = bin_um * np.arange(above, below + 1)
    return edges


def centres(count: int) -> Array:
    """Middles of the bins of distance."""
    middles: Array = DISTANCE_BIN_UM * (np.arange(count, dtype=np.float64) + _HALF)
    return middles


def cells(run: xr.DataTree, kind: str) -> xr.Dataset:
    """Read the columns of one kind of cell, or of vessels, of all snapshots.

    Raises
    ------
    InputError : the run kept none.
    """
    path = kind if kind == "vessels" else f"agents/{kind}"
    try:
        return run[path].to_dataset().load()
    except KeyError:
        words = kind.replace("t_cell", "T cell").replace("_", " ").removesuffix("s")
        raise nothing(run, f"the run kept no {words}s", "a run with snapshots of living skin") from None


def _mean_of_bins(values: Array, bins: NDArray[np.int64], count: int) -> Array:
    number = np.bincount(bins, minlength=count)
    total = np.bincount(bins, values, minlength=count)
    return np.where(number > 0, total / np.maximum(number, 1), np.nan)
