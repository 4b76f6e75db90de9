import numpy as np
import pytest
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from mendsim import analysis
from mendsim.analysis import section_fields
from mendsim.analysis.section_axes import round_length
from mendsim.analysis.section_image import CLASSES, class_image
from mendsim.analysis.store import agents, snapshot

pytestmark = pytest.mark.filterwarnings("error")

WINDOW = (100.0, 400.0, -40.0, 260.0)


@pytest.fixture
def run(make_store):
    return analysis.open_run(make_store())


def drawn(ax):
    ax.figure.canvas.draw()
    return ax


@pytest.mark.parametrize("window", [None, WINDOW], ids=["whole", "window"])
@pytest.mark.parametrize("name", ["cells", "collagen", "tgf_beta1", "drug"])
@pytest.mark.parametrize("ny", [1, 4], ids=["section", "block"])
def test_a_section_is_drawn_to_scale_with_depth_and_scale_bar(make_store, name, window, ny):
    run = analysis.open_run(make_store(ny=ny))
    ax = Figure().add_subplot()
    assert getattr(analysis.sections, name)(run, 1.0, ax, window=window) is ax
    drawn(ax)
    assert ax.get_aspect() == 1.0
    assert ax.get_ylabel() == "depth [µm]"
    assert ax.get_title(loc="left") or ax.get_title() == "day 1"
    bottom, top = ax.get_ylim()
    assert bottom > top
    assert [text.get_text() for text in ax.texts] == (["50 µm"] if window else ["200 µm"])


def test_temperature_shows_each_shell_and_what_was_vaporised(run):
    ax = drawn(analysis.sections.temperature(run))
    labels = ax.get_legend_handles_labels()[1]
    assert labels[0] == "vaporised"
    assert len(labels) == 7
    legend = analysis.sections.shell_legend([ax])
    assert [text.get_text() for text in legend.get_texts()] == labels
    image = ax.images[0].get_array()
    assert image[0].mask.all()
    assert not image[-1].mask.any()


def test_the_class_image_holds_the_layers_from_top_to_bottom(run):
    column = class_image(snapshot(run, 90.0, ("tissue", "cell_kind")))[:, 0]
    order = [CLASSES[index] for index in column[np.r_[True, np.diff(column) != 0]]]
    assert order == ["air", "stratum corneum", "spinous layer", "dermis"]


def test_the_legend_names_what_is_seen_and_nothing_else(run):
    ax = drawn(analysis.sections.cells(run, 7.0))
    names = [text.get_text() for text in analysis.sections.cell_legend([ax]).get_texts()]
    assert {"stratum corneum", "clot", "myofibroblast", "T cell", "vessel with flow", "vessel without flow"} <= set(
        names
    )
    assert "follicle in catagen" in names
    assert "hypodermis" not in names
    close = drawn(analysis.sections.cells(run, 7.0, window=(0.0, 100.0, -20.0, 60.0)))
    shown = set(close.get_legend_handles_labels()[1])
    assert shown <= {"stratum corneum", "granular layer", "spinous layer", "basal layer", "dead cells (debris)"}


def test_every_cell_is_drawn_once(run):
    ax = drawn(analysis.sections.cells(run, 7.0))
    sizes = sorted(len(collection.get_offsets()) for collection in ax.collections if len(collection.get_offsets()) > 1)
    state = agents(run, "fibroblast", 7.0)["state"]
    assert sizes == sorted([*np.bincount(state), 60])


def test_fibres_run_along_the_stored_angle(run):
    ax = drawn(analysis.sections.collagen(run, 90.0))
    strokes = next(c for c in ax.collections if isinstance(c, LineCollection)).get_segments()
    section = snapshot(run, 90.0, ("orientation_rad",))
    last = strokes[-1]  # deep in the section, where the dip of the scar is small
    here = section["orientation_rad"].to_numpy()[-2:, int(last[:, 0].mean() // 20)]
    dx, dz = last[1] - last[0]
    assert here.min() - 0.05 <= np.arctan2(dz, dx) <= here.max() + 0.05


def test_runs_share_a_colour_scale(make_store):
    treated, control = (analysis.open_run(make_store(treated=treated)) for treated in (True, False))
    both = section_fields.field_limit("tgf_beta1", treated, control)
    assert both == section_fields.field_limit("tgf_beta1", treated) > section_fields.field_limit("tgf_beta1", control)
    assert section_fields.field_limit("drug", control) == 1.0


@pytest.mark.parametrize(
    ("longest", "bar"), [(600.0, 500.0), (500.0, 500.0), (499.0, 200.0), (120.0, 100.0), (19.0, 10.0)]
)
def test_scale_bars_have_round_lengths(longest, bar):
    assert round_length(longest) == bar
