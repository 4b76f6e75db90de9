"""What fibroblasts do in one step, on bare arrays. Positions in um, concentrations in ng/mL, time in h."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from mendsim.abm.agents.moving_kernels import passable, read, site_of
from mendsim.abm.tissue import CLOT, DERMIS
from mendsim.common.philox import uniform, uniform_pair
from mendsim.common.purposes import APOPTOSIS, CONTACT_GUIDANCE, DIVISION, MIGRATION_DIRECTION, MIGRATION_ORDER

QUIESCENT, ACTIVATED, MYOFIBROBLAST = 0, 1, 2


@njit(cache=True, nogil=True)
def respond(
    rows,
    x,
    y,
    z,
    tgf,
    activation,
    differentiation,
    state,
    spacing,
    factor,
    dt,
    half_effect,
    rise_time,
    fall_time,
    myo_half_effect,
    myo_time,
):
    """Follow TGF-beta1: activation rises faster than it falls; contractile differentiation takes days.

    States are names for the two levels: past one half of the way the cell counts as activated, or as myofibroblast.
    """
    rise, fall = 1.0 - math.exp(-dt / rise_time), 1.0 - math.exp(-dt / fall_time)
    myo_share = 1.0 - math.exp(-dt / myo_time)
    coarse = spacing * factor
    for row in rows:
        c = read(tgf, x[row], y[row], z[row], coarse)
        gap = c / (half_effect + c) - activation[row]
        activation[row] += gap * (rise if gap > 0.0 else fall)
        differentiation[row] += (activation[row] * c / (myo_half_effect + c) - differentiation[row]) * myo_share
        if differentiation[row] > 0.5:
            state[row] = MYOFIBROBLAST
        elif activation[row] > 0.5:
            state[row] = ACTIVATED
        else:
            state[row] = QUIESCENT


@njit(cache=True, nogil=True)
def migrate(
    rows,
    uid,
    tgf,
    code,
    order_cos,
    order_sin,
    x,
    y,
    z,
    direction_x,
    direction_y,
    direction_z,
    activation,
    spacing,
    factor,
    seed,
    step,
    dt,
    speed,
    chemotaxis,
    persistence,
):
    """Crawl at ``speed`` times activation, straight on for the time ``persistence`` in the mean, then turn.

    A turning cell goes up the TGF-beta1 gradient with probability ``chemotaxis``, else it is guided by contact: with a
    probability equal to the fibres' order it follows them one way or the other, else it goes anywhere. A step that
    would leave dermis and clot is not taken and ends in a turn. Fibres are laid along the last direction.
    """
    nz, ny, nx = tgf.shape
    turning = 1.0 - math.exp(-dt / persistence)
    coarse = spacing * factor
    for row in rows:
        if activation[row] <= 0.0:
            continue
        kz, ky, kx = site_of(z[row], coarse, nz), site_of(y[row], coarse, ny), site_of(x[row], coarse, nx)
        gz = tgf[min(kz + 1, nz - 1), ky, kx] - tgf[max(kz - 1, 0), ky, kx]
        gy = tgf[kz, min(ky + 1, ny - 1), kx] - tgf[kz, max(ky - 1, 0), kx]
        gx = tgf[kz, ky, min(kx + 1, nx - 1)] - tgf[kz, ky, max(kx - 1, 0)]
        norm = math.sqrt(gx * gx + gy * gy + gz * gz)
        u, v = uniform_pair(seed, uid[row], step, MIGRATION_DIRECTION)
        angle = 2.0 * math.pi * u
        here = (
            site_of(z[row], spacing, code.shape[0]),
            site_of(y[row], spacing, code.shape[1]),
            site_of(x[row], spacing, code.shape[2]),
        )
        order = math.sqrt(order_cos[here] ** 2 + order_sin[here] ** 2)
        guided, way = uniform_pair(seed, uid[row], step, CONTACT_GUIDANCE)
        if guided < order:
            angle = 0.5 * math.atan2(order_sin[here], order_cos[here]) + (math.pi if way < 0.5 else 0.0)
        if ny == 1 or guided < order:  # fibres lie in planes of x and depth
            dx, dy, dz = math.cos(angle), 0.0, math.sin(angle)
        else:
            dy = 2.0 * v - 1.0
            across = math.sqrt(1.0 - dy * dy)
            dx, dz = across * math.cos(angle), across * math.sin(angle)
        turn, climb = uniform_pair(seed, uid[row], step, MIGRATION_ORDER)
        if norm > 0.0 and climb < chemotaxis:
            dx, dy, dz = gx / norm, gy / norm, gz / norm
        if turn >= turning and direction_x[row] ** 2 + direction_y[row] ** 2 + direction_z[row] ** 2 > 0.0:
            dx, dy, dz = direction_x[row], direction_y[row], direction_z[row]
        reach = speed * activation[row] * dt
        px, py, pz = x[row] + reach * dx, y[row] + reach * dy, z[row] + reach * dz
        if passable(code, px, py, pz, spacing):
            x[row], y[row], z[row] = px, py, pz
            direction_x[row], direction_y[row], direction_z[row] = dx, dy, dz
        else:
            direction_x[row], direction_y[row], direction_z[row] = 0.0, 0.0, 0.0


@njit(cache=True, nogil=True)
def crowd(rows, x, y, z, count, box):
    """Fibroblasts in each box of edge ``box`` um, int32 array ``count``."""
    count[...] = 0
    for row in rows:
        count[
            site_of(z[row], box, count.shape[0]),
            site_of(y[row], box, count.shape[1]),
            site_of(x[row], box, count.shape[2]),
        ] += 1


@njit(cache=True, nogil=True)
def divide_or_die(
    rows,
    uid,
    x,
    y,
    z,
    activation,
    resident,
    count,
    parents,
    gone,
    box,
    seed,
    step,
    dt,
    growth,
    most,
    usual,
    apoptosis,
    factor,
):
    """Ids of cells that divide (stimulated, where there is room) and of newcomers that die once unstimulated.

    A newcomer in a box that holds no more cells than intact skin settles there as a resident. Returns both counts.
    """
    born, died = 0, 0
    for row in rows:
        n = read(count, x[row], y[row], z[row], box)
        a = activation[row]
        room = max(0.0, 1.0 - n / most)
        if uniform(seed, uid[row], step, DIVISION) < 1.0 - math.exp(-growth * factor * a * room * dt):
            parents[born] = uid[row]
            born += 1
        elif resident[row] == 0 and n > usual:
            if uniform(seed, uid[row], step, APOPTOSIS) < 1.0 - math.exp(-apoptosis * (1.0 - a) * dt):
                gone[died] = uid[row]
                died += 1
        elif resident[row] == 0 and a < 0.5:
            resident[row] = 1
    return born, died


@njit(cache=True, nogil=True)
def lay_matrix(
    top, bottom, rows, x, y, z, direction_x, direction_z, activation, differentiation,
    code, collagen_1, collagen_3, ceiling,
    deposit_1, deposit_3, deposit_elastin, deposit_cos, deposit_sin,
    spacing, reach, pg, early_share, late_share, elastin_share, quantum,
):  # fmt: skip
    """Lay ``pg`` of collagen times activation evenly over the cell's footprint, less where the matrix is full.

    Only sites of layers ``top`` to ``bottom`` are written, so that threads can share the work.

    The share of type III falls from early to late as the cell differentiates; fibres follow the cell's direction.
    Deposits are int64 counts of ``quantum`` pg.
    """
    nz, ny, nx = code.shape
    r = int(reach / spacing)
    for row in rows:
        a = activation[row]
        if a <= 0.0:
            continue
        kz, ky, kx = site_of(z[row], spacing, nz), site_of(y[row], spacing, ny), site_of(x[row], spacing, nx)
        if kz + r < top or kz - r >= bottom:
            continue
        depth = r if ny > 1 else 0
        sites = (2 * r + 1) * (2 * r + 1) * (2 * depth + 1)
        share = early_share + (late_share - early_share) * min(1.0, 2.0 * differentiation[row])
        norm = math.sqrt(direction_x[row] ** 2 + direction_z[row] ** 2)
        cos2, sin2 = 0.0, 0.0
        if norm > 0.0:
            c, s = direction_x[row] / norm, direction_z[row] / norm
            cos2, sin2 = c * c - s * s, 2.0 * c * s
        scale = pg * a / sites / quantum
        elastin = elastin_share * min(1.0, 2.0 * differentiation[row])
        for k in range(max(top, kz - r), min(bottom, kz + r + 1)):
            for j in range(max(0, ky - depth), min(ny, ky + depth + 1)):
                for i in range(max(0, kx - r), min(nx, kx + r + 1)):
                    if code[k, j, i] != DERMIS and code[k, j, i] != CLOT:
                        continue
                    room = 1.0 - (collagen_1[k, j, i] + collagen_3[k, j, i]) / ceiling
                    if room <= 0.0:
                        continue
                    quanta = scale * room
                    deposit_3[k, j, i] += np.int64(quanta * share)
                    deposit_1[k, j, i] += np.int64(quanta * (1.0 - share))
                    deposit_elastin[k, j, i] += np.int64(quanta * elastin)
                    deposit_cos[k, j, i] += np.int64(quanta * cos2)
                    deposit_sin[k, j, i] += np.int64(quanta * sin2)
