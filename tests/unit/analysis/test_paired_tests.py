"""Paired tests against values worked out by hand and by scipy."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from mendsim.analysis.paired_tests import adjusted, differences, p_of_happening, p_value


def test_p_is_that_of_student_worked_out_by_hand():
    # Differences 1, 2, 3: t = 2 / (1 / sqrt 3); with two degrees of freedom p = 1 - t / sqrt(2 + t^2).
    t = 2.0 * math.sqrt(3.0)
    assert p_value([2.0, 4.0, 6.0], [1.0, 2.0, 3.0]) == pytest.approx(1.0 - t / math.sqrt(2.0 + t**2))


def test_p_agrees_with_scipy_and_does_not_depend_on_the_sign():
    some, other = np.random.default_rng(3).normal([[1.0], [0.0]], 1.0, (2, 12))
    expected = stats.ttest_rel(some, other).pvalue
    assert p_value(some, other) == pytest.approx(expected)
    assert p_value(other, some) == pytest.approx(expected)


def test_noise_that_both_arms_share_cancels():
    random = np.random.default_rng(1)
    shared = random.normal(0.0, 10.0, 20)
    some, other = shared + 0.5 + random.normal(0.0, 0.1, 20), shared
    assert p_value(some, other) < 1e-6
    assert p_value(some, np.roll(other, 7)) > 0.2
    assert stats.ttest_ind(some, other).pvalue > 0.2


@pytest.mark.parametrize(
    ("some", "other", "expected"),
    [
        ([1.0, 2.0, 3.0], [1.0, 2.0, 3.0], 1.0),
        ([0.1 + 0.2, 2.0], [0.3, 2.0], 1.0),
        ([0.0, 0.0], [0.0, 0.0], 1.0),
        ([5.0, 5.0], [4.0, 4.0], 0.0),
        ([0.1 + 0.2, 0.3], [0.1, 0.1], 0.0),
        ([2.0, 3.0], [1.0, 2.0], 0.5),
        ([2.0, 3.0, 5.0, 4.0], [1.0, 2.0, 4.0, 3.0], 0.125),
    ],
    ids=[
        "equal",
        "equal but for rounding",
        "nothing",
        "no noise",
        "no noise but rounding",
        "shifted by one row, two seeds",
        "shifted by one row, four seeds",
    ],
)
def test_differences_without_spread_are_judged_without_t(some: list[float], other: list[float], expected: float):
    assert p_value(some, other) == expected


@pytest.mark.parametrize(
    ("some", "other"),
    [
        ([1.0], [2.0]),
        ([], []),
        ([1.0, np.nan, 3.0], [1.0, 2.0, 2.0]),
        ([1.0, np.inf, 3.0], [1.0, 2.0, 2.0]),
        ([np.inf, np.inf], [np.inf, np.inf]),
    ],
)
def test_nothing_is_said_of_one_pair_or_of_what_did_not_happen(some: list[float], other: list[float]):
    assert math.isnan(p_value(some, other))


def test_rounding_is_no_difference():
    found = differences([1.0, 1e-12, 1.0 + 1e-12, 3.0], [2.0, 2e-12, 1.0, 3.0])
    assert found.tolist() == pytest.approx([-1.0, -1e-12, 0.0, 0.0])
    assert found[1] != 0.0


def test_p_is_adjusted_for_the_number_of_tests_by_hand():
    # Of four: 4/1 x 0.01, 4/2 x 0.03, 4/3 x 0.04, 0.5, each at most the next.
    out = adjusted([0.01, 0.04, 0.03, math.nan, 0.5])
    assert out[[0, 1, 2, 4]].tolist() == pytest.approx([0.04, 0.16 / 3, 0.16 / 3, 0.5])
    assert math.isnan(out[3])
    assert np.isnan(adjusted([math.nan, math.nan])).all()
    assert adjusted([]).tolist() == []


def test_few_of_many_noises_are_called_more():
    random = np.random.default_rng(5)
    p = [p_value(*random.normal(0.0, 1.0, (2, 8))) for _ in range(400)]
    assert sum(each <= 0.05 for each in p) > 8
    assert (adjusted(p) <= 0.05).sum() == 0


@pytest.mark.parametrize(
    ("values", "others", "p"),
    [
        ([1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [math.inf] * 6, 2.0**-5),
        ([math.inf] * 3, [1.0] * 3, 0.25),
        ([1.0, math.inf, 2.0], [3.0, math.inf, 4.0], 1.0),
        ([1.0, math.inf, 2.0, 1.0], [math.inf, 1.0, 2.0, 1.0], 1.0),
    ],
)
def test_what_happens_in_one_arm_alone_is_told_from_chance(values: list[float], others: list[float], p: float) -> None:
    assert p_of_happening(values, others) == pytest.approx(p)


def test_what_does_not_apply_or_has_one_pair_is_not_told() -> None:
    assert math.isnan(p_of_happening([1.0, math.nan], [math.inf, 1.0]))
    assert math.isnan(p_of_happening([1.0], [math.inf]))
