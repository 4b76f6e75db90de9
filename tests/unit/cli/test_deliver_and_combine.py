"""``mendsim deliver`` and ``mendsim combine``: what they print, from made-up tables and from very small runs."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mendsim import scenarios
from mendsim.analysis.combined_arms import ARMS
from mendsim.analysis.uptake import rows
from mendsim.cli import combine, deliver, kept_runs
from mendsim.cli.main import main
from mendsim.common.errors import InputError, ScenarioWarning
from mendsim.scenarios import run_cache
from mendsim.scenarios.schema import Scenario


def uptake_row(
    quantity: str, unit: str, treated: float, intact: float, fold: float, spread: float
) -> dict[str, object]:
    row: dict[str, object] = {"quantity": quantity, "unit": unit}
    for name, mean in (("treated", treated), ("intact", intact), ("fold", fold)):
        row |= {name: mean, f"{name}_low": mean - spread, f"{name}_high": mean + spread}
    return row


def uptake_frame(spread: float) -> pd.DataFrame:
    return pd.DataFrame(
        [
            uptake_row("given", "ug/cm2", 100.0, 100.0, np.nan, spread),
            uptake_row("dermis, peak", "ug/cm2", 21.44, 0.0625, 345.2, spread),
            uptake_row("clot of channels, peak", "ug/cm2", 3.2, 0.0, np.inf, spread),
        ]
    )


def test_the_table_of_a_drug_has_a_column_for_each_arm_and_the_fold(mini: Path) -> None:
    scenario = scenarios.load(mini)
    lines = deliver._told(scenario, scenario, 3, uptake_frame(0.5)).splitlines()
    assert lines[0] == "A small cut and a drug: 0.125 days, mean of 3 runs [95 % interval]"
    assert "a section" in lines[1].lower()
    assert lines[3].split("  ")[0] == "quantity"
    assert [name in lines[3] for name in ("unit", "treated", "intact skin", "fold")] == [True] * 4
    assert lines[4].split() == ["given", "ug/cm2", "100.00", "[99.50,", "100.50]", "100.00", "[99.50,", "100.50]", "-"]
    assert "21.44 [20.94, 21.94]" in lines[5]
    assert lines[5].endswith("345.20 [344.70, 345.70]")
    assert lines[6].endswith("none enters intact")
    assert len({line.index("ug/cm2") for line in lines[4:]}) == 1


def test_one_run_has_no_intervals_and_a_block_no_word_about_sections(mini: Path) -> None:
    scenario = scenarios.load(mini).with_values({"lattice.length": "0.3 mm"})
    text = deliver._told(scenario, scenario, 1, uptake_frame(np.nan))
    assert text.splitlines()[0].endswith("0.125 days, one run")
    assert "[" not in text
    assert "section" not in text


def test_without_intact_skin_there_is_one_column(mini: Path) -> None:
    scenario = scenarios.load(mini)
    frame = uptake_frame(0.5)[["quantity", "unit", "treated", "treated_low", "treated_high"]]
    text = deliver._told(scenario, scenario, 2, frame)
    assert text.splitlines()[2].split() == ["quantity", "unit", "treated"]
    assert "intact" not in text
    assert "section" not in text


def combination_frame(index: float = 0.875, spread: float = 1.0) -> pd.DataFrame:
    row: dict[str, object] = {"quantity": "scar_depth_um", "day": 90.0}
    means = {"both": 250.0, "laser": 260.0, "drug": 290.0, "neither": 300.0}
    means |= {f"effect_{arm}": means[arm] - 300.0 for arm in ("both", "laser", "drug")}
    means |= {"interaction": 7.5, "added": -10.0}
    for name, mean in means.items():
        row |= {name: mean, f"{name}_low": mean - spread, f"{name}_high": mean + spread}
    return pd.DataFrame([row | {"index": index}])


def test_a_combination_is_told_arm_by_arm(mini: Path) -> None:
    lines = combine.told(scenarios.load(mini), 3, combination_frame()).splitlines()
    assert lines[0] == "A small cut and a drug: mean of 3 runs of each arm [95 % interval]"
    assert lines[2] == "scar_depth_um, day 90"
    assert lines[3].split() == ["arm", "value", "effect"]
    assert [line.split("  ")[0] for line in lines[4:8]] == list(ARMS.values())
    assert lines[4].split("  ")[-1].strip() == "-50.0 [-51.0, -49.0]"
    assert lines[7].split() == ["untreated", "300.0", "[299.0,", "301.0]"]
    assert "what the drug adds to the laser: -10.0 [-11.0, -9.0]" in lines
    assert "interaction (effect of both less the sum of the two): 7.5 [6.5, 8.5]" in lines
    assert "combination index (effect of both over the sum of the two): 0.875" in lines


def test_an_index_that_cannot_be_told_is_said_so_and_one_run_has_no_intervals(mini: Path) -> None:
    text = combine.told(scenarios.load(mini), 1, combination_frame(index=np.nan, spread=np.nan))
    assert text.splitlines()[0].endswith("one run of each arm")
    assert text.splitlines()[-1].endswith(": not told from noise")
    assert "[" not in text


@pytest.mark.parametrize(
    ("names", "days", "line"),
    [
        (["scar_depth"], [], "--of: unknown quantity (got 'scar_depth'); allowed: scar_depth_um or "),
        (["zzz"], [], "--of: unknown quantity (got 'zzz'); allowed: a time series or an end point, such as "),
        (["scar_depth_um", "downtime_days"], [1.0], "--at: an end point has no day (got 'downtime_days'); "),
        (["scar_depth_um"], [0.0, 1.0], "--at: outside the run (got '1'); allowed: 0 to 0.125 days"),
        (["scar_depth_um"], [-0.1], "--at: outside the run (got '-0.1'); "),
        (["scar_depth_um"], [float("nan")], "--at: outside the run (got 'nan'); "),
    ],
)
def test_quantities_and_days_are_checked_before_anything_is_run(
    mini: Path, names: list[str], days: list[float], line: str
) -> None:
    with pytest.raises(InputError) as error:
        combine.check(scenarios.load(mini), names, days)
    assert str(error.value).startswith(line)
    assert "\n" not in str(error.value)


def test_series_and_end_points_may_be_asked_for_together(mini: Path) -> None:
    combine.check(scenarios.load(mini), ["collagen_mg_per_ml", "downtime_days", "drug_delivered"], [])
    combine.check(scenarios.load(mini), ["collagen_mg_per_ml"], [0.0, 0.125])


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["deliver", "--days", "0"], "--days: out of range (got 0.0); allowed: more than 0 to 3650"),
        (["deliver", "--days", "inf"], "--days: out of range (got inf); "),
        (["deliver", "--csv", "."], "--csv: not the name of a file (got '.')"),
        (["deliver", "--set", "events=[]"], "mini: events: no drug is given; allowed: a drug or an injection"),
        (["combine", "--of", "zzz"], "--of: unknown quantity (got 'zzz'); "),
        (["combine", "--of", "downtime_days", "--csv", "."], "--csv: not the name of a file (got '.')"),
        (["combine", "--of", "downtime_days", "--set", "events=[]"], "mini: events: there is no laser session *"),
    ],
)
def test_wrong_input_is_one_line_and_nothing_is_run(
    mini: Path, cache: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], line: str
) -> None:
    assert main([arguments[0], str(mini), *arguments[1:]]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"mendsim: {line.removesuffix('*')}")
    assert len(err.splitlines()) == 1
    assert not cache.exists() or not list(cache.iterdir())


@pytest.mark.parametrize(
    "arguments",
    [
        ["combine"],
        ["combine", "--of", "scar_depth_um", "--at", "1;2"],
        ["deliver", "--replicates", "0"],
        ["deliver", "--days", "week"],
        ["deliver", "--workers", "0"],
        ["deliver", "--of", "scar_depth_um"],
    ],
)
def test_wrong_options_are_refused_in_a_line(
    mini: Path, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        main([arguments[0], str(mini), *arguments[1:]])
    assert caught.value.code == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_deliver_runs_both_arms_prints_and_keeps_them(
    mini: Path, cache: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "tables" / "uptake.csv"
    assert main(["deliver", str(mini), "--days", "0.0625", "--replicates", "2", "--csv", str(file)]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert out.splitlines()[0] == "A small cut and a drug: 0.104 days, mean of 2 runs [95 % interval]"
    table = pd.read_csv(file)
    known = [row.label for row in rows()]
    assert list(table["quantity"]) == [label for label in known if label in set(table["quantity"])]
    numbers = table.set_index("quantity")
    assert numbers.loc["given", ["treated", "intact"]].tolist() == pytest.approx([100.0, 100.0])
    assert numbers.loc["delivered past the epidermis", "fold"] > 5.0
    assert all(quantity in out for quantity in table["quantity"])
    kept = sorted(path.name for path in cache.glob("*.zarr"))
    assert len(kept) == 4
    assert main(["deliver", str(mini), "--days", "0.0625", "--replicates", "2", "--csv", "-"]) == 0
    assert capsys.readouterr().out == file.read_text(encoding="utf-8")
    assert sorted(path.name for path in cache.glob("*.zarr")) == kept


def test_combine_runs_four_arms_and_writes_a_row_for_each_quantity_and_day(
    mini: Path, cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = ["drug_dermis_ug_per_cm2", "drug_received_ug_per_cm2"]
    asked = ["--of", names[0], "--of", names[1], "--at", "0.0625,0.125", "--replicates", "1"]
    assert main(["combine", str(mini), *asked, "--csv", "-"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [tuple(line.split(",")[:2]) for line in lines[1:]] == [
        (name, day) for name in names for day in ("0.0625", "0.125")
    ]
    assert len(list(cache.glob("*.zarr"))) == len(ARMS)
    assert main(["combine", str(mini), *asked]) == 0
    blocks = capsys.readouterr().out.split("\n\n")
    assert len(blocks) == 5
    assert all("untreated" in block for block in blocks[1:])


def test_what_excised_skin_does_not_have_is_told_before_anything_is_run(
    mini: Path, cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["combine", str(mini), "--of", "collagen_mg_per_ml", "--replicates", "1"]) == 2
    err = capsys.readouterr().err
    assert err.startswith("mendsim: --of: ")
    assert "excised" in err
    assert not list(cache.glob("*.zarr"))


def jobs_of(scenario: Scenario, seeds: int) -> Mapping[int, tuple[Scenario, int]]:
    return {seed: (scenario, seed) for seed in range(1, seeds + 1)}


def test_runs_that_are_kept_are_not_made_again(mini: Path, cache: Path) -> None:
    scenario = scenarios.load(mini)
    cache.mkdir(parents=True)
    first, made = kept_runs.provide(jobs_of(scenario, 1), workers=1, place=cache, label="test")
    more, again = kept_runs.provide(jobs_of(scenario, 2), workers=1, place=cache, label="test")
    assert (made, again) == (1, 1)
    assert more[1] == first[1] == run_cache.find(scenario, 1, cache)
    assert more[2] != more[1]


def test_what_runs_warn_of_is_told_once_however_many_say_it(
    mini: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def make(_scenario: Scenario, seed: int, place: Path, **_: object) -> Path:
        warnings.warn(ScenarioWarning("the drug meets closed skin"), stacklevel=1)
        warnings.warn(ScenarioWarning(f"seed {seed // 3}"), stacklevel=1)
        warnings.warn(UserWarning("nothing to do with scenarios"), stacklevel=1)
        return place / f"{seed}.zarr"

    monkeypatch.setattr(run_cache, "make", make)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        stores, made = kept_runs.provide(jobs_of(scenarios.load(mini), 4), workers=2, place=cache, label="test")
    assert (stores[4], made) == (cache / "4.zarr", 4)
    assert sorted(str(each.message) for each in caught) == ["seed 0", "seed 1", "the drug meets closed skin"]
    assert {each.category for each in caught} == {ScenarioWarning}


def test_without_a_cache_runs_live_as_long_as_the_command(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MENDSIM_CACHE", "off")
    with kept_runs.folder() as place:
        assert place.is_dir()
    assert not place.exists()
    monkeypatch.setenv("MENDSIM_CACHE", str(tmp_path / "cache"))
    with kept_runs.folder() as place:
        assert place == tmp_path / "cache" / "runs"
    assert place.is_dir()
