"""The time, the memory and the room on the disk that a run of a scenario needs."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from mendsim.scenarios.prediction.drug import diffuses, drug_s
from mendsim.scenarios.prediction.injuries import firing_bytes, firing_s, injuries_of, zones_s
from mendsim.scenarios.prediction.sample import Size, costs
from mendsim.scenarios.schema import Scenario

_HOURS_PER_DAY = 24.0
START, STORE = "start", "run store"
"""Parts of the time that the runs of a sweep share, and that they save if they keep no store."""


@dataclass(frozen=True, kw_only=True)
class Prediction:
    """What a run needs.

    Parameters
    ----------
    time_s : wall time on an idle machine [s].
    memory_bytes : the most that its process holds at a time.
    store_bytes : of its run store; rough.
    steps, sites : how much there is to do.
    parts : the time, by what it is spent on [s].
    """

    time_s: float
    memory_bytes: float
    store_bytes: float
    steps: int
    sites: int
    parts: Mapping[str, float]


def predict(scenario: Scenario, threads: int = 1, *, slowness: float = 1.0, afresh: bool = False) -> Prediction:
    """Predict a run from its scenario; nothing of the size of its skin is made.

    Parameters
    ----------
    scenario : what is run.
    threads : that may work at once.
    slowness : of this machine over the one on which the costs were measured, from `slowness_of_machine`.
    afresh : as if none of its zones had been solved before.
    """
    size, cost = Size.of(scenario), costs()
    parts = _living_s(scenario, size) if not scenario.patient.excised else _excised_s(scenario, size)
    parts["steps"] *= 1.0 - cost["thread.share"] * (1.0 - 1.0 / threads)
    parts |= {"injuries": firing_s(scenario, size), "drug": drug_s(scenario, size)}
    parts["new zones"] = zones_s(scenario, afresh=afresh)
    kept = len(scenario.save.snapshots_h) + len(injuries_of(scenario))
    parts[STORE] += cost["store.site_s"] * size.sites * kept
    parts = {name: slowness * spent for name, spent in parts.items() if spent > 0.0}
    return Prediction(
        time_s=sum(parts.values()),
        memory_bytes=memory_bytes(scenario),
        store_bytes=_store_bytes(scenario, size, kept),
        steps=scenario.steps,
        sites=size.sites,
        parts=parts,
    )


def memory_bytes(scenario: Scenario) -> float:
    """Memory that the process of a run holds when it holds most [B]: firing, following a drug, or writing its store."""
    size, cost = Size.of(scenario), costs()
    skin, shot = cost["memory.excised_bytes"], cost["memory.excised_snapshot_bytes"] * size.sites
    if not scenario.patient.excised:
        skin = cost["memory.living_bytes"] + _of_size("skin", size)
        shot = _of_size("snapshot", size)
    kept = shot * len(scenario.save.snapshots_h)
    kept += cost["memory.injury_bytes"] * size.sites * len(injuries_of(scenario))
    drug = _of_size("drug", size) if diffuses(scenario) else 0.0
    # A store is written from a copy of what was kept.
    most = max(firing_bytes(scenario, size), kept + drug, 2.0 * kept + cost["memory.writing_bytes"])
    return cost["memory.start_bytes"] + skin + most


def _of_size(what: str, size: Size) -> float:
    cost = costs()
    return cost[f"memory.{what}_site_bytes"] * size.sites + cost[f"memory.{what}_cell_bytes"] * size.cells


def _living_s(scenario: Scenario, size: Size) -> dict[str, float]:
    cost, step_h = costs(), scenario.step_h
    rest = (
        cost["step.any_s"]
        + cost["step.site_s"] * size.sites
        + cost["step.cell_s"] * size.cells
        + cost["step.column_s"] * size.columns
    )
    growth = cost["step.growth_s"] + cost["step.growth_mm2_s"] * size.vessel_mm2
    hurt = cost["step.hurt_site_s"] * size.sites + cost["step.hurt_column_s"] * size.columns
    hurt += growth * min(1.0, step_h / cost["step.growth_every_h"])
    rows = scenario.steps / round(scenario.save.series_every_h / step_h) + 1.0
    build = cost["build.skin_s"] + cost["build.column_s"] * size.columns + cost["build.cell_s"] * size.cells
    return {
        START: cost["start.loading_s"],
        "skin": build,
        "steps": rest * scenario.steps + hurt * _hurt_steps(scenario),
        "time series": rows * (cost["row.any_s"] + cost["row.site_s"] * size.sites),
        STORE: cost["store.living_s"],
    }


def _hurt_steps(scenario: Scenario) -> float:
    """Count steps after injuries, each counted by how much of what an injury adds to its cost is left."""
    calm_h = _HOURS_PER_DAY * costs()["step.calm_d"]
    times = [event.at_h for event in injuries_of(scenario)]
    left = 0.0
    for begin_h, end_h in pairwise([*times, scenario.follow_up_h]):
        left += calm_h * -math.expm1(-(end_h - begin_h) / calm_h)
    return left / scenario.step_h


def _excised_s(scenario: Scenario, size: Size) -> dict[str, float]:
    cost = costs()
    rows = scenario.steps / round(scenario.save.series_every_h / scenario.step_h) + 1.0
    return {
        START: cost["start.loading_s"],
        "steps": cost["excised.step_s"] * scenario.steps,
        "time series": rows * cost["row.excised_site_s"] * size.sites,
        STORE: cost["store.excised_s"],
    }


def _store_bytes(scenario: Scenario, size: Size, kept: int) -> float:
    cost = costs()
    if scenario.patient.excised:
        return cost["size.excised_bytes"] + cost["size.site_bytes"] * size.sites * kept
    cells = cost["size.column_bytes"] * size.columns * len(scenario.save.snapshots_h)
    return cost["size.living_bytes"] + cost["size.site_bytes"] * size.sites * kept + cells
