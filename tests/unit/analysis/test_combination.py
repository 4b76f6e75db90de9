import math

import numpy as np
import pytest

from mendsim.analysis.combined_arms import ARMS, combination, quantity_at
from mendsim.analysis.paired import estimate
from mendsim.common.errors import InputError

pytestmark = pytest.mark.filterwarnings("error")

DAYS = np.array([0.0, 10.0, 20.0])


@pytest.fixture
def four(make_run):
    """Make runs of the four arms, in which a scar has a depth by arm and seed on day 20, and 300 um on day 0."""

    def make(**depth):
        return {
            arm: [make_run(DAYS, scar_depth_um=[300.0, 0.5 * (300.0 + last), last]) for last in depth[arm]]
            for arm in ARMS
        }

    return make


def test_a_series_is_read_on_a_day_between_samples_or_at_the_end(make_run):
    run = make_run(DAYS, scar_depth_um=[300.0, 200.0, 180.0])
    found = [quantity_at(run, "scar_depth_um", day) for day in (0.0, 5.0, 20.0, None)]
    assert found == [300.0, 250.0, 180.0, 180.0]


def test_an_end_point_is_of_the_whole_run(make_run):
    run = make_run(DAYS, tgf_beta1_ng_per_ml=[0.1, 0.7, 0.2])
    assert quantity_at(run, "tgf_beta1_peak", None) == 0.7
    with pytest.raises(InputError, match=r"^--at: an end point has no day \(got '3 d'\); allowed: a time series$"):
        quantity_at(run, "tgf_beta1_peak", 3.0)


@pytest.mark.parametrize("day", [-1.0, 20.5])
def test_a_day_outside_the_run_is_refused(make_run, day):
    run = make_run(DAYS, scar_depth_um=[300.0, 200.0, 180.0])
    with pytest.raises(InputError, match=r"^--at: outside the run .*; allowed: 0 d to 20 d$"):
        quantity_at(run, "scar_depth_um", day)


def test_an_unknown_quantity_is_refused(make_run):
    with pytest.raises(InputError, match=r"^--of: unknown quantity \(got 'scar'\); allowed: .*scar_depth_change_um"):
        quantity_at(make_run(DAYS, scar_depth_um=[1.0] * 3), "scar", None)


def test_effects_that_add_up_have_no_interaction_and_an_index_of_one(four):
    runs = four(neither=[300.0, 310.0], laser=[260.0, 270.0], drug=[290.0, 300.0], both=[250.0, 260.0])
    row = combination(runs, ["scar_depth_um"]).iloc[0]
    assert (row["quantity"], row["day"]) == ("scar_depth_um", 20.0)
    assert [row[arm] for arm in ARMS] == [255.0, 265.0, 295.0, 305.0]
    assert [row[f"effect_{arm}"] for arm in ("both", "laser", "drug")] == [-50.0, -40.0, -10.0]
    assert (row["interaction"], row["interaction_low"], row["interaction_high"]) == pytest.approx((0.0, 0.0, 0.0))
    assert row["added"] == pytest.approx(-10.0)
    assert row["index"] == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("both", "interaction", "index"),
    [
        (200.0, -50.0, 2.0),  # they help each other
        (275.0, 25.0, 0.5),  # they hinder each other
        (350.0, 100.0, -1.0),  # together they do the opposite
    ],
)
def test_the_index_tells_help_from_hindrance(four, both, interaction, index):
    runs = four(neither=[300.0, 310.0], laser=[260.0, 270.0], drug=[290.0, 300.0], both=[both, both + 10.0])
    row = combination(runs, ["scar_depth_um"]).iloc[0]
    assert row["interaction"] == pytest.approx(interaction)
    assert row["index"] == pytest.approx(index)


def test_intervals_are_those_of_paired_differences(four):
    values = {"neither": [300.0, 330.0, 310.0], "laser": [262.0, 288.0, 271.0], "drug": [291.0, 318.0, 303.0]}
    values["both"] = [240.0, 279.0, 252.0]
    row = combination(four(**values), ["scar_depth_um"]).iloc[0]
    arrays = {arm: np.array(found) for arm, found in values.items()}
    expected = {
        "both": arrays["both"],
        "effect_laser": arrays["laser"] - arrays["neither"],
        "interaction": arrays["both"] - arrays["laser"] - arrays["drug"] + arrays["neither"],
        "added": arrays["both"] - arrays["laser"],
    }
    for name, found in expected.items():
        wanted = estimate(found.tolist())
        assert (row[name], row[f"{name}_low"], row[f"{name}_high"]) == pytest.approx(
            (wanted.mean, wanted.low, wanted.high)
        )


def test_a_sum_that_is_not_told_from_zero_has_no_index(four):
    noisy = four(neither=[300.0, 300.0], laser=[310.0, 290.0], drug=[300.0, 300.0], both=[280.0, 280.0])
    nothing = four(neither=[300.0], laser=[300.0], drug=[300.0], both=[280.0])
    one = four(neither=[300.0], laser=[290.0], drug=[300.0], both=[280.0])
    two = four(neither=[300.0, 301.0], laser=[290.0, 291.0], drug=[300.0, 301.0], both=[280.0, 281.0])
    index = [combination(runs, ["scar_depth_um"]).iloc[0]["index"] for runs in (noisy, nothing, one, two)]
    assert np.isnan(index[:3]).all()
    assert index[3] == 2.0


def test_one_run_of_each_arm_has_no_intervals(four):
    row = combination(four(neither=[300.0], laser=[280.0], drug=[290.0], both=[260.0]), ["scar_depth_um"]).iloc[0]
    ends = [name for name in row.index if name.endswith(("_low", "_high"))]
    assert len(ends) == 2 * (len(ARMS) + 5)
    assert all(math.isnan(row[name]) for name in ends)
    assert row["interaction"] == -10.0


def test_each_quantity_has_a_row_for_each_day(four):
    runs = four(neither=[300.0], laser=[280.0], drug=[290.0], both=[260.0])
    table = combination(runs, ["scar_depth_um", "scar_depth_change_um"], [None])
    assert list(table["quantity"]) == ["scar_depth_um", "scar_depth_change_um"]
    table = combination(runs, ["scar_depth_um"], [0.0, 10.0, 20.0])
    assert list(table["day"]) == [0.0, 10.0, 20.0]
    assert list(table["effect_both"]) == [0.0, -20.0, -40.0]


def test_what_untreated_skin_does_not_have_still_tells_what_the_drug_adds(make_run):
    days, name = [0.0, 1.0, 2.0, 3.0], "reepithelialised_fraction"
    untouched = [make_run(days, **{name: [1.0] * 4})]
    runs = {"neither": untouched, "drug": untouched} | {
        arm: [make_run(days, sessions_h=(0.0,), **{name: [1.0, 0.5, covered, 1.0]})]
        for arm, covered in (("both", 1.0), ("laser", 0.5))
    }
    row = combination(runs, ["reepithelialisation_days"]).iloc[0]
    assert np.isnan([row["neither"], row["effect_both"], row["interaction"], row["index"]]).all()
    assert row["added"] == pytest.approx(row["both"] - row["laser"])
    assert row["added"] < 0.0


def test_a_wound_that_never_closes_has_no_effect_that_could_be_told(make_run):
    never = [1.0, 0.5, 0.5, 0.6]
    runs = {
        arm: [make_run([0.0, 1.0, 2.0, 3.0], sessions_h=(0.0,), reepithelialised_fraction=never)] * 2 for arm in ARMS
    }
    row = combination(runs, ["reepithelialisation_days"]).iloc[0]
    assert [row[arm] for arm in ARMS] == [math.inf] * 4
    assert np.isnan([row["effect_both"], row["interaction"], row["added"], row["index"]]).all()
