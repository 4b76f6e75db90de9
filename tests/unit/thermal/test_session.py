from __future__ import annotations

import math

import pytest

from mendsim.common.errors import InputError
from mendsim.thermal import LaserSession, SkinLayers

GOOD = {
    "device": "co2_10600",
    "pulse_energy_mj": 20.0,
    "pulse_duration_ms": 1.0,
    "spot_diameter_um": 120.0,
    "pattern": "square",
    "density_per_cm2": 100.0,
}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"pattern": "spiral"}, "pattern: unknown pattern.*allowed: square, hexagonal, random"),
        ({"pulse_energy_mj": -5.0}, "pulse_energy_mj: out of range.*-5.*allowed: .* mJ"),
        ({"pulse_energy_mj": math.nan}, "pulse_energy_mj: out of range"),
        ({"pulse_energy_mj": "20"}, "pulse_energy_mj: out of range"),
        ({"pulse_duration_ms": 0.0}, "pulse_duration_ms: out of range"),
        ({"spot_diameter_um": 1100.0}, "spot is wider than the pitch of 1000 um.*allowed: at most 1000 um"),
        ({"density_per_cm2": 0.0}, "density_per_cm2: out of range"),
        ({"scan_order": "spiral"}, "scan_order: unknown order.*allowed: rows, interleaved, random"),
        ({"cooling_c": 90.0}, "cooling_c: out of range.*allowed: -200 to 40 degC"),
        ({"passes": 0}, "passes: out of range"),
        ({"passes": 1.5}, "passes: not a whole number"),
        ({"stacked_pulses": 2, "pulse_interval_ms": 0.5}, "stacked pulses overlap in time"),
    ],
)
def test_bad_settings_are_told_in_one_line(change, message):
    with pytest.raises(InputError, match=message) as caught:
        LaserSession(**(GOOD | change))
    assert "\n" not in str(caught.value)


def test_pitch_follows_from_density_and_pattern():
    assert LaserSession(**GOOD).pitch_um == pytest.approx(1000)
    hexagonal = LaserSession(**(GOOD | {"pattern": "hexagonal"}))
    area_of_one_zone = hexagonal.pitch_um**2 * math.sqrt(3) / 2
    assert area_of_one_zone == pytest.approx(1e6)


def test_layers_need_thicknesses():
    with pytest.raises(InputError, match=r"epidermis_um: a layer has a thickness.*-1"):
        SkinLayers(stratum_corneum_um=10, epidermis_um=-1, dermis_um=1000)
    assert SkinLayers(stratum_corneum_um=10, epidermis_um=70, dermis_um=1000).boundaries_um == (10, 80, 1080)
