"""Water vapour between skin and room: what drives it, and how it spreads in the still air over the skin.

Densities are g/m3, resistances h/m (density over flux), fluxes g/m2/h.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.constants import R as GAS_CONSTANT  # J/mol/K
from scipy.constants import zero_Celsius
from scipy.fft import dctn, idctn

from mendsim.common.parameters import Parameters

_SECONDS_PER_HOUR = 3600.0
_M2_PER_MM2, _M_PER_MM, _M_PER_UM = 1e-6, 1e-3, 1e-6
_G_PER_M3_OF_WATER = 1e6
_TOLERANCE = 1e-10


class VapourError(ArithmeticError):
    """The spread of vapour over the skin could not be solved."""


def saturated_g_per_m3(temperature_c: float, p: Parameters) -> float:
    """Density of saturated vapour: the Magnus formula for its pressure, and the law of ideal gases."""
    exponent = p["barrier.magnus_factor"] * temperature_c / (temperature_c + p["barrier.magnus_offset_c"])
    pressure = p["barrier.saturation_pressure_pa"] * math.exp(exponent)
    return pressure * p["barrier.water_molar_mass_g_per_mol"] / (GAS_CONSTANT * (temperature_c + zero_Celsius))


@dataclass(frozen=True, kw_only=True)
class Vapour:
    """What drives water out of skin and what holds it back outside.

    Parameters
    ----------
    tissue_g_per_m3 : density of vapour over wet tissue at the temperature of the skin.
    air_g_per_m3 : density of vapour in the room.
    diffusivity_m2_per_h : of vapour in air.
    layer_m : thickness of the still air over the skin.
    cooling_h_per_m : what evaporation costs by cooling the skin: the fall of saturated density with the temperature
        times latent heat over heat transfer. Heat spreads over centimetres in skin, so it follows the mean flux.
    """

    tissue_g_per_m3: float
    air_g_per_m3: float
    diffusivity_m2_per_h: float
    layer_m: float
    cooling_h_per_m: float

    @classmethod
    def of(cls, p: Parameters) -> Vapour:
        """Take everything from the data files."""
        skin_c = p["barrier.skin_temperature_c"]
        tissue = saturated_g_per_m3(skin_c, p)
        slope = saturated_g_per_m3(skin_c + 0.5, p) - saturated_g_per_m3(skin_c - 0.5, p)
        heat_per_flux = p["barrier.latent_heat_j_per_g"] / _SECONDS_PER_HOUR
        return cls(
            tissue_g_per_m3=tissue,
            air_g_per_m3=p["barrier.air_relative_humidity"] * saturated_g_per_m3(p["barrier.air_temperature_c"], p),
            diffusivity_m2_per_h=p["barrier.vapour_diffusivity_mm2_per_s"] * _M2_PER_MM2 * _SECONDS_PER_HOUR,
            layer_m=p["barrier.air_layer_mm"] * _M_PER_MM,
            cooling_h_per_m=slope * heat_per_flux / p["barrier.surface_heat_transfer_w_per_m2_k"],
        )

    @property
    def drive_g_per_m3(self) -> float:
        """Difference of densities between wet tissue and room."""
        return self.tissue_g_per_m3 - self.air_g_per_m3

    @property
    def outside_h_per_m(self) -> float:
        """Resistance of air and cooling to a flux that is the same everywhere."""
        return self.layer_m / self.diffusivity_m2_per_h + self.cooling_h_per_m

    def per_um(self, diffusivity_um2_per_s: float) -> float:
        """Resistance (h/m) of a micrometre of tissue through which liquid water diffuses, ``saturated / (water D)``."""
        diffusivity_m2_per_h = diffusivity_um2_per_s * 1e-12 * _SECONDS_PER_HOUR
        return self.tissue_g_per_m3 * _M_PER_UM / (_G_PER_M3_OF_WATER * diffusivity_m2_per_h)

    def air_per_um(self) -> float:
        """Resistance (h/m) of a micrometre of still air in an open channel."""
        return _M_PER_UM / self.diffusivity_m2_per_h


def fluxes(resistance: NDArray[np.float64], spacing_m: float, vapour: Vapour) -> NDArray[np.float64]:
    """Flux (g/m2/h) out of every column, ``(ny, nx)``, given what lies in series in each (h/m, above 0).

    Over the columns the vapour diffuses in a layer of still air, closed at the sides of the lattice, whose top has
    the density of the room. A pattern of fluxes with the wave number k raises the density at the skin by
    ``tanh(k layer) / (k D)`` times the flux, an even one by ``layer / D`` and the cooling. So the fluxes f obey
    ``resistance f + C^-1 S C f = drive`` with the cosine transform C and the diagonal S; solved by conjugate gradients.

    Raises
    ------
    VapourError : not solved to a relative residual of 1e-10.
    """
    shape = resistance.shape
    wave = np.hypot(*np.meshgrid(*(np.pi * np.arange(n) / (n * spacing_m) for n in shape), indexing="ij"))
    wave[0, 0] = 1.0
    spread = np.tanh(wave * vapour.layer_m) / (wave * vapour.diffusivity_m2_per_h)
    spread[0, 0] = vapour.outside_h_per_m

    def density(flux: NDArray[np.float64]) -> NDArray[np.float64]:
        out: NDArray[np.float64] = resistance * flux + idctn(spread * dctn(flux, norm="ortho"), norm="ortho")
        return out

    # sums by numpy, not by a library that shares them among threads: the same bits on every machine
    diagonal = resistance + spread.mean()
    flux = vapour.drive_g_per_m3 / (resistance + vapour.outside_h_per_m)
    left = vapour.drive_g_per_m3 - density(flux)
    way = step = left / diagonal
    product = float(np.sum(left * step))
    for _ in range(20 * resistance.size + 1000):
        if float(np.sum(left * left)) <= _TOLERANCE**2 * resistance.size * vapour.drive_g_per_m3**2:
            return flux
        image = density(way)
        length = product / float(np.sum(way * image))
        flux = flux + length * way
        left = left - length * image
        step = left / diagonal
        before, product = product, float(np.sum(left * step))
        way = step + product / before * way
    raise VapourError(f"water loss: no solution on {shape[0]} x {shape[1]} columns")
