"""Pictures of single zones and of sessions."""

import numpy as np
import pytest
import xarray as xr
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from mendsim import analysis, scenarios, thermal
from mendsim.analysis import treatment_picture, zone_picture
from mendsim.thermal.layers import FACE
from mendsim.thermal.summary import summarise

pytestmark = pytest.mark.filterwarnings("error")

ZONE = {"energy_mj": 2.0, "spot_um": 120.0, "pulse_ms": 1.0, "spacing_um": 10.0}


@pytest.fixture(scope="module")
def zone():
    return thermal.fire_zone("co2", **ZONE)


@pytest.fixture(scope="module")
def maps(zone):
    return thermal.zone_dataset(zone, FACE)


@pytest.fixture(scope="module", params=["row", "block"])
def tree(request):
    laser = scenarios.load("ladd").to_dict()["events"][0]
    change = {"events": [laser | {"pulse_energy": "2 mJ", "passes": 2}], "patient.scar_width": "0.4 mm"}
    size = {"lattice.width": "0.7 mm", "lattice.depth": "0.6 mm"}
    length = {"lattice.length": "0.35 mm"} if request.param == "block" else {}
    return scenarios.treat(scenarios.load("ladd").with_values(change | size | length))


def outlines(ax):
    """Points of each contour line of the axes [um]."""
    return [path.vertices for lines in ax.collections if hasattr(lines, "levels") for path in lines.get_paths()]


def title_of(ax):
    return ax.get_title() or ax.get_title(loc="left")


def test_outlines_of_a_zone_are_as_deep_and_wide_as_its_shells(zone, maps):
    ax = analysis.zone_section(maps, Figure().add_subplot())
    ax.figure.canvas.draw()
    sizes = summarise(zone)
    lines = outlines(ax)
    assert len(lines) == 7
    for line, process in ((lines[0], "collagen_denaturation"), (lines[5], "heat_shock")):
        assert line[:, 1].max() == pytest.approx(sizes[f"{process}_depth_um"], abs=3.0)
        assert np.ptp(line[:, 0]) == pytest.approx(sizes[f"{process}_width_um"], abs=6.0)
        assert line[:, 0].max() == pytest.approx(-line[:, 0].min())
        assert line[:, 1].min() == 0.0


def test_a_zone_is_drawn_to_scale_and_its_channel_is_blank(zone, maps):
    ax = analysis.zone_section(maps)
    assert ax.get_aspect() == 1.0
    assert ax.get_ylabel() == "depth [µm]"
    left, right = ax.get_xlim()
    bottom, top = ax.get_ylim()
    assert left == -right
    assert top < 0 < summarise(zone)["heat_shock_depth_um"] < bottom
    heat = ax.collections[0].get_array()
    assert heat.mask.sum() == 2 * zone.removed.sum()
    labels = ax.get_legend_handles_labels()[1]
    assert labels[0] == "channel"
    assert labels[-1] == "240 min at 43 °C"
    assert "end of epidermis" in [text.get_text() for text in ax.texts]


def cylinder(depth_um, rim_um):
    """Maps of a channel 100 um wide with a rim of one thickness, on cells of 5 um."""
    edges = np.arange(0.0, 1001.0, 5.0)
    middles = 0.5 * (edges[1:] + edges[:-1])
    gone, hot = (
        (middles[:, None] < depth_um + rim) & (middles[None, :] < 50.0 + rim) for rim in (0.0, rim_um)
    )  # fmt: skip
    names = [f"damage_{process}" for process in thermal.DAMAGE_PROCESSES]
    maps = {"removed": gone, "peak_temperature": 37.0 + 60.0 * hot, "thermal_dose": 1e6 * hot}
    places = {"depth_um": ("z", middles), "radius_um": ("r", middles)}
    places |= {"depth_edge_um": ("z_edge", edges), "radius_edge_um": ("r_edge", edges)}
    return xr.Dataset({name: (("z", "r"), maps.get(name, hot.astype(float))) for name in [*maps, *names]}, places)


def test_a_figure_of_a_zone_shows_the_wall_of_its_channel_if_it_is_thin():
    thick = analysis.zone_figure(cylinder(200.0, 100.0), "a wall that is seen")
    assert len(thick.axes) == 2  # the zone and its colour bar
    figure = analysis.zone_figure(cylinder(600.0, 30.0), "a thin wall")
    figure.canvas.draw()
    whole, wall = figure.axes[:2]
    assert title_of(wall) == "wall at half depth"
    left, right = wall.get_xlim()
    assert left < 50 < 80 < right < left + 100
    assert wall.get_ylim()[0] > 300 > wall.get_ylim()[1]
    assert whole.get_ylim()[0] > 630


def test_a_zone_that_does_nothing_is_said_to_do_nothing():
    weak = thermal.zone_dataset(thermal.fire_zone("co2", **(ZONE | {"energy_mj": 0.001})))
    figure = analysis.zone_figure(weak, "weak")
    assert title_of(figure.axes[0]) == "no process reaches Ω = 1"
    assert figure.legends == []
    assert outlines(figure.axes[0]) == []


def test_a_session_is_seen_from_above_and_in_a_section(tree):
    figure = analysis.treatment_figure(tree, 0, "a session")
    figure.canvas.draw()
    assert len(figure.legends) == 1
    ax = treatment_picture.plan(tree)
    zones = tree["zones"].to_dataset()
    if tree["injury"].sizes["y"] == 1:
        bars = [patch for patch in ax.patches if isinstance(patch, Rectangle)]
        middles = sorted(round(bar.get_x() + 0.5 * bar.get_width(), 6) for bar in bars)
        assert middles == sorted(np.repeat(np.round(zones["x_um"], 6), 2))
    else:
        lines = np.concatenate(outlines(ax))
        for x, y in zip(zones["x_um"].to_numpy(), zones["y_um"].to_numpy(), strict=True):
            assert np.hypot(lines[:, 0] - x, lines[:, 1] - y).min() < 120
        assert ax.images[0].get_array().mask.any()


def test_the_section_goes_through_a_zone(tree):
    ax = treatment_picture.section(tree)
    gone = ax.images[0].get_array().mask[tree["injury"]["depth_um"].to_numpy() > 0]
    ablated = tree["injury"]["ablated"][0].to_numpy() > 0.5
    by_row = ablated.sum(axis=(0, 2))
    assert gone.sum() in by_row
    assert gone.sum() > 0.9 * by_row.max()  # axes lie between rows


def test_dotted_lines_of_a_zone_differ_in_more_than_their_dots():
    dose = zone_picture._DOSE_LINE
    shock = {name: line for name, _, line in zone_picture.SHELLS}["heat_shock"]
    grey, orange = (np.ptp(to_rgb(line["color"])) for line in (shock, dose))
    assert grey < 0.05
    assert orange > 0.5
