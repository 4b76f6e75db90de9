"""What keratinocytes do in one step, on bare arrays.

The epidermis is a set of stacks, one for each column ``(y, x)``, standing on the dermis at ``bed_z[y, x]``. A birth
lifts what lies above it, dead cells included; a loss lets the stack sink. Columns are visited independently, and
births and moves are settled by agent id and by hash, so that no result depends on the order of rows.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from mendsim.abm.agents.moving_kernels import MOST_SUBSTEPS
from mendsim.common.philox import bits64, uniform
from mendsim.common.purposes import DESQUAMATION, DIVISION, MIGRATION_DIRECTION, MIGRATION_ORDER, READINESS, WEAR

BASAL, SPINOUS, GRANULAR, CORNEOCYTE, DEAD = 1, 2, 3, 4, 5

_NEIGHBOUR_Y = np.array([0, 0, -1, 1])
_NEIGHBOUR_X = np.array([-1, 1, 0, 0])


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
        j, i = y + _NEIGHBOUR_Y[k], x + _NEIGHBOUR_X[k]
        if 0 <= j < ny and 0 <= i < nx and z >= bed_z[j, i]:
            return True
    return False


@njit(cache=True, nogil=True)
def mature(
    occupant,
    row_of,
    bed_z,
    ripening_layers,
    kind,
    maturity,
    integrity,
    dt,
    transit,
    uncovered_transit,
    corneum_transit,
    steepness,
    granular,
):
    """Differentiate by contact: basal on the dermis, else ripening to a corneocyte, whose cohesion decays.

    Ripening speeds up with height among the ``ripening_layers`` between basal layer and corneum, as its power
    ``steepness``, so that a cell that rises evenly through them takes ``transit``. The topmost living cell ripens in
    ``uncovered_transit`` while no corneocyte covers it.
    """
    ny, nx = bed_z.shape
    for y in range(ny):
        for x in range(nx):
            z = bed_z[y, x] - 1
            covered = False
            topmost = -1
            while z >= 0 and occupant[z, y, x] > 0:
                row = row_of[occupant[z, y, x]]
                if kind[row] == CORNEOCYTE:
                    covered = True
                elif kind[row] != DEAD:
                    topmost = z
                z -= 1
            z = bed_z[y, x] - 1
            basal = 0
            while z >= 0 and occupant[z, y, x] > 0:
                row = row_of[occupant[z, y, x]]
                if touches_dermis(bed_z, z, y, x):
                    basal = bed_z[y, x] - z
                if kind[row] == CORNEOCYTE or kind[row] == DEAD:
                    integrity[row] = max(0.0, integrity[row] - dt / corneum_transit)
                elif basal == bed_z[y, x] - z:
                    kind[row] = BASAL
                    maturity[row] = 0.0
                else:
                    height = (bed_z[y, x] - basal - z - 0.5) / ripening_layers[y, x]
                    rate = (steepness + 1.0) * height**steepness / transit
                    if z == topmost and not covered:
                        rate = max(rate, 1.0 / uncovered_transit)
                    maturity[row] += dt * rate
                    if maturity[row] >= 1.0:
                        kind[row] = CORNEOCYTE
                        integrity[row] = 1.0
                    else:
                        kind[row] = GRANULAR if maturity[row] >= granular else SPINOUS
                z -= 1


@njit(cache=True, nogil=True)
def divisions(
    occupant, row_of, bed_z, half_layers, kind, cycle, uid, parents, seed, step, dt, fastest, steepness, spread
):
    """Advance the cell cycle of basal cells and list those that divide.

    The layers above a cell hold it back: its cycle runs at ``fastest / (1 + (layers / half_layers)**steepness)`` (1/h),
    dead layers not counted. Cycles differ by ``spread`` (share of a cycle). Returns the count of ids in ``parents``.
    """
    n = 0
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
                    cycle[row] += dt * fastest / (1.0 + (above / half_layers[y, x]) ** steepness)
                    if cycle[row] >= 1.0:
                        cycle[row] = spread * (uniform(seed, uid[row], step, DIVISION) - 0.5)
                        parents[n] = uid[row]
                        n += 1
                above += 1
    return n


@njit(cache=True, nogil=True)
def insert_above(occupant, row_of, bed_z, iz, parents, daughters, iy, ix):
    """Put each daughter on top of its parent and lift the rest of the stack; the lattice's top cuts what overflows.

    Returns the number of cells pushed off the lattice; their ids are left in ``parents[:count]``.
    """
    lost = 0
    for k in range(len(parents)):
        mother = row_of[parents[k]]
        y, x, base = iy[mother], ix[mother], iz[mother]
        top = stack_top(occupant, bed_z, y, x)
        if top < 0:
            cut = occupant[0, y, x]
            occupant[0, y, x] = 0
            parents[lost] = cut
            lost += 1
            top = 0
            if base == 0:
                continue
        for z in range(top, base - 1):
            moved = occupant[z + 1, y, x]
            occupant[z, y, x] = moved
            iz[row_of[moved]] = z
        occupant[base - 1, y, x] = daughters[k]
        row = row_of[daughters[k]]
        iz[row], iy[row], ix[row] = base - 1, y, x
    return lost


@njit(cache=True, nogil=True)
def shed(occupant, row_of, bed_z, kind, integrity, uid, gone, plane, seed, step, dt, wear):
    """Ids lost from the top of each stack: corneocytes without cohesion, and what stands free above the skin.

    A dead or cornified cell with at least one whole site between it and the plane of the skin (index ``plane``, the
    first below the surface) has nothing beside it and is rubbed off at rate ``wear``; so is dead matter on a finished
    stratum corneum. Returns the count in ``gone``; stacks are shortened.
    """
    n = 0
    ny, nx = bed_z.shape
    chance = 1.0 - math.exp(-wear * dt)
    for y in range(ny):
        for x in range(nx):
            z = stack_top(occupant, bed_z, y, x) + 1
            while z < bed_z[y, x]:
                row = row_of[occupant[z, y, x]]
                loose = kind[row] == CORNEOCYTE and integrity[row] <= 0.0
                if not loose and (kind[row] == CORNEOCYTE or kind[row] == DEAD):
                    free = z < plane - 1
                    if kind[row] == DEAD and z + 1 < bed_z[y, x]:
                        free = free or kind[row_of[occupant[z + 1, y, x]]] == CORNEOCYTE
                    purpose = WEAR if kind[row] == DEAD else DESQUAMATION
                    loose = free and uniform(seed, uid[row], step, purpose) < chance
                if not loose:
                    break
                gone[n] = uid[row]
                n += 1
                occupant[z, y, x] = 0
                z += 1
    return n


@njit(cache=True, nogil=True)
def _alive_count(occupant, row_of, bed_z, kind, y, x):
    """Living nucleated cells at the bottom of a stack, below any corneocyte or dead cell."""
    n = 0
    z = bed_z[y, x] - 1
    while z >= 0 and occupant[z, y, x] > 0:
        k = kind[row_of[occupant[z, y, x]]]
        if k == DEAD or k == CORNEOCYTE:
            break
        n += 1
        z -= 1
    return n


@njit(cache=True, nogil=True)
def _propose_moves(
    occupant, row_of, bed_z, living, activation, seed, step, substep, chance, chosen, target_y, target_x, ticket
):
    """Choose at most one cell of each column that would crawl into a neighbouring gap, with its target and its hash."""
    ny, nx = bed_z.shape
    for y in range(ny):
        for x in range(nx):
            if living[y, x] < 2:
                continue
            for level in range(living[y, x]):
                z = bed_z[y, x] - 1 - level
                me = occupant[z, y, x]
                row = row_of[me]
                if activation[row] <= 0.0:
                    continue
                if uniform(seed, me, step * MOST_SUBSTEPS + substep, READINESS) >= chance * activation[row]:
                    continue
                start = int(bits64(seed, me, step * MOST_SUBSTEPS + substep, MIGRATION_DIRECTION) % np.uint64(4))
                for k in range(4):
                    j, i = y + _NEIGHBOUR_Y[(start + k) % 4], x + _NEIGHBOUR_X[(start + k) % 4]
                    if j < 0 or j >= ny or i < 0 or i >= nx:
                        continue
                    entry = bed_z[j, i] - 1 - living[j, i]
                    # into a gap only; a cell climbs one site at most, down it can slide
                    if living[j, i] < 2 and living[j, i] <= level and entry >= z - 1:
                        chosen[y, x] = me
                        target_y[y, x], target_x[y, x] = j, i
                        ticket[y, x] = bits64(seed, me, step * MOST_SUBSTEPS + substep, MIGRATION_ORDER)
                        break
                if chosen[y, x] > 0:
                    break


@njit(cache=True, nogil=True)
def _pull_out(occupant, row_of, iz, z, y, x):
    """Take a cell out of its stack and let what stood on it sink."""
    while z - 1 >= 0 and occupant[z - 1, y, x] > 0:
        moved = occupant[z - 1, y, x]
        occupant[z, y, x] = moved
        iz[row_of[moved]] = z
        z -= 1
    occupant[z, y, x] = 0


@njit(cache=True, nogil=True)
def crawl(occupant, row_of, bed_z, kind, activation, iz, iy, ix, seed, step, substep, chance):
    """One substep of sideways migration into gaps; returns the number of moves.

    A living cell beside a column that holds fewer than two crawls there, under what is dead, if another living cell
    of its own stack keeps the place it leaves. Each column proposes at most one cell. A move happens if its
    hash is the smallest among all proposals that touch either of its two columns.
    """
    ny, nx = bed_z.shape
    living = np.empty((ny, nx), np.int64)
    gap = False
    for y in range(ny):
        for x in range(nx):
            living[y, x] = _alive_count(occupant, row_of, bed_z, kind, y, x)
            gap = gap or living[y, x] < 2
    if not gap:
        return 0
    chosen = np.zeros((ny, nx), np.int64)
    target_y = np.zeros((ny, nx), np.int64)
    target_x = np.zeros((ny, nx), np.int64)
    none = np.uint64(0xFFFFFFFFFFFFFFFF)
    ticket = np.full((ny, nx), none, np.uint64)
    claim = np.full((ny, nx), none, np.uint64)
    _propose_moves(
        occupant, row_of, bed_z, living, activation, seed, step, substep, chance, chosen, target_y, target_x, ticket
    )
    for y in range(ny):
        for x in range(nx):
            if chosen[y, x] > 0:
                j, i = target_y[y, x], target_x[y, x]
                claim[y, x] = min(claim[y, x], ticket[y, x])
                claim[j, i] = min(claim[j, i], ticket[y, x])
    moves = 0
    for y in range(ny):
        for x in range(nx):
            if chosen[y, x] == 0:
                continue
            j, i = target_y[y, x], target_x[y, x]
            if claim[y, x] != ticket[y, x] or claim[j, i] != ticket[y, x]:
                continue
            row = row_of[chosen[y, x]]
            entry = bed_z[j, i] - 1 - living[j, i]
            top = stack_top(occupant, bed_z, j, i)
            if top < 0:
                continue
            for z in range(top, entry):
                moved = occupant[z + 1, j, i]
                occupant[z, j, i] = moved
                iz[row_of[moved]] = z
            old = iz[row]
            occupant[entry, j, i] = chosen[y, x]
            iz[row], iy[row], ix[row] = entry, j, i
            _pull_out(occupant, row_of, iz, old, y, x)
            moves += 1
    return moves


@njit(cache=True, nogil=True)
def activate(rows, iz, iy, ix, kind, cytokine, activation, factor, dt, half_effect, time):
    """Follow the cytokine: activation relaxes towards c / (half + c) with the time of protein synthesis."""
    share = 1.0 - math.exp(-dt / time)
    for row in rows:
        if kind[row] == CORNEOCYTE or kind[row] == DEAD:
            activation[row] = 0.0
            continue
        c = cytokine[iz[row] // factor, iy[row] // factor, ix[row] // factor]
        activation[row] += (c / (half_effect + c) - activation[row]) * share


@njit(cache=True, nogil=True)
def secrete_at_edge(occupant, row_of, bed_z, kind, activation, source, factor, quanta):
    """Add the secretion of basal cells at an edge or over a clot, in proportion to their activation."""
    ny, nx = bed_z.shape
    for y in range(ny):
        for x in range(nx):
            z = bed_z[y, x] - 1
            if z >= 0 and occupant[z, y, x] > 0:
                row = row_of[occupant[z, y, x]]
                if kind[row] == BASAL and activation[row] > 0.0:
                    source[z // factor, y // factor, x // factor] += np.int64(quanta * activation[row])
