"""Zones laid on the lattice: the cylinder around each axis becomes shares of sites, and overlaps combine."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mendsim.common.errors import InputError
from mendsim.common.lattice import Lattice
from mendsim.thermal.injury import DAMAGE_PROCESSES, ZONE_COLUMNS, Injury
from mendsim.thermal.placement import depth_weights, slit_weights, square_weights
from mendsim.thermal.summary import summarise
from mendsim.thermal.zone import Zone

REACH_K = 3.0
"""A zone is carried to the lattice as far out as it warmed the tissue by this much [K]; 37 degC harms nothing."""


def lay(
    zone: Zone,
    axes: NDArray[np.float64],
    lattice: Lattice,
    *,
    rest_c: float,
    surface_depth_um: NDArray[np.float64] | None,
    record: dict[str, Any],
) -> Injury:
    """Lay one zone on each of some axes.

    Where zones overlap, ``1 - prod(1 - a)`` of a site is removed, damage integrals add, and the higher temperature
    counts.

    Parameters
    ----------
    zone : what happened around one axis.
    axes : places of the axes (x, y) on the lattice [um], ``(zones, 2)``.
    lattice : where the injury is wanted.
    rest_c : temperature of skin that was not reached [degC].
    surface_depth_um : depth of the skin surface below its mean, ``(ny, nx)``; flat if None.
    record : what produced the injury; sizes and energies of the zone are added.
    """
    check_surface(surface_depth_um, lattice)
    sizes = summarise(zone)
    stamp = Stamp.of(zone, rest_c)
    kept = np.ones(lattice.shape, np.float32)
    survival = {process: np.ones(lattice.shape, np.float32) for process in DAMAGE_PROCESSES}
    rise = np.zeros(lattice.shape, np.float32)
    for x_um, y_um in axes:
        surface_um = surface_at(surface_depth_um, lattice, float(x_um), float(y_um))
        here, values = stamp.on(lattice, float(x_um), float(y_um), surface_um)
        kept[here] *= 1 - values[0]
        for process, lost in zip(DAMAGE_PROCESSES, values[1:-1], strict=True):
            survival[process][here] *= 1 - lost
        rise[here] = np.maximum(rise[here], values[-1])
    columns = {name: np.full(len(axes), sizes[name]) for name in ZONE_COLUMNS[2:]}
    killed = 1 - survival["keratinocyte_necrosis"]
    injury = Injury(
        lattice=lattice,
        ablated=np.clip(1 - kept, 0, 1),
        damage={process: np.clip(1 - survival[process], 0, 1) for process in DAMAGE_PROCESSES},
        peak_temperature_c=rise + np.float32(rest_c),
        zones={"x_um": axes[:, 0].copy(), "y_um": axes[:, 1].copy(), **columns},
        record={
            **record,
            "zone_count": len(axes),
            "zone": sizes,
            "zone_energy_j": zone.ledger,
            "zone_energy_error": zone.energy_error,
            "treated_fraction": float((killed > 0.5).any(axis=0).mean()),
        },
    )
    injury.validate()
    return injury


def check_surface(surface_depth_um: NDArray[np.float64] | None, lattice: Lattice) -> None:
    """Raise `InputError` unless there is one depth for each column of the lattice, or none."""
    if surface_depth_um is not None and surface_depth_um.shape != (lattice.ny, lattice.nx):
        raise InputError(
            "wrong shape", key="surface_depth_um", value=surface_depth_um.shape, allowed=str((lattice.ny, lattice.nx))
        )


def surface_at(surface_depth_um: NDArray[np.float64] | None, lattice: Lattice, x_um: float, y_um: float) -> float:
    """Depth of the skin surface below its mean at a place [um]."""
    if surface_depth_um is None:
        return 0.0
    i = min(int(x_um / lattice.spacing_um), lattice.nx - 1)
    k = 0 if lattice.ny == 1 else min(int(y_um / lattice.spacing_um), lattice.ny - 1)
    return float(surface_depth_um[k, i])


Window = tuple[slice, slice, slice]


@dataclass(frozen=True, eq=False)
class Stamp:
    """One zone ready to be laid on the lattice: maps ``(layers, rings)`` of loss, damage and warming."""

    r_edges_um: NDArray[np.float64]
    z_edges_um: NDArray[np.float64]
    maps: NDArray[np.float32]

    @classmethod
    def of(cls, zone: Zone, rest_c: float) -> Stamp:
        """Cut the zone down to what it warmed by `REACH_K` above the temperature at rest [degC]."""
        warmed = zone.peak_c - rest_c
        touched = warmed > REACH_K
        rings = int(np.flatnonzero(touched.any(axis=0))[-1]) + 1 if touched.any() else 1
        rows = int(np.flatnonzero(touched.any(axis=1))[-1]) + 1 if touched.any() else 1
        maps = np.stack([zone.removed, *(zone.damage(process) for process in DAMAGE_PROCESSES), warmed])
        return cls(
            1e6 * zone.grid.r_edges[: rings + 1],
            1e6 * zone.grid.z_edges[: rows + 1],
            maps[:, :rows, :rings].astype(np.float32),
        )

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
        x0, x1 = max(0, column - span), min(lattice.nx, column + span + 1)
        y0, y1 = (0, 1) if lattice.ny == 1 else (max(0, row - span), min(lattice.ny, row + span + 1))
        cut_x = slice(x0 - column + span, x1 - column + span)
        cut_y = slice(0, 1) if lattice.ny == 1 else slice(y0 - row + span, y1 - row + span)
        return (slice(None), slice(y0, y1), slice(x0, x1)), values[:, :, cut_y, cut_x]

    @lru_cache(maxsize=8)  # noqa: B019 - a stamp lives as long as one delivery
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
        np.clip(sites[:-1], 0, 1, out=sites[:-1])
        return sites.reshape(len(self.maps), lattice.nz, *across.shape[:2])
