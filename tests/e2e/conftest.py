from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Result = subprocess.CompletedProcess[str]


def _hear_interrupts() -> None:
    """Take Ctrl-C as a user's terminal gives it, also where the tests themselves run as a job that ignores it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.fixture
def start(tmp_path: Path) -> Callable[..., subprocess.Popen[str]]:
    """Start the installed command in an empty folder."""

    def begin(*arguments: str | Path, **options: Any) -> subprocess.Popen[str]:
        command = [str(Path(sys.executable).with_name("mendsim")), *map(str, arguments)]
        streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | options
        return subprocess.Popen(command, cwd=tmp_path, text=True, preexec_fn=_hear_interrupts, **streams)  # noqa: S603 - our own command

    return begin


@pytest.fixture
def mendsim(start: Callable[..., subprocess.Popen[str]]) -> Callable[..., Result]:
    """Run the installed command in an empty folder, as a user does."""

    def call(*arguments: str | Path) -> Result:
        with start(*arguments) as process:
            out, err = process.communicate(timeout=300)
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)

    return call


@pytest.fixture
def mendsim_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Result]:
    """Do what the command does in an empty folder, without the second that a new process takes to start."""
    from mendsim.cli.main import main

    def call(*arguments: str | Path) -> Result:
        monkeypatch.chdir(tmp_path)
        words = [str(argument) for argument in arguments]
        try:
            code = main(words)
        except SystemExit as end:
            code = int(end.code or 0)
        out, err = capsys.readouterr()
        return subprocess.CompletedProcess(words, code, out, err)

    return call


@pytest.fixture
def python() -> Callable[[str], str]:
    """Run code in a fresh interpreter and return what it prints."""

    def call(code: str) -> str:
        command = [sys.executable, "-c", code]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603

    return call
