"""An outcome over a dose: mean and interval of the replicates of each setting of a sweep."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from mendsim.analysis import style
from mendsim.analysis.plots import settings
from mendsim.analysis.plots.groups import INTERVAL
from mendsim.analysis.plots.words import column_label

_HEIGHT_IN = 2.3
_ASIDE_PT = 2.5
"""Distance between the marks of lines at one value of x."""
_MOST_TICKS, _APART = 7, 1.4
"""Most values of a logarithmic axis that are its ticks, and how many times the one before a tick has to be."""


@style.styled
def dose_response(
    table: pd.DataFrame,
    x: str,
    y: str,
    ax: Axes | None = None,
    *,
    hue: str | None = None,
    log_x: bool = False,
    legend: bool = True,
) -> Axes:
    """Draw an outcome over a factor: marks for the means of settings, whiskers for 95 % intervals, dots for runs.

    The interval is that of the mean over replicates by Student's t. Settings of a sampled design (Latin hypercube,
    Sobol, Morris) and names are not joined by a line. Where other factors vary too, a mark is the mean over all of
    their settings and has no interval: take the rows of one setting, or name the other factor as `hue`. Where something
    did not happen within some runs, the mean is of those in which it did, without an interval, and a label says in how
    many it did not.

    Parameters
    ----------
    table : of `mendsim.analysis.open_sweep`, or any table with a row for each run.
    x : a factor: a column of numbers or of names.
    y : an outcome: a column of numbers.
    ax : axes to draw on; those of a new figure of one column if not given.
    hue : a column by which lines are told apart.
    log_x : whether x is logarithmic.
    legend : whether to name the lines.

    Raises
    ------
    InputError : an unknown column, one without numbers, no finished runs, or too many values of `hue`.
    """
    rows = settings.finished(table, [y], [x, *([hue] if hue else [])])
    names = [None] if hue is None else sorted(rows[hue].unique())
    style.check_count(len(names), f"values of {hue}")
    ax = style.axes_or_new(ax, style.ONE_COLUMN_IN, _HEIGHT_IN)
    places = _places(rows[x])
    sampled = settings.is_sampled(table)
    parts = [rows if name is None else rows[rows[hue] == name] for name in names]
    found = [settings.summaries(part, [x], y) for part in parts]
    known = any(each["low"].notna().any() for each in found)
    for number, (name, part, each) in enumerate(zip(names, parts, found, strict=True)):
        aside = _ASIDE_PT * (number - 0.5 * (len(names) - 1)) if known else 0.0
        joined = not sampled and places is None
        label = None if name is None else _value(name)
        _line(ax, part, each, (x, y), places, number, joined=joined, label=label, aside_pt=aside)
        _never(ax, each, x, places, number)
    if places is not None:
        ax.set_xticks(list(places.values()), [str(name) for name in places])
    elif log_x:
        _log_axis(ax, rows[x])
    ax.set(xlabel=column_label(x, settings.unit_of(table, x)), ylabel=column_label(y, settings.unit_of(table, y)))
    ax.grid(axis="y")
    if legend and hue is not None:
        ax.legend(title=column_label(hue, settings.unit_of(table, hue)), alignment="left")
    if known:
        style.note(ax, INTERVAL)
    return ax


def _line(
    ax: Axes,
    rows: pd.DataFrame,
    found: pd.DataFrame,
    columns: tuple[str, str],
    places: dict[Any, float] | None,
    number: int,
    *,
    joined: bool,
    label: str | None,
    aside_pt: float,
) -> None:
    """Draw the runs as dots, the means as marks with whiskers, and the line that joins them."""
    x, y = columns
    colour = style.SERIES_COLOURS[number]
    single = rows[np.isfinite(rows[y].to_numpy(float))]
    if (found["runs"] > 1).any():
        ax.plot(
            _at(single[x], places), single[y], ".", color=colour, alpha=0.45, markersize=3, markeredgewidth=0, zorder=2
        )
    there = found[found["mean"].notna()]
    look = {
        "color": colour,
        "marker": style.SERIES_MARKERS[number],
        "linestyle": style.SERIES_LINES[number] if joined and len(there) > 1 else "",
    }
    style.means(
        ax, _at(there[x], places), there["mean"], y_ends=there[["low", "high"]], label=label, aside_pt=aside_pt, **look
    )


def _never(ax: Axes, found: pd.DataFrame, x: str, places: dict[Any, float] | None, number: int) -> None:
    """Say over the axes in how many runs the outcome did not happen."""
    for _, row in found[found["never"] > 0].iterrows():
        ax.annotate(
            f"not in {row['never']:.0f}/{row['runs']:.0f}",
            (float(_at(pd.Series([row[x]]), places)[0]), 1.0),
            (0.0, -8.0 - 8.0 * number),
            xycoords=ax.get_xaxis_transform(),
            textcoords="offset points",
            ha="center",
            fontsize="x-small",
            color=style.SERIES_COLOURS[number],
        )


def _log_axis(ax: Axes, values: pd.Series) -> None:
    """Let x be logarithmic, with the values that were set as ticks if they are few."""
    ax.set_xscale("log")
    there: list[float] = []
    for value in sorted(values.unique()):
        if not there or value >= _APART * there[-1]:
            there.append(value)
    if len(there) <= _MOST_TICKS:
        ax.set_xticks(there, [f"{value:g}" for value in there])
        ax.set_xticks([], minor=True)


def _places(values: pd.Series) -> dict[Any, float] | None:
    """Places on the axis of names, None for numbers."""
    if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
        return None
    return {name: float(place) for place, name in enumerate(dict.fromkeys(values))}


def _at(values: pd.Series, places: dict[Any, float] | None) -> np.ndarray:
    return values.to_numpy(float) if places is None else np.array([places[value] for value in values])


def _value(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float | int) and not isinstance(value, bool) else str(value)
