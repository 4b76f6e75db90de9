"""A very small scenario, and a folder of kept runs that are made in this process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from mendsim.cli import kept_runs

MINI = """
title = "A small cut and a drug"
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
at = "1 h"
drug = "lidocaine"
concentration = "10 mg/mL"
volume = "10 uL/cm^2"
duration = "1 h"

[save]
series_every = "1 h"
snapshots = ["3 h"]
"""
"""Excised skin, whose run store is written in no time."""


@pytest.fixture
def mini(tmp_path: Path) -> Path:
    path = tmp_path / "mini.toml"
    path.write_text(MINI, encoding="utf-8")
    return path


class _AtOnce(Executor):
    """Runs everything in this process as soon as it is submitted."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a fresh folder of kept runs, made in this process."""

    @contextmanager
    def processes(_count: int) -> Iterator[Executor]:
        yield _AtOnce()

    monkeypatch.setattr(kept_runs, "processes", processes)
    monkeypatch.setenv("MENDSIM_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "runs"
