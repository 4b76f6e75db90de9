"""The lattice on which zones are laid: where they overlap, their damage adds up."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mendsim.common.lattice import Lattice
from mendsim.thermal.injury import DAMAGE_PROCESSES, MOST_DOSE_MIN, Injury
from mendsim.thermal.place import check_surface, surface_at
from mendsim.thermal.stamp import LEAST_DOSE, Stamp


class Canvas:
    """What was done to each site so far.

    Where zones overlap, ``1 - prod(1 - a)`` of a site is removed, damage integrals and doses add, and the higher
    temperature counts.

    Parameters
    ----------
    lattice : of the skin.
    surface_depth_um : depth of the skin surface below its mean (a scar), ``(ny, nx)``; flat if None.

    Raises
    ------
    InputError : a surface of another shape than the lattice.
    """

    def __init__(self, lattice: Lattice, surface_depth_um: NDArray[np.float64] | None = None) -> None:
        check_surface(surface_depth_um, lattice)
        self.lattice, self.surface_depth_um = lattice, surface_depth_um
        self.kept = np.ones(lattice.shape, np.float32)
        self.survival = {process: np.ones(lattice.shape, np.float32) for process in DAMAGE_PROCESSES}
        self.dose = np.zeros(lattice.shape, np.float32)
        self.rise = np.zeros(lattice.shape, np.float32)

    def lay(self, stamp: Stamp, x_um: float, y_um: float) -> None:
        """Add a zone whose axis is at (x, y), hanging from the surface there."""
        self._put(stamp, x_um, y_um, surface_at(self.surface_depth_um, self.lattice, x_um, y_um))

    def lay_in_pattern(self, stamp: Stamp, x_um: float, y_um: float) -> None:
        """Add a zone of a pattern that goes on beyond the lattice: what leaves at one side comes in at the other."""
        lattice, reach = self.lattice, float(stamp.r_edges_um[-1])
        surface_um = surface_at(self.surface_depth_um, lattice, x_um, y_um)
        width, length = lattice.nx * lattice.spacing_um, lattice.ny * lattice.spacing_um
        for across in (-width, 0.0, width):
            for along in (0.0,) if lattice.ny == 1 else (-length, 0.0, length):
                x, y = x_um + across, y_um + along
                if -reach < x < width + reach and (lattice.ny == 1 or -reach < y < length + reach):
                    self._put(stamp, x, y, surface_um)

    def _put(self, stamp: Stamp, x_um: float, y_um: float, surface_um: float) -> None:
        here, values = stamp.on(self.lattice, x_um, y_um, surface_um)
        self.kept[here] *= 1 - values[0]
        for process, lost in zip(DAMAGE_PROCESSES, values[1:-2], strict=True):
            self.survival[process][here] *= 1 - lost
        self.dose[here] += np.minimum(np.power(10.0, values[-2]) * LEAST_DOSE - LEAST_DOSE, MOST_DOSE_MIN)
        self.rise[here] = np.maximum(self.rise[here], values[-1])

    def depth_um(self) -> NDArray[np.float64]:
        """Depth of every site below the surface over it, ``(nz, ny, nx)``."""
        lattice = self.lattice
        surface = np.zeros((lattice.ny, lattice.nx)) if self.surface_depth_um is None else self.surface_depth_um
        return lattice.depth_um[:, None, None] - surface

    def injury(self, rest_c: float, zones: dict[str, NDArray[np.float64]], record: dict[str, Any]) -> Injury:
        """Hand out the injury; the fraction of the surface above dead keratinocytes goes into its record."""
        damage = {process: np.clip(1 - kept, 0, 1) for process, kept in self.survival.items()}
        treated = float((damage["keratinocyte_necrosis"] > 0.5).any(axis=0).mean())
        injury = Injury(
            lattice=self.lattice,
            ablated=np.clip(1 - self.kept, 0, 1),
            damage=damage,
            dose_min=np.minimum(self.dose, np.float32(MOST_DOSE_MIN)),
            peak_temperature_c=self.rise + np.float32(rest_c),
            zones=zones,
            record=record | {"treated_fraction": treated},
        )
        injury.validate()
        return injury
