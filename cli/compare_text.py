"""What ``mendsim compare`` prints: a block for each end point, a line for each scenario in it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from mendsim.analysis.curves import NOISE
from mendsim.analysis.paired import CONFIDENCE, Estimate, written
from mendsim.analysis.paired_tests import FALSE_DISCOVERY_RATE
from mendsim.analysis.replicate_comparison import NOT_KNOWN, ReplicateComparison
from mendsim.analysis.replicates import EndPoint
from mendsim.cli.tables import aligned
from mendsim.scenarios.schema import Scenario

_FEWEST_DIGITS, _MOST_DIGITS = 3, 5
_NAMED = 6
"""End points that a line names; of more it gives the number of the others."""


def told(titles: Mapping[str, str], compared: ReplicateComparison, *, every: bool) -> str:
    """Write what was compared, a block for each end point, and what the words mean.

    Parameters
    ----------
    titles : of the scenarios, by name.
    compared : what to print.
    every : print also end points that are the same in all scenarios.
    """
    same = [] if every else [each.name for each in compared.end_points if _is_same(each, compared)]
    shown = [each for each in compared.end_points if each.name not in same]
    parts = [_heading(titles, compared)]
    if shown:
        parts += _blocks(shown, compared)
    if same:
        parts.append(f"the same in every scenario: {_listed(same)}")
    parts.append("\n".join(_legend(shown, compared)) if shown else "no end point differs")
    return "\n\n".join(parts)


def _heading(titles: Mapping[str, str], compared: ReplicateComparison) -> str:
    lines = [f"{name}: {titles[name]}{' (reference)' if not number else ''}" for number, name in enumerate(titles)]
    count = len(compared.seeds)
    if count == 1:
        lines.append(f"one run of each, seed {compared.seeds[0]}; difference from the reference")
        lines.append("intervals, and what is more than noise, need at least two runs (--replicates)")
    else:
        runs = f"{count} runs of each, seeds {compared.seeds[0]} to {compared.seeds[-1]}"
        interval = f"mean [{CONFIDENCE:.0%} interval]".replace("%", " %")
        lines.append(f"{runs}; {interval}; difference from the reference, of runs with the same seed")
    return "\n".join(lines)


def _blocks(shown: Sequence[EndPoint], compared: ReplicateComparison) -> list[str]:
    rows = compared.table.set_index("end_point").loc[[each.name for each in shown]]
    cells = [
        (f"  {row['scenario']}", _mean(row), _difference(row), str(row["more_than_noise"]))
        for _, row in rows.iterrows()
    ]
    heading, *lines = aligned(("scenario", "mean", "difference", "more than noise"), cells, texts=1).splitlines()
    size, blocks = len(compared.scenarios), [heading]
    for number, each in enumerate(shown):
        unit = f" [{each.unit}]" if each.unit else ""
        title = f"{each.name}: {each.label}{unit}"
        blocks.append("\n".join([title, *lines[number * size : (number + 1) * size]]))
    return blocks


def _mean(row: pd.Series) -> str:
    if not row["applies"]:
        return NOT_KNOWN
    if not row["happened"]:
        return f"in 0/{row['runs']}"
    text = _estimate(row["mean"], row["low"], row["high"])
    return text if row["happened"] == row["runs"] else f"{text} in {row['happened']}/{row['runs']}"


def _difference(row: pd.Series) -> str:
    if not row["more_than_noise"]:
        return ""
    return _estimate(row["difference"], row["difference_low"], row["difference_high"])


def _estimate(mean: float, low: float, high: float) -> str:
    """Write a mean and its interval with digits enough to tell the ends of the interval apart, if that takes few."""
    digits, size = _FEWEST_DIGITS, abs(mean)
    if size > 0.0 and high > low:
        needed = math.ceil(math.log10(size / (high - low))) + 2
        digits = needed if _FEWEST_DIGITS < needed <= _MOST_DIGITS else digits
    if size >= 1.0:
        digits = max(digits, min(_MOST_DIGITS, math.floor(math.log10(size)) + 1))
    return written(Estimate(mean=mean, low=low, high=high), digits)


def _is_same(each: EndPoint, compared: ReplicateComparison) -> bool:
    """Whether an end point is the same in all scenarios, seed by seed."""
    rows = compared.replicates[compared.replicates["end_point"] == each.name]
    wide = rows.pivot(index="seed", columns="scenario", values="value")
    reference = wide[[compared.reference]].to_numpy()
    return bool(np.allclose(wide.to_numpy(), reference, rtol=NOISE, atol=0.0, equal_nan=True))


def _legend(shown: Sequence[EndPoint], compared: ReplicateComparison) -> list[str]:
    rows = compared.table[compared.table["end_point"].isin([each.name for each in shown])]
    lines = []
    if len(compared.seeds) > 1:
        tests = int(compared.table["p"].notna().sum())
        rate = f"{FALSE_DISCOVERY_RATE:.0%}".replace("%", " %")
        lines.append(
            f"more than noise: {tests} paired tests taken together; at most {rate} of the yes are expected false"
        )
    if ((rows["applies"] > 0) & (rows["happened"] < rows["runs"])).any():
        text = "in 1/2: it happened in one of two runs; the mean is of those"
        lines.append(f"{text}, and what is asked is whether it happens more often")
    if (rows["more_than_noise"] == NOT_KNOWN).any():
        lines.append(f"{NOT_KNOWN}: not known, or does not apply")
    return lines


def lengths_differ(named: Mapping[str, Scenario], end_points: Sequence[EndPoint]) -> str:
    """Say in a line that scenarios do not end at the same time, and what that concerns; nothing if they do."""
    if len({scenario.follow_up_h for scenario in named.values()}) == 1:
        return ""
    ends = ", ".join(f"{name} after {scenario.follow_up_h / 24.0:g} d" for name, scenario in named.items())
    late = [each.name for each in end_points if each.until_the_end]
    return f"follow-up ends at different times ({ends}): these are not of the same time: {_listed(late) or 'none'}"


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more
