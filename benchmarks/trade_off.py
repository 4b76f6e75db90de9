"""Outcome against downtime over energy and density, non-ablative and ablative, on healthy forearm skin (R20).

For each setting: days of downtime (open, red or swollen), hours to closure, share of the fibroblasts that survive, new
collagen at its end against what was lost, fibre order, highest density of collagen, share of myofibroblasts at the end.
Writes ``docs/trade_off.csv`` and ``docs/trade_off.png``. Run ``python benchmarks/trade_off.py [WORKERS]``.
"""

from __future__ import annotations

import sys
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from mendsim import scenarios
from mendsim.analysis import style
from mendsim.analysis.downtime import downtime_d, oedema_area_um_d, redness_area_d
from mendsim.cli.processes import processes
from mendsim.scenarios.loading import validation_file

DOCS = Path(__file__).parents[1] / "docs"
DAYS, SEEDS = 60, (1,)
DEVICES = {
    "er_glass_1550": {"energies": (5, 10, 40), "spot": "140 um"},
    "co2_10600": {"energies": (5, 10, 40), "spot": "120 um"},
}
DENSITIES = (50, 200, 800)
ENERGY_OF_DENSITIES, DENSITY_OF_ENERGIES = 10, 200


def jobs() -> list[tuple[str, int, int, int]]:
    """Device, energy in mJ, zones per cm2 and seed of every run."""
    points = []
    for device, about in DEVICES.items():
        settings = [(energy, DENSITY_OF_ENERGIES) for energy in about["energies"]]
        settings += [(ENERGY_OF_DENSITIES, density) for density in DENSITIES if density != DENSITY_OF_ENERGIES]
        points += [(device, energy, density, seed) for energy, density in settings for seed in SEEDS]
    return points


def measure(job: tuple[str, int, int, int]) -> dict[str, float | str]:
    """Run one setting and measure it."""
    device, energy, density, seed = job
    values = {
        "events.0.device": device,
        "events.0.pulse_energy": f"{energy} mJ",
        "events.0.spot_diameter": DEVICES[device]["spot"],
        "events.0.density": f"{density} /cm^2",
        "follow_up": f"{DAYS + 1} d",
        "save.snapshots": ["0 d", "1 d"],
        "save.series_every": "6 h",
    }
    scenario = scenarios.load(validation_file("kim_2013")).with_values(values)
    run = scenarios.run(scenario, seed=seed, threads=1)
    series = run.data["series"].to_dataset()
    collagen = series["collagen_mg_per_ml"].to_numpy()
    least = int(collagen.argmin())
    return {
        "device": device,
        "energy_mj": energy,
        "density_per_cm2": density,
        "seed": seed,
        "downtime_d": downtime_d(run.data),
        "redness_d": redness_area_d(run.data),
        "swelling_um_d": oedema_area_um_d(run.data),
        "collagen_lost_mg_per_ml": collagen[0] - collagen[least],
        "collagen_new_mg_per_ml": collagen[-1] - collagen[least],
        "collagen_change_mg_per_ml": collagen[-1] - collagen[0],
        "densest_ratio": float(run.model.matrix.collagen.max()) / run.model.site.collagen_mg_per_ml,
        "orientation_order": float(series["orientation_order"][-1]),
        "myofibroblasts_most": float(series["myofibroblast_count"].max()),
        "contraction_most_kpa": float(series["contraction_kpa"].max()),
    }


def draw(table: pd.DataFrame) -> None:
    """New collagen against downtime, a line for each series."""
    with style.applied():
        figure, axes = plt.subplots(2, 2, figsize=(9.0, 7.0), layout="constrained", sharex="col")
        for column, (swept, fixed, label) in enumerate(
            (("energy_mj", "density_per_cm2", "pulse energy, mJ"), ("density_per_cm2", "energy_mj", "zones per cm²"))
        ):
            held = DENSITY_OF_ENERGIES if fixed == "density_per_cm2" else ENERGY_OF_DENSITIES
            for colour, device in zip(style.SERIES_COLOURS, DEVICES, strict=False):
                part = table[(table["device"] == device) & (table[fixed] == held)]
                for row, name in enumerate(("collagen_new_mg_per_ml", "downtime_d")):
                    finite = part.replace(np.inf, np.nan).groupby(swept)[name]
                    ax = axes[row, column]
                    ax.plot(
                        finite.mean().index, finite.mean(), marker="o", color=colour, label=device.replace("_", " ")
                    )
                    ax.fill_between(finite.min().index, finite.min(), finite.max(), color=colour, alpha=0.2, lw=0)
                    ax.set_xscale("log")
            axes[1, column].set_xlabel(label)
        axes[0, 0].set_ylabel("new collagen after 60 days, mg/mL")
        axes[1, 0].set_ylabel("downtime, days")
        axes[0, 0].legend()
        axes[0, 0].set_title(f"{DENSITY_OF_ENERGIES} zones per cm²")
        axes[0, 1].set_title(f"{ENERGY_OF_DENSITIES} mJ")
        figure.savefig(DOCS / "trade_off.png", dpi=110)


def main() -> None:
    """Run every setting, print the table, draw it."""
    workers = int(sys.argv[1]) if len(sys.argv) > 1 else 2
    with processes(workers) as executor:
        table = pd.DataFrame(list(executor.map(measure, jobs())))
    table.to_csv(DOCS / "trade_off.csv", index=False, float_format="%.5g")
    numbers = [name for name in table.columns if name not in ("device", "energy_mj", "density_per_cm2", "seed")]
    mean = table.groupby(["device", "energy_mj", "density_per_cm2"])[numbers].mean()
    print(mean.to_string(float_format=lambda value: f"{value:.3g}"))
    draw(table)


if __name__ == "__main__":
    main()
