"""What a dotted key of a scenario holds: a quantity, a number, a whole number, or something else."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from mendsim.common.errors import InputError
from mendsim.scenarios.problems import quantity_of
from mendsim.scenarios.schema import Scenario
from mendsim.scenarios.units import Quantity

NO_UNIT = "1"


@dataclass(frozen=True)
class Place:
    """What stands at a dotted key.

    Parameters
    ----------
    quantity : how a quantity there is read and kept; None if it is none.
    unit : in which its numbers are kept, `NO_UNIT` if they have none.
    whole : whether it holds whole numbers only.
    current : what is there now, in `unit`.
    """

    quantity: Quantity | None = None
    unit: str = NO_UNIT
    whole: bool = False
    current: Any = None

    def kept(self, value: Any) -> float | str:
        """Tell a value of the file as one number in `unit`, or as text where it is no number.

        Raises
        ------
        InputError : not a quantity, of another dimension or out of range.
        """
        if self.quantity is not None and value is not None and not isinstance(value, (list, dict)):
            return self.quantity.read(value)
        return spelled(value)


def spelled(value: Any) -> float | str:
    """Tell a value that is no quantity as one number, or as text, in one spelling wherever it comes from."""
    if isinstance(value, (bool, int, float)):
        return float(value)
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True, default=str)


def place_of(scenario: Scenario, key: str) -> Place:
    """Find what stands at a dotted key; a key that is not there yet holds something that is no quantity."""
    first, _, rest = key.partition(".")
    if first == "parameters":
        return _parameter(scenario, rest)
    here: Any = scenario
    quantity: Quantity | None = None
    whole = False
    for part in key.split("."):
        if isinstance(here, BaseModel):
            fields = type(here).model_fields
            name = next((name for name, field in fields.items() if (field.alias or name) == part), None)
            if name is None:
                return Place()
            quantity, whole = quantity_of(fields[name]), fields[name].annotation is int
            here = getattr(here, name)
        elif isinstance(here, tuple) and part.isdecimal() and int(part) < len(here):
            here = here[int(part)]
        elif isinstance(here, dict) and part in here:
            here = here[part]
        else:
            return Place()
    return Place(quantity, NO_UNIT if quantity is None else quantity.unit, whole, here)


def _parameter(scenario: Scenario, name: str) -> Place:
    from mendsim.scenarios.border import parameters_of

    layer, _, key = name.partition(".")
    try:
        table = parameters_of(scenario)[layer]
        return Place(unit=table.entries[key].unit, current=table[key])
    except (InputError, KeyError):
        return Place()  # told when the scenario is checked
