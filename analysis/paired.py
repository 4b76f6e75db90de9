"""Means over replicates with their intervals, paired where runs share their random numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

CONFIDENCE = 0.95
_FEWEST_DIGITS, _MOST_DIGITS = 3, 5
_SAME = 1e-9
"""Share of a mean below which the width of its interval is rounding."""


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """A mean and the interval that holds it with :data:`CONFIDENCE`; without replicates the interval is not known."""

    mean: float
    low: float
    high: float

    @property
    def known(self) -> bool:
        """Whether there were replicates enough for an interval."""
        return not math.isnan(self.low)

    def excludes(self, value: float) -> bool:
        """Whether a value lies outside the interval; with no interval nothing does."""
        return self.known and not self.low <= value <= self.high


def estimate(values: Sequence[float]) -> Estimate:
    """Mean of replicates and its interval by Student's t."""
    found = np.asarray(values, float)
    with np.errstate(invalid="ignore"):  # what did not happen in either arm has no difference
        mean, n = float(found.mean()), len(found)
    if n < 2 or not np.isfinite(found).all():
        return Estimate(mean=mean, low=math.nan, high=math.nan)
    _, low, high = interval(found)
    return Estimate(mean=mean, low=float(low), high=float(high))


def interval(values: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Mean over replicates of each number of a curve, and the ends of its interval by Student's t.

    Parameters
    ----------
    values : replicates along the first axis, ``(n, ...)``.

    Returns
    -------
    Mean, low and high, each ``(...)``; with one replicate low and high are not numbers.
    """
    mean, n = values.mean(axis=0), len(values)
    half = np.full(mean.shape, np.nan)
    if n > 1:
        # The quantile of Student's t; scipy.stats has it too, and takes half a second to import.
        half = special.stdtrit(n - 1, 0.5 + 0.5 * CONFIDENCE) * values.std(axis=0, ddof=1) / math.sqrt(n)
    return mean, mean - half, mean + half


def difference(values: Sequence[float], others: Sequence[float]) -> Estimate:
    """Mean of the differences of paired replicates."""
    return estimate([a - b for a, b in zip(values, others, strict=True)])


def ratio(values: Sequence[float], others: Sequence[float]) -> Estimate:
    """Geometric mean of the ratios of paired replicates; infinite where all others are zero, else not a number."""
    if all(b == 0.0 for b in others):
        some = math.inf if any(a > 0.0 for a in values) else math.nan
        return Estimate(mean=some, low=math.nan, high=math.nan)
    if any(a <= 0.0 or b <= 0.0 for a, b in zip(values, others, strict=True)):
        return Estimate(mean=math.nan, low=math.nan, high=math.nan)
    logs = estimate([math.log(a / b) for a, b in zip(values, others, strict=True)])
    return Estimate(mean=math.exp(logs.mean), low=math.exp(logs.low), high=math.exp(logs.high))


def written(estimated: Estimate) -> str:
    """Write a mean with its interval, both rounded to two digits of half its width; without an interval that has none.

    An interval whose ends read the same as its mean is left out: all replicates gave one number.
    """
    mean, low, high = estimated.mean, estimated.low, estimated.high
    if math.isnan(mean):
        return "-"
    if math.isinf(mean):
        return "not within the run" if mean > 0.0 else "-"
    size = max(abs(mean), abs(low), abs(high)) if estimated.known else abs(mean)
    if not estimated.known or high - low <= _SAME * size:
        return f"{mean:.{_digits(mean)}g}"
    # Numbers with more digits than these are not read: an interval that is narrower is as good as none.
    decimals = min(1 - _power(0.5 * (high - low)), _MOST_DIGITS - 1 - _power(size))
    told = [_rounded(value, decimals) for value in (mean, low, high)]
    return f"{mean:.{_digits(mean)}g}" if len(set(told)) == 1 else f"{told[0]} [{told[1]}, {told[2]}]"


def _digits(value: float) -> int:
    """Digits of a number that stands alone: three, or as many as are before its point."""
    return min(max(_FEWEST_DIGITS, _power(value) + 1), _MOST_DIGITS) if value else _FEWEST_DIGITS


def _power(value: float) -> int:
    """Power of ten of the first digit of a number."""
    return math.floor(math.log10(abs(value)))


def _rounded(value: float, decimals: int) -> str:
    rounded = round(value, decimals) + 0.0  # no minus before a zero
    return f"{rounded:.{max(decimals, 0)}f}" if decimals <= _MOST_DIGITS else f"{rounded:.{_MOST_DIGITS}g}"
