"""What becomes of the epidermis: closing of zones, MENDs, melanin by depth, what is drained (R06-R09)."""

from __future__ import annotations

import numpy as np
import xarray as xr

from mendsim.analysis import mend_table, profiles, store, zone_closure
from mendsim.analysis.observed import about, array, columns, nothing, observed
from mendsim.analysis.outcome import BY_COLUMN

_DRAINED = ("fragments", "elastotic", "particles")
_COURSE = "a run with zones, a snapshot before the first session and one at it"
_MENDS = {
    "cells": ("1", "dead cells in it, of all times"),
    "width_um": ("um", "width at its formation"),
    "melanin_pg": ("pg", "melanin in it, of all times"),
    "melanin_shed_pg": ("pg", "melanin that left the skin in it"),
}


def _course(run: xr.DataTree) -> zone_closure.Course:
    course = zone_closure.course(run)
    if course is None or not len(course.zones):
        raise nothing(run, "the snapshots do not show how zones close", _COURSE)
    return course


@observed("closing of each zone", BY_COLUMN, "table")
def zone_closing(run: xr.DataTree) -> xr.Dataset:
    """Hours after the first session until living cells cover every column that a zone laid bare; ``inf`` if not seen.

    Read from the snapshots, so only as fine as they are dense.
    """
    course, zones = _course(run), profiles.zone_axes(run)
    own = zones.isel(zone=np.flatnonzero(zones["session"].to_numpy() == 1)[course.zones])
    along = {"zone": own["zone"].to_numpy()}
    return columns(
        x_um=(array(own["x_um"].to_numpy(), **along), "um", "position along the section"),
        closed_h=(array(zone_closure.closing_hours(course), **along), "h", "time until it is covered"),
    )


@observed("open area, as confocal images show it", "1", "time series")
def open_area(run: xr.DataTree) -> xr.DataArray:
    """Share of the basal and spinous layers, as they were, that holds no living tissue after the first session."""
    course = _course(run)
    days = store.session_days(run)[0] + course.hours / store.HOURS_PER_DAY
    return array(zone_closure.open_area(course), day=days)


@observed("each MEND", BY_COLUMN, "table")
def mends(run: xr.DataTree) -> xr.Dataset:
    """MENDs of the first session: days after it on which each formed, lay on living cells, and was shed, and its size.

    Debris narrower than 50 um, that never reached the bed, or that grew into another piece is left out. Not a number:
    not within the run.
    """
    table = mend_table.mends(run)
    if table is None or not len(table):
        raise nothing(run, "the run has no MENDs", "a run with a laser session, of a version that follows MENDs")
    along = {"mend": table["number"].to_numpy() if "number" in table else np.arange(len(table)) + 1}
    times = {
        f"{name}_day": (array(table[f"{name}_h"].to_numpy() / store.HOURS_PER_DAY, **along), "d", meaning)
        for name, meaning in (
            ("formed", "days after the session on which its cells died"),
            ("covered", "days after the session until living cells lay under all of it"),
            ("shed", "days after the session until less than a fifth of it was left"),
        )
    }
    sizes = {
        name: (array(table[name].to_numpy(), **along), *meaning) for name, meaning in _MENDS.items() if name in table
    }
    found = columns(**times, **sizes)
    return found.assign_coords(mend=found["mend"].assign_attrs(about("1", "number of the MEND")))


@observed("depth of each MEND", "um", "time series")
def mend_depth(run: xr.DataTree) -> xr.DataArray:
    """Mean depth of the cells of each piece of debris below the mean skin surface until it is shed.

    Negative once lifted above the surface; of all sessions, and of pieces of any width.
    """
    tracks = mend_table.depths(run)
    if not tracks:
        raise nothing(run, "the run has no MENDs", "a run with a laser session, of a version that follows MENDs")
    days = np.unique(np.concatenate([track[0] for track in tracks.values()]))
    values = np.full((len(days), len(tracks)), np.nan)
    for place, (when, depth) in enumerate(tracks.values()):
        values[np.searchsorted(days, when), place] = depth
    found = array(values, day=days, mend=list(tracks))
    return found.assign_coords(mend=found["mend"].assign_attrs(about("1", "number of the MEND")))


@observed("melanin by depth", "pg/mm2", "profile")
def melanin_by_depth(run: xr.DataTree) -> xr.DataArray:
    """Melanin of keratinocytes at each depth, for each mm2 of skin; debris included."""
    cells = profiles.cells(run, "keratinocyte")
    held = profiles.by_depth(run, cells, cells["melanin_pg"].to_numpy(), profiles.spacing_um(run))
    return held / profiles.surface_area_mm2(run)


@observed("debris eliminated through channels", "ug/cm2", "time series")
def eliminated_debris(run: xr.DataTree) -> xr.DataArray:
    """Collagen fragments, elastotic material and foreign particles carried out of the skin since the start."""
    found = [store.values(run, f"eliminated_{matter}_ug_per_cm2") for matter in _DRAINED]
    values = [each for each in found if each is not None]
    if len(values) < len(_DRAINED):
        raise nothing(run, "the run does not record what drains", "a run of living skin")
    return array(np.stack(values, axis=1), day=store.days(run), matter=list(_DRAINED))
