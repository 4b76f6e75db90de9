"""Excess fluid of the dermis against its relaxation by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from mendsim.abm.model import HealingModel
from mendsim.abm.tissue import CLOT, DERMIS
from mendsim.common.lattice import Lattice

LATTICE = Lattice.from_size(width_um=160, depth_um=400, spacing_um=10, air_um=80)


@pytest.fixture
def skin():
    """A small skin with vessels everywhere alike."""
    model = HealingModel(lattice=LATTICE)
    model.vessels.open_vessels = lambda code: np.full(model.oxygen.shape, 1.5)
    yield model
    model.close()


def flow_per_h(p, strength, supply):
    """Give the rate of change of the excess as a function of the excess: filtered beyond rest, less lymph."""
    rest = p["drainage.resting_pressure_mmhg"]
    permeability = 3600.0 * p["drainage.filtration_per_mmhg_s"] * supply
    leak = 1.0 + (p["drainage.inflamed_filtration_ratio"] - 1.0) * strength
    pressure = rest + (p["drainage.inflamed_pressure_mmhg"] - rest) * strength

    def rate(_, excess):
        filtered = permeability * leak * (pressure - p["oedema.stiffness_mmhg"] * excess)
        return filtered - permeability * rest - math.log(2.0) / p["oedema.lymph_half_life_h"] * excess

    return rate


def follow(model, hours, steps):
    model.step_h = hours / steps
    for _ in range(steps):
        model.swelling.step()


@pytest.mark.parametrize("steps", [1, 40])
@pytest.mark.parametrize("over_half_effect", [0.2, 1.0, 1e6])
def test_skin_swells_and_sinks_as_its_balance_of_flows(skin, over_half_effect, steps):
    p, inner = skin.parameters, skin.swelling.excess.shape[0] // 2
    half_effect = p["cytokine.endothelium_half_effect_ng_per_ml"]
    expected = 0.0
    for strength, hours in ((over_half_effect, 5.0), (0.3 * over_half_effect, 7.0), (0.0, 20.0)):
        skin.cytokine.concentration[...] = strength * half_effect
        follow(skin, hours, steps)
        rate = flow_per_h(p, strength / (1.0 + strength), supply=1.5)
        expected = solve_ivp(rate, (0.0, hours), [expected], method="LSODA", rtol=1e-10, atol=1e-14).y[0, -1]
        np.testing.assert_allclose(skin.swelling.excess[inner], expected, rtol=1e-7)
        assert expected > 0.0


def test_at_the_steady_state_lymph_carries_what_is_filtered(skin):
    p, inner = skin.parameters, skin.swelling.excess.shape[0] // 2
    skin.cytokine.concentration[...] = p["cytokine.endothelium_half_effect_ng_per_ml"]
    follow(skin, 2000.0, 2)
    excess = float(skin.swelling.excess[inner].mean())
    assert flow_per_h(p, 0.5, supply=1.5)(0.0, excess) == pytest.approx(0.0, abs=1e-12)
    assert excess > 0.0


def test_without_vessels_only_lymph_empties(skin):
    skin.vessels.open_vessels = lambda code: np.zeros(skin.oxygen.shape)
    skin.swelling.excess[...] = 0.2
    follow(skin, 3.0 * skin.parameters["oedema.lymph_half_life_h"], 11)
    np.testing.assert_allclose(skin.swelling.excess, 0.2 / 8.0, rtol=1e-12)


def test_calm_skin_does_not_swell(skin):
    follow(skin, 48.0, 4)
    assert not skin.swelling.excess.any()


def test_thickness_is_the_fluid_of_the_dermis_that_is_there(skin):
    skin.swelling.excess[...] = 0.1
    depth_um = 10.0 * np.count_nonzero(skin.tissue.code == DERMIS, axis=0)
    assert skin.swelling.thickness_um().mean() == pytest.approx(0.1 * depth_um.mean(), rel=1e-12)
    gone = skin.tissue.code[25:35] == DERMIS
    assert gone.all()
    skin.tissue.code[25:35] = CLOT
    assert skin.swelling.thickness_um().mean() == pytest.approx(0.1 * (depth_um.mean() - 100.0), rel=1e-12)
