"""``mendsim validate --quick``: which targets can be judged in a few minutes.

What a target costs is predicted as for an empty cache on the machine on which costs were measured, so the choice is
the same everywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import TypeVar

from mendsim.analysis.validation import Question, Setting, questions
from mendsim.cli.validation_runs import scenario_of
from mendsim.scenarios.prediction import predict
from mendsim.scenarios.prediction.injuries import solving_s
from mendsim.scenarios.prediction.limits import time_text
from mendsim.scenarios.prediction.sample import costs
from mendsim.thermal import load_parameters
from mendsim.thermal.published_zones import published_zones

Key = TypeVar("Key")

LIMIT_S = 300.0
"""Time that all may take together [s], on two cores."""
WORKERS = 2
_MARGIN = 0.8
"""Share of the limit that is planned for: a prediction is off by some tenth, and starting takes a moment."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is judged within the limit.

    Parameters
    ----------
    taken : ids of the targets that are judged.
    alone_s : time that each target would take alone, one run after the other [s].
    time_s : predicted time of all that are taken, side by side [s].
    """

    taken: frozenset[str]
    alone_s: Mapping[str, float]
    time_s: float

    def why_not(self, name: str) -> str:
        """Say why a target is left out."""
        return f"left out by --quick: predicted to take {time_text(self.alone_s[name])} on one core"


@cache
def plan() -> Plan:
    """Take targets, the cheapest first, as long as all together stay within the limit; runs they share count once."""
    asked = questions()
    settings = {setting for question in asked.values() for setting in question.needs}
    runs_s = {setting: predict(scenario_of(setting), afresh=True).time_s for setting in settings}
    zones_s = {name: _zone_s(name) for question in asked.values() for name in question.zones}
    alone_s = {name: _alone_s(question, runs_s, zones_s) for name, question in asked.items()}
    taken: list[Question] = []
    for name in sorted(asked, key=lambda name: alone_s[name]):
        if _together_s([*taken, asked[name]], runs_s, zones_s) <= _MARGIN * LIMIT_S:
            taken.append(asked[name])
    return Plan(
        taken=frozenset(question.target.id for question in taken),
        alone_s=MappingProxyType(alone_s),
        time_s=_together_s(taken, runs_s, zones_s),
    )


def _zone_s(name: str) -> float:
    return sum(solving_s(session, load_parameters()) for session in published_zones()[name].sessions)


def _alone_s(question: Question, runs_s: Mapping[Setting, float], zones_s: Mapping[str, float]) -> float:
    return _sum(set(question.needs), runs_s) + _sum(set(question.zones), zones_s)


def _together_s(asked: Sequence[Question], runs_s: Mapping[Setting, float], zones_s: Mapping[str, float]) -> float:
    """Time of zones, then runs, spread over the workers [s]; none shorter than its longest run."""
    settings = {setting for question in asked for setting in question.needs}
    zones = {name for question in asked for name in question.zones}
    spread_s = max(_sum(settings, runs_s) / WORKERS, max((runs_s[each] for each in settings), default=0.0))
    return _sum(zones, zones_s) / WORKERS + costs()["sweep.contention"] * spread_s


def _sum(which: Iterable[Key], times_s: Mapping[Key, float]) -> float:
    return sum(times_s[each] for each in which)
