"""What the skin is like before treatment: healthy, scarred, losing its hair, photoaged, tattooed or spotted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mendsim.common.errors import InputError, choices
from mendsim.common.lattice import Lattice

SCARS = ("ice_pick_scar", "boxcar_scar", "rolling_scar")
ALOPECIA = ("alopecia_areata", "chronic_alopecia_areata")
INITIAL_STATES = ("healthy", *SCARS, *ALOPECIA, "photoaged", "tattooed", "lentigo")
"""What skin may be like before treatment, by the word of a scenario."""

_CM_PER_UM = 1e-4


@dataclass(frozen=True, kw_only=True)
class InitialState:
    """The state of the skin at time zero.

    Attributes
    ----------
    name : one of :data:`INITIAL_STATES`.
    scar_depth_um, scar_width_um : depth and width at the surface of the depression; 0 where there is no scar.
    lentigo_width_um : width of a dark spot in the middle of the sample; 0 where there is none.
    """

    name: str
    scar_depth_um: float
    scar_width_um: float
    lentigo_width_um: float = 0.0

    @classmethod
    def of(
        cls,
        name: str,
        p: Mapping[str, float],
        *,
        scar_depth_um: float | None = None,
        scar_width_um: float | None = None,
    ) -> InitialState:
        """Return an initial state by name; a scar takes its usual size unless one is given."""
        if name not in INITIAL_STATES:
            raise InputError("unknown initial state", key="initial_state", value=name, allowed=choices(INITIAL_STATES))
        if name not in SCARS:
            given = scar_depth_um if scar_depth_um is not None else scar_width_um
            if given is not None:
                raise InputError(
                    "only a scar has a scar depth and width", key="initial_state", value=name, allowed=choices(SCARS)
                )
            lentigo = p["lentigo.width_um"] if name == "lentigo" else 0.0
            return cls(name=name, scar_depth_um=0.0, scar_width_um=0.0, lentigo_width_um=lentigo)
        kind = name.removesuffix("_scar")
        depth = p[f"scar.{kind}_depth_um"] if scar_depth_um is None else scar_depth_um
        width = p[f"scar.{kind}_width_um"] if scar_width_um is None else scar_width_um
        for key, value in (("scar_depth_um", depth), ("scar_width_um", width)):
            if value <= 0:
                raise InputError("a scar has a size", key=key, value=value, allowed="> 0 um")
        return cls(name=name, scar_depth_um=depth, scar_width_um=width)

    @property
    def is_scar(self) -> bool:
        """Whether the skin has an atrophic scar."""
        return self.name in SCARS

    @property
    def is_alopecia(self) -> bool:
        """Whether the skin is a patch of alopecia areata."""
        return self.name in ALOPECIA

    def anagen_fraction(self, p: Mapping[str, float], healthy: float) -> float:
        """Share of follicles in anagen; an old patch has almost none."""
        keys = {"alopecia_areata": "anagen_fraction", "chronic_alopecia_areata": "chronic_anagen_fraction"}
        return p[f"alopecia.{keys[self.name]}"] if self.is_alopecia else healthy

    def swarm_ratio(self, p: Mapping[str, float]) -> float:
        """T cells around a bulb over those of an active patch."""
        return p["alopecia.chronic_swarm_ratio"] if self.name == "chronic_alopecia_areata" else 1.0

    def autoreactive_death_ratio(self, p: Mapping[str, float]) -> float:
        """Death of autoreactive T cells over that in an active patch."""
        return p["alopecia.chronic_death_ratio"] if self.name == "chronic_alopecia_areata" else 1.0

    def elastosis(self, p: Mapping[str, float]) -> tuple[float, float, float]:
        """Return elastotic material in mg/mL and the depths below the epidermis, um, between which it lies."""
        if self.name != "photoaged":
            return 0.0, 0.0, 0.0
        return p["photoaged.elastotic_mg_per_ml"], p["photoaged.grenz_zone_um"], p["photoaged.elastosis_depth_um"]

    def pigment(self, p: Mapping[str, float]) -> tuple[float, float, float]:
        """Return particles of pigment in mg/mL and the depths below the epidermis, um, between which they lie."""
        if self.name != "tattooed":
            return 0.0, 0.0, 0.0
        top, bottom = p["tattooed.top_um"], p["tattooed.bottom_um"]
        return p["tattooed.pigment_mg_per_cm2"] / ((bottom - top) * _CM_PER_UM), top, bottom

    def lentigo(self, lattice: Lattice) -> NDArray[np.bool_]:
        """Columns inside the dark spot, ``(ny, nx)``."""
        return self._from_middle_um(lattice) < 0.5 * self.lentigo_width_um

    def depression_um(self, lattice: Lattice) -> NDArray[np.float64]:
        """Depth of the depression over each column, ``(ny, nx)``: a cone (ice-pick), a box or a smooth hollow.

        References
        ----------
        Jacob, Dover, Kaminer (2001) J Am Acad Dermatol 45:109-117, doi:10.1067/mjd.2001.113451
        """
        if not self.is_scar:
            return np.zeros((lattice.ny, lattice.nx))
        r = self._from_middle_um(lattice) / (0.5 * self.scar_width_um)
        shape = {
            "ice_pick_scar": np.clip(1.0 - r, 0.0, 1.0),
            "boxcar_scar": (r <= 1.0).astype(float),
            "rolling_scar": np.where(r <= 1.0, 0.5 * (1.0 + np.cos(np.pi * np.clip(r, 0.0, 1.0))), 0.0),
        }[self.name]
        return self.scar_depth_um * shape

    @staticmethod
    def _from_middle_um(lattice: Lattice) -> NDArray[np.float64]:
        """Distance of each column from the middle of the sample, ``(ny, nx)``."""
        x = lattice.x_um - 0.5 * lattice.nx * lattice.spacing_um
        y = lattice.y_um - (0.0 if lattice.ny == 1 else 0.5 * lattice.ny * lattice.spacing_um)
        distance: NDArray[np.float64] = np.hypot(y[:, None], x[None, :])
        return distance
