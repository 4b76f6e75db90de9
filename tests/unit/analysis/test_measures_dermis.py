"""Measures of the dermis, downtime and contrasts of settings on made-up runs."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import xarray as xr

from mendsim.abm.observables import OBSERVABLES
from mendsim.analysis import measures_dermis
from mendsim.analysis.contrasts import CONTRASTS
from mendsim.analysis.downtime import COVERED, RED, SWOLLEN_UM, downtime_d, oedema_area_um_d, redness_area_d
from mendsim.analysis.measures import MEASURES
from mendsim.analysis.validation import Setting, questions
from mendsim.analysis.verdict import judge

MakeRun = Callable[..., xr.DataTree]
DAYS = np.arange(0.0, 201.0)
"""Samples of a run; the first session is on day 1."""
SESSION_D = 1.0
DERMAL = [name for name, measure in MEASURES.items() if measure.function.__module__ == measures_dermis.__name__]


def after(days: dict[float, float]) -> np.ndarray:
    """Return a course over `DAYS`, linear between values at days after the session."""
    return np.interp(DAYS - SESSION_D, list(days), list(days.values()))


@pytest.fixture
def measured(make_run: MakeRun) -> Callable[..., float]:
    """Return a function that measures a run of given series with one session on day 1."""

    def measure(name: str, unit: str = "day", *, sessions_h: tuple[float, ...] = (24.0,), **series) -> float:
        return MEASURES[name](make_run(DAYS, sessions_h=sessions_h, **series), unit)

    return measure


def test_every_measure_of_the_dermis_reads_what_the_model_reports() -> None:
    assert len(DERMAL) == 15
    for name in DERMAL:
        assert MEASURES[name].needs
        assert MEASURES[name].missing == []
        assert MEASURES[name].definition


@pytest.mark.parametrize("name", DERMAL)
def test_a_run_without_its_series_or_without_a_session_has_nothing_to_show(make_run: MakeRun, name: str) -> None:
    series = {need: np.linspace(1.0, 2.0, len(DAYS)) for need in MEASURES[name].needs}
    assert math.isnan(MEASURES[name].function(make_run(DAYS, **series)))
    assert math.isnan(MEASURES[name].function(make_run(DAYS, sessions_h=(24.0,), debris_count=0.0 * DAYS)))


def test_hsp70_is_raised_from_the_first_sample_that_shows_it(measured: Callable[..., float]) -> None:
    course = after({0: 0.0, 2: 0.0, 3: 0.2, 5: 0.2, 6: 0.0})
    assert measured("hsp70_raised_h", "h", hsp70_positive_fraction=course) == 72.0
    course[0] = 0.5  # what was there before the session is none of its work
    assert measured("hsp70_raised_h", hsp70_positive_fraction=course) == 3.0
    assert measured("hsp70_raised_h", hsp70_positive_fraction=0.0 * DAYS) == math.inf


def test_hsp70_is_back_when_it_falls_under_its_threshold_for_good(measured: Callable[..., float]) -> None:
    seen = measures_dermis.SEEN
    course = after({0: 0.0, 1: 9 * seen, 2: 0.0, 3: 0.0, 4: 9 * seen, 8: seen, 9: 0.0})
    assert measured("hsp70_back_h", hsp70_positive_fraction=course) == pytest.approx(8.0)
    assert math.isnan(measured("hsp70_back_h", hsp70_positive_fraction=0.0 * DAYS))
    assert measured("hsp70_back_h", hsp70_positive_fraction=0.5 + 0.0 * DAYS) == math.inf


def test_hsp47_has_a_peak_and_a_time_for_which_it_stays_raised(measured: Callable[..., float]) -> None:
    raised = measures_dermis.RAISED
    course = after({0: 1.0, 30: 3.0, 90: raised, 120: 1.0})
    assert measured("hsp47_peak_h", hsp47_ratio=course) == 30.0
    assert measured("hsp47_raised_until_h", hsp47_ratio=course) == pytest.approx(90.0)
    assert measured("hsp47_raised_until_h", "h", hsp47_ratio=after({0: 1.0, 30: 3.0})) == 24.0 * (200.0 - SESSION_D)
    assert math.isnan(measured("hsp47_raised_until_h", hsp47_ratio=1.0 + 0.0 * DAYS))
    assert math.isnan(measured("hsp47_peak_h", hsp47_ratio=1.0 + 0.0 * DAYS))


def test_hsp47_is_raised_from_the_first_sample_above_its_threshold(measured: Callable[..., float]) -> None:
    course = after({0: 1.0, 2: 1.0, 4: measures_dermis.RAISED, 5: 3.0, 20: 1.0})
    assert measured("hsp47_raised_h", hsp47_ratio=course) == 5.0
    assert measured("hsp47_raised_h", hsp47_ratio=1.0 + 0.0 * DAYS) == math.inf


def test_mmp9_has_a_peak(measured: Callable[..., float]) -> None:
    assert measured("mmp9_peak_h", "h", mmp9_ng_per_ml=after({0: 0.0, 2: 9.0, 30: 0.0})) == 48.0
    assert math.isnan(measured("mmp9_peak_h", mmp9_ng_per_ml=0.0 * DAYS))


def test_procollagen_may_fall_on_the_first_day(measured: Callable[..., float]) -> None:
    one, three = after({0: 2.0, 1: 1.0, 20: 5.0}), after({0: 1.0, 1: 0.9, 20: 5.0})
    both = measured("procollagen_change_day_1", "direction", procollagen_1_ratio=one, procollagen_3_ratio=three)
    assert both == pytest.approx(0.5 * (0.5 + 0.9) - 1.0)
    assert measured("procollagen_change_day_1", "direction", procollagen_1_ratio=after({0: 1.0, 2: 3.0})) == 1.0


def test_induction_is_the_rise_of_one_setting_over_that_of_the_last(make_run: MakeRun) -> None:
    def run(most: float) -> xr.DataTree:
        course = after({0: 1.0, 10: most, 30: 1.0})
        return make_run(DAYS, sessions_h=(24.0,), procollagen_1_ratio=course, procollagen_3_ratio=course)

    assert CONTRASTS["induction_against_full_field"]([[run(3.0)], [run(5.0)]]) == pytest.approx(0.5)
    assert math.isnan(CONTRASTS["induction_against_full_field"]([[run(3.0)], [run(1.0)]]))


def test_mmp9_must_be_raised_on_each_of_three_days(measured: Callable[..., float]) -> None:
    high = 2.0 * measures_dermis.MMP9_RAISED_NG_PER_ML
    through, gap = after({0: 0.0, 6: high, 22: high, 25: 0.0}), after({0: 0.0, 6: high, 13: 0.0, 15: 0.0, 20: high})
    name = "mmp9_raised_days_7_to_21"
    assert measured(name, "direction", mmp9_ng_per_ml=through) == 1.0
    assert measured(name, "direction", mmp9_ng_per_ml=gap) == 0.0
    assert measured(name, "direction", mmp9_ng_per_ml=after({0: 0.0, 6: high, 20: high, 21: 0.0})) == 0.0


def test_procollagen_peaks_in_the_mean_of_both_types(measured: Callable[..., float]) -> None:
    one, three = after({0: 1.0, 20: 5.0, 40: 1.0}), after({0: 1.0, 10: 5.0, 40: 1.0})
    assert measured("procollagen_peak_h", procollagen_1_ratio=one, procollagen_3_ratio=three) == 15.0
    assert measured("procollagen_peak_h", procollagen_1_ratio=one) == 20.0
    flat = 1.0 + 0.0 * DAYS
    assert math.isnan(measured("procollagen_peak_h", procollagen_1_ratio=one, procollagen_3_ratio=flat))


def test_granulation_needs_myofibroblasts_and_rising_collagen_3(measured: Callable[..., float]) -> None:
    name, rising = "myofibroblasts_and_collagen_3_h", after({0: 18.0, 4: 15.0, 60: 25.0})
    late, early = np.floor(after({0: 0.0, 9: 0.0, 10: 3.0})), np.floor(after({0: 0.0, 1: 0.0, 2: 3.0}))
    assert measured(name, myofibroblast_count=late, collagen_3_mg_per_ml=rising) == 10.0
    assert measured(name, myofibroblast_count=early, collagen_3_mg_per_ml=rising) == 4.0
    assert measured(name, myofibroblast_count=0.0 * DAYS, collagen_3_mg_per_ml=rising) == math.inf
    assert math.isnan(measured(name, myofibroblast_count=early))


def test_new_fibres_are_distinct_once_as_much_is_new_as_was_lost(measured: Callable[..., float]) -> None:
    name, elastin = "new_fibres_distinct_h", after({0: 4.0, 1: 3.0, 10: 3.0, 11: 3.1, 100: 3.5})
    collagen = after({0: 150.0, 5: 130.0, 45: 150.0, 100: 170.0})
    assert measured(name, collagen_mg_per_ml=collagen, elastin_mg_per_ml=elastin) == 45.0
    late = after({0: 4.0, 1: 3.0, 70: 3.0, 71: 3.1})
    assert measured(name, collagen_mg_per_ml=collagen, elastin_mg_per_ml=late) == 71.0
    never = after({0: 150.0, 5: 130.0, 100: 149.0})
    assert measured(name, collagen_mg_per_ml=never, elastin_mg_per_ml=elastin) == math.inf
    assert math.isnan(measured(name, collagen_mg_per_ml=collagen))


def test_collagen_at_most_counts_from_the_session_against_the_start(measured: Callable[..., float]) -> None:
    collagen = after({0: 120.0, 5: 90.0, 60: 180.0, 200: 130.0})
    assert measured("collagen_at_most", "ratio", collagen_mg_per_ml=collagen) == pytest.approx(1.5)
    falling = after({0: 120.0, 1: 108.0, 60: 60.0})
    assert measured("collagen_at_most", "ratio", collagen_mg_per_ml=falling) == pytest.approx(0.9)


def test_a_scar_is_measured_after_the_last_session(make_run: MakeRun) -> None:
    days = np.arange(0.0, 301.0)
    depth = np.interp(days, [0.0, 61.0, 91.0, 241.0], [300.0, 300.0, 240.0, 150.0])
    three = (24.0, 31.0 * 24.0, 61.0 * 24.0)
    run = make_run(days, sessions_h=three, scar_depth_um=depth)
    assert MEASURES["scar_depth_month_1"](run, "percent") == pytest.approx(-20.0)
    assert MEASURES["scar_depth_month_6"](run, "percent") == pytest.approx(-50.0)
    assert MEASURES["scar_improves_to_month_6"](run, "direction") == pytest.approx(90.0)
    relapse = make_run(days, sessions_h=three, scar_depth_um=np.interp(days, [91.0, 241.0], [200.0, 250.0]))
    assert MEASURES["scar_improves_to_month_6"](relapse, "direction") == pytest.approx(-50.0)


def test_a_scar_that_is_not_followed_that_long_has_nothing_to_show(make_run: MakeRun) -> None:
    days = np.arange(0.0, 101.0)
    run = make_run(days, sessions_h=(24.0,), scar_depth_um=300.0 - days)
    assert MEASURES["scar_depth_month_1"](run, "percent") == pytest.approx(-31.0 / 3.0)
    assert math.isnan(MEASURES["scar_depth_month_6"](run, "percent"))
    assert math.isnan(MEASURES["scar_improves_to_month_6"](run, "direction"))
    healthy = make_run(days, sessions_h=(24.0,), scar_depth_um=0.0 * days)
    assert math.isnan(MEASURES["scar_depth_month_1"](healthy, "percent"))


REST = {"reepithelialised_fraction": 1.0, "erythema_ratio": 1.0, "oedema_um": 0.0}


def healing(make_run: MakeRun, sessions_h: tuple[float, ...] = (24.0,), **series) -> xr.DataTree:
    """Return a run in which everything rests but some series."""
    courses = {name: value + 0.0 * DAYS for name, value in REST.items()}
    return make_run(DAYS, sessions_h=sessions_h, **{**courses, **series})


@pytest.mark.parametrize(
    ("series", "days"),
    [
        ({}, 0.0),
        ({"reepithelialised_fraction": after({0: 1.0, 1: 0.5, 3: COVERED, 4: 1.0})}, 3.0),
        ({"erythema_ratio": after({0: 1.0, 1: 2.0, 9: RED, 10: 1.0})}, 9.0),
        ({"oedema_um": after({0: 0.0, 1: 9.0 * SWOLLEN_UM, 5: SWOLLEN_UM, 6: 0.0})}, 5.0),
        ({"erythema_ratio": after({0: 1.0, 1: 2.0})}, math.inf),
    ],
)
def test_downtime_lasts_as_long_as_any_sign_is_seen(make_run: MakeRun, series: dict, days: float) -> None:
    short = {"oedema_um": after({0: 3.0 * SWOLLEN_UM, 1: SWOLLEN_UM, 2: 0.0})} if days > 0.0 else {}
    assert downtime_d(healing(make_run, **{**short, **series})) == pytest.approx(days)


def test_downtime_counts_from_the_last_session(make_run: MakeRun) -> None:
    red = after({0: 1.0, 1: 2.0, 9: RED, 10: 1.0})
    assert downtime_d(healing(make_run, (24.0, 6.0 * 24.0), erythema_ratio=red)) == pytest.approx(4.0)
    assert downtime_d(healing(make_run, (24.0, 60.0 * 24.0), erythema_ratio=red)) == 0.0


def test_downtime_needs_a_session_and_its_signs(make_run: MakeRun) -> None:
    assert math.isnan(downtime_d(healing(make_run, ())))
    assert math.isnan(downtime_d(make_run(DAYS, sessions_h=(24.0,), erythema_ratio=1.0 + 0.0 * DAYS)))


def test_areas_over_time_are_those_above_rest(make_run: MakeRun) -> None:
    run = healing(
        make_run,
        erythema_ratio=after({0: 1.0, 2: 0.5, 4: 1.0, 9: 2.0, 14: 1.0}),
        oedema_um=after({0: 0.0, 4: 30.0, 8: 0.0}),
    )
    assert redness_area_d(run) == pytest.approx(5.0)
    assert oedema_area_um_d(run) == pytest.approx(120.0)
    assert math.isnan(redness_area_d(make_run(DAYS)))


def session(make_run: MakeRun, swelling: float, redness: float, collagen: float) -> xr.DataTree:
    """Return a run with so much of each."""
    hump = after({0: 0.0, 5: 1.0, 10: 0.0})
    courses = {"oedema_um": swelling * hump, "erythema_ratio": 1.0 + redness * hump}
    return healing(make_run, collagen_mg_per_ml=after({0: 100.0, 100: collagen}), **courses)


WEAK, DENSE, STRONG = (10.0, 0.2, 101.0), (20.0, 0.4, 102.0), (12.0, 0.3, 104.0)


@pytest.mark.parametrize(
    ("settings", "sign"),
    [
        ((WEAK, DENSE, STRONG), 1.0),
        ((WEAK, (11.0, 0.4, 102.0), STRONG), -1.0),  # energy swells more than density
        ((WEAK, (20.0, 0.25, 102.0), STRONG), -1.0),  # energy reddens more than density
        ((WEAK, (9.0, 0.4, 102.0), (8.0, 0.1, 104.0)), -1.0),  # density swells less than weak and sparse
        ((WEAK, DENSE, (12.0, 0.3, 100.5)), -1.0),  # energy builds nothing
        ((WEAK, (20.0, 0.4, 110.0), STRONG), 1.0),  # density may build as well
    ],
)
def test_density_swells_and_energy_builds(make_run: MakeRun, settings: tuple, sign: float) -> None:
    contrast = CONTRASTS["density_swells_and_energy_builds"]
    assert contrast([[session(make_run, *each)] for each in settings]) == sign


def test_a_contrast_is_of_means_over_seeds(make_run: MakeRun) -> None:
    contrast = CONTRASTS["density_swells_and_energy_builds"]
    weak, dense, strong = (session(make_run, *each) for each in (WEAK, DENSE, STRONG))
    assert contrast([[weak, weak], [weak, dense], [strong, weak]]) == 1.0
    assert contrast([[weak, dense], [weak, weak], [strong, weak]]) == -1.0


def test_a_contrast_of_runs_without_its_series_has_nothing_to_show(make_run: MakeRun) -> None:
    contrast = CONTRASTS["density_swells_and_energy_builds"]
    weak = session(make_run, *WEAK)
    assert math.isnan(contrast([[weak], [weak], [healing(make_run)]]))


def test_a_target_may_be_judged_by_a_contrast(make_run: MakeRun) -> None:
    question = questions()["T43"]
    assert question.measure is None
    assert len(question.needs) == 3
    settings = tuple(Setting(scenario=name) for name in ("weak", "dense", "strong"))
    question = replace(question, settings=settings)
    runs = [[session(make_run, *each)] for each in (WEAK, DENSE, STRONG)]
    verdict = judge(question, dict(zip(settings, runs, strict=True)))
    assert (verdict.status, verdict.model) == ("hit", 1.0)
    verdict = judge(question, dict(zip(settings, reversed(runs), strict=True)))
    assert (verdict.status, verdict.model) == ("missed", -1.0)


def test_series_that_downtime_and_contrasts_read_are_reported() -> None:
    assert {*REST, "collagen_mg_per_ml"} <= set(OBSERVABLES)


def test_a_sham_session_is_a_session_without_downtime(make_run: MakeRun) -> None:
    run = healing(make_run)
    run["injury"].attrs["record"] = json.dumps([{"kind": "sham"}])
    assert downtime_d(run) == 0.0
    assert redness_area_d(run) == oedema_area_um_d(run) == 0.0
