"""Published targets beside what runs of the model give: which runs are needed, and what they say.

Everything about a target that is not in ``targets.csv`` stands in ``validation.toml``. Runs are made elsewhere; here
they are read.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

import xarray as xr

from mendsim.analysis.contrasts import CONTRASTS, Contrast
from mendsim.analysis.measures import MEASURES, Measure
from mendsim.common.errors import InputError, choices
from mendsim.common.targets import Target, load_targets

Status = Literal["hit", "missed", "not modelled"]
Values = tuple[tuple[str, Any], ...]
"""Values of a scenario that a setting replaces, by dotted key."""


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One scenario of a study, as a name in ``scenarios/validation`` and the values that it replaces there."""

    scenario: str
    values: Values = ()


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is asked for a target.

    Parameters
    ----------
    target : the published number, read as a bound if its words say so.
    measure : what is measured in each run, None if nothing can be.
    settings : scenarios in which it is measured.
    contrast : what is asked of all settings side by side, in place of a measure.
    over : how several settings are joined: ``mean`` or ``largest``.
    assumed : settings that the paper does not give.
    missed_because, absent_because : why it is missed, or cannot be measured, as far as it is known.
    tolerance : share of the value within which a target without bounds is hit.
    """

    target: Target
    measure: Measure | None
    contrast: Contrast | None
    settings: tuple[Setting, ...]
    over: str
    assumed: str
    missed_because: str
    absent_because: str
    tolerance: float

    @property
    def needs(self) -> tuple[Setting, ...]:
        """Settings that must be run: none where the model does not report what is measured."""
        if self.contrast is not None:
            return self.settings
        return () if self.measure is None or self.measure.missing else self.settings


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """A target and what the model gives for it, in the unit of the target.

    Parameters
    ----------
    question : what was asked.
    model : over all seeds and settings, not a number if there is nothing to show.
    low, high : range over seeds and settings.
    status : whether the target is hit.
    """

    question: Question
    model: float = math.nan
    low: float = math.nan
    high: float = math.nan
    status: Status = "not modelled"
    absent: Sequence[str] = field(default=())

    @property
    def error(self) -> float:
        """Relative error; where the target is a bound, none on its right side."""
        return math.nan if math.isnan(self.model) else self.question.target.error(self.model)

    @property
    def reason(self) -> str:
        """Why it is not hit."""
        if self.status == "hit":
            return ""
        if self.status == "missed":
            return self.question.missed_because or "not known yet"
        if self.absent:
            return f"the model does not report {choices(self.absent)}"
        return self.question.absent_because or "the runs have nothing to show"


@cache
def questions() -> Mapping[str, Question]:
    """Every target that can be judged, by id, in the order of ``targets.csv``."""
    with (Path(__file__).parent / "validation.toml").open("rb") as stream:
        data = tomllib.load(stream)
    targets = load_targets()
    return MappingProxyType({name: _question(targets[name], data) for name in targets if name in data["targets"]})


def _question(target: Target, data: Mapping[str, Any]) -> Question:
    row = data["targets"][target.id]
    study = data["studies"].get(row.get("study"), {})
    scenario = study.get("scenario", row.get("study"))
    settings = [Setting(scenario=scenario, values=tuple(sorted(values.items()))) for values in study.get("vary", [{}])]
    measure = row.get("measure")
    return Question(
        target=target.read_as(row.get("reads", "as_it_stands")),
        measure=MEASURES[measure] if measure else None,
        contrast=CONTRASTS[row["contrast"]] if "contrast" in row else None,
        settings=tuple(settings) if study else (),
        over=row.get("over", "mean"),
        assumed="; ".join(text for text in (study.get("assumed", ""), row.get("reads_because", "")) if text),
        missed_because=row.get("missed_because", ""),
        absent_because=row.get("absent_because", ""),
        tolerance=float(data["tolerance"]),
    )


def chosen(ids: Sequence[str]) -> list[Question]:
    """Questions by id of their target, in the order of ``targets.csv``; every one if none is named.

    Raises
    ------
    InputError : an id that is no target, or none that can be judged yet.
    """
    known = questions()
    for name in ids:
        if name not in known:
            problem = "not judged yet" if name in load_targets() else "unknown target"
            raise InputError(problem, key="IDS", value=name, allowed=choices(known))
    return [question for name, question in known.items() if not ids or name in ids]


def judge(question: Question, runs: Mapping[Setting, Sequence[xr.DataTree]]) -> Verdict:
    """Say whether a target is hit.

    Parameters
    ----------
    question : what is asked.
    runs : of each of its settings, one run for each seed.
    """
    measure, target = question.measure, question.target
    if question.contrast is not None:
        model = question.contrast([runs[setting] for setting in question.settings])
        if math.isnan(model):
            return Verdict(question=question)
        status: Status = "hit" if target.admits(model, question.tolerance) else "missed"
        return Verdict(question=question, model=model, low=model, high=model, status=status)
    if measure is None or measure.missing:
        return Verdict(question=question, absent=() if measure is None else measure.missing)
    values = [[measure(run, target.unit) for run in runs[setting]] for setting in question.settings]
    if any(math.isnan(value) for each in values for value in each):
        return Verdict(question=question)
    means = [sum(each) / len(each) for each in values]
    model = max(means) if question.over == "largest" else sum(means) / len(means)
    flat = [value for each in values for value in each]
    return Verdict(
        question=question,
        model=model,
        low=min(flat),
        high=max(flat),
        status="hit" if target.admits(model, question.tolerance) else "missed",
    )
