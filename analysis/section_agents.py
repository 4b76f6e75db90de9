"""Cells, vessels and follicles drawn into a section, to scale."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.collections import EllipseCollection, PolyCollection
from matplotlib.colors import to_rgb
from numpy.typing import NDArray

from mendsim.abm.tissue import CELL_KIND
from mendsim.analysis import store
from mendsim.analysis.relief import Relief
from mendsim.analysis.style import CELL_COLOURS

FIBROBLASTS = ("fibroblast", "activated fibroblast", "myofibroblast")
"""Names of the states of a fibroblast, in the order of their codes."""
_SPINDLE_UM = ((26.0, 7.0), (30.0, 9.0), (40.0, 14.0))
"""Length and width at which fibroblasts of each state are drawn: somewhat larger than life, to be seen."""
_T_CELL_UM = 16.0
VESSEL_FILL = {"vessel with flow": "#ef8a80", "vessel without flow": "#f4f4f4"}
"""Inside of a vessel; its wall has the colour of `CELL_COLOURS`."""
_STAGES = ("follicle in anagen", "follicle in catagen", "follicle in telogen", "empty follicle")
SOLID_BULB = dict(zip(_STAGES, (0.85, 0.4, 0.0, 0.0), strict=True))
"""How solid the bulb of a follicle is drawn in each stage."""
_SHAFT_UM, _BULB_UM, _HAIR_UM = 30.0, 65.0, 60.0
"""Half the drawn width of a follicle's shaft and bulb, and the hair above the skin in anagen."""


def draw_fibroblasts(ax: Axes, run: xr.DataTree, day: float, relief: Relief) -> set[str]:
    """Draw fibroblasts as spindles along the way they crawl; return the names drawn."""
    cells = store.agents(run, "fibroblast", day)
    if not cells:
        return set()
    drawn = set()
    depth = relief.sink(cells["x_um"], cells["z_um"])
    angle = np.degrees(np.arctan2(cells["direction_z"], cells["direction_x"]))
    for state, (name, size) in enumerate(zip(FIBROBLASTS, _SPINDLE_UM, strict=True)):
        rows = (cells["state"] == state) & _visible(ax, cells["x_um"], depth)
        if rows.any():
            _ellipses(ax, cells["x_um"][rows], depth[rows], size, angle[rows], CELL_COLOURS[name], zorder=4 + state)
            drawn.add(name)
    return drawn


def draw_t_cells(ax: Axes, run: xr.DataTree, day: float, relief: Relief) -> set[str]:
    """Draw T cells as discs; return the names drawn."""
    cells = store.agents(run, "t_cell", day)
    if not cells:
        return set()
    depth = relief.sink(cells["x_um"], cells["z_um"])
    rows = _visible(ax, cells["x_um"], depth)
    if not rows.any():
        return set()
    size = (_T_CELL_UM, _T_CELL_UM)
    _ellipses(
        ax,
        cells["x_um"][rows],
        depth[rows],
        size,
        np.zeros(rows.sum()),
        CELL_COLOURS["T cell"],
        zorder=8,
        edge="#3d3200",
    )
    return {"T cell"}


def draw_vessels(ax: Axes, run: xr.DataTree, day: float, relief: Relief) -> set[str]:
    """Draw vessels at their width, hollow where nothing flows; return the names drawn."""
    table = store.agents(run, "vessels", day)
    if not table:
        return set()
    ends = [
        np.column_stack([table[f"x{end}_um"], relief.sink(table[f"x{end}_um"], table[f"z{end}_um"])]) for end in (0, 1)
    ]
    start, along = ends[0], ends[1] - ends[0]
    length = np.maximum(np.hypot(*along.T), 1e-9)
    normal = np.column_stack([-along[:, 1], along[:, 0]]) / length[:, None] * table["radius_um"][:, None]
    corners = np.stack([start + normal, start + along + normal, start + along - normal, start - normal], axis=1)
    open_ = table["perfused"].astype(bool)
    seen = _visible(ax, *ends[0].T) | _visible(ax, *ends[1].T)
    drawn = set()
    for rows, name in ((open_ & seen, "vessel with flow"), (~open_ & seen, "vessel without flow")):
        if rows.any():
            colour = CELL_COLOURS[name]
            shapes = PolyCollection(list(corners[rows]), facecolor=VESSEL_FILL[name], edgecolor=colour, zorder=3)
            shapes.set_linewidth(0.5)
            ax.add_collection(shapes)
            drawn.add(name)
    return drawn


def draw_follicles(ax: Axes, run: xr.DataTree, day: float, relief: Relief) -> set[str]:
    """Draw follicles with their stage, bulb solid and hair grown out in anagen; return the names drawn.

    Follicles of one place stand behind each other: one is drawn, in the stage that most of them are in.
    """
    table = store.agents(run, "follicle", day)
    if not table:
        return set()
    drawn: set[str] = set()
    spots, of_spot = np.unique(np.stack([table["x_um"], table["bulb_depth_um"]], axis=1), axis=0, return_inverse=True)
    for number, (x, depth) in enumerate(spots):
        if not _visible(ax, np.array([x]), np.array(ax.get_ylim()[:1])).any():
            continue
        name = _STAGES[int(np.argmax(np.bincount(table["stage"][of_spot.ravel() == number], minlength=len(_STAGES))))]
        colour = CELL_COLOURS[name]
        drawn.add(name)
        top, tip = relief.sink(np.array([x, x]), np.array([0.0, depth + _BULB_UM]))
        level = np.linspace(top, tip, 60)
        half = _SHAFT_UM + (_BULB_UM - _SHAFT_UM) * np.exp(-(((tip - _BULB_UM - level) / _BULB_UM) ** 2))
        half *= np.sqrt(np.clip((tip - level) / _BULB_UM, 0.0, 1.0))
        sheath = np.column_stack([np.r_[x - half, (x + half)[::-1]], np.r_[level, level[::-1]]])
        bulb = sheath[sheath[:, 1] > tip - 2.0 * _BULB_UM]
        for outline, solid, above in ((sheath, 0.18, 2.5), (bulb, SOLID_BULB[name], 2.6)):
            shape = PolyCollection([outline], facecolor=(*to_rgb(colour), solid), edgecolor=colour, zorder=above)
            shape.set_linewidth(0.8)
            ax.add_collection(shape)
        if name == "follicle in anagen":
            ax.plot([x, x], [top - _HAIR_UM, tip - _BULB_UM], color=colour, linewidth=1.2, zorder=2.7)
    return drawn


def draw_nuclei(ax: Axes, kind: NDArray, relief: Relief) -> None:
    """Mark the nucleus of every nucleated keratinocyte; kind is the store's ``cell_kind``, shape ``(nz, nx)``."""
    iz, ix = np.nonzero((kind >= CELL_KIND["basal"]) & (kind <= CELL_KIND["granular"]))
    x, depth = relief.x_um[ix], relief.depth_um[iz]
    size = (0.45 * relief.spacing_um, 0.45 * relief.spacing_um)
    _ellipses(ax, x, relief.sink(x, depth), size, np.zeros_like(x), "#2a1650", zorder=2)


def _visible(ax: Axes, x: NDArray, depth: NDArray) -> NDArray[np.bool_]:
    left, right = ax.get_xlim()
    bottom, top = ax.get_ylim()
    return (x >= left) & (x <= right) & (depth >= top) & (depth <= bottom)


def _ellipses(
    ax: Axes,
    x: NDArray,
    y: NDArray,
    size: tuple[float, float],
    angle: NDArray,
    colour: str,
    *,
    zorder: float,
    edge: str = "none",
) -> None:
    count = np.ones(len(x))
    ax.add_collection(
        EllipseCollection(
            size[0] * count,
            size[1] * count,
            angle,
            units="xy",
            offsets=np.column_stack([x, y]),
            offset_transform=ax.transData,
            facecolor=colour,
            edgecolor=edge,
            linewidth=0.4,
            zorder=zorder,
        )
    )
