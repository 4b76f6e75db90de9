"""What became of a drug: how much came to each layer, when it was highest, and what blood carried off (R27)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType

import numpy as np
import pandas as pd
import xarray as xr

from mendsim.analysis import paired, store
from mendsim.analysis.curves import Curve
from mendsim.common.errors import InputError

LAYERS: Mapping[str, str] = MappingProxyType(
    {
        "corneum": "stratum corneum",
        "epidermis": "epidermis",
        "channel": "clot of channels",
        "dermis": "dermis",
        "hypodermis": "hypodermis",
    }
)
"""Layers of the skin that a drug can be in, and what they are called."""
_BEYOND = ("channel", "dermis", "hypodermis", "cleared", "received")
_PERCENT = 100.0


@dataclass(frozen=True, kw_only=True)
class Row:
    """A quantity of the table: a label, a unit, whether its ratio to intact skin says anything, and how it is read."""

    label: str
    unit: str
    compared: bool
    read: Callable[[xr.DataTree], float]


def amount(run: xr.DataTree, place: str) -> Curve:
    """Return the drug in a place over time, ug/cm2; zero where the run does not know the place.

    Raises
    ------
    InputError : no drug was given in the run.
    """
    given = store.values(run, "drug_given_ug_per_cm2")
    if given is None or not given.any():
        raise InputError("no drug was given in this run", value=store.title(run), allowed="a run with a drug")
    values = store.values(run, f"drug_{place}_ug_per_cm2")
    return np.zeros(len(given)) if values is None else values


def given_at_h(run: xr.DataTree) -> float:
    """Time at which the drug was first given, h."""
    events = json.loads(run.attrs["scenario"]).get("events", [])
    times = [store.event_hour(event) for event in events if event["kind"] in ("drug", "injection")]
    return min(times) if times else 0.0


def delivered(run: xr.DataTree) -> Curve:
    """Drug that got past the epidermis until then, ug/cm2: what is there, was carried off or crossed the skin."""
    beyond: Curve = sum((amount(run, place) for place in _BEYOND), np.zeros(1))
    return beyond


def _delivered(run: xr.DataTree) -> float:
    return float(delivered(run)[-1])


def _peak(run: xr.DataTree, place: str) -> float:
    return float(amount(run, place).max())


def _peak_h(run: xr.DataTree, place: str) -> float:
    held = amount(run, place)
    if not held.any():
        return np.nan
    return float(store.days(run)[int(np.argmax(held))] * store.HOURS_PER_DAY - given_at_h(run))


def _last(run: xr.DataTree, place: str) -> float:
    return float(amount(run, place)[-1])


def _share_of_dose(run: xr.DataTree, place: str) -> float:
    return _PERCENT * _last(run, place) / _last(run, "given")


def _middle_peak(run: xr.DataTree) -> float:
    held = store.values(run, "drug_middle_dermis_ug_per_ml")
    return np.nan if held is None else float(held.max())


def rows() -> list[Row]:
    """List every quantity of the table, in order."""
    out = [Row(label="given", unit="ug/cm2", compared=False, read=partial(_last, place="given"))]
    for place, label in LAYERS.items():
        out.append(Row(label=f"{label}, peak", unit="ug/cm2", compared=True, read=partial(_peak, place=place)))
        out.append(Row(label=f"{label}, its time", unit="h", compared=False, read=partial(_peak_h, place=place)))
    out += [
        Row(label="middle of the dermis, peak", unit="ug/mL", compared=True, read=_middle_peak),
        Row(label="delivered past the epidermis", unit="ug/cm2", compared=True, read=_delivered),
        Row(label="carried off by blood", unit="ug/cm2", compared=True, read=partial(_last, place="cleared")),
    ]
    for place, label, compared in (
        ("cleared", "systemic share", True),
        ("degraded", "degraded", True),
        ("received", "through excised skin", True),
        ("removed", "wiped off or shed", False),
    ):
        share = partial(_share_of_dose, place=place)
        out.append(Row(label=label, unit="% of dose", compared=compared, read=share))
    return out


def uptake_table(treated: Sequence[xr.DataTree], intact: Sequence[xr.DataTree] = ()) -> pd.DataFrame:
    """Set out what became of a drug, over replicates.

    Parameters
    ----------
    treated : runs that differ by their seed.
    intact : runs of the same seeds in skin that nothing opened.

    Returns
    -------
    One row for each quantity that is not zero throughout: quantity, unit, and the mean with the ends of its 95 %
    interval of ``treated``, ``intact`` and ``fold`` (treated over intact, paired by seed).
    """
    table = []
    for row in rows():
        values = [row.read(run) for run in treated]
        others = [row.read(run) for run in intact]
        if not np.nan_to_num([*values, *others]).any():
            continue
        columns: dict[str, object] = {"quantity": row.label, "unit": row.unit}
        estimates = {"treated": paired.estimate(values)}
        if others:
            estimates["intact"] = paired.estimate(others)
            estimates["fold"] = paired.ratio(values, others) if row.compared else paired.estimate([np.nan])
        for name, found in estimates.items():
            columns |= {name: found.mean, f"{name}_low": found.low, f"{name}_high": found.high}
        table.append(columns)
    return pd.DataFrame(table)
