"""Stacks of keratinocytes, one for each column ``(y, x)``, that stand without gaps on the dermis at ``bed_z[y, x]``.

Columns are visited in the order of their places, births in that of ids, and draws and ties go by hash of the id, so
that no result depends on the order of rows.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from mendsim.common.philox import bits64, uniform

BASAL, SPINOUS, GRANULAR, CORNEOCYTE, DEAD = 1, 2, 3, 4, 5

NEIGHBOUR_Y = np.array([0, 0, -1, 1])
NEIGHBOUR_X = np.array([-1, 1, 0, 0])


@njit(cache=True, nogil=True)
def stack_top(occupant, bed_z, y, x):
    """First free index above the stack of column (y, x), going up from the bed."""
    z = bed_z[y, x] - 1
    while z >= 0 and occupant[z, y, x] > 0:
        z -= 1
    return z


@njit(cache=True, nogil=True)
def touches_dermis(bed_z, z, y, x):
    """Whether a keratinocyte in this site touches the basement membrane, below or beside it."""
    if z == bed_z[y, x] - 1:
        return True
    ny, nx = bed_z.shape
    for k in range(4):
        j, i = y + NEIGHBOUR_Y[k], x + NEIGHBOUR_X[k]
        if 0 <= j < ny and 0 <= i < nx and z >= bed_z[j, i]:
            return True
    return False


@njit(cache=True, nogil=True)
def living_at(occupant, row_of, kind, z, y, x):
    """Whether a living, nucleated keratinocyte fills this site."""
    nz, ny, nx = occupant.shape
    if z < 0 or z >= nz or y < 0 or y >= ny or x < 0 or x >= nx or occupant[z, y, x] <= 0:
        return False
    return kind[row_of[occupant[z, y, x]]] < CORNEOCYTE


@njit(cache=True, nogil=True)
def lift(occupant, row_of, bed_z, iz, base, y, x):
    """Raise what stands at ``base`` and above by one site, so that ``base`` is free.

    Returns the id of the cell that the lattice's top cuts off, or 0.
    """
    top = stack_top(occupant, bed_z, y, x)
    cut = 0
    if top < 0:
        cut = occupant[0, y, x]
        occupant[0, y, x] = 0
        top = 0
    for z in range(top, base):
        moved = occupant[z + 1, y, x]
        occupant[z, y, x] = moved
        iz[row_of[moved]] = z
    occupant[base, y, x] = 0
    return cut


@njit(cache=True, nogil=True)
def pull_out(occupant, row_of, iz, z, y, x):
    """Take a cell out of its stack and let what stood on it sink."""
    while z - 1 >= 0 and occupant[z - 1, y, x] > 0:
        moved = occupant[z - 1, y, x]
        occupant[z, y, x] = moved
        iz[row_of[moved]] = z
        z -= 1
    occupant[z, y, x] = 0


@njit(cache=True, nogil=True)
def topped_by_dead(occupant, row_of, bed_z, kind, y, x):
    """Whether a column is topped by dead matter: a dead cell, with nothing but corneocytes on it."""
    z = stack_top(occupant, bed_z, y, x) + 1
    while z < bed_z[y, x] and kind[row_of[occupant[z, y, x]]] == CORNEOCYTE:
        z += 1
    return z < bed_z[y, x] and kind[row_of[occupant[z, y, x]]] == DEAD


@njit(cache=True, nogil=True)
def lowest_beside(occupant, bed_z, top, least, busy, z, y, x, first):
    """Find the neighbour of a column that ends lowest, by ``top``, two sites or more below z; -1, -1 for none.

    Left out are columns marked busy, those with fewer than ``least`` sites from the bed up to ``top``, and those that
    reach the top of the lattice. Neighbours are asked from number ``first`` on, so that none is favoured.
    """
    ny, nx = bed_z.shape
    lowest, to_y, to_x = z + 1, -1, -1
    for turn in range(4):
        k = (first + turn) % 4
        j, i = y + NEIGHBOUR_Y[k], x + NEIGHBOUR_X[k]
        if not (0 <= j < ny and 0 <= i < nx) or busy[j, i] or bed_z[j, i] - top[j, i] < least:
            continue
        if top[j, i] > lowest and stack_top(occupant, bed_z, j, i) >= 0:
            lowest, to_y, to_x = top[j, i], j, i
    return to_y, to_x


@njit(cache=True, nogil=True)
def slide(occupant, row_of, bed_z, iz, iy, ix, z, y, x, to_z, to_y, to_x):
    """Move a cell from one stack into another, lifting what stood in its new place."""
    moved = occupant[z, y, x]
    pull_out(occupant, row_of, iz, z, y, x)
    lift(occupant, row_of, bed_z, iz, to_z, to_y, to_x)
    occupant[to_z, to_y, to_x] = moved
    row = row_of[moved]
    iz[row], iy[row], ix[row] = to_z, to_y, to_x


@njit(cache=True, nogil=True)
def slide_down(occupant, row_of, bed_z, iz, iy, ix, top, moves, least, seed, step, chance, purpose):
    """Let cells at ``top`` of columns that ``moves`` marks slide, by chance, on top of a neighbour that ends lower.

    ``top`` and ``moves`` are ``(ny, nx)``; ``least`` is that of :func:`lowest_beside`. A column takes part in one move.
    """
    ny, nx = bed_z.shape
    busy = np.zeros((ny, nx), np.bool_)
    for y in range(ny):
        for x in range(nx):
            z = top[y, x]
            if busy[y, x] or not moves[y, x]:
                continue
            moved = occupant[z, y, x]
            if uniform(seed, moved, step, purpose) >= chance:
                continue
            first = np.int64(bits64(seed, moved, step, purpose) % np.uint64(4))
            to_y, to_x = lowest_beside(occupant, bed_z, top, least, busy, z, y, x, first)
            if to_y < 0:
                continue
            slide(occupant, row_of, bed_z, iz, iy, ix, z, y, x, top[to_y, to_x] - 1, to_y, to_x)
            busy[y, x] = True
            busy[to_y, to_x] = True
