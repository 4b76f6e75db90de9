"""Amounts of a drug as a model reports them: over an area of skin, place by place."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from mendsim.abm.drugs.donor import Donor
from mendsim.common.lattice import Lattice

_CM2_PER_MM2, _UL_PER_ML = 1e-2, 1e3


def volume_ml(volume_ul_per_cm2: float, lattice: Lattice) -> float:
    """Volume on the surface of a lattice."""
    return volume_ul_per_cm2 / _UL_PER_ML * lattice.surface_area_mm2 * _CM2_PER_MM2


def donor(concentration_ug_per_ml: float, volume_ul_per_cm2: float, end_h: float, lattice: Lattice) -> Donor:
    """Make a donor of a volume over an area."""
    volume = volume_ml(volume_ul_per_cm2, lattice)
    return Donor(concentration_ug_per_ml=concentration_ug_per_ml, volume_ml=volume, end_h=end_h)


def middle_third(dermis: NDArray[np.bool_], lattice: Lattice) -> NDArray[np.bool_]:
    """Sites of the middle third of the depth that dermis takes up in the sample."""
    depth = np.broadcast_to(lattice.depth_um[:, None, None], lattice.shape)
    top, third = float(depth[dermis].min()), float(np.ptp(depth[dermis])) / 3.0
    middle: NDArray[np.bool_] = dermis & (depth > top + third) & (depth < top + 2.0 * third)
    return middle


def reported(
    booked_ug: Mapping[str, float],
    held_ug_per_ml: NDArray[np.float64],
    places: Mapping[str, NDArray[np.bool_]],
    middle: NDArray[np.bool_],
    lattice: Lattice,
) -> dict[str, float]:
    """Observables of a drug: what is booked, what each place of the skin holds, and the middle of the dermis."""
    per_cm2 = 1.0 / (lattice.surface_area_mm2 * _CM2_PER_MM2)
    inside = {
        place: float(np.sum(held_ug_per_ml[mask], dtype=np.float64)) * lattice.site_volume_ml
        for place, mask in places.items()
    }
    return {
        **{f"drug_{place}_ug_per_cm2": amount * per_cm2 for place, amount in {**booked_ug, **inside}.items()},
        "drug_middle_dermis_ug_per_ml": float(np.mean(held_ug_per_ml[middle])) if middle.any() else 0.0,
    }
