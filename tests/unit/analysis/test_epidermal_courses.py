import numpy as np
import pytest
import xarray as xr
from matplotlib.collections import LineCollection

from mendsim import analysis
from mendsim.analysis import mend_table, pictures, timecourses

pytestmark = pytest.mark.filterwarnings("error")

DAYS = [0.0, 1.0, 2.0, 3.0, 10.0]


def value(run, name):
    return analysis.outcomes(run, [name])["value"].iloc[0]


def with_mends(run, **columns):
    """Add a table of MENDs and a track of each at 0, 24 and 48 h to a run."""
    numbers = np.arange(1, len(columns["covered_h"]) + 1)
    table = {"number": numbers, "formed_h": 0.0 * numbers, "width_um": 90.0 + 0.0 * numbers, "merged_into": 0 * numbers}
    looks = np.tile([0.0, 24.0, 48.0], len(numbers))
    track = {"time_h": looks, "mend": np.repeat(numbers, 3), "depth_um": 60.0 - looks}
    about = {name: ("mend", np.asarray(values)) for name, values in (table | columns).items()}
    run["mends"] = xr.DataTree.from_dict(
        {"/": xr.Dataset(about), "/track": xr.Dataset({name: ("look", values) for name, values in track.items()})}
    )
    return run


def test_water_loss_is_measured_against_untouched_skin(make_run):
    # A session on day 1: untouched skin loses 6, and only day 2 is above 6.6; days 3 and 10 are back.
    run = make_run(DAYS, sessions_h=(24.0,), water_loss_g_per_m2_h=[5.0, 6.0, 12.0, 6.5, 6.6])
    assert value(run, "water_loss_peak") == pytest.approx(2.0, abs=1e-12)
    assert value(run, "water_loss_raised_hours") == pytest.approx(24.0, abs=1e-9)


def test_water_loss_of_untreated_skin_is_not_raised(make_run):
    run = make_run(DAYS, water_loss_g_per_m2_h=[6.0, 6.1, 5.9, 6.0, 6.0])
    assert value(run, "water_loss_raised_hours") == 0.0


def test_mends_are_seen_once_covered_and_gone_with_the_last(make_run):
    run = make_run(DAYS, sessions_h=(0.0,), debris_count=[0.0, 9, 9, 9, 0])
    with_mends(run, covered_h=[30.0, 18.0], shed_h=[96.0, 192.0])
    assert value(run, "mend_first_seen_days") == 0.75
    assert value(run, "mend_shed_days") == 8.0


def test_mends_that_stay_are_not_shed_within_the_run(make_run):
    run = make_run(DAYS, sessions_h=(0.0,), debris_count=[0.0, 9, 9, 9, 9])
    with_mends(run, covered_h=[30.0, np.nan], shed_h=[96.0, np.nan])
    assert value(run, "mend_first_seen_days") == 1.25
    assert value(run, "mend_shed_days") == np.inf


def test_melanin_of_living_cells_changes_by_its_index(make_run):
    run = make_run(DAYS, melanin_index_pg=[2.0, 2.0, 1.8, 1.9, 2.1], epidermal_melanin_pg=[9.0, 9, 9, 9, 9])
    assert value(run, "melanin_index_change") == pytest.approx(5.0, abs=1e-12)
    assert value(run, "melanin_change") == 0.0


def test_the_depth_of_a_mend_is_followed_until_it_is_shed(make_run):
    run = make_run(DAYS, sessions_h=(0.0,), debris_count=[0.0, 9, 9, 9, 0], debris_depth_um=[0.0, 50, 40, 30, 0])
    with_mends(run, covered_h=[18.0, 18.0], shed_h=[24.0, np.nan])
    first, second = mend_table.depths(run).values()
    np.testing.assert_array_equal(first[0], [0.0, 1.0])
    np.testing.assert_array_equal(second[1], [60.0, 36.0, 12.0])
    ax = timecourses.panel(run, "mend_depth")
    drawn = [item for item in ax.collections if isinstance(item, LineCollection)]
    assert [len(path.vertices) for path in drawn[0].get_paths()] == [2, 3]
    bottom, top = ax.get_ylim()
    assert bottom >= 60.0 > 0.0 >= top, "depth points down and every line is in sight"
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["mean of all debris", "each MEND"]


def test_debris_that_is_not_there_has_no_depth(make_run):
    run = make_run(DAYS, debris_count=[0.0, 9, 9, 9, 0], debris_depth_um=[0.0, 50, 40, 30, 0])
    line = timecourses.panel(run, "mend_depth").get_lines()[0]
    np.testing.assert_array_equal(line.get_ydata(), [np.nan, 50, 40, 30, np.nan])
    assert mend_table.depths(run) == {}


def test_bacteria_are_shown_only_where_they_move(make_run):
    name = "microbial_load_log10_cfu_per_cm2"
    assert not timecourses.applies(make_run(DAYS, **{name: [2.9] * 5}), "microbes")
    assert timecourses.applies(make_run(DAYS, **{name: [2.9, 3.1, 2.9, 2.9, 2.9]}), "microbes")


def test_a_store_without_the_newer_series_still_opens(make_run):
    run = make_run(DAYS, sessions_h=(0.0,), epidermal_melanin_pg=[9.0, 8, 8, 8, 9], debris_count=[0.0, 9, 9, 9, 0])
    assert [name for name in timecourses.PANELS if timecourses.applies(run, name)] == ["debris", "pigment"]
    pictures.time_courses(run).canvas.draw()
    for name in ("water_loss_raised_hours", "water_loss_peak", "mend_first_seen_days", "mend_shed_days"):
        assert np.isnan(value(run, name)), name
