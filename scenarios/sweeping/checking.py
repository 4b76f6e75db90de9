"""Finding points that cannot be run, before the first run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from mendsim.common.errors import InputError
from mendsim.scenarios.problems import ScenarioError
from mendsim.scenarios.sweeping.design import Design

MOST_CHECKED = 10_000
"""Points that are checked before the first run (about 1 ms each); of larger designs some, spread evenly."""

_USUAL = 20
"""Events, factors and fixed changes, all together; designs with more take longer, so fewer points are checked."""

_MOST_TOLD = 5


def no_key_inside_another(keys: Iterable[str], fixed: Mapping[str, Any], label: str) -> None:
    """Refuse a factor that changes what another factor, or the table ``set``, has changed.

    Raises
    ------
    InputError : two keys of which one is the other, or the beginning of it.
    """
    keys = list(keys)
    paths = {tuple(key.split(".")) for key in keys}
    for key in keys:
        path = tuple(key.split("."))
        for length in range(1, len(path)):
            if path[:length] in paths:
                outer = ".".join(path[:length])
                allowed = "either of them"
                raise InputError(f"this lies inside another factor, {outer}", file=label, key=key, allowed=allowed)
    for key in fixed:
        path = tuple(key.split("."))
        for length in range(1, len(path) + 1):
            if path[:length] in paths:
                outer = ".".join(path[:length])
                problem = f"the factor {outer} replaces this"
                raise InputError(problem, file=label, key=f"set.{key}", allowed="a key that no factor changes")


def check_points(design: Design) -> None:
    """Make the scenario of every point, or of many points of a large design.

    Raises
    ------
    InputError : two points of a list that are the same; points that cannot be run, with number, key and value.
    """
    if design.table.kind == "list":
        _check_distinct(design)
    found: dict[str, InputError] = {}
    bad = 0
    for number in _checked(design):
        job = design.job(number, 0)
        try:
            job.scenario()
        except InputError as error:
            first = error.problems[0] if isinstance(error, ScenarioError) else error
            told = InputError(first.problem, key=first.key, value=first.value, allowed=first.allowed)
            placed = InputError(first.problem, file=job.origin, key=first.key, value=first.value, allowed=first.allowed)
            found.setdefault(str(told), placed)  # what is wrong at every point is told of the first one only
            bad += 1
            if bad == _MOST_TOLD:
                break
    if found:
        raise ScenarioError(found.values())


def _check_distinct(design: Design) -> None:
    seen: dict[str, int] = {}
    for number in range(design.size):
        row = str(list(design.inputs(number).values()))
        if row in seen:
            problem = f"the same as point {seen[row]}"
            raise InputError(problem, file=design.label, key=f"points.{number}", allowed="every point once")
        seen[row] = number


def _checked(design: Design) -> Iterator[int]:
    parts = len(design.base.events) + len(design.factors) + len(design.table.fixed)
    most = max(10, MOST_CHECKED * _USUAL // max(_USUAL, parts))
    if design.size <= most:
        yield from range(design.size)
        return
    if design.grid is not None:  # every value of every factor, beside the first values of the others
        shape = design.grid.max(axis=0) + 1
        for axis, values in enumerate(shape):
            corner = np.zeros((len(shape), min(int(values), most)), dtype=int)
            corner[axis] = np.arange(corner.shape[1])
            yield from np.atleast_1d(np.ravel_multi_index(tuple(corner), tuple(shape))).tolist()
    yield from np.random.default_rng(0).choice(design.size, most, replace=False).tolist()
