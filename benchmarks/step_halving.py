"""How much end points of the dermis move when the step is halved: acne scar, two sessions, several seeds.

Draws belong to steps, so a run with half the step is another draw of the same process. What the step itself does is the
difference of the means over seeds, beside the standard error of that difference.

Run ``python benchmarks/step_halving.py [SEEDS] [WORKERS]``.
"""

from __future__ import annotations

import sys

import pandas as pd

from mendsim import scenarios
from mendsim.cli.processes import processes

DAYS, SESSIONS, STEPS_H = 60, 2, (0.5, 0.25)


def end_points(job: tuple[float, int]) -> dict[str, float]:
    """Run one seed with one step."""
    step_h, seed = job
    scenario = scenarios.load("acne_scar")
    values = {
        "events": scenario.to_dict()["events"][:SESSIONS],
        "follow_up": f"{DAYS} d",
        "save.snapshots": ["0 d"],
        "save.series_every": "6 h",
        "step": f"{step_h} h",
    }
    series = scenarios.run(scenario.with_values(values), seed=seed, threads=1).data["series"].to_dataset()
    names = ("scar_depth_um", "collagen_mg_per_ml", "collagen_3_mg_per_ml", "elastin_mg_per_ml", "orientation_order")
    out = {name: float(series[name][-1]) for name in (*names, "elasticity_index", "tension_kpa")}
    for name in ("neutrophils_per_mm3", "macrophages_per_mm3", "tgf_beta1_ng_per_ml", "mmp9_ng_per_ml", "oedema_um"):
        out[f"{name}, mean"] = float(series[name].mean())
    denatured = series["denatured_collagen_mg_per_ml"]
    return {**out, "denatured_collagen_mg_per_ml, mean": float(denatured.mean())}


def main() -> None:
    """Run everything and print the changes."""
    seeds = int(sys.argv[1]) if len(sys.argv) > 1 else 6
    workers = int(sys.argv[2]) if len(sys.argv) > 2 else 2
    jobs = [(step_h, seed) for step_h in reversed(STEPS_H) for seed in range(1, seeds + 1)]
    with processes(workers) as executor:
        rows = list(executor.map(end_points, jobs))
    table = pd.DataFrame(rows, index=pd.MultiIndex.from_tuples(jobs, names=["step_h", "seed"]))
    mean, error = table.groupby("step_h").mean(), table.groupby("step_h").sem()
    print(f"{SESSIONS} sessions, {DAYS} days, {seeds} seeds: steps of {STEPS_H[0]} h, change with {STEPS_H[1]} h\n")
    for name in table.columns:
        whole, half = mean.loc[STEPS_H[0], name], mean.loc[STEPS_H[1], name]
        scatter = (error[name] ** 2).sum() ** 0.5
        print(f"{name:36s} {whole:10.4g}  {100 * (half / whole - 1):+6.2f} % +- {100 * scatter / abs(whole):.2f}")


if __name__ == "__main__":
    main()
