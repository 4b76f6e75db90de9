"""A run that is killed goes on, as a user does it: mendsim run, resume, verify, branch."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

Command = Callable[..., subprocess.CompletedProcess[str]]
Start = Callable[..., "subprocess.Popen[str]"]
FILE = """
title = "A dressed wound"
follow_up = "30 d"

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
snapshots = ["30 d"]
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


def content(result: subprocess.CompletedProcess[str]) -> str:
    assert result.returncode == 0, result.stderr
    return result.stdout.split()[-1]


def test_a_killed_run_goes_on_and_a_state_branches(
    started: Callable[[], subprocess.Popen[str]], mendsim: Command, tmp_path: Path
) -> None:
    with started() as process:
        process.kill()
        process.communicate()
    assert process.returncode == -signal.SIGKILL
    left = sorted(path.name for path in (tmp_path / "deep/run.unfinished").iterdir() if path.name[0] != ".")
    assert left == ["lock", "run.json", "state.npz"]
    assert not (tmp_path / "deep/run").exists()

    plot = mendsim("plot", "deep/run")
    assert (plot.returncode, plot.stderr.splitlines()) == (
        2,
        ["mendsim: deep/run: this run is not finished; allowed: after mendsim resume deep/run"],
    )
    again = mendsim("run", "small.toml", "--out", "deep/run")
    assert again.returncode == 2
    assert again.stderr.startswith("mendsim: deep/run.unfinished: an unfinished run is there; allowed: mendsim resume")

    resumed = mendsim("resume", "deep/run", "--threads", "2")
    assert sorted(path.name for path in (tmp_path / "deep").iterdir()) == ["run", "run.states"]
    finished = mendsim("resume", "deep/run")
    assert finished.returncode == 2
    assert finished.stderr.startswith("mendsim: deep/run: this run is finished")

    whole = mendsim("run", "small.toml", "--out", "whole", "--threads", "1")
    branch = mendsim("branch", "deep/run.states/12h.npz", "--out", "branch")
    assert content(resumed) == content(whole) == content(branch)
    other = mendsim(
        "branch", "deep/run.states/12h.npz", "--seed", "7", "--set", "follow_up=2 d", "--set", 'save.snapshots=["2 d"]'
    )
    assert content(other) != content(whole)
    assert other.stdout.startswith("runs/small-from-12h-seed7: A dressed wound; 2 days in ")

    verified = mendsim("verify", "deep/run", "whole", "branch", "runs/small-from-12h-seed7")
    assert verified.returncode == 0
    assert [line.split(": ")[1] for line in verified.stdout.splitlines()][:1] == [f"whole; content {content(whole)}"]
    chunk = next(path for path in sorted((tmp_path / "whole").rglob("c/0")) if path.is_file())
    os.truncate(chunk, chunk.stat().st_size // 2)
    damaged = mendsim("verify", "deep/run", "whole")
    assert damaged.returncode == 2
    assert damaged.stderr.startswith(f"mendsim: {chunk.relative_to(tmp_path)}: a file of the run store is damaged")

    changed = mendsim("branch", "deep/run.states/12h.npz", "--set", "patient.phototype=5", "--out", "changed")
    assert changed.returncode == 2
    assert changed.stderr.startswith("mendsim: small: patient: a branch goes on in the same skin")


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


def test_what_cannot_be_resumed_is_one_line(mendsim: Command, tmp_path: Path) -> None:
    (tmp_path / "run.unfinished").mkdir()
    (tmp_path / "run.unfinished/run.json").write_text("{}")
    for path, problem in (
        ("nowhere", "nowhere: no unfinished run"),
        ("run", "run.unfinished/run.json: cannot be read as a state of a run"),
    ):
        result = mendsim("resume", path)
        assert (result.returncode, result.stdout) == (2, "")
        assert result.stderr.startswith(f"mendsim: {problem}")
        assert len(result.stderr.splitlines()) == 1
