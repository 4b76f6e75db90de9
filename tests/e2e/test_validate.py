"""Published targets judged by the installed command."""

from __future__ import annotations

import csv
import subprocess
from collections.abc import Callable
from pathlib import Path

Result = subprocess.CompletedProcess[str]


def test_a_target_is_judged_and_its_run_is_kept(mendsim: Callable[..., Result], tmp_path: Path) -> None:
    first = mendsim("validate", "T69", "--seeds", "1", "--workers", "1", "--csv", "targets.csv")
    assert (first.returncode, first.stderr) == (0, "")
    assert "1 runs, 1 of them new" in first.stdout
    with (tmp_path / "targets.csv").open(newline="", encoding="utf-8") as stream:
        (row,) = csv.DictReader(stream)
    assert row["id"] == "T69"
    assert 0.0 < float(row["model"]) < 10.0
    assert row["status"] in ("hit", "missed")
    again = mendsim("validate", "T69", "--seeds", "1")
    assert "1 runs, 0 of them new" in again.stdout
    assert again.stdout.splitlines()[:4] == first.stdout.splitlines()[:4]


def test_an_unknown_target_is_one_line(mendsim: Callable[..., Result]) -> None:
    result = mendsim("validate", "T20", "T999")
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith("mendsim: IDS: unknown target (got 'T999'); allowed: T01, ")
