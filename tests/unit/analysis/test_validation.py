"""Measures of published targets on made-up runs, and how they are judged."""

from __future__ import annotations

import json
import math
import re
import tomllib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

import mendsim.analysis
from mendsim.abm.observables import CELL_KIND
from mendsim.analysis import zone_closure
from mendsim.analysis.fitted import named_targets
from mendsim.analysis.measures import HOURS, MEASURES
from mendsim.analysis.mend_table import mends
from mendsim.analysis.validation import Setting, chosen, questions
from mendsim.analysis.verdict import judge, leave_out
from mendsim.common.errors import InputError
from mendsim.common.targets import READINGS, load_targets
from mendsim.thermal import load_parameters

SESSION_H, SPACING_UM = 24.0, 10.0
BASAL, CORNEOCYTE, DEBRIS = (CELL_KIND[name] for name in ("basal", "corneocyte", "debris"))
COLUMNS = 20
ZONES = {0: slice(4, 8), 1: slice(13, 16)}
"""Columns that each zone lays bare."""


def made_up(closes_h: tuple[float, float] = (6.0, 9.0), debris: bool = True) -> xr.DataTree:
    """Two zones in a section of skin: four layers of air, two of cells, two of dermis.

    A zone lies bare, under its debris or empty, until its hour; then cells stand in it, under what debris there was.
    """
    hours = np.array([0.0, *(SESSION_H + np.arange(25.0))])
    kinds, tissue = np.zeros((len(hours), 8, 1, COLUMNS), np.uint8), np.zeros((len(hours), 8, 1, COLUMNS), np.uint8)
    tissue[:, 6:] = 2
    kinds[:, 4:6] = BASAL
    for number, columns in ZONES.items():
        for row, hour in enumerate(hours):
            if hour < SESSION_H:
                continue
            closed = hour >= SESSION_H + closes_h[number]
            kinds[row, 4:6, 0, columns] = BASAL if closed else DEBRIS if debris else 0
            if debris and closed:
                kinds[row, 3, 0, columns] = DEBRIS
    tissue[kinds > 0] = 1
    series = {"debris_count": (kinds == DEBRIS).sum(axis=(1, 2, 3)).astype(float)}
    axes = {"x_um": ("x", SPACING_UM * (np.arange(COLUMNS) + 0.5)), "y_um": ("y", [5.0])}
    sites = ("snapshot", "z", "y", "x")
    return xr.DataTree.from_dict(
        {
            "/series": xr.Dataset({k: ("time", v) for k, v in series.items()}, {"time": hours}),
            "/fields": xr.Dataset(
                {"cell_kind": (sites, kinds), "tissue": (sites, tissue)}, {"snapshot": hours, **axes}
            ),
            "/injury": xr.Dataset({}, {"session": [SESSION_H]}, {"record": json.dumps([{"kind": "laser"}])}),
            "/zones": xr.Dataset(
                {"x_um": ("zone", [60.0, 145.0]), "y_um": ("zone", [5.0, 5.0]), "session_index": ("zone", [0, 0])}
            ),
        }
    )


def with_series(name: str, values: np.ndarray, hours: np.ndarray) -> xr.DataTree:
    return xr.DataTree.from_dict(
        {
            "/series": xr.Dataset({name: ("time", values)}, {"time": hours}),
            "/injury": xr.Dataset({}, {"session": [SESSION_H]}, {"record": json.dumps([{"kind": "laser"}])}),
        }
    )


def test_each_zone_closes_at_its_own_hour() -> None:
    cells = zone_closure.course(made_up())
    assert cells is not None
    assert list(cells.zones) == [0, 1]
    assert list(zone_closure.closing_hours(cells)) == [6.0, 9.0]


@pytest.mark.parametrize(
    ("name", "closes_h", "expected"),
    [
        ("half_of_zones_closed_h", (6.0, 9.0), 6.0),
        ("most_zones_closed_h", (6.0, 9.0), 9.0),
        ("closing_h", (9.0, 6.0), 9.0),
        ("closing_h", (9.0, 99.0), math.inf),
        ("mend_first_h", (9.0, 7.0), 7.0),
        ("mend_diameter_um", (9.0, 7.0), 35.0),
        ("closed_in_images_h", (9.0, 7.0), 9.0),
        ("closed_in_images_h", (9.0, 99.0), math.inf),
    ],
)
def test_a_measure_reads_the_zones(name: str, closes_h: tuple[float, float], expected: float) -> None:
    assert MEASURES[name].function(made_up(closes_h)) == expected


def test_a_zone_without_debris_shows_no_mend() -> None:
    run = made_up(debris=False)
    assert math.isnan(MEASURES["mend_first_h"].function(run))
    assert MEASURES["closing_h"].function(run) == 9.0


def test_the_open_area_is_that_of_the_zones_still_open() -> None:
    cells = zone_closure.course(made_up((6.0, 9.0), debris=False))
    assert cells is not None
    area = zone_closure.open_area(cells)
    assert area[0] == pytest.approx(7 / COLUMNS)
    assert area[7] / area[0] == pytest.approx(3 / 7)
    assert area[-1] == 0.0


def test_a_run_without_session_or_snapshots_has_nothing_to_show() -> None:
    run = with_series("debris_count", np.zeros(3), np.array([0.0, 24.0, 48.0]))
    for measure in MEASURES.values():
        if measure.name != "mend_shed_h":
            assert math.isnan(measure.function(run)), measure.name


def test_water_loss_comes_back_for_good() -> None:
    hours = np.arange(0.0, 265.0, 24.0)
    loss = np.where(hours <= SESSION_H, 10.0, 10.0 + 20.0 * np.clip(1.0 - (hours - SESSION_H) / 192.0, 0.0, 1.0))
    run = with_series("water_loss_g_per_m2_h", loss, hours)
    assert MEASURES["water_loss_day_3"].function(run) == pytest.approx(1.0 + 2.0 * (1.0 - 72.0 / 192.0))
    assert MEASURES["water_loss_back_h"].function(run) == pytest.approx(192.0 * (1.0 - 0.1 / 2.0))


def test_darkening_must_rise_before_it_resolves() -> None:
    hours = np.arange(0.0, 2000.0, 24.0)
    days = (hours - SESSION_H) / 24.0
    darker = 100.0 * (1.0 + 0.2 * np.clip(days / 10.0, 0.0, 1.0) * np.clip((50.0 - days) / 40.0, 0.0, 1.0))
    measure = MEASURES["darkening_resolved_h"]
    assert measure(with_series("epidermal_melanin_pg", darker, hours), "week") == pytest.approx(40.0 / 7.0)
    assert math.isnan(measure(with_series("epidermal_melanin_pg", np.full(len(hours), 100.0), hours), "week"))


def test_mends_are_read_from_their_table_where_a_run_keeps_one() -> None:
    run = made_up((9.0, 7.0))
    assert mends(run) is None
    columns = {
        "formed_h": [SESSION_H] * 3,
        "covered_h": [SESSION_H + 12.0, SESSION_H + 20.0, np.nan],
        "shed_h": [SESSION_H + 96.0, SESSION_H + 120.0, np.nan],
        "width_um": [80.0, 100.0, 500.0],
        "merged_into": [0, 0, 2],
    }
    run["mends"] = xr.DataTree(xr.Dataset({name: ("mend", values) for name, values in columns.items()}))
    found = {name: MEASURES[name].function(run) for name in ("mend_first_h", "mend_shed_h", "mend_diameter_um")}
    assert found == {"mend_first_h": 12.0, "mend_shed_h": 120.0, "mend_diameter_um": 90.0}
    run["mends"]["merged_into"][:] = 0
    assert MEASURES["mend_shed_h"].function(run) == math.inf
    run["mends"] = xr.DataTree(xr.Dataset({"other": ("mend", [1])}))
    assert mends(run) is None


def test_every_target_is_asked_in_one_way() -> None:
    targets = load_targets()
    assert list(questions()) == list(targets)
    for name, question in questions().items():
        assert question.over in ("mean", "largest")
        ways = (
            question.measure,
            question.contrast,
            question.zones,
            question.absent_because,
            question.not_judged_because,
        )
        assert sum(map(bool, ways)) == 1, name
        assert bool(question.settings) == (question.measure is not None or question.contrast is not None), name
        assert question.assumed or not question.settings, name
        assert question.measured_as or question.absent_because or question.not_judged_because, name
        if question.measure is not None:
            unit = targets[name].unit
            assert unit == question.measure.unit or (question.measure.unit == "h" and unit in HOURS), name
    assert READINGS == ("as_it_stands", "at_most", "at_least")


def test_the_file_holds_each_target_and_uses_each_study_once() -> None:
    text = (Path(mendsim.analysis.__file__).parent / "validation.toml").read_text(encoding="utf-8")
    assert sorted(re.findall(r"^\[targets\.(T\d\d)\]$", text, re.MULTILINE)) == sorted(load_targets())
    data = tomllib.loads(text)
    assert {row["study"] for row in data["targets"].values() if "study" in row} == set(data["studies"])
    known = {"zone", "mean_error_of", "study", "measure", "contrast", "reads", "reads_because", "over", "put_in"}
    known |= {"missed_because", "absent_because", "not_judged_because"}
    assert {key for row in data["targets"].values() for key in row} <= known


def test_unknown_targets_are_told_with_what_can_be_asked() -> None:
    assert [question.target.id for question in chosen(["T69", "T01"])] == ["T01", "T69"]
    with pytest.raises(InputError, match=r"unknown target .*T01, T02"):
        chosen(["T999"])


def test_what_numbers_were_fitted_to_is_read_from_their_sources() -> None:
    assert questions()["T56"].fitted == ("keratinocyte.activation_time_h",)
    assert questions()["T08"].fitted == ("light_10600.plume_loss",)  # "T07 to T09"
    assert questions()["T11"].fitted == ()  # named after a semicolon, for comparison
    assert questions()["T14"].fitted == ("light_2940.plume_loss",)  # put in
    entry = load_parameters().entries["light_10600.plume_loss"]
    assert named_targets(entry) == ["T01", "T03", "T07", "T08", "T09"]
    assert named_targets(replace(entry, evidence="measured")) == []


def test_zones_are_judged_by_their_size_and_together_by_their_mean_error() -> None:
    single = judge(questions()["T01"], sizes={"T01": 780.0})
    assert (single.status, single.model, single.low, single.interval) == ("missed", 780.0, 780.0, "one zone")
    assert single.error == pytest.approx(0.5)
    assert judge(questions()["T01"], sizes={"T01": 600.0}).status == "hit"
    together = questions()["T19"]
    exact = {name: load_targets()[name].value for name in together.zones}
    verdict = judge(together, sizes=exact | {"T01": 1.3 * 520.0, "T15": 2000.0})  # T15 is a lower bound
    assert verdict.model == pytest.approx(30.0 / len(exact))
    assert (verdict.status, verdict.low, verdict.high) == ("hit", 0.0, pytest.approx(30.0))
    worse = {name: 1.3 * value for name, value in exact.items()}
    assert judge(together, sizes=worse).status == "missed"


def test_an_interval_says_what_it_was_taken_over() -> None:
    one, two = Setting(scenario="x"), Setting(scenario="y")
    question, run = replace(questions()["T69"], settings=(one,)), made_up()
    assert judge(question, {one: [run]}).interval == "one seed"
    assert judge(question, {one: [run, run]}).interval == "range over 2 seeds"
    question = replace(question, settings=(one, two))
    assert judge(question, {one: [run], two: [run]}).interval == "range over 2 settings"
    assert judge(question, {one: [run] * 3, two: [run] * 3}).interval == "range over 3 seeds and 2 settings"


def test_the_interval_of_a_contrast_is_that_of_its_seeds() -> None:
    one, two = Setting(scenario="x"), Setting(scenario="y")

    def ratio(runs):
        first, last = (sum(float(run["series"]["debris_count"][0]) for run in each) for each in runs)
        return first / last if last else math.nan

    def counted(value: float) -> xr.DataTree:
        return with_series("debris_count", np.full(3, value), np.arange(3.0))

    question = replace(questions()["T45"], contrast=ratio, settings=(one, two))
    verdict = judge(question, {one: [counted(1.0), counted(5.0)], two: [counted(1.0), counted(1.0)]})
    assert (verdict.model, verdict.low, verdict.high) == (3.0, 1.0, 5.0)
    assert (verdict.status, verdict.interval) == ("hit", "range over 2 seeds")
    verdict = judge(question, {one: [counted(1.0), counted(5.0)], two: [counted(0.0), counted(1.0)]})
    assert (verdict.model, verdict.low, verdict.high) == (6.0, 5.0, 5.0)


def test_what_is_left_out_says_why_and_what_cannot_be_judged_keeps_its_reason() -> None:
    left = leave_out(questions()["T69"], "too long")
    assert (left.status, left.reason) == ("not judged", "too long")
    assert math.isnan(left.model)
    for name, status in (
        ("T55", "not modelled"),
        ("T70", "not modelled"),
        ("T11", "not judged"),
        ("T80", "not judged"),
    ):
        for verdict in (leave_out(questions()[name], "too long"), judge(questions()[name])):
            assert verdict.status == status
            assert verdict.reason not in ("", "too long", "the runs have nothing to show")


def test_a_verdict_is_the_mean_over_seeds_and_settings() -> None:
    question = questions()["T69"]
    one, two = Setting(scenario="x"), Setting(scenario="y")
    question = replace(question, settings=(one, two))
    runs = {one: [made_up((6.0, 8.0)), made_up((6.0, 10.0))], two: [made_up((6.0, 12.0)), made_up((6.0, 24.0))]}
    verdict = judge(question, runs)
    assert verdict.model == pytest.approx(13.5 / 24.0)
    assert (verdict.low, verdict.high) == (8.0 / 24.0, 1.0)
    assert (verdict.status, verdict.error, verdict.reason) == ("hit", 0.0, "")
    assert judge(replace(question, over="largest"), runs).model == pytest.approx(18.0 / 24.0)


def test_a_miss_gives_its_reason_and_an_absence_another() -> None:
    question = replace(questions()["T24"], missed_because="too fast")
    setting = Setting(scenario="x")
    question = replace(question, settings=(setting,))
    missed = judge(question, {setting: [made_up()]})
    assert (missed.status, missed.reason) == ("missed", "too fast")
    assert missed.error == pytest.approx(9.0 / 48.0 - 1.0)
    never = judge(question, {setting: [made_up((6.0, 99.0))]})
    assert (never.status, never.model) == ("missed", math.inf)
    assert question.measure is not None
    absent = replace(question, measure=replace(question.measure, needs=("no_such_series",)))
    assert absent.needs == ()
    verdict = judge(absent, {})
    assert (verdict.status, verdict.reason) == ("not modelled", "the model does not report no_such_series")
    assert math.isnan(verdict.error)
