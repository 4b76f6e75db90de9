"""How a stratified sheet of keratinocytes keeps its top level, on bare arrays."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from mendsim.abm.agents.stacks import NEIGHBOUR_X, NEIGHBOUR_Y, lift, living_at, pull_out, stack_top, touches_dermis
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
            lowest, to_y, to_x = z + 1, -1, -1
            moved = occupant[z, y, x]
            first = np.int64(bits64(seed, moved, step, LEVELLING) % np.uint64(4))
            for turn in range(4):
                k = (first + turn) % 4
                j, i = y + NEIGHBOUR_Y[k], x + NEIGHBOUR_X[k]
                if not (0 <= j < ny and 0 <= i < nx) or busy[j, i] or bed_z[j, i] - top[j, i] < 2:
                    continue
                if top[j, i] > lowest and stack_top(occupant, bed_z, j, i) >= 0:
                    lowest, to_y, to_x = top[j, i], j, i
            if to_y < 0 or uniform(seed, moved, step, LEVELLING) >= chance:
                continue
            pull_out(occupant, row_of, iz, z, y, x)
            lift(occupant, row_of, bed_z, iz, lowest - 1, to_y, to_x)
            occupant[lowest - 1, to_y, to_x] = moved
            row = row_of[moved]
            iz[row], iy[row], ix[row] = lowest - 1, to_y, to_x
            busy[y, x] = True
            busy[to_y, to_x] = True
