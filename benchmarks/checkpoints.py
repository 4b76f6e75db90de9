"""What checkpoints cost at their usual interval, and how large the store of a 90-day section is.

Runs scenarios as `mendsim run` does and times every checkpoint that is written; prints their share of the run, what
one takes, how large it is, and how large the finished store is.

    python benchmarks/checkpoints.py ladd acne_scar
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from typing import ClassVar

from mendsim import scenarios
from mendsim.abm.drugs.excised import ExcisedSkin
from mendsim.abm.model import HealingModel
from mendsim.scenarios.checkpoint import Description
from mendsim.scenarios.recording import Recording
from mendsim.scenarios.runner import complete
from mendsim.scenarios.unfinished import UnfinishedRun


class Timed(UnfinishedRun):
    """Notes what each checkpoint takes and how large it is."""

    took: ClassVar[list[float]] = []
    sizes: ClassVar[list[int]] = []

    def save(self, model: HealingModel | ExcisedSkin, recording: Recording) -> None:
        began = time.perf_counter()
        super().save(model, recording)
        self.took.append(time.perf_counter() - began)
        self.sizes.append((self.folder / "state.npz").stat().st_size)


def main(names: list[str]) -> None:
    for name in names:
        Timed.took.clear()
        Timed.sizes.clear()
        with tempfile.TemporaryDirectory() as place:
            about = Description(scenario=scenarios.load(name), seed=1)
            out = Path(place) / "run.zarr"
            began = time.perf_counter()
            with Timed.begin(out, about) as work:
                complete(work, threads=1)
            whole = time.perf_counter() - began
            size = sum(path.stat().st_size for path in out.rglob("*") if path.is_file())
        took, largest = sum(Timed.took), max(Timed.sizes, default=0)
        each_ms = 1e3 * took / max(1, len(Timed.took))
        print(
            f"{name}: {about.scenario.follow_up_h / 24:g} d in {whole:.0f} s; {len(Timed.took)} checkpoints of"
            f" {each_ms:.0f} ms and {largest / 1e6:.0f} MB: {100 * took / whole:.2f} % of the run;"
            f" store {size / 1e6:.1f} MB",
            flush=True,
        )


if __name__ == "__main__":
    main(sys.argv[1:] or ["ladd", "acne_scar"])
