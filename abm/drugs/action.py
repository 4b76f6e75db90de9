"""What a drug can do to cells, by how much of it is free where they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, kw_only=True)
class Action:
    """A rate or level of the model that a drug can change.

    Parameters
    ----------
    unit : of its size.
    neutral : size without a drug.
    most : largest size that is allowed.
    meaning : what it changes.
    """

    unit: str
    neutral: float
    most: float
    meaning: str


ACTIONS: Mapping[str, Action] = MappingProxyType(
    {
        "fibroblast_synthesis": Action(unit="1", neutral=1.0, most=10.0, meaning="factor on collagen synthesis"),
        "fibroblast_division": Action(unit="1", neutral=1.0, most=10.0, meaning="factor on division of fibroblasts"),
        "keratinocyte_division": Action(
            unit="1", neutral=1.0, most=10.0, meaning="factor on division of keratinocytes"
        ),
        "cytokine_secretion": Action(
            unit="1", neutral=1.0, most=10.0, meaning="factor on secretion of the inflammatory cytokine by leukocytes"
        ),
        "leukocyte_entry": Action(unit="1", neutral=1.0, most=10.0, meaning="factor on entry of leukocytes"),
        "vegf_secretion": Action(unit="1", neutral=1.0, most=10.0, meaning="factor on resting secretion of VEGF"),
        "t_cell_death": Action(unit="1/h", neutral=0.0, most=1.0, meaning="added death rate of T cells"),
        "vessel_dilation": Action(unit="1", neutral=0.0, most=1.0, meaning="dilation of arterioles, 1 = all they can"),
        "nerve_block": Action(unit="1", neutral=0.0, most=1.0, meaning="share of nerve endings that fire no reflex"),
    }
)
"""Every action, by name."""


@dataclass(frozen=True, kw_only=True)
class DoseResponse:
    """Hill curve from the neutral size without drug to ``full`` with much of it.

    Parameters
    ----------
    neutral, full : sizes.
    half_effect_ug_per_ml : free concentration of half effect.
    hill : exponent.
    """

    neutral: float
    full: float
    half_effect_ug_per_ml: float
    hill: float

    def __call__(self, free_ug_per_ml: NDArray[np.float64]) -> NDArray[np.float64]:
        """Size at free concentrations, ug/mL; below zero, which a solver may leave, counts as none."""
        x = (np.maximum(free_ug_per_ml, 0.0) / self.half_effect_ug_per_ml) ** self.hill
        size: NDArray[np.float64] = self.neutral + (self.full - self.neutral) * x / (1.0 + x)
        return size
