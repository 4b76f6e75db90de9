"""Lasers that a scenario describes, and settings of a session beyond pulse and pattern."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mendsim import scenarios
from mendsim.common.errors import InputError

OWN = '[devices.mine]\nwavelength = "10600 nm"\nbeam_quality = 1.5\nspot_diameter = "120 um"\npulse_power = "10 W"\n'
SAVE, PULSE = "[save]", ('pulse_duration = "1 ms"\n', "")


def with_own(write: Callable[..., Path], device: str = OWN, *more: tuple[str, str]) -> Path:
    return write((SAVE, f"{device}\n{SAVE}"), ('"co2_10600"', '"mine"'), *more)


def test_a_device_of_the_scenario_is_fired_with_its_usual_spot_and_power(write):
    path = with_own(write, OWN.replace("120 um", "130 um"), PULSE, ('spot_diameter = "120 um"\n', ""))
    tree = scenarios.treat(path)
    record = tree["injury"].attrs["record"]
    assert '"device": "mine"' in record
    assert '"pulse_duration_ms": 0.5' in record
    assert '"spot_diameter_um": 130.0' in record
    assert float(tree["injury"]["ablated"].max()) == 1.0


@pytest.mark.parametrize(
    ("device", "message"),
    [
        (
            OWN.replace("10600 nm", "532 nm"),
            "devices.mine.wavelength_nm: wavelength without data .*allowed: 1440, 1540",
        ),
        (OWN.replace("devices.mine", "devices.dermis"), "devices.dermis: a name that is taken"),
        (OWN.replace("devices.mine", "devices.other"), "events.0.device: unknown choice .*'mine'"),
        (OWN.replace("beam_quality = 1.5", "beam_quality = 0.2"), "devices.mine.beam_quality"),
        (OWN.replace("10 W", "10 mJ"), "devices.mine.pulse_power: wrong dimension"),
    ],
)
def test_a_device_that_cannot_be_is_told_with_its_key(write, device, message):
    with pytest.raises(InputError, match=message):
        scenarios.load(with_own(write, device))


def test_a_device_without_a_usual_duration_asks_for_one(write):
    bare = OWN.replace('pulse_power = "10 W"\n', "")
    with pytest.raises(InputError, match=r"events.0.pulse_duration: mine has no usual value"):
        scenarios.load(with_own(write, bare, PULSE))


def test_cooling_keeps_the_surface_colder(write):
    density = 'density = "600 /cm^2"\n'
    cold = density + 'cooling_temperature = "5 degC"\ncooling_transfer = "5000 W/m^2/K"\n'
    cold += 'cooling_before = "2 s"\n'
    plain, cooled = (scenarios.treat(write((density, text))) for text in (density, cold))
    dead = [float(tree["injury"]["damage_keratinocyte_necrosis"].sum()) for tree in (plain, cooled)]
    assert 0 < dead[1] < 0.98 * dead[0]
