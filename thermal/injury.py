"""What a laser session, a punch or a burn hands to the healing model."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mendsim.common.errors import InputError
from mendsim.common.lattice import Lattice

DAMAGE_PROCESSES = (
    "keratinocyte_necrosis",
    "fibroblast_necrosis",
    "t_cell_apoptosis",
    "vessel_coagulation",
    "collagen_denaturation",
    "heat_shock",
)
"""What heat does to skin, each with its own kinetics. Heat shock is the sublethal dose."""

MOST_DOSE_MIN = 1e9
"""Thermal doses are kept up to this [min at 43 degC]; nothing alive stands a millionth of it."""

ZONE_COLUMNS = (
    "x_um",
    "y_um",
    "channel_depth_um",
    "channel_width_um",
    "coagulation_depth_um",
    "coagulation_width_um",
)
"""Columns of the zone table; depths from the skin surface, widths at their widest, coagulation around the channel."""


@dataclass(frozen=True, kw_only=True)
class Injury:
    """What was done to the skin, site by site.

    Tissue that was removed counts as damaged by every process, so ``damage[p] >= ablated`` everywhere.

    Parameters
    ----------
    lattice : the lattice of the arrays.
    ablated : fraction of the volume of each site that was removed, 0 to 1, float32 ``(nz, ny, nx)``. A blade clears the
        air above its cut too, where the skin may bulge.
    damage : for each of `DAMAGE_PROCESSES` the fraction ``1 - exp(-Omega)``, float32 ``(nz, ny, nx)``.
    dose_min : thermal dose, as minutes at 43 degC (CEM43; Sapareto and Dewey 1984, doi:10.1016/0360-3016(84)90379-1),
        float32 ``(nz, ny, nx)``; what was removed has the most that is kept.
    peak_temperature_c : highest temperature of each site [degC], float32 ``(nz, ny, nx)``; not a number if nothing was
        heated (a blade, a sham).
    zones : one row for each zone, one 1-D array for each of `ZONE_COLUMNS`.
    record : what produced the injury, ready for JSON.
    """

    lattice: Lattice
    ablated: NDArray[np.float32]
    damage: dict[str, NDArray[np.float32]]
    dose_min: NDArray[np.float32]
    peak_temperature_c: NDArray[np.float32]
    zones: dict[str, NDArray[np.float64]]
    record: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def none(cls, lattice: Lattice) -> Injury:
        """Return the injury of a sham session: nothing removed, nothing damaged, no zone.

        The peak temperature is not a number, because nothing was heated and the temperature of skin is not
        the concern of the lattice.
        """
        return cls(
            lattice=lattice,
            ablated=np.zeros(lattice.shape, np.float32),
            damage={process: np.zeros(lattice.shape, np.float32) for process in DAMAGE_PROCESSES},
            dose_min=np.zeros(lattice.shape, np.float32),
            peak_temperature_c=np.full(lattice.shape, np.nan, np.float32),
            zones={column: np.zeros(0) for column in ZONE_COLUMNS},
            record={"kind": "sham"},
        )

    def validate(self) -> None:
        """Raise `InputError` if an array has the wrong shape or leaves its range."""
        arrays = {"ablated": self.ablated, "dose_min": self.dose_min, "peak_temperature_c": self.peak_temperature_c}
        if set(self.damage) != set(DAMAGE_PROCESSES):
            raise InputError("an injury needs every damage process", key="damage", value=sorted(self.damage))
        arrays |= {f"damage.{name}": values for name, values in self.damage.items()}
        for key, values in arrays.items():
            if values.shape != self.lattice.shape:
                raise InputError("wrong shape", key=key, value=values.shape, allowed=str(self.lattice.shape))
            most = {"peak_temperature_c": np.inf, "dose_min": MOST_DOSE_MIN}.get(key, 1.0)
            if most < np.inf and not (np.all(values >= 0) and np.all(values <= most)):
                raise InputError("out of range", key=key, value=float(np.nanmax(values)), allowed=f"0 to {most:g}")
        if set(self.zones) != set(ZONE_COLUMNS) or len({len(column) for column in self.zones.values()}) > 1:
            raise InputError("the zone table needs equal columns", key="zones", allowed=", ".join(ZONE_COLUMNS))
