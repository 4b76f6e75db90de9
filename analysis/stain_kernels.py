"""Inner loops of stained pictures: blending of sites, streaks, nearest cells, nuclei, lamellae, vessels, fat.

Each works on bare arrays: x and z are places of pixels [um], other arrays as said. ``out`` is written in place.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Array = NDArray[np.float32]
_REACH = 2
"""Sites either way in which the nearest cell is looked for: cells stand less than a third of a site off its middle."""


@njit(cache=True, nogil=True)
def _within(index: int, size: int) -> int:
    return min(max(index, 0), size - 1)


@njit(cache=True, nogil=True)
def _smooth(value: float, low: float, high: float) -> float:
    share = min(max((value - low) / (high - low), 0.0), 1.0)
    return share * share * (3.0 - 2.0 * share)


@njit(cache=True, nogil=True)
def blend(sites: Array, row: Array, column: Array, quadratic: bool, out: Array) -> None:
    """Blend sites ``(k, nz, nx)`` at places in units of sites by a B-spline of order 2, or else 1."""
    planes, nz, nx = sites.shape
    weight_z, weight_x = np.empty(3, np.float32), np.empty(3, np.float32)
    for i in range(row.shape[0]):
        for j in range(row.shape[1]):
            z, x = row[i, j], column[i, j]
            if quadratic:
                iz, ix = int(np.floor(z + 0.5)), int(np.floor(x + 0.5))
                tz, tx = z - iz, x - ix
                weight_z[0], weight_z[1], weight_z[2] = 0.5 * (0.5 - tz) ** 2, 0.75 - tz * tz, 0.5 * (0.5 + tz) ** 2
                weight_x[0], weight_x[1], weight_x[2] = 0.5 * (0.5 - tx) ** 2, 0.75 - tx * tx, 0.5 * (0.5 + tx) ** 2
                first_z, first_x, width = iz - 1, ix - 1, 3
            else:
                first_z, first_x, width = int(np.floor(z)), int(np.floor(x)), 2
                weight_z[1], weight_x[1] = z - first_z, x - first_x
                weight_z[0], weight_x[0] = 1.0 - weight_z[1], 1.0 - weight_x[1]
            for plane in range(planes):
                total = np.float32(0.0)
                for a in range(width):
                    at = _within(first_z + a, nz)
                    for b in range(width):
                        total += weight_z[a] * weight_x[b] * sites[plane, at, _within(first_x + b, nx)]
                out[plane, i, j] = total


@njit(cache=True, nogil=True)
def streak(noise: Array, cos: Array, sin: Array, steps: int, stride: float, out: Array) -> None:
    """Add up noise along a direction, ``steps`` places of ``stride`` pixels either way."""
    rows, columns = noise.shape
    for i in range(rows):
        for j in range(columns):
            total = noise[i, j]
            for way in (np.float32(1.0), np.float32(-1.0)):
                row, column = np.float32(i) + np.float32(0.5), np.float32(j) + np.float32(0.5)
                along_x, along_z = way * cos[i, j], way * sin[i, j]
                for _ in range(steps):
                    row += stride * along_z
                    column += stride * along_x
                    a, b = _within(int(row), rows), _within(int(column), columns)
                    total += noise[a, b]
                    next_x, next_z = cos[a, b], sin[a, b]
                    if next_x * along_x + next_z * along_z < np.float32(
                        0.0
                    ):  # a direction has no sign: go on the way it came
                        next_x, next_z = -next_x, -next_z
                    along_x, along_z = next_x, next_z
            out[i, j] = total


@njit(cache=True, nogil=True)
def nearest(
    cell_at: NDArray[np.int64],
    middle_x: NDArray[np.float64],
    middle_z: NDArray[np.float64],
    x: Array,
    z: Array,
    origin: tuple[float, float, float],
    own: NDArray[np.int64],
    away: Array,
    border: Array,
) -> None:
    """Find the nearest cell of each pixel, its distance, and by how much the next one is farther.

    ``cell_at`` holds the cell of each site ``(nz, nx)`` or -1; ``origin`` is first x, first z and edge of a site.
    """
    nz, nx = cell_at.shape
    first_x, first_z, spacing = origin
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            iz, ix = int(np.rint((z[i, j] - first_z) / spacing)), int(np.rint((x[i, j] - first_x) / spacing))
            best, second, which = 1e9, 1e9, 0
            for a in range(max(iz - _REACH, 0), min(iz + _REACH + 1, nz)):
                for b in range(max(ix - _REACH, 0), min(ix + _REACH + 1, nx)):
                    cell = cell_at[a, b]
                    if cell < 0:
                        continue
                    far = (x[i, j] - middle_x[cell]) ** 2 + (z[i, j] - middle_z[cell]) ** 2
                    if far < best:
                        best, second, which = far, best, cell
                    elif far < second:
                        second = far
            own[i, j] = which
            away[i, j] = np.sqrt(best)
            border[i, j] = np.sqrt(second) - np.sqrt(best)


@njit(cache=True, nogil=True)
def spots(
    x: Array, z: Array, shape: NDArray[np.float64], strength: NDArray[np.float64], soft: tuple[float, float], out: Array
) -> None:
    """Paint ellipses, the strongest on top.

    ``shape`` holds x, z, half length, half width, tilt and hole (share of the radius left empty) of each;
    ``soft`` the shares of the radius between which the edge falls off; x and z are those of columns and rows.
    """
    step_x = x[1] - x[0] if len(x) > 1 else np.float32(1.0)
    step_z = z[1] - z[0] if len(z) > 1 else np.float32(1.0)
    for row in range(len(shape)):
        middle_x, middle_z, along, across, tilt, hole = shape[row]
        reach = max(along, across) * soft[1]
        first_i, last_i = int((middle_z - reach - z[0]) / step_z), int((middle_z + reach - z[0]) / step_z) + 2
        first_j, last_j = int((middle_x - reach - x[0]) / step_x), int((middle_x + reach - x[0]) / step_x) + 2
        cos, sin = np.cos(tilt), np.sin(tilt)
        for i in range(max(first_i, 0), min(last_i, len(z))):
            for j in range(max(first_j, 0), min(last_j, len(x))):
                dx, dz = x[j] - middle_x, z[i] - middle_z
                far = np.hypot((dx * cos + dz * sin) / along, (dz * cos - dx * sin) / across)
                value = strength[row] * (1.0 - _smooth(far, soft[0], soft[1]))
                if hole > 0.0:
                    value *= _smooth(far, hole - 0.2, hole)
                out[i, j] = max(out[i, j], value)


@njit(cache=True, nogil=True)
def lamellae(x: Array, z: Array, shape: NDArray[np.float64], out: Array) -> None:
    """Paint corneocytes as wavy lamellae; x and z are those of columns and rows.

    ``shape`` holds x, z, half length, half thickness, slope, size and length and phase of the wave, and strength.
    """
    step_x = x[1] - x[0] if len(x) > 1 else np.float32(1.0)
    step_z = z[1] - z[0] if len(z) > 1 else np.float32(1.0)
    for row in range(len(shape)):
        middle_x, middle_z, half, thick, slope, sway, wave, phase, strength = shape[row]
        reach = abs(slope) * half + sway + thick + 1.0
        first_i, last_i = int((middle_z - reach - z[0]) / step_z), int((middle_z + reach - z[0]) / step_z) + 2
        first_j, last_j = int((middle_x - half - x[0]) / step_x), int((middle_x + half - x[0]) / step_x) + 2
        for j in range(max(first_j, 0), min(last_j, len(x))):
            dx = x[j] - middle_x
            if abs(dx) >= half:
                continue
            line = middle_z + slope * dx + sway * np.sin(dx / wave + phase)
            width = thick * np.sqrt(1.0 - (dx / half) ** 2)
            soft = max(0.35, 0.6 * step_z)
            for i in range(max(first_i, 0), min(last_i, len(z))):
                inside = _smooth(width - abs(z[i] - line), -soft, soft)
                out[i, j] = max(out[i, j], strength * inside)


@njit(cache=True, nogil=True)
def tubes(
    x: Array, z: Array, ends: NDArray[np.float64], reach_um: NDArray[np.float64], out: Array, which: NDArray[np.int32]
) -> None:
    """Distance of each pixel of the plane y = 0 from the lumen of the nearest tube, negative inside it.

    ``ends`` holds x, y, z of both ends and the radius of each; ``reach_um`` how far from its lumen it is looked at.
    x and z are those of columns and rows; ``which`` becomes the number of the tube.
    """
    step_x = x[1] - x[0] if len(x) > 1 else np.float32(1.0)
    step_z = z[1] - z[0] if len(z) > 1 else np.float32(1.0)
    for row in range(len(ends)):
        ax, ay, az, bx, by, bz, radius = ends[row]
        dx, dy, dz = bx - ax, by - ay, bz - az
        length = max(dx * dx + dy * dy + dz * dz, 1e-9)
        far = radius + reach_um[row]
        if min(ay, by) > far or max(ay, by) < -far:
            continue
        first_i, last_i = int((min(az, bz) - far - z[0]) / step_z), int((max(az, bz) + far - z[0]) / step_z) + 2
        first_j, last_j = int((min(ax, bx) - far - x[0]) / step_x), int((max(ax, bx) + far - x[0]) / step_x) + 2
        for i in range(max(first_i, 0), min(last_i, len(z))):
            for j in range(max(first_j, 0), min(last_j, len(x))):
                px, pz = x[j] - ax, z[i] - az
                share = min(max((px * dx - ay * dy + pz * dz) / length, 0.0), 1.0)
                cx, cy, cz = px - share * dx, -ay - share * dy, pz - share * dz
                signed = np.sqrt(cx * cx + cy * cy + cz * cz) - radius
                if signed < out[i, j]:
                    out[i, j], which[i, j] = signed, row


@njit(cache=True, nogil=True)
def cell_walls(x: Array, z: Array, point_x: Array, point_z: Array, pitch_um: float, out: Array) -> None:
    """Distance of each pixel from the wall between the two nearest of jittered points, one in each square.

    ``point_x`` and ``point_z`` are the places of the points in units of the squares ``(rows, columns)``, counted from
    the square that holds x = z = 0 of the given places.
    """
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            at_x, at_z = x[i, j] / pitch_um, z[i, j] / pitch_um
            iz, ix = int(at_z), int(at_x)
            best, second = 1e9, 1e9
            for a in range(max(iz - 2, 0), min(iz + 3, point_x.shape[0])):
                for b in range(max(ix - 2, 0), min(ix + 3, point_x.shape[1])):
                    far = np.hypot(at_x - point_x[a, b], at_z - point_z[a, b])
                    if far < best:
                        best, second = far, best
                    elif far < second:
                        second = far
            out[i, j] = 0.5 * (second - best) * pitch_um
