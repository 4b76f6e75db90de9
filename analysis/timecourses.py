"""Time courses: one panel for each question, the treated skin beside its untreated control."""

from __future__ import annotations

from typing import Literal

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from mendsim.analysis import mend_table, store, style
from mendsim.analysis.course_panels import PANELS, Panel
from mendsim.analysis.time_axis import session_ticks, time_axis
from mendsim.common.errors import InputError
from mendsim.scenarios.problems import close_names

__all__ = ["PANELS", "Panel", "applies", "panel", "panels"]

_FLOOR = 1e-2
"""A logarithmic axis ends at this share of the lowest of its curves' peaks ..."""
_DECADES = 6
"""... and spans at most this many decades."""


def applies(run: xr.DataTree, name: str) -> bool:
    """Whether a run has anything to show in a panel: a scar, hair, a drug."""
    about = _panel(name)
    if about.of_hair and not store.has_hair(run):
        return False
    if name == "scar" and not store.has_scar(run):
        return False
    values = [_or_zero(_values(run, series)) for series, _ in about.lines]
    return any(np.any(np.abs(curve - (curve[0] if about.if_moved else 0.0)) > 0.0) for curve in values)


def panel(run: xr.DataTree, name: str, ax: Axes | None = None, *, control: xr.DataTree | None = None) -> Axes:
    """Draw one panel over time: the run in full lines, its control in dashed ones, injuries as ticks on top.

    Time runs on a square-root scale, which gives room to the first days without losing the months.

    Parameters
    ----------
    run : a run from `mendsim.analysis.open_run`.
    name : one of `PANELS`.
    ax : axes to draw on; a new figure if not given.
    control : the untreated control.

    Raises
    ------
    InputError
        If there is no panel of this name.
    """
    about = _panel(name)
    ax = style.axes_or_new(ax, 4.0, 2.8)
    shown = {label: values for name, label in about.lines if (values := _values(run, name)) is not None}
    names = {label: name for name, label in about.lines}
    for (label, values), colour in zip(shown.items(), style.SERIES_COLOURS, strict=False):
        ax.plot(store.days(run), _scaled(values, about), color=colour, label=label, zorder=3)
        other = None if control is None else _values(control, names[label])
        if control is not None and other is not None:
            ax.plot(
                store.days(control),
                _scaled(other, about),
                color=colour,
                linestyle=(0, (3, 1.5)),
                linewidth=1.2,
                zorder=2,
            )
    units = {store.unit(run, series) for series, _ in about.lines if series in run["series"].data_vars}
    ax.set_ylabel("% of start" if about.relative else next(iter(units), "") or about.number)
    ax.set_title(about.title, pad=9)
    if about.logarithmic:
        _log_axis(ax, list(shown.values()))
    if about.each_mend:
        _each_mend(ax, run)
    if about.downwards:
        ax.axhline(0.0, color=style.MUTED, linestyle=":", linewidth=0.8, zorder=1)
        ax.invert_yaxis()
    time_axis(ax, float(store.days(run)[-1]))
    ax.grid(axis="y")
    session_ticks(ax, store.session_days(run))
    if len(ax.get_legend_handles_labels()[0]) > 1:
        # what rises to the surface leaves the lower right free
        place: Literal["lower right", "best"] = "lower right" if about.downwards else "best"
        ax.legend(loc=place, handlelength=1.2, frameon=True, framealpha=0.75, edgecolor="none")
    return ax


def panels(run: xr.DataTree, axes: list[Axes], names: list[str], *, control: xr.DataTree | None = None) -> None:
    """Draw several panels of one figure and one legend for treated, untreated and injuries.

    Parameters
    ----------
    run, control : as in `panel`.
    axes, names : where to draw which panel; equal lengths.
    """
    for ax, name in zip(axes, names, strict=True):
        panel(run, name, ax, control=control)
    handles = [Line2D([], [], color=style.INK, label="this run" if control is None else "treated")]
    if control is not None:
        handles.append(Line2D([], [], color=style.INK, linestyle=(0, (3, 1.5)), linewidth=1.2, label="untreated"))
    if found := store.causes(run):
        label = " or ".join(dict.fromkeys(found))
        handles.append(Line2D([], [], color=style.MUTED, marker="v", linestyle="", markersize=6, label=label))
    style.figure_of(axes[0]).legend(handles=handles, loc="outside lower center", ncols=len(handles))


def _panel(name: str) -> Panel:
    if name not in PANELS:
        raise InputError("unknown panel", value=name, allowed=close_names(name, PANELS))
    return PANELS[name]


def _or_zero(values: NDArray[np.float64] | None) -> NDArray[np.float64]:
    return np.zeros(1) if values is None else np.nan_to_num(values)


def _values(run: xr.DataTree, name: str) -> NDArray[np.float64] | None:
    """One series as it is drawn, None if the run does not hold it: what is not there has no depth and no blood."""
    if name == "papilla_flow_ratio" and not store.has_hair(run):
        return None
    values, count = store.values(run, name), store.values(run, "debris_count")
    if name == "debris_depth_um" and values is not None and count is not None:
        return np.where(count > 0, values, np.nan)
    return values


def _each_mend(ax: Axes, run: xr.DataTree) -> None:
    """Draw the depth of each MEND as a thin line."""
    tracks = [np.column_stack(track) for track in mend_table.depths(run).values()]
    if tracks:
        lines = LineCollection(tracks, colors=style.MUTED, linewidths=0.8, alpha=0.7, label="each MEND", zorder=2)
        ax.add_collection(lines)
        ax.autoscale_view()


def _scaled(values: NDArray, about: Panel) -> NDArray:
    if not about.relative:
        return values
    return 100.0 * values / values[0] if values[0] else np.full(values.shape, np.nan)


def _log_axis(ax: Axes, curves: list[NDArray]) -> None:
    peaks = [peak for curve in curves if (peak := float(np.nanmax(curve, initial=0.0))) > 0]
    if peaks:
        ax.set_yscale("log")
        ax.set_ylim(max(_FLOOR * min(peaks), max(peaks) * 10.0**-_DECADES), 2.0 * max(peaks))
