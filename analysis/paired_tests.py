"""Whether paired differences are more than noise, when many quantities are asked at once."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from mendsim.analysis.curves import NOISE

FALSE_DISCOVERY_RATE = 0.05
"""Share of the differences called more than noise that may, in the mean, be noise."""


def differences(values: Sequence[float], others: Sequence[float]) -> NDArray[np.float64]:
    """Differences of paired replicates, shape ``(n,)``; what is only rounding of the two numbers counts as zero."""
    some, other = np.asarray(values, float), np.asarray(others, float)
    with np.errstate(invalid="ignore"):  # what did not happen in either arm has no difference
        found = some - other
        return np.where(np.abs(found) <= NOISE * np.maximum(np.abs(some), np.abs(other)), 0.0, found)


def p_value(values: Sequence[float], others: Sequence[float]) -> float:
    r"""Two-sided p of paired replicates, by Student's t of their differences.

    :math:`t = \bar d / (s_d / \sqrt n)` with n - 1 degrees of freedom. Where all differences are equal t says nothing:

    - all zero: p is 1;
    - neither arm varies: chance has no part in it, and p is 0;
    - the arms vary, their difference does not, as with days read from the rows of a series: p is that of
      the exact test of signs, :math:`2^{1 - n}`.

    Parameters
    ----------
    values, others : one number for each seed, in the same order, any unit.

    Returns
    -------
    p; not a number with fewer than two pairs, or if a value is infinite or not a number.

    References
    ----------
    Student, The probable error of a mean, Biometrika 6, 1-25 (1908). Signs: R. A. Fisher, The Design of Experiments,
    section 21 (1935).
    """
    some, other = np.asarray(values, float), np.asarray(others, float)
    n = len(some)
    if n < 2 or not (np.isfinite(some).all() and np.isfinite(other).all()):
        return math.nan
    found = differences(values, others)
    if not found.any():
        return 1.0
    rounding = NOISE * max(np.abs(some).max(), np.abs(other).max())
    if np.ptp(found) <= rounding:
        return 0.0 if max(np.ptp(some), np.ptp(other)) <= rounding else float(2.0 ** (1 - n))
    return float(stats.ttest_1samp(found, 0.0).pvalue)


def p_of_happening(values: Sequence[float], others: Sequence[float]) -> float:
    """Two-sided p of whether something happens more often in one arm, by the exact test of McNemar.

    Only seeds with which it happened in one arm alone count; chance gives either arm half of them.

    Parameters
    ----------
    values, others : one number for each seed, in the same order; infinite where it did not happen.

    Returns
    -------
    p; not a number with fewer than two pairs, or if it does not apply to a run.

    References
    ----------
    Q. McNemar, Psychometrika 12, 153-157 (1947), doi:10.1007/BF02295996.
    """
    some, other = np.asarray(values, float), np.asarray(others, float)
    if len(some) < 2 or np.isnan(some).any() or np.isnan(other).any():
        return math.nan
    alone = int(np.sum(np.isfinite(some) & np.isinf(other)))
    either = alone + int(np.sum(np.isfinite(other) & np.isinf(some)))
    return float(stats.binomtest(alone, either, 0.5).pvalue) if either else 1.0


def adjusted(p: Sequence[float]) -> NDArray[np.float64]:
    """Adjust p values for their number, shape ``(tests,)``; those that are not a number stay so and do not count.

    A difference is more than noise where the adjusted p is at most :data:`FALSE_DISCOVERY_RATE`.

    References
    ----------
    Y. Benjamini, Y. Hochberg, Controlling the false discovery rate, J. R. Stat. Soc. B 57, 289-300 (1995).
    """
    out = np.array(p, float)
    known = ~np.isnan(out)
    if known.any():
        out[known] = stats.false_discovery_control(out[known], method="bh")
    return out
