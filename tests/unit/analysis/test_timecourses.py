import numpy as np
import pytest
from matplotlib.figure import Figure

from mendsim import analysis
from mendsim.abm.observables import OBSERVABLES
from mendsim.analysis import style, timecourses
from mendsim.analysis.course_panels import MOST_TELLING
from mendsim.common.errors import InputError

pytestmark = pytest.mark.filterwarnings("error")


@pytest.fixture
def pair(make_store):
    return tuple(analysis.open_run(make_store(treated=treated)) for treated in (True, False))


@pytest.mark.parametrize("name", timecourses.PANELS)
def test_a_panel_shows_treated_and_untreated_with_a_unit(pair, name):
    treated, control = pair
    ax = timecourses.panel(treated, name, control=control)
    ax.figure.canvas.draw()
    solid = [line for line in ax.get_lines() if line.get_linestyle() == "-"]
    dashed = [line for line in ax.get_lines() if line.get_linestyle() == "--"]
    assert len(solid) == len(dashed) == len(timecourses.PANELS[name].lines)
    assert ax.get_ylabel()
    assert ax.get_xlabel() == "day"


def test_panels_show_series_that_the_model_reports_and_all_of_the_dermis_that_heals():
    lines = {name for panel in timecourses.PANELS.values() for name, _ in panel.lines}
    assert lines <= set(OBSERVABLES)
    dermal = {name for name, about in OBSERVABLES.items() if about.dermal}
    # mobile matter has its own panel; what is left is told by the series beside it
    aside = {"elastin_mg_per_ml", "elastotic_mg_per_ml", "particles_mg_per_ml"}
    beside = {"hypoxic_fraction", "scar_volume_mm3_per_mm2"}
    assert dermal - lines == aside | beside


def test_every_panel_of_the_comparison_is_known():
    assert set(MOST_TELLING) <= set(timecourses.PANELS)
    assert len(set(MOST_TELLING)) == len(MOST_TELLING)


def test_panels_of_inflammation_stay_empty_where_skin_rests(pair):
    calm = (
        "redness",
        "swelling",
        "leukocytes",
        "heat_shock",
        "hsp70_cells",
        "hsp47",
        "collagen_synthesis",
        "apoptosis",
        "blood",
        "sprouts",
    )
    treated, control = pair
    assert all(timecourses.applies(treated, name) for name in calm)
    assert not any(timecourses.applies(control, name) for name in calm)


def test_lines_are_the_stored_series(pair):
    treated, _ = pair
    ax = timecourses.panel(treated, "scar")
    np.testing.assert_array_equal(ax.get_lines()[0].get_ydata(), treated["series"]["scar_depth_um"])
    np.testing.assert_allclose(ax.get_lines()[0].get_xdata()[-1], 90.0)
    relative = timecourses.panel(treated, "collagen").get_lines()[0].get_ydata()
    assert relative[0] == pytest.approx(100.0)


def test_sessions_are_marked(pair):
    treated, control = pair
    markers = [
        [line.get_marker() for line in timecourses.panel(run, "oxygen").get_lines()] for run in (treated, control)
    ]
    assert [marks.count("v") for marks in markers] == [1, 0]


def test_panels_without_anything_to_show_do_not_apply(make_run):
    days = [0.0, 1.0]
    run = make_run(
        days, scar_depth_um=[0.0, 9.0], anagen_fraction=[np.nan] * 2, follicle_count=[0.0] * 2, oxygen_mmhg=[40] * 2
    )
    assert [name for name in timecourses.PANELS if timecourses.applies(run, name)] == ["oxygen"]


def test_hair_has_panels_on_the_scalp_only(pair):
    treated, _ = pair
    of_hair = [name for name, about in timecourses.PANELS.items() if about.of_hair]
    assert of_hair == ["hair", "hair_density"]
    assert all(timecourses.applies(treated, name) for name in of_hair)
    cheek = treated.copy()
    cheek.attrs["scenario"] = '{"patient": {"site": "cheek"}}'
    assert not any(timecourses.applies(cheek, name) for name in of_hair)
    labels = [line.get_label() for line in timecourses.panel(cheek, "blood").get_lines()]
    assert "upper dermis (Doppler)" in labels
    assert "hair papillae" not in labels


def test_lines_of_a_panel_differ_in_colour():
    assert max(len(about.lines) for about in timecourses.PANELS.values()) <= len(set(style.SERIES_COLOURS))


def test_several_panels_have_one_legend(pair):
    treated, control = pair
    figure = Figure(layout="constrained")
    timecourses.panels(treated, list(figure.subplots(1, 2)), ["scar", "oxygen"], control=control)
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["treated", "untreated", "laser session"]


def test_an_unknown_panel_names_the_choices(pair):
    with pytest.raises(InputError, match=r"scars.*scar"):
        timecourses.panel(pair[0], "scars")
