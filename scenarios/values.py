"""Values without a unit: whole numbers, numbers and names, each with its check and its JSON Schema."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mendsim.common.errors import InputError, choices
from mendsim.scenarios.problems import close_names

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic_core import CoreSchema


class Checked(ABC):
    """A kind of value; goes into ``Annotated[type, ...]``."""

    @abstractmethod
    def read(self, value: object) -> Any:
        """Check a value of a file.

        Raises
        ------
        InputError : it is not such a value.
        """

    @abstractmethod
    def json_schema(self) -> dict[str, Any]:
        """Describe it for an editor."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Let pydantic read the value."""
        from pydantic_core import core_schema

        return core_schema.no_info_before_validator_function(self.read, handler(source))

    def __get_pydantic_json_schema__(self, _schema: CoreSchema, _handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Let pydantic describe the value."""
        return self.json_schema()


@dataclass(frozen=True)
class Whole(Checked):
    """A whole number from `low` to `high`."""

    low: int
    high: int

    def read(self, value: object) -> int:
        """Take whole numbers in range; true and 2.0 are none."""
        if isinstance(value, bool) or not isinstance(value, int):
            raise InputError("wrong type", value=value, allowed=f"a whole number from {self.low} to {self.high}")
        if not self.low <= value <= self.high:
            raise InputError("out of range", value=value, allowed=f"{self.low} to {self.high}")
        return value

    def json_schema(self) -> dict[str, Any]:
        """Give the range."""
        text = f"a whole number from {self.low} to {self.high}"
        return {"type": "integer", "minimum": self.low, "maximum": self.high, "description": text}


@dataclass(frozen=True)
class Number(Checked):
    """A number from `low` to `high`."""

    low: float
    high: float

    def read(self, value: object) -> float:
        """Take numbers in range."""
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise InputError("wrong type", value=value, allowed=f"a number from {self.low:g} to {self.high:g}")
        if not self.low <= value <= self.high:
            raise InputError("out of range", value=value, allowed=f"{self.low:g} to {self.high:g}")
        return float(value)

    def json_schema(self) -> dict[str, Any]:
        """Give the range."""
        text = f"a number from {self.low:g} to {self.high:g}"
        return {"type": "number", "minimum": self.low, "maximum": self.high, "description": text}


@dataclass(frozen=True)
class OneOf(Checked):
    """One of some names, which are looked up when they are needed."""

    names: Callable[[], Iterable[str]]

    def read(self, value: object) -> str:
        """Take a name that is known."""
        known = list(self.names())
        if not isinstance(value, str):
            raise InputError("wrong type", value=value, allowed=choices(known))
        if value not in known:
            raise InputError("unknown choice", value=value, allowed=close_names(value, known))
        return value

    def json_schema(self) -> dict[str, Any]:
        """Give the names."""
        return {"type": "string", "enum": list(self.names())}


@dataclass(frozen=True)
class Known:
    """A name of a library, or one that the scenario describes itself; which it has, `consistency` checks."""

    names: Callable[[], Iterable[str]]
    where: str

    def __get_pydantic_json_schema__(self, _schema: CoreSchema, _handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Give the names of the library as examples."""
        return {
            "type": "string",
            "examples": list(self.names()),
            "description": f"a known name, or one of {self.where}",
        }


class RateOrNumber(Checked):
    """A size of an action: a number, or a rate with its unit; which of them, the action says."""

    def read(self, value: object) -> float | str:
        """Take either."""
        if isinstance(value, bool) or not isinstance(value, (int, float, str)):
            raise InputError("wrong type", value=value, allowed="a number, or a rate such as '0.02 /h'")
        if isinstance(value, str):
            return value
        try:
            return float(value)
        except OverflowError:
            raise InputError("out of range", value=value, allowed="a number that is not as large") from None

    def json_schema(self) -> dict[str, Any]:
        """Give both."""
        return {
            "type": ["number", "string"],
            "description": "a number, or a rate such as '0.02 /h'; the action says which",
        }
