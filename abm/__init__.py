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


def load_parameters() -> Parameters:
    """Every number of the healing model, with unit, range, source and evidence; a table of the caller's own."""
    from mendsim.common.parameters import Parameters

    return Parameters(_read().entries)


@cache
def _read() -> Parameters:
    from mendsim.common.parameters import Parameters

    return Parameters.load_all(Path(__file__).parent, FILES)
