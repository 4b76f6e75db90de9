"""Redness, swelling and downtime of a run."""

from __future__ import annotations

import numpy as np
import xarray as xr

from mendsim.analysis import curves, store

RED = 1.1
"""Blood of the upper dermis against the start from which skin looks red."""
SWOLLEN_UM = 10.0
"""Thickness added by fluid from which skin looks swollen."""
COVERED = 0.99
"""Share of the surface with a living basal layer below which the skin is an open wound."""


def downtime_d(run: xr.DataTree) -> float:
    """Days after the last session for which skin is open, red or swollen; ``nan`` without a session."""
    sessions = store.session_days(run)
    if not len(sessions):
        return np.nan
    signs = (
        (-1.0, "reepithelialised_fraction", -COVERED),
        (1.0, "erythema_ratio", RED),
        (1.0, "oedema_um", SWOLLEN_UM),
    )
    ends = []
    for sign, name, level in signs:
        values = store.values(run, name)
        if values is None:
            return np.nan
        end = curves.last_day_above(store.days(run), sign * values, level)
        ends.append(0.0 if np.isnan(end) else end - sessions[-1])
    return float(max(0.0, *ends))


def redness_area_d(run: xr.DataTree) -> float:
    """Redness above that of intact skin, over time, in days."""
    return _area(run, "erythema_ratio", 1.0)


def oedema_area_um_d(run: xr.DataTree) -> float:
    """Swelling over time, in um times days."""
    return _area(run, "oedema_um", 0.0)


def _area(run: xr.DataTree, name: str, rest: float) -> float:
    values = store.values(run, name)
    return np.nan if values is None else float(np.trapezoid(np.maximum(values - rest, 0.0), store.days(run)))
