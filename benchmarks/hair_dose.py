"""Hair over dose: alopecia areata, active and old patches, non-ablative and ablative, shallow and deep (R25, T44, T45).

For each setting, six sessions two weeks apart: share of follicles whose hair is seen after 17 weeks, against untreated;
share in anagen; autoreactive T cells left; strongest call of wounds to resting follicles; flow through papillae and, by
Doppler, through the upper dermis at the end. Writes ``docs/hair_dose.csv`` and ``docs/hair_dose.png``.
Run ``python benchmarks/hair_dose.py [SEEDS] [WORKERS]``.
"""

from __future__ import annotations

import sys
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from mendsim import scenarios
from mendsim.abm.agents import follicle
from mendsim.abm.model import HealingModel
from mendsim.analysis import style
from mendsim.cli.processes import processes
from mendsim.scenarios.border import parameters_of
from mendsim.scenarios.loading import validation_file

DOCS = Path(__file__).parents[1] / "docs"
SESSIONS = 6
PATCHES = ("alopecia_areata", "chronic_alopecia_areata")
NON_ABLATIVE = ("er_glass_1550", "140 um")
ABLATIVE = ("co2_10600", "120 um")
SETTINGS = (
    (NON_ABLATIVE, 6, 300),
    (NON_ABLATIVE, 15, 300),
    (NON_ABLATIVE, 70, 50),
    (NON_ABLATIVE, 70, 100),
    (NON_ABLATIVE, 70, 300),
    (NON_ABLATIVE, 70, 600),
    (ABLATIVE, 10, 100),
    (ABLATIVE, 45, 100),
)
"""Device with its spot, energy in mJ, zones per cm2."""

Job = tuple[str, tuple[str, str] | None, int, int, int]


def jobs(seeds: int) -> list[Job]:
    """Patch, device, energy, density and seed of every run; no device stands for untreated."""
    every: list[Job] = [(patch, None, 0, 0, 1 + seed) for patch in PATCHES for seed in range(seeds)]
    return every + [(patch, *setting, 1 + seed) for patch in PATCHES for setting in SETTINGS for seed in range(seeds)]


class Watch:
    """The strongest call of wounds, once a day."""

    def __init__(self, model: HealingModel):
        self.model, self.call = model, 0.0

    def __call__(self, done: int, _: int) -> None:
        if done % 24 == 0:
            self.call = max(self.call, float(follicle.wound_signal(self.model).max()))


def measure(job: Job) -> dict[str, float | str]:
    """Run one setting and measure it."""
    patch, device, energy, density, seed = job
    values: dict[str, object] = {"patient.initial_state": patch}
    for number in range(SESSIONS):
        if device is None:
            values[f"events.{number}.sham"] = True
            continue
        values[f"events.{number}.device"], values[f"events.{number}.spot_diameter"] = device
        values[f"events.{number}.pulse_energy"] = f"{energy} mJ"
        values[f"events.{number}.density"] = f"{density} /cm^2"
    scenario = scenarios.load(validation_file("alopecia_laser")).with_values(values)
    model = scenarios.build_model(scenario, seed=seed)
    watch = Watch(model)
    before = model.observe()
    thermal = parameters_of(scenario)["thermal"]
    scenarios.simulate(model, scenario, thermal_parameters=thermal, progress=watch)
    after = model.observe()
    model.close()
    full = 100.0 * model.site.follicles_per_mm2
    return {
        "patch": patch,
        "device": "none" if device is None else device[0],
        "energy_mj": energy,
        "density_per_cm2": density,
        "fluence_j_per_cm2": 1e-3 * energy * density,
        "seed": seed,
        "follicles": after["follicle_count"],
        "hair_share_before": before["hair_density_per_cm2"] / full,
        "hair_share": after["hair_density_per_cm2"] / full,
        "anagen_fraction": after["anagen_fraction"],
        "t_cells_left": after["autoreactive_t_cell_count"] / before["autoreactive_t_cell_count"],
        "wound_call": watch.call,
        "papilla_flow_ratio": after["papilla_flow_ratio"],
        "doppler_ratio": after["doppler_ratio"],
        "collagen_change_mg_per_ml": after["collagen_mg_per_ml"] - before["collagen_mg_per_ml"],
    }


def draw(table: pd.DataFrame) -> None:
    """Hair and flow over fluence, a line for each patch and device."""
    with style.applied():
        figure, axes = plt.subplots(1, 3, figsize=(10.5, 3.6), layout="constrained")
        parts = table[table["device"] != "none"].groupby(["patch", "device"], sort=False)
        for colour, ((patch, device), part) in zip(style.SERIES_COLOURS, parts, strict=False):
            mean = part.groupby("fluence_j_per_cm2").mean(numeric_only=True)
            label = f"{'active' if patch == PATCHES[0] else 'old'} patch, {device[-5:].strip('_')} nm"
            for ax, name in zip(axes, ("hair_share", "wound_call", "doppler_ratio"), strict=True):
                ax.plot(mean.index, mean[name], "o-", color=colour, label=label)
        for patch, dashes in zip(PATCHES, ("--", ":"), strict=True):
            none = table[(table["device"] == "none") & (table["patch"] == patch)]["hair_share"].mean()
            axes[0].axhline(
                none, color="0.4", ls=dashes, lw=1.0, label="untreated, " + ("active" if dashes == "--" else "old")
            )
        titles = ("follicles whose hair is seen", "call of wounds to resting follicles", "flow by Doppler at the end")
        for ax, title in zip(axes, titles, strict=True):
            ax.set(title=title, xlabel="J/cm² a session", xscale="log", ylim=(0, None))
        axes[0].legend(fontsize="x-small")
        figure.savefig(DOCS / "hair_dose.png", dpi=150)
        plt.close(figure)


def main() -> None:
    seeds = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    workers = int(sys.argv[2]) if len(sys.argv) > 2 else 2
    rows = []
    with processes(workers) as pool:
        for row in pool.map(measure, jobs(seeds)):
            rows.append(row)
            print({k: round(v, 3) if isinstance(v, float) else v for k, v in row.items()}, flush=True)
    table = pd.DataFrame(rows)
    table.to_csv(DOCS / "hair_dose.csv", index=False, float_format="%.4g")
    draw(table)
    shown = table.groupby(["patch", "device", "energy_mj", "density_per_cm2"], sort=False).mean(numeric_only=True)
    print(
        shown[
            ["hair_share", "anagen_fraction", "t_cells_left", "wound_call", "papilla_flow_ratio", "doppler_ratio"]
        ].round(3)
    )
    n = table["follicles"].iloc[0] * seeds
    print(f"standard error of a share of {n:.0f} follicles: {np.sqrt(0.25 / n):.3f} at most")


if __name__ == "__main__":
    main()
