"""The floor of an open channel: how far clot fills it, and how the dermis grows back up (R06).

Clot retracts from the mouth of a channel, most in its middle, and epidermis grows down onto it. Where cells have laid
collagen below it the floor rises, and lifts the epidermis that stands on it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy import ndimage

from mendsim.abm.agents import keratinocyte
from mendsim.abm.agents.stacks import lift
from mendsim.abm.tissue import AIR, CLOT, DERMIS

if TYPE_CHECKING:
    from mendsim.abm.model import HealingModel


def hollow(model: HealingModel, removed: NDArray[np.bool_]) -> None:
    """Lower the bed where dermis was removed from the surface down: the clot's top sags between the walls.

    It falls away from the walls at 45 degrees, down to the share of the channel that clot fills.
    """
    tissue, p = model.tissue, model.parameters
    nz = model.lattice.nz
    z = np.arange(nz)[:, None, None]
    below_bed = np.where(z < tissue.bed_z, True, removed)
    depth = np.cumprod(below_bed, axis=0).sum(axis=0) - tissue.bed_z
    channel = depth > 0
    if not channel.any():
        return
    far = float(nz)
    from_wall = np.full(channel.shape, far) if channel.all() else ndimage.distance_transform_cdt(channel, "taxicab")
    empty = np.minimum(from_wall, np.rint((1.0 - p["fibrin.channel_fill_share"]) * depth)).astype(np.int32)
    hollowed = (z >= tissue.bed_z) & (z < tissue.bed_z + empty)
    tissue.code[hollowed] = AIR
    model.matrix.fibrin[hollowed] = 0.0
    tissue.bed_z += empty


def refill(model: HealingModel) -> None:
    """Raise a sunken bed by one site of fresh clot where cells have filled the site beneath it.

    It is filled when it holds more collagen than fresh clot holds fibrin.
    """
    tissue = model.tissue
    if np.array_equal(tissue.bed_z, tissue.intact_bed_z):
        return
    cells = model.population(keratinocyte.Keratinocyte)
    cut = np.empty(tissue.bed_z.size, np.int64)
    n = _raise(
        tissue.occupant,
        model.registry.row_of,
        tissue.bed_z,
        tissue.intact_bed_z,
        tissue.code,
        model.matrix.fibrin,
        model.matrix.collagen_1,
        model.matrix.collagen_3,
        cells["iz"],
        model.parameters["fibrin.clot_mg_per_ml"],
        tissue.clot_since_h,
        model.time_h,
        cut,
    )
    keratinocyte.lose(model, cut[:n])
    model.pigment.follow_bed(model)


@njit(cache=True, nogil=True)
def _raise(occupant, row_of, bed_z, intact_bed_z, code, fibrin, collagen_1, collagen_3, iz, clot, since_h, now_h, cut):
    n = 0
    ny, nx = bed_z.shape
    for y in range(ny):
        for x in range(nx):
            z = bed_z[y, x]
            if z <= intact_bed_z[y, x] or code[z, y, x] != DERMIS:
                continue
            if collagen_1[z, y, x] + collagen_3[z, y, x] < clot:
                continue
            lost = lift(occupant, row_of, bed_z, iz, z - 1, y, x)
            if lost > 0:
                cut[n] = lost
                n += 1
            bed_z[y, x] = z - 1
            code[z - 1, y, x] = CLOT
            fibrin[z - 1, y, x] = clot
            since_h[z - 1, y, x] = now_h
    return n
