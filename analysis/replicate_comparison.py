"""Scenarios side by side, from runs that share their random numbers (R31): means, paired differences, time courses."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

from mendsim.analysis import paired, paired_tests
from mendsim.analysis.replicates import EndPoint, Replicate, describe, read_replicate
from mendsim.common.errors import InputError, choices

YES, NO, NOT_KNOWN = "yes", "no", "-"
"""Whether a difference is more than noise; the reference itself has no answer."""
Key = tuple[str, int]
"""Name of a scenario, and seed."""


@dataclass(frozen=True, kw_only=True)
class ReplicateComparison:
    """Scenarios compared.

    Parameters
    ----------
    scenarios : their names, the reference first.
    seeds : that every scenario was run with.
    end_points : what was compared.
    table : a row for each end point and scenario: ``end_point``, ``label``, ``unit``, ``scenario``, ``runs``; in how
        many of them it ``applies`` and ``happened``; ``mean`` of those in which it happened, with ``low`` and ``high``;
        ``difference`` from the reference with ``difference_low`` and ``difference_high``; ``p``, ``adjusted_p`` and
        ``more_than_noise``. What is not known is not a number.
    replicates : a row for each scenario, seed and end point: ``scenario``, ``seed``, ``end_point``, ``value``,
        ``unit``.
    courses : mean and 95 % interval of each time series over the runs: ``scenario``, ``quantity``, ``unit``,
        ``time_h``, ``mean``, ``low``, ``high``.
    """

    scenarios: tuple[str, ...]
    seeds: tuple[int, ...]
    end_points: tuple[EndPoint, ...]
    table: pd.DataFrame
    replicates: pd.DataFrame
    courses: pd.DataFrame

    @property
    def reference(self) -> str:
        """The scenario from which differences are taken."""
        return self.scenarios[0]


def compare_replicates(
    runs: Mapping[Key, xr.DataTree | Replicate], names: Sequence[str] | None = None, *, reference: str | None = None
) -> ReplicateComparison:
    """Compare scenarios by runs with the same seeds.

    Parameters
    ----------
    runs : from `open_run`, or read by `read_replicate` with the same names; by name of the scenario and seed, every
        scenario with every seed.
    names : end points, or time series at their end; every end point that applies to any run if not given.
    reference : from which differences are taken; the first scenario if not given.

    Raises
    ------
    InputError : an unknown name or reference, or a scenario that lacks a seed.
    """
    scenarios = list(dict.fromkeys(scenario for scenario, _ in runs))
    if reference is not None and reference not in scenarios:
        raise InputError("not among the scenarios", key="--reference", value=reference, allowed=choices(scenarios))
    first = reference or scenarios[0]
    scenarios.sort(key=lambda scenario: scenario != first)
    seeds = sorted({seed for _, seed in runs})
    for scenario in scenarios:
        for seed in seeds:
            if (scenario, seed) not in runs:
                raise InputError("there is no run with this seed", key=scenario, value=seed)
    ordered = {(name, seed): _read(runs[name, seed], names) for name in scenarios for seed in seeds}
    every = list(ordered.values())
    if names is None:
        names = [name for name in every[0].values if not all(math.isnan(each.values[name]) for each in every)]
    about = tuple(describe(name) for name in dict.fromkeys(names))
    return ReplicateComparison(
        scenarios=tuple(scenarios),
        seeds=tuple(seeds),
        end_points=about,
        table=_table(ordered, about, scenarios, seeds),
        replicates=_tidy(ordered, about),
        courses=_courses(ordered, scenarios, seeds),
    )


def _read(run: xr.DataTree | Replicate, names: Sequence[str] | None) -> Replicate:
    return run if isinstance(run, Replicate) else read_replicate(run, names)


def _table(
    replicates: Mapping[Key, Replicate], about: Sequence[EndPoint], scenarios: Sequence[str], seeds: Sequence[int]
) -> pd.DataFrame:
    rows: list[dict[str, object]] = []
    for each in about:
        values = {name: [replicates[name, seed].values[each.name] for seed in seeds] for name in scenarios}
        for scenario in scenarios:
            row: dict[str, object] = {"end_point": each.name, "label": each.label, "unit": each.unit}
            rows.append(row | {"scenario": scenario} | _arm(values[scenario]))
            if scenario != scenarios[0]:
                rows[-1] |= _against(values[scenario], values[scenarios[0]])
    columns = ["end_point", "label", "unit", "scenario", *_ARM, *_AGAINST]
    table = pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(_AGAINST, float))
    table["adjusted_p"] = paired_tests.adjusted(table["p"].tolist())
    verdicts = [_verdict(p) for p in table["adjusted_p"]]
    table["more_than_noise"] = np.where(table["scenario"] == scenarios[0], "", verdicts)
    return table


_ARM = ("runs", "applies", "happened", "mean", "low", "high")
_AGAINST = ("difference", "difference_low", "difference_high", "p")


def _arm(values: Sequence[float]) -> dict[str, float]:
    happened = [value for value in values if math.isfinite(value)]
    found = paired.estimate(happened) if happened else paired.Estimate(mean=math.nan, low=math.nan, high=math.nan)
    # A mean over the runs in which something happened is that of a selection, and no interval holds for it.
    whole = len(happened) == len(values)
    applies = sum(not math.isnan(value) for value in values)
    low, high = (found.low, found.high) if whole else (math.nan, math.nan)
    return dict(zip(_ARM, (len(values), applies, len(happened), found.mean, low, high), strict=True))


def _against(values: Sequence[float], others: Sequence[float]) -> dict[str, float]:
    if not (np.isfinite(values).all() and np.isfinite(others).all()):
        return {"p": paired_tests.p_of_happening(values, others)}
    found = paired.estimate(paired_tests.differences(values, others).tolist())
    return dict(zip(_AGAINST, (found.mean, found.low, found.high, paired_tests.p_value(values, others)), strict=True))


def _verdict(adjusted_p: float) -> str:
    if math.isnan(adjusted_p):
        return NOT_KNOWN
    return YES if adjusted_p <= paired_tests.FALSE_DISCOVERY_RATE else NO


def _tidy(replicates: Mapping[Key, Replicate], about: Sequence[EndPoint]) -> pd.DataFrame:
    rows = [
        (scenario, seed, each.name, replicate.values[each.name], each.unit)
        for (scenario, seed), replicate in replicates.items()
        for each in about
    ]
    return pd.DataFrame(rows, columns=["scenario", "seed", "end_point", "value", "unit"])


def _courses(replicates: Mapping[Key, Replicate], scenarios: Sequence[str], seeds: Sequence[int]) -> pd.DataFrame:
    """Mean and interval of each time series over the runs, by Student's t at each time."""
    parts = []
    for scenario in scenarios:
        runs = [replicates[scenario, seed].series for seed in seeds]
        for name in map(str, runs[0].data_vars):
            values = np.stack([run[name].to_numpy().astype(float) for run in runs])
            mean, low, high = paired.interval(values)
            columns = {"time_h": runs[0]["time"].to_numpy(), "mean": mean, "low": low, "high": high}
            about = {"scenario": scenario, "quantity": name, "unit": str(runs[0][name].attrs.get("units", ""))}
            parts.append(pd.DataFrame(about | columns))
    return pd.concat(parts, ignore_index=True)
