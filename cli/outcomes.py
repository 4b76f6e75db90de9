"""``mendsim outcomes``: list what can be measured in a run, measure it, and write it as a table."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from mendsim import analysis
from mendsim.analysis import catalogue, mechanism_rows, store
from mendsim.analysis.endpoints import format_value
from mendsim.analysis.outcome import KINDS
from mendsim.cli.tables import TO_STANDARD_OUTPUT, aligned, check_file, write_csv
from mendsim.common.errors import InputError

if TYPE_CHECKING:
    import xarray as xr

_SHOWN = 40
"""Rows of a table that are printed; a file holds all of them."""


def run_outcomes(runs: Sequence[str], *, row: str | None, of: str | None, csv: str | None) -> None:
    """List outcomes, or measure them in runs.

    Parameters
    ----------
    runs : run stores; outcomes are listed if there are none.
    row : a mechanism row: only its outcomes.
    of : an outcome to measure; the end points if not given.
    csv : file for the table; ``-`` for standard output.

    Raises
    ------
    InputError : a name that is unknown, options that do not go together, a run that has nothing to show.
    """
    if of is not None and not runs:
        raise InputError("no run to measure it in", key="--of", value=of, allowed="mendsim outcomes RUN --of NAME")
    if of is not None and row is not None:
        raise InputError("not together with --of", key="--row", value=row, allowed="one of the two")
    if csv not in (None, TO_STANDARD_OUTPUT):
        check_file(str(csv), "--csv")
    if not runs:
        table = analysis.list_outcomes(row).reset_index()
        text = _listed(table, row)
    elif of is None:
        names = _end_points(row)
        opened = _opened(runs)
        table = _measured(opened, names)
        text = _told(table, {name: float(store.days(run)[-1]) for name, run in opened.items()})
    else:
        about = catalogue.describe(of)
        table = _observed(_opened(runs), of)
        text = f"{about.label} [{catalogue.printed_unit(about)}]: {about.definition}\n\n{_shortened(table)}"
    if csv != TO_STANDARD_OUTPUT:
        print(text)
    if csv is not None:
        write_csv(table, csv)


def _listed(table: pd.DataFrame, row: str | None) -> str:
    """Write the list kind by kind."""
    blocks = []
    if row is not None:
        about = mechanism_rows.rows()[row]
        compared = f"\nRuns are set side by side by {about.compared_by}." if about.compared_by else ""
        blocks.append(f"{row}: {about.statement}{compared}")
    for kind, meaning in KINDS.items():
        own = table[table["kind"] == kind]
        if len(own):
            lines = own[["name", "unit", "rows", "definition"]].to_numpy().tolist()
            blocks.append(f"{kind}: {meaning}\n\n{aligned(('name', 'unit', 'rows', 'definition'), lines, texts=4)}")
    return "\n\n".join(blocks)


def _end_points(row: str | None) -> list[str]:
    """Names of the end points, or of those of a row."""
    listed = analysis.list_outcomes(row)
    names = [str(name) for name in listed.index[listed["kind"] == "end point"]]
    if not names:
        others = ", ".join(str(name) for name in listed.index[:3])
        raise InputError("this row has no end points", key="--row", value=row, allowed=f"--of {others}, ...")
    return names


def _opened(runs: Sequence[str]) -> dict[str, xr.DataTree]:
    """Open runs, each under the name of its folder, or its whole path where two folders have one name."""
    names = [Path(run).resolve().name for run in runs]
    return {
        name if names.count(name) == 1 else str(run): analysis.open_run(run)
        for name, run in zip(names, runs, strict=True)
    }


def _measured(runs: dict[str, xr.DataTree], names: list[str]) -> pd.DataFrame:
    parts = []
    for name, run in runs.items():
        found = analysis.outcomes(run, names).reset_index()
        found.insert(0, "run", name)
        parts.append(found)
    return pd.concat(parts, ignore_index=True)


def _told(table: pd.DataFrame, days: dict[str, float]) -> str:
    """Write a line for each end point that applies to any run, with a column for each run."""
    lines, absent = [], []
    for name, rows in table.groupby("name", sort=False):
        first = rows.iloc[0]
        if rows["value"].isna().all():
            absent.append(str(name))
            continue
        values = [
            format_value(float(value), str(first["unit"]), days[str(run)])
            for run, value in zip(rows["run"], rows["value"], strict=True)
        ]
        lines.append((str(name), str(first["label"]), *values))
    text = aligned(("end point", "", *days), lines, texts=2)
    return f"{text}\n\ndoes not apply: {', '.join(absent)}" if absent else text


def _observed(runs: dict[str, xr.DataTree], name: str) -> pd.DataFrame:
    """Lay out an outcome of runs as one tidy table: a row for each value, its coordinates in columns of their own."""
    parts = []
    for run, tree in runs.items():
        found = analysis.observe(tree, name).to_dataframe().reset_index()
        found["run"] = run
        parts.append(found[["run", *(column for column in found if column != "run")]])
    return pd.concat(parts, ignore_index=True)


def _shortened(table: pd.DataFrame) -> str:
    shown = table.head(_SHOWN)
    cells = [
        [f"{cell:.6g}" if isinstance(cell, float) else str(cell) for cell in row] for row in shown.to_numpy().tolist()
    ]
    texts = next((k for k, kind in enumerate(table.dtypes) if pd.api.types.is_numeric_dtype(kind)), table.shape[1])
    text = aligned(list(map(str, table.columns)), cells, texts=texts)
    more = len(table) - len(shown)
    return f"{text}\n\nand {more:,} more; --csv FILE writes all of them" if more > 0 else text
