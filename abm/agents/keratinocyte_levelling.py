"""How a stratified sheet of keratinocytes keeps its top level, on bare arrays."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from mendsim.abm.agents.stacks import living_at, slide_down, touches_dermis
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
    moves = np.empty((ny, nx), np.bool_)
    for y in range(ny):
        for x in range(nx):
            z = bed_z[y, x] - 1
            while living_at(occupant, row_of, kind, z, y, x):
                z -= 1
            top[y, x] = z + 1
            moves[y, x] = bed_z[y, x] - top[y, x] >= 3 and not touches_dermis(bed_z, top[y, x], y, x)
    slide_down(occupant, row_of, bed_z, iz, iy, ix, top, moves, 2, seed, step, chance, LEVELLING)
