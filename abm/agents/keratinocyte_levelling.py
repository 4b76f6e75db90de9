"""How a stratified sheet of keratinocytes keeps its top level, on bare arrays."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from mendsim.abm.agents.stacks import living_at, lowest_beside, slide, touches_dermis
from mendsim.common.philox import bits64, uniform
from mendsim.common.purposes import LEVELLING


@njit(cache=True, nogil=True)
def level(occupant, row_of, bed_z, kind, iz, iy, ix, seed, step, dt, time):
    """Let the topmost living cell of a stack slide into a neighbouring stack that ends two sites or more below it.

    Living cells hold on to each other, so a sheet rearranges until its top is smooth. It takes ``time`` (h) in the
    mean; the cell goes on top of the living cells there, under what is dead or cornified. Cells on the dermis stay, and
    a gap of fewer than two living cells is left to those that crawl. A column takes part in one move a step.
    """
    ny, nx = bed_z.shape
    chance = 1.0 - math.exp(-dt / time)
    top = np.empty((ny, nx), np.int64)
    for y in range(ny):
        for x in range(nx):
            z = bed_z[y, x] - 1
            while living_at(occupant, row_of, kind, z, y, x):
                z -= 1
            top[y, x] = z + 1
    busy = np.zeros((ny, nx), np.bool_)
    for y in range(ny):
        for x in range(nx):
            z = top[y, x]
            if busy[y, x] or bed_z[y, x] - z < 3 or touches_dermis(bed_z, z, y, x):
                continue
            moved = occupant[z, y, x]
            if uniform(seed, moved, step, LEVELLING) >= chance:
                continue
            first = np.int64(bits64(seed, moved, step, LEVELLING) % np.uint64(4))
            to_y, to_x = lowest_beside(occupant, bed_z, top, 2, busy, z, y, x, first)
            if to_y < 0:
                continue
            slide(occupant, row_of, bed_z, iz, iy, ix, z, y, x, top[to_y, to_x] - 1, to_y, to_x)
            busy[y, x] = True
            busy[to_y, to_x] = True
