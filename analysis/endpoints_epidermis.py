"""End points of the epidermis: closure, debris, barrier, pigment."""

from __future__ import annotations

import numpy as np
import xarray as xr

from mendsim.analysis import curves, mend_table, store
from mendsim.analysis.endpoints import outcome

CLOSED = 0.95
"""Share of the wound that must be covered for it to count as closed."""
OPEN_BARRIER = 0.01
"""Share of the surface without a stratum corneum above which the barrier counts as open."""
RAISED = 1.1
"""Water loss against that of untouched skin above which it counts as raised."""
LEFTOVER = 0.01
"""Share of the peak at which debris counts as gone."""


def _first_course(run: xr.DataTree, name: str) -> tuple[curves.Curve, curves.Curve] | None:
    """Days since the first session and a series from that session to the next; None without session or series."""
    values, sessions = store.values(run, name), store.session_days(run)
    if values is None or not len(sessions):
        return None
    days = store.days(run)
    end = sessions[1] if len(sessions) > 1 else np.inf
    before = days[days <= sessions[0]].max(initial=days[0])  # the last sample of the untouched skin
    course = (days >= before) & (days <= end)
    return days[course] - sessions[0], values[course]


def _against_untouched(run: xr.DataTree, name: str) -> curves.Curve | None:
    """Return a series against its value just before the first session, or at the start of a run without one."""
    values, sessions = store.values(run, name), store.session_days(run)
    if values is None:
        return None
    days = store.days(run)
    untouched = values[days <= sessions[0]][-1] if len(sessions) and days[0] <= sessions[0] else values[0]
    return values / untouched if untouched else None


def _days(hours: float) -> float:
    return float(hours / store.HOURS_PER_DAY)


@outcome("re-epithelialised (95 %)", "days")
def reepithelialisation_days(run: xr.DataTree) -> float:
    """Days after the first session until living epidermis again covers 95 % of the area that it lost."""
    course = _first_course(run, "reepithelialised_fraction")
    if course is None:
        return np.nan
    days, covered = course
    lost = covered[0] - covered.min()
    return curves.crossing_day(days, covered, float(covered[0] - (1.0 - CLOSED) * lost)) if lost > 0 else np.nan


@outcome("barrier open", "h")
def barrier_open_hours(run: xr.DataTree) -> float:
    """Hours, in the whole run, during which more than 1 % of the surface has no stratum corneum."""
    opened = store.values(run, "barrier_open_fraction")
    if opened is None:
        return np.nan
    steps = np.diff(store.days(run)) * store.HOURS_PER_DAY
    return float(np.sum(steps * (opened[1:] > OPEN_BARRIER)))


@outcome("water loss raised", "h")
def water_loss_raised_hours(run: xr.DataTree) -> float:
    """Hours, in the whole run, during which water loss through the skin is above 1.1 times that of untouched skin."""
    loss = _against_untouched(run, "water_loss_g_per_m2_h")
    if loss is None:
        return np.nan
    steps = np.diff(store.days(run)) * store.HOURS_PER_DAY
    return float(np.sum(steps * (loss[1:] > RAISED)))


@outcome("water loss, peak", "times the start")
def water_loss_peak(run: xr.DataTree) -> float:
    """Highest water loss through the skin against that of untouched skin."""
    loss = _against_untouched(run, "water_loss_g_per_m2_h")
    return np.nan if loss is None else float(loss.max())


@outcome("MENDs first seen", "days")
def mend_first_seen_days(run: xr.DataTree) -> float:
    """Days after the first session until living cells first lie under the whole of a MEND (debris of one piece)."""
    table = mend_table.mends(run)
    return np.nan if table is None or not len(table) else _days(table["covered_h"].fillna(np.inf).min())


@outcome("last MEND shed", "days")
def mend_shed_days(run: xr.DataTree) -> float:
    """Days after the first session until less than a fifth of every MEND is left in the skin."""
    table = mend_table.mends(run)
    return np.nan if table is None or not len(table) else _days(table["shed_h"].fillna(np.inf).max())


@outcome("debris first seen", "days")
def debris_first_seen_days(run: xr.DataTree) -> float:
    """Days after the first session until dead keratinocytes are first recorded in the skin."""
    course = _first_course(run, "debris_count")
    if course is None or not np.any(course[1] > 0):
        return np.nan
    return float(course[0][np.argmax(course[1] > 0)])


@outcome("debris gone", "days")
def debris_gone_days(run: xr.DataTree) -> float:
    """Days after the first session until the number of dead keratinocytes is under 1 % of its peak for good."""
    course = _first_course(run, "debris_count")
    if course is None or not np.any(course[1] > 0):
        return np.nan
    return curves.last_day_above(*course, LEFTOVER * float(course[1].max()))


@outcome("epidermal thickness, change", "%")
def epidermal_thickness_change(run: xr.DataTree) -> float:
    """Thickness of the epidermis at the end against the start."""
    thickness = store.values(run, "epidermal_thickness_um")
    return np.nan if thickness is None else curves.percent_change(thickness)


@outcome("keratinocytes, change", "%")
def keratinocyte_change(run: xr.DataTree) -> float:
    """Living keratinocytes at the end against the start."""
    count = store.values(run, "keratinocyte_count")
    return np.nan if count is None else curves.percent_change(count)


@outcome("epidermal melanin, change", "%")
def melanin_change(run: xr.DataTree) -> float:
    """Melanin of the epidermis at the end against the start."""
    melanin = store.values(run, "epidermal_melanin_pg")
    return np.nan if melanin is None else curves.percent_change(melanin)


@outcome("melanin of living cells, change", "%")
def melanin_index_change(run: xr.DataTree) -> float:
    """Melanin of the epidermis without debris, for each living cell, at the end against the start."""
    melanin = store.values(run, "melanin_index_pg")
    return np.nan if melanin is None else curves.percent_change(melanin)
