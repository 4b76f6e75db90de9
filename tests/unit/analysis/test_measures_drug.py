"""Measures of drugs and channels, and contrasts of settings, on made-up runs."""

import json
import math

import numpy as np
import pytest
import xarray as xr

from mendsim.abm.observables import CELL_KIND, OBSERVABLES, TISSUE
from mendsim.analysis import contrasts_drug, measures_drug
from mendsim.analysis.contrasts import CONTRASTS
from mendsim.analysis.measures import MEASURES

pytestmark = pytest.mark.filterwarnings("error")

HOURS = np.arange(0.0, 49.0)
OF_DRUGS = [name for name, measure in MEASURES.items() if measure.function.__module__ == measures_drug.__name__]
OF_SETTINGS = [name for name, contrast in CONTRASTS.items() if contrast.__module__ == contrasts_drug.__name__]


@pytest.fixture
def hourly(make_run):
    """Make a run of two days with a row each hour."""

    def make(*, sessions_h=(), **series):
        run = make_run(HOURS / 24.0, sessions_h=sessions_h, **series)
        run.attrs["scenario"] = json.dumps({"events": [{"kind": "drug", "at": "0 h"}]})
        return run

    return make


@pytest.fixture
def soaked(hourly):
    """Make a run whose skin holds some drug at the end, and whose middle dermis follows a course."""

    def make(in_skin=1.0, middle=None, **more):
        held = dict.fromkeys(("corneum", "epidermis", "channel", "dermis", "hypodermis"), 0.0 * HOURS)
        held["dermis"] = np.linspace(0.0, in_skin, len(HOURS))
        held["given"] = 10.0 * (HOURS > 0.0)
        series = {f"drug_{place}_ug_per_cm2": values for place, values in (held | more).items()}
        if middle is not None:
            series["drug_middle_dermis_ug_per_ml"] = middle
        return hourly(**series)

    return make


def test_every_measure_and_contrast_of_drugs_is_known_and_said():
    assert len(OF_DRUGS) == 7
    assert len(OF_SETTINGS) == 4
    for name in OF_DRUGS:
        assert MEASURES[name].missing == []
        assert MEASURES[name].definition
    assert all(CONTRASTS[name].__doc__ for name in OF_SETTINGS)


@pytest.mark.parametrize(
    "name",
    [name for name in OF_DRUGS if name != "scars_better_at_3_months"],
)
def test_a_run_without_drug_channel_or_session_has_nothing_to_show(hourly, name):
    series = {need: 0.0 * HOURS for need in OBSERVABLES if need.startswith("drug_")}
    for run in (hourly(keratinocyte_count=HOURS), hourly(**series)):
        assert math.isnan(MEASURES[name].function(run))


def test_a_run_without_scar_or_session_is_neither_better_nor_not(hourly):
    assert math.isnan(MEASURES["scars_better_at_3_months"].function(hourly(keratinocyte_count=HOURS)))


@pytest.mark.parametrize("name", ["improvement_at_3_months", "scars_better_at_3_months"])
def test_skin_without_a_scar_cannot_improve(make_run, name):
    run = make_run([0.0, 1.0, 91.0], sessions_h=(0.0,), scar_depth_um=[0.0, 0.0, 0.0])
    assert math.isnan(MEASURES[name].function(run))


def test_the_middle_of_the_dermis_is_saturated_at_nine_tenths_of_its_highest(hourly):
    rising = hourly(drug_middle_dermis_ug_per_ml=np.minimum(HOURS / 20.0, 1.0))
    assert MEASURES["middle_dermis_saturated_h"](rising, "h") == pytest.approx(18.0)
    assert MEASURES["middle_dermis_saturated_h"](rising, "min") == pytest.approx(18.0 * 60.0)
    falling = hourly(drug_middle_dermis_ug_per_ml=np.interp(HOURS, [0.0, 10.0, 48.0], [0.0, 5.0, 0.0]))
    assert MEASURES["middle_dermis_saturated_h"](falling, "h") == pytest.approx(9.0)


def test_what_has_crossed_is_a_share_of_the_dose(hourly):
    run = hourly(
        drug_given_ug_per_cm2=np.where(HOURS > 0.0, 50.0, 0.0),
        drug_received_ug_per_cm2=np.interp(HOURS, [2.0, 48.0], [0.0, 46.0]),
    )
    assert MEASURES["crossed_after_7_h"].function(run) == pytest.approx(10.0)
    assert MEASURES["crossed_after_24_h"].function(run) == pytest.approx(44.0)


def test_a_plug_is_dense_when_it_has_nine_tenths_of_its_solids(hourly):
    share = np.where(HOURS < 6.0, np.nan, np.interp(HOURS, [6.0, 16.0], [0.01, 0.5]))
    run = hourly(sessions_h=(6.0,), clot_solid_share=share)
    assert MEASURES["plug_dense_h"](run, "h") == pytest.approx((0.45 - 0.01) / 0.049)
    dissolved = np.where(HOURS > 30.0, np.nan, share)
    assert MEASURES["plug_dense_h"](hourly(sessions_h=(6.0,), clot_solid_share=dissolved), "h") < 10.0
    loose = np.where(HOURS > 20.0, 0.1, share)
    assert MEASURES["plug_dense_h"](hourly(sessions_h=(6.0,), clot_solid_share=loose), "h") < 10.0


@pytest.mark.parametrize(("depth_um", "better"), [(240.0, 100.0), (269.0, 100.0), (271.0, 0.0), (330.0, 0.0)])
def test_a_scar_is_better_if_it_is_shallower_by_a_tenth_after_three_months(make_run, depth_um, better):
    course = [300.0, 320.0, depth_um, 100.0]
    run = make_run([0.0, 1.0, 91.0, 180.0], sessions_h=(24.0,), scar_depth_um=course)
    assert MEASURES["scars_better_at_3_months"].function(run) == better
    assert MEASURES["improvement_at_3_months"].function(run) == pytest.approx(100.0 * (1.0 - depth_um / 300.0))


def test_zones_are_open_until_living_cells_cover_them():
    kinds = np.zeros((4, 6, 1, 12), np.uint8)
    kinds[:, 2] = CELL_KIND["basal"]
    tissue = np.full(kinds.shape, TISSUE["dermis"], np.uint8)
    tissue[:, :2], tissue[:, 2] = TISSUE["air"], TISSUE["epidermis"]
    for zone, closes in ((2, 2), (8, 3)):
        kinds[1:closes, 2, :, zone : zone + 2] = 0
        tissue[1:, 3, :, zone : zone + 2] = TISSUE["clot"]
    hours = np.array([0.0, 24.0, 30.0, 48.0])
    axes = ("snapshot", "z", "y", "x")
    fields = xr.Dataset(
        {"cell_kind": (axes, kinds), "tissue": (axes, tissue)},
        {
            "snapshot": ("snapshot", hours),
            "depth_um": ("z", (np.arange(6) - 1.5) * 10.0),
            "y_um": ("y", [0.0]),
            "x_um": ("x", (np.arange(12) + 0.5) * 10.0),
        },
    )
    zones = xr.Dataset(
        {"x_um": ("zone", [30.0, 90.0]), "y_um": ("zone", [0.0, 0.0]), "session_index": ("zone", [0, 0])}
    )
    groups = {
        "/series": xr.Dataset(coords={"time": ("time", hours)}),
        "/fields": fields,
        "/zones": zones,
        "/injury": xr.Dataset(coords={"session": ("session", [24.0])}),
    }
    assert MEASURES["zones_open_after_12_h"].function(xr.DataTree.from_dict(groups)) == 50.0


def test_uptake_is_compared_with_intact_skin_over_replicates(soaked):
    settings = [[soaked(6.0), soaked(10.0)], [soaked(99.0)], [soaked(1.0), soaked(3.0)]]
    assert CONTRASTS["uptake_against_intact"](settings) == 4.0
    assert math.isnan(CONTRASTS["uptake_against_intact"]([[soaked(1.0)], [soaked(0.0)]]))


def test_late_uptake_is_what_is_left_of_the_gain(soaked):
    once, late, intact = [soaked(9.0)], [soaked(3.0)], [soaked(1.0)]
    assert CONTRASTS["uptake_after_waiting"]([once, late, intact]) == 0.25
    assert CONTRASTS["uptake_after_waiting"]([once, intact, intact]) == 0.0
    assert math.isnan(CONTRASTS["uptake_after_waiting"]([intact, late, once]))


def test_the_middle_of_the_dermis_stands_out_at_twice_that_of_intact_skin(soaked):
    intact = [soaked(middle=np.full(len(HOURS), 1.0))]
    treated = [soaked(middle=HOURS / 4.0), soaked(middle=HOURS / 2.0)]
    assert CONTRASTS["middle_dermis_stands_out_h"]([treated, intact]) == 6.0
    assert CONTRASTS["middle_dermis_stands_out_h"]([intact, intact]) == math.inf
    nothing = [soaked(middle=0.0 * HOURS)]
    assert CONTRASTS["middle_dermis_stands_out_h"]([treated, nothing]) == 1.0
    assert CONTRASTS["middle_dermis_stands_out_h"]([nothing, nothing]) == math.inf


def test_the_middle_of_the_dermis_is_compared_at_seven_hours(soaked):
    treated, intact = [soaked(middle=HOURS)], [soaked(middle=0.5 * np.sqrt(HOURS / 7.0))]
    assert CONTRASTS["middle_dermis_against_intact"]([treated, intact]) == pytest.approx(14.0)


def test_the_middle_of_the_dermis_against_nothing_is_no_number(soaked):
    treated, nothing = [soaked(middle=HOURS)], [soaked(middle=0.0 * HOURS)]
    assert not math.isfinite(CONTRASTS["middle_dermis_against_intact"]([treated, nothing]))
