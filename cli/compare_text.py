"""What ``mendsim compare`` prints: a block for each end point, a line for each scenario in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mendsim.analysis.comparison_words import difference_text, is_same, mean_text
from mendsim.analysis.paired import CONFIDENCE
from mendsim.analysis.paired_tests import FALSE_DISCOVERY_RATE
from mendsim.analysis.replicate_comparison import NOT_KNOWN, ReplicateComparison
from mendsim.analysis.replicates import EndPoint
from mendsim.cli.tables import aligned
from mendsim.scenarios.schema import Scenario

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
    same = [] if every else [each.name for each in compared.end_points if is_same(each, compared)]
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
        (f"  {row['scenario']}", mean_text(row), difference_text(row), str(row["more_than_noise"]))
        for _, row in rows.iterrows()
    ]
    heading, *lines = aligned(("scenario", "mean", "difference", "more than noise"), cells, texts=1).splitlines()
    size, blocks = len(compared.scenarios), [heading]
    for number, each in enumerate(shown):
        unit = f" [{each.unit}]" if each.unit else ""
        title = f"{each.name}: {each.label}{unit}"
        blocks.append("\n".join([title, *lines[number * size : (number + 1) * size]]))
    return blocks


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
