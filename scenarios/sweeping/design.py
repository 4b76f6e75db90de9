"""The design of a sweep: its points, and the runs that they ask for."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, overload

import numpy as np

from mendsim.scenarios.schema import Scenario
from mendsim.scenarios.sweeping.factors import Chosen, Varied
from mendsim.scenarios.sweeping.tables import AnyDesign, MorrisDesign

FORMAT = 1
"""Of what `Design.to_dict` gives; goes up when it changes."""

_UNIT_DIGITS = 9
"""Digits of a sampled point that count for the digest: the last ones may depend on the machine."""


@dataclass(frozen=True, kw_only=True)
class Job:
    """One run of a sweep.

    Parameters
    ----------
    point : number of the point, from 0.
    replicate : from 0.
    seed : of every random draw; the same for all points of a replicate (common random numbers).
    values : changes of this point, as `Scenario.with_values` takes them.
    base : what is changed.
    fixed : changes that hold for every point.
    origin : name of the design and the point in errors.
    """

    point: int
    replicate: int
    seed: int
    values: Mapping[str, Any]
    base: Scenario
    fixed: Mapping[str, Any]
    origin: str

    def scenario(self) -> Scenario:
        """Make the scenario of this run.

        Raises
        ------
        ScenarioError : the values of this point cannot be run.
        """
        return self.base.with_values({**self.fixed, **self.values}, origin=self.origin)


class Points(Sequence[dict[str, Any]]):
    """The changes of every point, made when they are asked for: a million of them take no room."""

    def __init__(self, design: Design):
        self._design = design

    def __len__(self) -> int:
        return self._design.size

    @overload
    def __getitem__(self, number: int) -> dict[str, Any]: ...
    @overload
    def __getitem__(self, number: slice) -> list[dict[str, Any]]: ...
    def __getitem__(self, number: int | slice) -> dict[str, Any] | list[dict[str, Any]]:
        if isinstance(number, slice):
            return [self._design.values_of(one) for one in range(*number.indices(len(self)))]
        return self._design.values_of(range(len(self))[number])


@dataclass(frozen=True, kw_only=True, eq=False)
class Design:
    """What a sweep runs; made by `load_design`.

    Parameters
    ----------
    label : its name in errors.
    table : the design file as it was read.
    base : the scenario that is changed.
    factors : what is varied; of a list the keys that any of its points names.
    unit : a sampled design: points x factors in the unit cube, in the order that their analysis needs.
    grid : a grid: points x factors, the number of the value that a factor takes.
    """

    label: str
    table: AnyDesign
    base: Scenario
    factors: tuple[Chosen | Varied, ...]
    unit: np.ndarray | None = None
    grid: np.ndarray | None = None

    @property
    def kind(self) -> str:
        """Which of `KINDS` it is."""
        return self.table.kind

    @property
    def size(self) -> int:
        """Number of points."""
        if self.table.kind == "list":
            return len(self.table.points)
        matrix = self.unit if self.grid is None else self.grid
        assert matrix is not None  # noqa: S101 - one of them is there
        return len(matrix)

    @property
    def runs(self) -> int:
        """Number of runs: points x replicates."""
        return self.size * self.table.replicates

    @property
    def levels(self) -> int:
        """Levels of a Morris design, 0 for any other."""
        return self.table.levels if isinstance(self.table, MorrisDesign) else 0

    @property
    def points(self) -> Points:
        """Changes of every point, by dotted key."""
        return Points(self)

    @property
    def units(self) -> dict[str, str]:
        """Unit of the number that `inputs` gives for each factor; ``1`` for a bare number or text."""
        return {factor.key: factor.unit for factor in self.factors}

    @cached_property
    def numbers(self) -> np.ndarray:
        """Points x factors of a sampled design, in the units of `units`."""
        if self.unit is None:
            raise ValueError(f"a {self.kind} is not sampled")
        columns = [f.numbers(axis) for f, axis in zip(self.factors, self.unit.T, strict=True) if isinstance(f, Varied)]
        return np.column_stack(columns)

    def values_of(self, point: int) -> dict[str, Any]:
        """Give the changes of one point, as `Scenario.with_values` takes them."""
        if self.table.kind == "list":
            return dict(self.table.points[point])
        return {
            factor.key: factor.values[self.grid[point, at]]  # type: ignore[index]
            if isinstance(factor, Chosen)
            else factor.value(self.numbers[point, at])
            for at, factor in enumerate(self.factors)
        }

    def inputs(self, point: int) -> dict[str, float | str]:
        """Give a row of the table: every factor of a point as a number in `units`, or as text where it is none."""
        row: dict[str, float | str] = {}
        for at, factor in enumerate(self.factors):
            if isinstance(factor, Varied):
                row[factor.key] = float(f"{self.numbers[point, at]:.12g}")
            else:
                row[factor.key] = factor.numbers[point if self.grid is None else self.grid[point, at]]
        return row

    def job(self, point: int, replicate: int) -> Job:
        """Describe one run."""
        return Job(
            point=point,
            replicate=replicate,
            seed=self.table.first_seed + replicate,
            values=self.values_of(point),
            base=self.base,
            fixed=self.table.fixed,
            origin=f"{self.label}: point {point}",
        )

    def jobs(self) -> Iterator[Job]:
        """Every run; every point once before any point again, so that a sweep cut short is whole but coarser."""
        for replicate in range(self.table.replicates):
            for point in range(self.size):
                yield self.job(point, replicate)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of everything that decides what is run: equal for equal sweeps, whatever the file is called."""
        told = {**self._told(), "factors": {factor.key: factor.about() for factor in self.factors}}
        digest = hashlib.sha256(json.dumps(told, sort_keys=True).encode())
        if self.unit is not None:
            digest.update(np.rint(self.unit * 10**_UNIT_DIGITS).astype("<i8").tobytes())
        return digest.hexdigest()

    def to_dict(self) -> dict[str, Any]:
        """Everything that `design_from_dict` needs, and what a reader wants to see, ready for JSON."""
        about = {"label": self.label, "points": self.size, "runs": self.runs, "units": self.units}
        return {"format": FORMAT, **about, **self._told(), "digest": self.digest}

    def _told(self) -> dict[str, Any]:
        return {
            "design": self.table.model_dump(by_alias=True, mode="json", exclude_none=True),
            "scenario": {**self.base.written, "name": self.base.name},
        }
