"""Depth profiles and kymographs: what is drawn is the mean that a reader would take by hand."""

import numpy as np
import pytest
import xarray as xr
from matplotlib.collections import QuadMesh
from scipy import stats

from mendsim.analysis import plots, store, style
from mendsim.common.errors import InputError

pytestmark = pytest.mark.filterwarnings("error")


def profile(ax, number=0):
    line = ax.get_lines()[number]
    depth, value = np.asarray(line.get_ydata(), float), np.asarray(line.get_xdata(), float)
    return depth[np.isfinite(value)], value[np.isfinite(value)]


def steps(data):
    """Oxygen that falls by 1 a site in depth and by 10 a snapshot; collagen 100 mg/mL wherever there is dermis."""
    rank = (
        -np.arange(data.sizes["z"])[None, :, None, None] - 10.0 * np.arange(data.sizes["snapshot"])[:, None, None, None]
    )
    dermis = (data["tissue"] == 2).astype(float)
    return {
        "oxygen": data["collagen_1"] * 0 + rank,
        "collagen_1": 80.0 * dermis,
        "collagen_3": 20.0 * dermis,
    }


def test_a_signal_is_averaged_over_tissue(changed):
    run = changed(steps)
    depth, value = profile(plots.depth_profile(run, "oxygen", [0]))
    every = run["fields"]["depth_um"].to_numpy()
    np.testing.assert_allclose(depth, every[every > 0])
    np.testing.assert_allclose(value, -np.flatnonzero(every > 0.0))


def test_an_empty_channel_counts_in_the_mean_of_matrix(changed):
    def dug(data):
        tissue = data["tissue"].where((data["x_um"] > 200.0) | (data["snapshot"] == 0.0), 0)
        return steps(data.assign(tissue=tissue)) | {"tissue": tissue}

    run = changed(dug, treated=False)
    depth, value = profile(plots.depth_profile(run, "collagen", [90]))
    share = float((run["fields"]["x_um"] > 200.0).mean())
    np.testing.assert_allclose(value[depth > 120.0], 100.0 * share, rtol=1e-6)
    assert depth.min() >= 70.0, "no matrix in the epidermis"


def test_changes_are_from_a_day_or_from_untouched_skin(changed):
    run = changed(steps)
    ax = plots.depth_profile(run, "oxygen", [7, 90], since=0)
    np.testing.assert_allclose(profile(ax, 0)[1], -40.0)
    np.testing.assert_allclose(profile(ax, 1)[1], -80.0)
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["day 7", "day 90"]
    assert ax.get_xlabel() == "change of oxygen [mmHg]"
    before = changed(lambda data: {"oxygen": steps(data)["oxygen"] + 5.0}, treated=False)
    np.testing.assert_allclose(profile(plots.depth_profile(run, "oxygen", [7], since=before))[1], -45.0)


def test_the_band_of_a_profile_is_the_interval_over_replicates(changed):
    shifts = (0.0, 1.0, 5.0)
    runs = [changed(lambda data, s=shift: {"oxygen": steps(data)["oxygen"] + s}) for shift in shifts]
    ax = plots.depth_profile(runs, "oxygen", [0])
    depth, mean = profile(ax)
    np.testing.assert_allclose(mean, 2.0 - np.flatnonzero(runs[0]["fields"]["depth_um"].to_numpy() > 0), atol=1e-12)
    corners = ax.collections[0].get_paths()[0].vertices
    width = np.ptp(corners[np.isclose(corners[:, 1], depth[3]), 0])
    assert width == pytest.approx(2.0 * stats.t.ppf(0.975, 2) * np.std(shifts, ddof=1) / np.sqrt(3.0))
    assert ax.get_title(loc="right") == "mean, 95 % interval"


def test_depth_points_down_and_days_are_ordered_colours_and_groups_dashes(changed):
    treated, control = changed(steps), changed(steps, treated=False)
    ax = plots.depth_profile({"laser": treated, "control": control}, "oxygen", [0, 7], bottom_um=300.0)
    assert ax.get_ylim() == (300.0, 0.0)
    looks = [(line.get_color(), line.get_linestyle()) for line in ax.get_lines()]
    assert [colour for colour, _ in looks] == 2 * style.ordered_colours(2)
    assert looks[0][1] == looks[1][1] != looks[2][1] == looks[3][1]
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert labels == ["laser, day 0", "laser, day 7", "control, day 0", "control, day 7"]
    one = plots.depth_profile({"laser": treated, "control": control}, "oxygen", [7])
    assert one.get_title(loc="left") == "day 7"
    assert [line.get_color() for line in one.get_lines()] == list(style.SERIES_COLOURS[:2])


def test_new_collagen_is_the_sum_of_rises(changed):
    def rising(data):
        course = xr.DataArray([50.0, 40.0, 60.0, 60.0, 90.0, 90.0, 80.0, 80.0, 85.0], dims="snapshot")
        dermis = (data["tissue"] >= 2).astype(float)
        return {"collagen_1": 0.0 * data["collagen_1"] + dermis * course, "collagen_3": 0.0 * data["collagen_3"]}

    run = changed(lambda data: rising(data.assign(tissue=data["tissue"].isel(snapshot=0))), treated=False)
    ax = plots.depth_profile(run, "new_collagen", [0, 7, 90])
    assert ax.get_xlabel() == "new collagen [mg/mL]"
    for number, laid in enumerate((0.0, 50.0, 55.0)):
        depth, value = profile(ax, number)
        np.testing.assert_allclose(value[depth > 100.0], laid)


def test_days_are_chosen_without_the_one_that_changes_are_from(changed):
    ax = plots.depth_profile(changed(steps), "oxygen", since=0)
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert len(labels) == 4
    assert "day 0" not in labels


def mesh(ax):
    return next(item for item in ax.collections if isinstance(item, QuadMesh))


def test_a_kymograph_along_x_is_the_mean_over_depth(changed):
    def columns(data):
        return {"oxygen": data["collagen_1"] * 0 + data["x_um"] + data["snapshot"]}

    run = changed(columns)
    ax = plots.kymograph(run, "oxygen")
    data = run["fields"]
    np.testing.assert_allclose(mesh(ax).get_array(), (data["snapshot"] + data["x_um"]).transpose("x", "snapshot"))
    edges = mesh(ax).get_coordinates()[0, :, 0]
    days = data["snapshot"].to_numpy() / 24.0
    np.testing.assert_allclose(edges, np.r_[0.0, 0.5 * (days[1:] + days[:-1]), 90.0])
    assert ax.get_ylim() == pytest.approx((0.0, 0.8))
    assert [line.get_xdata()[0] for line in ax.get_lines() if line.get_marker() == "v"] == [0.0]


@pytest.mark.parametrize(
    ("sessions", "border"),
    [([0.0], 0.5 * (3.0 + 7.0)), ([0.0, 3.5], 3.5), ([7.0], 7.0), ([3.0], 0.5 * (3.0 + 7.0)), ([6.0, 6.5], 6.0)],
)
def test_nothing_is_lost_in_a_kymograph_before_the_session(changed, sessions, border):
    run = changed(steps)
    injury = run["injury"].to_dataset().isel(session=[0] * len(sessions))
    run = run.assign(injury=xr.DataTree(injury.assign_coords(session=24.0 * np.array(sessions))))
    edges = mesh(plots.kymograph(run, "oxygen", along="depth")).get_coordinates()[0, :, 0]
    assert edges[4] == pytest.approx(border), "between the snapshots of days 3 and 7"
    assert (np.diff(edges) > 0).all()


def test_a_kymograph_by_depth_is_the_profile_of_each_snapshot(changed):
    run = changed(steps)
    held = mesh(plots.kymograph(run, "oxygen", along="depth", depth_um=(100.0, 300.0))).get_array()
    rows = np.flatnonzero((run["fields"]["depth_um"] >= 100.0) & (run["fields"]["depth_um"] <= 300.0))
    np.testing.assert_allclose(held[:, 0], np.maximum(-rows, 0.0), err_msg="no less than the end of the scale")
    assert held.shape == (len(rows), 9)


def test_the_surface_of_a_kymograph_is_that_of_the_cells(changed):
    def kinds_of(data):
        depth, there = data["depth_um"], data["cell_kind"].where(data["x_um"] > 100.0, 0)
        return {"cell_kind": there.where((depth < 40.0) | (depth > 60.0) | (there == 0), 1)}  # a basal layer

    run = changed(kinds_of)
    thick = mesh(plots.kymograph(run, "epidermal_thickness")).get_array()
    kinds = run["fields"]["cell_kind"].to_numpy()[:, :, 0]
    np.testing.assert_allclose(thick, 20.0 * ((kinds > 0) & (kinds != 5)).sum(axis=1).T)
    covered = mesh(plots.kymograph(run, "covered")).get_array()
    assert set(np.unique(covered)) == {0.0, 1.0}
    assert not covered[run["fields"]["x_um"].to_numpy() < 100.0].any()
    debris = mesh(plots.kymograph(run, "debris_thickness")).get_array()
    np.testing.assert_allclose(debris, 20.0 * (kinds == 5).sum(axis=1).T)


def test_what_cannot_be_drawn_is_refused_in_one_line(changed, make_run):
    run = changed()
    with pytest.raises(InputError, match=r"unknown field \(got 'collage'\); allowed: collagen"):
        plots.depth_profile(run, "collage")
    with pytest.raises(InputError, match="a code or an angle and has no mean"):
        plots.kymograph(run, "tissue")
    with pytest.raises(InputError, match="unknown field"):
        plots.depth_profile(run, "covered")
    with pytest.raises(InputError, match="no day to draw"):
        plots.depth_profile(run, "drug", [float("nan")])
    with pytest.raises(InputError, match="no sites of the lattice between these depths"):
        plots.kymograph(run, "drug", depth_um=(5000.0, 6000.0))
    with pytest.raises(InputError, match="x or depth"):
        plots.kymograph(run, "drug", along="y")
    with pytest.raises(InputError, match="kept no snapshots"):
        plots.kymograph(make_run([0.0], oxygen_mmhg=[1.0]), "oxygen")
    few = run.assign(fields=xr.DataTree(store.fields(run).isel(snapshot=[0, 1])))
    with pytest.raises(InputError, match="too few snapshots"):
        plots.kymograph(few, "drug")
    other = changed(nx=30, nz=30)
    with pytest.raises(InputError, match="replicates differ in their lattices"):
        plots.depth_profile([run, other], "drug")
