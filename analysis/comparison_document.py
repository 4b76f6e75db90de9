"""What stands in ``comparison.json``: declared once, for writing it and for checking what is read."""

from __future__ import annotations

import math
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

KIND = "mendsim comparison"
ABOUT, REPLICATES, COURSES = "comparison.json", "replicates.csv", "courses.csv"
"""Names of the file and of the tables beside it."""

# JSON has no number for "not known": it is null there.
Number = Annotated[float, BeforeValidator(lambda value: math.nan if value is None else value)]


class Strict(BaseModel):
    """A table of the file: unknown keys and wrong types are errors, values do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, ser_json_inf_nan="null")


class ComparedRun(Strict):
    """A run that a comparison rests on: its seed, the hash of its content, and its store if that was kept."""

    seed: int
    content_hash: str
    store: str | None


class ComparedScenario(Strict):
    """A scenario that was compared: name, title, length, every value as in a run store, and its runs."""

    name: str
    title: str
    follow_up_days: float
    scenario: dict[str, Any]
    runs: tuple[ComparedRun, ...]


class Row(Strict):
    """An end point of a scenario; columns as in `mendsim.analysis.replicate_comparison`."""

    end_point: str
    scenario: str
    runs: int
    applies: int
    happened: int
    mean: Number
    low: Number
    high: Number
    difference: Number
    difference_low: Number
    difference_high: Number
    p: Number
    adjusted_p: Number
    more_than_noise: Literal["yes", "no", "-", ""]


class SavedEndPoint(Strict):
    """An end point: what it is called, in which unit, how it is measured."""

    name: str
    label: str
    unit: str
    definition: str


class Document(Strict):
    """The whole file."""

    kind: Literal["mendsim comparison"]
    mendsim_version: str
    created: str
    confidence: float
    false_discovery_rate: float
    seeds: tuple[int, ...]
    scenarios: Annotated[tuple[ComparedScenario, ...], Field(min_length=1)]
    end_points: tuple[SavedEndPoint, ...]
    table: tuple[Row, ...]
    sha256: dict[str, str]

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Self:
        rows = [(each.name, scenario.name) for each in self.end_points for scenario in self.scenarios]
        whole = (
            [(row.end_point, row.scenario) for row in self.table] == rows
            and len(set(rows)) == len(rows)
            and all(tuple(run.seed for run in scenario.runs) == self.seeds for scenario in self.scenarios)
            and self.sha256.keys() == {REPLICATES, COURSES}
        )
        if not whole:
            raise ValueError("scenarios, end points, seeds and table do not fit together")
        return self
