"""The installed command, from scenario to pictures."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import xarray as xr

from mendsim import scenarios

Command = Callable[..., subprocess.CompletedProcess[str]]
Start = Callable[..., "subprocess.Popen[str]"]
SMALL = ["--set", "lattice.width=0.6 mm", "--set", "patient.scar_width=0.3 mm", "--set", "events=[]"]
SHORT = ["--set", "follow_up=1 d", "--set", 'save.snapshots=["0 d", "1 d"]']


def test_help_needs_nothing_heavy(python: Callable[[str], str]) -> None:
    heavy = ("numpy", "pydantic", "mesa", "numba", "xarray", "zarr", "matplotlib", "pint", "tqdm")
    printed = python(
        f"""
import sys
from mendsim.cli.main import main
try:
    main(["--help"])
except SystemExit:
    print([name for name in {heavy!r} if name in sys.modules])
"""
    )
    assert printed.startswith("usage: mendsim")
    assert printed.splitlines()[-1] == "[]"


def test_a_scenario_loads_without_the_model(python: Callable[[str], str]) -> None:
    printed = python(
        """
import sys
from mendsim import scenarios
scenarios.load("acne_scar")
print([name for name in ("mesa", "numba", "xarray") if name in sys.modules])
"""
    )
    assert printed.strip() == "[]"


def test_list_names_every_scenario_with_its_title(mendsim: Command) -> None:
    result = mendsim("list")
    assert result.returncode == 0
    assert [line.split()[0] for line in result.stdout.splitlines()] == scenarios.names()
    assert scenarios.load("ladd").title in result.stdout


def test_what_show_prints_can_be_run(mendsim: Command, tmp_path: Path) -> None:
    shown = mendsim("show", "acne_scar", *SMALL, *SHORT)
    assert shown.returncode == 0
    assert 'width = "0.6 mm"  # --set' in shown.stdout
    (tmp_path / "mine.toml").write_text(shown.stdout, encoding="utf-8")
    assert mendsim("show", "mine.toml").returncode == 0


@pytest.mark.parametrize("name", ["punch_wound", "contact_burn"])
def test_a_wound_is_shown_run_and_plotted(name: str, mendsim: Command, tmp_path: Path) -> None:
    shown = mendsim("show", name)
    assert f'kind = "{name.removesuffix("_wound")}"  # {name}.toml' in shown.stdout
    (tmp_path / "mine.toml").write_text(shown.stdout, encoding="utf-8")
    small = ["--set", "events.0.diameter=0.5 mm", "--set", "lattice.width=1 mm", *SHORT, "--threads", "1"]
    assert mendsim("run", "mine.toml", *small, "--out", "out").returncode == 0
    if name == "contact_burn":  # what a punch looks like is drawn in tests of the pictures
        result = mendsim("plot", "out")
        assert (result.returncode, result.stderr) == (0, "")
        assert "heat.png" in result.stdout


def test_run_and_plot(mendsim: Command, tmp_path: Path) -> None:
    result = mendsim("run", "acne_scar", *SMALL, *SHORT, "--seed", "5", "--threads", "1")
    assert (result.returncode, result.stderr) == (0, "")
    path = tmp_path / "runs" / "acne_scar-seed5"
    assert str(path.relative_to(tmp_path)) in result.stdout
    run = xr.open_datatree(path, engine="zarr")
    assert run.attrs["seed"] == 5
    assert run.attrs["content_hash"][:12] in result.stdout

    again = mendsim("run", "acne_scar", *SMALL, *SHORT, "--seed", "5", "--threads", "1")
    assert (again.returncode, again.stdout) == (2, "")
    replaced = mendsim("run", "acne_scar", *SMALL, *SHORT, "--seed", "5", "--threads", "2", "--overwrite")
    assert replaced.stdout.split()[-1] == result.stdout.split()[-1]

    drawn = mendsim("plot", path, "--out", "pictures")
    assert (drawn.returncode, drawn.stderr) == (0, "")
    files = [tmp_path / line for line in drawn.stdout.splitlines()]
    assert files
    assert all(file.read_bytes().startswith(b"\x89PNG") for file in files)


def test_a_notebook_does_the_same_in_a_few_lines(tmp_path: Path) -> None:
    from mendsim import analysis, scenarios

    scenario = scenarios.load("acne_scar").with_values(
        {"events": [], "follow_up": "1 d", "save.snapshots": ["0 d", "1 d"]}
    )
    run = scenarios.run(scenario, tmp_path / "run")
    pictures = analysis.plot_run(run.path)
    assert pictures
    assert len(run.model.agents) > 0


def test_a_zone_and_a_treatment_without_the_healing(mendsim: Command, tmp_path: Path) -> None:
    zone = mendsim("zone", "--laser", "co2", "--energy", "2", "--spot", "120", "--pulse", "1", "--csv", "zone.csv")
    assert (zone.returncode, zone.stderr) == (0, "")
    assert zone.stdout.splitlines()[-1] == "zone-co2_10600-2mJ.png"
    treat = mendsim("treat", "ladd", "--set", "events.0.pulse_energy=2 mJ", "--out", "pictures")
    assert (treat.returncode, treat.stderr) == (0, "")
    assert treat.stdout.splitlines()[-1] == "pictures/event-0.png"
    for name in ("zone-co2_10600-2mJ.png", "pictures/event-0.png"):
        assert (tmp_path / name).read_bytes().startswith(b"\x89PNG")
    assert len((tmp_path / "zone.csv").read_text(encoding="utf-8").splitlines()) == 2


def test_interrupt_is_one_line_and_says_how_to_go_on(start: Start, tmp_path: Path) -> None:
    state = tmp_path / "deep" / "run.unfinished" / "state.npz"
    with start("run", "acne_scar", "--out", "deep/run", "--checkpoint-every", "0") as process:
        until = time.monotonic() + 60
        while not state.exists() and time.monotonic() < until:
            time.sleep(0.2)
        assert process.poll() is None
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert (out, err.splitlines()) == ("", ["mendsim: interrupted; go on with: mendsim resume deep/run"])
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["run.unfinished"]


def test_an_interrupted_demonstration_stops_its_workers(start: Start, tmp_path: Path) -> None:
    with start("demo", "--workers", "2") as process:
        time.sleep(10)
        assert process.poll() is None
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=180)  # ends when the last worker has closed the pipe too
    assert process.returncode == 130
    assert err.splitlines() == ["mendsim: interrupted; the same command goes on where it was"]
    assert all(path.suffix == ".unfinished" for path in tmp_path.glob("demo/*"))


def test_a_closed_pipe_is_no_error(start: Start) -> None:
    with start("show", "ladd") as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == ""
    assert process.returncode == 0


def test_progress_is_shown_on_a_terminal(start: Start) -> None:
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 100, 0, 0))
    changes = ["events=[]", "follow_up=10 d", 'save.snapshots=["10 d"]', "lattice.width=1.6 mm"]
    options = [word for change in changes for word in ("--set", change)]
    with start("run", "acne_scar", *options, stderr=theirs) as process:
        os.close(theirs)
        shown = b""
        with contextlib.suppress(OSError):  # a terminal ends with an error when its last writer has gone
            while piece := os.read(ours, 4096):
                shown += piece
        process.wait(timeout=300)
    os.close(ours)
    assert process.returncode == 0
    assert b"acne_scar:" in shown
    assert b"/480" in shown
