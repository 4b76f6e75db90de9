"""How long it takes until one can look at a run: importing the analysis, opening a run store, a sheet of eight slides.

Run ``python benchmarks/looking.py RUN``. Wall time of the best of a few, with processor time beside it, which says more
on a busy machine. The first opening in a process imports xarray and zarr; it is told apart.
"""

from __future__ import annotations

import io
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

TIMES = 7
IMPORT_BUDGET_S, OPEN_BUDGET_S, SHEET_BUDGET_S = 1.0, 0.3, 5.0
_FIRST = """
import sys, time
from mendsim import analysis
began = time.perf_counter()
analysis.open_run(sys.argv[1])
print(time.perf_counter() - began)
"""


def import_s() -> float:
    """Time that Python gives for the import of the analysis in a fresh process, the middle one of three."""
    found = []
    for _ in range(3):
        command = [sys.executable, "-X", "importtime", "-c", "import mendsim.analysis"]
        told = subprocess.run(command, capture_output=True, text=True, check=True).stderr.splitlines()[-1]
        found.append(1e-6 * float(told.split("|")[1]))
    return statistics.median(found)


def first_open_s(path: Path) -> float:
    """Time of the first opening of a store in a fresh process, with the libraries that it imports."""
    command = [sys.executable, "-c", _FIRST, str(path)]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def best_s(work: Callable[[], object], times: int = TIMES) -> tuple[float, float]:
    """Least wall time and least processor time of some calls, after one that is not counted."""
    work()
    walls, processor = [], []
    for _ in range(times):
        wall, busy = time.perf_counter(), time.process_time()
        work()
        walls.append(time.perf_counter() - wall)
        processor.append(time.process_time() - busy)
    return min(walls), min(processor)


def sheet(path: Path) -> Callable[[], int]:
    """Open a run, and return what draws and writes its contact sheet, by up to eight stained sections."""
    from mendsim import analysis
    from mendsim.analysis import style

    run = analysis.open_run(path)

    def draw() -> int:
        figure = analysis.histology_figure(run)
        figure.savefig(io.BytesIO(), format="png", dpi=style.DPI)
        return len(figure.axes)

    return draw


def main() -> None:
    """Print every time beside its budget."""
    from mendsim import analysis

    path = Path(sys.argv[1])
    megabytes = sum(each.stat().st_size for each in path.rglob("*") if each.is_file()) / 1e6
    print(f"import mendsim.analysis: {import_s():.3f} s (budget {IMPORT_BUDGET_S:g} s)")
    wall, busy = best_s(lambda: analysis.open_run(path))
    print(f"open_run {path.name}, {megabytes:.0f} MB: {wall:.3f} s (budget {OPEN_BUDGET_S:g} s)")
    print(f"the same, time of the processor: {busy:.3f} s")
    print(f"the same, first in a process, with its imports: {first_open_s(path):.2f} s")
    draw = sheet(path)
    wall, busy = best_s(draw, 3)
    print(f"a sheet of {draw()} stained sections: {wall:.2f} s (budget {SHEET_BUDGET_S:g} s)")
    print(f"the same, time of the processor: {busy:.2f} s")


if __name__ == "__main__":
    main()
