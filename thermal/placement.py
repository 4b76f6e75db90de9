"""From the cylinder of one zone to the cubes of the lattice, conserving area in a section and volume in a block."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mendsim.common.lattice import Lattice


def depth_weights(lattice: Lattice, z_edges_um: NDArray[np.float64], surface_um: float) -> NDArray[np.float64]:
    """Share of each lattice layer that each layer of the zone fills, shape ``(nz, zone layers)``.

    The zone hangs from a surface that lies ``surface_um`` below the mean skin surface.
    """
    top = lattice.depth_um - 0.5 * lattice.spacing_um - surface_um
    bottom = top + lattice.spacing_um
    overlap = np.minimum(bottom[:, None], z_edges_um[None, 1:]) - np.maximum(top[:, None], z_edges_um[None, :-1])
    return np.maximum(overlap, 0.0) / lattice.spacing_um


def slit_weights(
    left_um: NDArray[np.float64], right_um: NDArray[np.float64], r_edges_um: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Share of each interval on a line through the axis that each ring fills, shape ``(intervals, rings)``."""
    share = np.zeros((left_um.size, r_edges_um.size - 1))
    for low, high in ((left_um, right_um), (-right_um, -left_um)):
        overlap = np.minimum(high[:, None], r_edges_um[None, 1:]) - np.maximum(low[:, None], r_edges_um[None, :-1])
        share += np.maximum(overlap, 0.0)
    return share / (right_um - left_um)[:, None]


def square_weights(
    x_edges_um: NDArray[np.float64], y_edges_um: NDArray[np.float64], r_edges_um: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Share of each square of a grid around the axis that each ring fills, shape ``(ny, nx, rings)``; exact."""
    corner = _quadrant_area(x_edges_um[None, :, None], y_edges_um[:, None, None], r_edges_um[None, None, :])
    disc = np.diff(np.diff(corner, axis=0), axis=1)
    return np.diff(disc, axis=2) / (np.diff(y_edges_um)[:, None, None] * np.diff(x_edges_um)[None, :, None])


def _quadrant_area(x: NDArray[np.float64], y: NDArray[np.float64], radius: NDArray[np.float64]) -> NDArray[np.float64]:
    """Area of a disc around the origin over the rectangle from the origin to (x, y), with the sign of x y."""
    sign = np.sign(x) * np.sign(y)
    x, y = np.minimum(np.abs(x), radius), np.minimum(np.abs(y), radius)
    turn = np.minimum(np.sqrt(np.maximum(radius**2 - y**2, 0.0)), x)

    def under_arc(t: NDArray[np.float64]) -> NDArray[np.float64]:
        inside = np.sqrt(np.maximum(radius**2 - t**2, 0.0))
        return 0.5 * (t * inside + radius**2 * np.arctan2(t, inside))

    return sign * (y * turn + under_arc(x) - under_arc(turn))
