"""What a design file may say, one table for each kind of design."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, TypeAdapter, field_validator

from mendsim.common.errors import InputError, choices
from mendsim.scenarios.problems import close_names
from mendsim.scenarios.schema import Flag, Table

MOST_JOBS = 1_000_000
"""Runs that one sweep may have: more would not end, and their table would not fit."""

Seed = Annotated[int, Field(strict=True, ge=0, le=2**62)]
MOST_FACTORS = 500
Size = Annotated[int, Field(strict=True, ge=1, le=MOST_JOBS)]


class GridFactor(Table):
    """A value that a grid varies: each of its values is combined with all values of the others."""

    values: Annotated[tuple[Any, ...], Field(min_length=1, description="such as ['20 mJ', '40 mJ']")]


class RangeFactor(Table):
    """A value that a sampled design varies between two bounds."""

    low: Any = Field(description="such as '10 mJ'; a number where the key holds a bare number")
    high: Any = Field(description="above low, of the same dimension")
    scale: Literal["linear", "log"] = "linear"
    step: Any = Field(default=None, description="keeps values to low + whole multiples of this, such as '0.5 h'")


class DesignTable(Table):
    """What every design says."""

    scenario: str = Field(description="a name from mendsim list, or a TOML file in the same folder")
    replicates: Annotated[int, Field(strict=True, ge=1, le=10_000, description="runs of each point")] = 1
    first_seed: Seed = Field(default=1, description="replicates of every point have this seed and those after it")
    outcomes: Annotated[tuple[str, ...], Field(min_length=1)] | None = Field(
        default=None, description="columns of the table; every outcome if not given"
    )
    keep_stores: Flag = False
    fixed: dict[str, Any] = Field(default={}, alias="set", description="changes that hold for every point")


class GridDesign(DesignTable):
    """Every combination of some values."""

    kind: Literal["grid"]
    factors: Annotated[dict[str, GridFactor], Field(min_length=1, max_length=MOST_FACTORS)]


class LatinHypercubeDesign(DesignTable):
    """Points spread evenly over each factor: a first look at many factors."""

    kind: Literal["latin_hypercube"]
    size: Size = Field(description="points")
    design_seed: Seed = 1
    factors: Annotated[dict[str, RangeFactor], Field(min_length=1, max_length=MOST_FACTORS)]


class SobolDesign(DesignTable):
    """Saltelli's scheme for Sobol indices: size x (factors + 2) points."""

    kind: Literal["sobol"]
    size: Size = Field(description="base points, a power of two")
    design_seed: Seed = 1
    factors: Annotated[dict[str, RangeFactor], Field(min_length=1, max_length=MOST_FACTORS)]

    @field_validator("size")
    @classmethod
    def _is_power_of_two(cls, size: int) -> int:
        if size & (size - 1):
            below = 1 << (size.bit_length() - 1)
            raise InputError("not a power of two", value=size, allowed=f"{below} or {2 * below}")
        return size


class MorrisDesign(DesignTable):
    """Trajectories that change one factor at a time: size x (factors + 1) points."""

    kind: Literal["morris"]
    size: Annotated[int, Field(strict=True, ge=2, le=10_000)] = Field(description="trajectories")
    levels: Annotated[int, Field(strict=True, ge=2, le=1000, description="even number of levels")] = 4
    design_seed: Seed = 1
    factors: Annotated[dict[str, RangeFactor], Field(min_length=1, max_length=MOST_FACTORS)]

    @field_validator("levels")
    @classmethod
    def _is_even(cls, levels: int) -> int:
        if levels % 2:
            raise InputError("not an even number", value=levels, allowed=f"{levels - 1} or {levels + 1}")
        return levels


class ListDesign(DesignTable):
    """Points written out one by one."""

    kind: Literal["list"]
    points: Annotated[tuple[dict[str, Any], ...], Field(min_length=1)]


AnyDesign = GridDesign | LatinHypercubeDesign | SobolDesign | MorrisDesign | ListDesign

KINDS: dict[str, type[AnyDesign]] = {
    "grid": GridDesign,
    "latin_hypercube": LatinHypercubeDesign,
    "sobol": SobolDesign,
    "morris": MorrisDesign,
    "list": ListDesign,
}
"""Tables of designs, by the word that stands under ``kind``."""


def design_schema() -> dict[str, Any]:
    """JSON Schema of a design file, for editors."""
    adapter: TypeAdapter[Any] = TypeAdapter(Annotated[AnyDesign, Field(discriminator="kind")])
    return adapter.json_schema(by_alias=True)


def table_of_kind(data: dict[str, Any], label: str) -> type[AnyDesign]:
    """Find the table that fits what a file says under ``kind``.

    Raises
    ------
    InputError : no kind, or an unknown one.
    """
    kind = data.get("kind")
    if kind is None:
        raise InputError("missing key", file=label, key="kind", allowed=choices(KINDS))
    if not isinstance(kind, str) or kind not in KINDS:
        allowed = close_names(kind, KINDS) if isinstance(kind, str) else choices(KINDS)
        raise InputError("unknown choice", file=label, key="kind", value=kind, allowed=allowed)
    return KINDS[kind]


def table_at(design: type[AnyDesign], place: Sequence[str | int]) -> type[BaseModel]:
    """Find the table of a design file that a key belongs to."""
    if len(place) == 1 or place[0] != "factors":
        return design
    return GridFactor if design is GridDesign else RangeFactor
