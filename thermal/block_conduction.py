"""Conduction and perfusion in a block of layered tissue: alternating directions in three dimensions.

Solves ``c dT/dt = div(k grad T) - p T`` for the rise ``T`` above the steady state before the session (Pennes 1948,
doi:10.1152/jappl.1948.1.2.93) in finite volumes with the splitting of Douglas 1962 (doi:10.1007/BF01386295), second
order in space and time. Properties depend on depth alone. Nothing passes the four sides, which mirror what is beyond.
What lies above the surface may be warmer or colder than the skin at rest: air, or a cooling plate. What leaves through
the surface, through the bottom and with blood is counted as the scheme moves it, so heat is conserved to rounding.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray


@dataclass(frozen=True)
class BlockFactors:
    """Coefficients of one step, by depth.

    Parameters
    ----------
    capacity : heat capacity of a cell [J/K], ``(nz,)``.
    along_x, along_y : conductances between neighbours [W/K], ``(nz,)``.
    along_z : conductances of the faces from the surface down [W/K], ``(nz + 1,)``.
    blood : heat taken by blood [W/K], ``(nz,)``.
    above : temperature rise of what lies above the surface [K].
    pivot_x, pivot_y, pivot_z : inverse pivots of the tridiagonal systems, ``(nz, nx)``, ``(nz, ny)``, ``(nz,)``.
    dt : time [s].
    """

    capacity: NDArray[np.float64]
    along_x: NDArray[np.float64]
    along_y: NDArray[np.float64]
    along_z: NDArray[np.float64]
    blood: NDArray[np.float64]
    above: float
    pivot_x: NDArray[np.float64]
    pivot_y: NDArray[np.float64]
    pivot_z: NDArray[np.float64]
    dt: float

    @classmethod
    def of(
        cls,
        capacity: NDArray[np.float64],
        along_x: NDArray[np.float64],
        along_y: NDArray[np.float64],
        along_z: NDArray[np.float64],
        blood: NDArray[np.float64],
        above: float,
        shape: tuple[int, int, int],
        dt: float,
    ) -> BlockFactors:
        """Factorise the systems of a step of ``dt`` [s] on a block of ``shape`` (nz, ny, nx)."""
        nz, ny, nx = shape

        def sides(conductance: NDArray[np.float64], count: int) -> NDArray[np.float64]:
            faces = np.repeat(conductance[:, None], count + 1, axis=1)
            faces[:, 0] = faces[:, -1] = 0.0
            return faces

        return cls(
            capacity, along_x, along_y, along_z, blood, above,
            _pivots(capacity[:, None] + np.zeros((nz, nx)), 0.5 * dt * sides(along_x, nx)),
            _pivots(capacity[:, None] + np.zeros((nz, ny)), 0.5 * dt * sides(along_y, ny)),
            _pivots(capacity[None, :], 0.5 * dt * along_z[None, :])[0],
            dt,
        )  # fmt: skip


def _pivots(diagonal: NDArray[np.float64], half: NDArray[np.float64]) -> NDArray[np.float64]:
    """Inverse pivots of lines with ``diagonal`` (lines, n) and half a step of conductance at each face (lines, n+1)."""
    out = np.empty_like(diagonal)
    for i in range(diagonal.shape[1]):
        pivot = diagonal[:, i] + half[:, i] + half[:, i + 1]
        if i > 0:
            pivot = pivot - half[:, i] ** 2 * out[:, i - 1]
        out[:, i] = 1.0 / pivot
    return out


def conduct_block(rise: NDArray[np.float64], f: BlockFactors, change: NDArray[np.float64]) -> tuple[float, float]:
    """Advance the temperature rise [K] ``(nz, ny, nx)`` by one step in place; ``change`` is scratch of that shape.

    Returns the energy [J] that left through surface and bottom, and that blood took.
    """
    _along_x_and_y(
        rise, f.capacity, f.along_x, f.along_y, f.along_z, f.blood, f.above, f.pivot_x, f.pivot_y, f.dt, change
    )  # fmt: skip
    taken = f.dt * float(f.blood @ rise.sum(axis=(1, 2)))
    top, bottom = rise[0].sum(), rise[-1].sum()
    _along_z(rise, f.capacity, f.along_z, f.pivot_z, f.dt, change)
    upward = f.along_z[0] * (0.5 * (top + rise[0].sum()) - rise[0].size * f.above)
    downward = f.along_z[-1] * 0.5 * (bottom + rise[-1].sum())
    return float(f.dt * (upward + downward)), taken


@njit(cache=True, nogil=True)
def _along_x_and_y(rise, capacity, along_x, along_y, along_z, blood, above, pivot_x, pivot_y, dt, change):
    """Put into ``change`` the step with x and y implicit."""
    nz, ny, nx = rise.shape
    for k in range(nz):
        gx, gy, up, down = dt * along_x[k], dt * along_y[k], dt * along_z[k], dt * along_z[k + 1]
        half = 0.5 * gx
        for j in range(ny):
            before = 0.0
            for i in range(nx):
                here = rise[k, j, i]
                flow = -dt * blood[k] * here
                flow += up * ((rise[k - 1, j, i] if k > 0 else above) - here)
                flow += down * ((rise[k + 1, j, i] if k + 1 < nz else 0.0) - here)
                if j > 0:
                    flow += gy * (rise[k, j - 1, i] - here)
                if j + 1 < ny:
                    flow += gy * (rise[k, j + 1, i] - here)
                if i > 0:
                    flow += gx * (rise[k, j, i - 1] - here) + half * before
                if i + 1 < nx:
                    flow += gx * (rise[k, j, i + 1] - here)
                before = flow * pivot_x[k, i]
                change[k, j, i] = before
            for i in range(nx - 2, -1, -1):
                change[k, j, i] += half * pivot_x[k, i] * change[k, j, i + 1]
        half = 0.5 * gy
        for j in range(ny):
            for i in range(nx):
                right = capacity[k] * change[k, j, i]
                if j > 0:
                    right += half * change[k, j - 1, i]
                change[k, j, i] = right * pivot_y[k, j]
        for j in range(ny - 2, -1, -1):
            for i in range(nx):
                change[k, j, i] += half * pivot_y[k, j] * change[k, j + 1, i]


@njit(cache=True, nogil=True)
def _along_z(rise, capacity, along_z, pivot_z, dt, change):
    """Make the step implicit along z as well and add it to the rise."""
    nz, ny, nx = rise.shape
    for j in range(ny):
        for k in range(nz):
            half = 0.5 * dt * along_z[k]
            for i in range(nx):
                right = capacity[k] * change[k, j, i]
                if k > 0:
                    right += half * change[k - 1, j, i]
                change[k, j, i] = right * pivot_z[k]
        for k in range(nz - 1, -1, -1):
            half = 0.5 * dt * along_z[k + 1]
            for i in range(nx):
                if k + 1 < nz:
                    change[k, j, i] += half * pivot_z[k] * change[k + 1, j, i]
                rise[k, j, i] += change[k, j, i]
