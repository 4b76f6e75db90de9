"""The walk of T cells against the theory of diffusion, of the Ornstein-Uhlenbeck process and of drift."""

from __future__ import annotations

import numpy as np
import pytest

from mendsim.abm.agents import t_cell_kernels as kernels
from mendsim.abm.agents.moving_kernels import MOST_SUBSTEPS
from mendsim.abm.tissue import DERMIS, EPIDERMIS

N, SPACING, MIDDLE = 4000, 100.0, 2000.0
BLOCK = (40, 40, 40)
MOTILITY, RESIDENT_MOTILITY, RETENTION = 600.0, 90.0, 50.0
DRIFT, HALF_GRADIENT, STEP_H = 12.0, 5e-4, 2.0


class Walkers:
    """Cells that start in the middle of a block of dermis, each at home."""

    def __init__(self, *, recruited, n=N, shape=BLOCK, autoreactive=0, activation=0.0, cytokine=None, code=None):
        self.rows, self.uid = np.arange(n), np.arange(1, n + 1)
        self.recruited, self.autoreactive = np.full(n, recruited, np.int8), np.full(n, autoreactive, np.int8)
        self.activation = np.full(n, activation)
        self.code = np.full(shape, DERMIS, np.uint8) if code is None else code
        self.cytokine = np.zeros(shape) if cytokine is None else cytokine
        self.at = [np.full(n, MIDDLE) for _ in "xyz"]
        if shape[1] == 1:
            self.at[1][:] = 0.5 * SPACING
        self.home = [axis.copy() for axis in self.at]
        self.step = 0

    def walk(self, steps, substeps):
        """Walk for some steps; returns displacements from home, ``(3, n)`` um."""
        for _ in range(steps):
            kernels.walk(
                self.rows,
                self.uid,
                self.cytokine,
                self.code,
                self.recruited,
                self.autoreactive,
                self.activation,
                *self.at,
                *self.home,
                SPACING,
                1,
                17,
                self.step,
                STEP_H,
                substeps,
                MOTILITY,
                RESIDENT_MOTILITY,
                RETENTION,
                DRIFT,
                HALF_GRADIENT,
            )
            self.step += 1
        return np.stack(self.at) - np.stack(self.home)


def check_spread(moved, variance):
    """Mean 0 and mean square ``variance`` along each axis, axes independent, all within 4 sigma of a normal sample."""
    n = moved.shape[1]
    np.testing.assert_allclose(moved.mean(axis=1), 0.0, atol=4.0 * np.sqrt(variance / n))
    np.testing.assert_allclose(np.mean(moved**2, axis=1), variance, rtol=4.0 * np.sqrt(2.0 / n))
    off = np.corrcoef(moved)[np.triu_indices(len(moved), 1)]
    np.testing.assert_allclose(off, 0.0, atol=4.0 / np.sqrt(n))


def slope(direction, steepness):
    """Cytokine that rises evenly along a direction (x, y, z), by ``steepness`` ng/mL in each um."""
    z, y, x = ((np.indices(BLOCK)[k] + 0.5) * SPACING for k in range(3))
    unit = np.asarray(direction) / np.linalg.norm(direction)
    return steepness * (unit[0] * x + unit[1] * y + unit[2] * z)


@pytest.mark.parametrize("substeps", [1, 5, MOST_SUBSTEPS])
def test_free_cells_spread_by_two_d_t_along_each_axis(substeps):
    cells = Walkers(recruited=1)
    before = np.zeros((3, N))
    for steps in (1, 4, 15):
        moved = cells.walk(steps, substeps)
        check_spread(moved, 2.0 * MOTILITY * cells.step * STEP_H)
        check_spread(moved - before, 2.0 * MOTILITY * steps * STEP_H)
        together = np.sum(moved * before, axis=1) - np.sum(before**2, axis=1)
        scale = np.sqrt(N * 2.0 * MOTILITY * STEP_H * (cells.step - steps) * 2.0 * MOTILITY * STEP_H * steps)
        assert np.all(np.abs(together) <= 4.0 * scale)  # what comes knows nothing of what was
        before = moved.copy()


@pytest.mark.parametrize("recruited", [0, 1])
def test_cells_of_a_section_stay_in_its_plane(recruited):
    moved = Walkers(recruited=recruited, shape=(40, 1, 40)).walk(3, 4)
    assert not moved[1].any()
    hours = 3 * STEP_H
    kept = RETENTION**2 * -np.expm1(-2.0 * RESIDENT_MOTILITY * hours / RETENTION**2)
    check_spread(moved[[0, 2]], 2.0 * MOTILITY * hours if recruited else kept)


@pytest.mark.parametrize("substeps", [1, 3, 16])
def test_retained_cells_spread_up_to_their_retention(substeps):
    cells = Walkers(recruited=0)
    for steps in (1, 3, 10, 60):
        moved = cells.walk(steps, substeps)
        relaxed = np.exp(-2.0 * RESIDENT_MOTILITY * cells.step * STEP_H / RETENTION**2)
        check_spread(moved, RETENTION**2 * (1.0 - relaxed))
    check_spread(moved, RETENTION**2)


@pytest.mark.parametrize("substeps", [1, 3, 16])
def test_retained_cells_forget_where_they_were_in_the_relaxation_time(substeps):
    cells = Walkers(recruited=0)
    relaxation_h = RETENTION**2 / RESIDENT_MOTILITY
    before = cells.walk(round(6 * relaxation_h / STEP_H), substeps)
    for steps in (4, 10, 20):
        now = cells.walk(steps, substeps)
        rho = np.exp(-steps * STEP_H / relaxation_h)
        found = [np.corrcoef(a, b)[0, 1] for a, b in zip(before, now, strict=True)]
        np.testing.assert_allclose(found, rho, atol=4.0 * (1.0 - rho**2) / np.sqrt(N))
        before = now.copy()


def test_retained_cells_come_home():
    cells = Walkers(recruited=0)
    away = np.array([300.0, -200.0, 100.0])
    for axis, distance in zip(cells.at, away, strict=True):
        axis += distance
    moved = cells.walk(20, 3)
    left = away * np.exp(-20 * STEP_H * RESIDENT_MOTILITY / RETENTION**2)
    np.testing.assert_allclose(moved.mean(axis=1), left, atol=4.0 * RETENTION / np.sqrt(N))


@pytest.mark.parametrize("steepness", [1e-4, 5e-4, 2e-2])
@pytest.mark.parametrize("direction", [(1.0, 0.0, 0.0), (0.0, -1.0, 0.0), (1.0, 2.0, -2.0)])
def test_free_cells_drift_up_a_gradient_at_the_given_speed(direction, steepness):
    steps, substeps = 10, 4
    moved = Walkers(recruited=1, cytokine=slope(direction, steepness)).walk(steps, substeps)
    hours = steps * STEP_H
    along = np.asarray(direction) / np.linalg.norm(direction)
    speed = DRIFT * steepness / (HALF_GRADIENT + steepness)
    sigma = np.sqrt(2.0 * MOTILITY * hours / N)
    np.testing.assert_allclose(moved.mean(axis=1), along * speed * hours, atol=4.0 * sigma)
    about = moved - (along * speed * hours)[:, None]
    check_spread(about, 2.0 * MOTILITY * hours)


def test_retained_cells_follow_no_gradient():
    moved = Walkers(recruited=0, cytokine=slope((1.0, 0.0, 0.0), 5e-4)).walk(100, 8)
    check_spread(moved, RETENTION**2)


def test_activation_stops_cells_that_recognise_their_antigen_and_no_others():
    for recruited in (0, 1):
        cytokine = slope((1.0, 0.0, 0.0), 1e-2)
        bound = Walkers(recruited=recruited, autoreactive=1, activation=1.0, cytokine=cytokine, n=100).walk(2, 4)
        assert not bound.any()
    half = Walkers(recruited=1, autoreactive=1, activation=0.5).walk(5, 4)
    check_spread(half, 0.25 * 2.0 * MOTILITY * 5 * STEP_H)
    # a retained one that has half stopped lives at a quarter of the pace, around the same home
    kept = Walkers(recruited=0, autoreactive=1, activation=0.5).walk(5, 4)
    pace = 0.25 * 2.0 * RESIDENT_MOTILITY * 5 * STEP_H / RETENTION**2
    check_spread(kept, RETENTION**2 * -np.expm1(-pace))
    others = Walkers(recruited=1, activation=1.0).walk(5, 4)
    check_spread(others, 2.0 * MOTILITY * 5 * STEP_H)


@pytest.mark.parametrize("recruited", [0, 1])
def test_no_cell_leaves_the_dermis_or_the_lattice(recruited):
    code = np.full(BLOCK, DERMIS, np.uint8)
    code[:20] = EPIDERMIS
    cells = Walkers(recruited=recruited, code=code)
    cells.at[2][:] = cells.home[2][:] = MIDDLE + 30.0
    # those at the edge
    cells.at[0][: N // 2] = cells.home[0][: N // 2] = 40.0
    cells.walk(30, 4)
    x, y, z = cells.at
    assert z.min() >= MIDDLE
    assert z.min() < MIDDLE + 10.0  # they come near
    assert x.min() >= 0.0
    assert x.min() < 10.0
    assert max(axis.max() for axis in (x, y, z)) < BLOCK[0] * SPACING
