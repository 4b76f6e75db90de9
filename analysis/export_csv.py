"""A run as tables: CSV files, and ``datapackage.json`` that gives every column its type, unit and meaning.

The description follows Frictionless Data Package 2.0 (https://datapackage.org); ``unit`` of a column is ours.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from mendsim.analysis import store
from mendsim.analysis.endpoints import outcomes
from mendsim.analysis.export import kinds, rows

if TYPE_CHECKING:
    import xarray as xr

DESCRIPTION = "datapackage.json"
_PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
_DIGITS = "%.9g"
_DAY = {"name": "day", "type": "number", "unit": "d", "description": "days since the start of the run"}
_OUTCOMES = (
    {"name": "name", "type": "string", "description": "name of the outcome"},
    {"name": "label", "type": "string", "description": "a few words for tables"},
    {"name": "value", "type": "number", "description": "value; INF: not within the run, empty: does not apply"},
    {"name": "unit", "type": "string", "description": "unit of the value; empty for a pure number"},
    {"name": "definition", "type": "string", "description": "how it is measured"},
)

Field = dict[str, str]


def write(run: xr.DataTree, folder: Path, snapshots: Sequence[int]) -> None:
    """Write time series, outcomes, zones, MENDs, agents and vessels of a run as tables.

    Depths are below the mean surface of the skin, as in the run store.

    Parameters
    ----------
    run : the run.
    folder : an empty folder.
    snapshots : numbers of the snapshots whose agents and vessels are written.
    """
    series = _table(run["series"].to_dataset())
    series.insert(0, "day", store.days(run))
    resources = [_save(folder, "series", series, [_DAY, *_fields(run["series"].to_dataset())])]
    ends = outcomes(run).reset_index()[[field["name"] for field in _OUTCOMES]]
    resources.append(_save(folder, "outcomes", ends, list(_OUTCOMES)))
    for name in ("zones", "mends"):
        if name in run.children:
            whole = run[name].to_dataset()
            resources.append(_save(folder, name, _table(whole), _fields(whole)))
    groups = {kind: f"agents/{kind}" for kind in kinds(run)}
    groups |= {"vessels": "vessels"} if "vessels" in run.children else {}
    for name, group in groups.items():
        resources.append(_save(folder, name, *_of_snapshots(run, group, snapshots)))
    about = {
        "$schema": _PROFILE,
        "name": f"mendsim-{run.attrs['content_hash'][:12]}",
        "title": store.title(run),
        "description": f"A run of mendsim {run.attrs['mendsim_version']}, seed {run.attrs.get('seed')}.",
        "resources": resources,
    }
    (folder / DESCRIPTION).write_text(json.dumps(about, indent=1, ensure_ascii=False), encoding="utf-8")


def _of_snapshots(run: xr.DataTree, group: str, snapshots: Sequence[int]) -> tuple[pd.DataFrame, list[Field]]:
    """Rows of a group at some snapshots, one below the other, with their day first."""
    days = store.snapshot_days(run)
    parts = [rows(run, group, snapshot) for snapshot in snapshots]
    tables = [_table(part) for part in parts]
    table = pd.concat(tables, ignore_index=True)
    table.insert(0, "day", np.repeat(days[list(snapshots)], [len(each) for each in tables]))
    return table, [_DAY, *_fields(parts[0])]


def _table(dataset: xr.Dataset) -> pd.DataFrame:
    return pd.DataFrame({str(name): values.to_numpy() for name, values in dataset.data_vars.items()})


def _fields(dataset: xr.Dataset) -> list[Field]:
    """Type, unit and meaning of every column."""
    found = []
    for name, values in dataset.data_vars.items():
        field = {"name": str(name), "type": "number" if values.dtype.kind == "f" else "integer"}
        for key, attribute in (("unit", "units"), ("description", "long_name")):
            if text := str(values.attrs.get(attribute, "")):
                field[key] = text
        found.append(field)
    return found


def _save(folder: Path, name: str, table: pd.DataFrame, fields: Sequence[Field]) -> dict[str, Any]:
    """Write a table and describe it; INF is the word for infinity in a data package."""
    path = folder / f"{name}.csv"
    for column in table:
        if table[column].dtype.kind == "f" and np.isinf(table[column]).any():
            table[column] = [_number(value) for value in table[column]]
    table.to_csv(path, index=False, lineterminator="\n", float_format=_DIGITS)
    return {
        "name": name,
        "path": path.name,
        "type": "table",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": {"fields": list(fields)},
    }


def _number(value: float) -> str:
    if np.isinf(value):
        return "INF" if value > 0 else "-INF"
    return "" if np.isnan(value) else _DIGITS % value
