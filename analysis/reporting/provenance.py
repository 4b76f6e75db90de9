"""What made a run, so that another can make it again: seed, versions, content hash, scenario, every parameter."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any

import pandas as pd
import xarray as xr

from mendsim.analysis import store
from mendsim.analysis.reporting.blocks import Block, Data, Facts, Heading, Listing, Prose, Section, Table
from mendsim.analysis.reporting.numbers import csv, number
from mendsim.scenarios.show import toml_text

_EVIDENCE = {
    "measured": "the source gives the number",
    "derived": "arithmetic on measured numbers",
    "calibrated": "set so that a target is met",
    "recalled": "from the literature as remembered, not looked up",
    "assumed": "no number was found",
}
_SAME = (
    "The same scenario, seed and version give the same numbers on any number of threads. The content hash is the"
    " SHA-256 of every array, the scenario, the parameters and the seed: two runs with the same hash are the same."
)
_COLUMNS = ("value", "unit", "low", "high", "evidence", "source", "meaning")


def provenance(run: xr.DataTree) -> Section:
    """Say what made a run."""
    about = store.scenario(run)
    blocks: list[Block] = [Prose(paragraphs=[_SAME]), Facts(facts=facts(run))]
    blocks.append(scenario_file(about))
    if table := parameters(run):
        blocks += [Heading(title="Parameters", name="parameters"), *table]
    return Section(name="provenance", title="Provenance", blocks=blocks)


def facts(run: xr.DataTree) -> list[tuple[str, str]]:
    """Seed, versions and hash of a run; nothing of the machine."""
    versions = json.loads(run.attrs.get("versions", "{}"))
    past = json.loads(run.attrs.get("past", "[]"))
    told = [
        ("scenario", str(run.attrs.get("scenario_name", store.scenario(run).get("name", "")))),
        ("seed", str(run.attrs.get("seed", ""))),
        ("mendsim", str(run.attrs.get("mendsim_version", ""))),
        ("libraries", ", ".join(f"{name} {version}" for name, version in sorted(versions.items()))),
        ("content hash", str(run.attrs.get("content_hash", ""))),
        ("made", str(run.attrs.get("created", ""))),
        ("continues", "; ".join(f"a state with seed {seed} at {hour:g} h" for seed, hour in past)),
    ]
    return [(name, value) for name, value in told if value]


def scenario_file(about: Mapping[str, Any]) -> Listing:
    """Write the scenario as a file that `mendsim run` takes."""
    name = str(about.get("name") or "scenario")
    data = Data(name=f"{name}.toml", text=toml_text(about), media="application/toml")
    return Listing(title="Scenario file, every value written out", data=data)


def parameters(run: xr.DataTree) -> list[Block]:
    """Count the parameters by how well they are known, list those that were replaced, and give all as a file."""
    every: dict[str, dict[str, Any]] = json.loads(run.attrs.get("parameters", "{}"))
    if not every:
        return []
    counted = Counter(str(entry.get("evidence", "")) for entry in every.values())
    rows = [
        (kind, number(float(counted[kind])), number(100.0 * counted[kind] / len(every), 2), _EVIDENCE.get(kind, ""))
        for kind in [*_EVIDENCE, *sorted(counted.keys() - _EVIDENCE.keys())]
        if counted[kind]
    ]
    frame = pd.DataFrame(
        [{"parameter": name, **{key: entry.get(key) for key in _COLUMNS}} for name, entry in every.items()]
    )
    blocks: list[Block] = [
        Table(
            caption=f"The {len(every)} parameters of this run by how well they are known",
            head=("evidence", "parameters", "share [%]", "meaning"),
            rows=rows,
            numbers=frozenset((1, 2)),
            data=csv(frame, "parameters.csv"),
        )
    ]
    if replaced := store.scenario(run).get("parameters", {}):
        rows = [
            (key, f"{value}", str(every.get(key, {}).get("unit", "")), str(every.get(key, {}).get("meaning", "")))
            for key, value in replaced.items()
        ]
        blocks.append(
            Table(
                caption="Parameters that the scenario replaced",
                head=("parameter", "value", "unit", "meaning"),
                rows=rows,
                numbers=frozenset((1,)),
            )
        )
    return blocks
