"""``mendsim predict``, and what other commands refuse because of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from mendsim.cli import predict
from mendsim.cli.main import main
from mendsim.scenarios.prediction import limits

DESIGN = (
    'scenario = "mini.toml"\nkind = "grid"\nreplicates = 2\n[factors."events.1.duration"]\nvalues = ["1 h", "2 h"]\n'
)


@pytest.fixture(autouse=True)
def _here(mini: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work beside the small scenario and a design, on a machine whose speed is known."""
    mini.with_name("design.toml").write_text(DESIGN, encoding="utf-8")
    monkeypatch.chdir(mini.parent)
    for module in (predict, limits):
        monkeypatch.setattr(module, "slowness_of_machine", lambda: 1.0)


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits longer than a third of a second."""
    monkeypatch.setattr(limits, "LONGEST_H", 1e-4)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with 1 MB left."""
    monkeypatch.setattr(limits, "available_bytes", lambda: 10**6)
    monkeypatch.setattr(limits.psutil.Process, "memory_info", lambda _: type("Held", (), {"rss": 0}))


def test_a_scenario_is_told_with_its_steps_sites_time_memory_and_store(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["predict", "mini.toml", "--set", "step=0.25 h", "--threads", "1"]) == 0
    out = capsys.readouterr().out.splitlines()
    assert out[0] == "mini: A small cut and a drug"
    assert [line.split("  ")[1] for line in out[1:-1]] == ["steps", "sites", "time", "of which", "memory", "run store"]
    assert out[1].endswith("12 of 0.25 h")
    assert out[2].endswith("1,500")
    assert "benchmarks/prediction.py" in out[-1]


def test_a_design_is_told_with_its_runs(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["predict", "design.toml", "--workers", "2"]) == 0
    out = capsys.readouterr().out
    assert "design.toml: a grid of mini" in out
    assert "4, 2 at a time" in out
    assert "none are kept" in out


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("mini.toml", "--workers", "2"), "mendsim: --workers: this is for a design (got 2); allowed: --threads"),
        (("design.toml", "--threads", "2"), "mendsim: --threads: this is for a scenario; allowed: *--workers"),
        (("design.toml", "--set", "step=1 h"), "mendsim: --set: this is for a scenario; allowed: *--workers"),
    ],
)
def test_options_of_the_other_kind_are_refused(
    arguments: tuple[str, ...], line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["predict", *arguments]) == 2
    start, _, end = line.partition("*")
    error = capsys.readouterr().err.strip()
    assert error.startswith(start)
    assert error.endswith(end)


COMMANDS = (
    ("run", "mini.toml", "--out", "out"),
    ("sweep", "design.toml", "--out", "out"),
    ("compare", "mini.toml", "punch_wound", "--out", "out"),
)


@pytest.mark.usefixtures("hurried")
@pytest.mark.parametrize("command", COMMANDS)
def test_what_takes_long_needs_a_yes(command: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*command]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "this takes about" in error
    assert "or --yes to go on regardless" in error
    assert not Path("out").exists()


@pytest.mark.usefixtures("hurried")
def test_with_a_yes_it_is_done() -> None:
    assert main(["run", "mini.toml", "--out", "out", "--yes"]) == 0
    assert Path("out").is_dir()


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("command", COMMANDS)
def test_what_does_not_fit_is_refused_even_with_a_yes(
    command: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*command, "--yes"]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "of memory; allowed: 1 MB, which this machine has available" in error
    assert not Path("out").exists()


@pytest.mark.usefixtures("small")
def test_a_scenario_that_does_not_fit_is_shown_with_a_warning(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "mini.toml"]) == 0
    told = capsys.readouterr()
    assert 'title = "A small cut and a drug"' in told.out
    assert "warning: mini: lattice: 1,500 sites and 1 snapshots need about" in told.err
