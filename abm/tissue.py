"""Which compartment a lattice site belongs to, and which keratinocyte fills it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mendsim.common.lattice import Lattice

AIR, EPIDERMIS, DERMIS, HYPODERMIS, CLOT = range(5)

TISSUE = {"air": AIR, "epidermis": EPIDERMIS, "dermis": DERMIS, "hypodermis": HYPODERMIS, "clot": CLOT}
"""Codes of the ``tissue`` field."""

CELL_KIND = {"none": 0, "basal": 1, "spinous": 2, "granular": 3, "corneocyte": 4, "debris": 5}
"""Codes of the ``kind`` of a keratinocyte and of the ``cell_kind`` field."""


class Tissue:
    """Compartments of the lattice and the stacks of keratinocytes that stand on the dermis.

    Attributes
    ----------
    code : uint8 ``(nz, ny, nx)``; one of :data:`TISSUE`. Sites above the bed are air unless a keratinocyte fills them.
    bed_z : int32 ``(ny, nx)``; z index of the topmost dermal site, on which the basal cell stands.
    intact_bed_z : int32 ``(ny, nx)``; the same before any injury.
    occupant : int64 ``(nz, ny, nx)``; id of the keratinocyte in the site, 0 for none. Each column of
        keratinocytes is one gapless stack on its bed.
    clot_since_h : float32 ``(nz, ny, nx)``; time since the start at which what is clot there formed.
    """

    def __init__(self, lattice: Lattice, bed_z: NDArray[np.int32], dermis_bottom_z: NDArray[np.int32]):
        self.lattice = lattice
        self.bed_z = bed_z
        self.intact_bed_z = bed_z.copy()
        self.occupant = np.zeros(lattice.shape, np.int64)
        self.clot_since_h = np.zeros(lattice.shape, np.float32)
        z = np.arange(lattice.nz)[:, None, None]
        self.code = np.where(z < bed_z, AIR, np.where(z < dermis_bottom_z, DERMIS, HYPODERMIS)).astype(np.uint8)

    def codes(self) -> NDArray[np.uint8]:
        """Compartments with the epidermis filled in, shape ``(nz, ny, nx)``."""
        return np.where(self.occupant > 0, np.uint8(EPIDERMIS), self.code)
