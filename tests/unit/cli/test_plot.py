"""``mendsim plot``: of a run, a comparison and a sweep; and one line for what cannot be drawn."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from matplotlib.image import imread

from mendsim import analysis, scenarios
from mendsim.analysis.comparison_document import ComparedRun, ComparedScenario
from mendsim.analysis.replicates import Replicate
from mendsim.cli.main import main
from mendsim.scenarios.sweeping import load_design
from mendsim.scenarios.sweeping.folder import SweepFolder, write_row

DESIGN = """
scenario = "mini.toml"
kind = "KIND"
replicates = 2
"""
GRID = '[factors."events.1.concentration"]\nvalues = ["5 mg/mL", "10 mg/mL"]\n'
MORRIS = 'size = 2\n[factors."events.1.concentration"]\nlow = "5 mg/mL"\nhigh = "10 mg/mL"\n'


@pytest.fixture
def store(mini: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(mini.parent)
    scenarios.run(scenarios.load(str(mini)), mini.parent / "run", seed=1)
    return mini.parent / "run"


@pytest.fixture
def compared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    times = {"time": [0.0, 24.0, 72.0]}
    read = {
        (name, seed): Replicate(
            values={"collagen_final": 100.0 + shift + 0.1 * seed, "mmp9_peak": 5.0 - shift + 0.2 * seed**2},
            series=xr.Dataset({"mmp9_ng_per_ml": ("time", [0.0, shift + seed, 1.0], {"units": "ng/mL"})}, times),
            content_hash="",
        )
        for name, shift in (("control", 0.0), ("laser", 3.0))
        for seed in (1, 2, 3)
    }
    events = {"control": [], "laser": [{"kind": "laser", "at": "24 h"}, {"kind": "drug", "at": "48 h"}]}
    runs = tuple(ComparedRun(seed=seed, content_hash="", store=None) for seed in (1, 2, 3))
    about = [
        ComparedScenario(name=name, title=name, follow_up_days=3.0, scenario={"events": events[name]}, runs=runs)
        for name in events
    ]
    analysis.write_comparison(analysis.compare_replicates(read), about, tmp_path / "compare")
    return tmp_path / "compare"


def sweep(mini: Path, kind: str) -> Path:
    """Write the folder of a sweep that is done: the outcome is the concentration, and a little of the seed."""
    path = mini.with_name("design.toml")
    path.write_text(DESIGN.replace("KIND", kind) + (GRID if kind == "grid" else MORRIS), encoding="utf-8")
    folder = SweepFolder.create(mini.with_name(kind), load_design(path))
    for job in folder.design.jobs():
        dose = float(next(iter(folder.design.inputs(job.point).values())))
        outcomes = {"mmp9_peak": (dose + 0.1 * job.seed, "ng/mL"), "downtime_days": (2.0 * dose, "days")}
        row = {"key": folder.key(job), "seed": job.seed, "status": "done", "error": "", "outcomes": outcomes}
        write_row(folder.row_path(folder.key(job)), row | {"wall_time_s": 1.0, "content_hash": "0"})
    return folder.path


def drawn(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[Path]:
    assert main(["plot", *arguments]) == 0
    files = [Path(line) for line in capsys.readouterr().out.splitlines()]
    assert all(file.stat().st_size > 1000 for file in files)
    return files


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["plot", *arguments]) == 2
    told = capsys.readouterr()
    assert (told.out, told.err.count("\n")) == ("", 1)
    return told.err


def test_a_run(store: Path, capsys: pytest.CaptureFixture[str]):
    assert [file.name for file in drawn(capsys, "run")] == ["drug.png"]
    (series,) = drawn(capsys, "run", "--kind", "time_course", "--of", "drug_dermis_ug_per_cm2")
    assert series == Path("run_pictures/time_course-drug_dermis_ug_per_cm2.png")
    assert imread(series).shape[1] == pytest.approx(85.0 / 25.4 * 300, abs=1)
    (profile,) = drawn(capsys, "run", "--kind", "depth_profile", "--of", "drug", "--days", "0.125", "--out", "a/b.pdf")
    assert profile == Path("a/b.pdf")


def test_what_cannot_be_drawn_of_a_run_is_told_in_one_line(store: Path, capsys: pytest.CaptureFixture[str]):
    told = {
        ("--kind", "time_course"): "--of: a time_course needs it",
        ("--kind", "time_course", "--of", "drug_derms_ug_per_cm2"): "allowed: drug_dermis_ug_per_cm2",
        ("--kind", "blok"): "--kind: no such plot of this (got 'blok'); allowed: block?",
        ("--kind", "block"): "one site thick",
        ("--kind", ""): "--kind: no such plot of this (got ''); allowed: block, ",
        ("--kind", "depth_profile", "--of", "drug", "--days", "99"): "--days: no snapshot near this day (got 99.0)",
        ("--kind", "block", "--days", "99"): "--days: no snapshot near this day (got 99.0)",
        ("--kind", "vessels", "--days", "-5"): "--days: no snapshot near this day (got -5.0)",
        ("--kind", "kymograph", "--of", "drug"): "too few snapshots",
        ("--kind", "vessels", "--of", "colour"): "--of: vessels have no such colours (got 'colour'); allowed: flow, ",
        ("--of", "drug"): "--kind: --of needs a kind of plot",
        ("--x", "a", "--y", "b"): "--x: no plot of this takes it",
        ("--kind", "time_course", "--of", "x", "--days", "1"): "--days: does not go with a time_course",
        ("--kind", "block", "--days", "1,2"): "--days: this plot shows one day",
        ("--kind", "time_course", "--of", "x", "--out", "a.gif"): "--out: unknown kind of file",
    }
    for options, words in told.items():
        assert words in refused(capsys, "run", *options)
    assert not Path("a.gif").exists()


@pytest.mark.parametrize("option", ["--of", "--x", "--y", "--hue"])
def test_an_empty_name_is_not_taken_for_none(option: str, capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as stop:
        main(["plot", "run", option, ""])
    assert stop.value.code == 2
    assert capsys.readouterr().err == f"mendsim: argument {option}: no name (got ''); see mendsim plot --help\n"


@pytest.mark.parametrize(
    ("arguments", "place"),
    [
        (["plot", ""], "PATH"),
        (["outcomes", "run", ""], "RUN"),
        (["report", ""], "RUN_OR_COMPARISON"),
        (["export", "", "--to", "csv"], "RUN"),
        (["cite", " "], "RUN"),
        (["histology", ""], "RUN"),
        (["surface", ""], "RUN"),
        (["sensitivity", "", "--of", "x"], "SWEEP"),
        (["validate", "--from", ""], "--from"),
    ],
)
def test_an_empty_name_is_not_the_folder_where_one_stands(
    arguments: list[str], place: str, capsys: pytest.CaptureFixture[str]
):
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    told = capsys.readouterr()
    assert (stop.value.code, told.out, told.err.count("\n")) == (2, "", 1)
    assert f"argument {place}: no name (got '" in told.err


def test_a_comparison(compared: Path, capsys: pytest.CaptureFixture[str]):
    assert [str(file) for file in drawn(capsys, "compare")] == [
        "compare_pictures/forest.png",
        "compare_pictures/time_courses.png",
    ]
    assert sorted(file.name for file in compared.iterdir()) == ["comparison.json", "courses.csv", "replicates.csv"]
    drawn(capsys, "compare", "--kind", "time_course", "--of", "mmp9_ng_per_ml", "--out", "a.svg")
    drawn(capsys, "compare", "--kind", "forest", "--of", "mmp9_peak", "--out", "b.png")
    assert "mmp9_peak?" in refused(capsys, "compare", "--kind", "forest", "--of", "mmp9")
    assert "allowed: forest, time_course" in refused(capsys, "compare", "--kind", "vessels")


def test_sessions_of_a_saved_comparison_are_those_of_its_scenarios(compared: Path):
    ax = analysis.plots.time_course(analysis.open_comparison(compared), "mmp9_ng_per_ml")
    assert [float(line.get_xdata()[0]) for line in ax.get_lines() if line.get_marker() == "v"] == [1.0]


def test_a_sweep(mini: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.chdir(mini.parent)
    sweep(mini, "grid")
    (curve,) = drawn(capsys, "grid", "--x", "events.1.concentration", "--y", "mmp9_peak")
    assert curve == Path("grid_pictures/mmp9_peak-over-events.1.concentration.png")
    drawn(capsys, "grid", "--x", "downtime_days", "--y", "mmp9_peak", "--lowest", "--out", "trade.png")
    assert "--x: a curve needs it" in refused(capsys, "grid")
    assert "--y: a curve needs it" in refused(capsys, "grid", "--x", "downtime_days")
    assert "allowed: mmp9_peak?" in refused(capsys, "grid", "--x", "events.1.concentration", "--y", "mmp9_pea")
    told = refused(capsys, "grid", "--x", "events.1.concentration", "--y", "mmp9_peak", "--lowest")
    assert "--lowest: only for one outcome against another" in told
    assert "not sampled" in refused(capsys, "grid", "--kind", "sensitivity", "--of", "mmp9_peak")


def test_sensitivity_of_a_sweep(mini: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.chdir(mini.parent)
    table = analysis.open_sweep(sweep(mini, "morris"))
    for kind in ("sensitivity", "morris"):
        assert drawn(capsys, "morris", "--kind", kind, "--of", "mmp9_peak")
    ax = analysis.plots.sensitivity_bars(analysis.sensitivity(table, table.attrs["design"], "mmp9_peak"))
    assert [text.get_text() for text in ax.get_yticklabels()] == ["concentration, event 1"]
    np.testing.assert_allclose([patch.get_width() for patch in ax.patches], [5000.0])  # ug/mL
