"""Bacteria on the surface: few on dry skin, growing where it is moist, killed by neutrophils and antiseptic (R10)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from mendsim.abm import surface_kernels as kernels

if TYPE_CHECKING:
    from mendsim.abm.model import HealingModel

_CM2_PER_UM2 = 1e-8
_ML_PER_MM3 = 1e-3
_AT_REST = 1e-6
"""Share of the resident number by which a load may differ and count as at rest."""


class Microbes:
    """Bacteria in each column, a field without chance.

    Attributes
    ----------
    load : float64 ``(ny, nx)``, CFU/cm2.
    """

    def __init__(self, model: HealingModel):
        self.model = model
        self.resident = 10.0 ** model.parameters["microbe.resident_log10_cfu_per_cm2"]
        self.load = np.full(model.tissue.bed_z.shape, self.resident)
        self.at_rest = True

    def step(self) -> None:
        """Grow and be cleared for a step, on the surface as :class:`mendsim.abm.barrier.Surface` last counted it.

        Where water activity allows it, numbers follow the logistic law with arrival from the skin around; elsewhere
        they return to the resident number. Neutrophils kill in proportion to their number (Li 2002,
        doi:10.1073/pnas.122244799) at the bed.
        """
        model, p = self.model, self.model.parameters
        surface, dt, neutrophils = model.surface, model.step_h, model.leukocytes.neutrophils
        kill = model.aftercare.kill_per_h(model.time_h, dt)
        moist = surface.water_activity() >= p["microbe.least_water_activity"]
        if self.at_rest and kill == 0.0 and not moist.any():
            return
        kernels.grow(
            self.load,
            moist,
            surface.corneum_um,
            model.tissue.bed_z,
            neutrophils.concentration,
            neutrophils.factor,
            dt,
            self.resident,
            10.0 ** p["microbe.capacity_log10_cfu_per_cm2"],
            p["microbe.drying_per_h"],
            math.log(2.0) / p["microbe.doubling_time_corneum_h"],
            math.log(2.0) / p["microbe.doubling_time_bed_h"],
            p["microbe.critical_neutrophils_per_ml"] * _ML_PER_MM3,
            kill,
        )
        # what has come back to rest stays there, so that nothing is computed for it
        self.load[np.abs(self.load - self.resident) < _AT_REST * self.resident] = self.resident
        self.at_rest = bool(np.all(self.load == self.resident))
        self._alarm()

    def _alarm(self) -> None:
        """Let an open bed give off cytokine for the bacteria on it above the resident number."""
        model = self.model
        release = model.parameters["microbe.cytokine_release_pg_per_million_cfu_h"]
        if release == 0.0:
            return
        area_cm2 = model.lattice.spacing_um**2 * _CM2_PER_UM2
        excess = np.maximum(self.load - self.resident, 0.0) * area_cm2 * 1e-6
        quanta = (model.quanta(release) * np.where(model.surface.corneum_um > 0.0, 0.0, excess)).astype(np.int64)
        y, x = np.indices(quanta.shape)
        factor = model.cytokine.factor
        np.add.at(model.cytokine.source, (model.tissue.bed_z // factor, y // factor, x // factor), quanta)
