"""``mendsim compare``: what it prints, from made-up replicates and from very small runs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from mendsim import analysis, scenarios
from mendsim.analysis.replicate_comparison import ReplicateComparison
from mendsim.analysis.replicates import Replicate
from mendsim.cli import compare, compare_text
from mendsim.cli.main import main
from mendsim.scenarios import run_cache


@pytest.fixture
def half(mini: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put a second scenario beside the first, and work in their folder."""
    monkeypatch.chdir(mini.parent)
    path = mini.with_name("half.toml")
    text = mini.read_text(encoding="utf-8").replace("10 mg/mL", "5 mg/mL")
    path.write_text(text.replace("A small cut and a drug", "Half the drug"), encoding="utf-8")
    return path


def compared(values: Mapping[str, Mapping[str, Sequence[float]]]) -> ReplicateComparison:
    series = xr.Dataset({"follicle_count": ("time", [1.0])}, coords={"time": [0.0]})
    first = next(iter(values.values()))
    read = {
        (scenario, number + 1): Replicate(
            values={name: each[scenario][number] for name, each in values.items()}, series=series, content_hash=""
        )
        for scenario, runs in first.items()
        for number in range(len(runs))
    }
    return analysis.compare_replicates(read)


def told(values: Mapping[str, Mapping[str, Sequence[float]]], *, every: bool = False) -> list[str]:
    found = compared(values)
    return compare_text.told({name: f"Title of {name}" for name in found.scenarios}, found, every=every).splitlines()


def test_each_end_point_has_a_line_for_each_scenario():
    lines = told(
        {
            "collagen_final": {"one": [100.0, 101.0, 99.0], "two": [110.1, 110.9, 109.0]},
            "flow_change": {"one": [5.0, 6.0, 7.0], "two": [6.0, 5.0, 7.0]},
        }
    )
    assert lines[:2] == ["one: Title of one (reference)", "two: Title of two"]
    assert lines[2].startswith("3 runs of each, seeds 1 to 3; mean [95 % interval]; difference from the reference, ")
    assert lines[4].split("  ")[0] == "scenario"
    assert lines[6] == "collagen_final: collagen, at the end [% of start]"
    assert lines[7].split() == ["one", "100.0", "[97.5,", "102.5]"]
    assert lines[8].split() == ["two", "110.0", "[107.6,", "112.4]", "10.00", "[9.75,", "10.25]", "yes"]
    assert lines[12].split()[-1] == "no"
    assert lines[-1].startswith("more than noise: 2 paired tests taken together; ")
    assert max(map(len, lines)) <= 120


def test_what_did_not_happen_or_does_not_apply_is_said_so():
    lines = told(
        {
            "mend_shed_days": {"one": [3.0, np.inf, 5.0], "two": [np.inf] * 3},
            "drug_delivered": {"one": [np.nan] * 3, "two": [1.0, 2.0, 3.0]},
        }
    )
    assert [line.split() for line in lines[7:9]] == [["one", "4", "in", "2/3"], ["two", "in", "0/3", "-", "no"]]
    assert lines[11].split() == ["one", "-"]
    assert lines[12].split()[-2:] == ["-", "-"]
    assert lines[-2].startswith("in 1/2: ")
    assert lines[-1].startswith("-: not known")


def test_what_is_the_same_everywhere_is_named_in_a_line_unless_asked_for():
    values = {
        "collagen_final": {"one": [1.0, 2.0], "two": [1.0, 2.0]},
        "mend_shed_days": {"one": [np.inf, np.nan], "two": [np.inf, np.nan]},
        "flow_change": {"one": [1.0, 2.0], "two": [2.0, 1.0]},
    }
    lines = told(values)
    assert "the same in every scenario: collagen_final, mend_shed_days" in lines
    assert not any(line.startswith("collagen_final:") for line in lines)
    assert any(line.startswith("collagen_final:") for line in told(values, every=True))
    assert told({"collagen_final": values["collagen_final"]})[-1] == "no end point differs"


def test_one_run_of_each_has_no_intervals():
    lines = told({"collagen_final": {"one": [100.0], "two": [110.0]}})
    assert lines[2:4] == [
        "one run of each, seed 1; difference from the reference",
        "intervals, and what is more than noise, need at least two runs (--replicates)",
    ]
    assert lines[9].split() == ["two", "110", "10", "-"]


def test_two_scenarios_are_run_printed_and_written(
    half: Path, cache: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
):
    asked = ["compare", "mini.toml", "half.toml", "--replicates", "2"]
    assert main([*asked, "--csv", "table.csv"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    lines = out.splitlines()
    assert lines[:2] == ["mini: A small cut and a drug (reference)", "half: Half the drug"]
    assert lines[-2].startswith("4 runs, 4 of them new; ")
    assert lines[-1] == "compare-mini-half: comparison.json, replicates.csv, courses.csv"
    saved = analysis.open_comparison("compare-mini-half")
    table = saved.comparison.table.set_index(["end_point", "scenario"])
    assert set(saved.comparison.table["end_point"]) >= {"drug_delivered", "drug_dermis_peak"}
    assert table.loc[("drug_delivered", "half"), "difference"] < 0.0
    assert [scenario.title for scenario in saved.scenarios] == ["A small cut and a drug", "Half the drug"]
    assert saved.scenarios[1].scenario == scenarios.load("half.toml").to_dict()
    for scenario in saved.scenarios:
        for run in scenario.runs:
            opened = analysis.open_run(str(run.store))
            assert (opened.attrs["seed"], opened.attrs["content_hash"]) == (run.seed, run.content_hash)
            assert json.loads(opened.attrs["scenario"])["events"] == scenario.scenario["events"]
    written = pd.read_csv(tmp_path / "table.csv")
    assert written["difference"].tolist() == pytest.approx(saved.comparison.table["difference"].tolist(), nan_ok=True)
    assert main([*asked, "--of", "drug_delivered", "--reference", "half", "--csv", "-", "--out", "again"]) == 0
    rows = capsys.readouterr().out.splitlines()
    assert [row.split(",")[3] for row in rows] == ["scenario", "half", "mini"]
    assert len(list(cache.glob("*.zarr"))) == 4


def test_many_runs_are_read_before_they_are_forgotten(
    half: Path, cache: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(run_cache, "MOST_RUNS", 2)
    monkeypatch.setattr(compare, "_AT_A_TIME", 1)
    assert main(["compare", "mini.toml", "half.toml", "--replicates", "2", "--of", "drug_delivered"]) == 0
    assert len(analysis.open_comparison("compare-mini-half").comparison.replicates) == 4
    assert len(list(cache.glob("*.zarr"))) == 2


def test_scenarios_that_differ_in_name_alone_share_their_runs(
    half: Path, cache: Path, capsys: pytest.CaptureFixture[str]
):
    half.write_text('extends = "mini.toml"\ntitle = "The same"\n', encoding="utf-8")
    assert main(["compare", "mini.toml", "half.toml", "--replicates", "2", "--out", "same"]) == 0
    assert "no end point differs" in capsys.readouterr().out
    assert set(analysis.open_comparison("same").comparison.table["more_than_noise"]) == {"", "no"}
    assert len(list(cache.glob("*.zarr"))) == 2


def test_without_a_cache_no_store_is_named(
    half: Path, cache: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("MENDSIM_CACHE", "off")
    assert main(["compare", "mini.toml", "half.toml", "--replicates", "1", "--of", "drug_delivered"]) == 0
    assert {run.store for each in analysis.open_comparison("compare-mini-half").scenarios for run in each.runs} == {
        None
    }


def test_different_follow_up_is_told_in_one_line(half: Path, cache: Path, capsys: pytest.CaptureFixture[str]):
    half.write_text(half.read_text(encoding="utf-8").replace('"3 h"', '"2 h"'), encoding="utf-8")
    assert main(["compare", "mini.toml", "half.toml", "--replicates", "1", "--csv", "-"]) == 0
    err = capsys.readouterr().err
    assert err.startswith(
        "mendsim: warning: follow-up ends at different times (mini after 0.125 d, half after 0.0833333 d)"
    )
    assert "drug_delivered" in err
    assert len(err.splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["mini.toml"], "SCENARIO: nothing to compare it with (got 'mini'); allowed: two scenarios or more"),
        (["mini.toml", "mini.toml"], "SCENARIO: two scenarios have this name (got 'mini'); allowed: *"),
        (["mini.toml", "far/mini.toml"], "SCENARIO: two scenarios have this name (got 'mini'); allowed: *"),
        (["mini.toml", "hlaf.toml"], "hlaf.toml: file not found"),
        (["mini.toml", "acne_scra"], "unknown scenario (got 'acne_scra'); allowed: acne_scar*"),
        (["mini.toml", "half.toml", "--of", "zzz"], "--of: unknown quantity (got 'zzz'); *"),
        (
            ["mini.toml", "half.toml", "--reference", "zzz"],
            "--reference: not among the scenarios (got 'zzz'); *: mini, half",
        ),
        (["mini.toml", "half.toml", "--set", "events.7.at=1 h"], "mini with --set: events.7.at: there is no item 7 *"),
        (["mini.toml", "half.toml", "--set", "events"], "--set: not key=value (got 'events'); *"),
        (["mini.toml", "half.toml", "--csv", "."], "--csv: not the name of a file (got '.')*"),
        (["mini.toml", "half.toml", "--out", ""], "--out: not the name of a folder (got ''); allowed: a folder"),
        (["mini.toml", "half.toml", "--out", "mini.toml"], "--out: not the name of a folder (got 'mini.toml'); *"),
        (["mini.toml", "half.toml", "--out", "far"], "far: exists and is not a comparison, so it is not replaced; *"),
    ],
)
def test_wrong_input_is_one_line_and_nothing_is_run(
    half: Path, cache: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], line: str
):
    far = half.parent / "far"
    far.mkdir()
    (far / "mini.toml").write_text((half.parent / "mini.toml").read_text(encoding="utf-8"), encoding="utf-8")
    assert main(["compare", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert len(err.splitlines()) == 1
    for part in f"mendsim: {line}".split("*"):
        assert part in err
    assert not cache.exists() or not list(cache.iterdir())
    assert sorted(path.name for path in far.iterdir()) == ["mini.toml"]


def test_a_file_may_set_its_name_and_a_long_list_gets_a_short_folder(half: Path):
    names = [letter * 40 for letter in "abc"]
    given = [scenarios.load("mini.toml").with_values({"name": name}) for name in names]
    assert list(compare.by_name(given, names[1])) == [names[1], names[0], names[2]]
    assert compare._folder_of(given, None) == Path(f"compare-{names[0]}-and-2-more")
