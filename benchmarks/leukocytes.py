"""Leukocytes as densities or as agents: what each costs, and what chance would add.

Runs the acne scar protocol for ten days. For the hour with most leukocytes it times one step of the densities against
the same number of agents that only walk at random (the T cells' kernel, at the motility of each kind), without eating,
secreting or turning, which agents would have to do on top. Then it says by how much chance alone would move the number
of neutrophils in the section.

Run ``python benchmarks/leukocytes.py``.
"""

from __future__ import annotations

import math
import time

import numpy as np

from mendsim import scenarios
from mendsim.abm.agents import moving_kernels
from mendsim.abm.agents.t_cell_kernels import walk
from mendsim.abm.model import HealingModel
from mendsim.scenarios.border import parameters_of
from mendsim.scenarios.runner import simulate

DAYS, REPEATS = 10, 5


def seconds(work) -> float:
    """Shortest time of a few calls, the first of which compiles."""
    work()
    times = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return min(times)


def walkers(model: HealingModel, n: int, motility_um2_per_s: float):
    """Return a call that lets ``n`` cells of some motility walk for one step."""
    rng = np.random.default_rng(0)
    lattice, field = model.lattice, model.cytokine
    x, z = rng.uniform(0, lattice.nx * lattice.spacing_um, n), rng.uniform(200, lattice.nz * lattice.spacing_um, n)
    y, none = np.full(n, 0.5 * lattice.spacing_um), np.zeros(n)
    motility = motility_um2_per_s * 3600.0
    reach = lattice.spacing_um * field.factor
    substeps = min(moving_kernels.MOST_SUBSTEPS, max(1, math.ceil(2.0 * motility * model.step_h / reach**2)))
    ids = np.arange(1, n + 1)
    return lambda: walk(
        np.arange(n),
        ids,
        field.concentration,
        model.tissue.code,
        np.zeros(n, np.int8),
        none,
        x,
        y,
        z,
        lattice.spacing_um,
        field.factor,
        1,
        1,
        model.step_h,
        substeps,
        motility,
        1.0,
        1e-3,
    )


def main() -> None:
    """Measure and print."""
    scenario = scenarios.load("acne_scar")
    scenario = scenario.with_values(
        {"events": scenario.to_dict()["events"][:1], "follow_up": f"{DAYS} d", "save.snapshots": ["0 d"]}
    )
    model = scenarios.build_model(scenario, seed=1)
    best: dict[str, float] = {"total": -1.0}

    def look(now: int, _: int) -> None:
        volumes_mm3 = model.leukocytes.neutrophils.volume_um3 * 1e-9
        counts = {
            "neutrophil": float(np.sum(model.leukocytes.neutrophils.concentration * volumes_mm3)),
            "macrophage": float(np.sum(model.leukocytes.macrophages * volumes_mm3)),
        }
        if sum(counts.values()) > best["total"]:
            best.update(counts, total=sum(counts.values()), hour=now * model.step_h)

    simulate(model, scenario, thermal_parameters=parameters_of(scenario)["thermal"], progress=look)
    densities = seconds(model.leukocytes.step)
    agents = 0.0
    print(f"most leukocytes {best['hour']:.0f} h after the session, in a section of one site's thickness:")
    for kind in ("neutrophil", "macrophage"):
        walking = seconds(walkers(model, round(best[kind]), model.parameters[f"{kind}.motility_um2_per_s"]))
        agents += walking
        print(f"  {best[kind]:7.0f} {kind}s: {1e3 * walking:.2f} ms a step as agents that only walk")
    print(f"  densities, all kinds, eating and secreting: {1e3 * densities:.2f} ms a step")
    print(f"  agents against densities: {agents / densities:.1f} times")
    print(f"  chance alone moves the number of neutrophils by {100.0 / math.sqrt(best['neutrophil']):.1f} %")
    model.close()


if __name__ == "__main__":
    main()
