"""The time axis that pictures share: days on a square-root or a linear scale, and ticks for what injured the skin."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from matplotlib.transforms import ScaledTranslation
from numpy.typing import NDArray

from mendsim.analysis import style
from mendsim.analysis.store import HOURS_PER_DAY

Scale = Literal["sqrt", "linear"]

_DAYS = (0.0, 1.0, 3.0, 7.0, 14.0, 30.0, 60.0, 90.0, 180.0, 360.0, 720.0, 1440.0)
_HOURS = (0.0, 1.0, 3.0, 6.0, 12.0, 24.0, 48.0)
_IN_HOURS_UP_TO_D = 2.5
"""A shorter axis counts hours."""
_TICK_PT = 5.0
"""Size of the triangle of an injury."""
_CLOSEST = 0.045
"""Ticks nearer to the one before than this share of the axis are left out."""


def time_axis(ax: Axes, last: float, *, scale: Scale = "sqrt") -> None:
    """Let the x axis of curves over days run from 0 to the last of them.

    A square-root scale gives room to the first days without losing the months.

    Parameters
    ----------
    ax : axes whose data are in days.
    last : end of the axis [d].
    scale : ``sqrt`` or ``linear``.
    """
    hours = last <= _IN_HOURS_UP_TO_D
    if scale == "sqrt":
        ax.set_xscale("function", functions=(lambda day: np.sqrt(np.maximum(day, 0.0)), np.square))
    ax.set_xlim(0.0, last)
    unit = HOURS_PER_DAY if hours else 1.0
    if scale == "sqrt" or hours:
        ticks = [tick / unit for tick in (_HOURS if hours else _DAYS) if tick / unit <= last]
        ax.set_xticks(_apart(ticks, last, scale), minor=False)
        ax.set_xticks([], minor=True)
    else:
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.xaxis.set_major_formatter(lambda day, _: f"{day * unit:.4g}")
    ax.set_xlabel("hour" if hours else "day")


def session_ticks(
    ax: Axes, days: NDArray[np.float64] | Sequence[float], *, colour: str = style.MUTED, row: int = 0
) -> None:
    """Mark days of injuries by triangles over the axes.

    Parameters
    ----------
    ax : axes whose x is in days.
    days : of the injuries.
    colour : of the triangles.
    row : number of the row, from the axes upwards, for series with injuries of their own.
    """
    above = ScaledTranslation(0.0, (0.5 + row) * _TICK_PT / 72.0, style.figure_of(ax).dpi_scale_trans)
    for day in days:
        ax.plot(
            [day],
            [1.0],
            marker="v",
            linestyle="",
            markersize=_TICK_PT,
            markeredgewidth=0.0,
            color=colour,
            clip_on=False,
            transform=ax.get_xaxis_transform() + above,
            zorder=5,
        )


def _apart(ticks: list[float], last: float, scale: Scale) -> list[float]:
    """Leave out ticks whose labels would run into each other."""

    def place(tick: float) -> float:
        return float(np.sqrt(tick / last)) if scale == "sqrt" else tick / last

    kept: list[float] = []
    for tick in ticks:
        if not kept or place(tick) - place(kept[-1]) >= _CLOSEST:
            kept.append(tick)
    return kept
