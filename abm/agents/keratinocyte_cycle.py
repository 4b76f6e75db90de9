"""How keratinocytes divide, ripen and are pushed along the basement membrane, on bare arrays."""

from __future__ import annotations

import numpy as np
from numba import njit

from mendsim.abm.agents.stacks import (
    BASAL,
    CORNEOCYTE,
    DEAD,
    GRANULAR,
    NEIGHBOUR_X,
    NEIGHBOUR_Y,
    SPINOUS,
    lift,
    living_at,
    slide,
    stack_top,
    touches_dermis,
)
from mendsim.common.philox import bits64, uniform
from mendsim.common.purposes import DIVISION, MIGRATION_DIRECTION, SPREADING

_LEAST_SPARE = 0.1
"""Corneocytes beyond the innermost, at least: on a lattice so fine that there would be none."""


@njit(cache=True, nogil=True)
def mature(
    occupant,
    row_of,
    bed_z,
    ripening_layers,
    corneum_layers,
    kind,
    maturity,
    integrity,
    dt,
    transit,
    uncovered_transit,
    corneum_transit,
    steepness,
    desquamation_steepness,
    granular,
    reach,
    fresh,
):
    """Differentiate by contact: basal on the dermis, else ripening to a corneocyte; the outermost loses cohesion.

    Ripening speeds up with height among the ``ripening_layers`` between basal layer and corneum, as its power
    ``steepness``, so that a cell that rises evenly through them takes ``transit``. Where corneum is lacking on living
    cells, over the ``reach`` of a corneocyte, the topmost one cornifies faster: in ``uncovered_transit`` where there is
    none. Bonds between corneocytes are digested at the surface, as the
    power ``desquamation_steepness`` of the number that lie there beyond the innermost, which living cells hold; where
    there are ``corneum_layers`` (their usual number), each stays for ``corneum_transit``.
    Returns the number of cells that cornified; their ids are left in ``fresh``.
    """
    n = 0
    ny, nx = bed_z.shape
    cornified, attached = _corneocytes(occupant, row_of, bed_z, kind)
    for y in range(ny):
        for x in range(nx):
            basal = 0
            z = bed_z[y, x] - 1
            while z >= 0 and occupant[z, y, x] > 0:
                row = row_of[occupant[z, y, x]]
                above = occupant[z - 1, y, x] if z > 0 else 0
                if touches_dermis(bed_z, z, y, x):
                    basal = bed_z[y, x] - z
                if kind[row] == CORNEOCYTE:
                    if above <= 0:
                        spare = max(0.0, cornified[y, x] - 1.0) / max(corneum_layers - 1.0, _LEAST_SPARE)
                        integrity[row] -= dt * spare**desquamation_steepness * corneum_layers / corneum_transit
                elif kind[row] != DEAD and basal == bed_z[y, x] - z:
                    kind[row] = BASAL
                    maturity[row] = 0.0
                elif kind[row] != DEAD:
                    height = (bed_z[y, x] - basal - z - 0.5) / ripening_layers[y, x]
                    rate = (steepness + 1.0) * height**steepness / transit
                    if not living_at(occupant, row_of, kind, z - 1, y, x):
                        lacking = max(0.0, 1.0 - _mean_around(attached, reach, y, x) / corneum_layers)
                        rate = max(rate, lacking / uncovered_transit)
                    maturity[row] += dt * rate
                    if maturity[row] >= 1.0:
                        kind[row] = CORNEOCYTE
                        integrity[row] = 1.0
                        fresh[n] = occupant[z, y, x]
                        n += 1
                    else:
                        kind[row] = GRANULAR if maturity[row] >= granular else SPINOUS
                z -= 1
    return n


@njit(cache=True, nogil=True)
def spread(occupant, row_of, bed_z, kind, iz, iy, ix, fresh, reach, seed, step):
    """Let each new corneocyte, as it flattens over its neighbours, come to lie where the corneum is thinnest.

    It goes under the corneocytes of that column, on its topmost living cell, if they are fewer there by two.
    """
    ny, nx = bed_z.shape
    cornified, _ = _corneocytes(occupant, row_of, bed_z, kind)
    for k in range(len(fresh)):
        row = row_of[fresh[k]]
        y, x, z = iy[row], ix[row], iz[row]
        thinnest, to_y, to_x, to_z = cornified[y, x] - 1, -1, -1, -1
        side = 2 * reach + 1
        first = np.int64(bits64(seed, fresh[k], step, SPREADING) % np.uint64(side * side))
        for turn in range(side * side):
            at = (first + turn) % (side * side)
            j, i = y - reach + at // side, x - reach + at % side
            if not (0 <= j < ny and 0 <= i < nx) or cornified[j, i] >= thinnest:
                continue
            place = bed_z[j, i] - 1
            while living_at(occupant, row_of, kind, place, j, i):
                place -= 1
            if 0 <= place < bed_z[j, i] - 1 and stack_top(occupant, bed_z, j, i) >= 0:
                thinnest, to_y, to_x, to_z = cornified[j, i], j, i, place
        if to_y < 0:
            continue
        cornified[y, x] -= 1
        cornified[to_y, to_x] += 1
        slide(occupant, row_of, bed_z, iz, iy, ix, z, y, x, to_z, to_y, to_x)


@njit(cache=True, nogil=True)
def _corneocytes(occupant, row_of, bed_z, kind):
    """Corneocytes in each column, and those among them with no dead matter beneath, ``(ny, nx)``."""
    ny, nx = bed_z.shape
    count, attached = np.zeros((ny, nx), np.int64), np.zeros((ny, nx), np.int64)
    for y in range(ny):
        for x in range(nx):
            z = bed_z[y, x] - 1
            dead = False
            while z >= 0 and occupant[z, y, x] > 0:
                dead = dead or kind[row_of[occupant[z, y, x]]] == DEAD
                if kind[row_of[occupant[z, y, x]]] == CORNEOCYTE:
                    count[y, x] += 1
                    attached[y, x] += not dead
                z -= 1
    return count, attached


@njit(cache=True, nogil=True)
def _mean_around(count, reach, y, x):
    """Mean of a map over the columns that a corneocyte covers."""
    ny, nx = count.shape
    total, columns = 0, 0
    for j in range(max(0, y - reach), min(ny, y + reach + 1)):
        for i in range(max(0, x - reach), min(nx, x + reach + 1)):
            total += count[j, i]
            columns += 1
    return total / columns


@njit(cache=True, nogil=True)
def divisions(
    occupant,
    row_of,
    bed_z,
    half_layers,
    niche,
    kind,
    cycle,
    divisions_left,
    uid,
    parents,
    seed,
    step,
    dt,
    fastest,
    steepness,
    spread,
    amplifying,
):
    """Advance the cell cycle of basal cells and list those that divide.

    The layers above a cell hold it back: its cycle runs at ``fastest / (1 + (layers / half_layers)**steepness)`` (1/h,
    ``fastest`` by row), dead layers not counted. Cycles differ by ``spread`` (share of a cycle). A cell in a niche is
    a stem cell and never tires; away from it a cell that has done its amplifying divisions rests. Returns the count of
    ids in ``parents`` and the sum of all rates (1/h).
    """
    n, rates = 0, 0.0
    ny, nx = bed_z.shape
    for y in range(ny):
        for x in range(nx):
            top = stack_top(occupant, bed_z, y, x)
            above = 0
            for z in range(top + 1, bed_z[y, x]):
                row = row_of[occupant[z, y, x]]
                if kind[row] == DEAD:
                    continue
                if kind[row] == BASAL:
                    if niche[y, x] and z == bed_z[y, x] - 1:
                        divisions_left[row] = amplifying
                    if divisions_left[row] > 0:
                        rate = fastest[row] / (1.0 + (above / half_layers[y, x]) ** steepness)
                        rates += rate
                        cycle[row] += dt * rate
                        if cycle[row] >= 1.0:
                            cycle[row] = spread * (uniform(seed, uid[row], step, DIVISION) - 0.5)
                            divisions_left[row] -= 1
                            parents[n] = uid[row]
                            n += 1
                above += 1
    return n, rates


@njit(cache=True, nogil=True)
def _tired(occupant, row_of, bed_z, kind, divisions_left, y, x):
    """Whether the cell on the bed of this column is a basal cell that divides no more."""
    row = row_of[occupant[bed_z[y, x] - 1, y, x]]
    return kind[row] == BASAL and divisions_left[row] == 0


@njit(cache=True, nogil=True)
def _nearest_tired(occupant, row_of, bed_z, kind, divisions_left, reach, y, x, ticket):
    """Direction and distance of the nearest tired basal cell within reach along an unbroken layer; distance 0: none."""
    ny, nx = bed_z.shape
    best, way = np.int64(0), np.int64(0)
    for turn in range(4):
        k = np.int64((ticket + np.uint64(turn)) % np.uint64(4))
        for d in range(1, reach + 1):
            j, i = y + d * NEIGHBOUR_Y[k], x + d * NEIGHBOUR_X[k]
            if j < 0 or j >= ny or i < 0 or i >= nx or (best > 0 and d >= best):
                break
            if not living_at(occupant, row_of, kind, bed_z[j, i] - 1, j, i):
                break
            if _tired(occupant, row_of, bed_z, kind, divisions_left, j, i):
                best, way = np.int64(d), k
                break
    return best, way


@njit(cache=True, nogil=True)
def place_daughters(occupant, row_of, bed_z, kind, divisions_left, iz, iy, ix, parents, daughters, reach, seed, step):
    """Find a place for each daughter: in the basal layer if a tired cell is near, else on top of its mother.

    In the basal layer the daughter pushes the cells between along the membrane by one place, and the tired one off it,
    up into its stack. On top, it lifts the rest of its mother's stack. The top of the lattice cuts what overflows.
    Returns the number of cells cut off; their ids are left in ``parents[:count]``.
    """
    lost = 0
    for k in range(len(parents)):
        mother = row_of[parents[k]]
        daughter = row_of[daughters[k]]
        y, x, base = iy[mother], ix[mother], iz[mother]
        divisions_left[daughter] = divisions_left[mother]
        distance, way = 0, 0
        if base == bed_z[y, x] - 1:
            ticket = bits64(seed, parents[k], step, MIGRATION_DIRECTION)
            distance, way = _nearest_tired(occupant, row_of, bed_z, kind, divisions_left, reach, y, x, ticket)
        if distance == 0:
            if base == 0:
                cut = daughters[k]
            else:
                cut = lift(occupant, row_of, bed_z, iz, base - 1, y, x)
                occupant[base - 1, y, x] = daughters[k]
                iz[daughter], iy[daughter], ix[daughter] = base - 1, y, x
        else:
            j, i = y + distance * NEIGHBOUR_Y[way], x + distance * NEIGHBOUR_X[way]
            cut = lift(occupant, row_of, bed_z, iz, bed_z[j, i] - 1, j, i)
            for d in range(distance, 0, -1):
                j, i = y + d * NEIGHBOUR_Y[way], x + d * NEIGHBOUR_X[way]
                if d > 1:
                    q, p = j - NEIGHBOUR_Y[way], i - NEIGHBOUR_X[way]
                    moved = occupant[bed_z[q, p] - 1, q, p]
                else:
                    moved = daughters[k]
                row = row_of[moved]
                occupant[bed_z[j, i] - 1, j, i] = moved
                iz[row], iy[row], ix[row] = bed_z[j, i] - 1, j, i
            kind[daughter] = BASAL
        if cut > 0:
            parents[lost] = cut
            lost += 1
    return lost
