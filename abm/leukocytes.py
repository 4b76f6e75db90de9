"""Neutrophils and macrophages: they come from inflamed vessels, eat what is dead, and end the inflammation by it (R13).

They are densities, not agents: over days their walk is a random one, what they eat must add up to the last picogram,
and a section one site thick holds so few of them (some hundred neutrophils) that chance alone would move all that
follows by a tenth, for no other reason than that it is thin. Agents would be cheaper (``benchmarks/leukocytes.py``).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mendsim.abm.agents import fibroblast
from mendsim.abm.fields.field import Field, merge, spread

if TYPE_CHECKING:
    from mendsim.abm.model import HealingModel
    from mendsim.thermal.injury import Injury

_COARSENING = 4
"""Densities live on sites four times as wide: a macrophage wanders 0.3 mm in a day."""
_MG_PER_ML = 1e-6
"""What one pg in a mm3 is in mg/mL."""
_PER_HOUR = 1.0 / 3600.0
_HOURS_PER_DAY = 24.0


class Leukocytes:
    """Densities of leukocytes in 1/mm3, and the dead that they eat.

    Vessels in cytokine let neutrophils and monocytes in; both walk at random. Neutrophils die within a day and are dead
    cells then. Macrophages, resident and new, eat dead cells and collagen fragments; an inflammatory one that has had
    its meal has become a repairing one, and one that finds nothing to eat leaves.

    Attributes
    ----------
    neutrophils, inflammatory, repairing : fields of newcomers; the latter two are macrophages.
    residents : float64 of their shape, macrophages of intact skin; those that eat turn into repairing ones.
    necrotic, apoptotic : float64, protein of dead cells in mg/mL. Cells that an injury killed have burst, and alarm the
        macrophages around them; leukocytes die without a sound. Apoptotic fibroblasts are agents, and come on top.
    eaten : float64, share of the dead cells that was eaten in the last step.
    """

    def __init__(self, model: HealingModel):
        self.model = model
        p, lattice = model.parameters, model.lattice
        air = np.arange(lattice.nz)[:, None, None] < lattice.air_sites // _COARSENING * _COARSENING
        decay = _PER_HOUR * math.log(2.0) / p["neutrophil.half_life_h"]
        pools = []
        for name, kind, loss in (
            ("neutrophils", "neutrophil", decay),
            ("inflammatory macrophages", "macrophage", 0.0),
            ("repairing macrophages", "macrophage", 0.0),
        ):
            field = Field(name=name, unit="1/mm3", lattice=lattice, factor=_COARSENING, decay_per_s=loss)
            motility = np.where(air, 0.0, p[f"{kind}.motility_um2_per_s"])
            field.set_diffusivity(np.broadcast_to(motility, lattice.shape))
            pools.append(field)
        self.neutrophils, self.inflammatory, self.repairing = pools
        self._home = p["macrophage.resident_per_mm3"] * self.neutrophils.restrict(model.intact_dermis)
        self.residents = self._home.copy()
        self.necrotic = np.zeros(self.residents.shape)
        self.apoptotic = np.zeros(self.residents.shape)
        self.eaten = np.zeros(self.residents.shape)
        self._side = _COARSENING * lattice.spacing_um
        self._dermal = self.neutrophils.restrict(model.intact_dermis) > 0.5
        self._at_rest = True

    @property
    def macrophages(self) -> NDArray[np.float64]:
        """Every macrophage, 1/mm3."""
        every: NDArray[np.float64] = self.residents + self.inflammatory.concentration + self.repairing.concentration
        return every

    def alarmed(self) -> NDArray[np.float64]:
        """How alarmed macrophages are by cells that have burst around them, 0 to 1."""
        return self.necrotic / (self.model.parameters["macrophage.alarm_half_effect_mg_per_ml"] + self.necrotic)

    def presenting(self) -> NDArray[np.float64]:
        """Alarm that macrophages show to T cells, 0 to 1: less where fewer macrophages stand than in intact dermis."""
        usual = max(self.model.parameters["macrophage.resident_per_mm3"], 1e-12)
        return self.alarmed() * np.minimum(1.0, self.macrophages / usual)

    def on_lattice(self, coarse: NDArray[np.float64]) -> NDArray[np.float64]:
        """Give every lattice site the value of its cell, ``(nz, ny, nx)``."""
        return spread(coarse, self.model.lattice.shape, _COARSENING)

    def mean_around(self, density: NDArray[np.float64], place: NDArray[np.float64], radius_um: float) -> float:
        """Mean of a density over the dermis within a radius of a place, x, y, z in um."""
        away = [(np.arange(n) + 0.5) * self._side - at for n, at in zip(density.shape, place[::-1], strict=True)]
        if self.model.lattice.ny == 1:
            away[1][:] = 0.0
        z, y, x = away
        inside = (z[:, None, None] ** 2 + y[None, :, None] ** 2 + x[None, None, :] ** 2 <= radius_um**2) & self._dermal
        return float(np.mean(density[inside])) if inside.any() else 0.0

    def injure(self, injury: Injury) -> None:
        """Kill and remove in proportion; leukocytes die of heat as fibroblasts do."""
        protein = self.model.parameters["dead_cell.protein_pg"] * _MG_PER_ML
        killed = self.neutrophils.restrict(injury.damage["fibroblast_necrosis"])
        gone = self.neutrophils.restrict(injury.ablated)
        self.necrotic *= 1.0 - gone
        self.apoptotic *= 1.0 - gone
        for pool in (*self._moving(), self.residents):
            self.necrotic += protein * pool * (killed - gone)
            pool *= 1.0 - killed
        self._at_rest = False

    def bury(self, places: NDArray[np.float64]) -> None:
        """Add cells of the dermis that an injury killed, at places ``(n, 3)``, x, y, z in um."""
        protein_mg = self.model.parameters["dead_cell.protein_pg"] * 1e-9
        fallen = np.zeros(self.necrotic.shape)
        np.add.at(fallen, self.model.index(self.neutrophils, places), protein_mg)
        self.necrotic += fallen / (self.neutrophils.volume_um3 * 1e-12)

    def step(self) -> None:
        """Eat, arrive, turn, leave and secrete, for one step; nothing where nothing is inflamed or dead."""
        model, p, dt = self.model, self.model.parameters, self.model.step_h
        if self._at_rest and not model.cytokine.concentration.any() and len(fibroblast.apoptotic_places(model)) == 0:
            return
        arriving = merge(
            model.vessels.mature_vessels(model.tissue.code)
            * model.vessels.inflamed()
            * model.drug_on("leukocyte_entry", model.cytokine),
            self.residents.shape,
            _COARSENING // model.cytokine.factor,
        )
        alarmed = self.alarmed()
        plenty = self._eat()
        turning = p["macrophage.uptake_pg_per_h"] / p["macrophage.meal_pg"] * plenty
        leaving = (1.0 - plenty) / (_HOURS_PER_DAY * p["macrophage.stay_d"])

        self.neutrophils.add_source(_PER_HOUR * p["neutrophil.arrivals_per_mm3_h"] * arriving)
        self.neutrophils.step(dt)
        dying = self.neutrophils.concentration * (math.log(2.0) * dt / p["neutrophil.half_life_h"])
        self.apoptotic += p["dead_cell.protein_pg"] * _MG_PER_ML * dying
        self.inflammatory.add_source(_PER_HOUR * p["macrophage.arrivals_per_mm3_h"] * arriving)
        self.inflammatory.uptake[...] = _PER_HOUR * (turning + leaving)
        self.inflammatory.step(dt)
        turned = self.residents * -np.expm1(-turning * dt)
        self.residents -= turned
        back = -math.expm1(-p["macrophage.resident_renewal_per_d"] * dt / _HOURS_PER_DAY)
        self.residents += (self._home - self.residents) * back
        self.repairing.add_source(_PER_HOUR * (turning * self.inflammatory.concentration + turned / dt))
        self.repairing.uptake[...] = _PER_HOUR * leaving
        self.repairing.step(dt)
        self._secrete(arriving, alarmed)
        self._at_rest = not any(pool.any() for pool in (*self._moving(), self.necrotic, self.apoptotic))

    def _moving(self) -> list[NDArray[np.float64]]:
        return [field.concentration for field in (self.neutrophils, self.inflammatory, self.repairing)]

    def _eat(self) -> NDArray[np.float64]:
        """Let macrophages eat; return how near they are to eating at their fastest, 0 to 1.

        Michaelis-Menten in dead cells, which call to be eaten; what time that leaves is for fragments, likewise.
        """
        model, p = self.model, self.model.parameters
        matrix, half = model.matrix, p["macrophage.uptake_half_effect_mg_per_ml"]
        corpses = np.zeros(self.residents.shape)
        places = fibroblast.apoptotic_places(model)
        np.add.at(corpses, model.index(self.neutrophils, places), p["dead_cell.protein_pg"] * 1e-9)
        dead = self.necrotic + self.apoptotic + corpses / (self.neutrophils.volume_um3 * 1e-12)
        fragments = self.neutrophils.restrict(matrix.fragments)
        busy = dead / (half + dead)
        most = p["macrophage.uptake_pg_per_h"] * _MG_PER_ML * self.macrophages * model.step_h
        self.eaten = np.where(dead > 0.0, -np.expm1(-most / (half + dead)), 0.0)
        self.necrotic *= 1.0 - self.eaten
        self.apoptotic *= 1.0 - self.eaten
        model.alarmin_ng *= 1.0 - self.on_lattice(self.eaten)
        left = np.exp(-most * (1.0 - busy) / (half + fragments))
        matrix.fragments *= self.on_lattice(left).astype(np.float32)
        return busy + (1.0 - busy) * fragments / (half + fragments)

    def _secrete(self, arriving: NDArray[np.float64], alarmed: NDArray[np.float64]) -> None:
        """Feed the signals; a pg of one cell in a mm3 and hour is a ng/mL in an hour.

        Inflammatory and resident macrophages secrete cytokine among cells that have burst, neutrophils always.
        """
        model, p = self.model, self.model.parameters
        neutrophils, inflammatory, repairing = self._moving()
        cytokine = p["neutrophil.cytokine_secretion_pg_per_h"] * neutrophils
        cytokine += p["macrophage.cytokine_secretion_pg_per_h"] * alarmed * (inflammatory + self.residents)
        for field, rate in (
            (model.cytokine, cytokine * model.drug_on("cytokine_secretion", self.neutrophils)),
            (
                model.mmp9,
                p["neutrophil.mmp9_content_pg"] * p["neutrophil.arrivals_per_mm3_h"] * arriving
                + p["macrophage.mmp9_secretion_pg_per_h"] * inflammatory,
            ),
            (model.latent_tgf_beta1, p["macrophage.tgf_beta1_secretion_pg_per_h"] * repairing),
            (model.pdgf, p["macrophage.pdgf_secretion_pg_per_h"] * (inflammatory + repairing)),
            (model.vegf, p["macrophage.vegf_secretion_pg_per_h"] * (inflammatory + repairing)),
        ):
            field.add_source(_PER_HOUR * spread(rate, field.shape, _COARSENING // field.factor))
