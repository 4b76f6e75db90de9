"""Where a freely moving cell is and may be, what it reads and secretes. Positions count from the corner, in um."""

from __future__ import annotations

import numpy as np
from numba import njit

from mendsim.abm.tissue import CLOT, DERMIS, HYPODERMIS

MOST_SUBSTEPS = 64
"""Substeps of one step, each with draws of its own."""


@njit(cache=True, nogil=True, inline="always")
def site_of(position, spacing, n):
    """Index of the site that holds a position, kept inside the lattice."""
    return min(max(int(position / spacing), 0), n - 1)


@njit(cache=True, nogil=True)
def passable(code, x, y, z, spacing):
    """Whether a cell of the dermis may stand here: inside the lattice, in dermis or clot."""
    nz, ny, nx = code.shape
    if x < 0.0 or y < 0.0 or z < 0.0 or x >= nx * spacing or y >= ny * spacing or z >= nz * spacing:
        return False
    here = code[int(z / spacing), int(y / spacing), int(x / spacing)]
    return here == DERMIS or here == CLOT


@njit(cache=True, nogil=True)
def patrolled(code, x, y, z, spacing):
    """Whether an immune cell may stand here: as :func:`passable`, and in the hypodermis, where deep bulbs lie."""
    nz, ny, nx = code.shape
    if x < 0.0 or y < 0.0 or z < 0.0 or x >= nx * spacing or y >= ny * spacing or z >= nz * spacing:
        return False
    here = code[int(z / spacing), int(y / spacing), int(x / spacing)]
    return here == DERMIS or here == CLOT or here == HYPODERMIS


@njit(cache=True, nogil=True, inline="always")
def read(values, x, y, z, width):
    """Value at a place of an array whose cells are ``width`` um wide."""
    nz, ny, nx = values.shape
    return values[site_of(z, width, nz), site_of(y, width, ny), site_of(x, width, nx)]


@njit(cache=True, nogil=True)
def secrete(rows, x, y, z, level, source, spacing, factor, quanta):
    """Add ``quanta`` times each cell's ``level`` to a field's source, int64."""
    coarse = spacing * factor
    for row in rows:
        amount = np.int64(quanta * level[row])
        if amount > 0:
            source[
                site_of(z[row], coarse, source.shape[0]),
                site_of(y[row], coarse, source.shape[1]),
                site_of(x[row], coarse, source.shape[2]),
            ] += amount
