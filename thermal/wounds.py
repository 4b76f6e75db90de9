"""Wounds of a blade: what lies between sharp walls is taken out, from the air down, and nothing is heated."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mendsim.common.errors import InputError
from mendsim.common.lattice import Lattice
from mendsim.thermal.injury import DAMAGE_PROCESSES, ZONE_COLUMNS, Injury
from mendsim.thermal.place import position_um
from mendsim.thermal.placement import slit_weights, square_weights
from mendsim.thermal.stamp import check_surface, surface_at


def punch(
    lattice: Lattice,
    *,
    diameter_um: float,
    depth_um: float,
    position: tuple[float, float] | None = None,
    surface_depth_um: NDArray[np.float64] | None = None,
) -> Injury:
    """Punch out a full cylinder. A section through its axis loses a slit as wide as the cylinder.

    Parameters
    ----------
    lattice : where the injury is wanted.
    diameter_um : inner diameter of the punch [um].
    depth_um : how deep it goes below the skin surface at its axis [um].
    position : its axis (x, y) [um]; the middle of the lattice if not given.
    surface_depth_um : depth of the skin surface below its mean (a scar), ``(ny, nx)``; flat if not given.

    Raises
    ------
    InputError : a size that is not positive, a place outside the lattice, a relief of the wrong shape.
    """
    _check_sizes(diameter_um=diameter_um, depth_um=depth_um)
    check_surface(surface_depth_um, lattice)
    x_um, y_um = position_um(lattice, position)
    edges = np.array([0.0, 0.5 * diameter_um])
    x = _faces(lattice.nx, lattice.spacing_um) - x_um
    if lattice.ny == 1:
        share = slit_weights(x[:-1], x[1:], edges).T
    else:
        share = square_weights(x, _faces(lattice.ny, lattice.spacing_um) - y_um, edges)[:, :, 0]
    floor_um = np.full((lattice.ny, 1), surface_at(surface_depth_um, lattice, x_um, y_um) + depth_um)
    record = {"kind": "punch", "diameter_um": diameter_um, "depth_um": depth_um}
    return _cut(lattice, share, floor_um, (x_um, y_um, depth_um, diameter_um), record)


def incision(
    lattice: Lattice,
    *,
    width_um: float,
    depth_um: float,
    position: tuple[float, float] | None = None,
    surface_depth_um: NDArray[np.float64] | None = None,
) -> Injury:
    """Cut through the whole length of the lattice, along y: a gap with sharp walls.

    Parameters
    ----------
    lattice : where the injury is wanted.
    width_um : gap between the walls [um].
    depth_um : how deep the cut goes below the skin surface at its middle line [um].
    position : a point (x, y) on the middle line [um]; the middle of the lattice if not given.
    surface_depth_um : depth of the skin surface below its mean (a scar), ``(ny, nx)``; flat if not given.

    Raises
    ------
    InputError : a size that is not positive, a place outside the lattice, a relief of the wrong shape.
    """
    _check_sizes(width_um=width_um, depth_um=depth_um)
    check_surface(surface_depth_um, lattice)
    x_um, y_um = position_um(lattice, position)
    x = _faces(lattice.nx, lattice.spacing_um) - x_um
    share = np.broadcast_to(slit_weights(x[:-1], x[1:], np.array([0.0, 0.5 * width_um])).T, (lattice.ny, lattice.nx))
    rows = lattice.spacing_um * (np.arange(lattice.ny) + 0.5)
    floor_um = np.array([[surface_at(surface_depth_um, lattice, x_um, y) + depth_um] for y in rows])
    record = {"kind": "incision", "width_um": width_um, "depth_um": depth_um}
    return _cut(lattice, share, floor_um, (x_um, y_um, depth_um, width_um), record)


def _check_sizes(**sizes_um: float) -> None:
    for key, value in sizes_um.items():
        if not value > 0:
            raise InputError("a wound has a size", key=key, value=value, allowed="> 0 um")


def _faces(count: int, spacing_um: float) -> NDArray[np.float64]:
    return spacing_um * np.arange(count + 1, dtype=np.float64)


def _cut(
    lattice: Lattice,
    share: NDArray[np.float64],
    floor_um: NDArray[np.float64],
    zone: tuple[float, float, float, float],
    record: dict[str, Any],
) -> Injury:
    """Remove a share of each column ``(ny, nx)`` down to a floor ``(ny, 1)`` [um], with what stands above the skin."""
    top_um = lattice.depth_um - 0.5 * lattice.spacing_um
    below_um = floor_um - top_um[:, None, None]
    removed = np.clip(below_um / lattice.spacing_um, 0, 1) * share
    ablated = np.clip(removed, 0, 1).astype(np.float32)
    x_um, y_um, depth_um, width_um = zone
    row = (x_um, y_um, depth_um, width_um, depth_um, width_um)
    injury = Injury(
        lattice=lattice,
        ablated=ablated,
        damage={process: ablated.copy() for process in DAMAGE_PROCESSES},
        peak_temperature_c=np.full(lattice.shape, np.nan, np.float32),
        zones={name: np.array([value]) for name, value in zip(ZONE_COLUMNS, row, strict=True)},
        record={**record, "treated_fraction": float((ablated > 0.5).any(axis=0).mean())},
    )
    injury.validate()
    return injury
