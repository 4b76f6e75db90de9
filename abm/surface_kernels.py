"""What lies in each column between bed and air, and how bacteria on it multiply; on bare arrays."""

from __future__ import annotations

import math

from numba import njit

from mendsim.abm.agents.stacks import CORNEOCYTE, DEAD

_NO_CRUST_UM = 1e-3  # less than the size of a molecule


@njit(cache=True, nogil=True)
def count_layers(occupant, row_of, bed_z, kind, plane, corneocytes, living, dead, recess):
    """Fill, each ``(ny, nx)``, the sites of corneocytes, living cells and dead matter.

    ``recess`` is the number of sites of air between the top of the stack and the plane of the skin (index ``plane``).
    """
    ny, nx = bed_z.shape
    for y in range(ny):
        for x in range(nx):
            hard = alive = rest = 0
            z = bed_z[y, x] - 1
            while z >= 0 and occupant[z, y, x] > 0:
                k = kind[row_of[occupant[z, y, x]]]
                if k == CORNEOCYTE:
                    hard += 1
                elif k == DEAD:
                    rest += 1
                else:
                    alive += 1
                z -= 1
            corneocytes[y, x] = hard
            living[y, x] = alive
            dead[y, x] = rest
            recess[y, x] = max(0, z + 1 - plane)


@njit(cache=True, nogil=True)
def _inside(i, n):
    """Index of the mirror image of a place outside."""
    if i < 0:
        return min(-1 - i, n - 1)
    if i >= n:
        return max(2 * n - 1 - i, 0)
    return i


@njit(cache=True, nogil=True)
def _sum_near(values, y, x, reach):
    """Sum over the columns within ``reach`` in x and, in a block, in y; the sides of the lattice are mirrors."""
    ny, nx = values.shape
    reach_y = min(reach, ny - 1)
    total = 0
    for j in range(y - reach_y, y + reach_y + 1):
        for i in range(x - reach, x + reach + 1):
            total += values[_inside(j, ny), _inside(i, nx)]
    return total


@njit(cache=True, nogil=True)
def mean_corneum(values, reach, free, covered, out):
    """Mean number of corneocytes over the covered columns within ``reach`` in x and y, 0 in a gap.

    A gap is made of windows without any corneocyte; narrower ones are bridged. ``free`` and ``covered`` (int64, of the
    same shape) are filled on the way: columns in the middle of a free window, and those that lie in none.
    """
    ny, nx = values.shape
    for y in range(ny):
        for x in range(nx):
            free[y, x] = values[y, x] == 0 and _sum_near(values, y, x, reach) == 0
    for y in range(ny):
        for x in range(nx):
            covered[y, x] = values[y, x] > 0 or _sum_near(free, y, x, reach) == 0
    for y in range(ny):
        for x in range(nx):
            # in a gap nothing is counted twice: its columns hold no corneocyte
            out[y, x] = 0.0
            if covered[y, x]:
                out[y, x] = _sum_near(values, y, x, reach) / _sum_near(covered, y, x, reach)


@njit(cache=True, nogil=True)
def thicken(crust, loss, resistance, corneum, crust_per_um, solids_um, wear, dt):
    """Let the solids of evaporated fluid pile up as a dry crust (um) where no corneum closes a column.

    ``loss`` (g/m2/h) leaves the column through ``resistance`` (h/m), its crust included. At the same density over it, a
    column with the crust s loses in inverse proportion to ``bare + crust_per_um s``, and each g/m2 leaves
    ``solids_um``; exact over ``dt``, the root of a parabola. Where corneum has formed the crust is rubbed off at rate
    ``wear``.
    """
    ny, nx = crust.shape
    for y in range(ny):
        for x in range(nx):
            s = crust[y, x]
            if corneum[y, x] > 0.0:
                s *= math.exp(-wear * dt)
                crust[y, x] = 0.0 if s < _NO_CRUST_UM else s
            else:
                bare = resistance[y, x] - crust_per_um * s
                now = resistance[y, x]
                # d(R^2)/dt = 2 crust_per_um solids (loss R), and loss R is the difference of densities
                then = math.sqrt(now * now + 2.0 * crust_per_um * solids_um * loss[y, x] * now * dt)
                crust[y, x] = (then - bare) / crust_per_um


@njit(cache=True, nogil=True)
def logistic(number, arrival, growth, brake, dt):
    """Exact solution after ``dt`` of ``dN/dt = arrival + growth N - brake N^2``, with ``arrival, brake >= 0``."""
    q = max(math.sqrt(growth * growth + 4.0 * brake * arrival), 1e-12)
    left = math.exp(-q * dt)
    gone = -math.expm1(-q * dt)
    above = number * (q * (1.0 + left) + growth * gone) + 2.0 * arrival * gone
    return above / (q * (1.0 + left) - growth * gone + 2.0 * brake * number * gone)


@njit(cache=True, nogil=True)
def grow(
    load,
    moist,
    corneum,
    bed_z,
    neutrophils,
    factor,
    dt,
    resident,
    capacity,
    drying,
    growth_corneum,
    growth_bed,
    critical_neutrophils,
    killing,
):
    """Let bacteria (CFU/cm2) of every column grow where it is moist, and return to the resident number where dry.

    Neutrophils kill on an open bed in proportion to their number at the bed, as fast as bacteria grow where there are
    ``critical_neutrophils``; ``killing`` (1/h) comes on top everywhere.
    """
    ny, nx = load.shape
    for y in range(ny):
        for x in range(nx):
            if not moist[y, x]:
                load[y, x] = logistic(load[y, x], drying * resident, -drying - killing, 0.0, dt)
                continue
            growth = growth_corneum
            immune = 0.0
            if corneum[y, x] <= 0.0:
                growth = growth_bed
                there = neutrophils[bed_z[y, x] // factor, y // factor, x // factor]
                immune = growth_bed * there / critical_neutrophils
            load[y, x] = logistic(load[y, x], drying * resident, growth - immune - killing, growth / capacity, dt)


@njit(cache=True, nogil=True)
def beside_or_on(mask, out):
    """Columns in the mask or beside one of it, along x or y."""
    ny, nx = mask.shape
    for y in range(ny):
        for x in range(nx):
            found = mask[y, x]
            if x > 0:
                found = found or mask[y, x - 1]
            if x < nx - 1:
                found = found or mask[y, x + 1]
            if y > 0:
                found = found or mask[y - 1, x]
            if y < ny - 1:
                found = found or mask[y + 1, x]
            out[y, x] = found


__all__ = ["beside_or_on", "count_layers", "grow", "logistic", "mean_corneum", "thicken"]
