"""Water loss, crust and bacteria against solutions by hand."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from mendsim.abm import load_parameters, surface_kernels
from mendsim.abm.vapour import Vapour, fluxes, saturated_g_per_m3

PARAMETERS = load_parameters()
VAPOUR = Vapour.of(PARAMETERS)
STILL = replace(VAPOUR, cooling_h_per_m=0.0)


def hole(width, n, *, closed, opened=1e-9):
    """Resistances of a section with a hole in the middle, ``width`` as a share of its ``n`` columns."""
    x = (np.arange(n) + 0.5) / n
    return np.where(np.abs(x - 0.5) < 0.5 * width, opened, closed)[None, :]


def test_saturated_vapour_is_that_of_the_tables():
    for temperature_c, g_per_m3 in ((0.0, 4.85), (20.0, 17.3), (30.0, 30.4), (37.0, 43.9)):
        assert saturated_g_per_m3(temperature_c, PARAMETERS) == pytest.approx(g_per_m3, rel=5e-3)


@pytest.mark.parametrize("shape", [(1, 37), (12, 9)])
def test_uniform_skin_is_resistances_in_series(shape):
    loss = fluxes(np.full(shape, 3.0), 1e-5, VAPOUR)
    by_hand = VAPOUR.drive_g_per_m3 / (3.0 + VAPOUR.layer_m / VAPOUR.diffusivity_m2_per_h + VAPOUR.cooling_h_per_m)
    np.testing.assert_allclose(loss, by_hand, rtol=1e-9)


def test_cooling_is_the_heat_balance_of_a_wet_surface():
    """Against the temperature that a wet surface takes by itself: linear to a few per cent over its 5 degrees."""
    heat_transfer = PARAMETERS["barrier.surface_heat_transfer_w_per_m2_k"]
    temperature_c = PARAMETERS["barrier.skin_temperature_c"]
    for _ in range(200):
        density = saturated_g_per_m3(temperature_c, PARAMETERS) - VAPOUR.air_g_per_m3
        loss = density * VAPOUR.diffusivity_m2_per_h / VAPOUR.layer_m
        cooled = loss * PARAMETERS["barrier.latent_heat_j_per_g"] / 3600.0 / heat_transfer
        temperature_c += 0.2 * (PARAMETERS["barrier.skin_temperature_c"] - cooled - temperature_c)
    assert VAPOUR.drive_g_per_m3 / VAPOUR.outside_h_per_m == pytest.approx(loss, rel=0.05)


def test_a_wide_hole_is_the_sum_by_area_and_comes_nearer_with_a_thinner_layer():
    errors = []
    for layer_m in (1.6e-3, 8e-4, 4e-4):
        vapour = replace(STILL, layer_m=layer_m)
        resistance = hole(0.4, 1000, closed=3.0, opened=1e-4)
        loss = fluxes(resistance, 40e-3 / 1000, vapour).mean()
        series = vapour.drive_g_per_m3 / (resistance + layer_m / vapour.diffusivity_m2_per_h)
        errors.append(loss / series.mean() - 1.0)
    assert 0.0 < errors[-1] < 0.03
    assert errors[0] / errors[1] == pytest.approx(2.0, rel=0.15)
    assert errors[1] / errors[2] == pytest.approx(2.0, rel=0.15)


@pytest.mark.parametrize("shape", [(1, 64), (16, 16)])
def test_what_leaves_the_skin_leaves_the_air(shape):
    rng = np.random.default_rng(2)
    resistance = 10.0 ** rng.uniform(-3.0, 1.0, shape)
    loss = fluxes(resistance, 1e-5, VAPOUR)
    # the mean of the density over the skin drives what goes out at the top
    over_skin = VAPOUR.drive_g_per_m3 - resistance * loss
    assert over_skin.mean() / VAPOUR.outside_h_per_m == pytest.approx(loss.mean(), rel=1e-7)
    assert (loss > 0.0).all()


@pytest.mark.parametrize("width", [0.5, 0.1])
def test_a_row_of_slits_converges_to_the_exact_constriction(width):
    """Wet slits of the share w in a closed plane, period L, act as still air thicker by ``L / pi ln csc(pi w / 2)``."""
    period_m = 1e-3
    thicker = STILL.layer_m - period_m / math.pi * math.log(math.sin(0.5 * math.pi * width))
    exact = STILL.drive_g_per_m3 * STILL.diffusivity_m2_per_h / thicker
    errors = []
    for n in (40, 80, 160):
        loss = fluxes(hole(width, n, closed=1e6, opened=1e-7), period_m / n, STILL).mean()
        errors.append(abs(loss / exact - 1.0))
    assert errors[2] < 3e-3
    assert errors[0] / errors[1] > 1.7
    assert errors[1] / errors[2] > 1.7


def test_narrow_holes_under_a_thick_layer_share_one_density():
    """The limit that a step uses: air that is mixed over the lattice."""
    resistance = np.where(np.arange(200) % 10 == 0, 0.5, 4.0)[None, :]
    conductance = np.mean(1.0 / resistance)
    mixed = VAPOUR.drive_g_per_m3 * conductance / (1.0 + conductance * VAPOUR.outside_h_per_m)
    assert fluxes(resistance, 1e-5, VAPOUR).mean() == pytest.approx(mixed, rel=2e-3)


@pytest.mark.parametrize(
    ("arrival", "growth", "brake"), [(150.0, 0.4, 4e-9), (150.0, -0.6, 4e-9), (150.0, -0.2, 0.0), (0.0, 0.4, 4e-4)]
)
def test_bacteria_follow_the_logistic_law(arrival, growth, brake):
    start = 800.0
    exact = solve_ivp(lambda _, n: arrival + growth * n - brake * n * n, (0.0, 40.0), [start], rtol=1e-10, atol=1e-8).y[
        0, -1
    ]
    number = start
    for _ in range(80):
        number = surface_kernels.logistic(number, arrival, growth, brake, 0.5)
    assert number == pytest.approx(exact, rel=1e-6)
    assert surface_kernels.logistic(start, arrival, growth, brake, 40.0) == pytest.approx(exact, rel=1e-6)
    assert surface_kernels.logistic(start, 0.0, 0.0, 0.0, 40.0) == pytest.approx(start)
    assert surface_kernels.logistic(start, arrival, 0.0, 0.0, 40.0) == pytest.approx(start + 40.0 * arrival)


def crusted(density_g_per_m3, bare, hours, steps):
    """Crust after some hours at a given difference of densities, in a number of steps."""
    crust, per_um, solids = np.zeros((1, 1)), 0.02, 0.03
    for _ in range(steps):
        resistance = np.full((1, 1), bare) + per_um * crust
        loss = density_g_per_m3 / resistance
        surface_kernels.thicken(crust, loss, resistance, np.zeros((1, 1)), per_um, solids, 0.1, hours / steps)
    return crust[0, 0]


def test_a_crust_grows_as_the_root_of_time_in_steps_of_any_length():
    assert crusted(20.0, 0.1, 6.0, 1) == pytest.approx(crusted(20.0, 0.1, 6.0, 60), rel=1e-9)
    # early by the loss of the bare bed, late by the crust alone: s^2 = 2 solids density t / per_um
    assert crusted(20.0, 0.1, 1e-4, 1) == pytest.approx(0.03 * 20.0 / 0.1 * 1e-4, rel=1e-3)
    assert crusted(20.0, 0.1, 1e5, 1) == pytest.approx(math.sqrt(2.0 * 0.03 * 20.0 * 1e5 / 0.02), rel=3e-3)
