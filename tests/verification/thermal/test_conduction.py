"""Conduction and perfusion against closed solutions, with order of convergence."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import erfc, erfcx

from mendsim.thermal.conduction import conduct, face_conductances
from mendsim.thermal.grid import ZoneGrid, stretched_edges

CONDUCTIVITY, HEAT = 0.4, 4.0e6
DIFFUSIVITY = CONDUCTIVITY / HEAT


class Body:
    """Uniform tissue on a grid, stepped with the production kernels."""

    def __init__(self, grid, surface=0.0, blood=0.0):
        self.grid = grid
        nz, nr = grid.shape
        self.radial, self.axial = np.empty((nz, nr + 1)), np.empty((nz + 1, nr))
        own = np.full((nz, nr), CONDUCTIVITY)
        face_conductances(own, grid.r_edges, grid.z_edges, surface, self.radial, self.axial)
        self.capacity = HEAT * grid.volume
        self.blood = blood * grid.volume
        self.above = np.zeros(nr)
        self.work, self.factor, self.out = np.empty((nz, nr)), np.empty((nz, nr)), np.zeros(2)

    def step(self, rise, dt):
        conduct(
            rise, self.capacity, self.blood, self.radial, self.axial, self.above, self.work, self.factor, dt, self.out
        )  # fmt: skip


def order(errors):
    return np.log2(np.array(errors[:-1]) / np.array(errors[1:]))


def even_grid(radius, depth, spacing):
    return ZoneGrid(np.arange(round(radius / spacing) + 1) * spacing, np.arange(round(depth / spacing) + 1) * spacing)


def gaussian_error(spacing):
    """Largest error after 30 ms, over the largest value, of a Gaussian source in an endless body."""
    radius, time, start = 600e-6, 0.03, 60e-6
    grid = even_grid(radius, 2 * radius, spacing)
    square = grid.r[None, :] ** 2 + (grid.z[:, None] - radius) ** 2

    def exact(t):
        spread = start**2 + 2 * DIFFUSIVITY * t
        return 100 * (start**2 / spread) ** 1.5 * np.exp(-square / (2 * spread))

    body, rise = Body(grid), exact(0.0)
    steps = round(300e-6 / spacing)
    for _ in range(steps):
        body.step(rise, time / steps)
    return np.abs(rise - exact(time)).max() / exact(time).max()


def test_instantaneous_gaussian_source_second_order():
    errors = [gaussian_error(spacing) for spacing in (20e-6, 10e-6, 5e-6)]
    assert errors[-1] < 1e-3  # 12 cells to the first standard deviation: (1/12)^2 / 8
    assert order(errors).min() > 1.9


def half_space_error(spacing):
    """Largest relative error after 50 ms of a half-space under constant flux (Carslaw and Jaeger 2.9)."""
    time, flux = 0.05, 1e5
    grid = even_grid(2 * spacing, 1.2e-3, spacing)
    body, rise = Body(grid), np.zeros(grid.shape)
    body.radial[:] = 0.0  # no heat to the side: one dimension
    steps = round(1000e-6 / spacing)
    dt = time / steps
    for _ in range(steps):
        rise[0] += 0.5 * dt * flux * grid.ring_area / body.capacity[0]
        body.step(rise, dt)
        rise[0] += 0.5 * dt * flux * grid.ring_area / body.capacity[0]
    length = 2 * np.sqrt(DIFFUSIVITY * time)
    scaled = grid.z / length
    exact = flux / CONDUCTIVITY * length * (np.exp(-(scaled**2)) / np.sqrt(np.pi) - scaled * erfc(scaled))
    return np.abs(rise[:, 0] - exact).max() / exact[0]


def test_half_space_heated_at_the_surface_second_order():
    errors = [half_space_error(spacing) for spacing in (20e-6, 10e-6, 5e-6)]
    assert errors[-1] < 2e-3
    assert order(errors).min() > 1.8


def contact_error(spacing, surface):
    """Largest error after 1 s, over the rise above, of a half-space under something hot (Carslaw and Jaeger 2.7).

    Steps grow in proportion to the square root of time, as the heat does that a sudden contact lets in.
    """
    time, hot = 1.0, 30.0
    grid = even_grid(2 * spacing, 2.5e-3, spacing)
    body, rise = Body(grid, surface=surface), np.zeros(grid.shape)
    body.radial[:] = 0.0  # no heat to the side: one dimension
    body.above[:] = hot
    times = time * np.linspace(0.0, 1.0, round(4000e-6 / spacing) + 1) ** 2
    for dt in np.diff(times):
        body.step(rise, dt)
    length = 2 * np.sqrt(DIFFUSIVITY * time)
    scaled, held = grid.z / length, surface / CONDUCTIVITY * 0.5 * length
    # The second term is exp(2 held scaled + held^2) erfc(scaled + held), which alone would overflow.
    exact = erfc(scaled) - np.exp(-(scaled**2)) * erfcx(scaled + held)
    return np.abs(rise[:, 0] / hot - exact).max()


@pytest.mark.parametrize("surface", [1e3, 1e9], ids=["contact conductance", "held temperature"])
def test_half_space_under_a_hot_surface_second_order(surface):
    errors = [contact_error(spacing, surface) for spacing in (40e-6, 20e-6, 10e-6)]
    assert errors[-1] < 2e-4
    assert order(errors).min() > 1.9


def test_disc_conducts_four_times_its_radius_in_the_long_run():
    """Heat from a disc held at a temperature on an insulated half-space tends to 4 k a T (Carslaw and Jaeger 8.2)."""
    radius, hot = 100e-6, 30.0

    def flow(spacing):
        edges = stretched_edges(spacing, 2 * radius, 30e-3, 1.1)
        grid = ZoneGrid(edges, edges)
        body, rise = Body(grid, surface=1e9), np.zeros(grid.shape)
        touched = grid.r < radius
        body.axial[0, ~touched] = 0.0
        body.above[touched] = hot
        dt, time = 1e-5, 0.0
        while time < 200.0:
            body.step(rise, dt)
            time, dt = time + dt, 0.05 * (time + dt)
        return (body.axial[0] * (body.above - rise[0])).sum() / (4 * CONDUCTIVITY * radius * hot)

    # The flux is without bound at the rim, so the error falls with the spacing only.
    errors = [abs(flow(spacing) - 1) for spacing in (20e-6, 10e-6, 5e-6)]
    assert errors[-1] < 0.03
    assert order(errors).min() > 0.8


def test_perfusion_cools_exponentially():
    perfusion, time = 5e3, 100.0
    body = Body(even_grid(200e-6, 200e-6, 20e-6), blood=perfusion)
    body.radial[:], body.axial[:] = 0.0, 0.0
    rise = np.full(body.grid.shape, 10.0)
    for _ in range(100):
        body.step(rise, time / 100)
    # Forward steps of p dt / c = 0.00125 err by half of that, relative to the exponent of 0.125.
    np.testing.assert_allclose(rise, 10 * np.exp(-perfusion * time / HEAT), rtol=1e-4)


@pytest.mark.parametrize("above", [0.0, 40.0], ids=["air", "hot disc"])
@pytest.mark.parametrize("dt", [1e-5, 1e-3, 1e-1])
def test_heat_is_conserved_to_rounding_on_a_stretched_grid_at_any_step(dt, above):
    edges = stretched_edges(5e-6, 200e-6, 1e-3, 1.15)
    body = Body(ZoneGrid(edges, edges), surface=1e4, blood=1e5)
    body.above[:] = above * (body.grid.r < 100e-6)
    rise = 50 * np.exp(-((body.grid.r[None, :] / 1e-4) ** 2) - (body.grid.z[:, None] / 3e-4) ** 2)
    before = (rise * body.capacity).sum()
    for _ in range(20):
        body.step(rise, dt)
    after = (rise * body.capacity).sum()
    assert body.out[1] > 0
    assert body.out[0] > 0 or above
    assert after + body.out.sum() == pytest.approx(before, rel=1e-12)
