"""Sizes of hairs and cells that are only drawn, from ``drawn_anatomy.toml``."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

FIBROBLAST_STATES = ("quiescent", "activated", "myofibroblast", "apoptotic")
"""In the order of their codes."""


@cache
def drawn() -> dict[str, float]:
    """Every number of the file, as ``drawn()["hair.terminal_radius"]``."""
    with Path(__file__).with_name("drawn_anatomy.toml").open("rb") as stream:
        groups = tomllib.load(stream)
    return {f"{group}.{name}": entry["value"] for group, entries in groups.items() for name, entry in entries.items()}


def hair_size(*, terminal: bool) -> float:
    """Size of a hair and its follicle across, against terminal ones: skin but that of the scalp has vellus hair."""
    return 1.0 if terminal else drawn()["hair.vellus_ratio"]


def hair_radius_um(*, terminal: bool) -> float:
    """Radius of a hair."""
    return hair_size(terminal=terminal) * drawn()["hair.terminal_radius"]


def spindle_um(state: str) -> tuple[float, float]:
    """Half length and half width of a fibroblast."""
    return drawn()[f"fibroblast.{state}_half_length"], drawn()[f"fibroblast.{state}_half_width"]


def fibroblast_ball_um(state: str) -> float:
    """Radius of the ball as large as the spindle of a fibroblast."""
    length, width = spindle_um(state)
    return float((length * width**2) ** (1 / 3))
