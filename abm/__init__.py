"""Cells, fields, matrix and vessels of healing skin, as a Mesa model over columns."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mendsim.common.parameters import Parameters

FILES = (
    "parameters.toml",
    "dermis.toml",
    "inflammation.toml",
    "epidermis.toml",
    "pigment.toml",
    "barrier.toml",
    "drainage.toml",
    "vessels.toml",
    "hair.toml",
    "drug_laws.toml",
    "limits.toml",
)
"""Data files read by `load_parameters`."""


@cache
def load_parameters() -> Parameters:
    """Every number of the healing model, with unit, range, source and evidence."""
    from mendsim.common.parameters import Parameters

    return Parameters.load_all(Path(__file__).parent, FILES)
