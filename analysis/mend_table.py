"""The MENDs of a run (microscopic epidermal necrotic debris): when each was seen, and where it was over time."""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr

from mendsim.analysis import store
from mendsim.analysis.curves import Curve

_COLUMNS = ("formed_h", "covered_h", "shed_h", "width_um", "merged_into")
_MORE = ("number", "cells", "melanin_pg", "melanin_shed_pg")
SMALLEST_UM = 50.0
"""Width below which dead cells are no MEND to a reader of slides: MENDs are 50 to 200 um wide (T23)."""
_TRACK = ("time_h", "mend", "depth_um")


def mends(run: xr.DataTree) -> pd.DataFrame | None:
    """Return the table of MENDs of the first session, None if the run keeps none.

    The one place where that table is read, a row for each MEND that grew into no other and reached down to the bed:
    flecks that lay on living cells from the start, or are narrower than `SMALLEST_UM`, are left out. Hours are counted
    from the session. Without it, MENDs are taken from the cells of the snapshots.
    """
    sessions = store.session_days(run)
    if "mends" not in run.children or not len(sessions):
        return None
    table = run["mends"].to_dataset()
    if not set(_COLUMNS) <= set(table.data_vars):
        return None
    rows = table[[*_COLUMNS, *(name for name in _MORE if name in table)]].to_dataframe()
    rows[["formed_h", "covered_h", "shed_h"]] -= store.HOURS_PER_DAY * sessions[0]
    end = store.HOURS_PER_DAY * (sessions[1] - sessions[0]) if len(sessions) > 1 else np.inf
    rows = rows[(rows["merged_into"] == 0) & (rows["formed_h"] >= 0) & (rows["formed_h"] < end)]
    rows = rows[rows["width_um"] >= SMALLEST_UM]
    return rows[rows["covered_h"].isna() | (rows["covered_h"] > rows["formed_h"])]


def depths(run: xr.DataTree) -> dict[int, tuple[Curve, Curve]]:
    """Days and mean depth [um] of each MEND until it is shed, by number; none where the run keeps no track of them."""
    if "mends" not in run.children or "track" not in run["mends"].children:
        return {}
    track, table = run["mends/track"].to_dataset(), run["mends"].to_dataset()
    if not set(_TRACK) <= set(track.data_vars) or not {"number", "shed_h"} <= set(table.data_vars):
        return {}
    time_h, mend, depth_um = (track[name].to_numpy() for name in _TRACK)
    found = {}
    for number, shed_h in zip(table["number"].to_numpy(), table["shed_h"].to_numpy(), strict=True):
        own = (mend == number) & ~(time_h > shed_h)
        if own.any():
            found[int(number)] = (time_h[own] / store.HOURS_PER_DAY, depth_um[own].astype(float))
    return found
