"""Redness: the blood of the upper dermis, as light sees it, against that of the intact skin (R13, R22)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from mendsim.abm.model import HealingModel


class Redness:
    """Blood in vessels that are not coagulated, weighted by depth; inflamed vessels hold more."""

    def __init__(self, model: HealingModel):
        self.model = model
        field, p = model.oxygen, model.parameters
        depth = np.where(model.intact_dermis, np.maximum(model.lattice.depth_um, 0.0)[:, None, None], np.inf)
        self._weight = field.restrict(np.exp(-depth / p["erythema.depth_um"]))
        self._at_rest = self._blood()

    def _blood(self) -> float:
        model = self.model
        dilated = 1.0 + (model.parameters["erythema.dilation_ratio"] - 1.0) * model.vessels.inflamed()
        return float(np.sum(model.vessels.open_vessels(model.tissue.code) * dilated * self._weight))

    def now(self) -> float:
        """Blood now over blood at the start; 1 in intact skin."""
        return self._blood() / self._at_rest if self._at_rest > 0.0 else 1.0
