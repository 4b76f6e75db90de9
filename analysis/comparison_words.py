"""A comparison in words: means and differences with their intervals."""

from __future__ import annotations

import numpy as np
import pandas as pd

from mendsim.analysis.curves import NOISE
from mendsim.analysis.paired import Estimate, written
from mendsim.analysis.replicate_comparison import NOT_KNOWN, ReplicateComparison
from mendsim.analysis.replicates import EndPoint


def mean_text(row: pd.Series) -> str:
    """Write the mean of a row of a comparison's table; where something did not always happen, in how many runs."""
    if not row["applies"]:
        return NOT_KNOWN
    if not row["happened"]:
        return f"in 0/{row['runs']}"
    text = written(Estimate(mean=row["mean"], low=row["low"], high=row["high"]))
    return text if row["happened"] == row["runs"] else f"{text} in {row['happened']}/{row['runs']}"


def difference_text(row: pd.Series) -> str:
    """Write the difference of a row from the reference; nothing for the reference itself."""
    if not row["more_than_noise"]:
        return ""
    return written(Estimate(mean=row["difference"], low=row["difference_low"], high=row["difference_high"]))


def is_same(each: EndPoint, compared: ReplicateComparison) -> bool:
    """Whether an end point is the same in all scenarios, seed by seed."""
    rows = compared.replicates[compared.replicates["end_point"] == each.name]
    wide = rows.pivot(index="seed", columns="scenario", values="value")
    reference = wide[[compared.reference]].to_numpy()
    return bool(np.allclose(wide.to_numpy(), reference, rtol=NOISE, atol=0.0, equal_nan=True))
