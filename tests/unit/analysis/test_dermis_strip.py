import numpy as np
import pytest
from matplotlib.collections import LineCollection
from matplotlib.image import imread

from mendsim import analysis
from mendsim.analysis import dermis_strip, style

pytestmark = pytest.mark.filterwarnings("error")

PANELS = (dermis_strip.density, dermis_strip.fibres, dermis_strip.collagen_3_share)


@pytest.fixture
def run(make_store):
    return analysis.open_run(make_store())


@pytest.fixture
def control(make_store):
    return analysis.open_run(make_store(treated=False))


def shown(ax):
    """Values of the field that a panel shows, without the grey of the epidermis beneath it."""
    return ax.images[1].get_array()


@pytest.mark.parametrize("ny", [1, 4], ids=["section", "block"])
def test_the_figure_has_a_row_for_each_question_and_a_column_for_each_day(make_store, ny):
    run, before = (analysis.open_run(make_store(treated=treated, ny=ny)) for treated in (True, False))
    figure = dermis_strip.dermis_figure(run, [0, 30, 90], before=before, bottom_um=400.0)
    figure.canvas.draw()
    axes = [ax for ax in figure.axes if ax.images]
    assert len(axes) == 3 * 4
    assert [ax.get_title(loc="left") or ax.get_title() for ax in axes[:4]] == [
        "before",
        "day 0\njust after session",
        "day 30\n30 d after session",
        "day 90\n90 d after session",
    ]
    assert {ax.get_ylim()[0] for ax in axes} == {400.0}
    assert len(figure.axes) == len(axes) + 3, "one colour bar for each row"
    for row in range(3):
        norms = {(ax.images[1].norm.vmin, ax.images[1].norm.vmax) for ax in axes[4 * row : 4 * row + 4]}
        assert len(norms) == 1, "a row has one colour scale"
        assert [len(ax.texts) - (column == 0) for column, ax in enumerate(axes[4 * row : 4 * row + 4])] == [1, 0, 0, 0]


def test_the_figure_is_a_picture_and_the_same_each_time(run, tmp_path):
    first, second = (style.save(dermis_strip.dermis_figure(run, [0, 90]), tmp_path / f"{name}.png") for name in "ab")
    assert imread(first)[..., :3].std() > 0.05
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize("draw", PANELS)
def test_a_panel_takes_and_returns_axes(run, draw):
    ax = draw(run, 30.0)
    assert draw(run, 30.0, ax, window=(0.0, 400.0, -40.0, 300.0), bar=False) is ax
    ax.figure.canvas.draw()
    assert ax.get_ylabel() == "depth [µm]"
    assert ax.get_xlim() == (0.0, 400.0)


def test_panels_show_what_the_store_holds(control):
    density, order, share = (shown(draw(control, 0.0)) for draw in PANELS)
    fields = control["fields"].isel(snapshot=0, y=0)
    collagen = (fields["collagen_1"] + fields["collagen_3"]).to_numpy()
    assert density.max() == pytest.approx(collagen.max())
    assert order.max() == pytest.approx(fields["orientation_order"].max())
    np.testing.assert_allclose(share.compressed(), 20.0, rtol=1e-5)


def test_where_there_is_no_collagen_neither_direction_nor_share_is_drawn(run):
    empty = dermis_strip.fibres(run, 0.0), dermis_strip.collagen_3_share(run, 0.0)
    full = dermis_strip.fibres(run, 90.0), dermis_strip.collagen_3_share(run, 90.0)
    for then, later in zip(empty, full, strict=True):
        assert shown(then).mask.sum() > shown(later).mask.sum()


def test_strokes_are_longer_where_fibres_are_more_parallel(control):
    ax = dermis_strip.fibres(control, 0.0)
    strokes = next(c for c in ax.collections if isinstance(c, LineCollection)).get_segments()
    length = np.array([np.hypot(*(end - start)) for start, end in strokes])
    middle = np.array([abs(stroke[:, 0].mean() - 400.0) for stroke in strokes])
    assert length[middle < 100].mean() < length[middle > 300].mean(), "the pit of the scar has less order"


def test_zones_are_marked_once_for_each_session_so_far(run, control):
    marked = dermis_strip.zones(run, 7.0, dermis_strip.density(run, 7.0))
    spans = [line.get_xdata() for line in marked.get_lines()]
    assert [np.mean(span) for span in spans] == pytest.approx([200.0, 600.0], abs=20.0)
    assert not dermis_strip.zones(control, 7.0, dermis_strip.density(control, 7.0)).get_lines()
