"""Reading end points off a curve: crossings, peaks, relative changes.

Two special answers run through all end points: ``inf`` means that it did not happen within the run, and ``nan`` that
the question does not apply (nothing was wounded, there is no scar, the run does not record the quantity).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Curve = NDArray[np.float64]
NOISE = 1e-9
"""Relative size below which a change is rounding, not biology."""


def crossing_day(days: Curve, values: Curve, level: float) -> float:
    """Day on which a curve that had fallen under a level first comes back to it, linear between samples.

    Parameters
    ----------
    days, values : the curve, equal shapes ``(time,)``.
    level : the level to come back to.

    Returns
    -------
    The day; ``nan`` if the curve never falls under the level, ``inf`` if it falls and does not come back.
    """
    below = values < level
    if not below.any():
        return np.nan
    first_below = int(np.argmax(below))
    back = np.flatnonzero(values[first_below:] >= level)
    if not len(back):
        return np.inf
    after = first_below + int(back[0])
    before = after - 1
    share = (level - values[before]) / (values[after] - values[before])
    return float(days[before] + share * (days[after] - days[before]))


def last_day_above(days: Curve, values: Curve, level: float) -> float:
    """Day on which a curve falls to a level for good; ``nan`` if it was never above, ``inf`` if it ends above."""
    above = np.flatnonzero(values > level)
    if not len(above):
        return np.nan
    last = int(above[-1])
    if last == len(values) - 1:
        return np.inf
    share = (values[last] - level) / (values[last] - values[last + 1])
    return float(days[last] + share * (days[last + 1] - days[last]))


def peak(days: Curve, values: Curve) -> tuple[float, float]:
    """Highest value and its day; the day is ``nan`` if the curve never rises above its start."""
    index = int(np.nanargmax(values))
    rises = values[index] - values[0] > NOISE * float(np.nanmax(np.abs(values)))
    return float(values[index]), float(days[index]) if rises else np.nan


def trough(days: Curve, values: Curve) -> tuple[float, float]:
    """Lowest value and its day; the day is ``nan`` if the curve never falls below its start."""
    lowest, day = peak(days, -values)
    return -lowest, day


def percent_change(values: Curve) -> float:
    """Last value against the first, in percent; ``nan`` if the first is zero."""
    return float(100.0 * (values[-1] / values[0] - 1.0)) if values[0] else np.nan
