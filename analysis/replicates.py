"""What is read from a run so that it can be compared with others: end points, and the time series."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr

from mendsim.abm.observables import OBSERVABLES
from mendsim.analysis import endpoints, store
from mendsim.common.errors import InputError, choices

_UNTIL_THE_END = ("at the end", "in the whole run", "over time")
"""Words in the definition of an end point whose value depends on when follow-up ends."""


@dataclass(frozen=True, kw_only=True)
class EndPoint:
    """A number of a run: an end point of `endpoints`, or a time series at its end.

    Parameters
    ----------
    name : of the end point or the series.
    label : a few words for tables.
    unit : in which it is printed, empty for a pure number.
    definition : how it is measured.
    """

    name: str
    label: str
    unit: str
    definition: str

    @property
    def until_the_end(self) -> bool:
        """Whether runs of different length have it at different times."""
        return any(words in self.definition for words in _UNTIL_THE_END)


@dataclass(frozen=True, kw_only=True)
class Replicate:
    """One run, read into memory.

    Parameters
    ----------
    values : end points by name; ``inf`` says that it did not happen within the run, ``nan`` that it does not apply.
    series : every time series over ``time`` (h).
    content_hash : of the run store.
    """

    values: Mapping[str, float]
    series: xr.Dataset
    content_hash: str


def read_replicate(run: xr.DataTree, names: Sequence[str] | None = None) -> Replicate:
    """Read end points and time series of a run.

    Parameters
    ----------
    run : a run from `open_run`.
    names : end points, or time series at their end; every end point if not given.
    """
    known = endpoints.registered()
    values = {}
    for name in known if names is None else names:
        if name in known:
            values[name] = float(known[name].measure(run))
        else:
            series = store.values(run, name)
            values[name] = np.nan if series is None else float(series[-1])
    return Replicate(
        values=values, series=run["series"].to_dataset().load(), content_hash=str(run.attrs.get("content_hash", ""))
    )


def describe(name: str) -> EndPoint:
    """Say what an end point or a time series is.

    Raises
    ------
    InputError : a name that is neither.
    """
    known = endpoints.registered()
    if name in known:
        about = known[name]
        return EndPoint(name=name, label=about.label, unit=about.unit, definition=about.definition)
    if name not in OBSERVABLES:
        raise InputError("unknown quantity", key="--of", value=name, allowed=choices(known))
    unit, meaning = store.pretty_unit(OBSERVABLES[name].unit), OBSERVABLES[name].meaning
    return EndPoint(name=name, label="time series, at the end", unit=unit, definition=f"{meaning}, at the end")
