"""A factor of a design: a key of the scenario and the values that it takes."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from mendsim.common.errors import InputError
from mendsim.scenarios.sweeping.keys import Place
from mendsim.scenarios.sweeping.tables import GridFactor, RangeFactor

_NUMBER_AND_UNIT = re.compile(r"\s*([+-]?[0-9.]+(?:[eE][+-]?[0-9]+)?)\s*(\S.{0,40})")
_ROUNDING = 1e-9


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """A factor that takes some values.

    Parameters
    ----------
    key : dotted key of the scenario.
    values : as they stand in the design file.
    numbers : the same as numbers in `unit`, or as text where they are none.
    unit : in which the scenario keeps them.
    """

    key: str
    values: tuple[Any, ...]
    numbers: tuple[float | str, ...]
    unit: str

    def about(self) -> dict[str, Any]:
        """Say what it varies, for a digest."""
        return {"values": list(self.values), "unit": self.unit}


@dataclass(frozen=True, kw_only=True)
class Varied:
    """A factor that is sampled between two bounds.

    Parameters
    ----------
    key : dotted key of the scenario.
    low, high : bounds in `unit`.
    unit : in which the scenario keeps the value.
    is_text : whether the value is written with its unit.
    whole : whether only whole numbers are possible.
    log : whether the logarithm is what is spread evenly.
    step : values are `low` and whole multiples of this above it; None for any value.
    """

    key: str
    low: float
    high: float
    unit: str
    is_text: bool
    whole: bool
    log: bool
    step: float | None

    def numbers(self, unit_axis: np.ndarray) -> np.ndarray:
        """Spread 0 to 1 over the bounds; with a step on a linear scale every value has an equal share."""
        if self.step is not None and not self.log:
            index = np.floor(unit_axis * self._values() + _ROUNDING)
        elif self.step is not None:
            index = np.rint((self._between(unit_axis) - self.low) / self.step)
        else:
            return self._between(unit_axis)
        return self.low + self.step * np.clip(index, 0, self._values() - 1)

    def value(self, number: float) -> Any:
        """Write a number as the scenario takes it."""
        if self.whole:
            return round(number)
        return f"{number:.12g} {self.unit}" if self.is_text else float(f"{number:.12g}")

    def about(self) -> dict[str, Any]:
        """Say what it varies, for a digest."""
        scale = "log" if self.log else "linear"
        return {"low": self.low, "high": self.high, "unit": self.unit, "scale": scale, "step": self.step}

    def _between(self, unit_axis: np.ndarray) -> np.ndarray:
        if self.log:
            spread = np.exp(math.log(self.low) + unit_axis * (math.log(self.high) - math.log(self.low)))
            return np.clip(spread, self.low, self.high)  # the exponential of a logarithm is off by a rounding
        return self.low + unit_axis * (self.high - self.low)

    def _values(self) -> int:
        return int((self.high - self.low) / (self.step or 1.0) + _ROUNDING) + 1


def chosen(key: str, table: GridFactor, place: Place, label: str) -> Chosen:
    """Read a factor of a grid.

    Raises
    ------
    InputError : a value that the key cannot hold, or one that is given twice.
    """
    numbers: list[float | str] = []
    for at, value in enumerate(table.values):
        where = f"factors.{key}.values.{at}"
        number = placed(place.kept, value, where, label)
        if number in numbers:
            raise InputError("value given twice", file=label, key=where, value=value, allowed="every value once")
        numbers.append(number)
    return Chosen(key=key, values=table.values, numbers=tuple(numbers), unit=place.unit)


def varied(key: str, table: RangeFactor, place: Place, label: str) -> Varied:
    """Read a factor of a sampled design.

    Raises
    ------
    InputError : bounds that the key cannot hold, of different dimensions or in the wrong order, or a scale or step
        that does not fit them.
    """
    where = f"factors.{key}"
    unit, is_text = place.unit, place.quantity is not None
    if place.quantity is None and isinstance(table.low, str):
        unit, is_text = _unit_of(table.low, f"{where}.low", label), True
    low, high = (
        _number(getattr(table, name), place, unit, is_text, f"{where}.{name}", label) for name in ("low", "high")
    )
    if low >= high:
        raise InputError(
            "high is not above low", file=label, key=f"{where}.high", value=table.high, allowed=f"above {table.low}"
        )
    log = table.scale == "log"
    if log and low <= 0:
        allowed = "above 0 for scale = 'log'"
        raise InputError("no logarithm", file=label, key=f"{where}.low", value=table.low, allowed=allowed)
    step = 1.0 if place.whole else None
    if table.step is not None:
        of_any_size = place.quantity and replace(place.quantity, low=0.0, high=math.inf)
        step = _number(table.step, replace(place, quantity=of_any_size), unit, is_text, f"{where}.step", label)
        if not 0 < step <= high - low:
            allowed = "above 0, up to high - low"
            raise InputError("no such step", file=label, key=f"{where}.step", value=table.step, allowed=allowed)
    return Varied(key=key, low=low, high=high, unit=unit, is_text=is_text, whole=place.whole, log=log, step=step)


def _number(value: Any, place: Place, unit: str, is_text: bool, where: str, label: str) -> float:
    """Read a bound or a step as a number in the unit of its factor."""
    if place.quantity is not None:
        return placed(place.quantity.read, value, where, label)
    if is_text:
        found = _NUMBER_AND_UNIT.fullmatch(value) if isinstance(value, str) else None
        if found is None or found[2].strip() != unit:
            raise InputError("not a number in the unit of low", file=label, key=where, value=value, allowed=unit)
        return placed(float, found[1], where, label)
    allowed = "a whole number" if place.whole else "a number; where a key holds none, kind = 'grid' or 'list'"
    holds_number = place.current is None or (
        isinstance(place.current, (int, float)) and not isinstance(place.current, bool)
    )
    if not holds_number or isinstance(value, bool) or not isinstance(value, int if place.whole else (int, float)):
        raise InputError("wrong type", file=label, key=where, value=value, allowed=allowed)
    number = placed(float, value, where, label)
    if not math.isfinite(number):
        raise InputError("not finite", file=label, key=where, value=value, allowed="a number")
    return number


def _unit_of(text: str, where: str, label: str) -> str:
    found = _NUMBER_AND_UNIT.fullmatch(text)
    if found is None:
        allowed = "bounds of a number; for other values kind = 'grid' or 'list'"
        raise InputError("not a number with a unit", file=label, key=where, value=text, allowed=allowed)
    return found[2].strip()


def placed(read: Any, value: Any, where: str, label: str) -> Any:
    """Read a value, and say of an error where it stands."""
    try:
        return read(value)
    except InputError as error:
        raise InputError(error.problem, file=label, key=where, value=error.value, allowed=error.allowed) from None
    except (ValueError, OverflowError):
        raise InputError("not a number", file=label, key=where, value=value, allowed="a number of usual size") from None
