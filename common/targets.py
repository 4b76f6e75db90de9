"""Published results that the simulator is judged by, as data. They are never edited to fit."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType


@dataclass(frozen=True, kw_only=True)
class Target:
    """One published result; fields are the columns of ``targets.csv``, and empty bounds are None."""

    id: str
    mechanism: str
    quantity: str
    condition: str
    value: float
    low: float | None
    high: float | None
    unit: str
    evidence: str
    source: str
    checked: str
    note: str


@cache
def load_targets() -> Mapping[str, Target]:
    """Return every target by id, in the order of the file."""
    with (Path(__file__).parent / "targets.csv").open(newline="", encoding="utf-8") as stream:
        return MappingProxyType({row["id"]: _read(row) for row in csv.DictReader(stream)})


def _read(row: dict[str, str]) -> Target:
    low, high = (float(row[name]) if row[name] else None for name in ("low", "high"))
    words = {name: text for name, text in row.items() if name not in ("value", "low", "high")}
    return Target(value=float(row["value"]), low=low, high=high, **words)
