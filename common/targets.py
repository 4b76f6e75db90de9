"""Published results that the simulator is judged by, as data. They are never edited to fit."""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from types import MappingProxyType

READINGS = ("as_it_stands", "at_most", "at_least")
"""How the value of a target may be read."""
SIGNS = ("direction", "shape")
"""Units of targets that ask for a sign alone: 1, 0 or -1."""
PARTS = {
    "injury": 5,
    "epidermis": 11,
    "dermis": 20,
    "vessels, immune cells, hair": 26,
    "drugs": 30,
    "protocols": 34,
}
"""Parts of the model, each with the last of its rows R01 to R34, in their order."""


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

    @property
    def part(self) -> str:
        """The part of `PARTS` that it belongs to, by the first of its rows."""
        row = int(self.mechanism.split()[0].removeprefix("R"))
        return next(part for part, last in PARTS.items() if row <= last)

    @property
    def asks_for_sign(self) -> bool:
        """Whether only the sign of a model is judged."""
        return self.unit in SIGNS

    @property
    def at_least(self) -> bool:
        """Whether the value is a lower bound."""
        return self.value == self.low and self.value != self.high

    @property
    def at_most(self) -> bool:
        """Whether the value is an upper bound."""
        return self.value == self.high and self.value != self.low

    def error(self, model: float) -> float:
        """Relative error of a model; where the target is a bound, none on its right side.

        Not a number if the target is zero, to which nothing is relative.
        """
        if self.at_least and model > self.value:
            return max(0.0, model / self.high - 1) if self.high is not None else 0.0
        if self.at_most and model < self.value:
            return min(0.0, model / self.low - 1) if self.low is not None else 0.0
        return model / self.value - 1 if self.value else math.nan

    def admits(self, model: float, tolerance: float) -> bool:
        """Whether a model hits: it lies within the bounds; where there are none, within ``tolerance`` of the value.

        Where only one side has a bound and the value is not that bound, the other side is as far as ``tolerance``.
        A direction or a shape is hit by its sign alone.
        """
        if self.asks_for_sign:
            return bool(self.value == (model > 0) - (model < 0))
        margin = tolerance * abs(self.value)
        open_end = math.inf if self.at_least else self.value + margin
        open_start = -math.inf if self.at_most else self.value - margin
        return (open_start if self.low is None else self.low) <= model <= (open_end if self.high is None else self.high)

    @property
    def said(self) -> str:
        """The value with its bounds, as it is printed."""
        if self.at_least and self.high is None:
            return f">= {self.value:g}"
        if self.at_most and self.low is None:
            return f"<= {self.value:g}"
        if self.low is None or self.high is None:
            return f"{self.value:g}"
        bounds = f" ({self.low:g}-{self.high:g})" if self.low >= 0 else f" ({self.low:g} to {self.high:g})"
        return f"{self.value:g}{bounds}"

    def read_as(self, reading: str) -> Target:
        """Take the value as a bound where the paper says so in words alone: one of `READINGS`."""
        bounds: dict[str, dict[str, float]] = {"at_most": {"high": self.value}, "at_least": {"low": self.value}}
        return replace(self, **bounds.get(reading, {}))  # type: ignore[arg-type]  # bounds are numbers


@cache
def load_targets() -> Mapping[str, Target]:
    """Return every target by id, in the order of the file."""
    with (Path(__file__).parent / "targets.csv").open(newline="", encoding="utf-8") as stream:
        return MappingProxyType({row["id"]: _read(row) for row in csv.DictReader(stream)})


def _read(row: dict[str, str]) -> Target:
    low, high = (float(row[name]) if row[name] else None for name in ("low", "high"))
    words = {name: text for name, text in row.items() if name not in ("value", "low", "high")}
    return Target(value=float(row["value"]), low=low, high=high, **words)
