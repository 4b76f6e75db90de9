"""What each stain is: its dyes, what takes up how much of them, and how it looks, from ``stains.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mendsim.common.errors import InputError, choices

_FILE = Path(__file__).with_name("stains.toml")
_SLIDE = np.array([0.972, 0.965, 0.972], np.float32)
"""Colour of the slide where there is no tissue."""


@dataclass(frozen=True, kw_only=True)
class Stain:
    """A stain that absorbs light.

    Attributes
    ----------
    name, title : for users and for pictures.
    antigen : what an immunostain looks for, empty for others.
    materials : names of what takes up dye.
    absorption : natural optical density of red, green and blue light for a unit of each material,
        ``(materials, 3)``: uptake of dyes times their optical density.
    key : materials that stand for an entry of the legend, by its name.
    """

    name: str
    title: str
    antigen: str
    materials: tuple[str, ...]
    absorption: NDArray[np.float32]
    key: Mapping[str, Mapping[str, float]]

    def density(self, amounts: Mapping[str, Any]) -> Any:
        """Optical density of amounts of materials, numbers or images, with red, green and blue last."""
        rows = {name: self.absorption[self.materials.index(name)] for name in amounts}
        return sum(np.multiply.outer(np.asarray(amount, np.float32), rows[name]) for name, amount in amounts.items())

    def legend(self) -> dict[str, NDArray[Any]]:
        """Colour of each entry of the legend, by its name."""
        return {name: seen(self.density(amounts)) for name, amounts in self.key.items()}


@dataclass(frozen=True, kw_only=True)
class Polarised:
    """A stain that is looked at between polarisers.

    Attributes
    ----------
    name, title : for users and for pictures.
    circular : whether the light is polarised in a circle, so that the direction of fibres does not matter.
    packing, colour : colour of the light by packing of the fibres, 0 to 1, ``(stops,)`` and ``(stops, 3)``.
    key : packing that stands for an entry of the legend, by its name.
    """

    name: str
    title: str
    circular: bool
    packing: NDArray[np.float64]
    colour: NDArray[np.float64]
    key: Mapping[str, float]

    def legend(self) -> dict[str, NDArray[Any]]:
        """Colour of each entry of the legend, by its name."""
        entries = {name: self.light(np.array(packing)) for name, packing in self.key.items()}
        return entries | {"denatured collagen, cells": np.zeros(3)}

    def light(self, packing: NDArray[Any]) -> NDArray[Any]:
        """Colour of the light of fibres by their packing, ``(..., 3)``."""
        return np.stack([np.interp(packing, self.packing, each) for each in self.colour.T], axis=-1)


def seen(density: NDArray[Any]) -> NDArray[Any]:
    """Colour of light that passed through an optical density ``(..., 3)``, by the law of Beer."""
    colour: NDArray[Any] = _SLIDE * np.exp(-np.maximum(density, 0.0))
    return colour


@cache
def stains() -> dict[str, Stain | Polarised]:
    """Every stain by name.

    An uptake of dyes and the optical densities of the dyes multiply to the absorption of a material.
    """
    with _FILE.open("rb") as stream:
        data = tomllib.load(stream)
    densities = {name: np.array(dye["density"]) for name, dye in data["dye"].items()}
    materials = tuple(data["material"])
    found: dict[str, Stain | Polarised] = {}
    for name, about in data["stain"].items():
        full = about if "uptake" in about else {**data["immunostain"], **about}
        absorption = np.zeros((len(materials), 3), np.float32)
        for material, dyes in full["uptake"].items():
            absorption[materials.index(material)] = sum(amount * densities[dye] for dye, amount in dyes.items())
        found[name] = Stain(
            name=name,
            title=full["title"],
            antigen=full.get("antigen", ""),
            materials=materials,
            absorption=absorption,
            key=full["key"],
        )
    light = data["light"]
    for name, about in data["polarised"].items():
        found[name] = Polarised(
            name=name,
            **about,
            packing=np.array(light["packing"]),
            colour=np.array(light["colour"]),
            key=light["key"],
        )
    return found


def stain_of(name: str) -> Stain | Polarised:
    """Find a stain by its name.

    Raises
    ------
    InputError
        If there is none of this name.
    """
    try:
        return stains()[name]
    except KeyError:
        raise InputError("no such stain", value=name, allowed=choices(stains())) from None
