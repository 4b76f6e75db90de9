"""Light that scatters on its way: where a pulse warms a zone, traced anew as the skin dries and warms."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from mendsim.thermal.grid import ZoneGrid
from mendsim.thermal.layers import SkinLayers
from mendsim.thermal.light import Light
from mendsim.thermal.monte_carlo import Beam, OpticalLayer, PhotonTally, send_photons
from mendsim.thermal.phase import heat_cell

PHOTONS = 50_000
"""Photons of one tracing; conduction smooths their noise."""
STALE = 0.05
"""Share of the absorbed light whose absorption may have changed before it is traced again."""


class ScatteredLight:
    """Shares of a beam that each cell of a zone absorbs, by Monte Carlo; kept until absorption has changed.

    All tracings use the same photons, so that what changes between them is the skin and not the draw.

    Parameters
    ----------
    light : with scattering.
    spot_diameter : 1/e2 diameter on the surface [m].
    layers : the skin.
    grid : of the zone.
    water_density : of water [kg/m3].
    """

    def __init__(self, light: Light, spot_diameter: float, layers: SkinLayers, grid: ZoneGrid, water_density: float):
        self.light, self.grid, self.water_density = light, grid, water_density
        self.beam = Beam(
            shape="top_hat" if light.top_hat else "gaussian",
            diameter=spot_diameter,
            divergence=2.0 * light.beam_quality * light.wavelength / (np.pi * spot_diameter),
        )
        self.depth = 1e-6 * (layers.stratum_corneum_um + layers.epidermis_um)
        self._absorption = np.empty(grid.shape)
        self._tally: PhotonTally | None = None

    def absorption(
        self, temperature: NDArray[np.float64], water: NDArray[np.float64], removed: NDArray[np.bool_]
    ) -> NDArray[np.float64]:
        """Absorption of each cell [1/m]: water absorbs by its amount and warmth, the dry part always."""
        light = self.light
        of_water = light.water_absorption + light.water_absorption_slope * (temperature - light.reference_c)
        return np.where(removed, 0.0, np.maximum(of_water, 0.0) * water / self.water_density + light.dry_absorption)

    def tally(
        self, temperature: NDArray[np.float64], water: NDArray[np.float64], removed: NDArray[np.bool_]
    ) -> PhotonTally:
        """Trace the light through the skin as it is now, or hand out the last tracing if little has changed."""
        now = self.absorption(temperature, water, removed)
        if self._tally is None or self._changed(now, self._tally.absorbed):
            self._absorption = now
            self._tally = send_photons(
                self._layers(float(now[-1, -1])), self.beam, self.grid, photons=PHOTONS, seed=0, absorption=now
            )
        return self._tally

    def _changed(self, now: NDArray[np.float64], absorbed: NDArray[np.float64]) -> bool:
        change = np.abs(now - self._absorption) / np.maximum(self._absorption, 1e-9)
        return float(np.sum(absorbed * change)) > STALE * float(np.sum(absorbed))

    def _layers(self, absorption: float) -> list[OpticalLayer]:
        """Epidermis and dermis; ``absorption`` [1/m] counts outside the grid only."""
        light = self.light
        rows = (
            (light.epidermis_reduced_scattering, light.refractive_index, self.depth),
            (light.reduced_scattering, light.dermis_refractive_index, np.inf),
        )
        return [
            OpticalLayer(
                absorption=absorption,
                scattering=reduced / (1.0 - light.anisotropy),
                anisotropy=light.anisotropy,
                refractive_index=index,
                thickness=thickness,
            )
            for reduced, index, thickness in rows
        ]


@njit(cache=True, nogil=True)
def warm(energy, absorbed, volume, dry_heat, phase, temperature, water, removed, ledger):
    """Give each cell its share of ``energy`` [J]; what a cell cannot take once it is gone passes on (ledger 4)."""
    for k in range(temperature.shape[0]):
        for i in range(temperature.shape[1]):
            heat = energy * absorbed[k, i]
            if heat <= 0.0:
                continue
            if removed[k, i]:
                ledger[4] += heat
                continue
            ledger[4] += heat_cell(heat, k, i, volume[k, i], dry_heat[k], phase, temperature, water, removed, ledger)
