"""The data files of the thermal stage: tissue and light, devices, damage kinetics."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from mendsim.common.parameters import Parameters

_FOLDER = Path(__file__).parent
FILES = ("parameters.toml", "optics.toml", "devices.toml", "damage_sets.toml")
"""Data files read by `load_parameters`."""


@cache
def load_parameters() -> Parameters:
    """Read every number of the thermal stage, with its source and evidence."""
    return Parameters.load_all(_FOLDER, FILES)
