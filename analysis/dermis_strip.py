"""The dermis over months, as rows of sections: density of collagen, direction of its fibres, share of collagen III."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.patheffects import AbstractPathEffect, withStroke
from numpy.typing import NDArray

from mendsim.analysis import relief as surface
from mendsim.analysis import store, style
from mendsim.analysis.section_axes import Window, colour_bar, frame, label_row, length_label, round_length
from mendsim.analysis.section_fields import COLLAGEN_MAP, field_image, strokes

__all__ = ["collagen_3_share", "density", "dermis_figure", "fibres", "zones"]

ORDER_MAP = LinearSegmentedColormap.from_list("order", ["#ffffff", "#fdeac2", "#fbc96f", "#f0973a", "#d1622b"])
SHARE_MAP = LinearSegmentedColormap.from_list(
    "share", ["#ffffff", "#d3ece3", "#8fcdb9", "#3fa287", "#10705a", "#043c31"]
)
ZONE_COLOUR = "#882255"
_EPIDERMIS_COLOUR = "#ededed"
_FIELDS = ("tissue", "collagen_1", "collagen_3", "orientation_rad", "orientation_order")
_DERMIS = (2, 4)
"""Codes of the ``tissue`` field: dermis and clot."""
_SOME_MG_PER_ML = 1.0
"""Collagen below which direction and share of collagen III say nothing."""
_STROKE_PITCH_UM = 90.0
_HURT = 0.5
"""Share of a site removed or of its collagen denatured from which it belongs to a zone."""
_OUTLIERS = (0.5, 99.5)
"""Percentiles of the sites of a snapshot that a colour scale covers."""
_STEP = 5.0
"""Colour scales end at multiples of this."""
_BAR_SHARE = 0.25
"""A scale bar is at most this share of a panel's width."""
_PANEL_IN, _ROOM_UM = 1.95, 90.0
"""Width of a panel, and room over the lattice for the marks of the zones ..."""
_LINE_UM = 45.0
"""... of which each session has a line."""

Column = tuple[xr.DataTree, float]


def dermis_figure(
    run: xr.DataTree,
    days: Sequence[float],
    *,
    before: xr.DataTree | None = None,
    bottom_um: float | None = None,
) -> Figure:
    """Draw density of collagen, direction of fibres and share of collagen III, a row each and a column for each day.

    Parameters
    ----------
    run : a run from `mendsim.analysis.open_run`.
    days : days to draw; the nearest snapshots are, each under its own day.
    before : a run whose first snapshot is the untouched skin, drawn as the first column.
    bottom_um : depth at which the sections end; whole sections if not given.
    """
    columns: list[Column] = [] if before is None else [(before, float(store.snapshot_days(before)[0]))]
    columns += [(run, store.drawn_day(run, day)) for day in days]
    names = [] if before is None else ["before"]
    names += [store.moment_label(run, day) for _, day in columns[len(names) :]]
    left, right, floor, ceiling = surface.flat(run).extent_um
    window = (left, right, ceiling - _ROOM_UM, floor if bottom_um is None else min(bottom_um, floor))
    height_in = _PANEL_IN * (window[3] - window[2]) / (right - left)
    with style.applied():
        figure = style.figure(_PANEL_IN * len(columns) + 1.6, 3.0 * (height_in + 0.05) + 0.8)
        figure.set_layout_engine("constrained", w_pad=0.03, h_pad=0.035, wspace=0.0, hspace=0.0)
        axes = figure.subplots(3, len(columns), squeeze=False)
        _density_row(columns, list(axes[0]), window)
        _fibre_row(columns, list(axes[1]), window)
        _share_row(columns, list(axes[2]), window)
        for line, name in zip(axes, ("Collagen", "Fibres", "Collagen III"), strict=True):
            for (shown, day), ax in zip(columns, line, strict=True):
                zones(shown, day, ax)
                ax.set_title("")
                for part in (*ax.patches, *ax.texts):  # a scale bar made for larger pictures
                    part.remove()
            _scale_bar(line[0], window)
            label_row(list(line), name)
            for ax in line[1:]:
                ax.tick_params(left=False)
        for ax, name in zip(axes[0], names, strict=True):
            ax.set_title(name, pad=4)
        figure.legend(handles=_key(), loc="outside lower center", ncols=3, handlelength=1.8)
    return figure


def density(
    run: xr.DataTree,
    day: float,
    ax: Axes | None = None,
    *,
    window: Window | None = None,
    highest: float | None = None,
    bar: bool = True,
) -> Axes:
    """Draw the density of collagen I and III.

    Parameters
    ----------
    run : a run from `mendsim.analysis.open_run`.
    day : the nearest snapshot is drawn.
    ax : axes to draw on; a new figure if not given.
    window : part of the section to draw [um]: left, right, top, bottom; all of it if not given.
    highest : density at the end of the colour scale [mg/mL]; the highest of the run if not given.
    bar : whether to draw a colour bar.
    """
    norm = Normalize(0.0, _limits(_every(run), _collagen)[1] if highest is None else highest)
    ax, relief, section = _start(run, day, ax)
    field_image(ax, relief, np.where(_dermis(section), _collagen(section), np.nan), section, COLLAGEN_MAP, norm)
    return _finish(run, day, ax, relief, window, (COLLAGEN_MAP, norm, "collagen I + III\n[mg/mL]") if bar else None)


def fibres(
    run: xr.DataTree, day: float, ax: Axes | None = None, *, window: Window | None = None, bar: bool = True
) -> Axes:
    """Draw the order of the fibres, 0 in all directions to 1 parallel, with strokes along them.

    Parameters
    ----------
    run, day, ax, window, bar : as in `density`.
    """
    ax, relief, section = _start(run, day, ax)
    norm, there = Normalize(0.0, 1.0), _dermis(section) & (_collagen(section) > _SOME_MG_PER_ML)
    order = section["orientation_order"].to_numpy().astype(float)
    field_image(ax, relief, np.where(there, order, np.nan), section, ORDER_MAP, norm)
    strokes(ax, relief, section, there, colour=style.INK, pitch_um=_STROKE_PITCH_UM)
    return _finish(run, day, ax, relief, window, (ORDER_MAP, norm, _ORDER_LABEL) if bar else None)


def collagen_3_share(
    run: xr.DataTree,
    day: float,
    ax: Axes | None = None,
    *,
    window: Window | None = None,
    limits: tuple[float, float] | None = None,
    bar: bool = True,
) -> Axes:
    """Draw the share of collagen III in collagen I and III.

    Parameters
    ----------
    run, day, ax, window, bar : as in `density`.
    limits : ends of the colour scale [%]; those of the run if not given.
    """
    norm = Normalize(*(_limits(_every(run), _share) if limits is None else limits))
    ax, relief, section = _start(run, day, ax)
    field_image(ax, relief, np.where(_dermis(section), _share(section), np.nan), section, SHARE_MAP, norm)
    return _finish(run, day, ax, relief, window, (SHARE_MAP, norm, _SHARE_LABEL) if bar else None)


def zones(run: xr.DataTree, day: float, ax: Axes) -> Axes:
    """Mark by bars over the skin how wide the zones are, a line for each session so far, the first on top.

    Parameters
    ----------
    run, day : as in `density`.
    ax : axes that a section was drawn on.
    """
    x, top = surface.flat(run).x_um, ax.get_ylim()[1]
    done = np.flatnonzero(store.session_days(run) <= store.drawn_day(run, day) + 1e-9)
    if not len(done):
        return ax
    injury = run["injury"].to_dataset()
    half, step = 0.5 * (x[1] - x[0]), min(_LINE_UM, -top / (len(done) + 2.0))
    for line, session in enumerate(done):
        here = injury.isel(session=session, y=injury.sizes["y"] // 2)
        hurt = np.maximum(here["ablated"].to_numpy(), here["damage_collagen_denaturation"].to_numpy()) > _HURT
        edges = np.flatnonzero(np.diff(np.r_[0, hurt.any(axis=0), 0]))
        z = top + step * (line + 1)
        for start, end in zip(edges[::2], edges[1::2] - 1, strict=True):
            ax.plot(
                [x[start] - half, x[end] + half],
                [z, z],
                color=ZONE_COLOUR,
                linewidth=2.0,
                solid_capstyle="butt",
                alpha=1.0 if session == done[-1] else 0.4,
                zorder=10,
            )
    return ax


_ORDER_LABEL = "order of the fibres\n(0 all ways, 1 parallel)"
_SHARE_LABEL = "share of\ncollagen III [%]"


def _density_row(columns: list[Column], axes: list[Axes], window: Window) -> None:
    highest = _limits(columns, _collagen)[1]
    for (run, day), ax in zip(columns, axes, strict=True):
        density(run, day, ax, window=window, highest=highest, bar=False)
    colour_bar(axes, COLLAGEN_MAP, Normalize(0.0, highest), "collagen I + III\n[mg/mL]", open_end=True)


def _fibre_row(columns: list[Column], axes: list[Axes], window: Window) -> None:
    for (run, day), ax in zip(columns, axes, strict=True):
        fibres(run, day, ax, window=window, bar=False)
    colour_bar(axes, ORDER_MAP, Normalize(0.0, 1.0), _ORDER_LABEL)


def _share_row(columns: list[Column], axes: list[Axes], window: Window) -> None:
    limits = _limits(columns, _share)
    for (run, day), ax in zip(columns, axes, strict=True):
        collagen_3_share(run, day, ax, window=window, limits=limits, bar=False)
    colour_bar(axes, SHARE_MAP, Normalize(*limits), _SHARE_LABEL, open_end=True)


def _scale_bar(ax: Axes, window: Window) -> None:
    left, right, _, bottom = window
    length = round_length(_BAR_SHARE * (right - left))
    end, z = right - 0.03 * (right - left), bottom - 0.03 * (right - left)
    edge: list[AbstractPathEffect] = [withStroke(linewidth=4.0, foreground="white")]
    bar = Line2D([end - length, end], [z, z], color=style.INK, linewidth=2.2, solid_capstyle="butt", zorder=20)
    bar.set_path_effects(edge)
    ax.add_line(bar)
    ax.text(end, z - 25.0, length_label(length), ha="right", va="bottom", fontsize=8, path_effects=edge, zorder=20)


def _key() -> list[Line2D | Patch]:
    return [
        Line2D([], [], color=ZONE_COLOUR, linewidth=2.5, label="width of the laser zones (pale: earlier sessions)"),
        Line2D([], [], color=style.INK, linewidth=0.9, label="stroke: along the fibres, longer where more parallel"),
        Patch(facecolor=_EPIDERMIS_COLOUR, edgecolor=style.INK, linewidth=0.6, label="epidermis"),
    ]


def _start(run: xr.DataTree, day: float, ax: Axes | None) -> tuple[Axes, surface.Relief, xr.Dataset]:
    return style.axes_or_new(ax), surface.of_run(run, day), store.snapshot(run, day, _FIELDS)


def _finish(
    run: xr.DataTree,
    day: float,
    ax: Axes,
    relief: surface.Relief,
    window: Window | None,
    bar: tuple[LinearSegmentedColormap, Normalize, str] | None,
) -> Axes:
    frame(ax, relief, window, store.day_label(store.drawn_day(run, day)))
    if bar is not None:
        colour_bar([ax], *bar)
    return ax


def _every(run: xr.DataTree) -> list[Column]:
    return [(run, float(day)) for day in store.snapshot_days(run)]


def _dermis(section: xr.Dataset) -> NDArray[np.bool_]:
    return np.isin(section["tissue"].to_numpy(), _DERMIS)


def _collagen(section: xr.Dataset) -> NDArray[np.float64]:
    total: NDArray[np.float64] = (section["collagen_1"] + section["collagen_3"]).to_numpy().astype(float)
    return total


def _share(section: xr.Dataset) -> NDArray[np.float64]:
    """Share of collagen III in percent, not a number where there is hardly any collagen."""
    total = _collagen(section)
    young = section["collagen_3"].to_numpy().astype(float)
    return np.where(total > _SOME_MG_PER_ML, 100.0 * young / np.maximum(total, _SOME_MG_PER_ML), np.nan)


def _limits(columns: list[Column], values: Callable[[xr.Dataset], NDArray[np.float64]]) -> tuple[float, float]:
    """Return the ends of a colour scale that suits all given snapshots, as multiples of 5."""
    lowest, highest = [], []
    for run, day in columns:
        section = store.snapshot(run, day, _FIELDS)
        sites = values(section)[_dermis(section)]
        low, high = np.nanpercentile(sites, _OUTLIERS) if np.isfinite(sites).any() else (0.0, _STEP)
        lowest.append(low)
        highest.append(high)
    bottom = _STEP * np.floor(min(lowest) / _STEP)
    return float(bottom), float(max(_STEP * np.ceil(max(highest) / _STEP), bottom + _STEP))
