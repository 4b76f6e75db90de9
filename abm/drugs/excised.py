"""Excised skin in a diffusion cell: nothing lives, channels stay open, and fluid below takes what comes (R27).

The usual assay of skin permeation: a donor above, a receptor below that is always fresh (Franz 1975 J Invest Dermatol
64:190, doi:10.1111/1523-1747.ep12533356).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mendsim.abm.drugs.amounts import donor, middle_third, reported
from mendsim.abm.drugs.donor import Donor
from mendsim.abm.drugs.drug import Drug
from mendsim.abm.drugs.laws import tissue_binding
from mendsim.abm.drugs.media import CM_PER_H_UM_IN_UM2_PER_S
from mendsim.abm.drugs.transport import LEDGER, Media, Transport
from mendsim.abm.site import SkinSite
from mendsim.abm.tissue import AIR, DERMIS, EPIDERMIS, HYPODERMIS
from mendsim.common.errors import InputError
from mendsim.common.lattice import Lattice
from mendsim.common.parameters import Parameters
from mendsim.common.saving import flatten, refill
from mendsim.thermal.injury import Injury
from mendsim.thermal.layers import SkinLayers

_CONSTANT = (Parameters, Lattice, SkinSite, Drug)
"""Classes whose objects follow from the scenario alone."""
_REMOVED = 0.5
_COLLAGEN = "collagen_denaturation"


class ExcisedSkin:
    """Skin of a site in a diffusion cell, its layers flat: the topmost sites are the stratum corneum.

    Parameters
    ----------
    lattice : block or section; its depth is the thickness of the excised skin.
    site : name of a skin site.
    parameters : numbers of the healing model.
    seed : of the laser sessions.
    step_h : length of a step.

    Attributes
    ----------
    code : uint8 ``(nz, ny, nx)``, compartments.
    denatured : share of the collagen of each site that heat denatured.
    """

    def __init__(
        self, *, lattice: Lattice, site: str, phototype: int, parameters: Parameters, seed: int, step_h: float
    ):
        self.seed = seed
        self.lattice, self.parameters, self.step_h, self.step_index = lattice, parameters, step_h, 0
        self.site = SkinSite.load(site, phototype)
        depth = np.broadcast_to(lattice.depth_um[:, None, None], lattice.shape)
        top = self.site.stratum_corneum_um + self.site.viable_epidermis_um
        bottom = top + self.site.dermis_um
        if top >= lattice.depth_um[-1]:
            problem, allowed = "the sample ends in the epidermis", f"more than {top:g} um"
            raise InputError(problem, key="depth", value=f"{lattice.depth_um[-1]:g} um", allowed=allowed)
        layers = [depth < 0.0, depth < top, depth < bottom]
        self.code = np.select(layers, [AIR, EPIDERMIS, DERMIS], HYPODERMIS).astype(np.uint8)
        self._corneum = np.broadcast_to(np.arange(lattice.nz)[:, None, None] == lattice.air_sites, lattice.shape)
        self.denatured = np.zeros(lattice.shape, np.float32)
        self.transport: Transport | None = None
        self._middle = middle_third(self.code == DERMIS, lattice)

    @property
    def time_h(self) -> float:
        """Hours since the start."""
        return self.step_index * self.step_h

    @property
    def layers(self) -> SkinLayers:
        """Thicknesses that the thermal stage needs."""
        return self.site.layers

    @property
    def drug(self) -> Drug | None:
        """The drug that was given, if any was."""
        return None if self.transport is None else self.transport.drug

    def injure(self, injury: Injury) -> None:
        """Take in what heat or a blade has done: what is joined to the air from above stays open."""
        gone = injury.ablated >= _REMOVED
        below_air = np.cumprod((self.code == AIR) | gone, axis=0).astype(bool)
        self.code[below_air] = AIR
        left = 1.0 - self.denatured
        self.denatured = (1.0 - left * (1.0 - injury.damage[_COLLAGEN])).astype(np.float32)

    def apply_drug(
        self, drug: Drug, concentration_ug_per_ml: float, duration_h: float, volume_ul_per_cm2: float
    ) -> None:
        """Put a drug on the skin for a time; what still lies there is wiped off first."""
        if drug.is_particles:
            problem = "particles do not diffuse, so a diffusion cell has nothing to show"
            raise InputError(problem, key="drug", value=drug.name, allowed="a drug that dissolves")
        if self.transport is None:
            self.transport = Transport(drug, self.lattice)
        elif self.transport.drug.name != drug.name:
            raise InputError("one drug in a run", key="drug", value=drug.name, allowed=self.transport.drug.name)
        fresh = donor(concentration_ug_per_ml, volume_ul_per_cm2, self.time_h + duration_h, self.lattice)
        self.transport.put_on(fresh, self.media(drug), self.time_h)

    def media(self, drug: Drug) -> Media:
        """Media of the skin as it is: the lowest sites give off all that comes to their lower face."""
        p, air = self.parameters, self.code == AIR
        water = p["drug.tissue_water_share"]
        dermis, epidermis = (water * drug[f"{layer}_diffusivity_um2_per_s"] for layer in ("dermis", "epidermis"))
        conductivity = np.where(self.code == EPIDERMIS, epidermis, dermis)
        conductivity *= 1.0 - (1.0 - p["drug.coagulated_ratio"]) * self.denatured
        corneum = self._corneum & ~air
        spacing = self.lattice.spacing_um
        conductivity[corneum] = drug["corneum_permeability_cm_per_h"] * CM_PER_H_UM_IN_UM2_PER_S * spacing
        conductivity[air] = 0.0
        capacity = np.full(air.shape, water * tissue_binding(drug["plasma_unbound_share"], p))
        capacity[corneum] = drug["corneum_partition"] * self.site.stratum_corneum_um / spacing
        capacity[air] = 1.0
        sink = np.zeros(air.shape)
        sink[-1] = 2.0 * conductivity[-1] / spacing**2
        return Media(
            air=air,
            conductivity=conductivity,
            capacity=capacity,
            clearance_per_h=np.zeros(air.shape),
            degradation_per_h=drug["degradation_per_h"] * water * ~air,
            sink_per_s=sink,
        )

    def state(self) -> dict[str, NDArray[Any]]:
        """Return everything that decides what comes next, as named arrays; call between steps."""
        return flatten(self, constant=_CONSTANT)

    def restore(self, state: Mapping[str, NDArray[Any]], drug: Drug | None = None) -> None:
        """Put back what :meth:`state` returned; ``drug`` is what was given until then, if any.

        Raises
        ------
        StateError : a state that is damaged, or of other skin.
        """
        self.transport = None if drug is None else Transport(drug, self.lattice)
        refill(self, state, kinds=(Donor,))

    def step(self) -> None:
        """Advance by ``step_h``."""
        if self.transport is not None:
            self.transport.advance(self.media(self.transport.drug), self.time_h, self.step_h)
        self.step_index += 1

    def in_skin_ug_per_ml(self) -> NDArray[np.float64]:
        """Return what every site of tissue holds; 0 in air."""
        if self.transport is None:
            return np.zeros(self.lattice.shape)
        return np.where(self.code == AIR, 0.0, self.transport.content_ug_per_ml())

    def observe(self) -> dict[str, float]:
        """Amounts now, for an area of skin; all places together hold what was given."""
        booked = dict.fromkeys((*LEDGER, "donor"), 0.0)
        if self.transport is not None:
            booked |= {**self.transport.booked, "donor": self.transport.donor_ug()}
        places = {
            "corneum": self._corneum & (self.code != AIR),
            "epidermis": (self.code == EPIDERMIS) & ~self._corneum,
            "channel": np.zeros(self.code.shape, bool),
            "dermis": self.code == DERMIS,
            "hypodermis": self.code == HYPODERMIS,
        }
        return reported(booked, self.in_skin_ug_per_ml(), places, self._middle, self.lattice)

    def fields(self) -> dict[str, NDArray]:
        """Compartments and drug, each ``(nz, ny, nx)``."""
        return {"tissue": self.code.copy(), "drug": self.in_skin_ug_per_ml().astype(np.float32)}

    def agent_columns(self) -> dict[str, dict[str, NDArray]]:
        """No agents."""
        return {}

    def vessel_table(self) -> dict[str, NDArray]:
        """No vessels."""
        return {}

    def close(self) -> None:
        """Nothing to stop."""
