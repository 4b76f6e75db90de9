"""The table of a sweep: a row for each run, with its inputs and outcomes, as a Parquet file."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mendsim.common.errors import InputError, WriteError
from mendsim.scenarios.replace import written_whole
from mendsim.scenarios.sweeping.folder import DONE, SweepFolder, digest_of

if TYPE_CHECKING:
    import pandas as pd

TABLE = "table.parquet"
WAITING = "waiting"
"""Status of a run that has not ended."""
_OF_A_RUN = ("wall_time_s", "content_hash", "error")


def make_table(folder: SweepFolder) -> pd.DataFrame:
    """Lay out every run of a sweep.

    Returns
    -------
    A row for each run: ``point``, ``replicate``, ``seed``, ``status``, a column for each factor under its dotted key
    and one for each outcome, and what is known of the run. ``attrs`` holds the units and the design.

    Raises
    ------
    InputError : a row is damaged.
    """
    import pandas as pd

    design, units = folder.design, dict(folder.design.units)
    chosen = design.table.outcomes
    lines, inputs = [], {}
    for job, row in folder.rows():
        if job.point not in inputs:
            inputs[job.point] = design.inputs(job.point)
        status = WAITING if row is None else row["status"]
        line: dict[str, Any] = {"point": job.point, "replicate": job.replicate, "seed": job.seed, "status": status}
        line |= inputs[job.point]
        if row is not None:
            found = row["outcomes"]
            for name in found if chosen is None or not found else chosen:
                line[name], units[name] = found.get(name, (math.nan, units.get(name, "")))
            line |= {name: row.get(name) for name in _OF_A_RUN}
            line["key"] = row["key"]
        lines.append(line)
    table = pd.DataFrame(lines)
    last = [name for name in (*_OF_A_RUN, "key") if name in table]
    table = table[[*(name for name in table if name not in last), *last]]
    table.attrs = {"units": units, "design": design.to_dict()}
    return table


def write_table(folder: SweepFolder) -> pd.DataFrame:
    """Write the table beside the runs, whole or not at all, and return it.

    Raises
    ------
    InputError : it cannot be written.
    """
    table = make_table(folder)
    path = folder.path / TABLE
    try:
        with written_whole(path) as stream:
            table.to_parquet(stream, index=False)
    except OSError as error:
        raise WriteError(f"cannot be written: {error.strerror or error}", file=path) from None
    return table


def read_table(path: Path) -> pd.DataFrame:
    """Read the table of a sweep: as it was written if all runs had ended, else as the runs are now.

    Parameters
    ----------
    path : folder of the sweep.

    Raises
    ------
    InputError : no sweep there, or a damaged one.
    """
    import pandas as pd

    written = path / TABLE
    if written.is_file():
        try:
            table = pd.read_parquet(written)
            if (table["status"] == DONE).all() and table.attrs["design"]["digest"] == digest_of(path):
                return table
        except Exception as error:  # pyarrow raises many kinds
            raise InputError("the table of the sweep is damaged", file=written, allowed="to remove it") from error
    return make_table(SweepFolder.open(path))
