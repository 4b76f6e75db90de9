"""A time series of one or several groups of runs: means with the interval of the mean."""

from __future__ import annotations

from matplotlib.axes import Axes

from mendsim.analysis import style
from mendsim.analysis.plots.groups import INTERVAL, Comparison, Curve, Groups, series_curves
from mendsim.analysis.plots.words import series_label
from mendsim.analysis.time_axis import Scale, session_ticks, time_axis

_HEIGHT_IN = 2.2


@style.styled
def time_course(
    source: Groups | Comparison, quantity: str, ax: Axes | None = None, *, scale: Scale = "sqrt", legend: bool = True
) -> Axes:
    """Draw a time series: a line for the mean of each group, a band for its 95 % interval, triangles for injuries.

    The interval is that of the mean over replicates by Student's t, at each time by itself, as in
    `mendsim.analysis.compare_replicates`; a single run has none.

    Parameters
    ----------
    source : a run, a list of replicates, groups of them by name, or a comparison from `compare_replicates` or
        `open_comparison`.
    quantity : a time series, such as ``"scar_depth_um"``.
    ax : axes to draw on; those of a new figure of one column if not given.
    scale : of time: ``"sqrt"`` gives room to the first days, ``"linear"``.
    legend : whether to name the groups.

    Raises
    ------
    InputError : no such series, replicates with different times, or more groups than can be told apart.
    """
    curves = series_curves(source, quantity)
    style.check_count(len(curves), "groups")
    ax = style.axes_or_new(ax, style.ONE_COLUMN_IN, _HEIGHT_IN)
    for number, curve in enumerate(curves):
        look = style.line_of(number)
        ax.plot(curve.at, curve.mean, label=curve.named, zorder=3, **look)
        if curve.count > 1:
            ax.fill_between(
                curve.at, curve.low, curve.high, color=look["color"], alpha=style.BAND, linewidth=0.0, zorder=2
            )
    time_axis(ax, max(float(curve.at[-1]) for curve in curves), scale=scale)
    ax.set_ylabel(series_label(quantity, curves[0].unit))
    ax.grid(axis="y")
    _sessions(ax, curves)
    if any(curve.count > 1 for curve in curves):
        style.note(ax, INTERVAL)
    if legend and (len(curves) > 1 or curves[0].count > 1):
        ax.legend(handlelength=2.4)
    return ax


def _sessions(ax: Axes, curves: list[Curve]) -> None:
    """Mark injuries: once if all groups that have any share them, else in the colour of each."""
    if len({curve.sessions for curve in curves if curve.sessions}) <= 1:
        session_ticks(ax, next((curve.sessions for curve in curves if curve.sessions), ()))
        return
    treated = [(number, curve) for number, curve in enumerate(curves) if curve.sessions]
    for row, (number, curve) in enumerate(treated):
        session_ticks(ax, curve.sessions, colour=style.SERIES_COLOURS[number], row=row)
