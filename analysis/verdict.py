"""What the model gives for a published target, and whether that hits it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import xarray as xr

from mendsim.analysis.contrasts import Contrast
from mendsim.analysis.validation import Question, Setting
from mendsim.common.errors import choices
from mendsim.common.targets import load_targets

Status = Literal["hit", "missed", "not modelled", "not judged"]
STATUSES: tuple[Status, ...] = ("hit", "missed", "not modelled", "not judged")
RANGE = "range over"
"""How the interval of several values begins."""
UNKNOWN = "not known yet"
"""The reason of a miss that nobody has looked into."""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """A target and what the model gives for it, in the unit of the target.

    Parameters
    ----------
    question : what was asked.
    model : over all seeds and settings, not a number if there is nothing to show.
    low, high : lowest and highest of the values that ``interval`` names.
    interval : what the values are that ``low`` and ``high`` were taken from.
    status : whether the target is hit.
    absent : series that the model does not report.
    left_out : why it was not judged though it could be.
    """

    question: Question
    model: float = math.nan
    low: float = math.nan
    high: float = math.nan
    interval: str = ""
    status: Status = "not modelled"
    absent: Sequence[str] = field(default=())
    left_out: str = ""

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
            return self.question.missed_because or UNKNOWN
        if self.status == "not judged":
            return self.left_out or self.question.not_judged_because
        if self.absent:
            return f"the model does not report {choices(self.absent)}"
        return self.question.absent_because or "the runs have nothing to show"


def judge(
    question: Question,
    runs: Mapping[Setting, Sequence[xr.DataTree]] | None = None,
    sizes: Mapping[str, float] | None = None,
) -> Verdict:
    """Say whether a target is hit.

    Parameters
    ----------
    question : what is asked.
    runs : of each of its settings, one run for each seed.
    sizes : of each of its zones, by id, from `mendsim.thermal.published_zones.solve_published`.
    """
    if question.not_judged_because:
        return Verdict(question=question, status="not judged")
    if question.zones:
        return _of_zones(question, sizes or {})
    if question.contrast is not None:
        return _of_contrast(question, question.contrast, runs or {})
    return _of_runs(question, runs or {})


def leave_out(question: Question, why: str) -> Verdict:
    """Say that a target was not judged though it could be, unless it cannot be judged anyway."""
    judgeable = question.zones or question.needs
    return Verdict(question=question, status="not judged", left_out=why) if judgeable else judge(question)


def _of_runs(question: Question, runs: Mapping[Setting, Sequence[xr.DataTree]]) -> Verdict:
    measure, target = question.measure, question.target
    if measure is None or measure.missing:
        return Verdict(question=question, absent=() if measure is None else measure.missing)
    values = [[measure(run, target.unit) for run in runs[setting]] for setting in question.settings]
    flat = [value for each in values for value in each]
    means = [sum(each) / len(each) for each in values]
    model = max(means) if question.over == "largest" else sum(means) / len(means)
    return _verdict(question, model, flat, _said(len(values[0]), len(values)))


def _of_contrast(question: Question, contrast: Contrast, runs: Mapping[Setting, Sequence[xr.DataTree]]) -> Verdict:
    """Judge what all seeds give together; the interval is that of single seeds."""
    every = [runs[setting] for setting in question.settings]
    seeds = len(every[0])
    model = contrast(every)
    if seeds == 1 or math.isnan(model):
        return _verdict(question, model, [model], _said(seeds, 1))
    alone = [contrast([[of[seed]] for of in every]) for seed in range(seeds)]
    shown = [value for value in alone if not math.isnan(value)]  # a ratio to a seed without any is no number
    return _verdict(question, model, shown or [model], _said(seeds, 1))


def _of_zones(question: Question, sizes: Mapping[str, float]) -> Verdict:
    if len(question.zones) == 1:
        model = sizes[question.zones[0]]
        return _verdict(question, model, [model], "one zone")
    errors = [100.0 * abs(load_targets()[name].error(sizes[name])) for name in question.zones]
    return _verdict(question, sum(errors) / len(errors), errors, f"{RANGE} {len(errors)} zones")


def _verdict(question: Question, model: float, values: Sequence[float], interval: str) -> Verdict:
    if math.isnan(model) or any(math.isnan(value) for value in values):
        return Verdict(question=question)
    return Verdict(
        question=question,
        model=model,
        low=min(values),
        high=max(values),
        interval=interval,
        status="hit" if question.target.admits(model, question.tolerance) else "missed",
    )


def _said(seeds: int, settings: int) -> str:
    """Say what an interval was taken over."""
    counted = [f"{count} {what}" for count, what in ((seeds, "seeds"), (settings, "settings")) if count > 1]
    return f"{RANGE} {' and '.join(counted)}" if counted else "one seed"
