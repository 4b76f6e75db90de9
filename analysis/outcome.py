"""What an outcome is: a documented function of a run, with unit and definition."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Generic, Literal, TypeVar

import xarray as xr

Kind = Literal["end point", "target", "time series", "profile", "map", "table"]

KINDS: Mapping[Kind, str] = MappingProxyType(
    {
        "end point": "one number for the whole run",
        "target": "one number, as a published target asks for it",
        "time series": "a value at each time",
        "profile": "a value for each depth or each distance from the zones, at each saved time or session",
        "map": "a value for each site of the lattice, at each saved time or session",
        "table": "a row for each zone, MEND, session, cell or vessel",
    }
)
"""What an outcome of each kind is."""
BY_COLUMN = "by column"
"""Unit of what has several columns: each says its own."""

Found = TypeVar("Found", covariant=True)


@dataclass(frozen=True, kw_only=True)
class Outcome(Generic[Found]):
    """Something that can be measured in a run.

    Parameters
    ----------
    name : the name of its function, or of the series or field of the run store.
    label : a few words for tables.
    unit : unit in which it is printed.
    kind : one of `KINDS`.
    definition : how it is measured.
    measure : takes a run. An end point or target returns a number: ``inf`` for "not within the run" and ``nan`` for
        "does not apply". The others return an array or several, and raise `InputError` where a run has none.
    """

    name: str
    label: str
    unit: str
    kind: Kind
    definition: str
    measure: Callable[[xr.DataTree], Found]


def definition_of(function: Callable[..., object]) -> str:
    """Return the first paragraph of the docstring of a function as one line."""
    return " ".join((function.__doc__ or "").split("\n\n")[0].split())
