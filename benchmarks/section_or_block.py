"""What a section gets wrong: one session in a section one site thick, and in a block that is one cell of its pattern.

Healthy forearm, zones 0.5 mm apart, one of them in the sample. Prints for each laser what is hit, how long it stays
open and how high signals rise, in the section, in the block, and their ratio.

Run ``python benchmarks/section_or_block.py [SEEDS] [DAYS]``.
"""

from __future__ import annotations

import sys
import time

import numpy as np

from mendsim import scenarios
from mendsim.scenarios.loading import validation_file

PITCH, SESSION_H = "500 um", 1.0
LASERS = {
    "1,550 nm, 20 mJ": {"events.0.device": "er_glass_1550", "events.0.spot_diameter": "140 um"},
    "10,600 nm, 20 mJ": {"events.0.device": "co2_10600", "events.0.spot_diameter": "120 um"},
}
MEASURES = {
    "surface that lost its basal cells, %": lambda run: 100.0 * float(lost(run).max()),
    "volume of skin removed, %": lambda run: removed_percent(run),
    "volume of skin removed or with collagen denatured, %": lambda run: changed_percent(run),
    "95 % of that surface covered, h": lambda run: hours_to(run, lost(run), 0.05),
    "cytokine of the dermis, peak, ng/mL": lambda run: peak(run, "cytokine_ng_per_ml"),
    "active TGF-beta1, peak, ng/mL": lambda run: peak(run, "tgf_beta1_ng_per_ml"),
    "neutrophils, peak, 1/mm3": lambda run: peak(run, "neutrophils_per_mm3"),
    "water loss, peak, times the start": lambda run: peak(run, "water_loss_g_per_m2_h", relative=True),
    "vessels with flow, lowest, share of the start": lambda run: lowest(run, "perfused_vessel_length_mm_per_mm2"),
}


def scenario(laser: dict[str, str], days: float, *, block: bool) -> scenarios.Scenario:
    """One cell of the pattern, as a section or as a block."""
    size = {"lattice.width": PITCH, "lattice.depth": "0.8 mm"} | ({"lattice.length": PITCH} if block else {})
    return scenarios.load(validation_file("hantash_2007")).with_values(
        {
            **laser,
            **size,
            "events.0.at": f"{SESSION_H:g} h",
            "follow_up": f"{days:g} d",
            "save.series_every": "1 h",
            "save.snapshots": ["0 h"],
        }
    )


def series(run: scenarios.Run, name: str) -> np.ndarray:
    """Values of a time series."""
    return run.data["series"][name].to_numpy()


def lost(run: scenarios.Run) -> np.ndarray:
    """Share of the surface without a living basal cell, less that of untouched skin."""
    covered = series(run, "reepithelialised_fraction")
    return covered[0] - covered


def hours_to(run: scenarios.Run, values: np.ndarray, share: float) -> float:
    """Hours from the session until a course is back at a share of its peak for the first time; nan if it is not."""
    hours = run.data["series"]["time"].to_numpy() - SESSION_H
    top = int(values.argmax())
    back = np.flatnonzero(values[top:] <= share * values[top])
    return float(hours[top + back[0]]) if len(back) else float("nan")


def peak(run: scenarios.Run, name: str, *, relative: bool = False) -> float:
    """Largest value of a series, over the first one if relative."""
    values = series(run, name)
    return float(values.max() / (values[0] if relative else 1.0))


def lowest(run: scenarios.Run, name: str) -> float:
    """Least value of a series over the first one."""
    values = series(run, name)
    return float(values.min() / values[0])


def _injury(run: scenarios.Run, name: str) -> np.ndarray:
    return run.data["injury"][name].to_numpy()[0]


def _skin(run: scenarios.Run) -> np.ndarray:
    return np.broadcast_to(
        (run.data["injury"]["depth_um"].to_numpy() > 0)[:, None, None], _injury(run, "ablated").shape
    )


def removed_percent(run: scenarios.Run) -> float:
    """Share of the skin of the sample that was removed."""
    return 100.0 * float(_injury(run, "ablated")[_skin(run)].mean())


def changed_percent(run: scenarios.Run) -> float:
    """Share of the skin of the sample in which collagen was denatured or that was removed."""
    return 100.0 * float(_injury(run, "damage_collagen_denaturation")[_skin(run)].mean())


def main() -> None:
    """Run both lasers in both samples and print what each gives."""
    seeds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    days = float(sys.argv[2]) if len(sys.argv) > 2 else 4.0
    began = time.perf_counter()
    for label, laser in LASERS.items():
        found: dict[bool, list[list[float]]] = {False: [], True: []}
        for block in found:
            for seed in range(1, seeds + 1):
                run = scenarios.run(scenario(laser, days, block=block), seed=seed, threads=1)
                found[block].append([measure(run) for measure in MEASURES.values()])
        print(f"\n{label}, zones {PITCH} apart, {seeds} seeds, {days:g} days: mean (range)")
        print(f"  {'':<52} {'section':>28} {'block':>28} {'ratio':>7}")
        for number, name in enumerate(MEASURES):
            section, block = (np.array(rows)[:, number] for rows in found.values())
            cells = [f"{v.mean():.3g} ({v.min():.3g} to {v.max():.3g})" for v in (section, block)]
            ratio = f"{section.mean() / block.mean():.2f}" if block.mean() else "-"
            print(f"  {name:<52} {cells[0]:>28} {cells[1]:>28} {ratio:>7}")
    print(f"\n{time.perf_counter() - began:.0f} s")


if __name__ == "__main__":
    main()
