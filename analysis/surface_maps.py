"""What lies at each place of the skin surface, seen from above: melanin, blood, debris, clot, openings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from mendsim.abm.tissue import CELL_KIND, TISSUE
from mendsim.analysis import store
from mendsim.analysis.skin_colour import optics
from mendsim.analysis.stain_vessels import lumen_um
from mendsim.analysis.vessel_table import thickness_um
from mendsim.common.errors import InputError

Array = NDArray[Any]
_PIECE_UM = 10.0
"""Vessels are laid on places by pieces of this length."""


@dataclass(frozen=True, kw_only=True)
class SurfaceMaps:
    """The surface, each array ``(y, x)`` at the sites of the lattice.

    Attributes
    ----------
    x_um, y_um : places of the sites.
    melanin_pg_per_um2 : in living and horny cells.
    debris : dead cells over each other.
    debris_pg_per_um2 : melanin in them.
    blood : volume of blood over that of tissue, weighted by depth and evened out as light does.
    clot : 1 where clot lies open, else 0.
    bare : 1 where dermis or clot lies open to air, else 0.
    depth_um : of the surface, below its mean.
    """

    x_um: Array
    y_um: Array
    melanin_pg_per_um2: Array
    debris: Array
    debris_pg_per_um2: Array
    blood: Array
    clot: Array
    bare: Array
    depth_um: Array


def surface_maps(run: xr.DataTree, day: float) -> SurfaceMaps:
    """Map the surface of the skin at the snapshot nearest to a day.

    Parameters
    ----------
    run : a run from `mendsim.analysis.open_run`; that of a section gives one row.
    day : the nearest snapshot is taken.

    Raises
    ------
    InputError
        If the skin is excised.
    """
    if not store.has_cells(run):
        raise InputError("excised skin has no cells whose colour could be seen", allowed="a run of living skin")
    fields = store.fields(run)[["tissue", "cell_kind"]].isel(snapshot=store.snapshot_index(run, day)).load()
    tissue, kind = fields["tissue"].to_numpy(), fields["cell_kind"].to_numpy()
    x, y, depth = (fields[name].to_numpy().astype(float) for name in ("x_um", "y_um", "depth_um"))
    edge = float(x[1] - x[0])
    filled = (tissue != TISSUE["air"]) | (kind > 0)
    top = np.where(filled.any(axis=0), filled.argmax(axis=0), len(depth) - 1)
    at_top = (np.take_along_axis(codes, top[None], axis=0)[0] for codes in (tissue, kind))
    top_tissue, top_kind = at_top
    cells = store.every_agent(run, "keratinocyte", day)
    held, dead = np.zeros(top.shape), np.zeros(top.shape)
    if "melanin_pg" in cells:
        iy = np.clip(((cells["y_um"]) / edge).astype(int), 0, len(y) - 1)
        ix = np.clip(((cells["x_um"] - x[0]) / edge + 0.5).astype(int), 0, len(x) - 1)
        lost = cells["kind"] == CELL_KIND["debris"]
        for into, rows in ((held, ~lost), (dead, lost)):
            np.add.at(into, (iy[rows], ix[rows]), cells["melanin_pg"][rows])
    bare = (top_kind == 0) & (top_tissue >= TISSUE["dermis"])
    return SurfaceMaps(
        x_um=x,
        y_um=y,
        melanin_pg_per_um2=held / edge**2,
        debris=(kind == CELL_KIND["debris"]).sum(axis=0).astype(float),
        debris_pg_per_um2=dead / edge**2,
        blood=_blood(run, day, x, y, edge),
        clot=(bare & (top_tissue == TISSUE["clot"])).astype(float),
        bare=bare.astype(float),
        depth_um=depth[top] - 0.5 * edge,
    )


def _blood(run: xr.DataTree, day: float, x: Array, y: Array, edge: float) -> Array:
    """Volume of blood over that of tissue, weighted by depth, in columns of sites."""
    p = optics()
    table = store.every_agent(run, "vessels", day)
    shape = (len(y), len(x))
    if not table or not len(table["x0_um"]):
        return np.zeros(shape)
    shut = sum((table[name] for name in ("coagulated", "growing") if name in table), np.zeros(len(table["x0_um"]))) > 0
    ends = [np.column_stack([table[f"{axis}{end}_um"] for axis in "xyz"])[~shut].astype(float) for end in (0, 1)]
    area = np.pi * lumen_um(run, table)[~shut] ** 2
    length = np.linalg.norm(ends[1] - ends[0], axis=1)
    pieces = np.maximum(1, np.ceil(length / _PIECE_UM)).astype(int)
    row = np.repeat(np.arange(len(length)), pieces)
    share = (np.arange(len(row)) - np.repeat(np.cumsum(pieces) - pieces, pieces) + 0.5) / pieces[row]
    places = ends[0][row] + (ends[1] - ends[0])[row] * share[:, None]
    weight = np.where(places[:, 2] > 0, np.exp(-places[:, 2] / p["light.depth_um"]), 0.0)
    volume = (area * length / pieces)[row] * weight
    across = thickness_um(run) if len(y) == 1 else edge
    ix = ((places[:, 0] - x[0]) / edge + 0.5).astype(int)
    iy = np.zeros(len(row), int) if len(y) == 1 else (places[:, 1] / edge).astype(int)
    inside = (ix >= 0) & (ix < len(x)) & (iy >= 0) & (iy < len(y))
    columns = np.zeros(shape)
    np.add.at(columns, (iy[inside], ix[inside]), volume[inside])
    spread = p["light.spread_um"] / edge
    even = gaussian_filter(columns, (spread if len(y) > 1 else 0.0, spread), mode="reflect")  # sides are mirrors
    blood: Array = even / (edge * across * p["light.depth_um"])
    return blood
