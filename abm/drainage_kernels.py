"""Loops of drainage: where skin lies open, and how a fluid carries what is loose."""

from __future__ import annotations

from numba import njit


@njit(cache=True, nogil=True)
def lies_open(code, occupant):
    """Whether air touches tissue that no keratinocyte covers, from above or from beside.

    ``code`` is 0 for air; a keratinocyte, living or dead, covers what it stands on.
    """
    nz, ny, nx = code.shape
    for y in range(ny):
        for x in range(nx):
            top = 0
            while top < nz and code[top, y, x] == 0 and occupant[top, y, x] == 0:
                top += 1
            if top < nz and occupant[top, y, x] == 0:
                return True
            for side in range(4):
                v = y + (side == 0) - (side == 1)
                u = x + (side == 2) - (side == 3)
                if not (0 <= v < ny and 0 <= u < nx and top > 0):
                    continue
                if code[top - 1, v, u] != 0 and occupant[top - 1, v, u] == 0:  # beside the lowest air of this column
                    return True
    return False


@njit(cache=True, nogil=True)
def carry(order, flow_z, flow_y, flow_x, out, mobility, carrier, volume, content, arriving, dt):
    """Carry content with a flow for one step, first order upwind and implicit, and return what leaves.

    A flow down a pressure has no loops, so a sweep from high to low pressure solves the implicit step exactly: it is
    positive and conservative for any length of step.

    Parameters
    ----------
    order : cells from high to low pressure.
    flow_z, flow_y, flow_x : um3/s through the face between a cell and the next along each axis, flat.
    out : um3/s from each cell through its open faces.
    mobility : velocity of the content over the flux of the fluid, in each cell.
    carrier : whether content may enter the cell.
    volume : um3 of each cell.
    content : amount per volume in each cell, changed in place; all flat, ``(mz, my, mx)`` in C order but for ``out``,
        whose shape tells it.
    arriving : workspace of the same length, zero at entry and at exit.
    dt : s.

    Returns
    -------
    Amount that left through open faces, content times um3.
    """
    mz, my, mx = out.shape
    plane = my * mx
    left = 0.0
    for i in order:
        amount = volume[i] * content[i] + arriving[i]
        rate = mobility[i] * dt
        if amount == 0.0 or (rate == 0.0 and arriving[i] == 0.0):
            continue
        arriving[i] = 0.0
        z, y, x = i // plane, i % plane // mx, i % mx
        opening = max(out[z, y, x], 0.0)
        down = flow_z[i] if z + 1 < mz and carrier[i + plane] else 0.0
        up = -flow_z[i - plane] if z > 0 and carrier[i - plane] else 0.0
        front = flow_y[i] if y + 1 < my and carrier[i + mx] else 0.0
        back = -flow_y[i - mx] if y > 0 and carrier[i - mx] else 0.0
        right = flow_x[i] if x + 1 < mx and carrier[i + 1] else 0.0
        left_side = -flow_x[i - 1] if x > 0 and carrier[i - 1] else 0.0
        leaving = opening
        for flow in (down, up, front, back, right, left_side):
            leaving += max(flow, 0.0)
        new = amount / (volume[i] + rate * leaving)
        content[i] = new
        moved = rate * new
        left += moved * opening
        if down > 0.0:
            arriving[i + plane] += moved * down
        if up > 0.0:
            arriving[i - plane] += moved * up
        if front > 0.0:
            arriving[i + mx] += moved * front
        if back > 0.0:
            arriving[i - mx] += moved * back
        if right > 0.0:
            arriving[i + 1] += moved * right
        if left_side > 0.0:
            arriving[i - 1] += moved * left_side
    return left


@njit(cache=True, nogil=True)
def spread_change(fine, code, first, last, before, after, factor):
    """Give the sites of every cell the change of its mean: a loss in proportion, a gain evenly over its tissue, if any.

    ``fine`` float32 ``(nz, ny, nx)`` is changed in place; sites whose code is ``first`` or ``last`` count as tissue;
    ``before`` and ``after`` are the means of the cells over all their sites.
    """
    nz, ny, nx = fine.shape
    mz, my, mx = before.shape
    fz, fy, fx = min(factor, nz), min(factor, ny), min(factor, nx)
    for cz in range(mz):
        for cy in range(my):
            for cx in range(mx):
                old, new = before[cz, cy, cx], after[cz, cy, cx]
                if old == new:
                    continue
                z1, y1, x1 = min(nz, cz * fz + fz), min(ny, cy * fy + fy), min(nx, cx * fx + fx)
                sites = (z1 - cz * fz) * (y1 - cy * fy) * (x1 - cx * fx)
                tissue = 0
                for z in range(cz * fz, z1):
                    for y in range(cy * fy, y1):
                        for x in range(cx * fx, x1):
                            tissue += code[z, y, x] == first or code[z, y, x] == last
                for z in range(cz * fz, z1):
                    for y in range(cy * fy, y1):
                        for x in range(cx * fx, x1):
                            if new < old:
                                fine[z, y, x] *= new / old
                            elif tissue == 0:
                                fine[z, y, x] += new - old
                            elif code[z, y, x] == first or code[z, y, x] == last:
                                fine[z, y, x] += (new - old) * sites / tissue
