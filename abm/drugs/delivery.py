"""A drug in living skin: put on or injected, on its way through healing tissue, and at work on cells (R27-R30)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mendsim.abm.drugs.amounts import donor, middle_third, reported, volume_ml
from mendsim.abm.drugs.drug import Drug
from mendsim.abm.drugs.injection import inject
from mendsim.abm.drugs.media import living_media
from mendsim.abm.drugs.particles import Particles
from mendsim.abm.drugs.transport import Transport
from mendsim.abm.tissue import AIR, CELL_KIND, CLOT, DERMIS, EPIDERMIS, HYPODERMIS
from mendsim.common.errors import InputError

if TYPE_CHECKING:
    from mendsim.abm.model import HealingModel

_UM_PER_UL_PER_CM2 = 10.0
_SECONDS_PER_HOUR = 3600.0


class Delivery:
    """One drug in the skin of a model, given once or more.

    Attributes
    ----------
    transport : of what diffuses.
    particles : of what does not.
    """

    def __init__(self, model: HealingModel, drug: Drug):
        self.model, self.drug = model, drug
        self.transport = Transport(drug, model.lattice)
        self.particles = Particles(model, drug)
        self._given_ug = self._removed_ug = self._degraded_ug = 0.0
        """What is booked of particles."""
        self._suspension_ug, self._suspension_until_h = 0.0, 0.0
        self._middle = middle_third(model.intact_dermis, model.lattice)

    def put_on(self, concentration_ug_per_ml: float, duration_h: float, volume_ul_per_cm2: float) -> None:
        """Wipe off what lies on the skin and put a fresh donor there; an infinite volume is never used up."""
        model = self.model
        if self.drug.is_particles:
            if np.isinf(volume_ul_per_cm2):
                raise InputError("particles need a volume", key="volume", value="infinite", allowed="50 uL/cm^2")
            self._put_on_particles(concentration_ug_per_ml, duration_h, volume_ul_per_cm2)
            return
        fresh = donor(concentration_ug_per_ml, volume_ul_per_cm2, model.time_h + duration_h, model.lattice)
        self.transport.put_on(fresh, living_media(model, self.drug), model.time_h)

    def _put_on_particles(self, concentration_ug_per_ml: float, duration_h: float, volume_ul_per_cm2: float) -> None:
        """Let channels take particles at once; the rest stays on the surface until it is wiped off."""
        self._removed_ug += self._suspension_ug
        offered = concentration_ug_per_ml * volume_ml(volume_ul_per_cm2, self.model.lattice)
        taken = self.particles.place(concentration_ug_per_ml, volume_ul_per_cm2 * _UM_PER_UL_PER_CM2, offered)
        self._given_ug += offered
        self._suspension_ug = offered - taken
        self._suspension_until_h = self.model.time_h + duration_h

    def put_in(self, concentration_ug_per_ml: float, volume_ul: float, depth_um: float) -> float:
        """Inject a volume at a depth; what leaks out of open channels is wiped off.

        Returns
        -------
        Share of the depot that lies within the sample.
        """
        depot = inject(self.model, volume_ul, depth_um)
        content = concentration_ug_per_ml * depot.share
        amount = float(np.sum(content)) * self._site_ml
        # what lies outside the sample is not booked, nor what of the leak belongs to it
        whole = concentration_ug_per_ml * depot.wanted_sites * self._site_ml * depot.inside_share
        leaked = max(0.0, whole - amount)
        if self.drug.is_particles:
            self.particles.content += content
            self._given_ug += amount + leaked
            self._removed_ug += leaked
            return depot.inside_share
        self.transport.put_in(content, living_media(self.model, self.drug), self.model.time_h)
        self.transport.booked["given"] += leaked
        self.transport.booked["removed"] += leaked
        return depot.inside_share

    def step(self) -> None:
        """Advance by one step of the model."""
        model, dt_h = self.model, self.model.step_h
        if not self.transport.idle:
            self.transport.advance(living_media(model, self.drug), model.time_h, dt_h)
            self._release(dt_h)
        dissolved, shed = self.particles.step(dt_h)
        self._degraded_ug += dissolved
        self._removed_ug += shed
        if model.time_h + dt_h >= self._suspension_until_h:
            self._removed_ug += self._suspension_ug
            self._suspension_ug = 0.0

    def _release(self, dt_h: float) -> None:
        """Set free the growth factors of what was spent, over the coming step; of TGF-beta1 a share is active."""
        model, spent = self.model, self.transport.spent / (dt_h * _SECONDS_PER_HOUR)
        active = model.parameters["tgf_beta1.plasmin_active_share"]
        for field, content in (
            (model.tgf_beta1, active * self.drug["tgf_beta1_ng_per_ug"]),
            (model.latent_tgf_beta1, (1.0 - active) * self.drug["tgf_beta1_ng_per_ug"]),
            (model.vegf, self.drug["vegf_ng_per_ug"]),
            (model.pdgf, self.drug["pdgf_ng_per_ug"]),
        ):
            if content > 0.0:
                field.add_source(content * field.restrict(spent))

    @property
    def _site_ml(self) -> float:
        return self.model.lattice.site_volume_ml

    def at(self, action: str, places: NDArray[np.float64]) -> NDArray[np.float64]:
        """Size of an action of the drug at places ``(n, 3)`` um."""
        field = self.transport.field
        return self.drug.actions[action](field.concentration[self.model.index(field, places)])

    def over(self, action: str) -> NDArray[np.float64]:
        """Size of an action of the drug at every site of the lattice."""
        return self.drug.actions[action](self.transport.field.concentration)

    def in_skin_ug_per_ml(self) -> NDArray[np.float64]:
        """Return what every site of tissue holds; 0 in air."""
        held = self.transport.content_ug_per_ml() + self.particles.content
        return np.where(self.model.tissue.codes() == AIR, 0.0, held)

    def observe(self) -> dict[str, float]:
        """Amounts now, for an area of skin; all places together hold what was given."""
        model, booked = self.model, self.transport.booked
        codes = model.tissue.codes()
        horny = model.cell_kinds() == CELL_KIND["corneocyte"]
        places = {
            "corneum": horny,
            "epidermis": (codes == EPIDERMIS) & ~horny,
            "channel": codes == CLOT,
            "dermis": codes == DERMIS,
            "hypodermis": codes == HYPODERMIS,
        }
        amounts = {
            **booked,
            "given": booked["given"] + self._given_ug,
            "donor": self.transport.donor_ug() + self._suspension_ug,
            "removed": booked["removed"] + self._removed_ug,
            "degraded": booked["degraded"] + self._degraded_ug,
        }
        return reported(amounts, self.in_skin_ug_per_ml(), places, self._middle, model.lattice)
