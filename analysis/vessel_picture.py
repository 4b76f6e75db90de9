"""The network of blood vessels over time: seen through a slab of the section, and from obliquely above."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.collections import LineCollection
from matplotlib.colors import LinearSegmentedColormap, LogNorm, to_rgb
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.transforms import Bbox
from mpl_toolkits.mplot3d.art3d import Line3DCollection, Poly3DCollection  # type: ignore[import-untyped]
from mpl_toolkits.mplot3d.axes3d import Axes3D  # type: ignore[import-untyped]
from mpl_toolkits.mplot3d.proj3d import proj_transform  # type: ignore[import-untyped]
from numpy.typing import NDArray

from mendsim.analysis import relief as surface
from mendsim.analysis import section_agents, store, style
from mendsim.analysis.dermis_strip import ZONE_COLOUR, zones
from mendsim.analysis.section_axes import Window, frame, label_row, length_label, round_length
from mendsim.common.errors import InputError

__all__ = ["FLOW_MAP", "MARKS", "groups", "has_vessels", "vessel_figure", "vessel_section", "vessel_view"]

Array = NDArray[np.float64]

FLOW_MAP = LinearSegmentedColormap.from_list(
    "flow", ["#440154", "#46327e", "#365c8d", "#277f8e", "#1fa187", "#4ac16d", "#a0da39", "#d8d012"]
)
"""Viridis, somewhat darker at its bright end so that it stands out from white."""
_SPROUT, _CLOSED, _EMPTY = "#e6007e", "#2b2b2b", "#a9a9a9"
_SKIN, _EDGE = "#fbf1ec", "#c4c9d2"
MARKS: dict[str, dict[str, Any]] = {
    "no flow": {"colors": _EMPTY, "linestyles": "solid"},
    "coagulated": {"colors": _CLOSED, "linestyles": (0, (2.0, 1.2))},
    "sprout without flow": {"colors": _SPROUT, "linestyles": "solid"},
}
"""How vessels look whose flow has no colour, in the order in which they are drawn over those with flow."""
_MARK_PT = {"no flow": 0.5, "coagulated": 1.1, "sprout without flow": 1.3}
_FLOW = "with flow"

_DAYS = 4
_SLAB_UM = 300.0
"""Thickness of skin around the middle of a block that a section shows; a section's own slab is shown whole."""
_ROOM_UM = 90.0
"""Room over the lattice for the marks of the zones."""
_STRIP_SHARE = 0.1
"""Room for the scale bar below the lattice, as a share of the width."""
_PANEL_IN, _TALLEST_IN, _NARROWEST_IN = 2.9, 5.4, 1.75
"""Width of a section, its greatest height, and width of the narrowest column."""
_FILLED = 0.85
"""Share of its axes that an oblique view fills if nothing says how large it is to be."""
_LETTERS_PER_IN = 6.0
"""Of a heading, with the room beside it."""
_LEAST_PT = 0.55
_DECADES = 4
"""Orders of magnitude that the scale of flow covers at most."""
_BAR_SHARE = 0.3
_ELEVATION_DEG, _AZIMUTH_DEG = 20.0, -62.0
_DEPTH_SEEN = float(np.cos(np.radians(_ELEVATION_DEG)))
"""How long a depth looks in an oblique view."""
_NEEDED = ("y0_um", "flow_nl_per_min", "coagulated", "growing", "sprout", "radius_um", "perfused")

Table = dict[str, NDArray[Any]]


@dataclass(frozen=True, kw_only=True)
class _Column:
    """A run, the day of one of its snapshots, and the title over it."""

    run: xr.DataTree
    day: float
    title: str


def vessel_figure(
    run: xr.DataTree, days: Sequence[float] | None = None, *, before: xr.DataTree | None = None
) -> Figure:
    """Draw the blood vessels over time: sections above, oblique views below, a column for each day.

    Segments with flow have the colour of their flow and are as wide as their lumen at rest, hair-thin ones excepted.

    Parameters
    ----------
    run : a run from `mendsim.analysis.open_run`.
    days : days to draw, the nearest snapshots are; the first and up to three later ones if not given.
    before : a run whose first snapshot is the untouched skin, drawn as the first column: the first snapshot of a
        treated run may already show its first session.

    Raises
    ------
    InputError
        If the run kept no snapshots or no network of vessels, or there is no day to draw.
    """
    columns = _columns(run, days, before)
    norm = _norm(columns)
    left, right, bottom, top = surface.flat(run).extent_um
    window = (left, right, top - _ROOM_UM, bottom + _STRIP_SHARE * (right - left))
    scale_in = min(_PANEL_IN / (right - left), _TALLEST_IN / (window[3] - window[2]))
    wide, high = (scale_in * extent for extent in _seen(_sides(run)))
    deep, count = scale_in * (window[3] - window[2]), len(columns)
    across = max(scale_in * (right - left), wide, _NARROWEST_IN)
    with style.applied():
        figure = style.figure(across * count + 1.9, deep + high + 2.05)
        figure.set_layout_engine("constrained", w_pad=0.03, h_pad=0.03, wspace=0.0, hspace=0.0)
        axes = figure.subplots(2, count, squeeze=False, height_ratios=(deep + 0.2, high + 0.55))
        above, places = list(axes[0]), list(axes[1])
        for column, ax, place in zip(columns, above, places, strict=True):
            vessel_section(column.run, column.day, ax, window=window, norm=norm, point_um=72.0 * scale_in)
            ax.set_title(column.title, pad=4)
            place.set_axis_off()
        label_row(above, "Section")
        label_row(places[:1], "Block" if _is_block(run) else f"Slab of {length_label(_thickness_um(run))}")
        bar = figure.colorbar(
            ScalarMappable(norm, FLOW_MAP), ax=[*above, *places], fraction=0.03, shrink=0.5, pad=0.01, extend="min"
        )
        bar.set_label("blood flow [nL/min]")
        bar.outline.set_linewidth(0.4)
        figure.legend(handles=_key(columns), loc="outside lower center", ncols=3, handlelength=2.2)
        name = store.title(run)
        gap = "\n" if len(name) > _LETTERS_PER_IN * figure.get_figwidth() else " "
        figure.suptitle(f"{name}:{gap}blood vessels", fontsize=13, fontweight="bold")
        figure.draw_without_rendering()  # finds the places of the views, which are larger than they show
        figure.set_layout_engine("none")
        for column, place in zip(columns, places, strict=True):
            vessel_view(
                column.run, column.day, _oblique_axes(figure, place.get_position()), norm=norm, scale_in=scale_in
            )
    return figure


def vessel_section(
    run: xr.DataTree,
    day: float,
    ax: Axes | None = None,
    *,
    window: Window | None = None,
    norm: LogNorm | None = None,
    point_um: float | None = None,
) -> Axes:
    """Draw vessels in a section, projected along y: those of its slab, or of the middle of a block.

    Parameters
    ----------
    run : a run from `mendsim.analysis.open_run`.
    day : the nearest snapshot is drawn.
    ax : axes to draw on; a new figure if not given.
    window : part of the section to draw [um]: left, right, top, bottom; all of it if not given.
    norm : scale of flow [nL/min]; that of the snapshot if not given.
    point_um : points of the picture to a micrometre of the skin; from the size of the axes as it is if not given.
    """
    ax = style.axes_or_new(ax)
    relief, day = surface.of_run(run, day), store.drawn_day(run, day)
    tissue = relief.image(store.snapshot(run, day, ("tissue",))["tissue"].to_numpy(), above=0)
    ax.imshow(
        np.where(tissue == 1, 0.93, 1.0), extent=relief.extent_um, cmap="gray", vmin=0, vmax=1, interpolation="nearest"
    )
    solid = (tissue > 0).astype(float)
    if 0 < solid.mean() < 1:
        ax.contour(relief.x_um, relief.depth_um, solid, levels=[0.5], colors=style.INK, linewidths=0.8)
    frame(ax, relief, window, store.day_label(day), in_mm=True)
    section_agents.draw_follicles(ax, run, day, relief)
    table = _middle(run, _table(run, day))
    norm = norm or _scale([table])
    if point_um is None:
        point_um = ax.bbox.width * 72.0 / style.figure_of(ax).dpi / (ax.get_xlim()[1] - ax.get_xlim()[0])
    lines = np.stack(_ends(table, relief), axis=1)[:, :, [0, 2]]
    for name, rows in groups(table).items():
        drawn = LineCollection(list(lines[rows]), label=name, zorder=_order(name), **_look(name, table, rows, norm))
        drawn.set_linewidth(_widths(name, table, rows, point_um).tolist())
        ax.add_collection(drawn, autolim=False)
    zones(run, day, ax)
    return ax


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
        ax = _oblique_axes(figure, Bbox.unit())
    relief, day, sides = surface.of_run(run, day), store.drawn_day(run, day), _sides(run)
    side_in = ax.bbox.width / style.figure_of(ax).dpi
    scale_in = _FILLED * side_in / max(_seen(sides)) if scale_in is None else scale_in
    table = _table(run, day)
    norm = norm or _scale([table])
    _box(ax, relief, sides)
    lines = np.stack(_ends(table, relief), axis=1)
    for name, rows in groups(table).items():
        drawn = Line3DCollection(list(lines[rows]), label=name, zorder=_order(name), **_look(name, table, rows, norm))
        drawn.set_linewidth(_widths(name, table, rows, 72.0 * scale_in))
        ax.add_collection3d(drawn, autolim=False)
    left, right, bottom, _ = relief.extent_um
    ax.set(xlim=(left, right), ylim=(0.0, sides[1]), zlim=(bottom, 0.0))
    ax.set_box_aspect(sides)
    drawn_in = float(np.hypot(*(_on_paper(ax, (left, 0.0, bottom)) - _on_paper(ax, (left, 0.0, 0.0)))))
    ax.set_box_aspect(sides, zoom=scale_in * _DEPTH_SEEN * sides[2] / drawn_in)
    return ax


def has_vessels(run: xr.DataTree) -> bool:
    """Whether a run kept snapshots of a network of vessels with all that is drawn of it."""
    try:
        table = run["vessels"].to_dataset()
    except KeyError:
        return False
    return "fields" in run.children and all(name in table for name in _NEEDED) and table.sizes.get("row", 0) > 0


def groups(table: Table) -> dict[str, NDArray[np.intp]]:
    """Rows of the vessels with flow, without, coagulated, and of sprouts that no blood flows through yet.

    Each segment is in one group: those with flow in order of it, so that the strongest lies on top.
    """
    closed = table["coagulated"].astype(bool)
    flows = table["perfused"].astype(bool) & ~closed
    sprout = ((table["growing"] > 0) | (table["sprout"] > 0)) & ~closed & ~flows
    found = {
        _FLOW: np.flatnonzero(flows),
        "no flow": np.flatnonzero(~closed & ~flows & ~sprout),
        "coagulated": np.flatnonzero(closed),
        "sprout without flow": np.flatnonzero(sprout),
    }
    found[_FLOW] = found[_FLOW][np.argsort(np.abs(table["flow_nl_per_min"][found[_FLOW]]), kind="stable")]
    return {name: rows for name, rows in found.items() if len(rows)}


def _columns(run: xr.DataTree, days: Sequence[float] | None, before: xr.DataTree | None) -> list[_Column]:
    store.fields(run)
    for tree in (run, before):
        if tree is not None and not has_vessels(tree):
            raise InputError(
                "the run kept no network of vessels to draw", allowed="a run with snapshots of this version"
            )
    chosen = store.choose_days(run, _DAYS) if days is None else list(days)
    if not chosen or not np.all(np.isfinite(chosen)):
        raise InputError("no day to draw", key="days", value=days, allowed="days of the run, at least one")
    shown = list(dict.fromkeys(store.drawn_day(run, day) for day in chosen))
    first = [] if before is None else [_Column(run=before, day=float(store.snapshot_days(before)[0]), title="before")]
    return [*first, *(_Column(run=run, day=day, title=store.moment_label(run, day)) for day in shown)]


def _table(run: xr.DataTree, day: float) -> Table:
    """Columns of all segments at the snapshot nearest to a day."""
    if not has_vessels(run):
        raise InputError("the run kept no network of vessels to draw", allowed="a run with snapshots of this version")
    table = run["vessels"].to_dataset()
    rows = table["snapshot_index"].to_numpy() == store.snapshot_index(run, day)
    return {str(name): column.to_numpy()[rows] for name, column in table.data_vars.items()}


def _is_block(run: xr.DataTree) -> bool:
    return len(store.fields(run)["y_um"]) > 1


def _thickness_um(run: xr.DataTree) -> float:
    """Thickness of the block, or of the slab that the vessels of a section fill."""
    y = store.fields(run)["y_um"].to_numpy()
    if len(y) > 1:
        return float(len(y) * (y[1] - y[0]))
    table = run["vessels"].to_dataset()
    furthest = max(float(table[f"y{end}_um"].max()) for end in (0, 1))
    return float(max(_SLAB_UM, 50.0 * np.ceil(furthest / 50.0)))


def _middle(run: xr.DataTree, table: Table) -> Table:
    """Segments of the slab of a section, all of them, or of as thick a slab in the middle of a block."""
    thick = _thickness_um(run)
    if not _is_block(run) or thick <= _SLAB_UM:
        return table
    near = np.abs(0.5 * (table["y0_um"] + table["y1_um"]) - 0.5 * thick) <= 0.5 * _SLAB_UM
    return {name: column[near] for name, column in table.items()}


def _ends(table: Table, relief: surface.Relief) -> tuple[Array, Array]:
    """Both ends of each segment where they are drawn, each ``(n, 3)`` um."""
    first, second = (
        np.column_stack(
            [table[f"x{end}_um"], table[f"y{end}_um"], relief.sink(table[f"x{end}_um"], table[f"z{end}_um"])]
        ).astype(float)
        for end in (0, 1)
    )
    return first, second


def _norm(columns: list[_Column]) -> LogNorm:
    return _scale([_table(column.run, column.day) for column in columns])


def _scale(tables: list[Table]) -> LogNorm:
    """Scale of flow from a tenth of a percent of the strongest or the weakest there is, in whole decades."""
    flows = np.concatenate([np.abs(table["flow_nl_per_min"][table["perfused"] > 0]) for table in tables])
    flows = flows[flows > 0]
    if not len(flows):
        return LogNorm(0.1, 10.0)
    high = np.ceil(np.log10(np.percentile(flows, 99.9)) - 1e-9)
    low = max(np.floor(np.log10(np.percentile(flows, 2.0)) + 1e-9), high - _DECADES)
    return LogNorm(10.0 ** min(low, high - 1.0), 10.0**high)


def _order(name: str) -> float:
    return 4.0 + [_FLOW, *MARKS].index(name)


def _look(name: str, table: Table, rows: NDArray[np.intp], norm: LogNorm) -> dict[str, Any]:
    if name != _FLOW:
        return MARKS[name]
    return {"colors": FLOW_MAP(norm(np.abs(table["flow_nl_per_min"][rows])))}


def _widths(name: str, table: Table, rows: NDArray[np.intp], point_um: float) -> Array:
    """Widths of lines [pt]: twice the radius to scale, no thinner than can be seen."""
    drawn = 2.0 * point_um * table["radius_um"][rows].astype(float)
    if name == "no flow":
        return np.full(len(rows), _MARK_PT[name])
    return np.maximum(drawn, _MARK_PT.get(name, _LEAST_PT))


def _sides(run: xr.DataTree) -> tuple[float, float, float]:
    """Width, thickness and depth of the skin that is seen obliquely [um]."""
    left, right, bottom, _ = surface.flat(run).extent_um
    return right - left, _thickness_um(run), bottom


def _seen(sides: tuple[float, float, float]) -> tuple[float, float]:
    """Width and height of the oblique view of a block [um]."""
    (width, thick, depth), (turn, tilt) = sides, np.radians((_AZIMUTH_DEG, _ELEVATION_DEG))
    across = width * abs(np.sin(turn)) + thick * abs(np.cos(turn))
    away = width * abs(np.cos(turn)) + thick * abs(np.sin(turn))
    return float(across), float(depth * np.cos(tilt) + away * np.sin(tilt))


def _oblique_axes(figure: Figure, place: Bbox) -> Axes3D:
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


def _key(columns: list[_Column]) -> list[Line2D | Patch]:
    handles: list[Line2D | Patch] = [
        Line2D(
            [],
            [],
            color=look["colors"],
            linewidth=1.6 if name != "no flow" else 0.8,
            linestyle=look["linestyles"],
            label=name,
        )
        for name, look in MARKS.items()
    ]
    handles.append(Line2D([], [], color=style.INK, linewidth=0.8, label="skin surface"))
    if any(len(store.session_days(column.run)) for column in columns):
        handles.append(Line2D([], [], color=ZONE_COLOUR, linewidth=2.5, label="width of the laser zones"))
    if any(len(store.agents(column.run, "follicle", column.day).get("x_um", ())) for column in columns):
        brown = style.CELL_COLOURS["follicle in anagen"]
        handles.append(Patch(facecolor=(*to_rgb(brown), 0.18), edgecolor=brown, label="hair follicle"))
    return handles
