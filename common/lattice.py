"""The lattice that thermal, healing, stores and plots share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mendsim.common.errors import InputError


@dataclass(frozen=True, kw_only=True)
class Lattice:
    """A block of skin cut into cubes; arrays over it are ``(nz, ny, nx)`` in C order, x contiguous.

    Index z = 0 is at the top. The first ``air_sites`` layers lie above the mean skin surface, so the surface
    is the face between ``air_sites - 1`` and ``air_sites``. A vertical section is a block with ``ny = 1``.
    """

    nz: int
    ny: int
    nx: int
    spacing_um: float
    air_sites: int

    def __post_init__(self) -> None:
        for name in ("nz", "ny", "nx"):
            if getattr(self, name) < 1:
                raise InputError(
                    "a lattice needs at least one site", key=name, value=getattr(self, name), allowed=">= 1"
                )
        if not self.spacing_um > 0:
            raise InputError(
                "lattice spacing must be positive", key="spacing_um", value=self.spacing_um, allowed="> 0 um"
            )
        if not 0 <= self.air_sites < self.nz:
            raise InputError(
                "air sites must leave room for skin",
                key="air_sites",
                value=self.air_sites,
                allowed=f"0 to {self.nz - 1}",
            )

    @classmethod
    def from_size(
        cls, *, width_um: float, depth_um: float, spacing_um: float, air_um: float, length_um: float | None = None
    ) -> Lattice:
        """Lattice of a section (``length_um=None``) or block of skin, rounded to whole sites."""
        return cls(
            nz=round((depth_um + air_um) / spacing_um),
            ny=1 if length_um is None else round(length_um / spacing_um),
            nx=round(width_um / spacing_um),
            spacing_um=spacing_um,
            air_sites=round(air_um / spacing_um),
        )

    @property
    def shape(self) -> tuple[int, int, int]:
        """Shape ``(nz, ny, nx)``."""
        return self.nz, self.ny, self.nx

    @property
    def site_volume_ml(self) -> float:
        """Volume of one site in mL (1 um3 = 1e-12 mL)."""
        return self.spacing_um**3 * 1e-12

    @property
    def surface_area_mm2(self) -> float:
        """Area of skin surface in mm2."""
        return self.nx * self.ny * self.spacing_um**2 * 1e-6

    @property
    def depth_um(self) -> NDArray[np.float64]:
        """Depth of site centres below the mean skin surface, shape ``(nz,)``, negative in the air."""
        return (np.arange(self.nz, dtype=np.float64) - self.air_sites + 0.5) * self.spacing_um

    @property
    def x_um(self) -> NDArray[np.float64]:
        """Centres along x, shape ``(nx,)``, from 0 at the left edge."""
        return (np.arange(self.nx, dtype=np.float64) + 0.5) * self.spacing_um

    @property
    def y_um(self) -> NDArray[np.float64]:
        """Centres along y, shape ``(ny,)``; a section is centred on y = 0."""
        offset = 0.5 * self.ny if self.ny == 1 else 0.0
        return (np.arange(self.ny, dtype=np.float64) + 0.5 - offset) * self.spacing_um
