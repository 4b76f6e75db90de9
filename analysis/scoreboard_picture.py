"""The scoreboard as a picture: for each target the model over the target, its interval, and what would be a hit."""

from __future__ import annotations

import math
import re
from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle
from matplotlib.ticker import FixedLocator, NullLocator
from matplotlib.transforms import ScaledTranslation

from mendsim.analysis import style
from mendsim.analysis.scoreboard import FIRST_HAND, plain
from mendsim.common.targets import PARTS, SIGNS

LEAST, MOST = 0.1, 10.0
"""Ratios that are drawn where they are; those beyond stand at the margin, with their value."""
BELOW, ABOVE, NEVER, NOTHING, NO_SIGN = 0.076, 13.0, 27.0, 50.0, 1.75
"""Where ratios below and above, what never happened, and what has no number (or no sign) stand."""
OPEN_ENDS = 0.06, 15.6
"""Where the bands of bounds end that are open on one side."""
SIGN_PANEL = "directions"
"""Name of the panel of targets that ask for a sign alone."""
_TICKS = {0.1: "0.1", 0.2: "0.2", 0.5: "0.5", 1.0: "1", 2.0: "2", 5.0: "5", 10.0: "10", NEVER: "never"}
_LEFT, _RIGHT = 0.06, 68.0
_UNITS = {"ratio": "", "percent": "%", "um": "µm", "day": "d", "week": "weeks"}
_COLOURS = {"hit": "#0072b2", "missed": "#d55e00", "not modelled": style.MUTED, "not judged": style.MUTED}
_MARKS = {"hit": "o", "missed": "D", "not modelled": "x", "not judged": "x"}
_SIZES = {"hit": 5.0, "missed": 4.6, "not modelled": 4.5, "not judged": 4.5}
_BAND, _LOOSE = "#c8d6e5", "#e6ebf2"
"""Colours of the bounds of a target, and of the tolerance where it has none."""
_ROW_IN, _HEAD_IN, _COLUMN_IN, _LEGEND_IN = 0.158, 0.42, 6.8, 0.15
_MOST_ROWS = 34
"""A column of more rows is split in two."""
_LONGEST = 48
_SMALL, _NUMBERS_AT = 6.6, 1.015
_SETTINGS = (r"\d+(?:,\d+)? nm", r"[\d.-]+ mJ")
"""What of a condition tells targets of the same quantity apart."""


def scoreboard_figure(board: pd.DataFrame) -> Figure:
    """Draw a scoreboard: a panel for each part of the model, and one for targets that ask for a sign alone.

    Hits are blue circles, misses red diamonds; a marker is hollow where the number of the target was not read in the
    abstract of its paper. The line through a marker is the interval of the table. The band behind it is what hits:
    the bounds of the target, or paler the tolerance where it has none. A dagger marks what the model was fitted to.

    Parameters
    ----------
    board : from `mendsim.analysis.scoreboard.scoreboard` or `read_scoreboard`.
    """
    panels = _panels(board)
    columns = _columns({name: len(rows) for name, rows in panels.items()})
    heights = [sum(_ROW_IN * len(panels[name]) + _HEAD_IN for name in names) for names in columns]
    with style.applied():
        entries = _legend()
        legend_in = _LEGEND_IN * len(entries) / len(columns)
        figure = style.figure(_COLUMN_IN * len(columns), max(heights) + legend_in)
        figure.set_layout_engine("constrained", h_pad=0.04, hspace=0.0, w_pad=0.06)
        parts = figure.subfigures(1, len(columns), squeeze=False)[0]
        for names, part, height in zip(columns, parts, heights, strict=True):
            rest = max(heights) - height
            spare = [rest / _ROW_IN] if rest > 0.0 else []
            rows = [len(panels[name]) for name in names]
            grid = part.add_gridspec(len(rows) + len(spare), 1, height_ratios=[*rows, *spare])
            for place, name in enumerate(names):
                draw_panel(panels[name], part.add_subplot(grid[place]), title=name)
        figure.legend(
            handles=entries, loc="outside lower center", ncols=2 * len(columns), handlelength=1.6, columnspacing=1.6
        )
    return figure


def draw_panel(rows: pd.DataFrame, ax: Axes | None = None, *, title: str = "") -> Axes:
    """Draw some rows of a scoreboard, the first on top: all of them ratios, or all of them signs.

    Parameters
    ----------
    rows : of a scoreboard.
    ax : axes to draw on; those of a new figure if not given.
    title : heading of the panel.

    Returns
    -------
    The axes. Row ``i`` stands at ``y = i``; ratios on a logarithmic x axis, signs at -1, 0 and 1.
    """
    ax = style.axes_or_new(ax, _COLUMN_IN, _ROW_IN * len(rows) + _HEAD_IN)
    signs = bool(rows["unit"].isin(SIGNS).all())
    scale = style.figure_of(ax).dpi_scale_trans
    beside: dict[str, Any] = {"transform": ax.get_yaxis_transform(), "va": "center", "fontsize": _SMALL}
    for y, row in enumerate(rows.to_dict("records")):
        _draw_row(ax, y, row, signs=signs)
        ax.text(_NUMBERS_AT, y, _told(row), **beside)
    if signs:
        ax.set(xlim=(-1.6, 2.0), xticks=[-1, 0, 1], xticklabels=["falls\nor no", "no\nchange", "rises\nor yes"])
    else:
        ax.set_xscale("log")
        ax.set_xlim(_LEFT, _RIGHT)
        ax.xaxis.set_major_locator(FixedLocator(list(_TICKS)))
        ax.xaxis.set_minor_locator(NullLocator())
        ax.set_xticklabels(list(_TICKS.values()))
        below = ax.transAxes + ScaledTranslation(0.0, -5.0 / 72.0, scale)
        ax.text(
            -0.012, 0.0, "model / target", transform=below, ha="right", va="top", fontsize=_SMALL, color=style.MUTED
        )
        ax.axvline(1.0, color=style.INK, linewidth=0.8, zorder=1.5)
        for edge in (LEAST, MOST):
            ax.axvline(edge, color=style.MUTED, linewidth=0.6, linestyle=(0, (2, 2)), zorder=1.5)
    ax.set_yticks(range(len(rows)), _labels(rows), fontsize=6.8)
    ax.set_ylim(len(rows) - 0.4, -0.6)
    ax.tick_params(axis="y", length=0, pad=3)
    ax.tick_params(axis="x", labelsize=6.8, length=2.5, pad=2)
    ax.spines["left"].set_visible(False)
    ax.set_title(_title(rows, title), loc="right", fontsize=8.5, pad=4)
    above = ax.transAxes + ScaledTranslation(0.0, 4.0 / 72.0, scale)
    ax.text(_NUMBERS_AT, 1.0, "model | target", transform=above, va="bottom", fontsize=_SMALL, color=style.MUTED)
    return ax


def _draw_row(ax: Axes, y: int, row: Mapping[Hashable, Any], *, signs: bool) -> None:
    """Draw the band of what hits, the interval and the marker of one target."""
    place = _sign if signs else _place
    ax.axhline(y, color=style.GRID, linewidth=0.5, zorder=0)
    low, high, colour = _band(row, signs=signs)
    ax.add_patch(Rectangle((low, y - 0.38), high - low, 0.76, facecolor=colour, edgecolor="none", zorder=1))
    status = row["status"]
    hollow = row["evidence"] != FIRST_HAND
    if not math.isnan(row["model"]):
        ends = sorted(place(row, row[name]) for name in ("model_low", "model_high"))
        if ends[1] > ends[0]:
            ax.plot(
                ends, [y, y], color=_COLOURS[status], linewidth=1.3, zorder=2, solid_capstyle="butt", gid="interval"
            )
    x = (NO_SIGN if signs else NOTHING) if math.isnan(row["model"]) else place(row, row["model"])
    ax.plot(
        [x], [y], linestyle="", marker=_MARKS[status], markersize=_SIZES[status], color=_COLOURS[status],
        markerfacecolor=style.BACKGROUND if hollow else _COLOURS[status], markeredgewidth=1.0, zorder=3,
        gid=str(row["id"]),
    )  # fmt: skip
    if not signs and x in (BELOW, ABOVE):
        ax.annotate(
            f"x {row['model'] / row['target']:.2g}", (x, y), xytext=(5 if x == BELOW else -5, 0),
            textcoords="offset points", ha="left" if x == BELOW else "right", va="center", fontsize=6, zorder=4,
        )  # fmt: skip


def _place(row: Mapping[Hashable, Any], value: float) -> float:
    """Where a value of the model stands: its ratio to the target, or at a margin."""
    ratio = value / row["target"]
    if math.isinf(ratio):
        return NEVER
    return BELOW if ratio < LEAST else ABOVE if ratio > MOST else ratio


def _sign(_: Mapping[Hashable, Any], value: float) -> float:
    return float(np.sign(value))


def _band(row: Mapping[Hashable, Any], *, signs: bool) -> tuple[float, float, str]:
    """Start, end and colour of what would be a hit."""
    target, low, high = (row[name] for name in ("target", "target_low", "target_high"))
    if signs:
        return target - 0.3, target + 0.3, _BAND
    open_low, open_high = (target == end for end in (high, low))  # the value is a bound: the other side may be open
    bounded = not (math.isnan(low) and math.isnan(high))
    ends = [
        (-math.inf if open_low else None) if math.isnan(low) else low / target,
        (math.inf if open_high else None) if math.isnan(high) else high / target,
    ]
    near = (1.0 - row["tolerance"], 1.0 + row["tolerance"])
    start, end = sorted(usual if value is None else value for value, usual in zip(ends, near, strict=True))
    return max(start, OPEN_ENDS[0]), min(end, OPEN_ENDS[1]), _BAND if bounded else _LOOSE


def _told(row: Mapping[Hashable, Any]) -> str:
    """Model and target as numbers."""
    if row["unit"] in SIGNS:
        model, said = f"{_sign(row, row['model']):+.0f}".replace("+0", "0"), f"{row['target']:+.0f}".replace("+0", "0")
    else:
        model, said = plain(row["model"]), f"{row['said']} {_UNITS.get(row['unit'], row['unit'])}".rstrip()
    model = row["status"] if math.isnan(row["model"]) else model
    return f"{model} | {said}".replace("<=", "≤").replace(">=", "≥").replace("-0 ", "0 ")


def _labels(rows: pd.DataFrame) -> list[str]:
    """Name each target: its quantity, where several have the same also wavelength and energy, and its id."""
    several = rows["quantity"].duplicated(keep=False)
    return [_label(row, more=more) for row, more in zip(rows.to_dict("records"), several, strict=True)]


def _label(row: Mapping[Hashable, Any], *, more: bool) -> str:
    quantity = row["quantity"] if len(row["quantity"]) <= _LONGEST else f"{row['quantity'][: _LONGEST - 1]}…"
    found = [re.search(each, row["condition"]) for each in _SETTINGS] if more else []
    told = ", ".join([quantity, *(match.group() for match in found if match)])
    return f"{told}  {row['id']}{'†' if row['fitted'] else ''}"


def _title(rows: pd.DataFrame, title: str) -> str:
    hit, missed = (int((rows["status"] == status).sum()) for status in ("hit", "missed"))
    return f"{title}: {hit} of {hit + missed} hit".lstrip(": ").capitalize()


def _panels(board: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Rows of each panel that has any, in the order of the model."""
    signs = board["unit"].isin(SIGNS)
    of_parts = {part: board[(board["part"] == part) & ~signs] for part in PARTS}
    return {name: rows for name, rows in {**of_parts, SIGN_PANEL: board[signs]}.items() if len(rows)}


def _columns(lengths: dict[str, int]) -> list[list[str]]:
    """Spread panels over one column, or over two of about equal length, in their order."""
    names, total = list(lengths), sum(lengths.values())
    if total <= _MOST_ROWS or len(names) == 1:
        return [names]
    first = min(range(1, len(names)), key=lambda count: abs(2 * sum(lengths[name] for name in names[:count]) - total))
    return [names[:first], names[first:]]


def _legend() -> list[Any]:
    def mark(status: str, label: str, *, hollow: bool = False) -> Line2D:
        face = style.BACKGROUND if hollow else _COLOURS[status]
        return Line2D(
            [], [], linestyle="", marker=_MARKS[status], color=_COLOURS[status], markerfacecolor=face,
            markersize=_SIZES[status], label=label,
        )  # fmt: skip

    return [
        mark("hit", "hit"),
        mark("missed", "missed"),
        mark("hit", "target recalled or second-hand", hollow=True),
        mark("not judged", "not modelled or not judged"),
        Patch(facecolor=_BAND, label="bounds of the target"),
        Patch(facecolor=_LOOSE, label="25 % of a target without bounds"),
        Line2D([], [], color=style.INK, linewidth=1.3, label="range over seeds, settings or zones"),
        Line2D([], [], linestyle="", label="†  the model was fitted to it"),
    ]
