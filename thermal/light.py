"""Light in one zone where absorption dominates: a beam of rays that is absorbed by Beer-Lambert's law.

A ray keeps its share of the beam: at depth z it runs at radius ``rho w(z)`` with fixed ``rho``. The radius ``w`` grows
by diffraction, less what the wall of a channel reflects (share ``R``),

    w(z)^2 = w0^2 (1 + ((1 - R) z / z_R)^2),    z_R = pi w0^2 / (M2 lambda).

Light that scatters is traced instead: see `mendsim.thermal.scattered_light`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from mendsim.common.parameters import Parameters
from mendsim.thermal.device import Device
from mendsim.thermal.phase import heat_cell

RHO_END = 2.6
"""Rays reach to 2.6 beam radii, outside of which lies 1.4e-6 of the power."""


@dataclass(frozen=True)
class Light:
    """Light of one wavelength in skin, SI units."""

    wavelength: float
    water_absorption: float
    dry_absorption: float
    reduced_scattering: float
    refractive_index: float
    plume_loss: float
    plume_aspect: float
    beam_quality: float
    top_hat: bool
    anisotropy: float = 0.0
    epidermis_reduced_scattering: float = 0.0
    dermis_refractive_index: float = 1.0
    water_absorption_slope: float = 0.0
    reference_c: float = 0.0

    @classmethod
    def of(cls, device: str, parameters: Parameters) -> Light:
        """Light of a device preset.

        Raises
        ------
        InputError : unknown device, or a wavelength without data.
        """
        preset = Device.of(device, parameters)
        data = parameters.group(f"light_{preset.wavelength_nm:.0f}")
        scattering = {}
        if "anisotropy" in data:
            scattering = {
                "anisotropy": data["anisotropy"],
                "epidermis_reduced_scattering": data["epidermis_reduced_scattering_per_m"],
                "dermis_refractive_index": data["dermis_refractive_index"],
                "water_absorption_slope": data["water_absorption_slope_per_m_k"],
                "reference_c": parameters["water.absorption_reference_c"],
            }
        return cls(
            wavelength=1e-9 * preset.wavelength_nm,
            water_absorption=data["water_absorption_per_m"],
            dry_absorption=data["dry_absorption_per_m"],
            reduced_scattering=data["reduced_scattering_per_m"],
            refractive_index=data["refractive_index"],
            plume_loss=data.get("plume_loss", 0.0),
            plume_aspect=data.get("plume_aspect", 1.0),
            beam_quality=preset.beam_quality,
            top_hat=preset.top_hat,
            **scattering,
        )

    @property
    def scatters(self) -> bool:
        """Whether the light must be traced, for it is scattered before it is absorbed."""
        return self.anisotropy > 0.0

    @property
    def reflectance(self) -> float:
        """Share of the light that the surface reflects at normal incidence (Fresnel)."""
        return ((self.refractive_index - 1) / (self.refractive_index + 1)) ** 2


def beam_radius(light: Light, spot_diameter: float, z: NDArray[np.float64]) -> NDArray[np.float64]:
    """1/e2 radius of the beam [m] at depth z [m] of an open channel; its waist lies on the surface.

    What meets the wall is reflected down the channel, as a surface at grazing incidence does, but for the share that
    the wall takes; so the beam widens by that share of what it would in air.
    """
    waist = 0.5 * spot_diameter
    slope = light.beam_quality * light.wavelength / (np.pi * waist)
    taken = 1.0 - wall_reflectance(light.refractive_index, slope)
    return np.hypot(waist, taken * slope * z)


def peak(light: Light) -> float:
    """Intensity on the axis over the mean within the beam radius."""
    return 1.0 if light.top_hat else 2.0


def wall_reflectance(refractive_index: float, slope: float) -> float:
    """Share of unpolarised light that a wall reflects, met at an angle of this slope (Fresnel)."""
    sine, cosine = slope / np.hypot(1.0, slope), 1.0 / np.hypot(1.0, slope)
    inside = np.sqrt(refractive_index**2 - cosine**2)
    crossed = (sine - inside) / (sine + inside)
    along = (refractive_index**2 * sine - inside) / (refractive_index**2 * sine + inside)
    return float(0.5 * (crossed**2 + along**2))


def through_plume(light: Light, spot_diameter: float, depth: NDArray[np.float64] | float) -> NDArray[np.float64]:
    """Share of the light that reaches skin with a channel of a depth [m] on the axis.

    What is thrown out of a shallow crater spreads out of the way of the light; in a channel deeper than wide it cannot,
    and stands over the whole spot. For a spot of diameter D the share is

        1 - loss (1 - exp(-depth / (aspect D))).
    """
    return 1.0 + light.plume_loss * np.expm1(-np.asarray(depth) / (light.plume_aspect * spot_diameter))


def ray_edges(light: Light, count: int) -> NDArray[np.float64]:
    """Edges of the ray bundles in beam radii, shape ``(count + 1,)``."""
    return np.linspace(0.0, 1.0 if light.top_hat else RHO_END, count + 1)


def ray_share(light: Light, edges: NDArray[np.float64]) -> NDArray[np.float64]:
    """Share of the power of the beam in each bundle; they sum to 1."""
    share = np.diff(edges**2) if light.top_hat else -np.diff(np.exp(-2 * edges**2))
    return share / share.sum()


@njit(cache=True, nogil=True)
def shine(
    energy, rho_edges, share, radius, r_edges, z_edges, volume, dry_heat, optics, phase,
    temperature, water, removed, ledger,
):  # fmt: skip
    """Send one packet of light down the zone and heat, dry and remove what it meets.

    Parameters
    ----------
    energy : energy that enters the tissue [J].
    rho_edges, share : bundles of rays, in beam radii, and the share of the energy in each.
    radius : of the beam [m] in each layer, ``(nz,)``.
    volume, dry_heat : of the cells [m3], and heat capacity of their dry part [J/m3/K].
    optics : absorption of water for each kg/m3 of it [m2/kg], absorption of dry tissue [1/m].
    phase : see `mendsim.thermal.phase.phase_constants`.
    temperature, water, removed : state ``(nz, nr)``, changed.
    ledger : energy [J] added to: 0 stored, 1 latent, 2 carried off, 4 passed on.
    """
    rays = share.size
    nz, nr = temperature.shape
    now = energy * share
    used = np.empty(rays)
    for k in range(nz):
        if now.sum() < 1e-9 * energy:
            break
        depth = z_edges[k + 1] - z_edges[k]
        used[:] = 0.0
        first = 0
        reach = rho_edges[rays] * radius[k]
        for i in range(nr):
            if r_edges[i] >= reach:
                break
            if removed[k, i]:
                continue
            low, high = r_edges[i] / radius[k], r_edges[i + 1] / radius[k]
            while first < rays - 1 and rho_edges[first + 1] <= low:
                first += 1
            incoming = _through(now, rho_edges, first, low, high)
            if incoming > 1e-12 * energy:
                fraction = -np.expm1(-(optics[0] * water[k, i] + optics[1]) * depth)
                absorbed = incoming * fraction
                left = heat_cell(absorbed, k, i, volume[k, i], dry_heat[k], phase, temperature, water, removed, ledger)
                _take(now, rho_edges, first, low, high, fraction * (1.0 - left / absorbed), used)
        now -= used
    ledger[4] += now.sum()


@njit(cache=True, nogil=True)
def _overlap(rho_edges, j, low, high):
    """Share of the cross section of bundle ``j`` between two radii."""
    inner, outer = max(low, rho_edges[j]), min(high, rho_edges[j + 1])
    return (outer**2 - inner**2) / (rho_edges[j + 1] ** 2 - rho_edges[j] ** 2)


@njit(cache=True, nogil=True)
def _through(now, rho_edges, first, low, high):
    """Energy of all rays between two radii, the first of them in bundle ``first``."""
    total = 0.0
    j = first
    while j < now.size and rho_edges[j] < high:
        total += now[j] * _overlap(rho_edges, j, low, high)
        j += 1
    return total


@njit(cache=True, nogil=True)
def _take(now, rho_edges, first, low, high, fraction, used):
    """Book in ``used`` the fraction that the rays between two radii lose."""
    j = first
    while j < now.size and rho_edges[j] < high:
        used[j] += now[j] * fraction * _overlap(rho_edges, j, low, high)
        j += 1
