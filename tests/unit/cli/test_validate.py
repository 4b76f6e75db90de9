from __future__ import annotations

from pathlib import Path

import pytest

from mendsim import analysis, scenarios
from mendsim.analysis import store
from mendsim.analysis.validation import Verdict, questions
from mendsim.cli.main import main
from mendsim.cli.validate import _scenario, report, table
from mendsim.scenarios import run_cache


@pytest.mark.parametrize("setting", sorted({s for q in questions().values() for s in q.settings}, key=str), ids=str)
def test_every_study_is_a_scenario_with_sources_and_a_day_of_untouched_skin(setting) -> None:
    scenario = _scenario(setting)
    assert scenario.sources
    if scenario.patient.excised:  # nothing lives that could be looked at before
        return
    assert scenario.save.snapshots_h[0] < scenario.events[0].at_h == 24.0
    assert 24.0 in scenario.save.snapshots_h


def test_the_scoreboard_says_what_is_hit_and_why_not() -> None:
    hit = Verdict(question=questions()["T69"], model=0.5, low=0.4, high=0.6, status="hit")
    absent = Verdict(question=questions()["T55"])
    never = Verdict(question=questions()["T22"], model=float("inf"), low=6.0, high=float("inf"), status="missed")
    lines = report([hit, absent, never]).splitlines()
    assert lines[1].split()[-7:] == ["day", "0.5", "0.4-0.6", "<=", "1", "+0%", "hit"]
    assert lines[2].endswith("-  not modelled")
    assert "never  6-never" in lines[3]
    assert any(line.startswith("T55 not modelled: a run is one wound") for line in lines)
    assert lines[-1] == "1 hit, 1 missed, 1 not modelled"
    rows = table([hit, absent])
    assert list(rows["status"]) == ["hit", "not modelled"]
    assert rows["source"].str.len().min() > 0


def test_a_target_that_needs_no_run_is_told_without_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", "T55"]) == 0
    out = capsys.readouterr().out
    assert "0 hit, 0 missed, 1 not modelled" in out
    assert "0 runs" in out


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["T99"], "IDS: unknown target (got 'T99'); allowed: T20, T21, "),
        (["T01"], "IDS: not judged yet (got 'T01'); allowed: T20, T21, "),
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
    lines = report(verdicts).splitlines()
    assert any(line.startswith("T58, T59 missed: ") for line in lines)
    assert sum("assumed: " in line for line in lines) == 1
