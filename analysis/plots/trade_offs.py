"""What is gained against what it costs, such as collagen against downtime, with the settings nothing beats (R20)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from numpy.typing import ArrayLike, NDArray

from mendsim.analysis import style
from mendsim.analysis.plots import settings
from mendsim.analysis.plots.groups import INTERVAL
from mendsim.analysis.plots.words import column_label
from mendsim.common.errors import InputError

Best = Literal["highest", "lowest"]
BEST: tuple[Best, ...] = ("highest", "lowest")
_HEIGHT_IN = 2.6
FRONT = "Pareto front"
_NO_VALUE = "no value"


def pareto_front(cost: ArrayLike, gain: ArrayLike) -> NDArray[np.bool_]:
    """Mark the points that no other beats: none costs as little or less and gains as much or more, and differs.

    Parameters
    ----------
    cost, gain : of each point, ``(n,)``; less cost and more gain are better. Points with a value that is not finite are
        never on the front and beat nothing.

    References
    ----------
    K. Miettinen, Nonlinear Multiobjective Optimization (1998), section 2.2, doi:10.1007/978-1-4615-5563-6.
    """
    paid, got = np.asarray(cost, float), np.asarray(gain, float)
    finite = np.isfinite(paid) & np.isfinite(got)
    no_worse = (paid[None] <= paid[:, None]) & (got[None] >= got[:, None]) & finite[None]
    better = (paid[None] < paid[:, None]) | (got[None] > got[:, None])
    return finite & ~np.any(no_worse & better, axis=1)


@style.styled
def trade_off(
    table: pd.DataFrame,
    outcome: str,
    ax: Axes | None = None,
    *,
    cost: str = "downtime_days",
    best: Best = "highest",
    by: str | Sequence[str] = settings.POINT,
    hue: str | None = None,
    label: str | None = None,
) -> Axes:
    """Draw an outcome against what it costs: a mark for each setting, whiskers for 95 % intervals, the Pareto front.

    A setting is on the front if none costs as little and gives as much. Means that are nearer to each other than their
    whiskers may change places with other seeds. Settings whose cost or outcome is not known (it did not end within the
    run) are not drawn, and their number is told.

    Parameters
    ----------
    table : of `mendsim.analysis.open_sweep`, or any table with a row for each run.
    outcome : a column of numbers.
    ax : axes to draw on; those of a new figure of one column if not given.
    cost : a column of numbers of which less is better.
    best : whether the ``"highest"`` outcome is best or the ``"lowest"``, as of a scar depth.
    by : columns that tell settings apart; every row is one if the table has none of them.
    hue : a column by which colours and marks are told apart.
    label : a column whose values stand beside the marks.

    Raises
    ------
    InputError : an unknown column, one without numbers, no finished runs, or nothing to draw.
    """
    if best not in BEST:
        raise InputError("unknown choice", key="best", value=best, allowed=" or ".join(BEST))
    rows = settings.finished(table, [cost, outcome], [name for name in (hue, label) if name])
    points = _points(rows, [by] if isinstance(by, str) else list(by), cost, outcome, [hue, label])
    there = points[np.isfinite(points["cost"]) & np.isfinite(points["gain"])]
    if there.empty:
        raise InputError("no setting has both", key=f"{cost}, {outcome}", allowed="outcomes that end within the run")
    ax = style.axes_or_new(ax, style.ONE_COLUMN_IN, _HEIGHT_IN)
    front = there[pareto_front(there["cost"], there["gain"] * (1.0 if best == "highest" else -1.0))]
    _front(ax, front.sort_values("cost"))
    series = _series(there, hue)
    style.check_count(len(series), f"values of {hue}")
    for number, (name, own) in enumerate(series):
        _marks(ax, own, number, name)
    if label is not None:
        for _, row in there.iterrows():
            text = f"{row[label]:g}" if isinstance(row[label], float | int) else str(row[label])
            ax.annotate(text, (row["cost"], row["gain"]), (4, 4), textcoords="offset points", fontsize="x-small")
    ax.set(
        xlabel=column_label(cost, settings.unit_of(table, cost)),
        ylabel=column_label(outcome, settings.unit_of(table, outcome)),
    )
    ax.grid()
    notes = [INTERVAL] if there["cost_low"].notna().any() else []
    notes += [f"{len(points) - len(there)} of {len(points)} settings without an end left out"] * (
        len(there) < len(points)
    )
    style.note(ax, "; ".join(notes))
    ax.legend(title=None if hue is None else column_label(hue, settings.unit_of(table, hue)), alignment="left")
    return ax


def _points(rows: pd.DataFrame, by: list[str], cost: str, outcome: str, kept: list[str | None]) -> pd.DataFrame:
    """Give means and intervals of cost and outcome of each setting."""
    known = [name for name in by if name in rows]
    key = [rows[name] for name in known] or [pd.Series(range(len(rows)), index=rows.index)]
    made = []
    for _, group in rows.groupby(key, sort=False, dropna=False):
        line: dict[str, Any] = {name: group[name].iloc[0] for name in kept if name is not None}
        for what, column in (("cost", cost), ("gain", outcome)):
            found = settings.summary(group[column])
            whole = found["never"] == 0
            line |= {
                what: found["mean"] if whole else np.inf,
                f"{what}_low": found["low"],
                f"{what}_high": found["high"],
            }
        made.append(line)
    return pd.DataFrame(made)


def _series(points: pd.DataFrame, hue: str | None) -> list[tuple[object, pd.DataFrame]]:
    """Split the points by a column; those that have no value in it come last."""
    if hue is None:
        return [("settings", points)]
    found: list[tuple[object, pd.DataFrame]] = list(points.groupby(hue, sort=True))
    without = points[points[hue].isna()]
    return found if without.empty else [*found, (_NO_VALUE, without)]


def _marks(ax: Axes, points: pd.DataFrame, number: int, name: object) -> None:
    style.means(
        ax,
        points["cost"],
        points["gain"],
        x_ends=points[["cost_low", "cost_high"]],
        y_ends=points[["gain_low", "gain_high"]],
        linestyle="",
        marker=style.SERIES_MARKERS[number],
        color=style.SERIES_COLOURS[number],
        label=f"{name:g}" if isinstance(name, float | int) else str(name),
    )


def _front(ax: Axes, front: pd.DataFrame) -> None:
    """Draw the front as steps: what can be had at most for each cost, and a ring around each of its settings."""
    look: dict[str, Any] = {"color": style.MUTED, "linewidth": 1.0, "linestyle": (0, (3, 1.5))}
    ax.step(front["cost"], front["gain"], where="post", zorder=1, **look)
    ax.plot(
        front["cost"],
        front["gain"],
        linestyle="",
        marker="o",
        markersize=9,
        markerfacecolor="none",
        markeredgecolor=style.INK,
        markeredgewidth=0.9,
        label=FRONT,
        zorder=4,
    )
