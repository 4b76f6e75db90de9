"""The axisymmetric grid of one zone: fine where light acts, growing outward."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


def stretched_edges(fine: float, fine_end: float, end: float, growth: float) -> NDArray[np.float64]:
    """Cell edges from 0: even steps of ``fine`` up to ``fine_end``, then growing by ``growth`` past ``end`` [m]."""
    count = max(1, int(np.ceil(fine_end / fine - 1e-9)))
    edges = list(np.arange(count + 1) * fine)
    step = fine
    while edges[-1] < end:
        step *= growth
        edges.append(edges[-1] + step)
    return np.array(edges)


@dataclass(frozen=True)
class ZoneGrid:
    """Cells of a cylinder of tissue around the beam axis.

    Parameters
    ----------
    r_edges : radii of the cell faces from 0 [m], shape ``(nr + 1,)``.
    z_edges : depths of the cell faces from the skin surface at 0 [m], shape ``(nz + 1,)``.
    """

    r_edges: NDArray[np.float64]
    z_edges: NDArray[np.float64]

    @property
    def r(self) -> NDArray[np.float64]:
        """Mid radii of the cells [m]."""
        return 0.5 * (self.r_edges[1:] + self.r_edges[:-1])

    @property
    def z(self) -> NDArray[np.float64]:
        """Mid depths of the cells [m]."""
        return 0.5 * (self.z_edges[1:] + self.z_edges[:-1])

    @property
    def ring_area(self) -> NDArray[np.float64]:
        """Area of each ring as seen from above [m2], shape ``(nr,)``."""
        return np.pi * np.diff(self.r_edges**2)

    @property
    def volume(self) -> NDArray[np.float64]:
        """Volume of each cell [m3], shape ``(nz, nr)``."""
        return np.diff(self.z_edges)[:, None] * self.ring_area[None, :]

    @property
    def shape(self) -> tuple[int, int]:
        """Shape ``(nz, nr)``."""
        return self.z_edges.size - 1, self.r_edges.size - 1
