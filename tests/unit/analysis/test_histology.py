"""Figures of stained sections, animations, and the command."""

import numpy as np
import pytest
from matplotlib.patches import Rectangle
from PIL import Image

from mendsim import analysis
from mendsim.analysis import animation, histology, movie, store, style
from mendsim.cli.main import main
from mendsim.common.errors import InputError

pytestmark = pytest.mark.filterwarnings("error")

SMALL = (100.0, 300.0, -20.0, 130.0)


@pytest.fixture
def run(make_store):
    return analysis.open_run(make_store())


def bars(ax):
    return [patch for patch in ax.patches if isinstance(patch, Rectangle) and patch.get_zorder() == 20]


@pytest.mark.parametrize("window", [SMALL, (0.0, 800.0, -40.0, 640.0)])
def test_a_scale_bar_is_as_long_as_it_says(run, window):
    ax = analysis.stained_section(run, 3.0, window=window, pixels_per_um=0.3)
    (bar,) = bars(ax)
    labels = [text.get_text() for text in ax.texts]
    assert labels == [f"{bar.get_width():g} µm"]
    assert 0.1 * (window[1] - window[0]) < bar.get_width() <= 0.25 * (window[1] - window[0])
    assert (ax.get_xlim(), ax.get_ylim()) == ((window[0], window[1]), (window[3], window[2]))
    assert ax.get_aspect() == 1.0


def test_a_section_names_its_stain_and_time_and_is_drawn_where_it_is_told(run):
    figure = style.figure(3.0, 3.0)
    ax = figure.add_subplot()
    assert analysis.stained_section(run, 3.1, ax, stain="masson", window=SMALL) is ax
    assert ax.get_title(loc="left") == "Masson trichrome, day 3"
    dark = analysis.stained_section(run, 3.0, stain="picrosirius", window=SMALL, pixels_per_um=0.3)
    assert bars(dark)[0].get_facecolor()[:3] == (1.0, 1.0, 1.0), "light on dark"


def test_an_image_has_the_resolution_asked_for(run):
    assert histology.section_image(run, 3.0, SMALL, pixels_per_um=0.5).shape == (75, 100, 3)
    figure = histology.slide_figure(run, 3.0, window=SMALL, pixels_per_um=2.0)
    wide = figure.axes[0].get_position().width * figure.get_figwidth() * style.DPI
    assert wide == pytest.approx(400.0)


def test_a_whole_section_dips_over_a_scar_and_a_part_does_not(run):
    whole = histology.section_image(run, 0.0, pixels_per_um=0.2)
    flat = histology.section_image(run, 0.0, (0.0, 800.0, -40.0, 640.0), pixels_per_um=0.2)
    assert whole.shape == flat.shape
    air = np.array([0.972, 0.965, 0.972])
    open_air = [np.sum(np.abs(image - air).max(axis=-1) < 0.02, axis=0) for image in (whole, flat)]
    middle = whole.shape[1] // 2
    assert open_air[0][middle] > open_air[1][middle] + 10
    assert np.abs(whole[-1] - flat[-1]).mean() < 0.02, "the bottom stays"


def test_a_sheet_has_a_panel_for_each_day_and_a_row_for_each_stain(run):
    sheet = analysis.histology_figure(run, days=[0, 1, 3, 7, 14], window=SMALL, pixels_per_um=0.2)
    titles = [ax.get_title(loc="left") for ax in sheet.axes]
    assert titles[0] == "day 0, just after session"
    assert titles[1:] == [f"day {day}, {day} d after session" for day in (1, 3, 7, 14)]
    both = analysis.histology_figure(run, stain=["he", "cd3"], days=[0, 7], window=SMALL, pixels_per_um=0.2)
    assert [ax.get_ylabel() for ax in both.axes] == ["Haematoxylin-eosin", "", "CD3", ""]
    assert len(both.axes) == 4
    both.canvas.draw()


def test_a_sheet_has_as_many_panels_side_by_side_as_it_is_told(run):
    sheet = analysis.histology_figure(run, days=[0, 1, 3, 7, 14], window=SMALL, pixels_per_um=0.2, per_row=3)
    places = [ax.get_subplotspec() for ax in sheet.axes]
    assert [(place.rowspan.start, place.colspan.start) for place in places] == [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1)]


def test_a_sheet_without_words_shows_eight_days_around_a_zone(run):
    part = histology.usual_window(run)
    assert part[0] <= store.zone_x_um(run, 0) <= part[1]
    assert len(analysis.histology_figure(run, pixels_per_um=0.1).axes) == 8


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"stain": "pas"}, r"no such stain \(got 'pas'\); allowed: he"),
        ({"days": [40]}, r"days: no snapshot near this day \(got 40\); allowed: 0, 0.25, 1, 3"),
        ({"days": [float("nan")]}, "no snapshot near"),
        (
            {"window": (900, 990, 0, 100)},
            r"--window: the window shows less than 20 um of the section .* within 0,800,-40,640",
        ),
        (
            {"window": (300, 100, 0, 100)},
            "--window: no window .* left, right, top, bottom in um, left below right, top above",
        ),
        ({"window": (0, 100, 0, float("nan"))}, "--window: no window .*allowed: four numbers: left, right"),
        ({"window": (0, 100, 0)}, "--window: no window .*allowed: four numbers: left, right"),
        ({"pixels_per_um": 900.0}, r"resolution: .*allowed: 0\.\d+ to [\d.]+ pixels per um"),
        ({"stain": []}, "no stain is given"),
    ],
)
def test_what_cannot_be_drawn_is_refused_with_what_can(run, options, message):
    with pytest.raises(InputError, match=message):
        analysis.histology_figure(run, **options)


def test_an_animation_has_a_frame_for_each_snapshot(run, tmp_path, monkeypatch):
    monkeypatch.setattr(animation, "_DPI", 40)
    path = analysis.animate_histology(run, tmp_path / "new" / "he.gif", window=SMALL)
    with Image.open(path) as picture:
        assert picture.n_frames == len(store.snapshot_days(run))
        assert picture.info["duration"] == pytest.approx(1000 * animation.SECONDS, abs=10)
        assert picture.info["loop"] == 0
        picture.seek(3)
    few = analysis.animate_histology(run, tmp_path / "few.gif", days=[0, 7, 90], window=SMALL, stain="cd3")
    with Image.open(few) as picture:
        assert picture.n_frames == 3
    assert sorted(each.name for each in tmp_path.iterdir()) == ["few.gif", "new"], "nothing half written is left"


def test_an_mp4_is_as_long_as_its_frames(tmp_path):
    reader = pytest.importorskip("imageio_ffmpeg")
    frames = (np.full((48, 64, 3), 40 * number, np.uint8) for number in range(4))
    path = tmp_path / "film.mp4"
    assert movie.write_movie(frames, path, seconds_per_frame=0.2) == 4
    count, seconds = reader.count_frames_and_secs(str(path))
    assert (count, seconds) == (20, pytest.approx(0.8, abs=0.05))
    assert [each.name for each in tmp_path.iterdir()] == ["film.mp4"]


def test_an_mp4_without_its_library_says_what_to_install(run, tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "imageio_ffmpeg", None)
    with pytest.raises(InputError, match="MP4 needs imageio-ffmpeg; allowed: gif, or mp4 after pip install"):
        analysis.animate_histology(run, tmp_path / "he.mp4")
    with pytest.raises(InputError, match=r"ends in \.gif or \.mp4"):
        analysis.animate_histology(run, tmp_path / "he.avi")


def test_the_command_writes_a_sheet_slides_and_an_animation(make_store, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(animation, "_DPI", 30)
    options = ["--stain", "he", "--stain", "hsp70", "--days", "0,7", "--window", "100,300,-20,130"]
    out = tmp_path / "slides"
    more = ["--resolution", "0.5", "--out", str(out), "--animate", "gif"]
    assert main(["histology", str(make_store()), *options, *more]) == 0
    names = [
        "histology.png",
        "he_day_0.png",
        "he_day_7.png",
        "hsp70_day_0.png",
        "hsp70_day_7.png",
        "he.gif",
        "hsp70.gif",
    ]
    assert capsys.readouterr().out.splitlines() == [str(out / name) for name in names]
    assert {each.name for each in out.iterdir()} == set(names)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--stain", "pas"], "no such stain (got 'pas'); allowed: he, masson"),
        (["--days", "40"], "days: no snapshot near this day"),
        (["--days", "soon"], "not numbers (got 'soon')"),
        (
            ["--window", "0,1"],
            "--window: no window (got (0.0, 1.0)); allowed: four numbers: left, right, top, bottom in um",
        ),
        (["--resolution", "0"], "resolution: "),
        (["--resolution", "nan"], "resolution: "),
        (["--animate", "avi"], "invalid choice: 'avi'"),
    ],
)
def test_the_command_refuses_wrong_input_in_one_line(make_store, tmp_path, capsys, options, message):
    try:
        code = main(["histology", str(make_store()), "--out", str(tmp_path / "none"), *options])
    except SystemExit as stop:
        code = stop.code
    told = capsys.readouterr()
    assert code == 2
    assert message in told.err
    assert len(told.err.splitlines()) == 1
    assert not (tmp_path / "none").exists()


def test_a_heading_stays_within_a_narrow_figure(run):
    figure = analysis.histology_figure(run, days=[7], window=SMALL, pixels_per_um=0.2)
    figure.canvas.draw()
    heading = figure.get_suptitle()
    assert "\n" in heading
    (text,) = [each for each in figure.texts if each.get_text() == heading]
    box = text.get_window_extent()
    assert box.x0 >= 0
    assert box.x1 <= figure.bbox.width
