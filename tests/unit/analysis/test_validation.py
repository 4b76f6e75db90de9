"""Measures of published targets on made-up runs, and how they are judged."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import numpy as np
import pytest
import xarray as xr

from mendsim.abm.observables import CELL_KIND
from mendsim.analysis import zone_closure
from mendsim.analysis.measures import HOURS, MEASURES
from mendsim.analysis.mend_table import mends
from mendsim.analysis.validation import Setting, chosen, judge, questions
from mendsim.common.errors import InputError
from mendsim.common.targets import READINGS, load_targets

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


def test_every_question_is_complete() -> None:
    targets = load_targets()
    wanted = [f"T{number}" for number in (*range(20, 37), *range(39, 44), *range(55, 61), 69)]
    assert set(wanted) <= set(questions())
    for name, question in questions().items():
        assert question.over in ("mean", "largest")
        if question.measure is None and question.contrast is None:
            assert question.absent_because
            continue
        assert question.settings
        assert question.assumed
        if question.measure is None:
            continue
        unit = targets[name].unit
        assert unit == question.measure.unit or (question.measure.unit == "h" and unit in HOURS), name
    assert READINGS == ("as_it_stands", "at_most", "at_least")


def test_unknown_targets_are_told_with_what_can_be_asked() -> None:
    assert [question.target.id for question in chosen(["T69", "T20"])] == ["T20", "T69"]
    for name, problem in (("T999", "unknown target"), ("T01", "not judged yet")):
        with pytest.raises(InputError, match=f"{problem} .*T20, T21"):
            chosen([name])


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
