"""Solves ``(R - div G grad) c = b`` on a box grid: conjugate gradients with a multigrid V-cycle as preconditioner.

Unknowns are cell values ``(nz, ny, nx)``; ``R`` is the reaction times cell volume and ``G`` the conductance of each
face, so the matrix is symmetric and positive definite. Conjugate gradients keep the convergence when conductances jump
by orders of magnitude; the V-cycle (damped Jacobi, piecewise constant transfer) keeps it independent of the grid. All
work of a solve is one compiled, serial call without the GIL: several fields can be solved at once, and the result never
depends on the number of threads.

All levels lie one behind the other in flat buffers, padded at both ends by a plane. The conductance beyond the last
cell of each axis is zero, so a neighbour's index needs no check: what it wrongly reaches is multiplied by zero.

References
----------
Tatebe (1993) The multigrid preconditioned conjugate gradient method, 6th Copper Mountain Conf., NASA CP 3224:621-634.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

_COARSEST = 4
_COARSEST_SWEEPS = 16
_DAMPING = (
    0.8  # damps the upper half of a five- or seven-point stencil's spectrum nearly best (Trottenberg 2001, 2.1.2)
)


def level_shapes(shape: tuple[int, int, int]) -> NDArray[np.int64]:
    """Shapes of the grids from fine to coarse, ``(levels, 3)``; axes are halved until they have at most four cells."""
    shapes = [shape]
    while max(shapes[-1]) > _COARSEST:
        shapes.append(tuple((n + 1) // 2 if n > 1 else 1 for n in shapes[-1]))  # type: ignore[arg-type]
    return np.array(shapes, np.int64)


def offsets(shapes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where each level starts in a flat buffer, and where the last one ends, ``(levels + 1,)``."""
    pad = shapes[0, 1] * shapes[0, 2]
    return (np.concatenate([[0], np.cumsum(shapes.prod(axis=1))]) + pad).astype(np.int64)


def buffer_length(shapes: NDArray[np.int64]) -> int:
    """Length of a flat buffer, padding included."""
    return int(offsets(shapes)[-1] + shapes[0, 1] * shapes[0, 2])


@njit(cache=True, nogil=True)
def block_mean(fine, out, factor):
    """Mean of ``fine`` over the blocks that make the cells of ``out``; blocks at the far ends may be smaller."""
    nz, ny, nx = fine.shape
    mz, my, mx = out.shape
    sz, sy, sx = factor if nz > mz else 1, factor if ny > my else 1, factor if nx > mx else 1
    pairs = nx // 2 if sx == 2 else 0  # the usual case, in a form that the compiler turns into vectors
    for z in range(nz):
        for y in range(ny):
            from_, to = fine[z, y], out[z // sz, y // sy]
            for x in range(pairs):
                to[x] += from_[2 * x] + from_[2 * x + 1]
            for x in range(2 * pairs, nx):
                to[x // sx] += from_[x]
    for z in range(mz):
        for y in range(my):
            for x in range(mx):
                count = (
                    (min(nz, (z + 1) * sz) - z * sz)
                    * (min(ny, (y + 1) * sy) - y * sy)
                    * (min(nx, (x + 1) * sx) - x * sx)
                )
                out[z, y, x] /= count


@njit(cache=True, nogil=True)
def coarsen_faces(shapes, start, faces):
    """Fill the coarse levels of ``faces`` ``(3, length)``: parallel faces add up, double distance halves the sum."""
    for level in range(len(shapes) - 1):
        nz, ny, nx = shapes[level]
        cz, cy, cx = shapes[level + 1]
        a, b = start[level], start[level + 1]
        faces[:, b : b + cz * cy * cx] = 0.0
        for z in range(nz):
            for y in range(ny):
                for x in range(nx):
                    i = a + (z * ny + y) * nx + x
                    k = (
                        b
                        + ((z // 2 if nz > 1 else z) * cy + (y // 2 if ny > 1 else y)) * cx
                        + (x // 2 if nx > 1 else x)
                    )
                    if z % 2 == 1:
                        faces[0, k] += 0.5 * faces[0, i]
                    if y % 2 == 1:
                        faces[1, k] += 0.5 * faces[1, i]
                    if x % 2 == 1:
                        faces[2, k] += 0.5 * faces[2, i]


@njit(cache=True, nogil=True)
def _restrict(shapes, start, level, fine, coarse):
    """Sum cells of one level into the next."""
    nz, ny, nx = shapes[level]
    _, cy, cx = shapes[level + 1]
    coarse[start[level + 1] : start[level + 2]] = 0.0
    for z in range(nz):
        for y in range(ny):
            i = start[level] + (z * ny + y) * nx
            k = start[level + 1] + ((z // 2 if nz > 1 else z) * cy + (y // 2 if ny > 1 else y)) * cx
            from_, to = fine[i : i + nx], coarse[k : k + cx]
            if nx == 1:
                to[0] += from_[0]
                continue
            for x in range(nx // 2):
                to[x] += from_[2 * x] + from_[2 * x + 1]
            if nx % 2 == 1:
                to[cx - 1] += from_[nx - 1]


@njit(cache=True, nogil=True)
def _prolong(shapes, start, level, values):
    """Add each coarse value to its fine cells."""
    nz, ny, nx = shapes[level]
    _, cy, cx = shapes[level + 1]
    for z in range(nz):
        for y in range(ny):
            i = start[level] + (z * ny + y) * nx
            k = start[level + 1] + ((z // 2 if nz > 1 else z) * cy + (y // 2 if ny > 1 else y)) * cx
            to, from_ = values[i : i + nx], values[k : k + cx]
            if nx == 1:
                to[0] += from_[0]
                continue
            for x in range(nx // 2):
                to[2 * x] += from_[x]
                to[2 * x + 1] += from_[x]
            if nx % 2 == 1:
                to[nx - 1] += from_[cx - 1]


@njit(cache=True, nogil=True)
def _set_diagonal(shapes, start, level, reaction, faces, diagonal, inverse):
    a, b = start[level], start[level + 1]
    plane, row = shapes[level, 1] * shapes[level, 2], shapes[level, 2]
    for i in range(a, b):
        d = (
            reaction[i]
            + faces[0, i]
            + faces[1, i]
            + faces[2, i]
            + faces[0, i - plane]
            + faces[1, i - row]
            + faces[2, i - 1]
        )
        diagonal[i] = d
        inverse[i] = 1.0 / d if d > 0.0 else 0.0


@njit(cache=True, nogil=True)
def _apply(shapes, start, level, faces, diagonal, values, out):
    """Multiply by the matrix of a level."""
    a, b = start[level], start[level + 1]
    plane, row = shapes[level, 1] * shapes[level, 2], shapes[level, 2]
    result, d, v = out[a:b], diagonal[a:b], values[a:b]
    before, after = values[a - 1 : b - 1], values[a + 1 : b + 1]
    above, below = values[a - plane : b - plane], values[a + plane : b + plane]
    face_x, face_x0 = faces[2, a:b], faces[2, a - 1 : b - 1]
    face_z, face_z0 = faces[0, a:b], faces[0, a - plane : b - plane]
    for i in range(b - a):
        result[i] = (
            d[i] * v[i] - face_x0[i] * before[i] - face_x[i] * after[i] - face_z0[i] * above[i] - face_z[i] * below[i]
        )
    if shapes[level, 1] > 1:
        left, right = values[a - row : b - row], values[a + row : b + row]
        face_y, face_y0 = faces[1, a:b], faces[1, a - row : b - row]
        for i in range(b - a):
            result[i] -= face_y0[i] * left[i] + face_y[i] * right[i]


@njit(cache=True, nogil=True)
def _smooth(shapes, start, level, faces, diagonal, inverse, right, values, work):
    """One sweep of damped Jacobi."""
    a, b = start[level], start[level + 1]
    _apply(shapes, start, level, faces, diagonal, values, work)
    v, r, w, scale = values[a:b], right[a:b], work[a:b], inverse[a:b]
    for i in range(b - a):
        v[i] += _DAMPING * scale[i] * (r[i] - w[i])


@njit(cache=True, nogil=True)
def _v_cycle(shapes, start, faces, diagonal, inverse, right, values, work):
    """Solve level 0 roughly for ``right``, from zero, into ``values``; symmetric, as a preconditioner must be."""
    last = len(shapes) - 1
    for level in range(last + 1):
        a, b = start[level], start[level + 1]
        v, r, scale, w = values[a:b], right[a:b], inverse[a:b], work[a:b]
        for i in range(b - a):
            v[i] = _DAMPING * scale[i] * r[i]
        if level == last:
            break
        _apply(shapes, start, level, faces, diagonal, values, work)
        for i in range(b - a):
            w[i] = r[i] - w[i]
        _restrict(shapes, start, level, work, right)
    for _ in range(_COARSEST_SWEEPS):
        _smooth(shapes, start, last, faces, diagonal, inverse, right, values, work)
    for level in range(last - 1, -1, -1):
        _prolong(shapes, start, level, values)
        _smooth(shapes, start, level, faces, diagonal, inverse, right, values, work)


@njit(cache=True, nogil=True)
def _dot(a, b):
    """Sum of products in four fixed strands: fast, and the same whatever runs beside it."""
    s0, s1, s2, s3 = 0.0, 0.0, 0.0, 0.0
    n = len(a) // 4
    for i in range(n):
        s0 += a[4 * i] * b[4 * i]
        s1 += a[4 * i + 1] * b[4 * i + 1]
        s2 += a[4 * i + 2] * b[4 * i + 2]
        s3 += a[4 * i + 3] * b[4 * i + 3]
    for i in range(4 * n, len(a)):
        s0 += a[i] * b[i]
    return (s0 + s1) + (s2 + s3)


@njit(cache=True, nogil=True)
def solve(shapes, start, faces, reaction, right, solution, buffers, tolerance, most):
    """Solve to a residual of ``tolerance`` times the norm of ``right``.

    Parameters
    ----------
    shapes, start : from :func:`level_shapes` and :func:`offsets`.
    faces : ``(3, length)`` conductances, all levels filled, zero beyond the last cell of each axis.
    reaction : ``(length,)``, level 0 filled; the rest is made here.
    right : ``(n,)`` right-hand side.
    solution : ``(n,)``, first guess on entry.
    buffers : ``(8, length)`` workspace, zero at first.
    tolerance, most : relative residual to reach, and the largest number of iterations.

    Returns
    -------
    iterations, relative residual; the residual is above the tolerance if it did not converge, NaN if numbers broke.
    """
    n = start[1] - start[0]
    a, b = start[0], start[1]
    diagonal, inverse = buffers[0], buffers[1]
    for level in range(len(shapes)):
        if level > 0:
            _restrict(shapes, start, level - 1, reaction, reaction)
        _set_diagonal(shapes, start, level, reaction, faces, diagonal, inverse)
    scale = _dot(right, right)
    if scale == 0.0:
        solution[:] = 0.0
        return 0, 0.0
    if math.isnan(scale):
        return 0, math.nan
    residual, product, direction = buffers[2, a:b], buffers[3, a:b], buffers[4, a:b]
    preconditioned = buffers[6, a:b]
    direction[:] = solution
    _apply(shapes, start, 0, faces, diagonal, buffers[4], buffers[3])
    for i in range(n):
        residual[i] = right[i] - product[i]
    norm = _dot(residual, residual)
    rho = 0.0
    iteration = 0
    while not norm <= tolerance * tolerance * scale and iteration < most:
        buffers[5, a:b] = residual
        _v_cycle(shapes, start, faces, diagonal, inverse, buffers[5], buffers[6], buffers[7])
        rho_new = _dot(residual, preconditioned)
        beta = rho_new / rho if iteration > 0 else 0.0
        rho = rho_new
        for i in range(n):
            direction[i] = preconditioned[i] + beta * direction[i]
        _apply(shapes, start, 0, faces, diagonal, buffers[4], buffers[3])
        slope = _dot(direction, product)
        if slope == 0.0:
            break
        alpha = rho / slope
        for i in range(n):
            solution[i] += alpha * direction[i]
            residual[i] -= alpha * product[i]
        norm = _dot(residual, residual)
        iteration += 1
    return iteration, math.sqrt(norm / scale)
