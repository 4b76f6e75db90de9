"""Blood vessels of a block, or of the slab around a section, seen from obliquely above."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox
from mpl_toolkits.mplot3d.art3d import Line3DCollection, Poly3DCollection  # type: ignore[import-untyped]
from mpl_toolkits.mplot3d.axes3d import Axes3D  # type: ignore[import-untyped]
from mpl_toolkits.mplot3d.proj3d import proj_transform  # type: ignore[import-untyped]

from mendsim.analysis import relief as surface
from mendsim.analysis import store, style, vessel_look
from mendsim.analysis.section_axes import length_label, round_length
from mendsim.analysis.vessel_table import Array, ends, groups, table_of, thickness_um

_SKIN, _EDGE = "#fbf1ec", "#c4c9d2"
_FILLED = 0.85
"""Share of its axes that an oblique view fills if nothing says how large it is to be."""
_BAR_SHARE = 0.3
_ELEVATION_DEG, _AZIMUTH_DEG = 20.0, -62.0
_DEPTH_SEEN = float(np.cos(np.radians(_ELEVATION_DEG)))
"""How long a depth looks in an oblique view."""


def vessel_view(
    run: xr.DataTree,
    day: float,
    ax: Axes3D | None = None,
    *,
    norm: LogNorm | None = None,
    scale_in: float | None = None,
) -> Axes3D:
    """Draw all vessels of the block, or of the slab around a section, seen from obliquely above.

    Parameters
    ----------
    run, day, norm : as in `vessel_section`.
    ax : three-dimensional axes to draw on; a new figure if not given.
    scale_in : inches of the picture to a micrometre of the skin; as large as fits into the axes if not given.
    """
    if ax is None:
        figure = style.figure(6.0, 6.0)
        figure.set_layout_engine("none")  # such axes take no part in a layout
        ax = oblique_axes(figure, Bbox.unit())
    relief, day, sides = surface.of_run(run, day), store.drawn_day(run, day), sides_of(run)
    side_in = ax.bbox.width / style.figure_of(ax).dpi
    scale_in = _FILLED * side_in / max(seen(sides)) if scale_in is None else scale_in
    table = table_of(run, day)
    norm = norm or vessel_look.flow_scale([table])
    _box(ax, relief, sides)
    lines = np.stack(ends(table, relief), axis=1)
    for name, rows in groups(table).items():
        look = vessel_look.look(name, table, rows, norm)
        drawn = Line3DCollection(list(lines[rows]), label=name, zorder=vessel_look.order(name), **look)
        drawn.set_linewidth(vessel_look.widths(name, table, rows, 72.0 * scale_in))
        ax.add_collection3d(drawn, autolim=False)
    left, right, bottom, _ = relief.extent_um
    ax.set(xlim=(left, right), ylim=(0.0, sides[1]), zlim=(bottom, 0.0))
    ax.set_box_aspect(sides)
    drawn_in = float(np.hypot(*(_on_paper(ax, (left, 0.0, bottom)) - _on_paper(ax, (left, 0.0, 0.0)))))
    ax.set_box_aspect(sides, zoom=scale_in * _DEPTH_SEEN * sides[2] / drawn_in)
    return ax


def sides_of(run: xr.DataTree) -> tuple[float, float, float]:
    """Width, thickness and depth of the skin that is seen obliquely [um]."""
    left, right, bottom, _ = surface.flat(run).extent_um
    return right - left, thickness_um(run), bottom


def seen(sides: tuple[float, float, float]) -> tuple[float, float]:
    """Width and height of the oblique view of a block [um]."""
    (width, thick, depth), (turn, tilt) = sides, np.radians((_AZIMUTH_DEG, _ELEVATION_DEG))
    across = width * abs(np.sin(turn)) + thick * abs(np.cos(turn))
    away = width * abs(np.cos(turn)) + thick * abs(np.sin(turn))
    return float(across), float(depth * np.cos(tilt) + away * np.sin(tilt))


def oblique_axes(figure: Figure, place: Bbox) -> Axes3D:
    """Axes without ticks around the middle of a place of a figure, seen from obliquely above.

    Such axes are square: these are as large as the longer side of the place, and see-through.
    """
    wide, high = figure.get_size_inches()
    side = max(place.width * wide, place.height * high)
    middle = 0.5 * (place.x0 + place.x1), 0.5 * (place.y0 + place.y1)
    corner = middle[0] - 0.5 * side / wide, middle[1] - 0.5 * side / high
    ax: Axes3D = figure.add_axes(
        (*corner, side / wide, side / high), projection="3d", proj_type="ortho", computed_zorder=False
    )
    ax.set_in_layout(False)
    ax.set_axis_off()
    ax.patch.set_visible(False)
    ax.view_init(elev=_ELEVATION_DEG, azim=_AZIMUTH_DEG)
    return ax


def _on_paper(ax: Axes3D, point: tuple[float, float, float]) -> Array:
    """Where a point is drawn [in]."""
    x, y, _ = proj_transform(*point, ax.get_proj())
    return np.asarray(ax.transData.transform((x, y))) / style.figure_of(ax).dpi


def _box(ax: Axes3D, relief: surface.Relief, sides: tuple[float, float, float]) -> None:
    """Draw the edges of the block, its surface, and a scale bar along its lower front edge."""
    (left, right, bottom, _), (width, thick, _) = relief.extent_um, sides
    x = np.concatenate([[left], relief.x_um, [right]])
    dip = np.interp(x, relief.x_um, relief.dip_um)
    rims = [np.column_stack([x, np.full(len(x), y), dip]) for y in (0.0, thick)]
    skin = Poly3DCollection(
        [np.array([rims[0][i], rims[0][i + 1], rims[1][i + 1], rims[1][i]]) for i in range(len(x) - 1)],
        facecolor=_SKIN,
        edgecolor="none",
        zorder=1,
    )
    ax.add_collection3d(skin)
    ends = [np.array([front, back]) for front, back in zip(rims[0][[0, -1]], rims[1][[0, -1]], strict=True)]
    ax.add_collection3d(Line3DCollection([*rims, *ends], colors=style.INK, linewidths=0.8, zorder=2))
    edges = [np.array([[left, y, bottom], [right, y, bottom]]) for y in (0.0, thick)]
    edges += [np.array([[end, 0.0, bottom], [end, thick, bottom]]) for end in (left, right)]
    edges += [np.array([rim[k], [rim[k, 0], rim[k, 1], bottom]]) for rim in rims for k in (0, -1)]
    ax.add_collection3d(Line3DCollection(edges, colors=_EDGE, linewidths=0.6, zorder=1))
    length, below = round_length(_BAR_SHARE * width), bottom + 0.035 * width
    bar = np.array([[right - length, 0.0, below], [right, 0.0, below]])
    ax.add_collection3d(Line3DCollection([bar], colors=style.INK, linewidths=2.4, capstyle="butt", zorder=20))
    ax.text(right - 0.5 * length, 0.0, below + 0.04 * width, length_label(length), ha="center", va="top", fontsize=8)
