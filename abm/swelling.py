"""Swelling: fluid that inflamed vessels leak into the dermis until lymph has carried it off (R13)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mendsim.abm.tissue import DERMIS

if TYPE_CHECKING:
    from mendsim.abm.model import HealingModel

_SECONDS_PER_HOUR = 3600.0


class Swelling:
    """Excess fluid of the dermis, without flow between its parts.

    Vessels filter by Starling's law, with the coefficients of :mod:`mendsim.abm.drainage` but against the pressure that
    the excess itself makes; lymph carries it off in proportion.

    Attributes
    ----------
    excess : float64 on the cells of the cytokine, mL of fluid in a mL of intact dermis, above that at rest.
    """

    def __init__(self, model: HealingModel):
        self.model = model
        self.excess = np.zeros(model.cytokine.shape)
        self._dermis = model.cytokine.restrict(model.intact_dermis) > 0.0

    def step(self) -> None:
        """Fill and drain for one step, exactly for a steady cytokine."""
        model, p = self.model, self.model.parameters
        if not model.cytokine.concentration.any() and not self.excess.any():
            return
        inflamed = model.vessels.inflamed()
        leak = 1.0 + (p["drainage.inflamed_filtration_ratio"] - 1.0) * inflamed
        supply = model.vessels.open_vessels(model.tissue.code) * self._dermis
        per_mmhg_h = p["drainage.filtration_per_mmhg_s"] * _SECONDS_PER_HOUR * supply
        rest = p["drainage.resting_pressure_mmhg"]
        pressure = rest + (p["drainage.inflamed_pressure_mmhg"] - rest) * inflamed
        filling = per_mmhg_h * (leak * pressure - rest)
        emptying = per_mmhg_h * leak * p["oedema.stiffness_mmhg"] + math.log(2.0) / p["oedema.lymph_half_life_h"]
        steady = filling / emptying
        self.excess = steady + (self.excess - steady) * np.exp(-emptying * model.step_h)

    def thickness_um(self) -> NDArray[np.float64]:
        """Thickness that the excess adds to each column of skin, on the cells of the cytokine, ``(my, mx)``."""
        field = self.model.cytokine
        still_there = field.restrict(self.model.tissue.code == DERMIS)
        added: NDArray[np.float64] = np.sum(self.excess * still_there * field.heights_um, axis=0)
        return added
