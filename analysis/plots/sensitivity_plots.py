"""Which factors of a sweep decide an outcome: bars of the indices, and the plane of Morris."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from numpy.typing import NDArray

from mendsim.analysis import style
from mendsim.analysis.plots.words import column_label, factor_words, with_unit
from mendsim.common.errors import InputError

_ROW_IN, _EDGES_IN = 0.24, 0.8
_NEAR, _RIGHT = 0.05, 0.6
"""Share of the axes below which two labels would cover each other, and from which they are written to the left."""
_SIGMA = "\N{GREEK SMALL LETTER SIGMA}"


@dataclass(frozen=True, kw_only=True)
class _Measure:
    """What a design tells: the columns that get a bar and their names, and the label of the axis."""

    bars: dict[str, str]
    axis: str
    of_outcome: bool = False


_MEASURES = (
    _Measure(bars={"total": "total", "first": "first order"}, axis="share of the variance"),
    _Measure(bars={"mu_star": "μ*"}, axis="mean size of the effect μ*", of_outcome=True),
    _Measure(bars={"rank_correlation": "partial rank correlation"}, axis="partial rank correlation"),
)


@style.styled
def sensitivity_bars(indices: pd.DataFrame, ax: Axes | None = None, *, outcome: str = "", unit: str = "") -> Axes:
    """Draw a bar for each factor, largest on top, with 95 % intervals as `mendsim.analysis.sensitivity` gives them.

    Sobol: first order and total; Morris: mu*, the mean size of an elementary effect; Latin hypercube: partial rank
    correlation, which may be negative. Where noise between replicates is known, a dotted line marks its share of the
    variance: an index of Sobol below it says nothing.

    Parameters
    ----------
    indices : from `mendsim.analysis.sensitivity`.
    ax : axes to draw on; those of a new figure of one column if not given.
    outcome, unit : name and unit of the outcome, for the title and the axis.

    Raises
    ------
    InputError : a table that holds no such indices.
    """
    measure = next((each for each in _MEASURES if set(each.bars) <= set(indices)), None)
    if measure is None:
        raise InputError("no indices of sensitivity", value=list(indices), allowed="the table of analysis.sensitivity")
    if ax is None:
        ax = style.axes_or_new(None, style.ONE_COLUMN_IN, _ROW_IN * len(indices) * len(measure.bars) ** 0.5 + _EDGES_IN)
    first = next(iter(measure.bars))
    ordered = indices.loc[indices[first].abs().sort_values(ascending=False, kind="stable").index]
    height = 0.8 / len(measure.bars)
    for number, (column, name) in enumerate(measure.bars.items()):
        places = np.arange(len(ordered)) + height * (number - 0.5 * (len(measure.bars) - 1))
        spans = np.stack([ordered[column] - ordered[f"{column}_low"], ordered[f"{column}_high"] - ordered[column]])
        ax.barh(
            places,
            ordered[column],
            height=0.92 * height,
            xerr=np.maximum(spans, 0.0),
            color=style.SERIES_COLOURS[number],
            alpha=1.0 if number == 0 else 0.75,
            hatch="" if number == 0 else "////",
            edgecolor="white",
            linewidth=0.0,
            error_kw={"elinewidth": 0.9, "capsize": 2.0, "ecolor": style.INK},
            label=name,
        )
    ax.set_yticks(np.arange(len(ordered)), factor_labels(ordered))
    ax.set_ylim(len(ordered) - 0.4, -0.6)
    ax.axvline(0.0, color=style.INK, linewidth=0.8)
    ax.tick_params(axis="y", length=0)
    ax.set_xlabel(with_unit(measure.axis, unit) if measure.of_outcome else measure.axis)
    ax.set_title(column_label(outcome) if outcome else "")
    ax.grid(axis="x")
    ax.set_axisbelow(True)
    share = float(indices["noise_share"].iloc[0]) if "noise_share" in indices else np.nan
    if "total" in indices and np.isfinite(share):
        ax.axvline(share, color=style.MUTED, linestyle=":", label="noise between replicates")
    if len(ax.get_legend_handles_labels()[0]) > 1:
        ax.legend(loc="lower right")
    return ax


@style.styled
def morris_plane(indices: pd.DataFrame, ax: Axes | None = None, *, outcome: str = "", unit: str = "") -> Axes:
    """Draw each factor of a Morris design by how much it does (mu*) and how unevenly (sigma).

    Near the lower left a factor does nothing. A sigma above mu* says that the effect depends on other factors or on
    the value of its own; one well below it, that the effect is about the same everywhere.

    Parameters
    ----------
    indices : from `mendsim.analysis.sensitivity` for a Morris design.
    ax, outcome, unit : as in `sensitivity_bars`.

    Raises
    ------
    InputError : indices of another design.

    References
    ----------
    M. D. Morris, Technometrics 33, 161-174 (1991), doi:10.1080/00401706.1991.10484804.
    """
    if not {"mu_star", "sigma"} <= set(indices):
        raise InputError("not the indices of a Morris design", value=list(indices), allowed="a sweep of kind morris")
    ax = style.axes_or_new(ax, style.ONE_COLUMN_IN, 2.6)
    ax.errorbar(
        indices["mu_star"],
        indices["sigma"],
        xerr=np.stack([indices["mu_star"] - indices["mu_star_low"], indices["mu_star_high"] - indices["mu_star"]]).clip(
            0.0
        ),
        linestyle="",
        marker=style.SERIES_MARKERS[0],
        color=style.SERIES_COLOURS[0],
        elinewidth=0.8,
        zorder=3,
    )
    end = 1.08 * float(max(indices["mu_star_high"].max(), indices["sigma"].max()))
    ax.plot(
        [0.0, end],
        [0.0, end],
        color=style.MUTED,
        linestyle=style.SERIES_LINES[1],
        linewidth=0.9,
        label=f"{_SIGMA} = μ*",
    )
    top = 1.08 * float(max(indices["sigma"].max(), 0.3 * end))
    ax.set(xlim=(0.0, end), ylim=(0.0, top))
    size = np.array([end, top])
    for point, name in _together(indices[["mu_star", "sigma"]].to_numpy(float) / size, factor_labels(indices)):
        look: dict[str, Any] = {
            "ha": "right" if point[0] > _RIGHT else "left",
            "fontsize": "small",
            "textcoords": "offset points",
        }
        ax.annotate(name, tuple(point * size), (0, 5), **look)
    ax.set(
        xlabel=with_unit("mean size of the effect μ*", unit), ylabel=with_unit(f"spread of the effect {_SIGMA}", unit)
    )
    ax.set_title(column_label(outcome) if outcome else "")
    ax.grid()
    ax.legend(loc="upper left")
    return ax


def factor_labels(indices: pd.DataFrame) -> list[str]:
    """Labels of the factors: words of the last part of their key, of more parts where these are the same."""
    keys, units = [str(key) for key in indices.index], indices.attrs.get("units", {})
    short = [factor_words(key, units.get(key, "")) for key in keys]
    return [
        label if short.count(label) == 1 else f"{label} ({key.rpartition('.')[0]})"
        for label, key in zip(short, keys, strict=True)
    ]


def _together(points: NDArray[np.float64], names: list[str]) -> list[tuple[NDArray[np.float64], str]]:
    """Join the names of points ``(n, 2)`` [share of the axes] that lie on top of each other."""
    groups: list[tuple[NDArray[np.float64], list[str]]] = []
    for point, name in zip(points, names, strict=True):
        near = next((held for first, held in groups if np.abs(first - point).max() < _NEAR), None)
        if near is None:
            groups.append((point, [name]))
        else:
            near.append(name)
    return [(point, ", ".join(held)) for point, held in groups]
