"""Wounds of a blade: what lies between sharp walls is taken out, from the air down, and nothing is heated.

Along the walls and the floor the blade opens the cells it meets. They die without heat and leave what they held, which
is how the tissue learns that it was cut.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mendsim.common.errors import InputError
from mendsim.common.lattice import Lattice
from mendsim.common.parameters import Parameters
from mendsim.thermal.injury import DAMAGE_PROCESSES, MOST_DOSE_MIN, ZONE_COLUMNS, Injury
from mendsim.thermal.place import check_surface, position_um, surface_at
from mendsim.thermal.placement import slit_weights, square_weights

CUT_OPEN = ("keratinocyte_necrosis", "fibroblast_necrosis", "t_cell_apoptosis")
"""Processes that stand for the death of a cell, which a blade brings about too."""


def punch(
    lattice: Lattice,
    parameters: Parameters,
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
    parameters : numbers of the thermal stage, from `load_parameters`.
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
    x, y = _faces(lattice.nx, lattice.spacing_um) - x_um, _faces(lattice.ny, lattice.spacing_um) - y_um
    surface_um = np.full(lattice.ny, surface_at(surface_depth_um, lattice, x_um, y_um))

    def share(wider_um: float) -> NDArray[np.float64]:
        edges = np.array([0.0, 0.5 * diameter_um + wider_um])
        if lattice.ny == 1:
            return slit_weights(x[:-1], x[1:], edges).T
        return square_weights(x, y, edges)[:, :, 0]

    record = {"kind": "punch", "diameter_um": diameter_um, "depth_um": depth_um}
    return _cut(lattice, parameters, share, surface_um, (x_um, y_um, depth_um, diameter_um), record)


def incision(
    lattice: Lattice,
    parameters: Parameters,
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
    parameters : numbers of the thermal stage, from `load_parameters`.
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
    rows_um = lattice.spacing_um * (np.arange(lattice.ny) + 0.5)
    surface_um = np.array([surface_at(surface_depth_um, lattice, x_um, row_um) for row_um in rows_um])

    def share(wider_um: float) -> NDArray[np.float64]:
        return slit_weights(x[:-1], x[1:], np.array([0.0, 0.5 * width_um + wider_um])).T

    record = {"kind": "incision", "width_um": width_um, "depth_um": depth_um}
    return _cut(lattice, parameters, share, surface_um, (x_um, y_um, depth_um, width_um), record)


def _check_sizes(**sizes_um: float) -> None:
    for key, value in sizes_um.items():
        if not value > 0:
            raise InputError("a wound has a size", key=key, value=value, allowed="> 0 um")


def _faces(count: int, spacing_um: float) -> NDArray[np.float64]:
    return spacing_um * np.arange(count + 1, dtype=np.float64)


def _cut(
    lattice: Lattice,
    parameters: Parameters,
    share: Callable[[float], NDArray[np.float64]],
    surface_um: NDArray[np.float64],
    zone: tuple[float, float, float, float],
    record: dict[str, Any],
) -> Injury:
    """Remove a share of each column ``(ny or 1, nx)`` down to a floor below the surface of its row ``(ny,)`` [um].

    ``share`` tells how much of each column lies within the walls, or within walls that stand wider by some um.
    """
    x_um, y_um, depth_um, width_um = zone
    top_um = (lattice.depth_um - 0.5 * lattice.spacing_um)[:, None, None]

    def within(wider_um: float) -> NDArray[np.float32]:
        below = surface_um[None, :, None] + depth_um + wider_um - top_um
        inside = np.clip(below / lattice.spacing_um, 0, 1) * share(wider_um)
        return np.clip(inside, 0, 1).astype(np.float32)

    ablated = within(0.0)
    dead = np.maximum(ablated, within(parameters["blade.opened_rim_um"]))
    row = (x_um, y_um, depth_um, width_um, depth_um, width_um)
    injury = Injury(
        lattice=lattice,
        ablated=ablated,
        damage={process: (dead if process in CUT_OPEN else ablated).copy() for process in DAMAGE_PROCESSES},
        dose_min=ablated * np.float32(MOST_DOSE_MIN),
        peak_temperature_c=np.full(lattice.shape, np.nan, np.float32),
        zones={name: np.array([value]) for name, value in zip(ZONE_COLUMNS, row, strict=True)},
        record={**record, "treated_fraction": float((ablated > 0.5).any(axis=0).mean())},
    )
    injury.validate()
    return injury
