"""The published targets are complete, consistent and say how well each was checked."""

from __future__ import annotations

import csv
import math
import re
from dataclasses import replace
from pathlib import Path

import pytest

import mendsim.common
from mendsim.common.targets import Target, load_targets

COLUMNS = [
    "id",
    "mechanism",
    "quantity",
    "condition",
    "value",
    "low",
    "high",
    "unit",
    "evidence",
    "source",
    "checked",
    "note",
]
EVIDENCE = {"abstract", "secondary", "recalled"}
CHECKED = {"verified", "corrected", "not found"}

with (Path(mendsim.common.__file__).parent / "targets.csv").open(newline="", encoding="utf-8") as stream:
    READER = csv.DictReader(stream)
    ROWS = list(READER)


def test_columns() -> None:
    assert READER.fieldnames == COLUMNS


def test_ids_are_unique_and_without_gaps() -> None:
    assert [row["id"] for row in ROWS] == [f"T{number:02d}" for number in range(1, len(ROWS) + 1)]


@pytest.mark.parametrize("row", ROWS, ids=[row["id"] for row in ROWS])
def test_row(row: dict[str, str]) -> None:
    assert None not in row, "more cells than columns"
    for column in ("quantity", "unit", "source", "note"):
        assert row[column].strip(), f"{column} is empty"
    assert row["evidence"] in EVIDENCE
    assert row["checked"] in CHECKED
    assert all(re.fullmatch(r"R\d\d", name) for name in row["mechanism"].split())
    value = float(row["value"])
    assert not row["low"] or float(row["low"]) <= value
    assert not row["high"] or value <= float(row["high"])


@pytest.mark.parametrize("row", [row for row in ROWS if row["checked"] == "verified"], ids=lambda row: row["id"])
def test_verified_is_not_recalled(row: dict[str, str]) -> None:
    assert row["evidence"] != "recalled"


def test_the_table_is_read_whole() -> None:
    targets = load_targets()
    assert list(targets) == [row["id"] for row in ROWS]
    first = targets["T05"]
    assert (first.value, first.low, first.high, first.unit) == (3.0, 3.0, None, "ratio")


def _target(value: float, low: float | None = None, high: float | None = None, unit: str = "h") -> Target:
    return replace(load_targets()["T20"], value=value, low=low, high=high, unit=unit)


BOTH, BELOW, ABOVE, BARE = _target(48, 36, 72), _target(7, 4, 7), _target(3, 3), _target(20)
JUDGED = [
    (BOTH, 40, -1 / 6, True),
    (BOTH, 72.1, 72.1 / 48 - 1, False),
    (BELOW, 5, 0.0, True),
    (BELOW, 3.9, 3.9 / 4 - 1, False),
    (BELOW, 7.7, 0.1, False),
    (BELOW, math.inf, math.inf, False),
    (ABOVE, 30, 0.0, True),
    (ABOVE, 2.7, -0.1, False),
    (_target(180, 180, 360), 720, 1.0, False),
    (BARE, 24, 0.2, True),
    (BARE, 26, 0.3, False),
    (BARE.read_as("at_most"), 1, 0.0, True),
    (BARE.read_as("at_most"), 21, 0.05, False),
    (BARE.read_as("at_least"), 21, 0.0, True),
    (BARE.read_as("as_it_stands"), 1, -0.95, False),
    (_target(1, unit="direction"), 0.01, -0.99, True),
    (_target(-1, unit="direction"), 0.01, -1.01, False),
]


@pytest.mark.parametrize(("target", "model", "error", "hit"), JUDGED)
def test_a_model_is_judged_by_the_bounds(target: Target, model: float, error: float, hit: bool) -> None:
    assert target.error(model) == pytest.approx(error)
    assert target.admits(model, tolerance=0.25) is hit


def test_bounds_are_said() -> None:
    assert [target.said for target in (BOTH, ABOVE, BARE)] == ["48 (36-72)", ">= 3", "20"]
    assert BARE.read_as("at_most").said == "<= 20"


def test_nothing_is_relative_to_zero() -> None:
    assert math.isnan(load_targets()["T44"].error(0.1))


def test_a_shape_is_judged_by_its_sign() -> None:
    assert _target(1, unit="shape").admits(0.2, tolerance=0.25)
    assert not _target(1, unit="shape").admits(-1.0, tolerance=0.25)


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("T01", "injury"),
        ("T22", "epidermis"),
        ("T39", "dermis"),
        ("T45", "vessels, immune cells, hair"),
        ("T46", "drugs"),
        ("T55", "epidermis"),
    ],
)
def test_a_target_belongs_to_the_part_of_its_first_row(name: str, part: str) -> None:
    assert load_targets()[name].part == part
