import math

import numpy as np
import pytest
from scipy import stats

from mendsim.analysis.paired import CONFIDENCE, Estimate, difference, estimate, ratio, written

pytestmark = pytest.mark.filterwarnings("error")


def test_a_mean_has_the_interval_of_student():
    found = estimate([1.0, 2.0, 4.0, 5.0])
    low, high = stats.t.interval(CONFIDENCE, 3, loc=3.0, scale=stats.sem([1.0, 2.0, 4.0, 5.0]))
    assert (found.mean, found.low, found.high) == pytest.approx((3.0, low, high))
    # t of 0.975 with one degree of freedom is 12.706
    assert estimate([0.0, 2.0]).high == pytest.approx(1.0 + 12.706, rel=1e-4)


def test_the_interval_holds_the_mean_as_often_as_it_says():
    rng = np.random.default_rng(1)
    hit = np.mean([not estimate(rng.normal(7.0, 2.0, 3).tolist()).excludes(7.0) for _ in range(2000)])
    assert abs(hit - CONFIDENCE) < 4.0 * math.sqrt(CONFIDENCE * (1.0 - CONFIDENCE) / 2000)


def test_one_run_has_no_interval_and_excludes_nothing():
    alone = estimate([3.0])
    assert alone.mean == 3.0
    assert not alone.known
    assert not alone.excludes(-1e9)


@pytest.mark.parametrize("values", [[1.0, math.nan], [1.0, math.inf], [math.inf, math.inf], [math.nan, math.nan]])
def test_what_is_no_number_in_one_run_has_no_interval(values):
    found = estimate(values)
    assert not math.isfinite(found.mean)
    assert not found.known


def test_an_interval_excludes_what_lies_outside():
    found = Estimate(mean=2.0, low=1.0, high=3.0)
    assert [found.excludes(value) for value in (0.99, 1.0, 2.5, 3.0, 3.01)] == [True, False, False, False, True]


def test_differences_are_paired_by_seed():
    one, other = [10.0, 20.0, 30.0], [9.0, 19.0, 29.0]
    assert difference(one, other) == Estimate(mean=1.0, low=1.0, high=1.0)
    assert difference(one, other[::-1]).high > 20.0
    with pytest.raises(ValueError, match="zip"):
        difference(one, other[:2])


def test_what_never_happens_in_either_arm_has_no_difference():
    assert math.isnan(difference([math.inf, math.inf], [math.inf, math.inf]).mean)


def test_ratios_are_geometric_and_paired():
    found = ratio([4.0, 32.0], [1.0, 2.0])
    assert found.mean == pytest.approx(8.0)
    inverse = ratio([1.0, 2.0], [4.0, 32.0])
    assert (inverse.mean, inverse.low, inverse.high) == pytest.approx((1.0 / 8.0, 1.0 / found.high, 1.0 / found.low))
    assert ratio([6.0, 60.0], [2.0, 20.0]).low == pytest.approx(3.0)
    assert not ratio([2.0], [1.0]).known


def test_a_ratio_to_nothing_is_infinite_or_none():
    assert ratio([0.0, 1.0], [0.0, 0.0]).mean == math.inf
    for values, others in (([0.0, 0.0], [0.0, 0.0]), ([1.0, 1.0], [0.0, 1.0]), ([0.0, 1.0], [1.0, 1.0])):
        assert math.isnan(ratio(values, others).mean)


@pytest.mark.parametrize(
    ("mean", "low", "high", "text"),
    [
        (1234.5, 1000.0, 1500.0, "1230 [1000, 1500]"),
        (123456.0, 123455.9, 123456.1, "1.2346e+05"),
        (3.91e-5, -0.134, 0.135, "0.00 [-0.13, 0.14]"),
        (-0.001, -0.134, 0.132, "0.00 [-0.13, 0.13]"),
        (0.325, 0.325, 0.325, "0.325"),
        (0.325, 0.32499999, 0.32500001, "0.325"),
        (100.0, 99.8, 100.2, "100.00 [99.80, 100.20]"),
        (3.912e-8, 1.1e-8, 6.7e-8, "3.9e-08 [1.1e-08, 6.7e-08]"),
        (1234.0, math.nan, math.nan, "1234"),
        (0.5, math.nan, math.nan, "0.5"),
        (math.nan, math.nan, math.nan, "-"),
        (math.inf, math.nan, math.nan, "not within the run"),
        (-math.inf, math.nan, math.nan, "-"),
        (0.0, 0.0, 0.0, "0"),
    ],
)
def test_an_estimate_is_written_with_its_interval(mean, low, high, text):
    assert written(Estimate(mean=mean, low=low, high=high)) == text
