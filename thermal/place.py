"""Where a single wound lies on the lattice, and how deep the skin surface is there."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mendsim.common.errors import InputError
from mendsim.common.lattice import Lattice


def position_um(lattice: Lattice, position: tuple[float, float] | None) -> tuple[float, float]:
    """Centre (x, y) of a wound [um]: the middle of the lattice if none is given. A section cuts through its centre.

    Raises
    ------
    InputError : a place outside the lattice.
    """
    width, length = lattice.nx * lattice.spacing_um, lattice.ny * lattice.spacing_um
    x_um, y_um = (0.5 * width, 0.5 * length) if position is None else position
    if lattice.ny == 1:
        y_um = 0.0
    for value, size, key in ((x_um, width, "position.x"), (y_um, length, "position.y")):
        if not 0 <= value < size:
            raise InputError("outside the lattice", key=key, value=value, allowed=f"0 to {size:g} um")
    return x_um, y_um


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
