"""The end points of a run: a few shown large, all in a table with unit and definition."""

from __future__ import annotations

import math

import pandas as pd
import xarray as xr

from mendsim.analysis import store
from mendsim.analysis.endpoints import format_value, outcomes
from mendsim.analysis.reporting.blocks import Block, Cards, Prose, Section, Table
from mendsim.analysis.reporting.numbers import csv

KEY = (
    "reepithelialisation_days",
    "debris_gone_days",
    "water_loss_raised_hours",
    "downtime_days",
    "scar_depth_change_percent",
    "anagen_final",
    "drug_delivered",
    "collagen_final",
)
"""End points shown large, where they apply."""
_READING = (
    "One run, so there is no interval: another seed gives other numbers. 'Not within' says that it did not happen"
    " before follow-up ended; end points that do not apply to this run are left out."
)


def outcome_section(run: xr.DataTree) -> Section:
    """Set out the end points of a run."""
    table = outcomes(run)
    days = float(round(store.days(run)[-1], 1))
    applies = table[table["value"].notna()]
    if applies.empty:
        return Section(name="outcomes", title="Outcomes", blocks=[])
    rows = [
        (str(row["label"]), shown(row["value"], str(row["unit"]), days), str(row["definition"]), str(name))
        for name, row in applies.iterrows()
    ]
    blocks: list[Block] = [
        Cards(cards=cards(run, applies, days)),
        Prose(paragraphs=[_READING]),
        Table(
            caption="End points that apply to this run",
            head=("end point", "value", "how it is measured", "name"),
            rows=rows,
            numbers=frozenset((1,)),
            data=csv(applies.rename_axis("name").reset_index(), "outcomes.csv"),
        ),
    ]
    return Section(name="outcomes", title="Outcomes", blocks=blocks)


def cards(run: xr.DataTree, table: pd.DataFrame, days: float) -> list[tuple[str, str, str]]:
    """Choose the end points that are shown large: label, value, nothing below."""
    return [
        (str(table.loc[name, "label"]), shown(float(table["value"][name]), str(table["unit"][name]), days), "")
        for name in telling(run, table)
    ]


def telling(run: xr.DataTree, table: pd.DataFrame) -> list[str]:
    """Name the end points of `KEY` that say something about a run; hair matters little on skin with a scar."""
    beside_the_point = {"anagen_final"} if store.has_scar(run) else set()
    return [name for name in KEY if name in table.index and name not in beside_the_point]


def shown(value: float, unit: str, days: float) -> str:
    """Write an end point of a run of some days."""
    return "\N{EN DASH}" if math.isnan(value) else format_value(value, unit, days)
