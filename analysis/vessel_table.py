"""The network of blood vessels of a snapshot: its segments, where they are drawn, and the state that each is in."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from mendsim.analysis import relief as surface
from mendsim.analysis import store
from mendsim.common.errors import InputError

Array = NDArray[np.float64]
Table = dict[str, NDArray[Any]]

FLOW, LUMEN = "with flow", "open"
"""Groups of the segments that blood flows through, and of all that it may flow through."""
KINDS = ("arteriole", "capillary", "venule")
"""Kinds of vessels, in the order of their codes."""
By = Literal["flow", "radius", "kind"]
BY: tuple[By, ...] = ("flow", "radius", "kind")
"""What vessels are told apart by."""
_SLAB_UM = 300.0
"""Thickness of skin around the middle of a block that a section shows; a section's own slab is shown whole."""
_NEEDED = ("y0_um", "flow_nl_per_min", "coagulated", "growing", "sprout", "radius_um", "perfused")


def has_vessels(run: xr.DataTree) -> bool:
    """Whether a run kept snapshots of a network of vessels with all that is drawn of it."""
    try:
        table = run["vessels"].to_dataset()
    except KeyError:
        return False
    return "fields" in run.children and all(name in table for name in _NEEDED) and table.sizes.get("row", 0) > 0


def check_vessels(run: xr.DataTree) -> None:
    """Refuse a run without snapshots of vessels.

    Raises
    ------
    InputError : there are none.
    """
    if not has_vessels(run):
        raise InputError("the run kept no network of vessels to draw", allowed="a run with snapshots of this version")


def groups(table: Table, by: By = "flow") -> dict[str, NDArray[np.intp]]:
    """Rows of the vessels with flow, without, coagulated, and of sprouts that no blood flows through yet.

    Each segment is in one group: those with flow in order of it, so that the strongest lies on top. By radius those
    with and without flow are one group, in order of their radius, and by kind one for each kind.
    """
    closed = table["coagulated"].astype(bool)
    flows = table["perfused"].astype(bool) & ~closed
    sprout = ((table["growing"] > 0) | (table["sprout"] > 0)) & ~closed & ~flows
    lumen = ~closed & ~sprout
    if by == "flow":
        found = {FLOW: _ordered(flows, np.abs(table["flow_nl_per_min"])), "no flow": np.flatnonzero(lumen & ~flows)}
    elif by == "radius":
        found = {LUMEN: _ordered(lumen, table["radius_um"])}
    else:
        found = {name: np.flatnonzero(lumen & (table["kind"] == code)) for code, name in enumerate(KINDS)}
    found |= {"coagulated": np.flatnonzero(closed), "sprout without flow": np.flatnonzero(sprout)}
    return {name: rows for name, rows in found.items() if len(rows)}


def _ordered(chosen: NDArray[np.bool_], size: NDArray[Any]) -> NDArray[np.intp]:
    rows = np.flatnonzero(chosen)
    return rows[np.argsort(size[rows], kind="stable")]


def table_of(run: xr.DataTree, day: float) -> Table:
    """Columns of all segments at the snapshot nearest to a day."""
    check_vessels(run)
    return store.every_agent(run, "vessels", day)


def is_block(run: xr.DataTree) -> bool:
    """Whether the skin is more than one site thick."""
    return len(store.fields(run)["y_um"]) > 1


def thickness_um(run: xr.DataTree) -> float:
    """Thickness of the block, or of the slab that the vessels of a section fill."""
    y = store.fields(run)["y_um"].to_numpy()
    if len(y) > 1:
        return float(len(y) * (y[1] - y[0]))
    table = run["vessels"].to_dataset()
    furthest = max(float(table[f"y{end}_um"].max()) for end in (0, 1))
    return float(max(_SLAB_UM, 50.0 * np.ceil(furthest / 50.0)))


def middle(run: xr.DataTree, table: Table) -> Table:
    """Segments of the slab of a section, all of them, or of as thick a slab in the middle of a block."""
    thick = thickness_um(run)
    if not is_block(run) or thick <= _SLAB_UM:
        return table
    near = np.abs(0.5 * (table["y0_um"] + table["y1_um"]) - 0.5 * thick) <= 0.5 * _SLAB_UM
    return {name: column[near] for name, column in table.items()}


def ends(table: Table, relief: surface.Relief) -> tuple[Array, Array]:
    """Both ends of each segment where they are drawn, each ``(n, 3)`` um."""
    first, second = (
        np.column_stack(
            [table[f"x{end}_um"], table[f"y{end}_um"], relief.sink(table[f"x{end}_um"], table[f"z{end}_um"])]
        ).astype(float)
        for end in (0, 1)
    )
    return first, second
