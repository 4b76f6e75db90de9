"""Blood flow against Poiseuille's law by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from mendsim.abm.flow import conductance, solve_flow

NAN = math.nan


def test_one_vessel_is_poiseuille():
    """4 um radius, 500 um long, 3 mPa s, 10 mmHg: pi r^4 dp / (8 mu l), converted by hand to nL/min."""
    g = conductance(np.array([4.0]), np.array([500.0]), 3.0)
    _, flow = solve_flow(np.array([0]), np.array([1]), g, np.array([20.0, 10.0]))
    si = math.pi * (4e-6) ** 4 * (10 * 133.322) / (8 * 3e-3 * 500e-6)
    assert flow[0] == pytest.approx(si * 1e12 * 60, rel=1e-12)


def test_series_and_parallel():
    a, b = np.array([0, 1, 0]), np.array([1, 2, 2])
    g = np.array([2.0, 6.0, 1.0])
    pressure, flow = solve_flow(a, b, g, np.array([10.0, NAN, 0.0]))
    assert flow == pytest.approx([15.0, 15.0, 10.0])
    assert pressure[1] == pytest.approx(2.5)


def test_closed_and_cut_off_segments_carry_nothing():
    a, b = np.array([0, 1, 2, 4]), np.array([1, 3, 3, 5])
    pressure, flow = solve_flow(a, b, np.array([1.0, 0.0, 1.0, 1.0]), np.array([10.0, NAN, NAN, 0.0, NAN, NAN]))
    assert flow == pytest.approx([0.0, 0.0, 0.0, 0.0], abs=1e-12)
    assert pressure[1] == pytest.approx(10.0)
    assert np.isnan(pressure[4:]).all()


def test_a_random_network_conserves_flow():
    rng = np.random.default_rng(3)
    a = np.concatenate([np.arange(199), rng.integers(0, 200, 400)])
    b = np.concatenate([np.arange(1, 200), rng.integers(0, 200, 400)])
    fixed = np.full(200, NAN)
    fixed[[0, 199]] = 35.0, 12.0
    _, flow = solve_flow(a, b, rng.uniform(0.1, 10.0, len(a)), fixed)
    balance = np.bincount(a, flow, 200) - np.bincount(b, flow, 200)
    assert np.abs(balance[1:-1]).max() < 1e-9 * np.abs(flow).max()
    assert balance[0] == pytest.approx(-balance[199])
