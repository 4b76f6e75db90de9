"""Damage integrals against their closed form, and the order of the thresholds."""

from __future__ import annotations

import numpy as np
import pytest

from mendsim.thermal import DAMAGE_PROCESSES, load_parameters
from mendsim.thermal.damage import (
    TABLE_START_C,
    TABLE_STEP_C,
    accumulate,
    choose_sets,
    default_sets,
    rate,
    rate_table,
    set_names,
)

PARAMETERS = load_parameters()
RISING = (
    "heat_shock",
    "t_cell_apoptosis",
    "keratinocyte_necrosis",
    "fibroblast_necrosis",
    "vessel_coagulation",
    "collagen_denaturation",
)


def held_at(temperature_c, time_s, sets, steps=10):
    """Damage integrals after a time at one temperature, by the production kernel."""
    state = np.full((1, 1), temperature_c)
    omega, peak = np.zeros((1, 1, len(DAMAGE_PROCESSES))), np.zeros((1, 1))
    removed = np.zeros((1, 1), np.bool_)
    table = rate_table(PARAMETERS, sets)
    for _ in range(steps):
        accumulate(state, state, removed, table, TABLE_START_C, TABLE_STEP_C, omega, peak, time_s / steps)
    return dict(zip(DAMAGE_PROCESSES, omega[0, 0], strict=True))


@pytest.mark.parametrize("name", set_names(PARAMETERS))
@pytest.mark.parametrize("temperature_c", [44.98, 60.013, 99.999])
def test_isothermal_damage_is_rate_times_time(name, temperature_c):
    law = PARAMETERS.group(name)
    if "frequency_above_per_s" in law and temperature_c > law["branch_c"]:
        law = {
            "frequency_per_s": law["frequency_above_per_s"],
            "activation_energy_j_per_mol": law["activation_energy_above_j_per_mol"],
        }
    if "cem43_min" in law:
        expected = 2.0 ** (temperature_c - 43) * 7.0 / 60 / law["cem43_min"]
    else:
        exponent = law["activation_energy_j_per_mol"] / 8.314462618 / (temperature_c + 273.15)
        expected = 7.0 * np.exp(np.log(law["frequency_per_s"]) - exponent)
    omega = held_at(temperature_c, 7.0, dict.fromkeys(DAMAGE_PROCESSES, name))
    # Interpolation between rates 0.05 K apart errs by (0.05 Ea / R T^2)^2 / 8, 2e-4 for the steepest law.
    np.testing.assert_allclose(list(omega.values()), expected, rtol=3e-4)


@pytest.mark.parametrize("time_s", [1e-3, 1e-2, 1e-1, 1.0, 10.0, 100.0])
def test_thresholds_rise_in_the_order_of_the_shells(time_s):
    axis = np.arange(38.0, 130.0, 0.01)
    sets = default_sets()
    thresholds = [axis[np.argmax(time_s * rate(PARAMETERS.group(sets[process]), axis) >= 1)] for process in RISING]
    assert thresholds == sorted(thresholds)
    assert len(set(thresholds)) == len(thresholds)


def test_keratinocytes_survive_what_bowman_saw_them_survive():
    """Most survive 1 s at 60 degC and 30 s at 55 degC, in heat shock (doi:10.1152/ajpcell.1997.272.6.C1988)."""
    for temperature_c, time_s in ((60.0, 1.0), (55.0, 30.0)):
        omega = held_at(temperature_c, time_s, choose_sets(PARAMETERS))
        assert np.exp(-omega["keratinocyte_necrosis"]) > 0.75
        assert omega["heat_shock"] > 1
