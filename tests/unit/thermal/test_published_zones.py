from __future__ import annotations

import numpy as np
import pytest

from mendsim.common.targets import load_targets
from mendsim.thermal import load_parameters, published_zones
from mendsim.thermal.device import device_names
from mendsim.thermal.published_zones import LAW_OF_DEPTH, law_of_depth, solve_published


def test_targets_name_known_devices_and_settings():
    zones = published_zones.published_zones()
    assert set(zones) <= set(load_targets())
    assert {session.device for zone in zones.values() for session in zone.sessions} <= set(
        device_names(load_parameters())
    )
    assert zones["T01"].setting == "co2_10600, 80 mJ, 2.67 ms, 120 um"
    assert zones["T12"].setting == "er_yag_2940, 16 x 16 mJ, 0.2 ms, 225 um"
    assert [session.pulse_energy_mj for session in zones["T05"].sessions] == [30.0, 5.0]
    assert [session.stacked_pulses for session in zones["T14"].sessions] == [16, 8, 4, 2, 1]


def test_published_zones_are_solved_once_and_counted():
    told = []
    sizes = solve_published(["T18"], spacing_um=20.0, progress=lambda done, of: told.append((done, of)))
    assert 50.0 < sizes["T18"] < 500.0
    assert solve_published(["T18"], spacing_um=20.0) == sizes
    assert told == [(1, 1)]


def test_a_ratio_is_that_of_two_zones(monkeypatch: pytest.MonkeyPatch):
    depths = {30.0: 600.0, 5.0: 150.0}
    monkeypatch.setattr(published_zones, "solve_alone", lambda session, *_: session.pulse_energy_mj)
    monkeypatch.setattr(published_zones, "summarise", lambda energy: {"coagulation_depth_um": depths[energy]})
    assert solve_published(["T05"]) == {"T05": 4.0}


def test_depth_that_goes_with_the_logarithm_of_energy_is_told_from_depth_that_goes_with_energy():
    energy = 16.0 * 2.0 ** np.arange(5)
    assert law_of_depth(energy, 100.0 + 80.0 * np.log(energy)) == 1.0
    assert law_of_depth(energy, 100.0 + 3.0 * energy) == -1.0
    assert published_zones.published_zones()["T14"].quantity == LAW_OF_DEPTH
