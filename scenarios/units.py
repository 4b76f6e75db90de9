"""Quantities as people write them, such as ``"40 mJ"`` or ``"66 per cm2"``, read into the unit a field is kept in."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from mendsim.common.errors import InputError

if TYPE_CHECKING:
    import pint
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic_core import CoreSchema

_QUANTITY = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*(.*)", re.ASCII | re.DOTALL)
JSON_PATTERN = (
    r"^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*"
    r"(?![eE][+-]?\d)(1?\s*/\s*|per\s+)?[A-Za-zµμ°][A-Za-zµμ°²³0-9^*/ -]*$"
)
"""A number and a unit, in the regular expressions of JSON Schema."""
_UNIT = re.compile(r"[A-Za-zµμ°²³0-9^*/ -]{1,40}")
_LONG_POWER = re.compile(r"[\^*]\s*-?\s*\d{2,}|\*\*\s*-?\s*\d{2,}")
_BARE_POWER = re.compile(r"([A-Za-zµμ])(\d)")


@dataclass(frozen=True)
class Quantity:
    """A number with a unit, kept as a float in `unit`; goes into ``Annotated[float, Quantity(...)]``.

    Parameters
    ----------
    unit : the unit in which the value is kept.
    kind : what it is, such as ``"a length"``.
    low, high : the range that is accepted, in `unit`.
    example : how one writes it.
    """

    unit: str
    kind: str
    low: float
    high: float
    example: str

    def read(self, text: object) -> float:
        """Read a quantity.

        Raises
        ------
        InputError : not text with a number and a unit, a unit of another dimension, or a value out of range.
        """
        wanted = f"{self.kind} such as {self.example!r}"
        if isinstance(text, (int, float)) and not isinstance(text, bool):
            raise InputError("missing unit", value=text, allowed=wanted)
        if not isinstance(text, str):
            raise InputError("wrong type", value=text, allowed=wanted)
        match = _QUANTITY.fullmatch(text.strip())
        if match is None:
            raise InputError("not a number with a unit", value=text, allowed=wanted)
        number, unit_text = float(match[1]), match[2].strip()
        if not unit_text:
            raise InputError("missing unit", value=text, allowed=wanted)
        unit = _unit(unit_text)
        if unit is None:
            raise InputError("unknown unit", value=text, allowed=wanted)
        if unit.dimensionality != _wanted_unit(self.unit).dimensionality:
            raise InputError("wrong dimension", value=text, allowed=wanted)
        value = _converted(number, unit_text, self.unit)
        # Twelve digits: 0.3 mm must be 300 um and 1.1 d a whole number of half hours.
        value = float(f"{value:.12g}")
        if not (math.isfinite(value) and self.low <= value <= self.high):
            raise InputError("out of range", value=text, allowed=f"{self.low:g} to {self.high:g} {self.unit}")
        return value

    def write(self, value: float) -> str:
        """Write a value so that `read` gives it back."""
        return f"{value:.12g} {self.unit}"

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Let pydantic read and write the quantity."""
        from pydantic_core import core_schema

        return core_schema.no_info_before_validator_function(
            self.read,
            handler(source),
            serialization=core_schema.plain_serializer_function_ser_schema(self.write),
        )

    def __get_pydantic_json_schema__(self, _schema: CoreSchema, _handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Let pydantic describe the quantity."""
        return self.json_schema()

    def json_schema(self) -> dict[str, Any]:
        """Describe text with a number and a unit; a wrong dimension or range is found when the file is loaded."""
        text = f"{self.kind} from {self.low:g} to {self.high:g} {self.unit}, such as {self.example!r}"
        return {"type": "string", "pattern": JSON_PATTERN, "description": text, "examples": [self.example]}


@cache
def _registry() -> pint.UnitRegistry[Any]:
    import pint

    return pint.UnitRegistry()


@cache
def _wanted_unit(text: str) -> pint.Unit:
    unit = _unit(text)
    if unit is None:
        raise ValueError(f"{text!r} is no unit")
    return unit


@lru_cache(maxsize=1024)
def _unit(text: str) -> pint.Unit | None:
    """Parse a unit, or None. Only short texts of unit letters and one-digit powers reach the parser."""
    if not _UNIT.fullmatch(text) or _LONG_POWER.search(text):
        return None
    text = re.sub(r"(^|\s)per\s+", "/", text)
    text = _BARE_POWER.sub(r"\1^\2", text)
    text = re.sub(r"^(1\s*)?/", "1/", text)
    try:
        return _registry().parse_units(text)
    except Exception:  # pint raises many kinds for text that is no unit
        return None


def _converted(number: float, unit_text: str, wanted: str) -> float:
    """Convert a number; degrees of temperature have an offset, so a factor would not do."""
    return float(_registry().Quantity(number, _unit(unit_text)).to(_wanted_unit(wanted)).magnitude)
