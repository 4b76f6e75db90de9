"""From a design file to a design: everything is checked before the first run."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from datetime import date, time
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import ValidationError

from mendsim.common.errors import InputError
from mendsim.scenarios.loading import load_beside, load_written
from mendsim.scenarios.problems import told
from mendsim.scenarios.reading import read_toml
from mendsim.scenarios.schema import Scenario
from mendsim.scenarios.sweeping.checking import check_points, no_key_inside_another
from mendsim.scenarios.sweeping.design import FORMAT, Design
from mendsim.scenarios.sweeping.factors import Chosen, Varied, chosen, placed, varied
from mendsim.scenarios.sweeping.keys import Place, place_of, spelled
from mendsim.scenarios.sweeping.sampling import points_needed, unit_points
from mendsim.scenarios.sweeping.tables import (
    MOST_JOBS,
    AnyDesign,
    GridDesign,
    ListDesign,
    MorrisDesign,
    table_at,
    table_of_kind,
)

_MOST_NUMBERS = 20_000_000
"""Points x factors: 160 MB."""


def load_design(path: str | Path) -> Design:
    """Load the design of a sweep from a TOML file.

    Raises
    ------
    InputError : everything that is wrong with it, one line each.
    """
    path, label = Path(path), str(path)
    table = _read(read_toml(path, label), label)
    design = _laid_out(table, load_beside(table.scenario, path, label, key="scenario"), label)
    check_points(design)
    return design


def design_from_dict(data: Mapping[str, Any]) -> Design:
    """Make the design again that `Design.to_dict` was asked of, without the files it came from.

    Its points were checked when it was loaded from its file; the digest tells that it is the same.

    Raises
    ------
    InputError : not such a dictionary, or one that gives another design with this version of mendsim.
    """
    label = str(data.get("label", "design"))
    try:
        known, table, written = data["format"] == FORMAT, dict(data["design"]), dict(data["scenario"])
    except (KeyError, TypeError, ValueError):
        known = False
    if not known:
        raise InputError("not a design that was kept", file=label, allowed=f"format = {FORMAT}")
    design = _laid_out(_read(table, label), load_written(written, label), label)
    if design.digest != data.get("digest"):
        raise InputError("kept with another version of mendsim or its libraries, or edited since", file=label)
    return design


def _read(data: dict[str, Any], label: str) -> AnyDesign:
    if isinstance(table := data.get("factors"), dict):
        data["factors"] = _joined(table, label, "factors", _is_factor)
    if isinstance(table := data.get("set"), dict):
        data["set"] = _joined(table, label, "set", _is_value)
    if isinstance(points := data.get("points"), list):
        data["points"] = [
            _joined(point, label, f"points.{number}", _is_value) if isinstance(point, dict) else point
            for number, point in enumerate(points)
        ]
    kind = table_of_kind(data, label)
    try:
        return kind.model_validate(data)
    except ValidationError as error:
        raise told(error, {}, label, lambda place: table_at(kind, place)) from None


def _is_factor(value: object) -> bool:
    """Whether this is the table of a factor, and not one on the way to it: ``[factors.events.0.pulse_energy]``."""
    return not isinstance(value, dict) or not value or not all(isinstance(inner, dict) for inner in value.values())


def _is_value(value: object) -> bool:
    return not isinstance(value, dict)


def _joined(table: Mapping[str, Any], label: str, where: str, is_end: Any) -> dict[str, Any]:
    """Let ``events.0.passes = 2`` and ``"events.0.passes" = 2`` mean the same."""
    found: dict[str, Any] = {}
    for key, value in _ends(table, "", is_end):
        # A number of an event may be written with zeros in front; two spellings would be two factors.
        parts = (
            str(int(part)) if part.isascii() and part.isdecimal() and len(part) < 9 else part for part in key.split(".")
        )
        plain = ".".join(parts)
        if plain in found:
            raise InputError("key given twice", file=label, key=f"{where}.{plain}", allowed="every key once")
        _check_plain(value, f"{where}.{plain}", label)
        found[plain] = value
    return found


def _ends(table: Mapping[str, Any], prefix: str, is_end: Any) -> Iterator[tuple[str, Any]]:
    for key, value in table.items():
        if is_end(value):
            yield f"{prefix}{key}", value
        else:
            yield from _ends(value, f"{prefix}{key}.", is_end)


def _check_plain(value: Any, where: str, label: str) -> None:
    """Refuse what JSON cannot keep and no scenario holds."""
    if isinstance(value, dict):
        for key, inner in value.items():
            _check_plain(inner, f"{where}.{key}", label)
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            _check_plain(inner, f"{where}.{number}", label)
    elif isinstance(value, (date, time)):
        raise InputError("a date", file=label, key=where, value=str(value), allowed="text, a number, true or false")
    elif isinstance(value, float) and not math.isfinite(value):
        raise InputError("not finite", file=label, key=where, value=value, allowed="a number")


def _laid_out(table: AnyDesign, base: Scenario, label: str) -> Design:
    if isinstance(table, ListDesign):
        keys = list(dict.fromkeys(key for point in table.points for key in point))
        size = len(table.points)
    else:
        keys = list(table.factors)
        size = (
            math.prod(len(factor.values) for factor in table.factors.values())
            if isinstance(table, GridDesign)
            else points_needed(table.kind, factors=len(keys), size=table.size)
        )
    no_key_inside_another(keys, table.fixed, label)
    _check_size(table, size, len(keys), label)
    start = _start(table, base)
    factors: tuple[Chosen | Varied, ...]
    if isinstance(table, ListDesign):
        factors = tuple(_listed(table, start, key, label) for key in keys)
        return Design(label=label, table=table, base=base, factors=factors)
    if isinstance(table, GridDesign):
        factors = tuple(chosen(key, factor, place_of(start, key), label) for key, factor in table.factors.items())
        shape = [len(factor.values) for factor in table.factors.values()]
        grid = np.column_stack(np.unravel_index(np.arange(size), shape))
        return Design(label=label, table=table, base=base, factors=factors, grid=grid)
    factors = tuple(varied(key, factor, place_of(start, key), label) for key, factor in table.factors.items())
    levels = table.levels if isinstance(table, MorrisDesign) else 0
    unit = unit_points(table.kind, factors=len(keys), size=table.size, levels=levels, seed=table.design_seed)
    return Design(label=label, table=table, base=base, factors=factors, unit=unit)


def _listed(table: ListDesign, start: Scenario, key: str, label: str) -> Chosen:
    """Read what every point of a list gives one key; what the scenario says where a point gives nothing."""
    place = place_of(start, key)
    values = tuple(point.get(key) for point in table.points)
    numbers = tuple(
        placed(place.kept, point[key], f"points.{number}.{key}", label) if key in point else _current(place)
        for number, point in enumerate(table.points)
    )
    return Chosen(key=key, values=values, numbers=numbers, unit=place.unit)


def _current(place: Place) -> float | str:
    return math.nan if place.current is None else spelled(place.current)


def _start(table: AnyDesign, base: Scenario) -> Scenario:
    """Find the scenario in which factors are looked up; with bad fixed changes the plain one: points tell of them."""
    try:
        return base.with_values(table.fixed) if table.fixed else base
    except InputError:
        return base


def _check_size(table: AnyDesign, points: int, factors: int, label: str) -> None:
    runs = points * table.replicates
    if runs > MOST_JOBS:
        problem = f"{points} points x {table.replicates} replicates are {runs} runs"
        raise InputError(problem, file=label, allowed=f"up to {MOST_JOBS}")
    if points * factors > _MOST_NUMBERS:
        problem = f"{points} points x {factors} factors are {points * factors} numbers"
        raise InputError(problem, file=label, allowed=f"up to {_MOST_NUMBERS}")
