"""``mendsim compare`` as a user calls it, on two very small samples."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from mendsim import analysis

Command = Callable[..., subprocess.CompletedProcess[str]]

CELL = """
title = "Skin with a cut, in a diffusion cell"
follow_up = "3 h"

[patient]
site = "forearm"
phototype = 2
initial_state = "healthy"
excised = true

[lattice]
width = "0.3 mm"
depth = "0.4 mm"

[[events]]
kind = "punch"
at = "0 h"
diameter = "100 um"
depth = "200 um"

[[events]]
kind = "drug"
at = "0 h"
drug = "lidocaine"
concentration = "10 mg/mL"
volume = "10 uL/cm^2"
duration = "1 h"

[save]
series_every = "1 h"
snapshots = ["3 h"]
"""


@pytest.fixture
def cells(tmp_path: Path) -> list[str]:
    (tmp_path / "cut.toml").write_text(CELL, encoding="utf-8")
    deeper = CELL.replace('depth = "200 um"', 'depth = "300 um"').replace("with a cut", "with a deeper cut")
    (tmp_path / "deeper.toml").write_text(deeper, encoding="utf-8")
    return ["cut.toml", "deeper.toml"]


def test_compare_prints_which_differences_are_more_than_noise(
    mendsim: Command, cells: list[str], tmp_path: Path
) -> None:
    result = mendsim("compare", *cells, "--replicates", "2", "--workers", "2", "--of", "drug_delivered")
    assert (result.returncode, result.stderr) == (0, "")
    lines = result.stdout.splitlines()
    assert lines[0] == "cut: Skin with a cut, in a diffusion cell (reference)"
    assert lines[6] == "drug_delivered: drug delivered past the epidermis [µg/cm²]"
    assert [line.split()[0] for line in lines[7:9]] == ["cut", "deeper"]
    assert lines[8].split()[-1] in ("yes", "no")
    row = analysis.open_comparison(tmp_path / "compare-cut-deeper").comparison.table.iloc[1]
    assert row["difference"] > 0.0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["compare-cut-deeper", *cells]


def test_wrong_input_is_one_line_without_a_traceback(mendsim: Command, cells: list[str], tmp_path: Path) -> None:
    result = mendsim("compare", *cells, "--of", "drug_deliverd")
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith("mendsim: --of: unknown quantity (got 'drug_deliverd'); allowed: drug_delivered ")
    assert len(result.stderr.splitlines()) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == cells
