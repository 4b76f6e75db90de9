"""The command that prints what to cite."""

from __future__ import annotations

from pathlib import Path

import pytest
from pybtex.database import parse_string

from mendsim import scenarios
from mendsim.cli.main import main


def test_a_run_cites_its_drug_and_its_assay_but_no_living_skin(
    mini: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scenarios.run(scenarios.load(str(mini)), tmp_path / "run", seed=1)
    assert main(["cite", str(tmp_path / "run")]) == 0
    keys = set(parse_string(capsys.readouterr().out, "bibtex").entries)
    assert {"mendsim", "franz1975", "wilschut1995", "salmon2011", "harris2020", "miles2020"} <= keys
    assert not keys & {"pries1994", "dustin1997", "chen2015", "pennes1948", "rebora2002"}


def test_without_a_run_the_program_alone(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cite"]) == 0
    assert list(parse_string(capsys.readouterr().out, "bibtex").entries) == ["mendsim"]


def test_what_is_no_run_is_refused_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cite", str(tmp_path)]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("mendsim: ")
    assert len(said.err.splitlines()) == 1
