import numpy as np
import pytest

from mendsim.analysis import curves

DAYS = np.array([0.0, 1.0, 2.0, 4.0])


def test_crossing_lies_on_the_line_between_samples():
    values = np.array([1.0, 0.5, 0.9, 1.0])
    assert curves.crossing_day(DAYS, values, 0.95) == pytest.approx(3.0, abs=1e-12)


def test_crossing_that_never_fell_does_not_apply():
    assert np.isnan(curves.crossing_day(DAYS, np.ones(4), 0.95))


def test_crossing_that_does_not_come_back_is_never():
    assert curves.crossing_day(DAYS, np.array([1.0, 0.5, 0.6, 0.7]), 0.95) == np.inf


def test_a_curve_that_starts_below_crosses_later():
    assert curves.crossing_day(DAYS, np.array([0.0, 1.0, 1.0, 1.0]), 0.25) == pytest.approx(0.25, abs=1e-12)


def test_last_day_above_is_the_final_fall():
    values = np.array([0.0, 4.0, 0.0, 2.0, 0.0])
    assert curves.last_day_above(np.arange(5.0), values, 1.0) == pytest.approx(3.5, abs=1e-12)
    assert curves.last_day_above(np.arange(5.0), values[::-1] + 2.0, 1.0) == np.inf
    assert np.isnan(curves.last_day_above(np.arange(5.0), np.zeros(5), 1.0))


def test_peak_and_trough():
    values = np.array([2.0, 5.0, 1.0, 3.0])
    assert curves.peak(DAYS, values) == (5.0, 1.0)
    assert curves.trough(DAYS, values) == (1.0, 2.0)


def test_a_flat_curve_has_no_day_of_its_peak():
    value, day = curves.peak(DAYS, np.array([3.0, 3.0 + 1e-12, 3.0, 3.0]))
    assert value == pytest.approx(3.0)
    assert np.isnan(day)


def test_percent_change_needs_something_to_compare_with():
    assert curves.percent_change(np.array([200.0, 150.0])) == pytest.approx(-25.0, abs=1e-12)
    assert np.isnan(curves.percent_change(np.array([0.0, 1.0])))
