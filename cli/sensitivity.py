"""Which factors of a sweep decide its outcomes, printed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from mendsim import analysis
from mendsim.cli.tables import TO_STANDARD_OUTPUT, aligned, check_file, write_csv

_TEXTS = 1


def tell_sensitivity(path: Path, *, names: Sequence[str], csv: str | None) -> None:
    """Print for each outcome what each factor does to it.

    Raises
    ------
    InputError : no sweep, an unknown outcome, or a design that cannot tell.
    """
    if csv is not None and csv != TO_STANDARD_OUTPUT:
        check_file(csv, "--csv")
    table = analysis.open_sweep(path)
    units, parts = table.attrs["units"], []
    for name in names:
        found = analysis.sensitivity(table, table.attrs["design"], name)
        found.index.name = "factor"
        found = found.reset_index()
        if csv != TO_STANDARD_OUTPUT:
            rows = [[str(row.iloc[0]), *(_written(value) for value in row.iloc[1:])] for _, row in found.iterrows()]
            print(f"{name} [{units.get(name) or '1'}]\n{aligned([str(c) for c in found.columns], rows, _TEXTS)}\n")
        found.insert(0, "outcome", name)
        parts.append(found)
    if csv is not None:
        write_csv(pd.concat(parts), csv)


def _written(value: object) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)
