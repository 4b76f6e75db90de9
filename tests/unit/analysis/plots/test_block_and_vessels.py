"""Blocks and networks of vessels: what is seen where."""

import time

import numpy as np
import pytest
import xarray as xr
from matplotlib.collections import LineCollection
from matplotlib.colors import to_hex, to_rgb
from matplotlib.image import imread

from mendsim.analysis import plots, style, vessel_look
from mendsim.analysis.plots import block_faces
from mendsim.analysis.plots.block_faces import Cut, faces, on_paper, placed
from mendsim.common.errors import InputError

pytestmark = pytest.mark.filterwarnings("error")

SHAPE, CUT = (6, 4, 5), Cut(x=3, y=2, z=4)


def test_the_faces_hide_the_corner_and_lay_open_what_is_behind_it():
    front, side, top, back, left, floor = faces(SHAPE, CUT)
    assert front.shown.sum() == 6 * 5 - 4 * 2
    assert side.shown.sum() == 6 * 4 - 4 * 2
    assert top.shown.sum() == 4 * 5 - 2 * 2
    assert (back.shown.sum(), left.shown.sum(), floor.shown.sum()) == (4 * 2, 4 * 2, 2 * 2)
    block = np.arange(6 * 4 * 5).reshape(SHAPE)
    assert block[floor.sites].shape == floor.shown.shape
    assert block[floor.sites][0, 4] == block[4, 0, 4], "the floor is the first row below the corner"
    assert block[back.sites][0, 4] == block[0, 2, 4]
    assert block[left.sites][0, 0] == block[0, 0, 2]


def test_a_face_lies_where_its_corners_are():
    for face in faces(SHAPE, CUT):
        rows, columns = face.shown.shape
        drawn = placed(face, 20.0).transform([(0, 0), (columns, 0), (0, rows)])
        places = [np.array(face.origin, float)]
        places += [places[0] + np.array(way) for way in (face.across, face.down)]
        np.testing.assert_allclose(drawn, [20.0 * np.array(on_paper(*place)) for place in places])


def test_depth_points_down_and_the_far_edge_is_higher():
    assert on_paper(0.0, 0.0, 1.0)[1] < on_paper(0.0, 0.0, 0.0)[1]
    assert on_paper(0.0, 1.0, 0.0)[1] > on_paper(0.0, 0.0, 0.0)[1]
    assert on_paper(1.0, 0.0, 0.0)[0] > on_paper(0.0, 0.0, 0.0)[0]


def test_a_block_shows_its_tissue_on_every_face_and_is_fast(changed, tmp_path):
    run = changed(lambda data: {"cell_kind": data["cell_kind"].where(data["cell_kind"] != 2, 1)}, ny=30, nx=40)
    table = run["vessels"].to_dataset()
    run = run.assign(
        vessels=xr.DataTree(table.assign(x0_um=table["x0_um"] * 0 + 700.0, x1_um=table["x0_um"] * 0 + 780.0))
    )
    began = time.process_time()
    ax = plots.block(run, 0, inside="vessels")
    path = plots.save(ax, tmp_path / "block.png")
    assert time.process_time() - began < 5.0
    assert len(ax.images) == 6
    front = np.asarray(ax.images[0].get_array())
    dermis = np.array(to_rgb(style.TISSUE_COLOURS["dermis"])) * 0.97
    np.testing.assert_allclose(front[-1, 0, :3], dermis)
    assert front[0, -1, 3] == 0.0, "the corner is cut out"
    assert front[-1, -1, 3] == 1.0
    picture = imread(path)
    assert picture[..., :3].std() > 0.05
    shown = [text.get_text() for text in ax.get_legend().get_texts()]
    assert {"dermis", "basal layer", "stratum corneum", "clot", "vessel without flow"} <= set(shown)
    assert {text.get_text() for text in ax.texts} == {"800 µm", "600 µm", "640 µm"}


def test_the_cut_goes_through_a_zone(changed):
    run = changed(ny=30, nx=40)
    lost = run["injury"]["damage_keratinocyte_necrosis"].isel(session=0).max("z").to_numpy()
    cut = plots_cut(run)
    assert lost[cut.y, cut.x] > 0.5


def plots_cut(run):
    from importlib import import_module

    module = import_module("mendsim.analysis.plots.block_view")
    return module._cut(run, (32, 30, 40))


def test_a_field_of_a_block_has_its_colour_and_cells_stand_in_the_corner(changed):
    run = changed(lambda data: {"drug": data["drug"] * 0 + 1.0}, ny=30, nx=40)
    ax = plots.block(run, 7, "drug", inside="cells")
    floor = np.asarray(ax.images[5].get_array())
    shown = floor[floor[..., 3] > 0]
    assert len(np.unique(shown[:, :3].round(6), axis=0)) == 1
    cells = {item.get_label(): item.get_offsets() for item in ax.collections if item.get_label() in style.CELL_COLOURS}
    assert "T cell" in cells
    corners = np.array([on_paper(x, y, z) for x in (0, 800) for y in (0, 600) for z in (0, 640)])
    for places in cells.values():
        assert (places >= corners.min(axis=0)).all()
        assert (places <= corners.max(axis=0)).all()
    assert [other.get_ylabel() for other in ax.figure.axes if other is not ax] == ["drug [µg/mL]"]


def test_a_section_is_no_block(changed):
    with pytest.raises(InputError, match=r"one site thick.*lattice\.length"):
        plots.block(changed(), 0)
    with pytest.raises(InputError, match="unknown field"):
        plots.block(changed(ny=30, nx=40), 0, "colagen_9")
    assert block_faces.ELEVATION_DEG > 0


def groups(ax):
    return {item.get_label(): item for item in ax.collections if isinstance(item, LineCollection)}


def test_vessels_are_coloured_by_flow_radius_or_kind(changed):
    run = changed()
    table = run["vessels"].to_dataset()
    run = run.assign(vessels=xr.DataTree(table.assign(kind=("row", np.where(table["radius_um"] > 5.0, 0, 1)))))
    flow = plots.vessel_network(run, 90)
    assert {"with flow", "coagulated", "sprout without flow"} <= set(groups(flow))
    assert any(ax.get_ylabel() == "blood flow [nL/min]" for ax in flow.figure.axes)
    radius = groups(plots.vessel_network(run, 90, by="radius"))["open"]
    np.testing.assert_allclose(radius.get_color(), vessel_look.FLOW_MAP([4.0 / 12.0, 1.0]))
    kinds = plots.vessel_network(run, 90, by="kind")
    assert to_hex(groups(kinds)["arteriole"].get_color()[0]) == vessel_look.KIND_COLOURS["arteriole"]
    texts = [text.get_text() for text in kinds.get_legend().get_texts()]
    assert texts == ["arteriole", "capillary", "coagulated", "sprout without flow", "width of the laser zones"]
    with pytest.raises(InputError, match="flow, radius, kind"):
        plots.vessel_network(run, 90, by="colour")
