"""T cells, vessels and oxygen by depth; follicles by stage (R21-R24)."""

from __future__ import annotations

import numpy as np
import xarray as xr

from mendsim.analysis import profiles, store
from mendsim.analysis.observed import array, columns, fields, nothing, observed, parameter
from mendsim.analysis.outcome import BY_COLUMN
from mendsim.analysis.vessel_pieces import pieces

STAGES = ("anagen", "catagen", "telogen", "kenogen")


@observed("T cells by depth", "1", "profile")
def t_cells_by_depth(run: xr.DataTree) -> xr.DataArray:
    """T cells in layers of 50 um, their number: all, those that recognise hair bulbs, CD8 cells."""
    cells = profiles.cells(run, "t_cell")
    each = {"all": np.ones(cells.sizes["row"])}
    each |= {name: cells[name].to_numpy().astype(float) for name in ("autoreactive", "cd8") if name in cells}
    found = [profiles.by_depth(run, cells, weights) for weights in each.values()]
    return xr.concat(found, "cells").assign_coords(cells=list(each))


@observed("vessels by depth", "mm/mm2", "profile")
def vessels_by_depth(run: xr.DataTree) -> xr.DataArray:
    """Length of vessels with flow in layers of 50 um, over the area of the skin surface; with all others beside them.

    Those with flow add up to ``perfused_vessel_length_mm_per_mm2``.
    """
    table = profiles.cells(run, "vessels")
    _, depth, length = pieces(table)
    flows = table["perfused"].to_numpy() == 1
    area = _vessel_area_mm2(run)
    shot = np.broadcast_to(table["snapshot_index"].to_numpy()[:, None], depth.shape)
    spread = xr.Dataset({"snapshot_index": ("row", shot.ravel()), "z_um": ("row", depth.ravel())})
    each = [profiles.by_depth(run, spread, (1e-3 * length * own[:, None]).ravel()) / area for own in (flows, ~flows)]
    return xr.concat(each, "vessels").assign_coords(vessels=["with flow", "without flow"])


def _vessel_area_mm2(run: xr.DataTree) -> float:
    """Area of the surface of the block, or of the slab whose vessels a section shows."""
    sizes, edge = store.fields(run).sizes, profiles.spacing_um(run)
    thick = sizes["y"] * edge if sizes["y"] > 1 else parameter(run, "abm.vessel.section_thickness_um")
    return 1e-6 * sizes["x"] * edge * thick


@observed("oxygen by depth", BY_COLUMN, "profile")
def oxygen_by_depth(run: xr.DataTree) -> xr.Dataset:
    """Mean oxygen pressure at each depth of the dermis as it was, and the share of it that is hypoxic.

    Hypoxic is below the pressure at which VEGF secretion is half.
    """
    oxygen, dermis = fields(run, ["oxygen"])["oxygen"], profiles.intact_dermis(run)
    short = oxygen < parameter(run, "abm.vegf.hypoxia_half_effect_mmhg")
    return columns(
        oxygen_mmhg=(profiles.averaged(oxygen, dermis), "mmHg", "mean oxygen pressure"),
        hypoxic_fraction=(profiles.averaged(short, dermis), "1", "share that is hypoxic"),
    )


@observed("follicles by stage", "1", "time series")
def follicles_by_stage(run: xr.DataTree) -> xr.DataArray:
    """Hair follicles in each stage of their cycle, the number of those that are followed."""
    count = store.values(run, "follicle_count")
    shares = [store.values(run, f"{stage}_fraction") for stage in STAGES]
    known = [share for share in shares if share is not None]
    if count is None or len(known) < len(STAGES) or not np.nan_to_num(count).any():
        raise nothing(run, "there is no follicle in this run", "a run on the scalp")
    values = np.where(count > 0, count * np.stack(known), 0.0)
    return array(values.T, day=store.days(run), stage=list(STAGES))
