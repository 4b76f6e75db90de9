"""What a sweep costs beside its runs, what a second worker gains, and how fast a table of 10,000 runs opens.

One scenario, a section of skin that takes about ten seconds. Overhead: the same runs in one process, bare and as runs
of a sweep, in turn. Workers: the same sweep with one and with two. Table: rows of 10,000 runs on the disk, read one by
one as of a sweep that was cut off, and from the table that a finished sweep leaves.

    python benchmarks/sweeps.py
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from mendsim import analysis, scenarios
from mendsim.analysis.sweep_outcomes import every_outcome
from mendsim.scenarios.provenance import code_digest
from mendsim.scenarios.sweeping import load_design
from mendsim.scenarios.sweeping.folder import SweepFolder, read_row, write_row
from mendsim.scenarios.sweeping.table import write_table
from mendsim.scenarios.sweeping.worker import Task, carry_out

SCENARIO = """
extends = "ladd_laser_alone"
control = "none"
title = "A section for ten seconds"
follow_up = "10 d"
[save]
snapshots = ["0 d", "3 d", "10 d"]
"""
DESIGN = """
scenario = "section.toml"
kind = "list"
first_seed = {seed}
replicates = {runs}
[[points]]
"events.0.pulse_energy" = "20 mJ"
"""
MANY = """
scenario = "section.toml"
kind = "latin_hypercube"
size = 10000
[factors."events.0.pulse_energy"]
low = "5 mJ"
high = "40 mJ"
[factors."patient.phototype"]
low = 1
high = 6
"""


def overhead(folder: Path, pairs: int) -> None:
    """Bare runs against runs of a sweep."""
    sweep = SweepFolder.create(folder / "pairs", load_design(folder / "pairs.toml"))
    base = {**sweep.design.base.written, "name": sweep.design.base.name}
    bare, swept = [], []
    for number, job in enumerate(sweep.design.jobs()):
        if number == 0:  # compiled code is loaded, the zone is solved
            scenarios.run(job.scenario(), seed=0, threads=1)
        began = time.perf_counter()
        scenarios.run(job.scenario(), seed=job.seed, threads=1)
        bare.append(time.perf_counter() - began)
        task = Task(
            key=sweep.key(job),
            base=base,
            values=job.values,
            origin=job.origin,
            seed=job.seed,
            folder=str(sweep.path),
            keep_store=False,
            measure=every_outcome,
            code=code_digest(),
        )
        began = time.perf_counter()
        carry_out(task)
        swept.append(time.perf_counter() - began)
    extra = [(b - a) / a for a, b in zip(bare, swept, strict=True)]
    print(
        f"overhead: bare {statistics.median(bare):.2f} s, in a sweep {statistics.median(swept):.2f} s;"
        f" {100 * statistics.median(extra):.1f} % (median of {pairs} pairs)",
        flush=True,
    )


def gain(folder: Path, runs: int) -> None:
    """One worker against two."""
    taken = {}
    for workers in (1, 2):
        command = [sys.executable, "-c", "from mendsim.cli.main import main; raise SystemExit(main())"]
        began = time.perf_counter()
        subprocess.run(
            [*command, "sweep", "gain.toml", "--out", f"gain{workers}", "--workers", str(workers)],
            cwd=folder,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        taken[workers] = time.perf_counter() - began
    print(
        f"workers: {runs} runs in {taken[1]:.1f} s with one, {taken[2]:.1f} s with two:"
        f" {taken[1] / taken[2]:.2f} times the throughput, start included",
        flush=True,
    )


def table(folder: Path) -> None:
    """Open the table of 10,000 runs."""
    done = SweepFolder.open(folder / "pairs")
    row = next(row for _, row in done.rows() if row is not None)
    many = SweepFolder.create(folder / "many", load_design(folder / "many.toml"))
    for job in many.design.jobs():
        write_row(many.row_path(many.key(job)), {**row, "key": many.key(job), "seed": job.seed})
    size = len(json.dumps(read_row(many.row_path(many.key(many.design.job(0, 0))))))
    began = time.perf_counter()
    found = analysis.open_sweep(many.path)
    from_rows = time.perf_counter() - began
    write_table(many)
    began = time.perf_counter()
    again = analysis.open_sweep(many.path)
    from_table = time.perf_counter() - began
    if not found.drop(columns="error").equals(again.drop(columns="error")):
        raise SystemExit("the two tables differ")
    print(
        f"table: {len(found)} runs, {found.shape[1]} columns, {size / 1e3:.0f} kB a row:"
        f" {from_rows:.2f} s from rows, {from_table:.2f} s from the table"
    )


def main() -> None:
    pairs, runs = 5, 8
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "section.toml").write_text(SCENARIO)
        (folder / "pairs.toml").write_text(DESIGN.format(seed=1, runs=pairs))
        (folder / "gain.toml").write_text(DESIGN.format(seed=1, runs=runs))
        (folder / "many.toml").write_text(MANY)
        overhead(folder, pairs)
        table(folder)
        gain(folder, runs)


if __name__ == "__main__":
    main()
