"""Rows of a table of runs brought together: the replicates of each setting, their mean and interval."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from mendsim.analysis import paired
from mendsim.common.errors import InputError
from mendsim.scenarios.problems import close_names

POINT = "point"
"""Column of the table of a sweep that tells its settings apart."""
_OF_A_RUN = (POINT, "replicate", "seed", "status", "wall_time_s", "content_hash", "error", "key")
_SAMPLED = ("latin_hypercube", "sobol", "morris")


def finished(table: pd.DataFrame, numbers: Sequence[str], others: Sequence[str] = ()) -> pd.DataFrame:
    """Rows of the runs that are done, after a check of the columns that are asked for.

    Parameters
    ----------
    table : of `mendsim.analysis.open_sweep`, or any table with a row for each run.
    numbers, others : columns that have to hold numbers, and columns that may hold text.

    Raises
    ------
    InputError : an unknown column, one that holds no numbers, or no finished run.
    """
    columns = [str(name) for name in table if name not in _OF_A_RUN]
    for name in (*numbers, *others):
        if name not in columns:
            raise InputError("unknown column", key=name, allowed=close_names(name, columns))
        if name in numbers and not pd.api.types.is_numeric_dtype(table[name]):
            held = [column for column in columns if pd.api.types.is_numeric_dtype(table[column])]
            raise InputError("holds no numbers", key=name, allowed=close_names(name, held))
    done = table[table["status"] == "done"] if "status" in table else table
    if done.empty:
        raise InputError("no run of the sweep is done", allowed="a sweep with finished runs")
    return done


def unit_of(table: pd.DataFrame, name: str) -> str:
    """Return the unit of a column, empty if the table does not say."""
    return str(table.attrs.get("units", {}).get(name, ""))


def is_factor(table: pd.DataFrame, name: str) -> bool:
    """Whether a column was varied by the design of a sweep."""
    return name in table.attrs.get("design", {}).get("units", {})


def is_sampled(table: pd.DataFrame) -> bool:
    """Whether the settings of a sweep were sampled, so that no two share the value of a factor."""
    design: dict[str, Any] = table.attrs.get("design", {})
    return design.get("design", {}).get("kind") in _SAMPLED


def summary(values: pd.Series) -> dict[str, float]:
    """Mean, interval and counts of the runs of one setting.

    Runs that never got there (``inf``) and those to which it does not apply (``nan``) are left out of the mean, which
    then has no interval: it is that of a selection.

    Returns
    -------
    ``mean``, ``low``, ``high``; ``runs`` and ``never``, the number of runs and of those that never got there.
    """
    held = values.to_numpy(float)
    seen = held[np.isfinite(held)]
    found = paired.estimate(seen.tolist()) if len(seen) else paired.Estimate(mean=math.nan, low=math.nan, high=math.nan)
    whole = len(seen) == len(held)
    low, high = (found.low, found.high) if whole else (math.nan, math.nan)
    return {
        "mean": found.mean,
        "low": low,
        "high": high,
        "runs": len(held),
        "never": int(np.isinf(held).sum()),
    }


def summaries(rows: pd.DataFrame, by: Sequence[str], outcome: str) -> pd.DataFrame:
    """`summary` of an outcome for each setting, with the columns of the setting.

    Where settings of a sweep are brought together because another factor varies too, their runs are no replicates, and
    the mean has no interval.
    """
    made = []
    for key, group in rows.groupby(list(by), sort=True, dropna=False):
        line: dict[str, Any] = dict(zip(by, key if isinstance(key, tuple) else (key,), strict=True))
        line |= summary(group[outcome])
        line["settings"] = group[POINT].nunique() if POINT in group else 1
        if line["settings"] > 1:
            line |= {"low": math.nan, "high": math.nan}
        made.append(line)
    return pd.DataFrame(made)
