"""``mendsim outcomes``, called in this process."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest
import xarray as xr

from mendsim import analysis
from mendsim.cli.main import main

Call = Callable[..., tuple[int, str, str]]
SERIES = {
    "scar_depth_um": [300.0, 280.0, 240.0],
    "collagen_mg_per_ml": [100.0, 90.0, 110.0],
    "reepithelialised_fraction": [1.0, 0.5, 0.6],
}


def tree(**series: list[float]) -> xr.DataTree:
    """Make a run of two days whose wound never closes."""
    days = {"time": ("time", [0.0, 24.0, 48.0])}
    return xr.DataTree.from_dict(
        {
            "/series": xr.Dataset({name: ("time", values) for name, values in (SERIES | series).items()}, days),
            "/injury": xr.Dataset(coords={"session": ("session", [0.0])}),
        }
    )


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Call:
    """Run the command on runs kept in memory; exit code, standard output and error."""
    monkeypatch.chdir(tmp_path)
    runs = {"first": tree(), "second": tree(scar_depth_um=[300.0, 300.0, 300.0])}
    real = analysis.open_run
    monkeypatch.setattr(
        analysis, "open_run", lambda path: runs[Path(path).name] if Path(path).name in runs else real(path)
    )

    def run(*arguments: str) -> tuple[int, str, str]:
        try:
            code = main(["outcomes", *arguments])
        except SystemExit as end:  # argparse
            code = int(end.code or 0)
        return code, *capsys.readouterr()

    return run


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_everything_is_listed_by_kind(call: Call) -> None:
    code, out, _ = call()
    assert code == 0
    assert out.startswith("end point: one number for the whole run")
    line = next(line for line in out.splitlines() if line.startswith("mend_depth "))
    assert line.split()[:3] == ["mend_depth", "µm", "R07"]
    assert line.endswith("below the mean skin surface until it is shed.")


def test_a_row_is_listed_with_its_statement_and_what_compares(call: Call) -> None:
    code, out, _ = call("--row", "r27")
    assert code == 0
    assert out.startswith("R27: Intact corneum keeps large molecules out")
    assert "Runs are set side by side by mendsim deliver." in out
    assert "drug_by_layer" in out
    assert "scar_depth_um" not in out


def test_the_list_may_be_csv(call: Call) -> None:
    table = rows(call("--row", "R07", "--csv", "-")[1])
    assert {row["kind"] for row in table} == {"end point", "target", "time series", "map", "table"}
    assert next(row for row in table if row["name"] == "mends")["unit"] == "by column"


def test_end_points_have_a_column_for_each_run(call: Call) -> None:
    code, out, _ = call("first", "second")
    assert code == 0
    assert out.splitlines()[0].split() == ["end", "point", "first", "second"]
    lines = {line.split()[0]: line for line in out.splitlines()[1:] if line}
    assert lines["scar_depth_change_um"].split()[-4:] == ["\N{MINUS SIGN}60", "µm", "0", "µm"]
    assert lines["reepithelialisation_days"].endswith("not within 2 days  not within 2 days")
    assert "mend_shed_days" in out.splitlines()[-1]
    assert out.splitlines()[-1].startswith("does not apply: ")


def test_end_points_of_a_row_alone(call: Call) -> None:
    _, out, _ = call("first", "--row", "R19")
    assert [line.split()[0] for line in out.splitlines()[1:] if line] == [
        "scar_depth_change_um",
        "scar_depth_change_percent",
        "does",
    ]


def test_one_outcome_is_a_tidy_table(call: Call, tmp_path: Path) -> None:
    code, out, _ = call("first", "second", "--of", "scar_depth_um", "--csv", "tables/depth.csv")
    assert code == 0
    assert out.startswith("scar depth [µm]: Mean depression of the surface over the core of the scar")
    table = rows((tmp_path / "tables/depth.csv").read_text())
    assert table[2] == {"run": "first", "day": "2", "scar_depth_um": "240"}
    assert table[5] == {"run": "second", "day": "2", "scar_depth_um": "300"}
    assert rows(call("first", "--of", "scar_depth_change_um", "--csv", "-")[1]) == [
        {"run": "first", "scar_depth_change_um": "-60"}
    ]


def test_a_long_table_is_cut_on_the_screen_alone(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mendsim.cli.outcomes._SHOWN", 2)
    out = call("first", "--of", "scar_depth_um")[1]
    assert out.splitlines()[-1] == "and 1 more; --csv FILE writes all of them"
    assert len(rows(call("first", "--of", "scar_depth_um", "--csv", "-")[1])) == 3


def test_runs_whose_folders_have_one_name_are_told_by_their_paths(call: Call) -> None:
    table = rows(call("a/first", "b/first", "--of", "scar_depth_change_um", "--csv", "-")[1])
    assert [row["run"] for row in table] == ["a/first", "b/first"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["first", "--of", "scar_dept_um"], "unknown outcome (got 'scar_dept_um'); allowed: scar_depth_um"),
        (["--of", "mends"], "--of: no run to measure it in (got 'mends'); allowed: mendsim outcomes RUN --of NAME"),
        (["--row", "R40"], "unknown mechanism row (got 'R40'); allowed: R01 to R34"),
        (["first", "--row", "R01"], "--row: this row has no end points (got 'R01'); allowed: --of zone_sizes, damage"),
        (["first", "--row", "R07", "--of", "mends"], "--row: not together with --of (got 'R07')"),
        (["first", "--of", "mends"], "the run has no MENDs (got 'run'); allowed: a run with a laser session"),
        (["gone.zarr"], "gone.zarr: no such run store; allowed: the folder that `mendsim run` wrote"),
        (["first", "--csv", "."], "--csv: not the name of a file (got '.'); allowed: a file"),
    ],
)
def test_wrong_input_is_one_line(call: Call, arguments: list[str], told: str) -> None:
    code, out, error = call(*arguments)
    assert code == 2
    assert out == ""
    assert error.startswith(f"mendsim: {told}")
    assert error.count("\n") == 1
