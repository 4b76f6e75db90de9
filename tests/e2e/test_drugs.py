"""``mendsim deliver`` and ``mendsim combine`` as a user calls them, on a very small sample."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

Command = Callable[..., subprocess.CompletedProcess[str]]

CUT = """
title = "A cut and a drug of one's own"
follow_up = "3 h"

[patient]
site = "forearm"
phototype = 2
initial_state = "healthy"

[lattice]
width = "0.3 mm"
depth = "0.4 mm"

[drugs.mine]
like = "lidocaine"
solubility = "4 mg/mL"

[[events]]
kind = "punch"
at = "0 h"
diameter = "100 um"
depth = "200 um"

[[events]]
kind = "drug"
at = "0 h"
drug = "mine"
concentration = "10 mg/mL"
volume = "10 uL/cm^2"
duration = "1 h"

[save]
series_every = "1 h"
snapshots = ["3 h"]
"""


@pytest.fixture
def cut(tmp_path: Path) -> Path:
    path = tmp_path / "cut.toml"
    path.write_text(CUT, encoding="utf-8")
    return path


def test_deliver_says_where_a_drug_goes_in_a_diffusion_cell(mendsim: Command, cut: Path) -> None:
    options = ["--set", "patient.excised=true", "--days", "0.1", "--replicates", "1", "--workers", "1"]
    result = mendsim("deliver", cut, *options, "--csv", "uptake.csv")
    assert (result.returncode, result.stderr) == (0, "")
    lines = result.stdout.splitlines()
    assert lines[0] == "A cut and a drug of one's own: 0.104 days, one run"
    table = pd.read_csv(cut.with_name("uptake.csv")).set_index("quantity")
    assert set(table.index) <= {line.split("  ")[0] for line in lines}
    assert table.loc["given", "treated"] == pytest.approx(100.0)
    assert table.loc["through excised skin", "fold"] > 5.0
    assert "carried off by blood" not in table.index


def test_combine_prints_what_laser_and_drug_do_together_and_alone(mendsim: Command, cut: Path) -> None:
    options = ["--of", "cytokine_ng_per_ml", "--at", "0.0625,0.125", "--replicates", "1", "--workers", "2"]
    result = mendsim("combine", cut, *options)
    assert (result.returncode, result.stderr) == (0, "")
    blocks = result.stdout.split("\n\n")
    assert blocks[0] == "A cut and a drug of one's own: one run of each arm"
    assert [block.splitlines()[0] for block in blocks[1:]] == [
        "cytokine_ng_per_ml, day 0.0625",
        "cytokine_ng_per_ml, day 0.125",
    ]
    for block in blocks[1:]:
        rows = {line.split("  ")[0]: line.split()[-1] for line in block.splitlines()[2:6]}
        assert list(rows) == ["laser and drug", "laser alone", "drug alone", "untreated"]
        assert float(rows["laser alone"]) > float(rows["drug alone"]) == float(rows["untreated"]) == 0.0


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (
            ["deliver", "cut.toml", "--set", "events.1.drug=lidocane"],
            "mendsim: --set: events.1.drug: unknown choice (got 'lidocane'); allowed: lidocaine?",
        ),
        (
            ["combine", "cut.toml", "--of", "collagen"],
            "mendsim: --of: unknown quantity (got 'collagen'); allowed: ",
        ),
    ],
)
def test_wrong_input_is_one_line_without_a_traceback(
    mendsim: Command, cut: Path, arguments: list[str], line: str
) -> None:
    result = mendsim(*arguments)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith(line)
    assert len(result.stderr.splitlines()) == 1
    assert [path.name for path in cut.parent.iterdir()] == ["cut.toml"]


def test_a_misspelt_key_of_a_drug_is_one_line_without_a_traceback(mendsim: Command, cut: Path) -> None:
    cut.write_text(CUT.replace("solubility", "solubilty"), encoding="utf-8")
    result = mendsim("show", "cut.toml")
    assert result.stderr == "mendsim: cut.toml: drugs.mine.solubilty: unknown key; allowed: solubility?\n"
    assert result.returncode == 2
