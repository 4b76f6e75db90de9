"""How the epidermis loses corneocytes and dead matter at its surface, on bare arrays."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from mendsim.abm.agents.stacks import CORNEOCYTE, DEAD, NEIGHBOUR_X, NEIGHBOUR_Y, living_at, stack_top, topped_by_dead
from mendsim.common.philox import uniform
from mendsim.common.purposes import DESQUAMATION, WEAR


@njit(cache=True, nogil=True)
def _stands_free(occupant, bed_z, z, y, x):
    """Whether nothing stands beside a site nor beside the one below it: it sticks out of the surface."""
    ny, nx = bed_z.shape
    for k in range(4):
        j, i = y + NEIGHBOUR_Y[k], x + NEIGHBOUR_X[k]
        if 0 <= j < ny and 0 <= i < nx and (z + 1 >= bed_z[j, i] or occupant[z + 1, j, i] > 0):
            return False
    return True


@njit(cache=True, nogil=True)
def _lowest_dead(occupant, row_of, bed_z, kind, most_buried, y, x):
    """Index of the lowest dead cell of a column, -1 if it has none, and whether something living holds its dead cells.

    They are held where no finished stratum corneum lies beneath them, and where living cells bury the share
    ``most_buried`` of their sides: until then they cannot come off.
    """
    base, buried, sides = -1, 0, 0
    on_corneum = False
    ny, nx = bed_z.shape
    z = bed_z[y, x] - 1
    while z >= 0 and occupant[z, y, x] > 0:
        if kind[row_of[occupant[z, y, x]]] == DEAD:
            if base < 0:
                base = z
                on_corneum = z + 1 < bed_z[y, x] and kind[row_of[occupant[z + 1, y, x]]] == CORNEOCYTE
            for k in range(4):
                j, i = y + NEIGHBOUR_Y[k], x + NEIGHBOUR_X[k]
                if 0 <= j < ny and 0 <= i < nx:
                    sides += 1
                    buried += living_at(occupant, row_of, kind, z, j, i)
        z -= 1
    return base, not on_corneum or buried >= most_buried * sides


@njit(cache=True, nogil=True)
def _flakes(base, held, most_held):
    """Tell to which loose piece of dead columns, side by side, each column belongs; 0 for none.

    Dead cells cling to each other: a piece comes off whole, once no more than the share ``most_held`` of its columns is
    held.
    """
    ny, nx = base.shape
    piece = np.zeros((ny, nx), np.int64)
    members = np.empty(ny * nx, np.int64)
    count = 0
    for start in range(ny * nx):
        if base[start // nx, start % nx] < 0 or piece[start // nx, start % nx] != 0:
            continue
        count += 1
        members[0] = start
        piece[start // nx, start % nx] = count
        found, done, holding = 1, 0, 0
        while done < found:
            y, x = members[done] // nx, members[done] % nx
            done += 1
            holding += held[y, x]
            for k in range(4):
                j, i = y + NEIGHBOUR_Y[k], x + NEIGHBOUR_X[k]
                if 0 <= j < ny and 0 <= i < nx and base[j, i] >= 0 and piece[j, i] == 0:
                    piece[j, i] = count
                    members[found] = j * nx + i
                    found += 1
        if holding > most_held * found:
            for m in range(found):
                piece[members[m] // nx, members[m] % nx] = -count
    return np.maximum(piece, 0)


@njit(cache=True, nogil=True)
def shed(occupant, row_of, bed_z, kind, integrity, uid, gone, seed, step, dt, wear, most_held, most_buried):
    """Ids lost from the top of each stack: corneocytes without cohesion, and dead matter that nothing holds.

    What holds on nothing is rubbed off at rate ``wear``: a loose piece of debris at once, with what lies on it, and
    what sticks out of the surface on top of dead cells. Returns the count in ``gone``; stacks are shortened.
    """
    n = 0
    ny, nx = bed_z.shape
    chance = 1.0 - math.exp(-wear * dt)
    base = np.empty((ny, nx), np.int64)
    held = np.empty((ny, nx), np.int64)
    for y in range(ny):
        for x in range(nx):
            base[y, x], held[y, x] = _lowest_dead(occupant, row_of, bed_z, kind, most_buried, y, x)
    flake = _flakes(base, held, most_held)
    ticket = np.full(flake.max() + 1, np.int64(2**62))
    for y in range(ny):
        for x in range(nx):
            if flake[y, x] > 0:
                ticket[flake[y, x]] = min(ticket[flake[y, x]], occupant[base[y, x], y, x])
    for y in range(ny):
        for x in range(nx):
            z = stack_top(occupant, bed_z, y, x) + 1
            if flake[y, x] > 0 and uniform(seed, ticket[flake[y, x]], step, WEAR) < chance:
                while z <= base[y, x]:
                    gone[n] = occupant[z, y, x]
                    n += 1
                    occupant[z, y, x] = 0
                    z += 1
            on_dead = topped_by_dead(occupant, row_of, bed_z, kind, y, x)
            while z < bed_z[y, x]:
                row = row_of[occupant[z, y, x]]
                if kind[row] != CORNEOCYTE and kind[row] != DEAD:
                    break
                loose = kind[row] == CORNEOCYTE and integrity[row] <= 0.0
                if on_dead and _stands_free(occupant, bed_z, z, y, x):
                    loose = loose or uniform(seed, uid[row], step, DESQUAMATION) < chance
                if not loose:
                    break
                gone[n] = uid[row]
                n += 1
                occupant[z, y, x] = 0
                z += 1
    return n
