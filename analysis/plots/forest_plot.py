"""Paired differences of a comparison, one below the other, with their intervals (R34)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from mendsim.analysis import paired, paired_tests, style
from mendsim.analysis.comparison_files import SavedComparison
from mendsim.analysis.paired import Estimate, written
from mendsim.analysis.plots.groups import Comparison
from mendsim.analysis.plots.words import with_unit
from mendsim.analysis.replicate_comparison import YES
from mendsim.common.errors import InputError
from mendsim.scenarios.problems import close_names

_ROW_IN, _EDGES_IN = 0.17, 0.9
_ROOM = 1.3
"""The axis ends at this multiple of the largest difference; an interval that goes on ends in an arrow."""
_NUMBERS_PT, _Q_PT = 8.0, 112.0
"""Where the numbers stand, from the right end of the axes."""
_PERCENT = 100.0
_SPREAD = 0.8
"""Share of a row over which several scenarios are spread."""


@style.styled
def forest(
    comparison: Comparison,
    ax: Axes | None = None,
    *,
    scenarios: Sequence[str] | None = None,
    of: Sequence[str] | None = None,
    most: int | None = None,
) -> Axes:
    """Draw paired differences from the reference: a mark and a 95 % interval for each end point, with q beside them.

    Differences in one unit are drawn in that unit. Of several units each is drawn in percent of the larger of the two
    means, which also works where the reference has none of a thing (100 %: only the scenario has it); the numbers
    beside them are in the unit of the label. Filled marks are more than noise (q, the adjusted p, is at most 0.05). End
    points are sorted by their difference; those that did not happen in every run have no difference of size and stand
    at the foot, with how often they happened. Those that are equal in all runs, or do not apply to the reference, are
    left out.

    Parameters
    ----------
    comparison : from `compare_replicates` or `open_comparison`.
    ax : axes to draw on; those of a new figure of two columns if not given.
    scenarios : that are drawn; all but the reference if not given.
    of : end points that are drawn; all if not given.
    most : draw at most this many end points, those with the lowest q.

    Raises
    ------
    InputError : an unknown scenario or end point, or nothing that differs.
    """
    held = comparison.comparison if isinstance(comparison, SavedComparison) else comparison
    others = _known("scenario", scenarios, held.scenarios[1:])
    names = _known("--of", of, [each.name for each in held.end_points])
    rows = _rows(held.table, held.reference, others, names)
    order = _order(rows, most)
    if not order:
        raise InputError("no difference to draw", key=held.reference, allowed="scenarios that differ")
    style.check_count(len(others), "scenarios")
    rows = rows[rows["end_point"].isin(order)]
    units = rows["unit"].unique()
    scaled = len(units) > 1 or (not units[0] and len(order) > 1)
    if ax is None:
        height = _ROW_IN * len(order) * max(1.0, 0.75 * len(others)) + _EDGES_IN
        ax = style.axes_or_new(None, style.TWO_COLUMNS_IN, height)
    places = {name: float(place) for place, name in enumerate(order)}
    factor = _PERCENT / rows["scale"] if scaled else 1.0
    drawn = {f"drawn{end}": rows[f"difference{end}"] * factor for end in ("", "_low", "_high")}
    rows = rows.assign(**drawn)
    limit = _ROOM * float(rows["drawn"].abs().max())
    for number, scenario in enumerate(others):
        shift = _SPREAD * (number - 0.5 * (len(others) - 1)) / len(others)
        own = rows[rows["scenario"] == scenario]
        _marks(ax, own, shift, number, places, limit)
        _numbers(ax, own, shift, number, places, several=len(others) > 1)
    ax.set_xlim(-limit, limit)
    _dress(ax, rows, places, held.reference, units[0], scaled=scaled)
    _key(ax, others)
    _count(ax, len(held.seeds))
    return ax


def scaled_by(mean: float, reference_mean: float) -> float:
    """Size that a difference is drawn in percent of: the larger of the two means."""
    return max(abs(mean), abs(reference_mean))


def _known(what: str, asked: Sequence[str] | None, names: Sequence[str]) -> list[str]:
    for name in asked or ():
        if name not in names:
            raise InputError("not in this comparison", key=what, value=name, allowed=close_names(name, names))
    return list(names if asked is None else asked)


def _rows(table: pd.DataFrame, reference: str, others: Sequence[str], names: Sequence[str]) -> pd.DataFrame:
    """Rows to draw, with the means and counts of the reference beside those of the scenario."""
    base = table[table["scenario"] == reference].set_index("end_point")
    rows = table[table["scenario"].isin(others) & table["end_point"].isin(names)].copy()
    for column in ("mean", "happened", "runs"):
        rows[f"reference_{column}"] = rows["end_point"].map(base[column])
    sizes = [scaled_by(mean, other) for mean, other in zip(rows["mean"], rows["reference_mean"], strict=True)]
    rows["scale"] = np.where(np.isfinite(sizes) & (np.asarray(sizes) > 0), np.asarray(sizes, float), np.nan)
    differs = (rows["difference"].fillna(0.0) != 0.0) | (
        rows["adjusted_p"].notna() & (rows["happened"] != rows["reference_happened"])
    )
    return rows[rows["end_point"].isin(rows.loc[differs, "end_point"])]


def _order(rows: pd.DataFrame, most: int | None) -> list[str]:
    """Names from the top: largest rise to largest fall of the first scenario, then those without a size."""
    chosen = rows.groupby("end_point", sort=False)["adjusted_p"].min().sort_values(kind="stable")
    kept = rows[rows["end_point"].isin(chosen.index[:most])]
    share = (kept["difference"] / kept["scale"]).groupby(kept["end_point"], sort=False).first()
    return [str(name) for name in share.sort_values(ascending=False, na_position="last", kind="stable").index]


def _marks(ax: Axes, rows: pd.DataFrame, shift: float, number: int, places: dict[str, float], limit: float) -> None:
    """Draw marks and intervals, these no further than the end of the axis."""
    colour = style.SERIES_COLOURS[number]
    for _, row in rows[rows["drawn"].notna()].iterrows():
        y = places[row["end_point"]] + shift
        ends = np.clip([row["drawn_low"], row["drawn_high"]], -limit, limit)
        ax.plot(ends, [y, y], color=colour, linewidth=1.0, zorder=2, solid_capstyle="butt")
        for end, wanted, arrow in zip(ends, (row["drawn_low"], row["drawn_high"]), "<>", strict=True):
            if abs(wanted) > limit:
                ax.plot([end], [y], arrow, color=colour, markersize=3, clip_on=False, zorder=2)
        ax.plot(
            [row["drawn"]],
            [y],
            marker=style.SERIES_MARKERS[number],
            markersize=4.5,
            color=colour,
            markerfacecolor=colour if row["more_than_noise"] == YES else style.BACKGROUND,
            markeredgewidth=0.9,
            linestyle="",
            zorder=3,
        )


def _numbers(ax: Axes, rows: pd.DataFrame, shift: float, number: int, places: dict[str, float], several: bool) -> None:
    """Write difference, interval and q at the right."""
    for _, row in rows.iterrows():
        y = places[row["end_point"]] + shift
        colour = style.SERIES_COLOURS[number] if several else style.INK
        _beside(ax, y, _NUMBERS_PT, _size(row), color=colour)
        if not math.isnan(row["adjusted_p"]):
            _beside(ax, y, _Q_PT, _q(row["adjusted_p"]), color=colour)


def _beside(ax: Axes, y: float, gap_pt: float, text: str, **look: Any) -> None:
    """Write at the right of the axes, at the height of a row."""
    place: dict[str, Any] = {"xycoords": ax.get_yaxis_transform(), "textcoords": "offset points"}
    place |= {"va": "center", "fontsize": "small", "annotation_clip": False}
    ax.annotate(text, (1.0, y), (gap_pt, 0.0), **(place | look))


def _size(row: pd.Series) -> str:
    if math.isnan(row["difference"]):
        return (
            f"in {row['happened']:.0f}/{row['runs']:.0f} runs,"
            f" reference {row['reference_happened']:.0f}/{row['reference_runs']:.0f}"
        )
    found = Estimate(mean=row["difference"], low=row["difference_low"], high=row["difference_high"])
    return written(found).replace("-", "\N{MINUS SIGN}")


def _q(adjusted_p: float) -> str:
    return "< 0.001" if adjusted_p < 1e-3 else f"{adjusted_p:.3f}"


def _dress(ax: Axes, rows: pd.DataFrame, places: dict[str, float], reference: str, unit: str, *, scaled: bool) -> None:
    """Name the rows, draw the reference line, and end the axis where intervals would run away."""
    about = rows.drop_duplicates("end_point").set_index("end_point")
    ax.set_yticks(
        list(places.values()), [with_unit(str(about.loc[n, "label"]), str(about.loc[n, "unit"])) for n in places]
    )
    ax.set_ylim(len(places) - 0.4, -0.6)
    ax.axvline(0.0, color=style.INK, linewidth=0.8, zorder=1)
    ax.tick_params(axis="y", length=0)
    ax.grid(axis="x")
    ax.set_axisbelow(True)
    ax.spines["left"].set_visible(False)
    if scaled:
        ax.set_xlabel(f"difference from {reference} [% of the larger mean]")
    else:
        ax.set_xlabel(with_unit(f"difference from {reference}", unit))
    for gap, text in ((_NUMBERS_PT, f"difference [{_PERCENT * paired.CONFIDENCE:.0f} % interval]"), (_Q_PT, "q")):
        _beside(ax, -0.6, gap, text, va="bottom", fontweight="bold")


def _count(ax: Axes, pairs: int) -> None:
    """Write how many pairs of runs the differences are of, under the numbers."""
    text = f"n = {pairs} pair{'s' * (pairs != 1)}"
    _beside(ax, 0.0, _NUMBERS_PT, text, xycoords="axes fraction", va="top", color=style.MUTED)


def _key(ax: Axes, others: Sequence[str]) -> None:
    level = paired_tests.FALSE_DISCOVERY_RATE
    handles = [
        Line2D(
            [], [], color=style.SERIES_COLOURS[number], marker=style.SERIES_MARKERS[number], linestyle="", label=name
        )
        for number, name in enumerate(others)
    ]
    look: dict[str, Any] = {"color": style.MUTED, "marker": "o", "linestyle": ""}
    handles += [
        Line2D([], [], label=f"more than noise (q ≤ {level:g})", **look),
        Line2D([], [], markerfacecolor=style.BACKGROUND, label="not more than noise", **look),
    ]
    ax.legend(handles=handles, loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=2, borderaxespad=0.2)
