"""Measures of the dermis: heat-shock proteins, fibroblasts, collagen, scars."""

from __future__ import annotations

import numpy as np
import xarray as xr

from mendsim.analysis import curves, store
from mendsim.analysis.measure import against_start, measure, since_session

SEEN = 0.01
"""Share of cells that show HSP70 from which a reader of a section sees it."""
RAISED = 1.25
"""HSP47 against its start from which a stained section would be called raised."""
MMP9_RAISED_NG_PER_ML = 1.0
"""MMP9 of the dermis, which has none at rest, from which it is raised."""


@measure("h", "hsp70_positive_fraction")
def hsp70_raised_h(run: xr.DataTree) -> float:
    """Hours after the first session until HSP70 is first seen: in 1 % of living keratinocytes and fibroblasts."""
    course = since_session(run, "hsp70_positive_fraction")
    if course is None:
        return np.nan
    seen = (course[0] > 0) & (course[1] >= SEEN)
    return store.HOURS_PER_DAY * float(course[0][seen.argmax()]) if seen.any() else np.inf


@measure("h", "hsp70_positive_fraction")
def hsp70_back_h(run: xr.DataTree) -> float:
    """Hours after the first session until HSP70 is seen in less than 1 % of those cells, for good."""
    course = since_session(run, "hsp70_positive_fraction")
    return np.nan if course is None else store.HOURS_PER_DAY * curves.last_day_above(*course, SEEN)


@measure("h", "hsp47_ratio")
def hsp47_peak_h(run: xr.DataTree) -> float:
    """Hours after the first session until HSP47 of the dermis is highest."""
    course = since_session(run, "hsp47_ratio")
    return np.nan if course is None else store.HOURS_PER_DAY * curves.peak(*course)[1]


@measure("h", "hsp47_ratio")
def hsp47_raised_until_h(run: xr.DataTree) -> float:
    """Hours after the first session for which HSP47 of the dermis stays 25 % above its start.

    Where it is still raised at the end, the time from the session to the end of the run.
    """
    course = since_session(run, "hsp47_ratio")
    if course is None:
        return np.nan
    last = curves.last_day_above(*course, RAISED)
    return store.HOURS_PER_DAY * (float(course[0][-1]) if np.isinf(last) else last)


@measure("h", "hsp47_ratio")
def hsp47_raised_h(run: xr.DataTree) -> float:
    """Hours after the first session until HSP47 of the dermis is first 25 % above its start."""
    course = since_session(run, "hsp47_ratio")
    if course is None:
        return np.nan
    raised = (course[0] > 0) & (course[1] > RAISED)
    return store.HOURS_PER_DAY * float(course[0][raised.argmax()]) if raised.any() else np.inf


@measure("h", "mmp9_ng_per_ml")
def mmp9_peak_h(run: xr.DataTree) -> float:
    """Hours after the first injury until the MMP9 of the dermis is highest."""
    course = since_session(run, "mmp9_ng_per_ml")
    return np.nan if course is None else store.HOURS_PER_DAY * curves.peak(*course)[1]


@measure("direction", "mmp9_ng_per_ml")
def mmp9_raised_days_7_to_21(run: xr.DataTree) -> float:
    """1 if the MMP9 of the dermis is raised 7, 14 and 21 days after the first session, 0 if not."""
    course = since_session(run, "mmp9_ng_per_ml")
    if course is None or course[0][-1] < 21.0:
        return np.nan
    return float(np.interp([7, 14, 21], *course).min() > MMP9_RAISED_NG_PER_ML)


@measure("h", "procollagen_1_ratio", "procollagen_3_ratio")
def procollagen_peak_h(run: xr.DataTree) -> float:
    """Hours after the first session until fibroblasts make most collagen, mean of types I and III."""
    both = [since_session(run, f"procollagen_{kind}_ratio") for kind in (1, 3)]
    days = [curves.peak(*course)[1] for course in both if course is not None]
    return store.HOURS_PER_DAY * float(np.mean(days)) if days else np.nan


@measure("direction", "procollagen_1_ratio", "procollagen_3_ratio")
def procollagen_change_day_1(run: xr.DataTree) -> float:
    """Collagen that fibroblasts are set to make a day after the first session against its start, less 1.

    Mean of types I and III.
    """
    both = [against_start(run, f"procollagen_{kind}_ratio") for kind in (1, 3)]
    values = [float(np.interp(1.0, *course)) for course in both if course is not None]
    return float(np.mean(values)) - 1.0 if values else np.nan


@measure("h", "myofibroblast_count", "collagen_3_mg_per_ml")
def myofibroblasts_and_collagen_3_h(run: xr.DataTree) -> float:
    """Hours after the first session until there are myofibroblasts, and collagen III rises from its least."""
    cells, young = since_session(run, "myofibroblast_count"), since_session(run, "collagen_3_mg_per_ml")
    if cells is None or young is None:
        return np.nan
    days, count = cells
    there = (days > 0) & (count > 0)
    least = int(np.argmin(np.where(days > 0, young[1], np.inf)))
    if not there.any() or least == len(days) - 1:
        return np.inf
    return store.HOURS_PER_DAY * float(max(days[there.argmax()], days[least]))


@measure("h", "collagen_mg_per_ml", "elastin_mg_per_ml")
def new_fibres_distinct_h(run: xr.DataTree) -> float:
    """Hours after the first session until as much collagen is new as was lost, and elastin is above its least."""
    collagen, elastin = (since_session(run, f"{name}_mg_per_ml") for name in ("collagen", "elastin"))
    if collagen is None or elastin is None:
        return np.nan
    days, amount = collagen
    least = int(np.argmin(np.where(days > 0, amount, np.inf)))
    there = (np.arange(len(days)) > least) & (amount >= amount[0]) & (elastin[1] > elastin[1][days > 0].min())
    return store.HOURS_PER_DAY * float(days[there.argmax()]) if there.any() else np.inf


@measure("ratio", "collagen_mg_per_ml")
def collagen_at_most(run: xr.DataTree) -> float:
    """Highest collagen of the dermis after the first session against its start."""
    course = against_start(run, "collagen_mg_per_ml")
    return np.nan if course is None or course[0][-1] <= 0 else float(course[1][course[0] > 0].max())


@measure("percent", "scar_depth_um")
def scar_depth_month_1(run: xr.DataTree) -> float:
    """Change of the depth of the scar from before the first session to 30 days after the last, in percent."""
    return _scar_change(run, 30.0)


@measure("percent", "scar_depth_um")
def scar_depth_month_6(run: xr.DataTree) -> float:
    """Change of the depth of the scar from before the first session to 180 days after the last, in percent."""
    return _scar_change(run, 180.0)


@measure("direction", "scar_depth_um")
def scar_improves_to_month_6(run: xr.DataTree) -> float:
    """Depth of the scar 30 days after the last session less that after 180 days, um: positive if it goes on filling."""
    depth = store.values(run, "scar_depth_um")
    if depth is None:
        return np.nan
    return float(_scar_change(run, 30.0) - _scar_change(run, 180.0)) * float(depth[0]) / 100.0


def _scar_change(run: xr.DataTree, after_d: float) -> float:
    depth, sessions = store.values(run, "scar_depth_um"), store.session_days(run)
    days = store.days(run)
    if depth is None or not len(sessions) or not store.has_scar(run) or days[-1] < sessions[-1] + after_d - 1e-6:
        return np.nan
    return float(100.0 * (np.interp(sessions[-1] + after_d, days, depth) / depth[0] - 1.0))
