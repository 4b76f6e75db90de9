from __future__ import annotations

from dataclasses import replace

import pytest

from mendsim.common.errors import InputError
from mendsim.common.parameters import Parameters
from mendsim.thermal import load_parameters
from mendsim.thermal.library import device_names
from mendsim.thermal.presets import find_device, usual_pulse_ms, usual_spot_um

USUAL = ("spot_diameter_um", "pulse_power_w", "pulse_duration_ms")


def with_usual(**values: float) -> Parameters:
    """Parameters in which the CO2 laser has these usual settings and no others."""
    entries = load_parameters().entries
    kept = {key: entry for key, entry in entries.items() if key.split(".")[-1] not in USUAL}
    some = entries["co2_10600.wavelength_nm"]
    new = {f"co2_10600.{name}": replace(some, value=value, low=0.0, high=1e6) for name, value in values.items()}
    return Parameters(kept | new)


@pytest.mark.parametrize("name", device_names())
def test_every_preset_is_found_by_its_own_name(name):
    assert find_device(name) == name


def test_a_beginning_is_enough_if_only_one_has_it():
    assert find_device("co2") == find_device("CO2") == "co2_10600"
    with pytest.raises(InputError, match=r"several devices begin so \(got 'er_glass'\); allowed: .*er_glass_1550"):
        find_device("er_glass")


@pytest.mark.parametrize("text", ["ruby", "", "2_10600", "co2_10600_"])
def test_an_unknown_device_is_told_with_the_choices(text):
    with pytest.raises(InputError, match=r"unknown device .*allowed: .*co2_10600.*thulium_1927"):
        find_device(text)


def test_the_pulse_lasts_as_long_as_its_energy_takes_at_the_power_of_the_laser():
    p = with_usual(pulse_power_w=40.0, spot_diameter_um=150.0)
    assert usual_pulse_ms("co2_10600", 20.0, p) == 0.5
    assert usual_spot_um("co2_10600", p) == 150.0
    assert usual_pulse_ms("co2_10600", 20.0, with_usual(pulse_power_w=40.0, pulse_duration_ms=2.0)) == 2.0


def test_a_laser_without_usual_settings_asks_for_them():
    p = with_usual()
    with pytest.raises(InputError, match="spot_um: co2_10600 has no usual spot, so it must be given"):
        usual_spot_um("co2_10600", p)
    with pytest.raises(InputError, match="pulse_ms: co2_10600 has no usual pulse duration, so it must be given"):
        usual_pulse_ms("co2_10600", 20.0, p)
