"""Time courses as small drawings, each with what it shows in words and the numbers behind it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from mendsim.analysis import store, style, timecourses
from mendsim.analysis.reporting.blocks import Block, Gallery, Illustration, Section
from mendsim.analysis.reporting.images import drawing
from mendsim.analysis.reporting.numbers import csv, number, table, with_unit

WIDTH_IN, HEIGHT_IN = 3.3, 2.35
"""Size of one drawing: three stand side by side on a wide screen, one on a phone, with letters of readable size."""
LOOKS = (0.0, 0.5, 1.0, 3.0, 7.0, 14.0, 30.0, 60.0, 90.0, 180.0, 360.0, 720.0)
"""Days that a folded table shows, and the last of the run."""
_LEGEND_COLUMNS, _LEGEND_ROW_IN = 2, 0.17
_MOST_ROWS = 400
"""Rows of a file of one drawing; of longer series it holds every second one, every third, ..."""


def course_section(run: xr.DataTree, control: xr.DataTree | None = None) -> Section:
    """Draw every panel that applies to a run."""
    names = [name for name in timecourses.PANELS if timecourses.applies(run, name)]
    lines = "Full lines: treated; dashed lines: untreated. " if control is not None else ""
    found = " or ".join(dict.fromkeys(store.causes(run)))
    marks = f"Triangles mark each {found}. " if found else ""
    scale = "Days run on a square-root scale, which gives room to the first days."
    gallery = Gallery(pictures=[course(run, name, control=control) for name in names], caption=f"{lines}{marks}{scale}")
    blocks: list[Block] = [gallery] if names else []
    return Section(name="courses", title="Time courses", blocks=blocks)


def course(run: xr.DataTree, name: str, *, control: xr.DataTree | None = None, anchor: str = "course") -> Illustration:
    """Draw one panel.

    Parameters
    ----------
    run, control : runs from `mendsim.analysis.open_run`.
    name : of the panel.
    anchor : that names of drawings begin with.
    """
    about = timecourses.PANELS[name]
    with style.applied():
        figure = style.figure(WIDTH_IN, HEIGHT_IN)
        legend_below(figure, timecourses.panel(run, name, figure.add_subplot(), control=control))
        content = drawing(figure, _alt(run, name), f"{anchor}-{name}")
    shown = [(series, label) for series, label in about.lines if store.values(run, series) is not None]
    meanings = "; ".join(f"{label}: {run['series'][series].attrs.get('long_name', label)}" for series, label in shown)
    frame = _frame(run, name, control)
    looked = table(frame.iloc[_looked_at(run)], f"{about.title}, on some days")
    return Illustration(
        name=f"{anchor}-{name}-figure",
        title=about.title,
        content=content,
        caption=f"{meanings[:1].upper()}{meanings[1:]}.",
        table=looked,
        data=csv(thinned(frame), f"{name}.csv"),
    )


def legend_below(figure: Figure, ax: Axes, columns: int = _LEGEND_COLUMNS) -> None:
    """Put a legend of several lines under the panel, which is too small for both, and make room for it."""
    if (inside := ax.get_legend()) is not None:
        inside.remove()
    handles, labels = ax.get_legend_handles_labels()
    if len(labels) < 2:
        return
    rows = -(-len(labels) // columns)
    figure.set_figheight(figure.get_figheight() + _LEGEND_ROW_IN * rows)
    figure.legend(handles, labels, loc="outside lower center", ncols=columns, handlelength=2.0, borderpad=0.1)


def thinned(frame: pd.DataFrame) -> pd.DataFrame:
    """Leave out rows of a long table evenly."""
    return frame.iloc[:: -(-len(frame) // _MOST_ROWS)]


def _frame(run: xr.DataTree, name: str, control: xr.DataTree | None) -> pd.DataFrame:
    """Return the series of a panel, in their units, a row for each time."""
    columns: dict[str, np.ndarray] = {"day": store.days(run)}
    for series, label in timecourses.PANELS[name].lines:
        for values, who in ((store.values(run, series), ""), (_beside(run, control, series), " (untreated)")):
            if values is not None:
                unit = store.unit(run, series)
                columns[f"{label}{who} [{unit}]" if unit else f"{label}{who}"] = values
    return pd.DataFrame(columns)


def _beside(run: xr.DataTree, control: xr.DataTree | None, series: str) -> np.ndarray | None:
    """Return a series of the control at the times of the run."""
    values = None if control is None else store.values(control, series)
    if control is None or values is None:
        return None
    return np.interp(store.days(run), store.days(control), values, right=np.nan)


def _looked_at(run: xr.DataTree) -> list[int]:
    days = store.days(run)
    wanted = [day for day in LOOKS if day <= days[-1]] + [days[-1]]
    return sorted({int(np.argmin(np.abs(days - day))) for day in wanted})


def _alt(run: xr.DataTree, name: str) -> str:
    """Say what a panel shows to readers who cannot see it: where each line begins, turns and ends."""
    told = []
    days = store.days(run)
    for series, label in timecourses.PANELS[name].lines:
        values = store.values(run, series)
        if values is None or not np.isfinite(values).any():
            continue
        unit = store.unit(run, series)
        start, end = (with_unit(number(float(values[place])), unit) for place in (0, -1))
        top, bottom = int(np.nanargmax(values)), int(np.nanargmin(values))
        words = f"{label} {start} at the start, {end} on day {days[-1]:.4g}"
        if values[top] > max(values[0], values[-1]):
            words += f", at most {with_unit(number(float(values[top])), unit)} on day {days[top]:.3g}"
        if values[bottom] < min(values[0], values[-1]):
            words += f", at least {with_unit(number(float(values[bottom])), unit)} on day {days[bottom]:.3g}"
        told.append(words)
    return f"{timecourses.PANELS[name].title} over time: {'; '.join(told)}."
