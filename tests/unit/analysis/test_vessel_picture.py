import numpy as np
import pytest
import xarray as xr
from matplotlib.collections import LineCollection
from matplotlib.colors import to_rgba
from matplotlib.image import imread
from mpl_toolkits.mplot3d.art3d import Line3DCollection
from mpl_toolkits.mplot3d.axes3d import Axes3D

from mendsim import analysis
from mendsim.analysis import style, vessel_look, vessel_table, vessel_view
from mendsim.analysis.vessel_section import vessel_section
from mendsim.common.errors import InputError

pytestmark = pytest.mark.filterwarnings("error")


@pytest.fixture
def run(make_store):
    return analysis.open_run(make_store())


def drawn(ax, kind):
    """Collections of vessels by the name of their group."""
    names = ("with flow", *vessel_look.MARKS)
    return {item.get_label(): item for item in ax.collections if isinstance(item, kind) and item.get_label() in names}


@pytest.mark.parametrize("ny", [1, 30], ids=["section", "block"])
def test_the_figure_has_a_section_over_a_view_for_each_day(make_store, ny):
    run, before = (analysis.open_run(make_store(treated=treated, ny=ny, nx=30)) for treated in (True, False))
    figure = analysis.vessel_figure(run, [0, 30], before=before)
    figure.draw_without_rendering()
    sections = [ax for ax in figure.axes if ax.images]
    views = [ax for ax in figure.axes if isinstance(ax, Axes3D)]
    titles = ["before", "day 0\njust after session", "day 30\n30 d after session"]
    assert [ax.get_title(loc="left") for ax in sections] == titles
    assert len(views) == 3
    assert len([ax for ax in figure.axes if ax.get_ylabel() == "blood flow [nL/min]"]) == 1, "one colour bar"
    assert all(any("µm" in text.get_text() for text in ax.texts) for ax in [*sections, *views])
    for ax in views:
        np.testing.assert_allclose(ax.get_ylim(), (0.0, 300.0 if ny == 1 else ny * 20.0))


def test_every_segment_is_drawn_once_in_the_look_of_its_state(run):
    norm = vessel_look.flow_scale([vessel_table.table_of(run, day) for day in (0.0, 90.0)])
    fresh, healed = (vessel_section(run, day, norm=norm) for day in (0.0, 90.0))
    view = vessel_view.vessel_view(run, 0.0, norm=norm)
    count = {name: len(item.get_segments()) for name, item in drawn(fresh, LineCollection).items()}
    assert count == {"with flow": 1, "no flow": 1, "coagulated": 1, "sprout without flow": 1}
    view.figure.draw_without_rendering()
    assert {name: len(item.get_segments()) for name, item in drawn(view, Line3DCollection).items()} == count
    count = {name: len(item.get_segments()) for name, item in drawn(healed, LineCollection).items()}
    assert count == {"with flow": 2, "coagulated": 1, "sprout without flow": 1}
    for name, look in vessel_look.MARKS.items():
        if name in count:
            assert to_rgba(drawn(healed, LineCollection)[name].get_color()[0]) == to_rgba(look["colors"])
    weak, strong = drawn(healed, LineCollection)["with flow"].get_color()
    np.testing.assert_allclose(weak, vessel_look.FLOW_MAP(norm(0.1)))
    np.testing.assert_allclose(strong, vessel_look.FLOW_MAP(norm(10.0)))


def test_wider_vessels_are_drawn_wider_and_where_they_are(make_store):
    control = analysis.open_run(make_store(treated=False))
    ax = vessel_section(control, 0.0, point_um=0.5)
    lines = drawn(ax, LineCollection)["with flow"]
    np.testing.assert_allclose(lines.get_linewidth(), [0.5 * 8.0, 0.5 * 24.0])
    table = control["vessels"].to_dataset()
    place = [table["x0_um"][0], table["z0_um"][0]]
    np.testing.assert_allclose(lines.get_segments()[1][0], place, atol=5.0, err_msg="less the dip of the scar")


def test_oblique_views_are_to_the_scale_asked_for(run):
    scale_in = 2.0 / 800.0
    ax = vessel_view.vessel_view(run, 0.0, scale_in=scale_in)
    ends = [vessel_view._on_paper(ax, (0.0, 0.0, depth)) for depth in (0.0, 400.0)]
    assert np.hypot(*(ends[1] - ends[0])) == pytest.approx(400.0 * scale_in * np.cos(np.radians(20.0)))
    assert ends[1][1] < ends[0][1], "depth points down"


def test_a_block_shows_its_middle_in_section_and_all_of_itself_obliquely(make_store):
    block = analysis.open_run(make_store(treated=False, ny=30, nx=30))
    section, view = vessel_section(block, 0.0), vessel_view.vessel_view(block, 0.0)
    view.figure.draw_without_rendering()
    assert len(drawn(section, LineCollection)["with flow"].get_segments()) == 1
    assert len(drawn(view, Line3DCollection)["with flow"].get_segments()) == 2


def test_every_segment_is_in_one_group(run):
    table = {name: values.to_numpy() for name, values in run["vessels"].to_dataset().data_vars.items()}
    rows = np.concatenate(list(vessel_table.groups(table).values()))
    assert sorted(rows) == list(range(len(table["radius_um"])))


def test_without_days_it_shows_the_first_and_three_later_snapshots(run):
    figure = analysis.vessel_figure(run)
    titles = [ax.get_title(loc="left").split("\n")[0] for ax in figure.axes if ax.images]
    assert titles == ["day 0", "day 1", "day 7", "day 90"]


def test_days_of_one_snapshot_are_one_column(run):
    figure = analysis.vessel_figure(run, [88.0, 90.0])
    assert len([ax for ax in figure.axes if ax.images]) == 1


def test_it_is_a_picture_and_the_same_each_time(run, tmp_path):
    first, second = (style.save(analysis.vessel_figure(run, [0, 90]), tmp_path / f"{name}.png") for name in "ab")
    assert imread(first)[..., :3].std() > 0.05
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize("days", [[], [float("nan")]])
def test_days_that_are_none_are_refused(run, days):
    with pytest.raises(InputError, match="days"):
        analysis.vessel_figure(run, days)


def test_a_run_without_a_network_is_refused(run):
    for missing in ("fields", "vessels"):
        kept = {path: node.to_dataset() for path, node in run.children.items() if path != missing}
        with pytest.raises(InputError, match="kept no"):
            analysis.vessel_figure(xr.DataTree.from_dict(kept))
    old = run["vessels"].to_dataset().drop_vars("sprout")
    with pytest.raises(InputError, match="kept no network"):
        analysis.vessel_figure(run.assign(vessels=xr.DataTree(old)))


def test_empty_follicles_are_drawn(run):
    table = run["agents/follicle"].to_dataset()
    table["stage"][:] = 3
    empty = run.copy()
    empty["agents/follicle"] = xr.DataTree(table)
    ax = analysis.sections.cells(empty, 0.0)
    assert "empty follicle" in ax.get_legend_handles_labels()[1]
