"""The rows of mechanisms R01-R34: what is measured for each, which tests show it, and how it stands."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from mendsim.common.targets import load_targets


@dataclass(frozen=True, kw_only=True)
class MechanismRow:
    """One statement that the simulator has to reproduce.

    Parameters
    ----------
    id : ``R01`` to ``R34``.
    statement : what happens in skin.
    observables : names of the catalogue, the most telling first.
    tests : of the model, as ``path::name`` from the root of the project.
    pictures : that show it, as paths from there.
    figures : commands that draw it; a run ``NAME.zarr`` is what ``mendsim run NAME`` wrote.
    commands : that show it.
    compared_by : command that sets runs side by side, where the row is about a difference; else empty.
    gap : what is not shown.
    """

    id: str
    statement: str
    observables: tuple[str, ...]
    tests: tuple[str, ...]
    pictures: tuple[str, ...] = ()
    figures: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    compared_by: str = ""
    gap: str = ""

    @property
    def targets(self) -> tuple[str, ...]:
        """Published targets that name the row."""
        return tuple(name for name, target in load_targets().items() if self.id in target.mechanism.split())


@cache
def rows() -> Mapping[str, MechanismRow]:
    """Every row by id, in order."""
    with (Path(__file__).parent / "mechanism_rows.toml").open("rb") as stream:
        table = tomllib.load(stream)
    found = {}
    for name, row in table.items():
        values: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}
        found[name] = MechanismRow(id=name, **values)
    return MappingProxyType(found)


@cache
def rows_of() -> Mapping[str, tuple[str, ...]]:
    """Rows of each outcome, by its name: those that list it, and those of the targets that ask for it."""
    from mendsim.analysis.validation import questions

    found: dict[str, set[str]] = {}
    for row in rows().values():
        for name in row.observables:
            found.setdefault(name, set()).add(row.id)
    for question in questions().values():
        if question.measure is not None:
            found.setdefault(question.measure.name, set()).update(question.target.mechanism.split())
    return MappingProxyType({name: tuple(sorted(ids)) for name, ids in found.items()})
