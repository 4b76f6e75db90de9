"""What each mechanism of the dermis is for: the acne scar protocol with one mechanism switched off at a time.

Two sessions a month apart, followed for 120 days, with several seeds; every run of a seed shares its draws with the
others. For each end point the mean over seeds is printed, and after it the difference from the whole model. Writes
``docs/knock_outs.csv``. Run ``python benchmarks/knock_outs.py [SEEDS] [WORKERS]``.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd

from mendsim import scenarios
from mendsim.cli.processes import processes

DOCS = Path(__file__).parents[1] / "docs"
DAYS, SESSIONS = 120, 2
OFF = (None, "tgf_beta1", "pdgf", "mmp9", "timp1", "fibroblast_migration", "macrophages", "neutrophils")


def end_points(job: tuple[str | None, int]) -> dict[str, float]:
    """Run the protocol without one mechanism and measure it."""
    off, seed = job
    scenario = scenarios.load("acne_scar")
    events = scenario.to_dict()["events"][:SESSIONS]
    values = {"events": events, "follow_up": f"{DAYS} d", "save.snapshots": ["0 d"], "without": [off] if off else []}
    series = scenarios.run(scenario.with_values(values), seed=seed, threads=1).data["series"].to_dataset()

    def end(name: str) -> float:
        return float(series[name][-1])

    denatured = series["denatured_collagen_mg_per_ml"]
    return {
        "scar depth, change um": end("scar_depth_um") - float(series["scar_depth_um"][0]),
        "collagen, change mg/mL": end("collagen_mg_per_ml") - float(series["collagen_mg_per_ml"][0]),
        "collagen III share, %": 100.0 * end("collagen_3_mg_per_ml") / end("collagen_mg_per_ml"),
        "denatured left, % of most": 100.0 * float(denatured[-1] / denatured.max()),
        "dead cells at 14 d, ug/mL": 1e3 * float(np.interp(336.0, series["time"], series["dead_cells_mg_per_ml"])),
        "fibre order": end("orientation_order"),
        "fibroblasts, most": float(series["fibroblast_count"].max()),
        "myofibroblasts, most": float(series["myofibroblast_count"].max()),
        "MMP9, most ng/mL": float(series["mmp9_ng_per_ml"].max()),
        "elasticity index": end("elasticity_index"),
    }


def main() -> None:
    """Run everything and print the table."""
    seeds = int(sys.argv[1]) if len(sys.argv) > 1 else 4
    workers = int(sys.argv[2]) if len(sys.argv) > 2 else 2
    jobs = [(off, seed) for off in OFF for seed in range(1, seeds + 1)]
    with processes(workers) as executor:
        rows = list(executor.map(end_points, jobs))
    table = pd.DataFrame(rows, index=pd.MultiIndex.from_tuples([(off or "nothing", seed) for off, seed in jobs]))
    table.index.names = ["without", "seed"]
    table.to_csv(DOCS / "knock_outs.csv", float_format="%.6g")
    mean = table.groupby("without", sort=False).mean()
    spread = table.groupby("without", sort=False).std().loc["nothing"]
    print(f"{SESSIONS} sessions, {DAYS} days, {seeds} seeds: mean, and difference from the whole model\n")
    for name in table.columns:
        print(name if seeds == 1 else f"{name} (standard deviation over seeds of the whole model {spread[name]:.3g})")
        for off in mean.index:
            change = "" if off == "nothing" else f"  {mean.loc[off, name] - mean.loc['nothing', name]:+.3g}"
            print(f"    without {off:22s} {mean.loc[off, name]:10.4g}{change}")


if __name__ == "__main__":
    main()
