"""Enthalpy balance of tissue: warm it, boil off its water at constant temperature, warm the rest until it leaves."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from mendsim.common.parameters import Parameters


def phase_constants(p: Parameters) -> NDArray[np.float64]:
    """Specific [J/kg/K] and latent heat [J/kg] of water, boiling, removal and resting temperature [degC]."""
    return np.array(
        [
            p["water.specific_heat_j_per_kg_k"],
            p["water.latent_heat_j_per_kg"],
            p["water.boiling_c"],
            p["ablation.removal_c"],
            p["skin.temperature_c"],
        ]
    )


def dermis_heat_capacity(p: Parameters) -> float:
    """Heat capacity of unit volume of dermis [J/m3/K]."""
    return p["dermis.density_kg_per_m3"] * p["dermis.specific_heat_j_per_kg_k"]


def removal_heat(p: Parameters) -> float:
    """Heat that unit volume of dermis takes up before it leaves [J/m3]."""
    water = p["dermis.density_kg_per_m3"] * p["dermis.water_fraction"]
    dry = dermis_heat_capacity(p) - water * p["water.specific_heat_j_per_kg_k"]
    boiling = p["water.boiling_c"]
    return (
        dermis_heat_capacity(p) * (boiling - p["skin.temperature_c"])
        + water * p["water.latent_heat_j_per_kg"]
        + dry * (p["ablation.removal_c"] - boiling)
    )


@njit(cache=True, nogil=True)
def absorb_heat(heat, temperature, water, dry_heat, phase):
    """Give unit volume of tissue some heat [J/m3].

    Parameters
    ----------
    heat : heat [J/m3].
    temperature, water, dry_heat : state [degC], water [kg/m3], heat capacity of the dry part [J/m3/K].
    phase : see `phase_constants`.

    Returns
    -------
    New temperature, new water, and the heat left over once the tissue has reached the temperature at which it leaves.
    """
    water_heat, latent, boiling, removal = phase[0], phase[1], phase[2], phase[3]
    if water > 0.0:
        capacity = dry_heat + water * water_heat
        to_boiling = capacity * (boiling - temperature)
        if heat <= to_boiling:
            return temperature + heat / capacity, water, 0.0
        heat -= to_boiling
        boiled = heat / latent
        if boiled < water:
            return boiling, water - boiled, 0.0
        heat -= water * latent
        temperature = boiling
    to_removal = dry_heat * (removal - temperature)
    if heat < to_removal:
        return temperature + heat / dry_heat, 0.0, 0.0
    return removal, 0.0, heat - to_removal


@njit(cache=True, nogil=True)
def heat_cell(heat, k, i, volume, dry_heat, phase, temperature, water, removed, ledger):
    """Give cell (k, i) some heat [J], remove it if that suffices, and book where the heat goes.

    ``ledger`` [J]: 0 stored, 1 latent, 2 carried off by vapour and ejected tissue. Returns the heat left over [J].
    """
    water_heat, latent, boiling, rest = phase[0], phase[1], phase[2], phase[4]
    old_t, old_w = temperature[k, i], water[k, i]
    new_t, new_w, left = absorb_heat(heat / volume, old_t, old_w, dry_heat, phase)
    temperature[k, i], water[k, i] = new_t, new_w
    boiled = (old_w - new_w) * volume
    ledger[1] += boiled * latent
    ledger[2] += boiled * water_heat * (boiling - rest)
    stored = (dry_heat + new_w * water_heat) * (new_t - rest) * volume
    ledger[0] -= (dry_heat + old_w * water_heat) * (old_t - rest) * volume
    if new_w == 0.0 and new_t >= phase[3]:
        removed[k, i] = True
        ledger[2] += stored
    else:
        ledger[0] += stored
    return left * volume


@njit(cache=True, nogil=True)
def boil(volume, dry_heat, phase, temperature, water, removed, ledger):
    """Boil water wherever conduction brought tissue above the boiling point."""
    boiling, water_heat = phase[2], phase[0]
    for k in range(temperature.shape[0]):
        for i in range(temperature.shape[1]):
            if removed[k, i] or water[k, i] == 0.0 or temperature[k, i] <= boiling:
                continue
            capacity = (dry_heat[k] + water[k, i] * water_heat) * volume[k, i]
            excess = capacity * (temperature[k, i] - boiling)
            temperature[k, i] = boiling
            ledger[0] -= excess
            heat_cell(excess, k, i, volume[k, i], dry_heat[k], phase, temperature, water, removed, ledger)
