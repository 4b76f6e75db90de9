from __future__ import annotations

import numpy as np
import pytest

from mendsim.thermal.grid import ZoneGrid
from mendsim.thermal.layers import SkinLayers
from mendsim.thermal.library import load_parameters
from mendsim.thermal.light import Light
from mendsim.thermal.scattered_light import ScatteredLight

GRID = ZoneGrid(np.linspace(0.0, 1e-3, 26), np.linspace(0.0, 2e-3, 41))
WATER = 770.0  # kg/m3


@pytest.fixture
def scattered():
    light = Light.of("er_glass_1550", load_parameters())
    layers = SkinLayers(stratum_corneum_um=15, epidermis_um=75, dermis_um=4000)
    return ScatteredLight(light, 140e-6, layers, GRID, 1000.0)


def state(celsius=34.0, water=WATER):
    return np.full(GRID.shape, celsius), np.full(GRID.shape, water), np.zeros(GRID.shape, bool)


def test_only_traced_light_scatters():
    assert Light.of("er_glass_1550", load_parameters()).scatters
    assert not Light.of("co2_10600", load_parameters()).scatters


def test_a_tracing_is_kept_until_the_skin_has_changed(scattered):
    first = scattered.tally(*state())
    assert scattered.tally(*state(34.5)) is first
    assert scattered.tally(*state(90.0)) is not first


def test_dry_or_warm_skin_lets_light_through(scattered):
    fresh = scattered.tally(*state()).absorbed.sum()
    assert scattered.tally(*state(water=0.5 * WATER)).absorbed.sum() < 0.8 * fresh
    # absorption of water falls with temperature at 1,550 nm (Roettgers 2014)
    assert scattered.tally(*state(celsius=90.0)).absorbed.sum() < fresh


def test_absorption_follows_water_and_ends_where_tissue_is_gone(scattered):
    temperature, water, removed = state()
    water[0], removed[1] = 0.0, True
    absorption = scattered.absorption(temperature, water, removed)
    assert np.all(absorption[:2] == 0.0)
    light = scattered.light
    expected = (light.water_absorption + light.water_absorption_slope * (34.0 - light.reference_c)) * WATER / 1000.0
    assert absorption[2:] == pytest.approx(expected)
