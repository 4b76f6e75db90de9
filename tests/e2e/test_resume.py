"""A run that is killed goes on, as a user does it: mendsim run, resume, verify, branch."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from mendsim import scenarios
from mendsim.cli.main import main

Command = Callable[..., subprocess.CompletedProcess[str]]
Start = Callable[..., "subprocess.Popen[str]"]
FILE = """
title = "A dressed wound"
follow_up = "3 d"

[patient]
site = "forearm"
phototype = 2
initial_state = "healthy"

[lattice]
width = "0.3 mm"
depth = "0.6 mm"

[[events]]
kind = "laser"
at = "1 h"
device = "co2_10600"
pulse_energy = "5 mJ"
pulse_duration = "1 ms"
spot_diameter = "120 um"
pattern = "random"
density = "1200 /cm^2"

[save]
series_every = "1 d"
snapshots = ["3 d"]
states = ["12 h"]
"""


@pytest.fixture
def started(start: Start, tmp_path: Path) -> Callable[..., subprocess.Popen[str]]:
    """Start a run, and wait until it has written a checkpoint."""

    def begin() -> subprocess.Popen[str]:
        (tmp_path / "small.toml").write_text(FILE)
        process = start("run", "small.toml", "--out", "deep/run", "--threads", "1", "--checkpoint-every", "0")
        until = time.monotonic() + 120.0
        while not (tmp_path / "deep/run.states/12h.npz").exists():
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < until
            time.sleep(0.02)
        return process

    return begin


def test_a_killed_run_goes_on_and_a_state_branches(
    started: Callable[[], subprocess.Popen[str]],
    mendsim: Command,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with started() as process:
        process.kill()
        process.communicate()
    assert process.returncode == -signal.SIGKILL
    left = sorted(path.name for path in (tmp_path / "deep/run.unfinished").iterdir() if path.name[0] != ".")
    assert left == ["lock", "run.json", "state.npz"]
    assert not (tmp_path / "deep/run").exists()

    resumed = mendsim("resume", "deep/run", "--threads", "2")
    assert (resumed.returncode, resumed.stderr) == (0, "")
    assert sorted(path.name for path in (tmp_path / "deep").iterdir()) == ["run", "run.states"]
    content = resumed.stdout.split()[-1]

    monkeypatch.chdir(tmp_path)
    assert scenarios.run("small.toml").content_hash.startswith(content)
    assert main(["branch", "deep/run.states/12h.npz", "--out", "branch"]) == 0
    assert main(["branch", "deep/run.states/12h.npz", "--seed", "7", "--set", "follow_up=3.5 d"]) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[0].split()[-1] == content
    assert told[1].startswith("runs/small-from-12h-seed7: A dressed wound; 3.5 days in ")
    assert told[1].split()[-1] != content

    assert main(["verify", "deep/run", "branch"]) == 0
    assert capsys.readouterr().out.splitlines()[0] == f"deep/run: whole; content {content}"
    chunk = Path("branch/series/scar_depth_um/c/0")
    os.truncate(chunk, chunk.stat().st_size // 2)
    assert main(["verify", "deep/run", "branch"]) == 2
    assert capsys.readouterr().err.startswith(f"mendsim: {chunk}: a file of the run store is damaged")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_says_how_to_go_on(
    number: signal.Signals, started: Callable[[], subprocess.Popen[str]], tmp_path: Path
) -> None:
    with started() as process:
        process.send_signal(number)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert (out, err.splitlines()) == ("", ["mendsim: interrupted; go on with: mendsim resume deep/run"])
    assert sorted(path.name for path in (tmp_path / "deep/run.unfinished").iterdir()) == [
        "lock",
        "run.json",
        "state.npz",
    ]


def test_what_cannot_go_on_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("run.unfinished").mkdir()
    Path("run.unfinished/run.json").write_text("{}")
    Path("small.toml").write_text(FILE)
    for command, problem in (
        ("resume nowhere", "nowhere: no unfinished run"),
        ("resume run", "run.unfinished/run.json: cannot be read as a state of a run"),
        ("run small.toml --out run", "run.unfinished: an unfinished run is there; allowed: mendsim resume run"),
        ("plot run", "run: this run is not finished; allowed: after mendsim resume run"),
        ("verify run", "run: this run is not finished; allowed: after mendsim resume run"),
        ("branch small.toml", "small.toml: cannot be read as a state of a run"),
    ):
        assert main(command.split()) == 2
        said = capsys.readouterr()
        assert said.out == ""
        assert said.err.startswith(f"mendsim: {problem}")
        assert len(said.err.splitlines()) == 1
