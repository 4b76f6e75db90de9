"""The signal along the walls of arterioles against that of a cable by hand."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from mendsim.abm.vessels.tone import _Walls

REACH_UM = 1500.0


def line(pieces, length_um):
    """Walls of a straight arteriole in equal pieces, and their middles."""
    nodes = np.arange(pieces + 1)
    walls = _Walls(nodes[:-1], nodes[1:], np.full(pieces, length_um / pieces), pieces + 1, REACH_UM)
    return walls, (nodes[:-1] + 0.5) * length_um / pieces


def errors_of(counts, length_um, source_um, exact):
    """Largest error of the signal beyond a source of 1, for lines in more and more pieces."""
    errors = []
    for pieces in counts:
        walls, x = line(pieces, length_um)
        signal = walls.conduct(np.where(x < source_um, 1.0, 0.0))
        away = x > source_um
        errors.append(np.abs(signal[away] / exact(x[away]) - 1.0).max())
    return errors


def test_a_signal_fades_as_that_of_a_long_cable_in_second_order():
    length_um, source_um = 12.0 * REACH_UM, 0.5 * REACH_UM

    def cable(x):
        return np.sinh(source_um / REACH_UM) * np.cosh((length_um - x) / REACH_UM) / np.sinh(length_um / REACH_UM)

    errors = errors_of((192, 384, 768, 1536), length_um, source_um, cable)
    assert all(coarse / fine == pytest.approx(4.0, rel=0.05) for coarse, fine in pairwise(errors))
    assert errors[-1] < 4e-5


def test_far_from_its_ends_a_signal_falls_to_a_third_within_the_conduction_length():
    walls, x = line(960, 20.0 * REACH_UM)
    signal = walls.conduct(np.where(x < REACH_UM, 1.0, 0.0))
    straight = (x > 2.0 * REACH_UM) & (x < 14.0 * REACH_UM)
    slope = np.polyfit(x[straight], np.log(signal[straight]), 1)[0]
    assert slope == pytest.approx(-1.0 / REACH_UM, rel=1e-4)


def test_a_uniform_drive_gives_a_uniform_signal():
    rng = np.random.default_rng(2)
    a = np.concatenate([np.arange(59), rng.integers(0, 60, 80)])
    b = np.concatenate([np.arange(1, 60), rng.integers(60, 100, 80)])
    walls = _Walls(a, b, rng.uniform(5.0, 200.0, len(a)), 100, REACH_UM)
    np.testing.assert_allclose(walls.conduct(np.full(len(a), 0.37)), 0.37, rtol=1e-11)


def test_no_signal_reaches_vessels_that_are_not_joined():
    walls = _Walls(np.array([0, 1, 3]), np.array([1, 2, 4]), np.array([50.0, 50.0, 50.0]), 5, REACH_UM)
    signal = walls.conduct(np.array([1.0, 0.0, 0.0]))
    assert 0.0 < signal[1] < signal[0] < 1.0
    assert signal[2] == 0.0


def test_as_much_signal_is_lost_along_the_walls_as_is_given():
    """Walls lose signal in proportion to it, so that its sum over their length is that of the drive."""
    rng = np.random.default_rng(5)
    a, b = np.concatenate([np.arange(39), rng.integers(0, 40, 20)]), np.concatenate([np.arange(1, 40), np.full(20, 40)])
    length = rng.uniform(20.0, 80.0, len(a))
    drive = rng.uniform(0.0, 1.0, len(a))
    walls = _Walls(a, b, length, 41, REACH_UM)
    assert np.sum(length * walls.conduct(drive)) == pytest.approx(np.sum(length * drive), rel=1e-11)
