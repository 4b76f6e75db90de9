"""The report of a run: all that is on it, told to every reader, from the numbers of the store."""

from __future__ import annotations

import io
import json
import shutil
from itertools import pairwise
from urllib.parse import unquote

import numpy as np
import pandas as pd
import pytest

from mendsim import analysis, scenarios
from mendsim.analysis import store
from mendsim.analysis.endpoints import registered
from mendsim.analysis.reporting.limits import _said, limits, near, rows_of, wavelengths_nm
from mendsim.analysis.reporting.numbers import number
from mendsim.analysis.reporting.origins import Origins
from mendsim.analysis.reporting.protocol import settings, written
from mendsim.cli.main import main
from mendsim.common.errors import InputError
from mendsim.common.targets import load_targets
from mendsim.scenarios import loading, schema
from mendsim.scenarios.show import toml_text

pytestmark = pytest.mark.filterwarnings("error")


@pytest.fixture(scope="module")
def page(report, read_page):
    return read_page(report)


def file_of(page, name: str) -> str:
    kind, _, text = page.saved[name].partition(",")
    assert kind == "data:text/csv;charset=utf-8"
    return unquote(text)


def test_it_needs_nothing_else_and_hangs_together(report, page):
    assert not page.open
    assert not {"script", "link", "iframe", "object"} & set(page.tags)
    assert all(link.startswith(("#", "data:", "https://doi.org/")) for link in page.links)
    anchors = {link[1:] for link in page.links if link.startswith("#")}
    assert anchors <= set(page.ids)
    assert {"protocol", "outcomes", "pictures", "courses", "limits", "provenance", "references"} <= anchors
    assert len(page.ids) == len(set(page.ids)), "ids of drawings do not meet"
    assert report.stat().st_size < 8e6
    assert "file:" not in (text := report.read_text(encoding="utf-8"))
    assert str(report.parent) not in text


def test_headings_go_down_one_step_at_a_time(page):
    steps = [int(tag[1]) for tag, _ in page.headings]
    assert steps[0] == 1
    assert steps.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(steps))


def test_every_figure_has_words_and_the_numbers_behind_it(page):
    panels = ["closure", "signals", "mend_depth", "scar", "drug"]
    by_depth = ["collagen-by-depth", "tgf-1-by-depth", "drug-by-depth"]
    tissue = [
        *by_depth,
        "he",
        "surface",
        "cells",
        "close-up",
        "dermis",
        "vessels",
        "drug-uptake",
        "heat",
    ]
    assert len(page.drawings) == len(panels)
    assert len(page.images) == len(tissue)
    assert {f"{name}.csv" for name in [*panels, *tissue]} <= page.saved.keys()
    assert page.tags.count("figure") == page.tags.count("figcaption") == len(panels) + len(tissue)
    assert all(image["alt"] and int(image["width"]) > 300 for image in page.images)
    words = next(each["aria-label"] for each in page.drawings if each["aria-label"].startswith("Scar depth"))
    assert words == "Scar depth over time: depth 300 µm at the start, 214 µm on day 90."


def test_the_files_hold_the_numbers_of_the_store(page, make_store):
    run = analysis.open_run(make_store())
    scar = pd.read_csv(io.StringIO(file_of(page, "scar.csv")))
    np.testing.assert_allclose(scar["depth [µm]"], store.values(run, "scar_depth_um"), rtol=1e-5)
    np.testing.assert_allclose(scar["day"], store.days(run))
    collagen = pd.read_csv(io.StringIO(file_of(page, "collagen-by-depth.csv")))
    first = store.fields(run).isel(snapshot=0)
    held = (first["collagen_1"] + first["collagen_3"]).where(first["tissue"] > 0).mean(("y", "x"))
    np.testing.assert_allclose(collagen["day 0"], held, rtol=1e-5)
    outcomes = pd.read_csv(io.StringIO(file_of(page, "outcomes.csv"))).set_index("name")
    expected = analysis.outcomes(run)["value"].dropna()
    np.testing.assert_allclose(outcomes["value"], expected, rtol=1e-5)


def test_outcomes_have_unit_and_definition_and_what_does_not_apply_is_left_out(page):
    text = " ".join(page.text)
    assert "\N{MINUS SIGN}28.5 %" in text
    assert "Depth of the scar at the end against the start; negative is shallower." in text
    assert "does not apply" not in text


def test_limits_name_the_section_and_the_results_that_are_missed(page):
    text = " ".join(page.text)
    assert "This run is a section one site thick" in text
    assert "This run is a block" not in text
    assert "T22" in page.text, "shedding of MENDs is near the end points of a treated run"


@pytest.mark.parametrize(
    ("name", "printed"),
    [
        ("T11", "100 (85\N{EN DASH}115)"),
        ("T39", "\N{MINUS SIGN}29 (\N{MINUS SIGN}45 to \N{MINUS SIGN}15)"),
        ("T78", "\N{MINUS SIGN}1"),
    ],
)
def test_targets_below_zero_have_a_minus_and_ranges_a_dash(name, printed):
    assert _said(load_targets()[name]) == printed


def test_limits_depend_on_what_was_run():
    block = {"lattice": {"length": "1000 um"}, "patient": {"site": "scalp"}}
    found = limits(block, ["anagen_final"])
    points, _, count, table = found.blocks
    assert "Its sides are closed" in dict(points.points)["A block."]
    missed = [row[0] for row in table.rows]
    assert {"T38", "T45"} <= set(missed)
    assert "T22" not in missed
    asked = near(rows_of(["anagen_final"]), [])
    assert f"Of {len(asked)} published results" in count.paragraphs[0]
    cheek = limits({"patient": {"site": "cheek", "excised": True}}, ["drug_delivered"])
    assert "T45" not in [row[0] for row in cheek.blocks[-1].rows]
    assert "Excised skin." in [about for about, _ in cheek.blocks[0].points]
    assert len(limits({}, []).blocks) == 1


def test_every_end_point_speaks_of_some_row():
    assert rows_of(registered()) >= {"R06", "R13", "R19", "R24", "R27"}


def test_zones_of_a_laser_count_where_it_is_fired():
    about = scenarios.load("acne_scar").to_dict()
    assert wavelengths_nm(about) == {10600.0}
    assert wavelengths_nm(scenarios.load("acne_scar_sham").to_dict()) == set()
    own = {"events": [{"kind": "laser", "device": "mine"}], "devices": {"mine": {"wavelength": "1550 nm"}}}
    assert wavelengths_nm(own) == {1550.0}
    conditions = {each.target.id: each.target.condition for each in near([], [1550.0])}
    assert "T15" in conditions
    assert all("1,550 nm" in text for text in conditions.values())


def test_what_a_user_wrote_is_text_not_markup(make_store, tmp_path, read_page):
    title = """<script>alert("x")</script> 'quoted' & $\\frac$ </style>"""
    path = make_store(scarce=True, title=title, description="</p><img src=x onerror=alert(1)>")
    page = read_page(analysis.write_report(path, tmp_path / "report.html"))
    assert "script" not in page.tags
    assert not page.images
    assert ("h1", title) in page.headings
    assert "</p><img src=x onerror=alert(1)>" in " ".join(page.text)


def test_every_scenario_is_written_as_a_file_that_gives_it_back(tmp_path):
    for name in loading.names():
        values = scenarios.load(name).to_dict()
        (tmp_path / f"{name}.toml").write_text(toml_text(values), encoding="utf-8")
        assert scenarios.load(tmp_path / f"{name}.toml").to_dict() == values


def test_origins_tell_the_file_the_default_and_what_this_run_changed():
    about = scenarios.load("acne_scar").with_values({"events.0.pulse_energy": "40 mJ"}).to_dict()
    told = {(each.part, each.name): (each.value, each.origin) for each in settings(about)}
    assert told["patient", "scar depth"] == ("300 µm", "acne_scar.toml")
    assert told["laser, day 0", "pulse energy"] == ("40 mJ", "this run (acne_scar.toml: 52 mJ)")
    assert told["laser, day 30 and 60", "pulse energy"] == ("52 mJ", "acne_scar.toml")
    assert told["laser, day 30 and 60", "scan order"] == ("rows", "default")
    assert told["laser, day 30 and 60", "density"] == ("66 per cm²", "acne_scar.toml")
    own = Origins.of(about | {"name": "mine"})
    assert own.told(("patient", "site"), "cheek", schema.Patient) == "this run"
    assert own.told(("step",), "0.5 h", schema.Scenario) == "default"


@pytest.mark.parametrize(
    ("value", "key", "text"),
    [
        ("2160 h", "follow_up", "90 d"),
        ("6 h", "at", "6 h"),
        (["0 h", "24 h"], "snapshots", "0 d, 1 d"),
        ("66 1/cm^2", "density", "66 per cm²"),
        ("column um", "", "column µm"),
        (True, "sham", "yes"),
        ([], "states", "none"),
    ],
)
def test_settings_are_written_in_the_units_of_the_clinic(value, key, text):
    assert written(value, key) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (-0.012345, "\N{MINUS SIGN}0.0123"),
        (123456.0, "123,456"),
        (2.5e-7, "2.50 \N{MULTIPLICATION SIGN} 10^\N{MINUS SIGN}7"),
        (0.0, "0"),
        (np.nan, "\N{EN DASH}"),
        (np.inf, "not within the run"),
        (99.96, "100"),
    ],
)
def test_numbers_are_written_for_readers(value, text):
    assert number(value) == text


def test_the_command_says_where_the_report_is_and_replaces_it(make_store, tmp_path, capsys):
    run = tmp_path / "low.zarr"
    shutil.copytree(make_store(scarce=True), run)
    for _ in range(2):
        assert main(["report", str(run)]) == 0
        assert capsys.readouterr().out == f"{tmp_path / 'low_report.html'}\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["low.zarr", "low_report.html"]


def test_what_cannot_be_reported_is_one_line(make_store, tmp_path, capsys):
    damaged = tmp_path / "damaged.zarr"
    shutil.copytree(make_store(scarce=True), damaged)
    about = json.loads((damaged / "zarr.json").read_text(encoding="utf-8"))
    (damaged / "zarr.json").write_text(json.dumps(about | {"extra": 1}), encoding="utf-8")
    (tmp_path / "going.unfinished").mkdir()
    (tmp_path / "folder.html").mkdir()
    (tmp_path / "mine.html").write_text("<p>mine</p>", encoding="utf-8")
    (tmp_path / "empty").mkdir()
    good = str(make_store(scarce=True))
    for arguments, line in (
        ([str(tmp_path / "nowhere")], "no such run store"),
        ([str(tmp_path / "empty")], "not a run store"),
        ([str(tmp_path / "going")], "this run is not finished"),
        ([str(tmp_path / "going.unfinished")], "this run is not finished"),
        ([str(damaged)], "damaged"),
        ([good, "--out", str(tmp_path / "folder.html")], "not the name of a file"),
        ([good, "--out", str(tmp_path / "mine.html")], "exists and is not a report, so it is not replaced"),
        ([good, "--out", str(tmp_path / "report.pdf")], "allowed: .html or .htm"),
    ):
        assert main(["report", *arguments]) == 2
        told = capsys.readouterr()
        assert told.out == ""
        assert line in told.err
        assert len(told.err.splitlines()) == 1
    assert (tmp_path / "mine.html").read_text(encoding="utf-8") == "<p>mine</p>"


def test_a_disk_that_is_full_leaves_the_old_report(make_store, tmp_path, monkeypatch):
    out = analysis.write_report(make_store(scarce=True), tmp_path / "report.html")
    before = out.read_bytes()

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(InputError, match=r"report.html: cannot be written: No space left on device"):
        analysis.write_report(make_store(scarce=True), out)
    assert out.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]
