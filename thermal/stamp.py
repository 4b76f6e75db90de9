"""One zone ready to be laid on the lattice: the cylinder around its axis becomes shares of sites."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mendsim.common.lattice import Lattice
from mendsim.thermal.grid import ZoneGrid
from mendsim.thermal.injury import DAMAGE_PROCESSES
from mendsim.thermal.placement import depth_weights, slit_weights, square_weights
from mendsim.thermal.zone import Zone

REACH_K = 3.0
"""A zone is carried to the lattice as far out as it warmed the tissue by this much [K]; 37 degC harms nothing."""


Window = tuple[slice, slice, slice]


LEAST_DOSE = 1e-3
"""Thermal dose that counts as none [min at 43 degC]."""


def zone_maps(zone: Zone, rest_c: float) -> NDArray[np.float32]:
    """Stack the maps ``(maps, nz, nr)`` of a zone: what was removed, damage by process, dose, and highest rise [K].

    Dose is kept as ``log10(CEM43 / LEAST_DOSE)``, for a mean of it over a site says little.
    """
    dose = np.log10(np.maximum(zone.dose_min, LEAST_DOSE) / LEAST_DOSE)
    damage = [zone.damage(process) for process in DAMAGE_PROCESSES]
    return np.stack([zone.removed, *damage, dose, zone.peak_c - rest_c]).astype(np.float32)


@dataclass(frozen=True, eq=False)
class Stamp:
    """Maps of a zone as far as it matters, ``(maps, layers, rings)``."""

    r_edges_um: NDArray[np.float64]
    z_edges_um: NDArray[np.float64]
    maps: NDArray[np.float32]

    @classmethod
    def of(cls, grid: ZoneGrid, maps: NDArray[np.float32], background: NDArray[np.float64] | float = 0.0) -> Stamp:
        """Cut the maps of `zone_maps` down to where they rise `REACH_K` above a background ``(nz,)`` [K]."""
        touched = maps[-1] - np.reshape(background, (-1, 1)) > REACH_K
        rings = int(np.flatnonzero(touched.any(axis=0))[-1]) + 1 if touched.any() else 1
        rows = int(np.flatnonzero(touched.any(axis=1))[-1]) + 1 if touched.any() else 1
        return cls(1e6 * grid.r_edges[: rings + 1], 1e6 * grid.z_edges[: rows + 1], maps[:, :rows, :rings])

    def on(self, lattice: Lattice, x_um: float, y_um: float, surface_um: float) -> tuple[Window, NDArray[np.float32]]:
        """Return the part of the lattice that the zone touches, and the values of the maps there."""
        h = lattice.spacing_um
        # A section lies in the plane of the axis, whatever its row's y.
        column, row = int(x_um // h), int(y_um // h) if lattice.ny > 1 else 0
        farthest = max(column, lattice.nx - 1 - column, row, lattice.ny - 1 - row)
        span = min(int(np.ceil(self.r_edges_um[-1] / h)) + 1, farthest)
        values = self._around(
            lattice, span, round(x_um - column * h, 6), round(y_um - row * h, 6), round(surface_um, 6)
        )  # fmt: skip
        x0, x1 = max(0, column - span), max(0, min(lattice.nx, column + span + 1))
        y0, y1 = (0, 1) if lattice.ny == 1 else (max(0, row - span), max(0, min(lattice.ny, row + span + 1)))
        x0, y0 = min(x0, x1), min(y0, y1)
        cut_x = slice(x0 - column + span, x1 - column + span)
        cut_y = slice(0, 1) if lattice.ny == 1 else slice(y0 - row + span, y1 - row + span)
        return (slice(None), slice(y0, y1), slice(x0, x1)), values[:, :, cut_y, cut_x]

    def _around(
        self, lattice: Lattice, span: int, dx_um: float, dy_um: float, surface_um: float
    ) -> NDArray[np.float32]:
        """Values on all sites within ``span`` of the site that holds the axis, at (dx, dy) from its corner."""
        h = lattice.spacing_um
        grid = h * np.arange(-span, span + 2, dtype=np.float64)
        x = grid - dx_um
        down = depth_weights(lattice, self.z_edges_um, surface_um)
        if lattice.ny == 1:
            across = slit_weights(x[:-1], x[1:], self.r_edges_um)[None, :, :]
        else:
            across = square_weights(x, grid - dy_um, self.r_edges_um)
        flat = across.reshape(-1, across.shape[2]).astype(np.float32)
        sites = np.asarray(down.astype(np.float32) @ self.maps @ flat.T, np.float32)
        np.clip(sites[:-2], 0, 1, out=sites[:-2])
        return sites.reshape(len(self.maps), lattice.nz, *across.shape[:2])
