"""Days that somebody asks for, and the snapshots that stand for them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr

from mendsim.analysis import store
from mendsim.common.errors import InputError

_NEAR = 0.05
"""A snapshot stands for a day if it is off by at most this share of it ..."""
_NEAR_D = 0.26
"""... or by this many days."""


def checked_days(run: xr.DataTree, days: Sequence[float]) -> list[float]:
    """Find the snapshot that stands for each day, each once.

    Parameters
    ----------
    run : a run with snapshots.
    days : days asked for.

    Returns
    -------
    Days of the snapshots, in the order in which they were asked for.

    Raises
    ------
    InputError : there is none near a day.
    """
    found = []
    for day in days:
        near = store.drawn_day(run, day) if np.isfinite(day) else np.inf
        if not abs(near - day) <= max(_NEAR_D, _NEAR * abs(day)):
            listed = ", ".join(f"{shown:.3g}" for shown in store.snapshot_days(run))
            raise InputError("no snapshot near this day", key="--days", value=day, allowed=listed)
        found.append(near)
    return list(dict.fromkeys(found))
