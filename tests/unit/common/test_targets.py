"""The published targets are complete, consistent and say how well each was checked."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

import mendsim.common
from mendsim.common.targets import load_targets

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
