"""Where zones lie on the skin."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from mendsim.common import purposes
from mendsim.common.errors import InputError
from mendsim.common.lattice import Lattice
from mendsim.common.philox import uniform_pair
from mendsim.thermal.session import LaserSession


def place_zones(
    session: LaserSession, lattice: Lattice, seed: int, *, centred: bool = True
) -> list[NDArray[np.float64]]:
    """Axes of the zones of each pass [um], each of shape ``(zones, 2)`` as (x, y).

    A block gets the pattern over its whole surface. A section gets one row of the pattern in its plane y = 0, at the
    distance of neighbours. The first pass is centred unless told otherwise (a later session); every other one is
    shifted as a whole by a random offset, because no operator can align two passes.

    Raises
    ------
    InputError : the lattice is too small to hold one zone at this density.
    """
    passes = []
    for number in range(session.passes):
        points = _random(session, lattice, seed, number) if session.pattern == "random" else _regular(session, lattice)
        if (number > 0 or not centred) and session.pattern != "random":
            shift = np.array(uniform_pair(seed, 0, number, purposes.PATTERN)) * session.pitch_um * 2
            points = (points + shift) % _extent(lattice)
        if session.jitter_um > 0:
            points = (points + session.jitter_um * _scatter(seed, number, len(points))) % _extent(lattice)
        if lattice.ny == 1:
            points[:, 1] = 0.0
        passes.append(points)
    return passes


def _scatter(seed: int, number: int, count: int) -> NDArray[np.float64]:
    """Draw normal deviates for the zones of a pass, ``(count, 2)``; Box and Muller 1958."""
    draws = np.array([uniform_pair(seed, index, number, purposes.JITTER) for index in range(count)])
    length, turn = np.sqrt(-2.0 * np.log1p(-draws[:, 0])), 2.0 * np.pi * draws[:, 1]
    return length[:, None] * np.stack([np.cos(turn), np.sin(turn)], axis=1)


def _extent(lattice: Lattice) -> NDArray[np.float64]:
    return np.array([lattice.nx, lattice.ny]) * lattice.spacing_um


def _count(length_um: float, step_um: float, key: str) -> int:
    count = math.floor(length_um / step_um + 0.5)
    if count < 1:
        raise InputError(
            "the skin is too small for the pattern",
            key=key,
            value=length_um,
            allowed=f"at least {0.5 * step_um:.0f} um",
        )
    return count


def _regular(session: LaserSession, lattice: Lattice) -> NDArray[np.float64]:
    width, length = _extent(lattice)
    pitch = session.pitch_um
    columns = _count(width, pitch, "width_um")
    x = 0.5 * width + (np.arange(columns) - 0.5 * (columns - 1)) * pitch
    if lattice.ny == 1:
        return np.stack([x, np.zeros_like(x)], axis=1)
    hexagonal = session.pattern == "hexagonal"
    row_step = session.row_um
    rows = _count(length, row_step, "length_um")
    y = 0.5 * length + (np.arange(rows) - 0.5 * (rows - 1)) * row_step
    # Rows of a hexagonal pattern are shifted by a quarter pitch to either side, which keeps the block centred.
    shift = np.where(np.arange(rows) % 2 == 0, -0.25, 0.25) * pitch * hexagonal
    return np.stack([(x[None, :] + shift[:, None]).ravel() % width, np.repeat(y, columns)], axis=1)


def _random(session: LaserSession, lattice: Lattice, seed: int, number: int) -> NDArray[np.float64]:
    width, length = _extent(lattice)
    if lattice.ny == 1:
        count = _count(width, session.pitch_um, "width_um")
    else:
        count = math.floor(session.density_per_cm2 * width * length * 1e-8 + 0.5)
        if count < 1:
            raise InputError(
                "the skin is too small for the pattern",
                key="density_per_cm2",
                value=session.density_per_cm2,
                allowed=f"at least {0.5e8 / (width * length):.3g} per cm2 for this block",
            )
    draws = np.array([uniform_pair(seed, index, number, purposes.PATTERN) for index in range(count)])
    return draws * np.array([width, length])
