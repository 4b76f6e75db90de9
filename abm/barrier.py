"""The barrier of the skin: what each column holds against water, how much is lost, and where the bed dries (R10).

In each column lie in series corneum, living tissue, dead matter, a dry crust, still air in an open channel and the film
of an ointment; over them vapour spreads in the air (:func:`mendsim.abm.vapour.fluxes`). Water that goes sideways in
tissue is left out: tissue holds back a hundredth of what the corneum does. During a step, the air over the lattice is
taken as mixed, for the layer of still air is many times thicker than zones are wide.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mendsim.abm import surface_kernels as kernels
from mendsim.abm.agents.keratinocyte import Keratinocyte
from mendsim.abm.vapour import Vapour, fluxes

if TYPE_CHECKING:
    from mendsim.abm.model import HealingModel

_M_PER_UM = 1e-6


class Surface:
    """Columns of a model as they lie between bed and air.

    Attributes
    ----------
    vapour : what drives the water, and what holds it back outside.
    corneocytes, living, dead, recess : int64 ``(ny, nx)``, sites of each in the column; recess is air below the plane.
    corneum_um : float64 ``(ny, nx)``, thickness of the stratum corneum, averaged over the width of a corneocyte.
    crust_um : float64 ``(ny, nx)``, dry crust that evaporated fluid has left.
    skin_h_per_m : float64 ``(ny, nx)``, resistance to water of what lies on the bed, without crust.
    crawl_factor : float64 ``(ny, nx)``, speed of crawling over that on a moist bed.
    closed_h : time at which corneum last came to cover the whole surface again, not a number if it never did.
    """

    def __init__(self, model: HealingModel):
        self.model = model
        self.vapour = Vapour.of(model.parameters)
        shape = model.tissue.bed_z.shape
        self.corneocytes, self.living, self.dead, self.recess = (np.zeros(shape, np.int64) for _ in range(4))
        self._free, self._covered = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
        self.corneum_um, self.crust_um, self.skin_h_per_m = np.zeros(shape), np.zeros(shape), np.zeros(shape)
        self.crawl_factor = np.ones(shape)
        self.closed_h, self._was_open = math.nan, False
        self.update()

    def update(self) -> None:
        """Count the cells of every column."""
        model, tissue = self.model, self.model.tissue
        kernels.count_layers(
            tissue.occupant,
            model.registry.row_of,
            tissue.bed_z,
            model.population(Keratinocyte)["kind"],
            model.lattice.air_sites,
            self.corneocytes,
            self.living,
            self.dead,
            self.recess,
        )
        spacing = model.lattice.spacing_um
        reach = max(0, round(0.5 * (model.parameters["keratinocyte.corneocyte_width_um"] / spacing - 1.0)))
        kernels.mean_corneum(self.corneocytes, reach, self._free, self._covered, self.corneum_um)
        # a corneocyte of the lattice stands for its share of the thickness that the site has
        self.corneum_um *= model.site.stratum_corneum_um / (model.site.corneocytes_per_mm2 * (spacing * 1e-3) ** 2)
        p, vapour = model.parameters, self.vapour
        corneum = vapour.per_um(p["barrier.corneum_diffusivity_um2_per_s"])
        viable = vapour.per_um(p["barrier.tissue_diffusivity_um2_per_s"]) * spacing
        dead = vapour.per_um(p["barrier.dead_tissue_diffusivity_um2_per_s"]) * spacing
        # the bed gives its water from half a site down
        self.skin_h_per_m = corneum * self.corneum_um + viable * (self.living + 0.5) + dead * self.dead

    def is_open(self) -> bool:
        """Whether corneum is missing anywhere."""
        self.update()
        return not bool(self.corneum_um.all())

    def watch(self) -> None:
        """Note when the surface closes; call in every step, after :meth:`update`."""
        now_open = not bool(self.corneum_um.all())
        if self._was_open and not now_open:
            self.closed_h = self.model.time_h
        self._was_open = now_open

    @property
    def bare(self) -> NDArray[np.bool_]:
        """Columns in which air lies directly on the bed."""
        bare: NDArray[np.bool_] = self.corneocytes + self.living + self.dead == 0
        return bare

    def _resistance(self) -> NDArray[np.float64]:
        """Resistance of each column up to the plane of the skin, ``(ny, nx)`` h/m."""
        film = self.model.aftercare.water_resistance_h_per_m(self.model.time_h)
        crust = self.vapour.per_um(self.model.parameters["barrier.crust_diffusivity_um2_per_s"])
        channel = self.vapour.air_per_um() * self.model.lattice.spacing_um
        resistance: NDArray[np.float64] = self.skin_h_per_m + crust * self.crust_um + channel * self.recess + film
        return resistance

    def _mixed_loss(self, resistance: NDArray[np.float64]) -> NDArray[np.float64]:
        """Loss of each column (g/m2/h) into air that is mixed over the lattice."""
        outside = self.vapour.outside_h_per_m
        conductance = 1.0 / resistance
        loss: NDArray[np.float64] = conductance * self.vapour.drive_g_per_m3 / (1.0 + outside * conductance.mean())
        return loss

    def dry(self) -> None:
        """Let crusts thicken for a step where fluid reaches the air, and be rubbed off where corneum has formed."""
        p = self.model.parameters
        if self.corneum_um.all() and not self.crust_um.any():
            return
        resistance = self._resistance()
        kernels.thicken(
            self.crust_um,
            self._mixed_loss(resistance),
            resistance,
            self.corneum_um,
            self.vapour.per_um(p["barrier.crust_diffusivity_um2_per_s"]),
            p["barrier.exudate_solids_g_per_ml"] / p["barrier.crust_density_g_per_ml"],
            p["keratinocyte.wear_per_h"],
            self.model.step_h,
        )

    def water_activity(self) -> NDArray[np.float64]:
        """Water activity on top of the skin of each column, under any crust or ointment."""
        fall = self._mixed_loss(self._resistance()) * self.skin_h_per_m
        activity: NDArray[np.float64] = 1.0 - fall / self.vapour.tissue_g_per_m3
        return activity

    def water_loss(self) -> NDArray[np.float64]:
        """Water that leaves each column, ``(ny, nx)`` g/m2/h."""
        return fluxes(self._resistance(), self.model.lattice.spacing_um * _M_PER_UM, self.vapour)


def step(model: HealingModel) -> None:
    """Let aftercare wear off, the open surface dry and bacteria grow; a closed surface at rest is left alone."""
    surface, aftercare, microbes = model.surface, model.aftercare, model.microbes
    aftercare.wear_off(model.time_h)
    surface.update()
    surface.watch()
    if surface.corneum_um.all() and microbes.at_rest and not aftercare.end_h and not surface.crust_um.any():
        surface.crawl_factor.fill(1.0)
        return
    surface.dry()
    surface.crawl_factor = crawl_factor(model)
    microbes.step()


def crawl_factor(model: HealingModel) -> NDArray[np.float64]:
    """Speed of crawling over that on a moist bed, ``(ny, nx)``: below 1 in bare columns and those beside them.

    The bed slows crawling as far as it dries: by its loss of water under the films now on it, over that in air.
    """
    p, vapour, aftercare = model.parameters, model.surface.vapour, model.aftercare
    outside = vapour.outside_h_per_m
    dried = outside / (outside + aftercare.water_resistance_h_per_m(model.time_h))
    slowed = (1.0 - (1.0 - p["barrier.dry_crawl_factor"]) * dried) * aftercare.crawl_factor(model.time_h)
    near = np.zeros(model.tissue.bed_z.shape, bool)
    kernels.beside_or_on(model.surface.bare, near)
    return np.where(near, slowed, 1.0)


def observe(model: HealingModel) -> dict[str, float]:
    """Observables of the barrier now; sums run over columns in order."""
    model.surface.update()
    return {
        "water_loss_g_per_m2_h": float(model.surface.water_loss().mean()),
        "bare_bed_fraction": float(np.mean(model.surface.bare)),
        "microbial_load_log10_cfu_per_cm2": float(np.log10(model.microbes.load.mean())),
    }
