"""Numbers that published targets ask about channels for drugs, and about drugs that went through them."""

from __future__ import annotations

import numpy as np
import xarray as xr

from mendsim.analysis import curves, store, uptake, zone_closure
from mendsim.analysis.measure import measure, since_session

_SATURATED, _DENSE = 0.9, 0.9
"""Share of its highest value at which a curve counts as saturated, and a plug as dense."""
_SEEN = 0.1
"""Share of its depth by which a scar must be shallower for a judge to see it in photographs."""
_MONTHS_3 = 90.0


@measure("h", "drug_middle_dermis_ug_per_ml")
def middle_dermis_saturated_h(run: xr.DataTree) -> float:
    """Hours until drug in the middle of the dermis is at 90 % of its highest."""
    held = store.values(run, "drug_middle_dermis_ug_per_ml")
    if held is None or not held.any():
        return np.nan
    saturated = store.HOURS_PER_DAY * curves.crossing_day(store.days(run), held, _SATURATED * float(held.max()))
    return saturated - uptake.given_at_h(run)


@measure("percent", "drug_received_ug_per_cm2")
def crossed_after_24_h(run: xr.DataTree) -> float:
    """Share of the dose that has crossed the skin after 24 h."""
    return _crossed(run, 24.0)


@measure("percent", "drug_received_ug_per_cm2")
def crossed_after_7_h(run: xr.DataTree) -> float:
    """Share of the dose that has crossed the skin after 7 h."""
    return _crossed(run, 7.0)


def _crossed(run: xr.DataTree, hours: float) -> float:
    given = store.values(run, "drug_given_ug_per_cm2")
    if given is None or not given.any():
        return np.nan
    times = store.days(run) * store.HOURS_PER_DAY - uptake.given_at_h(run)
    return 100.0 * float(np.interp(hours, times, uptake.amount(run, "received")) / given[-1])


@measure("percent")
def zones_open_after_12_h(run: xr.DataTree) -> float:
    """Share of the zones in which living cells do not cover every column 12 h after the session."""
    cells = zone_closure.course(run)
    if cells is None or not len(cells.zones):
        return np.nan
    return 100.0 * float(np.mean(zone_closure.closing_hours(cells) > 12.0))


@measure("h", "clot_solid_share")
def plug_dense_h(run: xr.DataTree) -> float:
    """Hours after the session until the clot of channels has 90 % of the solids that it comes to."""
    course = since_session(run, "clot_solid_share")
    if course is None:
        return np.nan
    days, share = course
    after = (days >= 0.0) & (share > 0.0)
    if not after.any():
        return np.nan
    # the first row after the session is the fresh clot, and already above nothing
    return store.HOURS_PER_DAY * float(
        np.interp(_DENSE * share[after].max(), np.maximum.accumulate(share[after]), days[after])
    )


@measure("percent", "scar_depth_um")
def scars_better_at_3_months(run: xr.DataTree) -> float:
    """100 if the scar is shallower by a tenth of its depth 90 days after the session, else 0."""
    improvement = _improvement(run)
    return np.nan if np.isnan(improvement) else 100.0 * float(improvement >= _SEEN)


@measure("percent", "scar_depth_um")
def improvement_at_3_months(run: xr.DataTree) -> float:
    """Fall of scar depth 90 days after the session, against the depth before."""
    return 100.0 * _improvement(run)


def _improvement(run: xr.DataTree) -> float:
    course = since_session(run, "scar_depth_um")
    if course is None:
        return np.nan
    days, depth = course
    if depth[0] <= 0.0 or days[-1] < _MONTHS_3:
        return np.nan
    return 1.0 - float(np.interp(_MONTHS_3, days, depth)) / float(depth[0])
