"""Opening the table of a sweep."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from mendsim.scenarios.sweeping.table import read_table

if TYPE_CHECKING:
    import pandas as pd


def open_sweep(path: str | Path) -> pd.DataFrame:
    """Open the table of a sweep, finished or not.

    Parameters
    ----------
    path : the folder that ``mendsim sweep`` wrote.

    Returns
    -------
    A row for each run: ``point``, ``replicate``, ``seed``, ``status`` (``done``, ``failed`` or ``waiting``), a column
    for each factor under its dotted key, one for each outcome, then ``wall_time_s``, ``content_hash``, ``error`` and
    ``key`` of the run. ``attrs["units"]`` has the unit of each column, ``attrs["design"]`` the design.

    Raises
    ------
    InputError
        If there is no sweep, or a damaged one.
    """
    return read_table(Path(path))
