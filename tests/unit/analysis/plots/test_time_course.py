"""Time courses: the mean is the mean, the band its interval, and groups can be told apart."""

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.image import imread
from scipy import stats

from mendsim import analysis
from mendsim.analysis import plots, style
from mendsim.analysis.replicates import Replicate
from mendsim.common.errors import InputError

pytestmark = pytest.mark.filterwarnings("error")

DAYS = [0.0, 1.0, 10.0, 40.0]
VALUES = np.array([[0.0, 3.0, 6.0, 1.0], [0.0, 5.0, 4.0, 1.0], [0.0, 1.0, 8.0, 4.0]])


@pytest.fixture
def replicates(make_run):
    return [make_run(DAYS, sessions_h=(0.0, 240.0), mmp9_ng_per_ml=values) for values in VALUES]


def lines(ax):
    return {line.get_label(): line for line in ax.get_lines() if not line.get_label().startswith("_")}


def band(collection):
    """Low and high of a band at each day."""
    corners = collection.get_paths()[0].vertices
    return {day: (at.min(), at.max()) for day in np.unique(corners[:, 0]) for at in [corners[corners[:, 0] == day, 1]]}


def test_the_line_is_the_mean_and_the_band_its_interval_by_students_t(replicates):
    ax = plots.time_course({"laser": replicates}, "mmp9_ng_per_ml")
    drawn = lines(ax)["laser, n = 3"]
    np.testing.assert_allclose(drawn.get_xdata(), DAYS)
    np.testing.assert_allclose(drawn.get_ydata(), [0.0, 3.0, 6.0, 2.0])
    found = band(ax.collections[0])
    mean, spread = np.array([0.0, 3.0, 6.0, 2.0]), np.array([0.0, 2.0, 2.0, np.sqrt(3.0)])
    half = stats.t.ppf(0.975, 2) * spread / np.sqrt(3.0)
    np.testing.assert_allclose([found[day][0] for day in DAYS], mean - half)
    np.testing.assert_allclose([found[day][1] for day in DAYS], mean + half)
    assert ax.get_ylabel() == "MMP9 [ng/mL]"
    assert ax.get_title(loc="right") == "mean, 95 % interval"


def test_a_single_run_is_a_line_without_a_band(replicates):
    ax = plots.time_course(replicates[0], "mmp9_ng_per_ml")
    assert not ax.collections
    assert ax.get_legend() is None
    assert ax.get_title(loc="right") == ""


def test_groups_differ_in_colour_and_dashes(replicates, make_run):
    other = make_run(DAYS, mmp9_ng_per_ml=[1.0] * 4)
    ax = plots.time_course({"laser": replicates, "control": other}, "mmp9_ng_per_ml")
    drawn = lines(ax)
    assert list(drawn) == ["laser, n = 3", "control"]
    assert [to_hex(line.get_color()) for line in drawn.values()] == list(style.SERIES_COLOURS[:2])
    assert len({line.get_linestyle() for line in drawn.values()}) == 2
    assert [text.get_text() for text in ax.get_legend().get_texts()] == list(drawn)


def ticks(ax):
    return [(line.get_xdata()[0], to_hex(line.get_color())) for line in ax.get_lines() if line.get_marker() == "v"]


def test_sessions_are_marked_once_where_groups_share_them_and_in_their_colour_where_not(replicates, make_run):
    untreated = make_run(DAYS, mmp9_ng_per_ml=[1.0] * 4)
    once = make_run(DAYS, sessions_h=(24.0,), mmp9_ng_per_ml=[1.0] * 4)
    ax = plots.time_course({"laser": replicates, "control": untreated}, "mmp9_ng_per_ml")
    assert ticks(ax) == [(0.0, style.MUTED), (10.0, style.MUTED)]
    ax = plots.time_course({"control": untreated, "laser": replicates, "once": once}, "mmp9_ng_per_ml")
    blue = style.SERIES_COLOURS
    assert ticks(ax) == [(0.0, blue[1]), (10.0, blue[1]), (1.0, blue[2])]


def test_time_is_a_square_root_or_linear_and_short_runs_count_hours(replicates, make_run):
    root, linear = (plots.time_course(replicates, "mmp9_ng_per_ml", scale=scale) for scale in ("sqrt", "linear"))
    places = root.transData.transform([(0.0, 0.0), (10.0, 0.0), (40.0, 0.0)])[:, 0]
    assert (places[1] - places[0]) / (places[2] - places[0]) == pytest.approx(0.5)
    places = linear.transData.transform([(0.0, 0.0), (10.0, 0.0), (40.0, 0.0)])[:, 0]
    assert (places[1] - places[0]) / (places[2] - places[0]) == pytest.approx(0.25)
    short = plots.time_course(make_run([0.0, 1.0], mmp9_ng_per_ml=[0.0, 1.0]), "mmp9_ng_per_ml")
    short.figure.canvas.draw()
    assert short.get_xlabel() == "hour"
    assert [text.get_text() for text in short.get_xticklabels()] == ["0", "1", "3", "6", "12", "24"]


def test_courses_of_a_comparison_are_those_that_it_holds(replicates):
    read = {
        (name, seed): Replicate(values={}, series=run["series"].to_dataset() + shift, content_hash="")
        for name, shift in (("reference", 0.0), ("laser", 2.0))
        for seed, run in enumerate(replicates)
    }
    for replicate in read.values():
        replicate.series["mmp9_ng_per_ml"].attrs["units"] = "ng/mL"
    comparison = analysis.compare_replicates(read, [])
    ax = plots.time_course(comparison, "mmp9_ng_per_ml")
    np.testing.assert_allclose(lines(ax)["laser, n = 3"].get_ydata(), [2.0, 5.0, 8.0, 4.0])
    own = plots.time_course({"reference": replicates}, "mmp9_ng_per_ml")
    for day, ends in band(own.collections[0]).items():
        assert band(ax.collections[0])[day] == pytest.approx(ends)


def test_a_sheet_has_what_moves_the_most_telling_first(make_run):
    moving = {"mmp9_ng_per_ml": [0.0, 1.0], "scar_depth_um": [3.0, 1.0], "reepithelialised_fraction": [0.5, 1.0]}
    run = make_run([0.0, 5.0], oxygen_mmhg=[40.0, 40.0], **moving)
    replicate = Replicate(values={}, series=run["series"].to_dataset(), content_hash="")
    axes = plots.course_sheet(analysis.compare_replicates({("a", 1): replicate, ("b", 1): replicate}, []))
    assert list(axes) == ["reepithelialised_fraction", "scar_depth_um", "mmp9_ng_per_ml"]
    figure = axes["scar_depth_um"].figure
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["a", "b"]
    np.testing.assert_allclose(axes["scar_depth_um"].get_lines()[0].get_ydata(), [3.0, 1.0])


def test_it_draws_on_axes_that_are_given_and_leaves_pyplot_alone(replicates):
    import matplotlib.pyplot as plt

    figure = style.figure(3.0, 3.0)
    given = figure.add_subplot()
    before = dict(plt.rcParams)
    assert plots.time_course(replicates, "mmp9_ng_per_ml", given) is given
    assert plt.get_fignums() == []
    assert dict(plt.rcParams) == before


@pytest.mark.parametrize(("ending", "head"), [(".png", b"\x89PNG"), (".pdf", b"%PDF"), (".svg", b"<?xml")])
def test_a_file_is_the_same_each_time_and_as_wide_as_a_column(replicates, tmp_path, ending, head):
    first, second = (
        plots.save(plots.time_course(replicates, "mmp9_ng_per_ml"), tmp_path / "new" / f"{name}{ending}")
        for name in "ab"
    )
    assert first.read_bytes() == second.read_bytes()
    assert first.read_bytes().startswith(head)
    if ending == ".png":
        picture = imread(first)
        assert picture.shape[1] == pytest.approx(85.0 / 25.4 * 300, abs=1)
        assert picture[..., :3].std() > 0.05


def test_what_cannot_be_drawn_is_refused_in_one_line(replicates, make_run, tmp_path):
    with pytest.raises(InputError, match=r"unknown time series \(got 'mmp9_ng'\); allowed: mmp9_ng_per_ml\?"):
        plots.time_course(replicates, "mmp9_ng")
    with pytest.raises(InputError, match="does not hold the time series"):
        plots.time_course(replicates, "oxygen_mmhg")
    with pytest.raises(InputError, match="replicates differ in their times"):
        plots.time_course([replicates[0], make_run([0.0, 2.0], mmp9_ng_per_ml=[0.0, 1.0])], "mmp9_ng_per_ml")
    with pytest.raises(InputError, match="no runs"):
        plots.time_course([], "mmp9_ng_per_ml")
    with pytest.raises(InputError, match=r"too many groups.*up to 8"):
        plots.time_course({str(n): replicates for n in range(9)}, "mmp9_ng_per_ml")
    with pytest.raises(InputError, match=r"unknown kind of file.*\.png or \.pdf or \.svg"):
        plots.save(plots.time_course(replicates, "mmp9_ng_per_ml"), tmp_path / "a.gif")
