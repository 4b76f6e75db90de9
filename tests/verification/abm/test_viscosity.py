"""Apparent viscosity of blood in living vessels against values computed by hand from Pries et al. (1994)."""

from __future__ import annotations

import numpy as np
import pytest

from mendsim.abm.vessels.flow import relative_viscosity

DIAMETERS = np.array([3.0, 5.0, 8.0, 10.0, 20.0, 50.0, 100.0, 500.0])


@pytest.mark.parametrize(
    ("diameter_um", "expected"),
    [(5.0, 12.62), (8.0, 7.31), (10.0, 5.87), (20.0, 3.23), (50.0, 2.28), (100.0, 2.53)],
)
def test_viscosity_at_the_usual_haematocrit_is_that_of_the_law_in_living_vessels(diameter_um, expected):
    assert relative_viscosity(np.array([diameter_um]), 0.45)[0] == pytest.approx(expected, abs=0.005)


def test_more_cells_make_blood_thicker_in_vessels_of_every_width():
    courses = np.array([relative_viscosity(DIAMETERS, h) for h in np.linspace(0.0, 0.7, 29)])
    assert np.all(np.diff(courses, axis=0) > 0.0)


def test_plasma_alone_is_hindered_by_the_wall_layer_only():
    np.testing.assert_allclose(relative_viscosity(DIAMETERS, 0.0), (DIAMETERS / (DIAMETERS - 1.1)) ** 2, rtol=1e-14)
    assert relative_viscosity(np.array([1e5]), 0.0)[0] == pytest.approx(1.0, abs=3e-5)


def test_plasma_is_approached_in_proportion_to_the_cells():
    plasma = relative_viscosity(DIAMETERS, 0.0)
    few, fewer = (relative_viscosity(DIAMETERS, h) - plasma for h in (2e-4, 1e-4))
    np.testing.assert_allclose(few / fewer, 2.0, rtol=1e-3)


def test_blood_flows_easiest_in_vessels_of_some_tens_of_um():
    diameters = np.geomspace(3.0, 1000.0, 400)
    easiest = diameters[np.argmin(relative_viscosity(diameters, 0.45))]
    assert 30.0 < easiest < 60.0


def test_in_wide_vessels_blood_is_as_thick_as_in_a_large_tube():
    assert relative_viscosity(np.array([1e4]), 0.45)[0] == pytest.approx(3.2, rel=1e-3)
