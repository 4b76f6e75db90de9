"""What becomes of the dermis: drift at rest, signals around zones, collagen by depth, cells (R05, R12-R18)."""

from __future__ import annotations

import numpy as np
import xarray as xr

from mendsim.abm.observables import CELL_KIND
from mendsim.analysis import profiles, store
from mendsim.analysis.endpoints_dermis import collagen_1_to_3_course, drifts
from mendsim.analysis.observed import about, array, columns, fields, nothing, observed
from mendsim.analysis.outcome import BY_COLUMN

SIGNALS = ("tgf_beta1", "latent_tgf_beta1", "mmp9", "timp1", "pdgf", "cytokine", "vegf")
MATRIX = ("collagen_1", "collagen_3", "denatured_collagen", "fragments", "elastin")
FIBROBLASTS = ("quiescent", "activated", "myofibroblast", "apoptotic")
"""States of a fibroblast, by their code in the run store."""


@observed("change of each dermal quantity", "%", "table")
def dermal_drifts(run: xr.DataTree) -> xr.DataArray:
    """Largest change of each time series of the dermis from its start, at any time; left out if it starts at zero."""
    found = drifts(run)
    if not found:
        raise nothing(run, "the run has no time series of the dermis", "a run of living skin")
    return array(list(found.values()), quantity=list(found))


@observed("signals by distance", "ng/mL", "profile")
def signals_by_distance(run: xr.DataTree) -> xr.DataArray:
    """Mean concentration of each signal by distance from the nearest zone, in dermis as deep as they reach."""
    return _by_distance(run, SIGNALS, "signal")


@observed("signals by depth", "ng/mL", "profile")
def signals_by_depth(run: xr.DataTree) -> xr.DataArray:
    """Mean concentration of each signal at each depth of the dermis as it was before injury."""
    return _by_depth(run, SIGNALS, "signal")


@observed("matrix by distance", "mg/mL", "profile")
def matrix_by_distance(run: xr.DataTree) -> xr.DataArray:
    """Mean density of each part of the matrix by distance from the nearest zone, in dermis as deep as they reach."""
    return _by_distance(run, MATRIX, "matter")


@observed("matrix by depth", "mg/mL", "profile")
def matrix_by_depth(run: xr.DataTree) -> xr.DataArray:
    """Mean density of each part of the matrix at each depth of the dermis as it was before injury."""
    return _by_depth(run, MATRIX, "matter")


@observed("new collagen by depth", "mg/mL", "profile")
def new_collagen_by_depth(run: xr.DataTree) -> xr.DataArray:
    """Collagen I and III laid since the first snapshot at each depth of the dermis: sum of all rises, site by site.

    What was laid and lost again between two snapshots is not seen, so it is a lower bound, and the closer the denser
    the snapshots are.
    """
    saved = fields(run, ["collagen_1", "collagen_3"])
    collagen = saved["collagen_1"].astype(float) + saved["collagen_3"]
    rises = collagen.diff("day").clip(min=0.0).cumsum("day")
    laid = xr.concat([xr.zeros_like(collagen.isel(day=[0])), rises], "day")
    return profiles.averaged(laid, profiles.intact_dermis(run))


@observed("order of fibres by depth", "1", "profile")
def orientation_by_depth(run: xr.DataTree) -> xr.DataArray:
    """Mean order of the collagen fibres at each depth of the dermis: 0 in all directions, 1 parallel."""
    return profiles.averaged(fields(run, ["orientation_order"])["orientation_order"], profiles.intact_dermis(run))


@observed("collagen I to III", "1", "time series")
def collagen_1_to_3(run: xr.DataTree) -> xr.DataArray:
    """Mean collagen I of the dermis for each part of collagen III."""
    ratio = collagen_1_to_3_course(run)
    if ratio is None:
        raise nothing(run, "the run has no collagen of both types", "a run of living skin")
    return array(ratio, day=store.days(run))


@observed("heat-shock proteins by distance", BY_COLUMN, "profile")
def heat_shock_by_distance(run: xr.DataTree) -> xr.Dataset:
    """Mean HSP70 and HSP47 of cells against unstressed ones, by distance from the nearest zone.

    Of living keratinocytes, and of fibroblasts as deep as zones coagulate. Not a number where no such cell stands.
    """
    deepest = profiles.zone_depth_um(run)
    keratinocytes, fibroblasts = (profiles.cells(run, kind) for kind in ("keratinocyte", "fibroblast"))
    living = keratinocytes.isel(row=np.flatnonzero(keratinocytes["kind"].to_numpy() < CELL_KIND["corneocyte"]))
    present = fibroblasts.isel(row=np.flatnonzero(fibroblasts["state"].to_numpy() < FIBROBLASTS.index("apoptotic")))
    return columns(
        hsp70_epidermis=(
            1.0 + profiles.cells_by_distance(run, living, "hsp70", np.inf),
            "1",
            "HSP70 of living keratinocytes against unstressed ones",
        ),
        hsp70_dermis=(
            1.0 + profiles.cells_by_distance(run, present, "hsp70", deepest),
            "1",
            "HSP70 of fibroblasts against unstressed ones",
        ),
        hsp47_dermis=(
            1.0 + profiles.cells_by_distance(run, present, "hsp47", deepest),
            "1",
            "HSP47 of fibroblasts against those at rest",
        ),
    )


@observed("fibroblasts by depth", "1", "profile")
def fibroblasts_by_depth(run: xr.DataTree) -> xr.DataArray:
    """Fibroblasts of each state in layers of 50 um, their number."""
    cells = profiles.cells(run, "fibroblast")
    state = cells["state"].to_numpy()
    each = [profiles.by_depth(run, cells, (state == code).astype(float)) for code in range(len(FIBROBLASTS))]
    return xr.concat(each, "state").assign_coords(state=list(FIBROBLASTS))


def _by_distance(run: xr.DataTree, names: tuple[str, ...], what: str) -> xr.DataArray:
    saved, dermis = fields(run, names), profiles.intact_dermis(run)
    where = dermis.to_numpy() & (dermis["depth_um"].to_numpy() <= profiles.zone_depth_um(run))[:, None, None]
    away = profiles.column_distance_um(run, store.snapshot_days(run))
    each = [profiles.by_distance(saved[name], where, away) for name in names]
    return _joined(each, what, names)


def _by_depth(run: xr.DataTree, names: tuple[str, ...], what: str) -> xr.DataArray:
    saved, dermis = fields(run, names), profiles.intact_dermis(run)
    return _joined([profiles.averaged(saved[name], dermis) for name in names], what, names)


def _joined(each: list[xr.DataArray], what: str, names: tuple[str, ...]) -> xr.DataArray:
    found = xr.concat(each, what, combine_attrs="drop")
    return found.assign_coords({what: (what, list(names), about("1", what))})
