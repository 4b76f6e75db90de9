"""How keratinocytes close a gap from the sides, on bare arrays."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from mendsim.abm.agents.moving_kernels import MOST_SUBSTEPS
from mendsim.abm.agents.stacks import BASAL, CORNEOCYTE, DEAD, NEIGHBOUR_X, NEIGHBOUR_Y, lift, pull_out, stack_top
from mendsim.common.philox import bits64, uniform
from mendsim.common.purposes import MIGRATION_DIRECTION, MIGRATION_ORDER, READINESS


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
    occupant,
    row_of,
    bed_z,
    living,
    activation,
    pace,
    seed,
    step,
    substep,
    chance,
    climb,
    chosen,
    target_y,
    target_x,
    ticket,
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
                ready = uniform(seed, me, step * MOST_SUBSTEPS + substep, READINESS)
                if ready >= chance * activation[row]:
                    continue
                start = int(bits64(seed, me, step * MOST_SUBSTEPS + substep, MIGRATION_DIRECTION) % np.uint64(4))
                for k in range(4):
                    j, i = y + NEIGHBOUR_Y[(start + k) % 4], x + NEIGHBOUR_X[(start + k) % 4]
                    if j < 0 or j >= ny or i < 0 or i >= nx:
                        continue
                    entry = bed_z[j, i] - 1 - living[j, i]
                    # into a gap only; down it can slide
                    if ready >= chance * activation[row] * pace[j, i]:
                        continue
                    if living[j, i] < 2 and living[j, i] <= level and entry >= z - climb:
                        chosen[y, x] = me
                        target_y[y, x], target_x[y, x] = j, i
                        ticket[y, x] = bits64(seed, me, step * MOST_SUBSTEPS + substep, MIGRATION_ORDER)
                        break
                if chosen[y, x] > 0:
                    break


@njit(cache=True, nogil=True)
def crawl(occupant, row_of, bed_z, kind, activation, pace, iz, iy, ix, seed, step, substep, chance, climb):
    """One substep of sideways migration into gaps; returns whether there is any gap.

    A living cell beside a column that holds fewer than two crawls there, under what is dead, if another living cell
    of its own stack keeps the place it leaves; up the bed it climbs ``climb`` sites at most. Into columns with a dry
    bed or one of fibrin it is slower by ``pace``, ``(ny, nx)``, 0 to 1. Each column proposes at most one cell. A move
    happens if its hash is the smallest among all proposals that touch either of its two columns.
    """
    ny, nx = bed_z.shape
    living = np.empty((ny, nx), np.int64)
    gap = False
    for y in range(ny):
        for x in range(nx):
            living[y, x] = _alive_count(occupant, row_of, bed_z, kind, y, x)
            gap = gap or living[y, x] < 2
    if not gap:
        return False
    chosen = np.zeros((ny, nx), np.int64)
    target_y = np.zeros((ny, nx), np.int64)
    target_x = np.zeros((ny, nx), np.int64)
    none = np.uint64(0xFFFFFFFFFFFFFFFF)
    ticket = np.full((ny, nx), none, np.uint64)
    claim = np.full((ny, nx), none, np.uint64)
    _propose_moves(
        occupant,
        row_of,
        bed_z,
        living,
        activation,
        pace,
        seed,
        step,
        substep,
        chance,
        climb,
        chosen,
        target_y,
        target_x,
        ticket,
    )
    for y in range(ny):
        for x in range(nx):
            if chosen[y, x] > 0:
                j, i = target_y[y, x], target_x[y, x]
                claim[y, x] = min(claim[y, x], ticket[y, x])
                claim[j, i] = min(claim[j, i], ticket[y, x])
    for y in range(ny):
        for x in range(nx):
            if chosen[y, x] == 0:
                continue
            j, i = target_y[y, x], target_x[y, x]
            if claim[y, x] != ticket[y, x] or claim[j, i] != ticket[y, x]:
                continue
            row = row_of[chosen[y, x]]
            entry = bed_z[j, i] - 1 - living[j, i]
            if stack_top(occupant, bed_z, j, i) < 0:
                continue
            lift(occupant, row_of, bed_z, iz, entry, j, i)
            old = iz[row]
            occupant[entry, j, i] = chosen[y, x]
            iz[row], iy[row], ix[row] = entry, j, i
            pull_out(occupant, row_of, iz, old, y, x)
    return True


@njit(cache=True, nogil=True)
def near_gap(occupant, row_of, bed_z, kind, reach, near):
    """Mark columns within ``reach`` columns of a gap, bool ``(ny, nx)``; a gap holds fewer than two living cells."""
    ny, nx = bed_z.shape
    near[...] = False
    for y in range(ny):
        for x in range(nx):
            if _alive_count(occupant, row_of, bed_z, kind, y, x) < 2:
                for j in range(max(0, y - reach), min(ny, y + reach + 1)):
                    for i in range(max(0, x - reach), min(nx, x + reach + 1)):
                        near[j, i] = True


@njit(cache=True, nogil=True)
def activate(rows, iz, iy, ix, kind, near, cytokine, activation, factor, dt, half_effect, time):
    """Follow cytokine and lost neighbours: activation relaxes towards c / (half + c), or 1 near a gap, in ``time``."""
    share = 1.0 - math.exp(-dt / time)
    for row in rows:
        if kind[row] == CORNEOCYTE or kind[row] == DEAD:
            activation[row] = 0.0
            continue
        c = cytokine[iz[row] // factor, iy[row] // factor, ix[row] // factor]
        wish = 1.0 if near[iy[row], ix[row]] else c / (half_effect + c)
        activation[row] += (wish - activation[row]) * share


@njit(cache=True, nogil=True)
def secrete_at_edge(occupant, row_of, bed_z, kind, activation, source, factor, quanta):
    """Add the secretion of the cells on the bed, in proportion to their activation."""
    ny, nx = bed_z.shape
    for y in range(ny):
        for x in range(nx):
            z = bed_z[y, x] - 1
            if z >= 0 and occupant[z, y, x] > 0:
                row = row_of[occupant[z, y, x]]
                if kind[row] == BASAL and activation[row] > 0.0:
                    source[z // factor, y // factor, x // factor] += np.int64(quanta * activation[row])
