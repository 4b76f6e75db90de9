"""Mechanisms that can be switched off, to see what each is for."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from mendsim.common.errors import InputError, choices
from mendsim.common.parameters import Parameters


@dataclass(frozen=True, kw_only=True)
class Mechanism:
    """What is missing without it, and the parameters that are then 0."""

    meaning: str
    zero: tuple[str, ...]


@cache
def load_mechanisms() -> Mapping[str, Mechanism]:
    """Every mechanism of ``mechanisms.toml``, by name."""
    with (Path(__file__).parent / "mechanisms.toml").open("rb") as stream:
        data = tomllib.load(stream)
    return MappingProxyType(
        {name: Mechanism(meaning=row["meaning"], zero=tuple(row["zero"])) for name, row in data.items()}
    )


def without(parameters: Parameters, names: Iterable[str]) -> Parameters:
    """Copy the parameters of the healing model with some mechanisms switched off.

    Raises
    ------
    InputError : a name that is no mechanism.
    """
    known = load_mechanisms()
    for name in names:
        if name not in known:
            raise InputError("unknown mechanism", key="without", value=name, allowed=choices(known))
        parameters = parameters.with_zeros(known[name].zero, origin=f"without {name}")
    return parameters
