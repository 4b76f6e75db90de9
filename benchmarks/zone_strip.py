"""One zone of a non-ablative and of an ablative laser over two weeks, as stained sections.

Healthy forearm, a section 1 mm wide with one zone in its middle, 20 mJ. The session is on day 1. Writes
``docs/zone_strip.png``. Run ``python benchmarks/zone_strip.py [FOLDER]``; with a folder, the run stores are kept there.
"""

from __future__ import annotations

import io
import sys
import tempfile
import time
from pathlib import Path

import xarray as xr
from matplotlib.figure import Figure
from PIL import Image

from mendsim import analysis, scenarios
from mendsim.analysis.zone_strip import HOURS
from mendsim.scenarios.loading import validation_file

PICTURE = Path(__file__).parents[1] / "docs" / "zone_strip.png"
SESSION_H, SEED, DPI, COLOURS = 24.0, 1, 165, 256
ROWS = {
    "1,550 nm, 20 mJ": {"device": "er_glass_1550", "pulse_energy": "20 mJ", "spot_diameter": "140 um"},
    "10,600 nm, 20 mJ": {"device": "co2_10600", "pulse_energy": "20 mJ", "spot_diameter": "120 um"},
}


def scenario(laser: dict[str, str]) -> scenarios.Scenario:
    """Forearm skin with a single zone, and snapshots at the times that are drawn."""
    event = {f"events.0.{name}": value for name, value in laser.items()}
    return scenarios.load(validation_file("hantash_2007")).with_values(
        event
        | {
            "title": "one zone",
            "events.0.density": "100 /cm^2",
            "lattice.width": "1 mm",
            "lattice.depth": "1 mm",
            "patient.phototype": 3,
            "follow_up": f"{SESSION_H + HOURS[-1]:g} h",
            "save.series_every": "2 h",
            "save.snapshots": ["0 h", *(f"{SESSION_H + hour:g} h" for hour in HOURS)],
        }
    )


def heal(folder: Path) -> dict[str, xr.DataTree]:
    """Run every row and open what it wrote."""
    runs = {}
    for name, laser in ROWS.items():
        began = time.perf_counter()
        path = folder / f"{laser['device']}.zarr"
        scenarios.run(scenario(laser), path, seed=SEED, overwrite=True)
        runs[name] = analysis.open_run(path)
        print(f"{name}: {time.perf_counter() - began:.0f} s")
    return runs


def save_small(figure: Figure, path: Path, dpi: float = DPI) -> None:
    """Write a picture with few colours, which keeps images of tissue small."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=dpi)
    picture = Image.open(buffer).convert("RGB")
    few = picture.quantize(COLOURS, method=Image.Quantize.MAXCOVERAGE, kmeans=4, dither=Image.Dither.NONE)
    few.save(path, optimize=True)
    print(f"{path.name}: {picture.width} x {picture.height}, {path.stat().st_size / 1e3:.0f} kB")


def main() -> None:
    """Heal both zones and draw them."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(scratch)
        save_small(analysis.strip_figure(heal(folder)), PICTURE)


if __name__ == "__main__":
    main()
