"""How many kills it takes to break something: SIGKILL at random moments over runs and sweeps, then a look at all.

Each kill ends a process group, or one worker of a sweep, at a moment drawn evenly over the time that the work takes.
The work is then taken up with `mendsim resume`, killed again, and so on; when it is finished, its content is compared
with that of the same work left in peace. Prints what was found broken, lost or different, and ends with exit code 1 if
anything was.

    python benchmarks/kills.py 200
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from abc import ABC, abstractmethod
from collections import Counter
from pathlib import Path

import psutil

from mendsim import analysis
from mendsim.common.errors import InputError
from mendsim.scenarios import store
from mendsim.scenarios.checkpoint import Checkpoint
from mendsim.scenarios.seal import check_seal

SCENARIO = """
title = "A small cut"
follow_up = "36 h"
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
snapshots = ["0 h", "12 h", "36 h"]
states = ["12 h"]
"""
DESIGN = """
scenario = "cut.toml"
kind = "grid"
replicates = 2
[factors."events.0.depth"]
values = ["100 um", "200 um", "300 um"]
"""
PATIENCE_S = 300.0


class Work(ABC):
    """One piece of work that is killed again and again."""

    def __init__(self, folder: Path, begin: list[str], target: Path, found: Counter[str]):
        self.folder, self.begin, self.target, self.found = folder, begin, target, found
        self.usual_s = 0.0

    def command(self) -> list[str]:
        """Command that begins the work, or goes on with it."""
        plans = (store.folder_of(self.target) / "run.json", self.target / "sweep.json")
        begun = any(plan.is_file() for plan in plans)
        arguments = ["resume", self.target.name, "--checkpoint-every", "0"] if begun else self.begin
        return [sys.executable, "-c", "from mendsim.cli.main import main; raise SystemExit(main())", *arguments]

    def start(self) -> subprocess.Popen[bytes]:
        """Start the command in a process group of its own."""
        return subprocess.Popen(
            self.command(),
            cwd=self.folder,
            start_new_session=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def clear(self) -> None:
        """Begin anew next time."""
        for path in (self.target, store.folder_of(self.target), self.target.with_name(f"{self.target.name}.states")):
            shutil.rmtree(path, ignore_errors=True)

    @abstractmethod
    def finished(self) -> bool:
        """Whether nothing is left to do."""

    @abstractmethod
    def look(self) -> None:
        """Count what a kill has broken or lost."""

    @abstractmethod
    def content(self) -> object:
        """What two finished pieces of the same work share."""


class RunWork(Work):
    """A run."""

    def finished(self) -> bool:
        return self.target.exists() and not (store.folder_of(self.target) / "run.json").exists()

    def look(self) -> None:
        try:
            if self.target.exists():
                check_seal(self.target)
            state = store.folder_of(self.target) / "state.npz"
            if state.exists():
                Checkpoint.read(state)
        except InputError as error:
            self.found["broken"] += 1
            print(error)

    def content(self) -> object:
        check_seal(self.target)
        return analysis.open_run(self.target).attrs["content_hash"]


class SweepWork(Work):
    """A sweep; once in a while only one of its workers is killed."""

    def __init__(self, *arguments: object):
        super().__init__(*arguments)  # type: ignore[arg-type]
        self.known: dict[Path, str] = {}

    def finished(self) -> bool:
        if not (self.target / "table.parquet").exists():
            return False
        return bool((analysis.open_sweep(self.target)["status"] != "waiting").all())

    def rows(self) -> dict[Path, str]:
        rows = {}
        for path in self.target.glob("rows/*/*.json"):
            try:
                rows[path] = json.loads(path.read_text())["content_hash"]
            except (ValueError, KeyError):
                self.found["broken"] += 1
                print(f"{path}: broken row")
        return rows

    def look(self) -> None:
        rows = self.rows()
        for path in self.known.keys() - rows.keys():
            self.found["lost"] += 1
            print(f"{path}: lost")
        self.known = rows
        for path in self.target.glob("runs/*.unfinished/state.npz"):
            try:
                Checkpoint.read(path)
            except InputError as error:
                self.found["broken"] += 1
                print(error)

    def clear(self) -> None:
        super().clear()
        self.known = {}

    def content(self) -> object:
        table = analysis.open_sweep(self.target)
        if not (table["status"] == "done").all():
            print(table[["status", "error"]].to_string())
        return table.drop(columns=["wall_time_s", "error"]).to_csv(index=False)


def kill(process: subprocess.Popen[bytes], chance: random.Random) -> None:
    """Kill the group, or the command alone, or one worker of it."""
    kind = chance.choice(["group", "group", "alone", "worker"])
    if kind == "group":
        os.killpg(process.pid, signal.SIGKILL)
    elif kind == "alone":
        process.kill()
    else:
        try:
            workers = psutil.Process(process.pid).children()
            chance.choice(workers or [psutil.Process(process.pid)]).kill()
        except psutil.NoSuchProcess:
            return
        if workers:
            return
    process.wait()


def alone(work: Work) -> object:
    """Do the work in peace, note how long it takes, and return its content."""
    began = time.perf_counter()
    process = work.start()
    said, _ = process.communicate(timeout=PATIENCE_S)
    work.usual_s = time.perf_counter() - began
    if process.returncode != 0:
        raise SystemExit(said.decode())
    content = work.content()
    work.clear()
    return content


def campaign(work: Work, kills: int, chance: random.Random) -> int:
    """Kill the work until so many kills are done; return how often it was finished nevertheless."""
    expected, done, finished = alone(work), 0, 0
    while done < kills or not work.finished():
        process = work.start()
        if done < kills:
            try:
                process.wait(chance.uniform(0.0, work.usual_s))
            except subprocess.TimeoutExpired:
                kill(process, chance)
                done += 1
                if done % 20 == 0:
                    print(
                        f"{work.target.name}: {done} kills, finished {finished} times; {dict(work.found)}", flush=True
                    )
        try:
            said, _ = process.communicate(timeout=PATIENCE_S)
        except subprocess.TimeoutExpired:
            work.found["hanging"] += 1
            os.killpg(process.pid, signal.SIGKILL)
            said = b""
        if process.returncode not in (0, -signal.SIGKILL):
            work.found["refused"] += 1
            print(said.decode()[-2000:])
        work.look()
        if work.finished():
            finished += 1
            if work.content() != expected:
                work.found["different"] += 1
                print(f"{work.target.name}: different content")
            work.clear()
            if done >= kills:
                return finished
    return finished


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("kills", type=int, nargs="?", default=200)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    found: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "cut.toml").write_text(SCENARIO)
        (folder / "depths.toml").write_text(DESIGN)
        every = ["--checkpoint-every", "0"]
        works = [
            RunWork(folder, ["run", "cut.toml", "--out", "cut.zarr", *every], folder / "cut.zarr", found),
            SweepWork(folder, ["sweep", "depths.toml", "--out", "depths", *every], folder / "depths", found),
        ]
        began = time.perf_counter()
        for number, work in enumerate(works):
            kills = (arguments.kills + 1 - number) // 2
            finished = campaign(work, kills, random.Random(arguments.seed + number))
            print(f"{work.target.name}: {kills} kills, finished {finished} times all the same", flush=True)
        counts = ", ".join(f"{found[what]} {what}" for what in ("broken", "lost", "different", "refused", "hanging"))
        print(f"{arguments.kills} kills in {time.perf_counter() - began:.0f} s: {counts}")
    raise SystemExit(1 if found else 0)


if __name__ == "__main__":
    main()
