"""Where the values of a run's scenario come from, as far as its store tells.

A store holds every value, but not who set it. The scenario of the same name that comes with mendsim, and the defaults
of the keys, tell the rest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from mendsim.scenarios import loading, schema
from mendsim.scenarios.problems import hints_of, origin
from mendsim.scenarios.schema import Scenario
from mendsim.scenarios.units import Quantity

DEFAULT, THIS_RUN = "default", "this run"
"""A key that was left out, and one that its scenario set and no file of mendsim holds."""

Keys = tuple[str, ...]


@dataclass(frozen=True)
class Origins:
    """Tells where values come from.

    Parameters
    ----------
    known : the shipped scenario of the same name, None if there is none.
    """

    known: Scenario | None

    @classmethod
    def of(cls, scenario: Mapping[str, Any]) -> Origins:
        """Find the scenario that comes with mendsim under the name of a run's scenario."""
        name = scenario.get("name")
        return cls(loading.load(str(name)) if name in loading.names() else None)

    def told(self, keys: Keys, value: object, table: type[BaseModel]) -> str:
        """Say where a value comes from.

        Parameters
        ----------
        keys : of the value, from the top of the scenario.
        value : as the store holds it.
        table : the model of the table that the last key stands in.
        """
        known = None if self.known is None else _at(self.known.to_dict(), keys)
        if self.known is None or known is None:
            return DEFAULT if value == default(table, keys[-1]) else THIS_RUN
        written = _at(self.known.written, keys) is not None
        source = (origin(self.known.origins, keys) if written else None) or DEFAULT
        return source if known == value else f"{THIS_RUN} ({source}: {known})"


def default(table: type[BaseModel], key: str) -> object:
    """Value of a key that is left out, as a store writes it; None if it cannot be left out."""
    field = field_of(table, key)
    if field is None or field.is_required() or field.default is None:
        return None
    for hint in hints_of(field):
        if isinstance(hint, Quantity) and isinstance(field.default, float):
            return hint.write(field.default)
    return list(field.default) if isinstance(field.default, tuple) else field.default


def meaning(table: type[BaseModel], key: str) -> str:
    """Say in a few words what a key is, where its name does not."""
    field = field_of(table, key)
    return "" if field is None or field.description is None else field.description


def field_of(table: type[BaseModel], key: str) -> Any:
    """Find the field that a key of a file stands for."""
    return next((field for name, field in table.model_fields.items() if (field.alias or name) == key), None)


def event_table(event: Mapping[str, Any]) -> type[BaseModel]:
    """Model of an event; that of a scenario, which knows none of its keys, for a kind that is no longer known."""
    return schema.EVENT_KINDS.get(str(event.get("kind")), schema.Scenario)


def _at(values: Any, keys: Sequence[str]) -> Any:
    for key in keys:
        if isinstance(values, Mapping) and key in values:
            values = values[key]
        elif isinstance(values, list) and key.isdecimal() and int(key) < len(values):
            values = values[int(key)]
        else:
            return None
    return values
