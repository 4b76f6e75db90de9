"""Where a single wound lies on the lattice."""

from __future__ import annotations

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
