from __future__ import annotations

from pathlib import Path

import pytest

from mendsim import analysis, scenarios
from mendsim.analysis import store
from mendsim.analysis.scoreboard import read_scoreboard, scoreboard
from mendsim.analysis.validation import questions
from mendsim.analysis.verdict import Verdict
from mendsim.cli import quick
from mendsim.cli.main import main
from mendsim.cli.validate_text import report
from mendsim.cli.validation_runs import scenario_of
from mendsim.scenarios import run_cache


@pytest.mark.parametrize("setting", sorted({s for q in questions().values() for s in q.settings}, key=str), ids=str)
def test_every_study_is_a_scenario_with_sources_and_a_day_of_untouched_skin(setting) -> None:
    scenario = scenario_of(setting)
    assert scenario.sources
    if scenario.patient.excised:  # nothing lives that could be looked at before
        return
    assert scenario.save.snapshots_h[0] < scenario.events[0].at_h == 24.0
    assert 24.0 in scenario.save.snapshots_h


def test_the_scoreboard_says_what_is_hit_and_why_not() -> None:
    hit = Verdict(
        question=questions()["T69"], model=0.5, low=0.4, high=0.6, interval="range over 2 seeds", status="hit"
    )
    absent = Verdict(question=questions()["T55"])
    never = Verdict(question=questions()["T22"], model=float("inf"), low=6.0, high=float("inf"), status="missed")
    zone = Verdict(question=questions()["T10"], model=14.0, low=14.0, high=14.0, status="missed")
    lines = report(scoreboard([hit, absent, never, zone])).splitlines()
    assert lines[2] == "injury"
    assert lines[3].split()[-7:] == ["14", "-", "70", "recalled,", "not", "found", "-80%", "missed"][-7:]
    assert lines[3].startswith("T10  R01")
    assert lines[5] == "epidermis"
    assert lines[6].split()[-10:] == ["day", "0.5", "0.4", "to", "0.6", "<=", "1", "abstract", "+0%", "hit"]
    assert lines[7].endswith("-  not modelled")
    assert "never  6 to never" in lines[8]
    assert any(line.startswith("T55 not modelled: a run is one wound") for line in lines)
    assert any(line == "T22 fitted with keratinocyte.uncovered_transit_d" for line in lines)
    assert any(line == "T69 interval: range over 2 seeds" for line in lines)
    assert any(line.split() == ["epidermis", "3", "1", "1", "1", "0"] for line in lines)
    assert any(line.split() == ["all", "4", "1", "2", "1", "0"] for line in lines)


def test_a_target_that_needs_no_run_is_told_without_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", "T55", "T11"]) == 0
    out = capsys.readouterr().out
    assert "T55 not modelled: a run is one wound" in out
    assert "T11 not judged: a continuous beam" in out
    assert "0 runs, 0 of them new; 0 zones; " in out


def test_zones_are_judged_on_the_same_board(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "new" / "board.csv"
    assert main(["validate", "T07", "--csv", str(file), "--picture", str(tmp_path / "board.svg")]) == 0
    assert "0 runs, 0 of them new; 1 zones; " in capsys.readouterr().out
    (row,) = read_scoreboard(file).to_dict("records")
    assert (row["id"], row["interval"], row["evidence"]) == ("T07", "one zone", "abstract")
    assert row["error"] == pytest.approx(row["model"] / 300.0 - 1.0, abs=1e-4)
    assert "</svg>" in (tmp_path / "board.svg").read_text(encoding="utf-8")
    assert main(["validate", "--from", str(file), "--csv", "-"]) == 0
    assert capsys.readouterr().out == file.read_text(encoding="utf-8")


def test_what_is_quick_is_a_part_that_is_predicted_to_stay_within_the_limit() -> None:
    found = quick.plan()
    cheap, dear = found.taken, set(questions()) - found.taken
    assert cheap < set(questions())
    assert {name for name, question in questions().items() if question.zones} <= cheap
    assert 0.5 * quick.LIMIT_S < found.time_s < quick.LIMIT_S
    assert all(found.alone_s[name] > 30.0 for name in dear)
    assert "predicted to take" in found.why_not("T35")


def test_quick_leaves_out_and_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", "T35", "T55", "--quick"]) == 0
    out = capsys.readouterr().out
    assert "T35 not judged: left out by --quick: predicted to take " in out
    assert "T55 not modelled: a run is one wound" in out
    assert "0 runs" in out


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["T99"], "IDS: unknown target (got 'T99'); allowed: T01, T02, "),
        (["T55", "--picture", "x.bmp"], "--picture: unknown kind of file (got 'x.bmp'); allowed: .png or "),
        (["--quick", "--seeds", "2"], "--seeds: --quick makes one run of each kind (got 2); allowed: 1"),
        (["T20", "--from", "x.csv"], "IDS: nothing is run with --from; allowed: --csv, --picture"),
        (["--quick", "--from", "x.csv"], "--quick: nothing is run with --from; allowed: --csv, "),
        (["--from", "no-such.csv"], "no-such.csv: cannot be read: No such file or directory"),
        (["T55", "--csv", "."], "--csv: not the name of a file (got '.')"),
    ],
)
def test_wrong_input_is_one_line(arguments: list[str], expected: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"mendsim: {expected}")
    assert len(err.splitlines()) == 1


@pytest.mark.parametrize("arguments", [["--seeds", "0"], ["--workers", "x"], ["--seed", "1"]])
def test_wrong_options_are_refused(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["validate", *arguments])
    assert caught.value.code == 2


def test_a_kept_run_is_found_by_its_content_and_is_small(tmp_path: Path) -> None:
    values = {
        "lattice.width": "0.5 mm", "lattice.depth": "0.6 mm", "follow_up": "2 h", "save.snapshots": ["0 h", "1 h"],
        "events": [{"kind": "punch", "at": "1 h", "diameter": "100 um", "depth": "100 um"}],
    }  # fmt: skip
    scenario = scenarios.load("punch_wound").with_values(values)
    assert run_cache.find(scenario, 1, tmp_path) is None
    path = run_cache.make(scenario, 1, tmp_path)
    assert run_cache.find(scenario.with_values({"title": "another"}), 1, tmp_path) == path
    for other in (scenario.with_values({"patient.phototype": 4}), scenario.with_values({"save.series_every": "1 h"})):
        assert run_cache.find(other, 1, tmp_path) is None
    assert run_cache.find(scenario, 2, tmp_path) is None
    run = analysis.open_run(path)
    assert set(run["fields"].data_vars) == set(run_cache.KEPT_FIELDS)
    assert list(store.session_days(run)) == [1 / 24]
    assert store.causes(run) == ["punch"]
    assert "agents" not in run.children


def test_runs_are_kept_beside_the_zones_unless_caches_are_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MENDSIM_CACHE", str(tmp_path / "cache"))
    assert run_cache.folder() == tmp_path / "cache" / "runs"
    monkeypatch.setenv("MENDSIM_CACHE", "off")
    assert run_cache.folder() is None
    (tmp_path / "file").touch()
    monkeypatch.setenv("MENDSIM_CACHE", str(tmp_path / "file"))
    assert run_cache.folder() is None


def test_what_is_true_of_several_targets_is_said_once() -> None:
    verdicts = [
        Verdict(question=questions()[name], model=60.0, low=60.0, high=60.0, status="missed") for name in ("T58", "T59")
    ]
    lines = report(scoreboard(verdicts)).splitlines()
    assert any(line.startswith("T58, T59 missed: ") for line in lines)
    assert sum("assumed: " in line for line in lines) == 1
