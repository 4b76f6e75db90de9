"""Where a free-moving cell is and may be. Positions count from the corner of the lattice, in um."""

from __future__ import annotations

from numba import njit

from mendsim.abm.tissue import CLOT, DERMIS, HYPODERMIS


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
