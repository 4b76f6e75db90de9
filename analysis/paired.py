"""Means over replicates with their intervals, paired where runs share their random numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

CONFIDENCE = 0.95


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


def written(estimated: Estimate, digits: int = 3) -> str:
    """Write a mean with its interval."""
    if math.isnan(estimated.mean):
        return "-"
    if math.isinf(estimated.mean):
        return "not within the run" if estimated.mean > 0.0 else "-"
    mean = f"{estimated.mean:.{digits}g}"
    return f"{mean} [{estimated.low:.{digits}g}, {estimated.high:.{digits}g}]" if estimated.known else mean
