"""The network of blood vessels over time: seen through a slab of the section, and from obliquely above."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr
from matplotlib.cm import ScalarMappable
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from mendsim.analysis import relief as surface
from mendsim.analysis import store, style
from mendsim.analysis.dermis_strip import ZONE_COLOUR
from mendsim.analysis.section_axes import label_row, length_label
from mendsim.analysis.vessel_look import FLOW_MAP, MARKS, flow_scale, mark_handles
from mendsim.analysis.vessel_section import vessel_section
from mendsim.analysis.vessel_table import check_vessels, is_block, table_of, thickness_um
from mendsim.analysis.vessel_view import oblique_axes, seen, sides_of, vessel_view
from mendsim.common.errors import InputError

_DAYS = 4
_ROOM_UM = 90.0
"""Room over the lattice for the marks of the zones."""
_STRIP_SHARE = 0.1
"""Room for the scale bar below the lattice, as a share of the width."""
_PANEL_IN, _TALLEST_IN, _NARROWEST_IN = 2.9, 5.4, 1.75
"""Width of a section, its greatest height, and width of the narrowest column."""
_LETTERS_PER_IN = 6.0
"""Of a heading, with the room beside it."""


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
    norm = flow_scale([table_of(column.run, column.day) for column in columns])
    left, right, bottom, top = surface.flat(run).extent_um
    window = (left, right, top - _ROOM_UM, bottom + _STRIP_SHARE * (right - left))
    scale_in = min(_PANEL_IN / (right - left), _TALLEST_IN / (window[3] - window[2]))
    wide, high = (scale_in * extent for extent in seen(sides_of(run)))
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
        label_row(places[:1], "Block" if is_block(run) else f"Slab of {length_label(thickness_um(run))}")
        bar = figure.colorbar(
            ScalarMappable(norm, FLOW_MAP), ax=[*above, *places], fraction=0.03, shrink=0.5, pad=0.01, extend="min"
        )
        bar.set_label("blood flow [nL/min]")
        bar.outline.set_linewidth(0.4)
        figure.legend(handles=_key(columns), loc="outside lower center", ncols=3, handlelength=2.2)
        name = store.title(run)
        gap = "\n" if len(name) > _LETTERS_PER_IN * figure.get_figwidth() else " "
        style.heading(figure, f"{name}:{gap}blood vessels")
        figure.draw_without_rendering()  # finds the places of the views, which are larger than they show
        figure.set_layout_engine("none")
        for column, place in zip(columns, places, strict=True):
            vessel_view(
                column.run, column.day, oblique_axes(figure, place.get_position()), norm=norm, scale_in=scale_in
            )
    return figure


def _columns(run: xr.DataTree, days: Sequence[float] | None, before: xr.DataTree | None) -> list[_Column]:
    store.fields(run)
    for tree in (run, before):
        if tree is not None:
            check_vessels(tree)
    chosen = store.choose_days(run, _DAYS) if days is None else list(days)
    if not chosen or not np.all(np.isfinite(chosen)):
        raise InputError("no day to draw", key="days", value=days, allowed="days of the run, at least one")
    shown = list(dict.fromkeys(store.drawn_day(run, day) for day in chosen))
    first = [] if before is None else [_Column(run=before, day=float(store.snapshot_days(before)[0]), title="before")]
    return [*first, *(_Column(run=run, day=day, title=store.moment_label(run, day)) for day in shown)]


def _key(columns: list[_Column]) -> list[Line2D | Patch]:
    handles: list[Line2D | Patch] = [*mark_handles(MARKS)]
    handles.append(Line2D([], [], color=style.INK, linewidth=0.8, label="skin surface"))
    if any(len(store.session_days(column.run)) for column in columns):
        handles.append(Line2D([], [], color=ZONE_COLOUR, linewidth=2.5, label="width of the laser zones"))
    if any(len(store.agents(column.run, "follicle", column.day).get("x_um", ())) for column in columns):
        brown = style.CELL_COLOURS["follicle in anagen"]
        handles.append(Patch(facecolor=(*to_rgb(brown), 0.18), edgecolor=brown, label="hair follicle"))
    return handles
