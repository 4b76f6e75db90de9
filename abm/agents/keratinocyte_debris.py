"""How debris shrinks, slumps, and tumbles into an open channel, on bare arrays."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from mendsim.abm.agents.stacks import (
    CORNEOCYTE,
    DEAD,
    NEIGHBOUR_X,
    NEIGHBOUR_Y,
    pull_out,
    slide_down,
    stack_top,
    topped_by_dead,
)
from mendsim.common.philox import bits64, uniform
from mendsim.common.purposes import SHRINKAGE, SLUMP, TUMBLE


@njit(cache=True, nogil=True)
def shrink(occupant, row_of, bed_z, kind, packed, melanin, alarmin, iz, gone, seed, step, dt, time, most):
    """Let dead cells that lie on each other share a site as they lose water, up to ``most`` of them.

    A pair does so in ``time`` (h) in the mean: the lower takes over what the upper holds, and the stack sinks. Returns
    the count of the ids in ``gone``.
    """
    n = 0
    ny, nx = bed_z.shape
    chance = 1.0 - math.exp(-dt / time)
    for y in range(ny):
        for x in range(nx):
            z = bed_z[y, x] - 2
            while z >= 0 and occupant[z, y, x] > 0:
                upper, lower = row_of[occupant[z, y, x]], row_of[occupant[z + 1, y, x]]
                fits = kind[upper] == DEAD and kind[lower] == DEAD and packed[upper] + packed[lower] <= most
                if fits and uniform(seed, occupant[z, y, x], step, SHRINKAGE) < chance:
                    packed[lower] += packed[upper]
                    melanin[lower] += melanin[upper]
                    alarmin[lower] += alarmin[upper]
                    gone[n] = occupant[z, y, x]
                    n += 1
                    pull_out(occupant, row_of, iz, z, y, x)
                else:
                    z -= 1
    return n


@njit(cache=True, nogil=True)
def slump(occupant, row_of, bed_z, kind, iz, iy, ix, seed, step, dt, time):
    """Let the topmost dead cell of a stack sink into dead matter beside it that ends two sites or more below it.

    It takes ``time`` (h) in the mean. A column takes part in one move a step.
    """
    ny, nx = bed_z.shape
    chance = 1.0 - math.exp(-dt / time)
    top = np.full((ny, nx), -1, np.int64)
    for y in range(ny):
        for x in range(nx):
            z = bed_z[y, x] - 1
            while z >= 0 and occupant[z, y, x] > 0:
                if kind[row_of[occupant[z, y, x]]] == DEAD:
                    top[y, x] = z
                z -= 1
    slide_down(occupant, row_of, bed_z, iz, iy, ix, top, top >= 0, 0, seed, step, chance, SLUMP)


@njit(cache=True, nogil=True)
def fall(occupant, row_of, bed_z, kind, iz, iy, ix, packed, mend, seed, step, dt, wear):
    """Let what tops a dead column tumble into an open pit beside it, a site or more deep, at rate ``wear``.

    A pit is open where no corneocyte tops it; of several the deepest is taken. A corneocyte that falls in is debris,
    belongs to the MEND that it lay on, and does not count among dead cells. A column takes part in one fall a step.
    """
    ny, nx = bed_z.shape
    chance = 1.0 - math.exp(-wear * dt)
    busy = np.zeros((ny, nx), np.bool_)
    for y in range(ny):
        for x in range(nx):
            z = stack_top(occupant, bed_z, y, x) + 1
            if busy[y, x] or z >= bed_z[y, x] or not topped_by_dead(occupant, row_of, bed_z, kind, y, x):
                continue
            moved = occupant[z, y, x]
            if uniform(seed, moved, step, TUMBLE) >= chance:
                continue
            landing, to_y, to_x = z + 1, -1, -1
            first = np.int64(bits64(seed, moved, step, TUMBLE) % np.uint64(4))
            for turn in range(4):
                k = (first + turn) % 4
                j, i = y + NEIGHBOUR_Y[k], x + NEIGHBOUR_X[k]
                if not (0 <= j < ny and 0 <= i < nx) or busy[j, i]:
                    continue
                free = stack_top(occupant, bed_z, j, i)
                covered = free + 1 < bed_z[j, i] and kind[row_of[occupant[free + 1, j, i]]] == CORNEOCYTE
                if free > landing and not covered:
                    landing, to_y, to_x = free, j, i
            if to_y < 0:
                continue
            row = row_of[moved]
            below = z
            while kind[row_of[occupant[below, y, x]]] != DEAD:
                below += 1
            mend[row] = mend[row_of[occupant[below, y, x]]]
            if kind[row] == CORNEOCYTE:
                kind[row] = DEAD
                packed[row] = 0
            occupant[z, y, x] = 0
            iz[row], iy[row], ix[row] = landing, to_y, to_x
            occupant[landing, to_y, to_x] = moved
            busy[y, x] = True
            busy[to_y, to_x] = True
