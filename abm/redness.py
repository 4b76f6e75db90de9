"""The blood of the upper dermis as light sees it: redness, and flow by laser Doppler (R13, R22)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from mendsim.abm.model import HealingModel


class Redness:
    """Blood in open vessels, weighted by depth; dilated vessels hold more."""

    def __init__(self, model: HealingModel):
        self.model = model
        field, p = model.oxygen, model.parameters
        depth = np.where(model.intact_dermis, np.maximum(model.lattice.depth_um, 0.0)[:, None, None], np.inf)
        self._weight = field.restrict(np.exp(-depth / p["erythema.depth_um"]))
        self._seen = field.restrict(np.exp(-depth / p["doppler.depth_um"]))
        self._blood_at_rest, self._flux_at_rest = self._blood(), self._flux()

    def _blood(self) -> float:
        return float(np.sum(self.model.vessels.raster.blood() * self._weight))

    def _flux(self) -> float:
        return float(np.sum(self.model.vessels.raster.flux() * self._seen))

    def now(self) -> float:
        """Blood now over blood at the start; 1 in intact skin."""
        return self._blood() / self._blood_at_rest if self._blood_at_rest > 0.0 else 1.0

    def doppler(self) -> float:
        """Blood flow as a laser Doppler sees it, blood times its velocity, over that at the start."""
        return self._flux() / self._flux_at_rest if self._flux_at_rest > 0.0 else 1.0
