"""What melanocytes do in one step, on bare arrays.

A melanocyte has a place of its own, not a site: at most one to each column ``(y, x)`` of the bed, kept by id in
``place``. Columns are visited in order of place, and daughters are settled in order of id, so that no result depends
on the order of rows.
"""

from __future__ import annotations

import math

from numba import njit

from mendsim.abm.agents.stacks import BASAL, CORNEOCYTE, DEAD
from mendsim.common.philox import uniform
from mendsim.common.purposes import MELANOCYTE_DIVISION, MELANOCYTE_PLACE


@njit(cache=True, nogil=True)
def recipients(occupant, row_of, bed_z, kind, suprabasal_share, basal, weight):
    """Fill, for each column, the count of basal cells and the weight of all cells that melanin is handed to.

    A basal cell weighs 1 and the lowest suprabasal one ``suprabasal_share``, if they live and nothing dead is below.
    """
    ny, nx = bed_z.shape
    for y in range(ny):
        for x in range(nx):
            n, z = 0, bed_z[y, x] - 1
            while z >= 0 and occupant[z, y, x] > 0 and kind[row_of[occupant[z, y, x]]] == BASAL:
                n += 1
                z -= 1
            basal[y, x] = n
            weight[y, x] = n
            if n > 0 and z >= 0 and occupant[z, y, x] > 0 and kind[row_of[occupant[z, y, x]]] < CORNEOCYTE:
                weight[y, x] += suprabasal_share


@njit(cache=True, nogil=True)
def _window(y, x, ny, nx, reach):
    r = math.floor(reach)
    return max(0, y - r), min(ny, y + r + 1), max(0, x - r), min(nx, x + r + 1)


@njit(cache=True, nogil=True)
def respond(occupant, row_of, bed_z, activation, place, weight, setting, activity, reach, response, rise, decay):
    """Let activity follow what activated keratinocytes in reach (sites) release.

    It relaxes towards ``setting (1 + response relay)``, the relay being their mean activation, weighted as melanin is
    handed out; with the share ``rise`` of the way in a step upwards and ``decay`` downwards.
    """
    ny, nx = bed_z.shape
    for y in range(ny):
        for x in range(nx):
            if place[y, x] == 0:
                continue
            y0, y1, x0, x1 = _window(y, x, ny, nx, reach)
            total, relay = 0.0, 0.0
            for j in range(y0, y1):
                for i in range(x0, x1):
                    w = weight[j, i] * (1.0 - math.sqrt((j - y) ** 2 + (i - x) ** 2) / reach)
                    if w > 0.0:
                        total += w
                        relay += w * activation[row_of[occupant[bed_z[j, i] - 1, j, i]]]
            if total > 0.0:
                relay /= total
            row = row_of[place[y, x]]
            goal = setting[row] * (1.0 + response * relay)
            activity[row] += (goal - activity[row]) * (rise if goal > activity[row] else decay)


@njit(cache=True, nogil=True)
def synthesise(row_of, place, activity, melanin, amount):
    """Add ``amount`` (pg) times activity to the melanin of each melanocyte; returns the sum."""
    total = 0.0
    ny, nx = place.shape
    for y in range(ny):
        for x in range(nx):
            if place[y, x] > 0:
                row = row_of[place[y, x]]
                melanin[row] += amount * activity[row]
                total += amount * activity[row]
    return total


@njit(cache=True, nogil=True)
def hand_out(row_of, place, weight, melanin, share, reach, supply):
    """Add the ``share`` of the melanin of each melanocyte to the ``supply`` (pg) of the columns in reach (sites).

    Columns take by the weight of their cells, less with distance, down to none at ``reach``. A melanocyte that
    reaches no living cell keeps its melanin.
    """
    ny, nx = place.shape
    for y in range(ny):
        for x in range(nx):
            if place[y, x] == 0:
                continue
            y0, y1, x0, x1 = _window(y, x, ny, nx, reach)
            total = 0.0
            for j in range(y0, y1):
                for i in range(x0, x1):
                    total += weight[j, i] * max(0.0, 1.0 - math.sqrt((j - y) ** 2 + (i - x) ** 2) / reach)
            if total <= 0.0:
                continue
            row = row_of[place[y, x]]
            given = melanin[row] * share
            melanin[row] -= given
            for j in range(y0, y1):
                for i in range(x0, x1):
                    w = weight[j, i] * max(0.0, 1.0 - math.sqrt((j - y) ** 2 + (i - x) ** 2) / reach)
                    supply[j, i] += given * w / total


@njit(cache=True, nogil=True)
def take_up(occupant, row_of, bed_z, kind, melanin, basal, weight, supply, kept):
    """Share the supply of each column among its recipients, and break down what lies above the basal layer.

    Living cells above the basal layer keep the share ``kept`` of the melanin they had. Returns the sum broken down.
    """
    degraded = 0.0
    ny, nx = bed_z.shape
    for y in range(ny):
        for x in range(nx):
            each = supply[y, x] / weight[y, x] if weight[y, x] > 0.0 else 0.0
            z, level = bed_z[y, x] - 1, 0
            while z >= 0 and occupant[z, y, x] > 0:
                row = row_of[occupant[z, y, x]]
                if kind[row] != BASAL and kind[row] != CORNEOCYTE and kind[row] != DEAD:
                    lost = melanin[row] * (1.0 - kept)
                    melanin[row] -= lost
                    degraded += lost
                if level < basal[y, x]:
                    melanin[row] += each
                elif level == basal[y, x] and weight[y, x] > basal[y, x]:
                    melanin[row] += each * (weight[y, x] - basal[y, x])
                z -= 1
                level += 1
    return degraded


@njit(cache=True, nogil=True)
def _add_to_crowd(crowd, y, x, reach):
    ny, nx = crowd.shape
    y0, y1, x0, x1 = _window(y, x, ny, nx, reach)
    for j in range(y0, y1):
        for i in range(x0, x1):
            crowd[j, i] += max(0.0, 1.0 - math.sqrt((j - y) ** 2 + (i - x) ** 2) / reach)


@njit(cache=True, nogil=True)
def crowding(place, reach, crowd):
    """Fill the melanocytes around each column, ``(ny, nx)``: each counts less with distance, none beyond ``reach``."""
    ny, nx = place.shape
    crowd[:] = 0.0
    for y in range(ny):
        for x in range(nx):
            if place[y, x] > 0:
                _add_to_crowd(crowd, y, x, reach)


@njit(cache=True, nogil=True)
def _distance(place, y, x, reach):
    """Distance (sites) from a column to the nearest melanocyte; ``reach`` if none is nearer."""
    ny, nx = place.shape
    y0, y1, x0, x1 = _window(y, x, ny, nx, reach)
    best = reach
    for j in range(y0, y1):
        for i in range(x0, x1):
            if place[j, i] > 0:
                best = min(best, math.sqrt((j - y) ** 2 + (i - x) ** 2))
    return best


@njit(cache=True, nogil=True)
def divide(ids, row_of, iy, ix, place, basal, crowd, least, reach, seed, step, chance, parents, at_y, at_x):
    """Let melanocytes that reach vacant columns send daughters there, in order of id; returns their count.

    A column is vacant if it has a living basal cell and less than the ``least`` crowd; a daughter comes to rest in the
    one that is farthest from any melanocyte, and counts from then on.
    """
    n = 0
    ny, nx = place.shape
    for me in ids:
        if uniform(seed, me, step, MELANOCYTE_DIVISION) >= chance:
            continue
        y, x = iy[row_of[me]], ix[row_of[me]]
        y0, y1, x0, x1 = _window(y, x, ny, nx, reach)
        best, best_y, best_x = 0.0, -1, -1
        for j in range(y0, y1):
            for i in range(x0, x1):
                if basal[j, i] == 0 or crowd[j, i] >= least[j, i] or (j - y) ** 2 + (i - x) ** 2 > reach * reach:
                    continue
                distance = _distance(place, j, i, reach)
                if distance < 1.0:
                    continue
                # equal places are chosen from by chance: the draw weighs less than any difference of distance
                score = distance + 1e-6 * uniform(seed, j * nx + i, step, MELANOCYTE_PLACE)
                if score > best:
                    best, best_y, best_x = score, j, i
        if best_y >= 0:
            parents[n], at_y[n], at_x[n] = me, best_y, best_x
            place[best_y, best_x] = me
            _add_to_crowd(crowd, best_y, best_x, reach)
            n += 1
    return n
