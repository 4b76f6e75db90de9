"""A comparison in words: means and differences with digits enough to tell the ends of an interval apart."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from mendsim.analysis.curves import NOISE
from mendsim.analysis.paired import Estimate, written
from mendsim.analysis.replicate_comparison import NOT_KNOWN, ReplicateComparison
from mendsim.analysis.replicates import EndPoint

_FEWEST_DIGITS, _MOST_DIGITS = 3, 5


def mean_text(row: pd.Series) -> str:
    """Write the mean of a row of a comparison's table; where something did not always happen, in how many runs."""
    if not row["applies"]:
        return NOT_KNOWN
    if not row["happened"]:
        return f"in 0/{row['runs']}"
    text = estimate_text(row["mean"], row["low"], row["high"])
    return text if row["happened"] == row["runs"] else f"{text} in {row['happened']}/{row['runs']}"


def difference_text(row: pd.Series) -> str:
    """Write the difference of a row from the reference; nothing for the reference itself."""
    if not row["more_than_noise"]:
        return ""
    return estimate_text(row["difference"], row["difference_low"], row["difference_high"])


def estimate_text(mean: float, low: float, high: float) -> str:
    """Write a mean and its interval with digits enough to tell the ends of the interval apart, if that takes few."""
    digits, size = _FEWEST_DIGITS, abs(mean)
    if size > 0.0 and high > low:
        needed = math.ceil(math.log10(size / (high - low))) + 2
        digits = needed if _FEWEST_DIGITS < needed <= _MOST_DIGITS else digits
    if size >= 1.0:
        digits = max(digits, min(_MOST_DIGITS, math.floor(math.log10(size)) + 1))
    return written(Estimate(mean=mean, low=low, high=high), digits)


def is_same(each: EndPoint, compared: ReplicateComparison) -> bool:
    """Whether an end point is the same in all scenarios, seed by seed."""
    rows = compared.replicates[compared.replicates["end_point"] == each.name]
    wide = rows.pivot(index="seed", columns="scenario", values="value")
    reference = wide[[compared.reference]].to_numpy()
    return bool(np.allclose(wide.to_numpy(), reference, rtol=NOISE, atol=0.0, equal_nan=True))
