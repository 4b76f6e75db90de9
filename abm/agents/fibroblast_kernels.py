"""What fibroblasts do in one step, on bare arrays. Positions in um, concentrations in ng/mL, time in h."""

from __future__ import annotations

import math

import numpy as np
from numba import njit, vectorize

from mendsim.abm.agents.moving_kernels import passable, read, site_of
from mendsim.abm.tension import tension_kpa
from mendsim.abm.tissue import CLOT, DERMIS
from mendsim.common.philox import uniform, uniform_pair
from mendsim.common.purposes import APOPTOSIS, CONTACT_GUIDANCE, DIVISION, MIGRATION_DIRECTION, MIGRATION_ORDER

QUIESCENT, ACTIVATED, MYOFIBROBLAST, APOPTOTIC = 0, 1, 2, 3


@vectorize(["float64(float64, float64, float64)"], cache=True)
def collagen_3_share(differentiation, early_share, late_share):
    """Share of type III in what a fibroblast lays: from early to late on half of its way to a myofibroblast."""
    return early_share + (late_share - early_share) * min(1.0, 2.0 * differentiation)


@njit(cache=True, nogil=True)
def respond(
    rows, x, y, z, tgf, pdgf, collagen_1, collagen_3, order_cos,
    activation, stimulation, differentiation, state,
    spacing, factor, pdgf_factor, dt, half_effect, rise_time, fall_time, myo_half_effect, myo_time, pdgf_half_effect,
    intact_collagen, intact_aligned, resting_kpa, tension_half_effect,
):  # fmt: skip
    """Follow TGF-beta1 and PDGF: activation rises faster than it falls; contractile differentiation takes days.

    Differentiation needs the tension of the fibres as well. ``stimulation``, the will to crawl and divide, is
    activation or PDGF, as independent chances. States are names for levels: past one half of the way the cell
    counts as activated, or as myofibroblast.
    """
    rise, fall = 1.0 - math.exp(-dt / rise_time), 1.0 - math.exp(-dt / fall_time)
    myo_share = 1.0 - math.exp(-dt / myo_time)
    for row in rows:
        c = read(tgf, x[row], y[row], z[row], spacing * factor)
        gap = c / (half_effect + c) - activation[row]
        activation[row] += gap * (rise if gap > 0.0 else fall)
        called = read(pdgf, x[row], y[row], z[row], spacing * pdgf_factor)
        stimulation[row] = 1.0 - (1.0 - activation[row]) * pdgf_half_effect / (pdgf_half_effect + called)
        goal = 0.0
        if c > 0.0:
            collagen = read(collagen_1, x[row], y[row], z[row], spacing)
            collagen += read(collagen_3, x[row], y[row], z[row], spacing)
            aligned = read(order_cos, x[row], y[row], z[row], spacing)
            tension = tension_kpa(collagen, aligned, intact_collagen, intact_aligned, resting_kpa)
            goal = c / (myo_half_effect + c) * tension / (tension_half_effect + tension)
        differentiation[row] += (goal - differentiation[row]) * myo_share
        if differentiation[row] > 0.5:
            state[row] = MYOFIBROBLAST
        elif activation[row] > 0.5:
            state[row] = ACTIVATED
        else:
            state[row] = QUIESCENT


@njit(cache=True, nogil=True)
def migrate(
    rows, uid, call, code, collagen_1, collagen_3, order_cos, order_sin,
    x, y, z, direction_x, direction_y, direction_z, stimulation,
    near, most, spacing, factor, seed, step, dt, speed, chemotaxis, gradient_half_effect, persistence,
    intact_collagen, intact_aligned, resting_kpa, tension_half_effect,
):  # fmt: skip
    """Crawl at ``speed`` times stimulation, straight on for the time ``persistence`` in the mean, then turn.

    A turning cell goes up the gradient of ``call`` with probability ``chemotaxis``, less where it (per um) is
    no more than ``gradient_half_effect``; else it is guided by contact: with
    a probability equal to the fibres' order it follows them one way or the other; else, with a probability that
    saturates with the tension of the fibres, it goes along the tension, which lies in the plane of the skin; else it
    goes anywhere. A step that would leave dermis and clot, or lead where more than ``most`` cells stand near and more
    than here, is not taken and ends in a turn; where so many are pressed together they turn at once and climb nothing.
    Fibres are laid along the last direction.
    """
    nz, ny, nx = call.shape
    turning = 1.0 - math.exp(-dt / persistence)
    coarse = spacing * factor
    for row in rows:
        if stimulation[row] <= 0.0:
            continue
        kz, ky, kx = site_of(z[row], coarse, nz), site_of(y[row], coarse, ny), site_of(x[row], coarse, nx)
        gz = call[min(kz + 1, nz - 1), ky, kx] - call[max(kz - 1, 0), ky, kx]
        gy = call[kz, min(ky + 1, ny - 1), kx] - call[kz, max(ky - 1, 0), kx]
        gx = call[kz, ky, min(kx + 1, nx - 1)] - call[kz, ky, max(kx - 1, 0)]
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
        by_contact = guided < order
        tension = tension_kpa(
            collagen_1[here] + collagen_3[here], order_cos[here], intact_collagen, intact_aligned, resting_kpa
        )
        by_tension = not by_contact and guided < order + (1.0 - order) * tension / (tension_half_effect + tension)
        if by_contact:
            angle = 0.5 * math.atan2(order_sin[here], order_cos[here]) + (math.pi if way < 0.5 else 0.0)
        if by_tension:
            dx, dy, dz = (math.cos(angle), math.sin(angle), 0.0) if ny > 1 else (1.0 if way < 0.5 else -1.0, 0.0, 0.0)
        elif ny == 1 or by_contact:  # fibres lie in planes of x and depth
            dx, dy, dz = math.cos(angle), 0.0, math.sin(angle)
        else:
            dy = 2.0 * v - 1.0
            across = math.sqrt(1.0 - dy * dy)
            dx, dz = across * math.cos(angle), across * math.sin(angle)
        turn, climb = uniform_pair(seed, uid[row], step, MIGRATION_ORDER)
        pressed = near[here] > most
        steep = norm / (2.0 * coarse)
        if norm > 0.0 and climb < chemotaxis * steep / (gradient_half_effect + steep) and not pressed:
            dx, dy, dz = gx / norm, gy / norm, gz / norm
        if (
            turn >= turning
            and not pressed
            and direction_x[row] ** 2 + direction_y[row] ** 2 + direction_z[row] ** 2 > 0.0
        ):
            dx, dy, dz = direction_x[row], direction_y[row], direction_z[row]
        reach = speed * stimulation[row] * dt
        px, py, pz = x[row] + reach * dx, y[row] + reach * dy, z[row] + reach * dz
        free = passable(code, px, py, pz, spacing)
        if free:
            there = read(near, px, py, pz, spacing)
            free = there <= most or there <= near[here]
        if free:
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
def crowd_near(rows, x, y, z, near, spacing, reach):
    """Fibroblasts within ``reach`` sites of each site along every axis, int32 array ``near``; no grid of boxes."""
    nz, ny, nx = near.shape
    near[...] = 0
    for row in rows:
        k, j, i = site_of(z[row], spacing, nz), site_of(y[row], spacing, ny), site_of(x[row], spacing, nx)
        for kk in range(max(0, k - reach), min(nz, k + reach + 1)):
            for jj in range(max(0, j - reach), min(ny, j + reach + 1)):
                for ii in range(max(0, i - reach), min(nx, i + reach + 1)):
                    near[kk, jj, ii] += 1


@njit(cache=True, nogil=True)
def divide_or_die(
    rows, uid, x, y, z, stimulation, resident, collagen_1, collagen_3, near, around, parents, gone,
    spacing, settling_box, seed, step, dt, growth, most, most_in_dense, intact_collagen, usual, apoptosis, factor,
):  # fmt: skip
    """Ids of cells that divide (stimulated, where there is room) and of newcomers that die once unstimulated.

    ``near`` counts the cells around each site, where cells divide until there are ``most`` where there is no matrix and
    ``most_in_dense`` where it is as dense as in intact dermis, geometrically in between; ``around`` counts those in
    boxes of edge ``settling_box``. A newcomer whose box holds no more cells than intact skin (``usual``) settles there
    as a resident. ``factor`` on division is by row. Returns both counts.
    """
    born, died = 0, 0
    for row in rows:
        s = stimulation[row]
        collagen = read(collagen_1, x[row], y[row], z[row], spacing) + read(collagen_3, x[row], y[row], z[row], spacing)
        limit = most * (most_in_dense / most) ** min(1.0, collagen / intact_collagen)
        room = max(0.0, 1.0 - (read(near, x[row], y[row], z[row], spacing) - 1.0) / limit)
        if uniform(seed, uid[row], step, DIVISION) < 1.0 - math.exp(-growth * factor[row] * s * room * dt):
            parents[born] = uid[row]
            born += 1
        elif resident[row] == 0 and read(around, x[row], y[row], z[row], settling_box) > usual:
            if uniform(seed, uid[row], step, APOPTOSIS) < 1.0 - math.exp(-apoptosis * (1.0 - s) * dt):
                gone[died] = uid[row]
                died += 1
        elif resident[row] == 0 and s < 0.5:
            resident[row] = 1
    return born, died


@njit(cache=True, nogil=True)
def lay_matrix(
    top, bottom, rows, x, y, z, direction_x, direction_z, activation, differentiation,
    code, collagen_1, collagen_3, intact, ceiling,
    deposit_1, deposit_3, deposit_elastin, deposit_cos, deposit_sin, turned,
    spacing, reach, pg, pulled_pg, early_share, late_share, elastin_share, quantum,
):  # fmt: skip
    """Lay ``pg`` (by row) of collagen times activation evenly over the cell's footprint, less where the matrix is full.

    Only sites of layers ``top`` to ``bottom`` are written, so that threads can share the work.

    The share of type III falls from early to late as the cell differentiates; fibres follow the cell's direction.
    The cell also pulls ``pulled_pg`` of the fibres there, times activation, into its direction. Deposits and what is
    ``turned`` are int64 counts of ``quantum`` pg.
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
        share = collagen_3_share(differentiation[row], early_share, late_share)
        norm = math.sqrt(direction_x[row] ** 2 + direction_z[row] ** 2)
        cos2, sin2 = 0.0, 0.0
        if norm > 0.0:
            c, s = direction_x[row] / norm, direction_z[row] / norm
            cos2, sin2 = c * c - s * s, 2.0 * c * s
        scale, pull = pg[row] * a / sites / quantum, 0.0
        if norm > 0.0:
            pull = pulled_pg * a / sites / quantum
        elastin = elastin_share * min(1.0, 2.0 * differentiation[row])
        for k in range(max(top, kz - r), min(bottom, kz + r + 1)):
            for j in range(max(0, ky - depth), min(ny, ky + depth + 1)):
                for i in range(max(0, kx - r), min(nx, kx + r + 1)):
                    if code[k, j, i] != DERMIS and code[k, j, i] != CLOT:
                        continue
                    collagen = collagen_1[k, j, i] + collagen_3[k, j, i]
                    room = max(0.0, 1.0 - collagen / ceiling)
                    # whole from here on, so that no more is parallel than is laid or turned
                    quanta = np.int64(scale * room)
                    gripped = np.int64(pull * collagen / intact)
                    immature = np.int64(quanta * share)
                    deposit_3[k, j, i] += immature
                    deposit_1[k, j, i] += quanta - immature
                    deposit_elastin[k, j, i] += np.int64(quanta * elastin)
                    turned[k, j, i] += gripped
                    deposit_cos[k, j, i] += np.int64((quanta + gripped) * cos2)
                    deposit_sin[k, j, i] += np.int64((quanta + gripped) * sin2)
