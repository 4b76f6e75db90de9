"""Published targets as questions to the model: which runs or zones each needs, and how it is read from them.

Everything about a target that is not in ``targets.csv`` stands in ``validation.toml``. Runs are made elsewhere, and
judged by `mendsim.analysis.verdict`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from mendsim.analysis.contrasts import CONTRASTS, Contrast
from mendsim.analysis.fitted import fitted_with
from mendsim.analysis.measures import MEASURES, Measure
from mendsim.analysis.outcome import definition_of
from mendsim.common.errors import InputError, choices
from mendsim.common.targets import Target, load_targets
from mendsim.thermal.published_zones import published_zones

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
    zones : ids of published zones that it is read from, in place of runs; of several, their mean error is asked.
    over : how several settings are joined: ``mean`` or ``largest``.
    assumed : settings that the paper does not give.
    fitted : parameters that were chosen by this target, so that it says nothing about the model.
    missed_because, absent_because, not_judged_because : why it is missed, cannot be measured, or cannot be asked, as
        far as it is known.
    tolerance : share of the value within which a target without bounds is hit.
    """

    target: Target
    measure: Measure | None = None
    contrast: Contrast | None = None
    zones: tuple[str, ...] = ()
    settings: tuple[Setting, ...] = ()
    over: str = "mean"
    assumed: str = ""
    fitted: tuple[str, ...] = ()
    missed_because: str = ""
    absent_because: str = ""
    not_judged_because: str = ""
    tolerance: float

    @property
    def needs(self) -> tuple[Setting, ...]:
        """Settings that must be run: none where the model does not report what is measured."""
        if self.contrast is not None:
            return self.settings
        return () if self.measure is None or self.measure.missing else self.settings

    @property
    def measured_as(self) -> str:
        """How the model is measured."""
        if self.measure is not None:
            return self.measure.definition
        if self.contrast is not None:
            return definition_of(self.contrast)
        if len(self.zones) > 1:
            return f"Mean absolute error of {', '.join(self.zones)}."
        if self.zones:
            zone = published_zones()[self.zones[0]]
            return f"{zone.quantity} of {zone.setting}"
        return ""


@cache
def questions() -> Mapping[str, Question]:
    """Every target by id, in the order of ``targets.csv``."""
    with (Path(__file__).parent / "validation.toml").open("rb") as stream:
        data = tomllib.load(stream)
    return MappingProxyType({name: _question(target, data) for name, target in load_targets().items()})


def _question(target: Target, data: Mapping[str, Any]) -> Question:
    row = data["targets"][target.id]
    study = data["studies"].get(row.get("study"), {})
    measure = row.get("measure")
    zones = tuple(row.get("mean_error_of", [target.id] if row.get("zone") else []))
    assumed = [study.get("assumed", ""), row.get("reads_because", "")]
    if zones == (target.id,):
        assumed.insert(0, published_zones()[target.id].assumed)
    put_in = {name for name in [row.get("put_in")] if name}
    return Question(
        target=target.read_as(row.get("reads", "as_it_stands")),
        measure=MEASURES[measure] if measure else None,
        contrast=CONTRASTS[row["contrast"]] if "contrast" in row else None,
        zones=zones,
        settings=_settings(study, row["study"]) if study else (),
        over=row.get("over", "mean"),
        assumed="; ".join(text for text in assumed if text),
        fitted=tuple(sorted(put_in | set(fitted_with().get(target.id, ())))),
        missed_because=row.get("missed_because", ""),
        absent_because=row.get("absent_because", ""),
        not_judged_because=row.get("not_judged_because", ""),
        tolerance=float(data["tolerance"]),
    )


def _settings(study: Mapping[str, Any], name: str) -> tuple[Setting, ...]:
    usual, out = study.get("scenario", name), []
    for line in study.get("vary", [{}]):
        values = tuple(sorted((key, value) for key, value in line.items() if key != "scenario"))
        out.append(Setting(scenario=line.get("scenario", usual), values=values))
    return tuple(out)


def chosen(ids: Sequence[str]) -> list[Question]:
    """Questions by id of their target, in the order of ``targets.csv``; every one if none is named.

    Raises
    ------
    InputError : an id that is no target.
    """
    known = questions()
    for name in ids:
        if name not in known:
            raise InputError("unknown target", key="IDS", value=name, allowed=choices(known))
    return [question for name, question in known.items() if not ids or name in ids]
