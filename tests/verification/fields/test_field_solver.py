"""The field solver against analytic solutions; each tolerance says where it comes from."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest

from mendsim.abm.core import WorkPool
from mendsim.abm.fields.field import SOURCE_QUANTUM_NG_PER_H, Field, FieldError
from mendsim.common.lattice import Lattice

SOLVER = 1e-5  # the solver stops at a relative residual of 1e-6


def field(shape, *, spacing=10.0, factor=1, diffusivity=10.0, half_life_s=math.inf):
    nz, ny, nx = shape
    decay = 0.0 if math.isinf(half_life_s) else math.log(2.0) / half_life_s
    lattice = Lattice(nz=nz, ny=ny, nx=nx, spacing_um=spacing, air_sites=0)
    made = Field(name="tracer", unit="ng/mL", lattice=lattice, factor=factor, decay_per_s=decay)
    made.set_diffusivity(diffusivity)
    return made


@pytest.mark.parametrize("shape", [(75, 1, 100), (31, 1, 1), (9, 10, 11), (64, 1, 64)])
@pytest.mark.parametrize("factor", [1, 2])
def test_mass_is_conserved(shape, factor):
    made = field(shape, factor=factor)
    rng = np.random.default_rng(1)
    made.source[...] = rng.integers(0, 10**9, made.shape)
    expected = made.source.sum() * SOURCE_QUANTUM_NG_PER_H * 0.5
    made.step(0.5)
    assert made.total_amount() == pytest.approx(expected, rel=SOLVER)
    for _ in range(3):
        made.step(0.5)
    assert made.total_amount() == pytest.approx(expected, rel=4 * SOLVER)
    assert made.concentration.min() > -1e-6 * made.concentration.max()


def test_what_decays_is_counted():
    made = field((20, 1, 20), half_life_s=600.0)
    made.concentration[5:9, 0, 5:9] = 3.0
    before = made.total_amount()
    made.step(0.25)
    assert made.total_amount() + made.decayed == pytest.approx(before, rel=SOLVER)


def test_uniform_decay_is_backward_euler_of_an_exponential():
    made = field((8, 1, 8), half_life_s=3600.0)
    made.concentration[...] = 5.0
    made.step(0.1)
    assert made.concentration == pytest.approx(5.0 / (1.0 + math.log(2.0) * 0.1), rel=SOLVER)


@pytest.mark.parametrize(("shape", "dimensions"), [((101, 1, 101), 2), ((41, 41, 41), 3)])
def test_a_point_source_spreads_as_a_gaussian(shape, dimensions):
    """Follow a Gaussian from t0 to t1. First-order time stepping with 40 steps leaves about 1 % at the peak."""
    spacing, diffusivity, t0, t1 = 10.0, 10.0, 60.0, 120.0
    made = field(shape, spacing=spacing, diffusivity=diffusivity)
    z, y, x = ((np.arange(n) - n // 2) * spacing for n in shape)
    r2 = z[:, None, None] ** 2 + (y[None, :, None] ** 2 if dimensions == 3 else 0.0) + x[None, None, :] ** 2

    def gaussian(t):
        return np.exp(-r2 / (4 * diffusivity * t)) / (4 * math.pi * diffusivity * t) ** (dimensions / 2)

    made.concentration[...] = gaussian(t0)
    for _ in range(40):
        made.step((t1 - t0) / 40 / 3600.0)
    exact = gaussian(t1)
    assert np.abs(made.concentration - exact).max() / exact.max() < 0.03
    assert made.concentration.sum() == pytest.approx(gaussian(t0).sum(), rel=1e-4)


def steady_error(n):
    """Largest error of the steady profile from a plane source, against cosh of a slab of 400 um."""
    length, diffusivity, decay = 400.0, 5.0, 5.0 / 60.0**2
    spacing = length / n
    made = field((n, 1, 1), spacing=spacing, diffusivity=diffusivity, half_life_s=math.log(2.0) / decay)
    flux = 1.0  # concentration um/s, in through the face at z = 0
    made.add_source(np.where(np.arange(n) == 0, flux / spacing, 0.0)[:, None, None])
    made.step(math.inf)
    root = math.sqrt(decay / diffusivity)
    z = (np.arange(n) + 0.5) * spacing
    exact = flux / (diffusivity * root) * np.cosh(root * (length - z)) / math.sinh(root * length)
    return np.abs(made.concentration[:, 0, 0] - exact)[n // 8 :].max() / exact.max()


def test_steady_profile_is_exponential_and_second_order_in_space():
    errors = [steady_error(n) for n in (20, 40, 80)]
    assert errors[-1] < 2e-3
    orders = [math.log2(a / b) for a, b in pairwise(errors)]
    assert min(orders) >= 1.9


def test_first_order_in_time():
    def error(steps):
        made = field((60, 1, 1), spacing=5.0, diffusivity=20.0)
        z = (np.arange(60) + 0.5) * 5.0
        mode = math.pi / 300.0
        made.concentration[:, 0, 0] = 2.0 + np.cos(mode * z)
        for _ in range(steps):
            made.step(0.2 / steps)
        rate = 20.0 * (2.0 / 5.0 * math.sin(mode * 2.5)) ** 2  # of the discrete cosine, so that only time is measured
        exact = 2.0 + np.cos(mode * z) * math.exp(-rate * 720.0)
        return np.abs(made.concentration[:, 0, 0] - exact).max()

    errors = [error(n) for n in (10, 20, 40)]
    assert all(0.9 < math.log2(a / b) < 1.1 for a, b in pairwise(errors))


def test_steady_state_does_not_depend_on_the_step():
    def settled(dt_h, steps):
        made = field((40, 1, 50), diffusivity=10.0, half_life_s=300.0)
        made.set_diffusivity(np.where(np.arange(50) < 20, 10.0, 2.0) * np.ones((40, 1, 1)))
        for _ in range(steps):
            made.add_source(
                made.restrict(np.where((np.arange(50) == 10) & (np.arange(40)[:, None, None] == 12), 1.0, 0.0))
            )
            made.step(dt_h)
        return made.concentration.copy()

    minute, hour, exact = settled(1 / 60, 240), settled(1.0, 12), settled(math.inf, 1)
    assert np.abs(minute - hour).max() < 1e-3 * hour.max()
    assert np.abs(exact - hour).max() < 1e-3 * hour.max()


def test_jump_of_a_thousand_in_diffusivity():
    """Two layers between held ends: piecewise linear, equal flux; finite volumes are exact up to the solver."""
    n = 50
    made = field((n, 1, 6))
    diffusivity = np.where(np.arange(n) < 25, 1000.0, 1.0)[:, None, None] * np.ones((1, 1, 6))
    made.set_diffusivity(diffusivity)
    held = np.zeros((n, 1, 6), bool)
    held[0] = True
    made.hold(held, 1.0)
    made.uptake[-1] = 1e3  # a sink as good as perfect: clears the last cell
    made.step(math.inf)
    z = made.concentration[:, 0, 0]
    resistance = np.array([0.5 * 10 / diffusivity[k, 0, 0] + 0.5 * 10 / diffusivity[k + 1, 0, 0] for k in range(n - 1)])
    expected = 1.0 - np.concatenate([[0.0], np.cumsum(resistance)]) / resistance.sum()
    assert z == pytest.approx(expected, abs=1e-4)


def test_held_sites_stay_and_closed_sites_shut():
    made = field((30, 1, 30), diffusivity=50.0)
    wall = np.full((30, 1, 30), 50.0)
    wall[:, :, 15] = 0.0
    made.set_diffusivity(wall)
    held = np.zeros((30, 1, 30), bool)
    held[:, :, 0] = True
    made.hold(held, 7.0)
    for _ in range(5):
        made.step(0.5)
    assert np.array_equal(made.concentration[:, 0, 0], np.full(30, 7.0)) or made.concentration[
        :, 0, 0
    ] == pytest.approx(7.0, rel=SOLVER)
    assert made.concentration[:, 0, 14].min() > 1.0
    assert np.abs(made.concentration[:, 0, 16:]).max() < 1e-4


def test_coarse_cells_keep_amounts_where_the_lattice_does_not_divide():
    made = field((31, 1, 45), factor=2)
    fine = np.random.default_rng(0).random((31, 1, 45))
    made.concentration[...] = made.restrict(fine)
    assert made.total_amount() == pytest.approx(fine.sum() * 1e-9, rel=1e-12)
    assert made.on_lattice().shape == (31, 1, 45)
    assert made.on_lattice().sum() == pytest.approx(fine.sum(), rel=1e-12)


def test_fields_solved_side_by_side_are_bit_identical():
    def run(threads):
        made = [
            field((60, 1, 80), factor=2, diffusivity=d, half_life_s=h)
            for d, h in ((5, 150.0), (5, 960.0), (10, 2000.0))
        ]
        with WorkPool(threads) as pool:
            for step in range(5):
                for k, one in enumerate(made):
                    one.source[10 + k, 0, 20 + step] = 10**9
                pool.run([(one.step, (0.5,)) for one in made])
        return [one.concentration.tobytes() for one in made]

    assert run(1) == run(2)


def test_a_broken_number_is_named():
    made = field((10, 1, 10))
    made.concentration[3, 0, 4] = np.nan
    with pytest.raises(FieldError, match=r"tracer.*\(3, 0, 4\)"):
        made.step(0.5)
