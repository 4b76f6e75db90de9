"""What a run lets one look at beyond single numbers: registering such functions, and axes with their units.

A function of `OBSERVED` takes a run and returns an array (or several, as a dataset) in memory. Every dimension is named
and has a coordinate with its unit: ``day`` since the start of the run, ``depth_um`` below the mean skin surface,
``distance_um`` from the axis of the nearest zone, ``session`` from 1.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike

from mendsim.analysis import store
from mendsim.analysis.outcome import Kind, Outcome, definition_of
from mendsim.common.errors import InputError

Found = xr.DataArray | xr.Dataset
Look = Callable[[xr.DataTree], Found]
Own = TypeVar("Own", bound=Look)
"""A function of a run, with what it returns kept for type checkers."""

OBSERVED: dict[str, Outcome[Found]] = {}
"""Everything that was registered, by name."""

_AXES: Mapping[str, tuple[str, str]] = {
    "day": ("d", "time since the start of the run"),
    "depth_um": ("um", "depth below the mean skin surface"),
    "distance_um": ("um", "distance from the axis of the nearest zone"),
    "session": ("1", "number of the session, from 1"),
    "pass": ("1", "number of the pass, from 1"),
    "zone": ("1", "number of the zone, from 1"),
    "y_um": ("um", "position across the section"),
    "x_um": ("um", "position along the section"),
}


def observed(label: str, unit: str, kind: Kind) -> Callable[[Own], Own]:
    """Register a function of a run; its docstring is the definition.

    Parameters
    ----------
    label : a few words for tables.
    unit : of the values as the run store writes it (``um``, ``1``), or `BY_COLUMN`.
    kind : one of `KINDS`.
    """

    def register(look: Own) -> Own:
        OBSERVED[look.__name__] = Outcome(
            name=look.__name__, label=label, unit=unit, kind=kind, definition=definition_of(look), measure=look
        )
        return look

    return register


def nothing(run: xr.DataTree, problem: str, allowed: str) -> InputError:
    """Make the error of a run that has nothing to show."""
    return InputError(problem, value=store.title(run), allowed=allowed)


def about(unit: str, meaning: str) -> dict[str, str]:
    """Return the attributes of a variable, as in the run store."""
    return {"units": unit, "long_name": meaning}


def axis(name: str, values: ArrayLike) -> tuple[str, Any, dict[str, str]]:
    """Lay out the coordinate of a dimension with its unit and meaning."""
    return name, np.asarray(values), about(*_AXES.get(name, ("1", name)))


def array(values: ArrayLike, **axes: ArrayLike) -> xr.DataArray:
    """Make an array from its values and the coordinates of its dimensions, in order."""
    return xr.DataArray(
        np.asarray(values), coords={name: axis(name, each) for name, each in axes.items()}, dims=[*axes]
    )


def columns(**each: tuple[xr.DataArray, str, str]) -> xr.Dataset:
    """Join arrays with their units and meanings."""
    return xr.Dataset({name: found.assign_attrs(about(unit, meaning)) for name, (found, unit, meaning) in each.items()})


def fields(run: xr.DataTree, names: Sequence[str]) -> xr.Dataset:
    """Read saved fields into memory, dims ``(day, depth_um, y_um, x_um)``.

    Raises
    ------
    InputError : the run kept no snapshots, or not of these fields.
    """
    saved = store.fields(run)
    for name in names:
        if name not in saved:
            raise nothing(run, f"the run did not save the field {name}", "a run of a version that does")
    return on_axes(saved[list(names)].load())


def injury(run: xr.DataTree, names: Sequence[str]) -> xr.Dataset:
    """Read maps of the injuries into memory, dims ``(session, depth_um, y_um, x_um)``.

    Raises
    ------
    InputError : nothing was injured.
    """
    check_injured(run)
    maps = run["injury"].to_dataset()[list(names)].load()
    return on_axes(maps.assign_coords(session=np.arange(maps.sizes["session"]) + 1))


def check_injured(run: xr.DataTree) -> None:
    """Refuse a run without a session.

    Raises
    ------
    InputError : nothing was injured.
    """
    if not len(store.session_days(run)):
        raise nothing(run, "nothing was injured in this run", "a run with a laser session or a wound")


def on_axes(data: xr.Dataset) -> xr.Dataset:
    """Call the axes of saved arrays by what they measure: depth, place, day."""
    names = {"z": "depth_um", "y": "y_um", "x": "x_um"}
    data = data.swap_dims({old: new for old, new in names.items() if old in data.dims})
    if "snapshot" in data.dims:
        data = data.rename(snapshot="day").assign_coords(day=data["snapshot"].to_numpy() / store.HOURS_PER_DAY)
    return data.assign_coords({name: axis(str(name), data[name].to_numpy()) for name in data.dims if name in _AXES})


def parameter(run: xr.DataTree, key: str) -> float:
    """Read a parameter that the run used, by dotted key with its stage.

    Raises
    ------
    InputError : the store does not hold it.
    """
    table = json.loads(run.attrs.get("parameters", "{}"))
    if key not in table:
        raise nothing(run, f"the run store does not hold the parameter {key}", "a run of a version that does")
    return float(table[key]["value"])


def records(run: xr.DataTree) -> list[dict[str, Any]]:
    """Read what produced each injury."""
    check_injured(run)
    found: list[dict[str, Any]] = json.loads(run["injury"].attrs.get("record", "[]"))
    return found or [{} for _ in store.session_days(run)]
