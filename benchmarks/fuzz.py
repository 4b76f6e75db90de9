"""Damaged scenario and design files: each must run, or end with clear lines and exit code 2.

Takes every scenario that comes with mendsim and some designs, damages them (``fuzz_mutations.py``), and hands each to
the command in this process: ``show``, for a share of the valid ones a short ``run`` on a small piece of skin, and
``load_design`` for designs. Looks for tracebacks, lines that are not ours, hangs, memory, and for anything that is
written, started or connected to outside the output folder (Python tells of each such act before it happens).

Run ``python benchmarks/fuzz.py [N] [--seed S] [--runs SHARE]``. Bad files are kept in ``build/fuzz``. Exit code 1 if
there are any.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from fuzz_mutations import bases, copy_neighbours, mutated

from mendsim.cli.main import main
from mendsim.common.errors import InputError
from mendsim.scenarios import Scenario, load
from mendsim.scenarios.border import lattice_of
from mendsim.scenarios.sweeping import load_design

KEPT = Path(__file__).parents[1] / "build" / "fuzz"
LONGEST_S, LONGEST_RUN_S, LONGEST_LINE, MOST_BYTES = 10, 60, 400, 8 * 2**30
STEPS, MOST_WORK = 2, 200_000
"""Of a short run: steps, and sites x steps above which it is left out."""

NEVER = {"subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork", "socket.connect", "os.symlink"}
WRITES = {"os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.truncate", "os.chmod", "os.link"}


class Hang(BaseException):
    """A file took too long; no handler of errors may catch it."""


class Watch:
    """Notes what is written, started or connected to outside some folders."""

    def __init__(self) -> None:
        self.allowed: tuple[str, ...] = ()
        self.on = False
        self.seen: list[str] = []
        sys.addaudithook(self._look)

    def _look(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self.on:
            return
        if event in NEVER:
            self.seen.append(f"{event} {arguments[:1]}")
        elif event in WRITES:
            # A path may be told from an open folder, whose number is the last argument.
            folder = arguments[-1] if len(arguments) > 1 and isinstance(arguments[-1], int) else -1
            self._note(event, arguments[0], f"/proc/self/fd/{folder}" if folder >= 0 and event != "os.mkdir" else "")
        elif event == "open" and arguments[2] is not None and arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            self._note(event, arguments[0])

    def _note(self, event: str, path: object, folder: str = "") -> None:
        if isinstance(path, (str, bytes, os.PathLike)):
            place = os.path.realpath(os.path.join(folder, os.fsdecode(path)))  # noqa: PTH118 - bytes and links
            if not place.startswith(self.allowed) and "__pycache__" not in place and place != os.devnull:
                self.seen.append(f"{event} {place}")


def attempt(act: Callable[[], int | None], watch: Watch, longest_s: int = LONGEST_S) -> tuple[int, str, list[str]]:
    """Do something as the command would: its exit code, its errors, and what is bad about them."""
    bad: list[str] = []
    out, err = io.StringIO(), io.StringIO()
    code = 0
    watch.seen, watch.on = [], True
    signal.alarm(longest_s)
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = act() or 0
    except SystemExit as end:
        code = int(end.code or 0)
    except Hang:
        bad.append("hang")
    except BaseException:
        bad.append("traceback")
        err.write(traceback.format_exc())
    finally:
        signal.alarm(0)
        watch.on = False
    text = err.getvalue()
    lines = text.splitlines()
    if not bad and code not in (0, 2):
        bad.append("exit code")
    if not bad and code == 2 and not lines:
        bad.append("silent")
    if not bad and any(not line.startswith("mendsim: ") or len(line) > LONGEST_LINE for line in lines):
        bad.append("line")
    if "not enough memory" in text:
        bad.append("memory")
    if watch.seen:
        bad.append("outside")
        text += "\n".join(watch.seen[:5])
    return code, text, bad


def design_of(name: str) -> int:
    """Load a design and some of its runs, and tell errors as the command does."""
    try:
        design = load_design(name)
        json.dumps(design.to_dict())
        for job in islice(design.jobs(), 20):
            job.scenario()
    except InputError as error:
        for line in str(error).splitlines():
            print(f"mendsim: {line}", file=sys.stderr)
        return 2
    return 0


def short(scenario: Scenario) -> list[str] | None:
    """Options that cut a scenario to a few steps on a small piece of skin; None if it would still be much work."""
    end_h = STEPS * scenario.step_h
    events = [
        written
        for written, event in zip(scenario.written.get("events", []), scenario.events, strict=True)
        if event.at_h < end_h
    ]
    values: dict[str, Any] = {
        "follow_up": f"{end_h:.12g} h",
        "save.series_every": f"{scenario.step_h:.12g} h",
        "save.snapshots": ["0 h"],
        "events": events,
        "lattice.width": f"{60 * scenario.lattice.spacing_um:.12g} um",
        "lattice.depth": f"{80 * scenario.lattice.spacing_um:.12g} um",
    }
    if scenario.patient.scar_width_um is not None:
        values |= {"patient.scar_width": "300 um", "patient.scar_depth": "200 um"}
    try:
        lattice = lattice_of(scenario.with_values(values).lattice)
    except InputError:
        return None
    if lattice.nx * lattice.ny * lattice.nz * STEPS > MOST_WORK:
        return None
    return [part for key, value in values.items() for part in ("--set", f"{key}={_toml(value)}")]


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {_toml(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return json.dumps(value, ensure_ascii=False) if not isinstance(value, float) else repr(value)


def fuzz(count: int, *, seed: int, runs: float) -> Counter[str]:
    """Try many damaged files; counts of what happened, bad ones under ``bad``."""
    counts: Counter[str] = Counter()
    watch = Watch()
    with _folder() as folder:
        watch.allowed = (str(folder / "out"), os.path.realpath(os.environ["MENDSIM_CACHE"]), str(folder / "tmp"))
        files = bases()
        for number in range(count):
            file = mutated(seed, number, files)
            _one(f"{seed}-{number}", file, folder, watch, counts, run_it=(number * runs) % 1.0 < runs)
    return counts


def _one(
    label: str, file: tuple[str, bool, bytes], folder: Path, watch: Watch, counts: Counter[str], *, run_it: bool
) -> None:
    name, is_design, data = file
    (folder / "x.toml").write_bytes(data)
    counts["files"] += 1
    if is_design:
        code, told, bad = attempt(lambda: design_of("x.toml"), watch)
    else:
        code, told, bad = attempt(lambda: main(["show", "x.toml"]), watch)
    counts["refused" if code else "valid"] += 1
    if not is_design and not code and not bad and run_it:
        options = short(load("x.toml"))
        if options is None:
            counts["too much work to run"] += 1
        else:
            out = str(folder / "out" / "run")
            arguments = ["run", "x.toml", "--threads", "1", "--out", out, *options]
            code, told, bad = attempt(lambda: main(arguments), watch, LONGEST_RUN_S)
            counts["refused in a run" if code else "runs"] += 1
            shutil.rmtree(folder / "out", ignore_errors=True)
    if bad:
        counts.update(["bad", *(f"bad: {what}" for what in bad)])
        KEPT.mkdir(parents=True, exist_ok=True)
        (KEPT / f"{label}-{name}.toml").write_bytes(data)
        print(f"{label}-{name}: {', '.join(bad)}: {told[-600:]!r}")


@contextlib.contextmanager
def _folder() -> Iterator[Path]:
    """Work in an empty folder, with a limit of time and of memory."""
    before = Path.cwd()
    limits = resource.getrlimit(resource.RLIMIT_AS)
    usual = signal.signal(signal.SIGALRM, _ring)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        kept_cache = os.environ.get("MENDSIM_CACHE")
        os.environ.setdefault("MENDSIM_CACHE", str(folder / "cache"))
        copy_neighbours(folder)
        os.chdir(folder)
        resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, limits[1]))
        try:
            yield folder
        finally:
            os.chdir(before)
            resource.setrlimit(resource.RLIMIT_AS, limits)
            signal.signal(signal.SIGALRM, usual)
            if kept_cache is None:
                del os.environ["MENDSIM_CACHE"]


def _ring(*_: object) -> None:
    raise Hang


def warm_up() -> None:
    """Compile what a run needs, which would count as the time of the first file."""
    with tempfile.TemporaryDirectory() as name, contextlib.redirect_stdout(io.StringIO()):
        options = short(load("ladd")) or []
        main(["run", "ladd", "--threads", "1", "--out", f"{name}/run", *options])


def command(arguments: Sequence[str] | None = None) -> int:
    """Read the command line, try files, print counts."""
    parser = argparse.ArgumentParser(description="Try damaged files.")
    parser.add_argument("count", nargs="?", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--runs", type=float, default=0.1, help="share of the valid scenarios that are run")
    options = parser.parse_args(arguments)
    warm_up()
    began = time.perf_counter()
    counts = fuzz(options.count, seed=options.seed, runs=options.runs)
    wanted = ["files", "valid", "refused", "runs", "refused in a run", "too much work to run"]
    kinds = ["traceback", "hang", "memory", "outside", "line", "silent", "exit code"]
    for what in [*wanted, *(f"bad: {kind}" for kind in kinds)]:
        print(f"{what:<22} {counts[what]:>6}")
    print(f"{'seconds':<22} {time.perf_counter() - began:>6.0f}")
    return 1 if counts["bad"] else 0


if __name__ == "__main__":
    sys.exit(command())
