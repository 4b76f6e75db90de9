"""Outcome against downtime over energy and density, non-ablative and ablative, on healthy forearm skin (R20).

For each setting: days of downtime (open, red or swollen), hours to closure, share of the fibroblasts that survive, new
collagen at its end against what was lost, fibre order, highest density of collagen, share of myofibroblasts at the end.
Writes ``docs/trade_off.csv`` and ``docs/trade_off.png``. Run ``python benchmarks/trade_off.py [WORKERS]``.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd

from mendsim import scenarios
from mendsim.analysis import plots, style
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


UNITS = {
    "energy_mj": "mJ",
    "density_per_cm2": "1/cm2",
    "collagen_new_mg_per_ml": "mg/mL",
    "downtime_d": "d",
}


def draw(table: pd.DataFrame) -> None:
    """New collagen and downtime over energy and over density, and one against the other."""
    table = table.assign(device=table["device"].str.replace("_", " "))
    table.attrs["units"] = UNITS
    with style.for_print():
        figure = style.figure(style.TWO_COLUMNS_IN, 4.3)
        axes = figure.subplots(2, 3, width_ratios=(1.0, 1.0, 1.25))
        place = axes[0, 2].get_subplotspec().get_gridspec()
        for ax in axes[:, 2]:
            ax.remove()
        for column, (swept, held, value, unit) in enumerate(
            (
                ("energy_mj", "density_per_cm2", DENSITY_OF_ENERGIES, "zones per cm²"),
                ("density_per_cm2", "energy_mj", ENERGY_OF_DENSITIES, "mJ"),
            )
        ):
            part = table[table[held] == value]
            for row, name in enumerate(("collagen_new_mg_per_ml", "downtime_d")):
                ax = axes[row, column]
                plots.dose_response(part, swept, name, ax, hue="device", log_x=True, legend=row == column == 0)
                ax.set_ylim(bottom=0.0)
            axes[0, column].set(title=f"{value} {unit}", xlabel="")
            axes[1, column].set_title("")
        ax = figure.add_subplot(place[:, 2])
        settings = ["device", "energy_mj", "density_per_cm2"]
        plots.trade_off(table, "collagen_new_mg_per_ml", ax, cost="downtime_d", by=settings, hue="device")
        style.save(figure, DOCS / "trade_off.png", dpi=200)


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
