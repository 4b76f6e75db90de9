"""Thermal damage: rates of the processes against temperature, and their integral over time."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.constants import R as GAS_CONSTANT  # J/mol/K

from mendsim.common.errors import InputError, choices
from mendsim.common.parameters import Parameters
from mendsim.thermal.injury import DAMAGE_PROCESSES

ZERO_C = 273.15
TABLE_STEP_C = 0.05
TABLE_START_C = 36.0
TABLE_END_C = 500.0


def arrhenius_rate(
    temperature_c: NDArray[np.float64], *, frequency_per_s: float, activation_energy_j_per_mol: float
) -> NDArray[np.float64]:
    """Rate ``A exp(-Ea / (R T))`` of damage [1/s] at a temperature [degC]; Henriques and Moritz 1947."""
    kelvin = temperature_c + ZERO_C
    return np.exp(np.log(frequency_per_s) - activation_energy_j_per_mol / (GAS_CONSTANT * kelvin))


def dose_rate(temperature_c: NDArray[np.float64], *, cem43_min: float) -> NDArray[np.float64]:
    """Rate ``R^(43 - T) / dose`` of damage [1/s] with R = 1/2 above 43 degC and 1/4 below.

    Sapareto and Dewey 1984, doi:10.1016/0360-3016(84)90379-1. It reaches 1 after ``cem43_min`` minutes at 43 degC.
    """
    above = temperature_c - 43.0
    return np.exp2(np.where(above > 0, above, 2 * above)) / (60.0 * cem43_min)


def rate(law: Mapping[str, float], temperature_c: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rate of damage [1/s] by a law of ``damage_sets.toml`` (its group as a mapping) at a temperature [degC]."""
    if "cem43_min" in law:
        return dose_rate(temperature_c, cem43_min=law["cem43_min"])
    below = arrhenius_rate(
        temperature_c,
        frequency_per_s=law["frequency_per_s"],
        activation_energy_j_per_mol=law["activation_energy_j_per_mol"],
    )
    if "branch_c" not in law:
        return below
    above = arrhenius_rate(
        temperature_c,
        frequency_per_s=law["frequency_above_per_s"],
        activation_energy_j_per_mol=law["activation_energy_above_j_per_mol"],
    )
    return np.where(temperature_c > law["branch_c"], above, below)


def default_sets() -> dict[str, str]:
    """Law of each process, as ``damage_processes.toml`` gives it."""
    return {process: _choices()[process]["set"] for process in DAMAGE_PROCESSES}


def coagulation_process() -> str:
    """Process that histology takes for coagulation, as ``damage_processes.toml`` gives it."""
    return _choices()["coagulation"]["process"]


@cache
def _choices() -> dict[str, dict[str, str]]:
    with (Path(__file__).parent / "damage_processes.toml").open("rb") as stream:
        return tomllib.load(stream)


def set_names(parameters: Parameters) -> tuple[str, ...]:
    """Names of the laws of damage among the parameters."""
    marks = (".frequency_per_s", ".cem43_min")
    return tuple(key.rpartition(".")[0] for key in parameters if key.endswith(marks))


def choose_sets(parameters: Parameters, chosen: Mapping[str, str] | None = None) -> dict[str, str]:
    """Name the law of every process: the default one unless ``chosen`` names another.

    Raises
    ------
    InputError : unknown process or law.
    """
    sets = default_sets() | dict(chosen or {})
    known = set_names(parameters)
    for process, name in sets.items():
        if process not in DAMAGE_PROCESSES:
            raise InputError("unknown damage process", key=process, value=name, allowed=choices(DAMAGE_PROCESSES))
        if name not in known:
            raise InputError("unknown law of damage", key=process, value=name, allowed=choices(known))
    return sets


def rate_table(parameters: Parameters, sets: Mapping[str, str], laws: Sequence[str] = ()) -> NDArray[np.float64]:
    """Rates [1/s] of every process on a fine temperature axis, shape ``(temperatures, processes + laws + 1)``.

    After the processes come further ``laws``. The last column is the thermal dose: minutes at 43 degC gained in a
    second.

    Between entries 0.05 degC apart the rate is interpolated, with a relative error below 1e-3 for any known law.
    """
    axis = np.arange(TABLE_START_C, TABLE_END_C + TABLE_STEP_C, TABLE_STEP_C)
    names = [*(sets[process] for process in DAMAGE_PROCESSES), *laws]
    rates = [rate(parameters.group(name), axis) for name in names]
    return np.stack([*rates, dose_rate(axis, cem43_min=1.0)], axis=1)


@njit(cache=True, nogil=True)
def accumulate(before, after, removed, table, start, step, omega, peak, dt):
    """Add ``dt`` times the mean rate over a step to ``omega`` and keep the highest temperature in ``peak``.

    ``before``, ``after`` and ``peak`` are temperatures [degC] ``(nz, nr)``; ``omega`` is ``(nz, nr, processes)``.
    """
    rows, processes = table.shape
    last = rows - 2
    for k in range(after.shape[0]):
        for i in range(after.shape[1]):
            if removed[k, i]:
                continue
            hottest = max(before[k, i], after[k, i])
            if hottest > peak[k, i]:
                peak[k, i] = hottest
            if hottest <= start:
                continue
            for temperature in (before[k, i], after[k, i]):
                position = (temperature - start) / step
                if position <= 0:
                    continue
                row = min(int(position), last)
                part = min(position - row, 1.0)
                for p in range(processes):
                    omega[k, i, p] += 0.5 * dt * (table[row, p] + part * (table[row + 1, p] - table[row, p]))
