"""The pictures of docs/histology.md: stained sections of a non-ablative laser, one slide close up, skin from above.

Forearm after 1,500 nm (the run of ``scenarios/validation/laubach_2006.toml``), and blocks of forearm 0.6 mm x 0.5 mm
after 1,500 nm, 5 mJ, and 10,600 nm, 20 mJ. Writes ``docs/histology_stains.png``, ``docs/histology_slide.png`` and
``docs/surface.png``. Run ``python benchmarks/histology.py [FOLDER]``; with a folder, the run stores are kept there, and
those that are there are not done again. Takes about three minutes on an idle machine.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

import xarray as xr
from matplotlib.figure import Figure
from zone_strip import save_small

from mendsim import analysis, scenarios
from mendsim.analysis import style
from mendsim.analysis.histology import slide_figure
from mendsim.analysis.surface import surface_view
from mendsim.scenarios.loading import validation_file

DOCS = Path(__file__).parents[1] / "docs"
SESSION_H, SEED = 24.0, 1
STAINS, DAYS = ("he", "masson", "picrosirius", "hsp70"), (0, 1, 3, 14)
PART, SHEET_DPI = (330.0, 700.0, -60.0, 300.0), 85
CLOSE, CLOSE_DAY, CLOSE_PX = (400.0, 720.0, -60.0, 200.0), 3.0, 2.6
"""Parts of the section that the sheet and the slide show, on which day, and how large."""
BLOCKS = {
    "1,500 nm, 5 mJ": {
        "device": "er_glass_1550",
        "spot_diameter": "100 um",
        "pulse_energy": "5 mJ",
        "density": "1600 /cm^2",
    },
    "10,600 nm, 20 mJ": {
        "device": "co2_10600",
        "spot_diameter": "120 um",
        "pulse_energy": "20 mJ",
        "density": "900 /cm^2",
    },
}
BLOCK_HOURS = (0, 24, 48, 96, 192)


def section() -> scenarios.Scenario:
    """Forearm after a non-ablative laser, with snapshots at the days that are drawn."""
    return scenarios.load(validation_file("laubach_2006")).with_values(
        {"save.snapshots": [f"{day} d" for day in DAYS], "save.series_every": "2 h"}
    )


def block(laser: dict[str, str]) -> scenarios.Scenario:
    """Return a block of forearm with a few zones."""
    event = {f"events.0.{name}": value for name, value in laser.items()}
    return scenarios.load(validation_file("hantash_2007")).with_values(
        event
        | {
            "lattice.width": "0.6 mm",
            "lattice.length": "0.5 mm",
            "lattice.depth": "0.7 mm",
            "patient.phototype": 3,
            "follow_up": f"{BLOCK_HOURS[-1]} h",
            "save.series_every": "12 h",
            "save.snapshots": [f"{hours} h" for hours in BLOCK_HOURS],
        }
    )


def heal(scenario: scenarios.Scenario, path: Path) -> xr.DataTree:
    """Run a scenario, if that was not done before, and open what it wrote."""
    if not path.exists():
        began = time.perf_counter()
        scenarios.run(scenario, path, seed=SEED)
        print(f"{path.name}: {time.perf_counter() - began:.0f} s")
    return analysis.open_run(path)


def surfaces(runs: dict[str, xr.DataTree]) -> Figure:
    """Draw the surface of each block over time, a row each."""
    with style.applied():
        figure = style.figure(2.2 * len(BLOCK_HOURS) + 0.3, 2.2 * len(runs) + 0.2)
        figure.set_layout_engine("constrained", w_pad=0.02, h_pad=0.02, wspace=0.0, hspace=0.0)
        axes = figure.subplots(len(runs), len(BLOCK_HOURS))
        for (name, run), line in zip(runs.items(), axes, strict=True):
            for hours, ax in zip(BLOCK_HOURS, line, strict=True):
                after = (hours - SESSION_H) / 24.0
                when = "before" if after < 0 else "just after" if after == 0 else f"{after:g} d after"
                surface_view(run, hours / 24.0, ax, title=when)
            line[0].set_ylabel(name, fontweight="bold", color=style.INK)
    return figure


def main() -> None:
    """Heal what is missing and draw the three pictures."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(scratch)
        run = heal(section(), folder / "laubach.zarr")
        sheet = analysis.histology_figure(run, stain=STAINS, days=DAYS, window=PART)
        save_small(sheet, DOCS / "histology_stains.png", SHEET_DPI)
        slide = slide_figure(run, CLOSE_DAY, window=CLOSE, pixels_per_um=CLOSE_PX)
        save_small(slide, DOCS / "histology_slide.png", style.DPI)
        blocks = {name: heal(block(laser), folder / f"block_{laser['device']}.zarr") for name, laser in BLOCKS.items()}
        save_small(surfaces(blocks), DOCS / "surface.png")


if __name__ == "__main__":
    main()
