"""Which parts of the model a run used, and so which of the numbers in its store count."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Collection, Mapping
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from mendsim.analysis.store import scenario, values

if TYPE_CHECKING:
    import xarray as xr

_CHOSEN = "chosen"
_LAW = "law"
"""Origin of a number of a drug that follows from its size by a law."""


@cache
def registry() -> Mapping[str, Any]:
    """Read ``citations.toml``: which numbers, formulas and libraries count when."""
    with (Path(__file__).parent / "citations.toml").open("rb") as stream:
        return tomllib.load(stream)


def facts(run: xr.DataTree) -> frozenset[str]:
    """Say what a run used, in the words of ``citations.toml``; and the groups of numbers that it names."""
    about = scenario(run)
    patient, events = about.get("patient", {}), [event for event in about.get("events", []) if not event.get("sham")]
    kinds = {str(event["kind"]) for event in events}
    devices = {str(event["device"]) for event in events if "device" in event}
    follicles, numbers = values(run, "follicle_count"), _numbers(run)
    light = {f"light_{_value(numbers, f'thermal.{device}.wavelength_nm'):.0f}" for device in devices}
    state = str(patient.get("initial_state", "healthy"))
    parts = {
        "always": True,
        "excised" if patient.get("excised") else "living": True,
        "scar": state.endswith("_scar"),
        "alopecia": "alopecia" in state,
        "hair": follicles is not None and np.nanmax(follicles, initial=0.0) > 0.0,
        "heat": not kinds.isdisjoint(("laser", "contact_burn")),
        "scattered_light": any(f"thermal.{group}.anisotropy" in numbers for group in light),
        "cut": not kinds.isdisjoint(("punch", "incision")),
        "any_drug": not kinds.isdisjoint(("drug", "injection")),
        "particles": any(_value(numbers, name) > 0.0 for name in numbers if name.endswith(".particle_high_um")),
    }
    names = {state, f"melanin_pg_per_cell_phototype_{patient.get('phototype')}"}
    return frozenset({part for part, used in parts.items() if used} | kinds | devices | light | names | _laws(run))


def holds(condition: str | Collection[str], said: Collection[str]) -> bool:
    """Whether a condition of ``citations.toml``, one word or several, is among what was said of a run."""
    return any(word in said for word in ([condition] if isinstance(condition, str) else condition))


def numbers_used(run: xr.DataTree) -> dict[str, Mapping[str, Any]]:
    """Return the numbers of a run store that the run used, by name, each with value, source and evidence."""
    said, patterns = facts(run), registry()["numbers"]
    return {name: entry for name, entry in _numbers(run).items() if _counts(name, patterns, said)}


def is_replaced(entry: Mapping[str, Any]) -> bool:
    """Whether the scenario gave a number another value than the data files, so that their source says nothing of it."""
    return not str(entry["origin"]).endswith(".toml") and entry["origin"] != _LAW


def _counts(name: str, patterns: dict[str, str | list[str]], said: Collection[str]) -> bool:
    fitting = [pattern for pattern in patterns if fnmatchcase(name, pattern)]
    condition = patterns[fitting[-1]] if fitting else ()
    return any(part in said for part in name.split(".")) if condition == _CHOSEN else holds(condition, said)


def _numbers(run: xr.DataTree) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = json.loads(run.attrs.get("parameters", "{}"))
    return found


def _value(numbers: Mapping[str, Mapping[str, Any]], name: str) -> float:
    return float(numbers[name]["value"]) if name in numbers else 0.0


def _laws(run: xr.DataTree) -> set[str]:
    """Laws of damage that the injuries of a run followed."""
    records = json.loads(run["injury"].attrs.get("record", "[]")) if "injury" in run.children else []
    return {law for record in records for law in record.get("damage_sets", {}).values()}
