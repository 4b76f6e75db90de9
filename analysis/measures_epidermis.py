"""Measures of the epidermis: closure, MENDs, barrier, pigment."""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr

from mendsim.abm.observables import CELL_KIND
from mendsim.analysis import curves, store, zone_closure
from mendsim.analysis.measure import against_start, measure
from mendsim.analysis.mend_table import mends

LEFT = 0.05
"""Share of the fresh opening below which an image counts as closed."""
BACK = 1.1
"""Water loss against its start at which it counts as back."""
DARKER = 1.05
"""Pigment against its start above which skin counts as darkened."""


@measure("h", "reepithelialised_fraction")
def closing_h(run: xr.DataTree) -> float:
    """Hours after the first session until every zone has a living basal layer."""
    return _closed_share(run, 1.0)


@measure("h", "reepithelialised_fraction")
def half_of_zones_closed_h(run: xr.DataTree) -> float:
    """Hours after the first session until half of the zones have a living basal layer."""
    return _closed_share(run, 0.5)


@measure("h", "reepithelialised_fraction")
def most_zones_closed_h(run: xr.DataTree) -> float:
    """Hours after the first session until 84 % of the zones have a living basal layer."""
    return _closed_share(run, 0.84)


def _closed_share(run: xr.DataTree, share: float) -> float:
    cells = zone_closure.course(run)
    hours = np.sort(zone_closure.closing_hours(cells)) if cells is not None else np.empty(0)
    return float(hours[int(np.ceil(share * len(hours))) - 1]) if len(hours) else np.nan


@measure("h", "debris_count")
def mend_first_h(run: xr.DataTree) -> float:
    """Hours after the first session until a zone first has debris above a closed basal layer."""
    table = mends(run)
    if table is not None:
        return _first_or_never(table["covered_h"])
    cells = zone_closure.course(run)
    if cells is None or not (cells.kinds == CELL_KIND["debris"]).any():
        return np.nan
    return min((hours for hours, _ in zone_closure.first_lifted(cells)), default=np.inf)


def _first_or_never(hours: pd.Series) -> float:
    """Return the first of some hours, ``inf`` if none has come, ``nan`` if there is nothing that it could come to."""
    return float(hours.fillna(np.inf).min()) if len(hours) else np.nan


@measure("h", "debris_count")
def mend_shed_h(run: xr.DataTree) -> float:
    """Hours after the first session until every MEND is shed; without their table, until 1 % of debris is left."""
    table = mends(run)
    if table is not None:
        return float(table["shed_h"].fillna(np.inf).max()) if len(table) else np.nan
    from mendsim.analysis.endpoints_epidermis import debris_gone_days

    return store.HOURS_PER_DAY * debris_gone_days(run)


@measure("um", "debris_count")
def mend_diameter_um(run: xr.DataTree) -> float:
    """Mean width of MENDs at their formation; without their table, of debris above a zone that has just closed."""
    table = mends(run)
    if table is not None:
        return float(table["width_um"].mean())
    cells = zone_closure.course(run)
    found = zone_closure.first_lifted(cells) if cells is not None else []
    if cells is None or not found:
        return np.nan
    columns = np.array([np.count_nonzero(place) for _, place in found])
    widths = columns if cells.zone.shape[0] == 1 else np.sqrt(4.0 * columns / np.pi)  # in a block, of an equal disc
    return float(np.mean(widths) * cells.spacing_um)


@measure("ratio")
def open_area_day_7(run: xr.DataTree) -> float:
    """Area open in the basal and spinous layers seven days after the session, against the fresh injury."""
    return _open_ratio(run, 7.0)


@measure("ratio")
def open_area_day_14(run: xr.DataTree) -> float:
    """Area open in the basal and spinous layers fourteen days after the session, against the fresh injury."""
    return _open_ratio(run, 14.0)


def _open_ratio(run: xr.DataTree, day: float) -> float:
    cells = zone_closure.course(run)
    if cells is None:
        return np.nan
    area = zone_closure.open_area(cells)
    seen = np.abs(cells.hours - day * store.HOURS_PER_DAY) < 1e-6
    return float(area[seen][0] / area[0]) if seen.any() and area[0] > 0 else np.nan


@measure("h")
def closed_in_images_h(run: xr.DataTree) -> float:
    """Hours after the session until under 5 % of the fresh opening is open in the basal and spinous layers."""
    cells = zone_closure.course(run)
    if cells is None:
        return np.nan
    area = zone_closure.open_area(cells)
    closed = area <= LEFT * area[0]
    return np.nan if closed[0] else float(cells.hours[closed.argmax()]) if closed.any() else np.inf


@measure("ratio", "water_loss_g_per_m2_h")
def water_loss_day_3(run: xr.DataTree) -> float:
    """Water loss three days after the first session against that before."""
    loss = against_start(run, "water_loss_g_per_m2_h")
    return np.nan if loss is None else float(np.interp(3.0, *loss))


@measure("h", "water_loss_g_per_m2_h")
def water_loss_back_h(run: xr.DataTree) -> float:
    """Hours after the first session until water loss is within 10 % of that before, for good."""
    loss = against_start(run, "water_loss_g_per_m2_h")
    return np.nan if loss is None else store.HOURS_PER_DAY * curves.last_day_above(*loss, BACK)


@measure("h", "epidermal_melanin_pg")
def darkening_resolved_h(run: xr.DataTree) -> float:
    """Hours after the first session until melanin of the epidermis is no longer 5 % above its start, for good.

    Of the living and cornified epidermis for each living cell, where a run has that, for debris and a thicker epidermis
    would count as darker skin.
    """
    melanin = against_start(run, "melanin_index_pg") or against_start(run, "epidermal_melanin_pg")
    return np.nan if melanin is None else store.HOURS_PER_DAY * curves.last_day_above(*melanin, DARKER)
