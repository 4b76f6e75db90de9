"""Drugs as data, their way from the surface into the skin, and what they do to cells."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from mendsim.abm.agents.keratinocyte import CELL_KIND
from mendsim.abm.tissue import AIR, CLOT, DERMIS, EPIDERMIS, HYPODERMIS, TISSUE
from mendsim.common.errors import InputError, choices
from mendsim.common.parameters import Parameters

if TYPE_CHECKING:
    from mendsim.abm.model import HealingModel

_UM2_PER_S_PER_CM_UM_PER_H = 1e4 / 3600.0
_UM_PER_UL_PER_CM2 = 10.0
_SECONDS_PER_HOUR = 3600.0
_NEGLIGIBLE = 1e-9
"""Share of the dose below which what is left is booked as degraded, so that no run solves for nothing."""


@dataclass(frozen=True, kw_only=True)
class Drug:
    """A small molecule; fields are named as in ``drugs.toml``, with their units. A factor of 1 is no effect."""

    name: str
    molar_mass_g_per_mol: float
    log_octanol_water: float
    diffusivity_dermis_um2_per_s: float
    diffusivity_epidermis_um2_per_s: float
    diffusivity_water_um2_per_s: float
    stratum_corneum_permeability_cm_per_h: float
    clearance_per_h: float
    degradation_per_h: float
    half_effect_ug_per_ml: float
    hill: float
    fibroblast_synthesis_factor: float
    fibroblast_division_factor: float
    keratinocyte_division_factor: float
    t_cell_death_per_h: float
    cytokine_secretion_factor: float


@cache
def drug_table() -> Parameters:
    """Every number of every drug, keyed ``drug.quantity``."""
    return Parameters.load(Path(__file__).parent / "drugs.toml")


@cache
def load_drugs() -> dict[str, Drug]:
    """Return every drug of the library by name."""
    table = drug_table()
    known = {field.name for field in fields(Drug)}
    names = sorted({key.split(".")[0] for key in table})
    return {name: Drug(name=name, **{k: v for k, v in table.group(name).items() if k in known}) for name in names}


def drug_by_name(name: str) -> Drug:
    """Return one drug; an unknown name is an error that lists the choices."""
    try:
        return load_drugs()[name]
    except KeyError:
        raise InputError("unknown drug", key="drug", value=name, allowed=choices(load_drugs())) from None


def _steps(kinds: np.ndarray) -> np.ndarray:
    """Living cells beside air where the surface steps by a site.

    Corneum lies over the step as over the flat, if both columns have some.
    """
    corneocyte = kinds == CELL_KIND["corneocyte"]
    covered = np.broadcast_to(corneocyte.any(axis=0), kinds.shape)
    living = (kinds > 0) & (kinds < CELL_KIND["corneocyte"]) & (np.cumsum(corneocyte, axis=0) > 0)
    found = np.zeros(kinds.shape, bool)
    for axis in (1, 2):
        for way in (-1, 1):
            beside_air = np.roll((kinds == 0) & covered, way, axis=axis)
            edge = [slice(None)] * 3
            edge[axis] = slice(0, 1) if way == 1 else slice(-1, None)
            beside_air[tuple(edge)] = False
            found |= living & beside_air
    return found


@dataclass
class DrugEffects:
    """How the drug now in the skin changes what cells do; the neutral values are those without a drug."""

    fibroblast_synthesis: float = 1.0
    fibroblast_division: float = 1.0
    keratinocyte_division: float = 1.0
    cytokine_secretion: float = 1.0


class Topical:
    """One drug on the skin, put on once or more: a donor of finite volume, diffusion, clearance by blood, degradation.

    First form: the donor is a well-mixed layer of liquid on the surface, as thick as its volume over the area, there is
    no binding and no partition beyond the permeability of stratum corneum, and effects follow the mean concentration of
    dermis or epidermis by a Hill curve; T cells feel what is where they are. Donor and skin are solved together, so
    that no step can take more than there is.
    """

    def __init__(self, model: HealingModel, drug: Drug):
        self.model, self.drug = model, drug
        self.end_h = model.time_h
        self.layers = 1
        self.dose_ug = self.donor_ug = 0.0
        self.cleared_ug = 0.0
        self.degraded_ug = 0.0
        self.removed_ug = 0.0
        """Drug wiped off with the donor, and shed with cells of the surface."""
        self._tissue = model.tissue.codes() != AIR

    def apply(self, concentration_ug_per_ml: float, duration_h: float, volume_ul_per_cm2: float) -> None:
        """Wipe off what lies on the skin and put a fresh donor there."""
        model = self.model
        volume_ml = volume_ul_per_cm2 * 1e-3 * model.lattice.surface_area_mm2 * 1e-2
        thickness_um = volume_ul_per_cm2 * _UM_PER_UL_PER_CM2
        self.layers = max(1, round(thickness_um / model.lattice.spacing_um))
        self.end_h = model.time_h + duration_h
        self.removed_ug += self.donor_ug
        self.donor_ug = concentration_ug_per_ml * volume_ml
        self.dose_ug += self.donor_ug

    def _diffusivity(self, kinds: np.ndarray, codes: np.ndarray, donor: np.ndarray) -> np.ndarray:
        drug, p = self.drug, self.model.parameters
        corneum = drug.stratum_corneum_permeability_cm_per_h * p["drug.stratum_corneum_um"] * _UM2_PER_S_PER_CM_UM_PER_H
        by_code = np.zeros(len(TISSUE))
        by_code[EPIDERMIS] = drug.diffusivity_epidermis_um2_per_s
        by_code[[DERMIS, HYPODERMIS]] = drug.diffusivity_dermis_um2_per_s
        by_code[CLOT] = drug.diffusivity_water_um2_per_s
        diffusivity = by_code[codes]
        diffusivity[(kinds == CELL_KIND["corneocyte"]) | _steps(kinds)] = corneum
        diffusivity[donor] = drug.diffusivity_water_um2_per_s
        return diffusivity

    def _donor_sites(self, air: np.ndarray) -> np.ndarray:
        """Find the lowest sites of air over each column, as many as the donor is thick."""
        z = np.arange(air.shape[0])[:, None, None]
        surface = np.argmin(air, axis=0)
        return air & (z >= surface - self.layers)

    def step(self, dt_h: float) -> None:
        """Advance by one step; amounts are those of the lattice's surface area."""
        model, drug, field = self.model, self.drug, self.model.drug
        if self.donor_ug == 0.0 and not field.concentration.any():
            return
        codes, kinds = model.tissue.codes(), model.cell_kinds()
        site_ml = model.lattice.site_volume_ml
        air = codes == AIR
        c = field.concentration
        self.removed_ug += float(np.sum(c[air & self._tissue])) * site_ml
        c[air | ~self._tissue] = 0.0
        self._tissue = ~air
        donor = self._donor_sites(air) if self.donor_ug > 0.0 else np.zeros_like(air)
        c[donor] = self.donor_ug / (max(1, int(np.count_nonzero(donor))) * site_ml)
        field.set_diffusivity(self._diffusivity(kinds, codes, donor))
        perfused = np.isin(codes, (DERMIS, HYPODERMIS))
        field.uptake[...] = (drug.clearance_per_h * perfused + drug.degradation_per_h * ~air) / _SECONDS_PER_HOUR
        field.step(dt_h)
        self.cleared_ug += float(np.sum(c[perfused])) * site_ml * drug.clearance_per_h * dt_h
        self.degraded_ug += float(np.sum(c[~air])) * site_ml * drug.degradation_per_h * dt_h
        self.donor_ug = float(np.sum(c[donor])) * site_ml
        if self.donor_ug > 0.0 and model.time_h + dt_h >= self.end_h:
            self.removed_ug += self.donor_ug
            self.donor_ug = 0.0
        left_ug = float(np.sum(c[~air])) * site_ml
        if self.donor_ug == 0.0 and left_ug < _NEGLIGIBLE * self.dose_ug:
            self.degraded_ug += left_ug
            c[...] = 0.0

    def effects(self) -> DrugEffects:
        """Effects at the mean concentrations of epidermis and dermis (Hill)."""
        model, drug = self.model, self.drug
        codes, c = model.tissue.codes(), model.drug.concentration

        def share(mask: np.ndarray) -> float:
            mean = max(0.0, float(np.mean(c[mask], dtype=np.float64))) if mask.any() else 0.0
            return mean**drug.hill / (drug.half_effect_ug_per_ml**drug.hill + mean**drug.hill)

        dermis, epidermis = share(np.isin(codes, (DERMIS, CLOT))), share(codes == EPIDERMIS)
        return DrugEffects(
            fibroblast_synthesis=1.0 + (drug.fibroblast_synthesis_factor - 1.0) * dermis,
            fibroblast_division=1.0 + (drug.fibroblast_division_factor - 1.0) * dermis,
            keratinocyte_division=1.0 + (drug.keratinocyte_division_factor - 1.0) * epidermis,
            cytokine_secretion=1.0 + (drug.cytokine_secretion_factor - 1.0) * dermis,
        )

    def amounts_ug_per_cm2(self) -> dict[str, float]:
        """Drug in the donor, each layer and gone, per cm2 of skin; the sum is the dose applied."""
        model = self.model
        area_cm2, site_ml = model.lattice.surface_area_mm2 * 1e-2, model.lattice.site_volume_ml
        codes, c = model.tissue.codes(), model.drug.concentration
        inside = self._tissue & (codes != AIR)
        c = np.where(inside, c, 0.0)
        epidermis = float(np.sum(c[codes == EPIDERMIS], dtype=np.float64)) * site_ml
        dermis = float(np.sum(c[np.isin(codes, (DERMIS, HYPODERMIS, CLOT))], dtype=np.float64)) * site_ml
        return {
            "drug_donor_ug_per_cm2": (self.donor_ug + self.removed_ug) / area_cm2,
            "drug_epidermis_ug_per_cm2": epidermis / area_cm2,
            "drug_dermis_ug_per_cm2": dermis / area_cm2,
            "drug_cleared_ug_per_cm2": self.cleared_ug / area_cm2,
            "drug_degraded_ug_per_cm2": self.degraded_ug / area_cm2,
        }
