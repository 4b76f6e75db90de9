"""Predicted against measured time and memory of whole runs, each a fresh process on one thread, and of a small sweep.

None of these was among the runs from which ``scenarios/prediction/cost.toml`` was fitted. Time is the time of the
processor of each process, which is its wall time on an idle machine; wall time is printed beside it. Every run has a
cache of its own, so its zones are new; the last is repeated with its zones known.

Other work on the machine makes the steps of a run slower than the few by which its speed is told, so do this on an idle
one; the load is printed.

Run ``python benchmarks/prediction.py``; takes about five minutes.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mendsim import scenarios
from mendsim.scenarios.prediction import predict
from mendsim.scenarios.prediction.calibration import measure_step_s
from mendsim.scenarios.prediction.plan import predict_design
from mendsim.scenarios.prediction.sample import costs
from mendsim.scenarios.sweeping import load_design

SHORT = {"save.snapshots": ["0 d"], "save.series_every": "6 h"}
SOON = {f"events.{number}.at": f"{12 * number} h" for number in range(1, 6)}
BLOCK = {"lattice.length": "0.7 mm", "lattice.width": "0.9 mm", "events.0.diameter": "300 um"}
WIDE = {"lattice.width": "4 mm", "lattice.depth": "2 mm"}
RUNS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("acne_scar_untreated", {"follow_up": "20 d", "save.snapshots": ["0 d", "10 d", "20 d"]}),
    ("acne_scar_superficial", {"follow_up": "15 d", "events.1.at": "5 d", "events.2.at": "10 d", **SHORT}),
    ("acne_scar_full_field", {"follow_up": "6 d", **SHORT}),
    ("alopecia_ablative", {"follow_up": "4 d", "lattice.width": "2.4 mm", **SOON, **SHORT}),
    ("ladd_platelet_rich_plasma", {"follow_up": "6 d", **SHORT}),
    ("ladd", {"follow_up": "2 d", **WIDE, "save.snapshots": ["0 d", "1 d", "2 d"]}),
    ("lentigo", {"follow_up": "10 d", "lattice.width": "1.4 mm", **SHORT}),
    ("punch_wound", {"follow_up": "4 d", "step": "1 h", "lattice.width": "3 mm", **SHORT}),
    ("contact_burn", {"follow_up": "6 d", "lattice.depth": "2 mm", **SHORT}),
    ("punch_wound", {"follow_up": "6 h", **BLOCK, **SHORT}),
    ("diffusion_cell", {"follow_up": "8 h", "events.1.duration": "8 h", "save.snapshots": ["1 h"]}),
    ("ladd_laser_alone", {"follow_up": "10 d", "save.snapshots": ["0 d", "1 d", "5 d", "10 d"]}),
)
DESIGN = """
scenario = "ladd_laser_alone"
kind = "grid"
replicates = 4
[set]
follow_up = "4 d"
"save.snapshots" = ["4 d"]
[factors."events.0.pulse_energy"]
values = ["10 mJ", "15 mJ", "20 mJ"]
"""
COMMAND = "import sys; from mendsim.cli.main import main; sys.exit(main(sys.argv[1:]))"


def measured(arguments: list[str], cache: Path) -> tuple[float, float, float]:
    """Run the command in a fresh process; return time of the processor, wall time [s], and largest memory [B]."""
    began = time.perf_counter()
    environment = {**os.environ, "MENDSIM_CACHE": str(cache), "NUMBA_NUM_THREADS": "1"}
    process = subprocess.Popen(
        [sys.executable, "-c", COMMAND, *arguments],
        env=environment,
        stdout=subprocess.DEVNULL,
    )
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, arguments
    return used.ru_utime + used.ru_stime, time.perf_counter() - began, 1024.0 * used.ru_maxrss


def compare(name: str, values: Mapping[str, Any], cache: Path, out: Path) -> tuple[float, float]:
    """Predict and do one run, print both, and return the errors of time and memory."""
    os.environ["MENDSIM_CACHE"] = str(cache)
    slowness = measure_step_s() / costs()["machine.step_s"]  # other work may come and go
    scenario = scenarios.load(name).with_values(values)
    found = predict(scenario, threads=1, slowness=slowness)
    given = [f"{key}={_toml(value)}" for key, value in values.items()]
    options = [text for each in given for text in ("--set", each)]
    busy, wall, memory = measured(["run", name, *options, "--threads", "1", "--out", str(out)], cache)
    time_error, memory_error = found.time_s / busy - 1.0, found.memory_bytes / memory - 1.0
    print(
        f"{name:<26} {found.sites:>8,} sites {found.steps:>5} steps: {found.time_s:6.1f} s, measured {busy:6.1f} s "
        f"({wall:6.1f} s wall) {100 * time_error:+4.0f} %; {found.memory_bytes / 1e6:6.0f} MB, "
        f"measured {memory / 1e6:6.0f} MB {100 * memory_error:+4.0f} %; a step takes {slowness:.2f} times as long",
        flush=True,
    )
    return time_error, memory_error


def _toml(value: Any) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(_toml(each) for each in value) + "]"
    return f'"{value}"'


def sweep(folder: Path) -> None:
    """Predict and do a sweep with one worker and with two."""
    file = folder / "sweep.toml"
    file.write_text(DESIGN, encoding="utf-8")
    for workers in (1, 2):
        design, slowness = load_design(file), measure_step_s() / costs()["machine.step_s"]
        found = predict_design(design, workers, slowness=slowness)
        assert found is not None
        out = ["--workers", str(workers), "--out", str(folder / f"sweep-{workers}")]
        busy, wall, _ = measured(["sweep", str(file), *out], folder / "cache-2")
        print(
            f"sweep of {found.runs} runs, {workers} at a time: {found.time_s:.1f} s, measured {wall:.1f} s wall "
            f"{100 * (found.time_s / wall - 1.0):+.0f} % ({busy / workers:.1f} s of the processor for each worker)",
            flush=True,
        )


def main() -> None:
    """Compare every run, with its zones new and the last one with them known, then the sweep."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        print(f"other work on this machine: a load of {os.getloadavg()[0]:.1f}")
        jobs = [(*each, folder / f"cache-{number}") for number, each in enumerate(RUNS)]
        jobs.append(jobs[-1])
        errors = [
            compare(name, values, cache, folder / f"run-{number}") for number, (name, values, cache) in enumerate(jobs)
        ]
        worst = [100.0 * max(abs(each[kind]) for each in errors) for kind in (0, 1)]
        print(f"worst: time {worst[0]:.0f} % (allowed 30), memory {worst[1]:.0f} % (allowed 15)")
        sweep(folder)


if __name__ == "__main__":
    main()
