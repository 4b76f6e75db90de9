"""Laser and drug together against either alone (R29), from runs that share their random numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np
import pandas as pd
import xarray as xr

from mendsim.analysis import endpoints, paired, store
from mendsim.common.errors import InputError
from mendsim.scenarios.problems import close_names

ARMS: Mapping[str, str] = MappingProxyType(
    {"both": "laser and drug", "laser": "laser alone", "drug": "drug alone", "neither": "untreated"}
)
"""The four arms, and what they are called."""


def quantity_at(run: xr.DataTree, name: str, day: float | None) -> float:
    """Value of a time series on a day (its last if None), or of an end point.

    Raises
    ------
    InputError : a name that is neither, a day for an end point, or one after the end of the run.
    """
    series = store.values(run, name)
    if series is None:
        known = endpoints.registered()
        if name not in known:
            raise InputError("unknown quantity", key="--of", value=name, allowed=close_names(name, known))
        if day is not None:
            raise InputError("an end point has no day", key="--at", value=f"{day:g} d", allowed="a time series")
        return float(known[name].measure(run))
    if day is None:
        return float(series[-1])
    days = store.days(run)
    if not days[0] <= day <= days[-1]:
        raise InputError("outside the run", key="--at", value=f"{day:g} d", allowed=f"0 d to {days[-1]:g} d")
    return float(np.interp(day, days, series))


def combination(
    runs: Mapping[str, Sequence[xr.DataTree]], names: Sequence[str], days: Sequence[float | None] = (None,)
) -> pd.DataFrame:
    """Effects of laser, drug and both on some quantities.

    An effect is what an arm has beyond the untreated one of the same seed. The ``interaction`` is the effect of both
    less the sum of the two: 0 if they add up. The ``index`` is the effect of both over that sum, from means: 1 if they
    add up, more if they help each other, less if they hinder, below 0 if together they do the opposite; not a number
    where the sum is not told from zero. ``added`` is what the drug adds to the laser, both less laser alone: it is
    there also where untreated skin has no such quantity.

    Parameters
    ----------
    runs : of each of :data:`~mendsim.analysis.combined_arms.ARMS`, one for each seed, in the same order.
    names : time series or end points.
    days : on which time series are read; the end of the run if None.

    Returns
    -------
    One row for each quantity and day: quantity, day, mean of each arm, effect of each, interaction and what the drug
    adds, each with the ends of its 95 % interval, and index.
    """
    rows = []
    for name in names:
        for day in days:
            value = {arm: [quantity_at(run, name, day) for run in runs[arm]] for arm in ARMS}
            effect = {
                arm: [a - b for a, b in zip(value[arm], value["neither"], strict=True)]
                for arm in ("both", "laser", "drug")
            }
            sums = [a + b for a, b in zip(effect["laser"], effect["drug"], strict=True)]
            interaction, total = paired.difference(effect["both"], sums), paired.estimate(sums)
            told = total.excludes(0.0)
            row: dict[str, object] = {
                "quantity": name,
                "day": float(store.days(runs["both"][0])[-1]) if day is None else day,
            }
            for arm in ARMS:
                row |= _columns(arm, paired.estimate(value[arm]))
            for arm, values in effect.items():
                row |= _columns(f"effect_{arm}", paired.estimate(values))
            row |= _columns("interaction", interaction)
            row |= _columns("added", paired.difference(value["both"], value["laser"]))
            row["index"] = float(np.mean(effect["both"])) / total.mean if told else np.nan
            rows.append(row)
    return pd.DataFrame(rows)


def _columns(name: str, found: paired.Estimate) -> dict[str, float]:
    return {name: found.mean, f"{name}_low": found.low, f"{name}_high": found.high}
