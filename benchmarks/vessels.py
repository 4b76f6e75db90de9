"""Blood vessels: the time of one solve of their flow, and what sessions do to them, to hair and to T cells.

solve     seconds for the pressures and flows of a network of 10,000 segments, after one that warms up; it is to take no
          more than 50 ms.
perfusion blood flow of hair papillae, in times that of healthy skin at rest, before and at times after the first
          session of ``alopecia`` as it stands, and with sessions of a CO2 laser of lower and of higher energy.
vessels   length of vessels with flow, in times that at the start: the highest with its day, and at the end.
T cells   by depth before and an hour after one session, superficial and deep, of both wavelengths at equal density;
          highest temperature and thermal dose at the depths of resting and of growing bulbs.

Run ``python benchmarks/vessels.py [DAYS] [--picture FILE]``. DAYS replaces the follow-up of twelve weeks; what lies
beyond it is left out. With a FILE the vessels of ``alopecia`` are drawn there. In full it takes some minutes for
each of three runs.
"""

from __future__ import annotations

import argparse
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from mendsim import analysis, scenarios
from mendsim.abm.vessels.anatomy import Bed, vascular_graph
from mendsim.abm.vessels.flow import conductance, relative_viscosity, solve_flow
from mendsim.analysis import curves, store, style
from mendsim.common.parameters import Parameters
from mendsim.scenarios.border import parameters_of
from mendsim.scenarios.runner import build_model

SEED, WEEKS = 1, 12
SEGMENTS, LIMIT_MS, REPEATS = 10_000, 50.0, 20
CO2 = {"device": "co2_10600", "spot_diameter": "120 um", "density": "100 /cm^2"}
PROTOCOLS: dict[str, dict[str, str]] = {
    "1,550 nm, 15 mJ": {},
    "10,600 nm, 10 mJ": {**CO2, "pulse_energy": "10 mJ"},
    "10,600 nm, 45 mJ": {**CO2, "pulse_energy": "45 mJ"},
}
"""What each laser session of ``alopecia`` becomes."""
DROPPED = {"co2_10600": ("pulse_duration",)}
"""Settings of the sessions of ``alopecia`` that are left to the device."""
MOMENTS = {"before": 0.0, "1 h": 1.0, "1 d": 24.0, "1 week": 168.0, "4 weeks": 672.0, "12 weeks": 2016.0}
"""Hours from the first session."""
DEPTHS_MM = (0.0, 0.3, 1.0, 1.5, 3.0, 4.4)
BULBS_UM = {"1.6 mm": 1600.0, "4 mm": 4000.0}
SINGLE = {
    "1,550 nm, 6 mJ": {"pulse_energy": "6 mJ", "density": "100 /cm^2"},
    "1,550 nm, 70 mJ": {"pulse_energy": "70 mJ", "density": "100 /cm^2"},
    "10,600 nm, 5 mJ": {**CO2, "pulse_energy": "5 mJ"},
    "10,600 nm, 45 mJ": {**CO2, "pulse_energy": "45 mJ"},
}


def network(p: Parameters, segments: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Ends and conductances of a network of skin, and pressures that are fixed, of at least that many segments."""
    side = 1000.0
    while True:
        bed = Bed(
            width=side,
            length=side,
            floor=1500.0,
            superficial=350.0,
            deep=1400.0,
            papilla_depth=np.full((int(side / 10.0),) * 2, 80.0),
            spacing=10.0,
            loops_per_mm2=85.0,
            follicles=np.empty((0, 3)),
        )
        graph = vascular_graph(bed, p, SEED)
        if graph.number_of_edges() >= segments:
            break
        side += 50.0
    place = {node: k for k, node in enumerate(graph)}
    at = np.array([[graph.nodes[n][key] for key in ("x_um", "y_um", "depth_um")] for n in graph])
    fixed = np.array([graph.nodes[n]["pressure_mmhg"] for n in graph], dtype=float)
    a, b = (np.array([place[edge[k]] for edge in graph.edges]) for k in (0, 1))
    radius = np.array([about["radius_um"] for _, _, about in graph.edges(data=True)])
    viscosity = p["vessel.plasma_viscosity_mpa_s"] * relative_viscosity(2.0 * radius, p["vessel.haematocrit"])
    return a, b, conductance(radius, np.linalg.norm(at[a] - at[b], axis=1), viscosity), fixed


def solve() -> None:
    """Time one solve and print whether it is within the limit."""
    a, b, g, fixed = network(parameters_of(scenarios.load("alopecia"))["abm"], SEGMENTS)
    _, flow = solve_flow(a, b, g, fixed)
    assert np.abs(flow).max() > 0.0
    times = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        solve_flow(a, b, g, fixed)
        times.append(1e3 * (time.perf_counter() - began))
    median = float(np.median(times))
    within = "within" if median <= LIMIT_MS else "NOT within"
    print(
        f"one solve of {len(a):,} segments, {len(fixed):,} nodes: {median:.1f} ms, median of {REPEATS}"
        f" ({min(times):.1f} to {max(times):.1f}); {within} {LIMIT_MS:g} ms",
        flush=True,
    )


def protocol(changes: dict[str, str], **values: Any) -> scenarios.Scenario:
    """Scenario ``alopecia`` with every session changed; those at or after the end of follow-up are left out."""
    scenario = scenarios.load("alopecia")
    dropped = DROPPED.get(changes.get("device", ""), ())
    events = [
        {key: value for key, value in (event | changes).items() if key not in dropped}
        for event in scenario.to_dict()["events"]
        if float(event["at"].split()[0]) < float(values["follow_up"].split()[0])
    ]
    return scenario.with_values({"events": events, **values})


def heal(days: float) -> dict[str, xr.DataTree]:
    """Run each protocol."""
    runs = {}
    shots = [f"{day:g} d" for day in sorted({day for day in (0.0, 1.0, 7.0, 28.0) if day < days} | {days})]
    for name, changes in PROTOCOLS.items():
        began = time.perf_counter()
        scenario = protocol(
            changes, **{"follow_up": f"{days:g} d", "save.series_every": "1 h", "save.snapshots": shots}
        )
        runs[name] = scenarios.run(scenario, seed=SEED).data
        print(f"{name}: {time.perf_counter() - began:.0f} s", flush=True)
    return runs


def perfusion(runs: dict[str, xr.DataTree]) -> pd.DataFrame:
    """Blood flow of hair papillae at times after the first session."""
    rows = {}
    for name, run in runs.items():
        hours, flow = 24.0 * store.days(run), run["series"]["papilla_flow_ratio"].to_numpy()
        rows[name] = {
            moment: float(np.interp(after, hours, flow)) for moment, after in MOMENTS.items() if after <= hours[-1]
        }
    return pd.DataFrame.from_dict(rows, orient="index")


def growth(runs: dict[str, xr.DataTree]) -> pd.DataFrame:
    """Length of vessels with flow: highest, its day, and at the end."""
    rows = {}
    for name, run in runs.items():
        length = run["series"]["perfused_vessel_length_mm_per_mm2"].to_numpy()
        highest, day = curves.peak(store.days(run), length)
        grown = run["series"]["sprout_length_mm_per_mm2"].to_numpy()
        rows[name] = {
            "highest, times the start": highest / length[0],
            "on day": day,
            "at the end": length[-1] / length[0],
            "grown at the end, mm/mm2": grown[-1],
        }
    return pd.DataFrame.from_dict(rows, orient="index")


def t_cells() -> pd.DataFrame:
    """T cells by depth before one session, and an hour after it."""
    rows: dict[str, dict[str, float]] = {}
    for name, changes in SINGLE.items():
        scenario = protocol(changes, **{"follow_up": "1 h", "save.snapshots": ["1 h"]})
        model = build_model(scenario, seed=SEED)
        rows.setdefault("before", _by_depth(model.agent_columns()["t_cell"]["z_um"]))
        model.close()
        data = scenarios.run(scenario, seed=SEED).data
        rows[name] = _by_depth(data["agents/t_cell"]["z_um"].to_numpy()) | _heat(data["injury"].to_dataset())
    return pd.DataFrame.from_dict(rows, orient="index")


def _heat(injury: xr.Dataset) -> dict[str, float]:
    """Highest temperature and thermal dose at the depths of resting and of growing bulbs."""
    found = {}
    for what, depth_um in BULBS_UM.items():
        layer = int(np.argmin(np.abs(injury["depth_um"].to_numpy() - depth_um)))
        found[f"degC, {what}"] = round(float(injury["peak_temperature"].isel(z=layer).max()), 2)
        found[f"CEM43 min, {what}"] = round(float(injury["thermal_dose"].isel(z=layer).max()), 3)
    return found


def _by_depth(depth_um: np.ndarray) -> dict[str, float]:
    counts, _ = np.histogram(depth_um, bins=1e3 * np.array(DEPTHS_MM))
    bands = (f"{top:g} to {bottom:g} mm" for top, bottom in pairwise(DEPTHS_MM))
    return {**dict(zip(bands, map(int, counts), strict=True)), "all": len(depth_um)}


def report(title: str, table: pd.DataFrame) -> None:
    """Print a table under its title."""
    print(f"\n{title}\n{table.to_string(float_format='{:.3g}'.format)}", flush=True)


def main() -> None:
    """Time the solve, run the protocols, print what they do, draw the vessels."""
    parser = argparse.ArgumentParser(description="Time of a solve, perfusion, vessels and T cells of alopecia.")
    parser.add_argument("days", nargs="?", type=float, default=7.0 * WEEKS, metavar="DAYS")
    parser.add_argument("--picture", type=Path, metavar="FILE")
    arguments = parser.parse_args()
    solve()
    runs = heal(arguments.days)
    report("blood flow of hair papillae, times healthy skin at rest", perfusion(runs))
    report("length of vessels with flow", growth(runs))
    report("T cells by depth, and an hour after one session", t_cells())
    if arguments.picture is not None:
        with style.applied():
            style.save(analysis.vessel_figure(next(iter(runs.values()))), arguments.picture)
        print(f"\n{arguments.picture}")


if __name__ == "__main__":
    main()
