"""Sweeps as a user runs them: interrupted and taken up, and on a cluster that loses a worker."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mendsim import analysis

CUT = """
title = "A small cut"
follow_up = "12 h"
[patient]
site = "cheek"
phototype = 2
initial_state = "healthy"
[lattice]
width = "0.4 mm"
depth = "0.5 mm"
[[events]]
kind = "incision"
at = "0 h"
width = "50 um"
depth = "200 um"
[save]
snapshots = ["12 h"]
"""
DESIGN = """
scenario = "cut.toml"
kind = "morris"
size = 2
levels = 4
outcomes = ["keratinocyte_count", "debris_count"]
[factors."events.0.depth"]
low = "100 um"
high = "300 um"
[factors."patient.phototype"]
low = 1
high = 6
"""
PATIENCE_S = 120.0


@pytest.fixture
def design(tmp_path: Path) -> Path:
    (tmp_path / "cut.toml").write_text(CUT, encoding="utf-8")
    (tmp_path / "cuts.toml").write_text(DESIGN, encoding="utf-8")
    return tmp_path / "cuts.toml"


def wait_for(happened: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE_S
    while not happened():
        assert time.monotonic() < until
        time.sleep(0.1)


def rows(folder: Path) -> list[Path]:
    return list(folder.glob("rows/*/*.json"))


def test_a_sweep_is_interrupted_taken_up_and_understood(
    start: Callable[..., subprocess.Popen[str]],
    mendsim: Callable[..., subprocess.CompletedProcess[str]],
    design: Path,
    tmp_path: Path,
) -> None:
    folder = tmp_path / "sweeps" / "cuts"
    with start("sweep", design.name, "--workers", "1") as process:
        wait_for(lambda: len(rows(folder)) >= 1)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 130
    assert err.splitlines() == ["mendsim: interrupted; go on with: mendsim resume sweeps/cuts"]
    before = {path: path.read_bytes() for path in rows(folder)}
    assert 1 <= len(before) < 6

    resumed = mendsim("resume", "sweeps/cuts", "--workers", "2")
    assert (resumed.returncode, resumed.stderr) == (0, "")
    table = analysis.open_sweep(folder)
    assert (table["status"] == "done").all()
    assert {path: path.read_bytes() for path in before} == before
    assert [name for name in table.columns if name in ("debris_count", "keratinocyte_count", "t_cell_count")] == [
        "keratinocyte_count",
        "debris_count",
    ]

    told = mendsim("sensitivity", "sweeps/cuts", "--of", "debris_count", "--csv", "-")
    assert (told.returncode, told.stderr) == (0, "")
    lines = told.stdout.splitlines()
    assert lines[0].startswith("outcome,factor,mu_star,")
    assert [line.split(",")[1] for line in lines[1:]] == ["events.0.depth", "patient.phototype"]


def test_wrong_designs_and_sweeps_are_one_line(
    mendsim: Callable[..., subprocess.CompletedProcess[str]], design: Path, tmp_path: Path
) -> None:
    design.write_text(DESIGN.replace("debris_count", "debris_cuont"), encoding="utf-8")
    misspelt = mendsim("sweep", design.name)
    assert (misspelt.returncode, misspelt.stdout) == (2, "")
    assert len(misspelt.stderr.splitlines()) == 1
    assert misspelt.stderr.startswith(
        "mendsim: cuts.toml: outcomes.1: unknown outcome (got 'debris_cuont'); allowed: debris_count or "
    )
    nowhere = mendsim("sweep", "nothing.toml")
    assert (nowhere.returncode, nowhere.stderr) == (2, "mendsim: nothing.toml: file not found\n")
    assert not (tmp_path / "sweeps").exists()


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A scheduler and two workers, each a process of its own on this machine."""
    address = tmp_path / "scheduler.json"
    dask = [sys.executable, "-m"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": tmp_path}
    options = ["--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(address)]
    scheduler = subprocess.Popen([*dask, "distributed.cli.dask_scheduler", *options], **quiet)  # noqa: S603
    wait_for(lambda: address.exists() and address.read_text().strip().endswith("}"))
    worker = [*dask, "distributed.cli.dask_worker", "--scheduler-file", str(address), "--no-dashboard"]
    alone = ["--nthreads", "1", "--no-nanny", "--host", "127.0.0.1"]
    workers = [subprocess.Popen([*worker, *alone], **quiet) for _ in range(2)]  # noqa: S603
    yield json.loads(address.read_text())["address"], workers
    for process in (*workers, scheduler):
        process.kill()
        process.wait()


def test_a_cluster_that_loses_a_worker_finishes_the_sweep_with_the_same_content(
    start: Callable[..., subprocess.Popen[str]],
    cluster: tuple[str, list[subprocess.Popen[bytes]]],
    design: Path,
    tmp_path: Path,
) -> None:
    address, workers = cluster
    with start("sweep", design.name, "--cluster", address, "--out", "away", "--checkpoint-every", "0") as process:
        wait_for(lambda: len(rows(tmp_path / "away")) >= 1)
        workers[0].kill()
        _, err = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, err) == (0, "")
    with start("sweep", design.name, "--out", "here", "--workers", "2") as process:
        _, err = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, err) == (0, "")
    away, here = (analysis.open_sweep(tmp_path / name).drop(columns="wall_time_s") for name in ("away", "here"))
    assert (away["status"] == "done").all()
    assert away.equals(here)
    shutil.rmtree(tmp_path / "away")


def test_no_scheduler_is_one_line(mendsim: Callable[..., subprocess.CompletedProcess[str]], design: Path) -> None:
    alone = mendsim("sweep", design.name, "--cluster", "tcp://127.0.0.1:9")
    assert alone.returncode == 2
    assert len(alone.stderr.splitlines()) == 1
    assert alone.stderr.startswith("mendsim: --cluster: no Dask scheduler answers")
