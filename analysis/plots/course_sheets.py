"""Time courses of a comparison on one sheet, those that tell its scenarios apart."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from mendsim.analysis import style
from mendsim.analysis.course_panels import MOST_TELLING, PANELS
from mendsim.analysis.plots.courses import time_course
from mendsim.analysis.plots.groups import INTERVAL, Comparison, series_curves, series_names
from mendsim.analysis.time_axis import Scale
from mendsim.common.errors import InputError

_COLUMNS, _MOST = 3, 12
_ROW_IN, _KEY_IN = 1.7, 0.4


@style.styled
def course_sheet(comparison: Comparison, *, scale: Scale = "sqrt") -> dict[str, Axes]:
    """Draw up to twelve time series of a comparison, with the interval of each mean, in a figure of two columns.

    The first of each panel of time courses come first, the most telling ones; those that rest everywhere are left out.

    Parameters
    ----------
    comparison : from `compare_replicates` or `open_comparison`.
    scale : of time, as in `time_course`.

    Returns
    -------
    Axes by the name of the series; all in one figure.

    Raises
    ------
    InputError : nothing moves.
    """
    there = series_names(comparison)
    firsts = [PANELS[name].lines[0][0] for name in MOST_TELLING]
    ordered = dict.fromkeys([*(name for name in firsts if name in there), *there])
    chosen = [name for name in ordered if _moves(comparison, name)][:_MOST]
    if not chosen:
        raise InputError("no time series moves", allowed="a comparison with courses")
    rows = -(-len(chosen) // _COLUMNS)
    figure = style.figure(style.TWO_COLUMNS_IN, _ROW_IN * rows + _KEY_IN)
    places = figure.subplots(rows, _COLUMNS, squeeze=False).ravel()
    axes = dict(zip(chosen, places, strict=False))
    for name, ax in axes.items():
        time_course(comparison, name, ax, scale=scale, legend=False)
        ax.set_title("", loc="right")
    for ax in places[len(chosen) :]:
        ax.remove()
    handles, labels = axes[chosen[0]].get_legend_handles_labels()
    title = INTERVAL if any("n = " in label for label in labels) else None
    figure.legend(handles, labels, loc="outside lower center", ncols=len(labels), title=title, handlelength=2.4)
    return axes


def _moves(comparison: Comparison, name: str) -> bool:
    means = np.concatenate([curve.mean for curve in series_curves(comparison, name)])
    known = means[np.isfinite(means)]
    return bool(len(known)) and float(np.ptp(known)) > 0.0
