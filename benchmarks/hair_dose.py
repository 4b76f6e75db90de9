"""Hair over dose: alopecia areata, non-ablative and ablative, shallow and deep (R25, T44, T45).

Three patches: an active one, an old one whose swarm of T cells lasts, and an old one whose swarm is gone. For each
setting, six sessions two weeks apart: share of follicles whose hair is seen after 8 and 13 weeks; share in anagen;
autoreactive T cells left; strongest call of wounds to resting follicles; flow through papillae and, by Doppler, through
the upper dermis at the end. Writes ``docs/hair_dose.csv`` and ``docs/hair_dose.png``.
Run ``python benchmarks/hair_dose.py [SEEDS] [WORKERS]``.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd

from mendsim import scenarios
from mendsim.abm.agents import follicle
from mendsim.abm.model import HealingModel
from mendsim.analysis import plots, style
from mendsim.cli.processes import processes
from mendsim.scenarios.border import parameters_of
from mendsim.scenarios.loading import validation_file

DOCS = Path(__file__).parents[1] / "docs"
SESSIONS = 6
DAYS, EARLY_D = 91, 57
PATCHES: dict[str, dict[str, object]] = {
    "active": {"patient.initial_state": "alopecia_areata"},
    "old": {"patient.initial_state": "chronic_alopecia_areata"},
    "quiet": {"patient.initial_state": "chronic_alopecia_areata", "without": ["autoreactive_t_cells"]},
}
NON_ABLATIVE = ("er_glass_1550", "140 um")
ABLATIVE = ("co2_10600", "120 um")
SETTINGS = (
    (NON_ABLATIVE, 6, 300),
    (NON_ABLATIVE, 15, 300),
    (NON_ABLATIVE, 70, 50),
    (NON_ABLATIVE, 70, 150),
    (NON_ABLATIVE, 70, 600),
    (ABLATIVE, 10, 100),
    (ABLATIVE, 45, 100),
)
"""Device with its spot, energy in mJ, zones per cm2."""
FEW = (SETTINGS[1], SETTINGS[3], SETTINGS[6])
"""What patches with T cells get."""

UNTREATED_LINES = (":", "--", "-.")
"""Dashes of the untreated patches."""

Job = tuple[str, tuple[str, str] | None, int, int, int]


def jobs(seeds: int) -> list[Job]:
    """Patch, device, energy, density and seed of every run; no device stands for untreated."""
    every: list[Job] = []
    for patch in PATCHES:
        for setting in (None, *(SETTINGS if patch == "quiet" else FEW)):
            device, energy, density = setting if setting is not None else (None, 0, 0)
            every += [(patch, device, energy, density, 1 + seed) for seed in range(seeds)]
    return every


class Watch:
    """The strongest call of wounds, and hair on the way, once a day."""

    def __init__(self, model: HealingModel):
        self.model, self.call, self.early = model, 0.0, float("nan")

    def __call__(self, done: int, _: int) -> None:
        if done % 24 == 0:
            self.call = max(self.call, float(follicle.wound_signal(self.model).max()))
        if done == 24 * EARLY_D:
            self.early = self.model.observe()["hair_density_per_cm2"]


def measure(job: Job) -> dict[str, float | str]:
    """Run one setting and measure it."""
    patch, device, energy, density, seed = job
    values: dict[str, object] = {**PATCHES[patch], "follow_up": f"{DAYS} d"}
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
        "hair_share_early": watch.early / full,
        "hair_share": after["hair_density_per_cm2"] / full,
        "anagen_fraction": after["anagen_fraction"],
        "t_cells_left": after["autoreactive_t_cell_count"] / max(before["autoreactive_t_cell_count"], 1.0),
        "wound_call": watch.call,
        "papilla_flow_ratio": after["papilla_flow_ratio"],
        "doppler_ratio": after["doppler_ratio"],
        "collagen_change_mg_per_ml": after["collagen_mg_per_ml"] - before["collagen_mg_per_ml"],
    }


def draw(table: pd.DataFrame) -> None:
    """Hair, call and flow over fluence, a line for each patch and device; the untreated patch as a thin line."""
    names = {
        "hair_share_early": f"share with hair, week {EARLY_D // 7}",
        "hair_share": f"share with hair, week {DAYS // 7}",
        "wound_call": "strongest call of wounds",
        "doppler_ratio": f"Doppler, week {DAYS // 7}",
    }
    table = table.assign(line=table["patch"] + ", " + table["device"].str.extract(r"(\d+)$")[0] + " nm")
    treated, untreated = table[table["device"] != "none"], table[table["device"] == "none"]
    with style.for_print():
        figure = style.figure(style.TWO_COLUMNS_IN, 2.4)
        axes = figure.subplots(1, 4)
        for ax, (name, title) in zip(axes, names.items(), strict=True):
            plots.dose_response(treated, "fluence_j_per_cm2", name, ax, hue="line", log_x=True, legend=False)
            patches = untreated.groupby("patch", sort=False)[name].mean()
            for mark, (patch, value) in zip(UNTREATED_LINES, patches.items(), strict=True):
                ax.axhline(value, color=style.MUTED, linestyle=mark, linewidth=0.8, label=f"{patch}, untreated")
            ax.set(title=title, xlabel="J/cm² a session", ylabel="", ylim=(0, None))
        figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=5)
        style.save(figure, DOCS / "hair_dose.png", dpi=200)


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
            [
                "hair_share_early",
                "hair_share",
                "anagen_fraction",
                "t_cells_left",
                "wound_call",
                "papilla_flow_ratio",
                "doppler_ratio",
            ]
        ].round(3)
    )
    n = table["follicles"].iloc[0] * seeds
    print(f"standard error of a share of {n:.0f} follicles: {np.sqrt(0.25 / n):.3f} at most")


if __name__ == "__main__":
    main()
