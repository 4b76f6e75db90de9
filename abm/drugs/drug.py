"""Drugs as data: the library, drugs that a user describes, and what follows for either from size and lipophilicity."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from mendsim.abm.drugs import laws
from mendsim.abm.drugs.action import ACTIONS, DoseResponse
from mendsim.common.errors import InputError, choices
from mendsim.common.parameters import Parameter, Parameters

GROWTH_FACTORS = ("tgf_beta1", "vegf", "pdgf")
"""Proteins of the model that a preparation may hold."""


@dataclass(frozen=True, kw_only=True)
class Number:
    """A number of a drug: unit, allowed range, meaning, and what it is where none is given.

    That is a law of molar mass and lipophilicity, the name of a parameter, a number, or None: it must be given.
    """

    unit: str
    low: float
    high: float
    meaning: str
    otherwise: Callable[[float, float, Parameters], float] | str | float | None


NUMBERS: Mapping[str, Number] = MappingProxyType(
    {
        "molar_mass_g_per_mol": Number(unit="g/mol", low=10.0, high=1e9, meaning="molar mass", otherwise=None),
        "log_octanol_water": Number(
            unit="1", low=-12.0, high=12.0, meaning="decimal logarithm of octanol over water", otherwise=None
        ),
        "water_diffusivity_um2_per_s": Number(
            unit="um2/s",
            low=1e-4,
            high=5e3,
            meaning="diffusivity in water at body temperature",
            otherwise=lambda mass, _, p: laws.water_diffusivity_um2_per_s(mass, p),
        ),
        "dermis_diffusivity_um2_per_s": Number(
            unit="um2/s",
            low=1e-4,
            high=5e3,
            meaning="diffusivity of the free drug in dermis",
            otherwise=lambda mass, _, p: laws.tissue_diffusivity_um2_per_s(mass, p),
        ),
        "epidermis_diffusivity_um2_per_s": Number(
            unit="um2/s",
            low=1e-4,
            high=5e3,
            meaning="diffusivity of the free drug in living epidermis",
            otherwise=lambda mass, _, p: laws.tissue_diffusivity_um2_per_s(mass, p),
        ),
        "corneum_permeability_cm_per_h": Number(
            unit="cm/h",
            low=1e-12,
            high=10.0,
            meaning="permeability of intact stratum corneum from water",
            otherwise=laws.corneum_permeability_cm_per_h,
        ),
        "corneum_partition": Number(
            unit="1",
            low=1e-3,
            high=1e6,
            meaning="what stratum corneum holds over water at the same activity",
            otherwise=lambda _, lipophilicity, p: laws.corneum_partition(lipophilicity, p),
        ),
        "capillary_exchange_ml_per_min_100ml": Number(
            unit="mL/min/100 mL",
            low=0.0,
            high=1e9,
            meaning="product of permeability and surface of the capillaries of dermis",
            otherwise=laws.capillary_exchange_ml_per_min_100ml,
        ),
        "plasma_unbound_share": Number(
            unit="1", low=1e-4, high=1.0, meaning="share in plasma that is free and not bound", otherwise=1.0
        ),
        "solubility_ug_per_ml": Number(
            unit="ug/mL", low=1e-6, high=1e7, meaning="solubility in tissue fluid", otherwise=1e7
        ),
        "degradation_per_h": Number(unit="1/h", low=0.0, high=1e3, meaning="loss of what is free", otherwise=0.0),
        "crystal_radius_um": Number(
            unit="um",
            low=0.01,
            high=1e3,
            meaning="radius of crystals of a suspension",
            otherwise="drug.crystal_radius_um",
        ),
        "crystal_density_g_per_ml": Number(
            unit="g/mL",
            low=0.5,
            high=5.0,
            meaning="density of crystals or particles",
            otherwise="drug.crystal_density_g_per_ml",
        ),
        "particle_low_um": Number(
            unit="um", low=0.0, high=1e3, meaning="smallest diameter of particles that do not dissolve", otherwise=0.0
        ),
        "particle_high_um": Number(
            unit="um", low=0.0, high=1e3, meaning="largest diameter of such particles; 0 = none", otherwise=0.0
        ),
        "particle_half_life_d": Number(
            unit="d", low=0.01, high=1e6, meaning="time in which half of the mass of particles is gone", otherwise=1e6
        ),
        **{
            f"{name}_ng_per_ug": Number(
                unit="ng/ug", low=0.0, high=1e3, meaning=f"{name} set free by a ug that is spent", otherwise=0.0
            )
            for name in GROWTH_FACTORS
        },
    }
)
"""Every number of a drug but those of its actions."""

_HALF, _HILL = "half_effect_ug_per_ml", "hill"


def action_keys() -> dict[str, Number]:
    """Every number of every action: its size at full effect, the concentration of half effect, the exponent."""
    keys = {}
    for name, action in ACTIONS.items():
        keys[f"{name}_full"] = Number(
            unit=action.unit, low=0.0, high=action.most, meaning=f"{action.meaning} at full effect", otherwise=None
        )
        keys[f"{name}_{_HALF}"] = Number(
            unit="ug/mL", low=1e-9, high=1e7, meaning="free concentration of half that effect", otherwise=None
        )
        keys[f"{name}_{_HILL}"] = Number(
            unit="1", low=0.1, high=10.0, meaning="Hill exponent of that effect", otherwise=1.0
        )
    return keys


@dataclass(frozen=True, kw_only=True)
class Drug:
    """One drug.

    Parameters
    ----------
    name : in the library or the scenario.
    numbers : each of :data:`NUMBERS`.
    actions : what it does, by name of the action.
    """

    name: str
    numbers: Mapping[str, float]
    actions: Mapping[str, DoseResponse]

    def __getitem__(self, key: str) -> float:
        return self.numbers[key]

    @property
    def is_particles(self) -> bool:
        """Whether it is particles, which do not diffuse."""
        return self.numbers["particle_high_um"] > 0.0


@cache
def drug_table() -> Parameters:
    """Every number of the drugs of the library, keyed ``drug.quantity``."""
    return Parameters.load(Path(__file__).parent.parent / "drugs.toml")


@cache
def drug_names() -> tuple[str, ...]:
    """Names of the drugs of the library."""
    return tuple(sorted({key.split(".")[0] for key in drug_table()}))


def described(name: str, given: Mapping[str, float], like: str | None, *, origin: str) -> Parameters:
    """Numbers that a user gives for a drug, beside those of the drug of the library that it is like.

    Raises
    ------
    InputError : an unknown quantity, a value out of range, or no drug of that name to be like.
    """
    entries: dict[str, Parameter] = {}
    if like is not None:
        if like not in drug_names():
            raise InputError("unknown drug", key=f"drugs.{name}.like", value=like, allowed=choices(drug_names()))
        for key, entry in drug_table().entries.items():
            if key.startswith(f"{like}."):
                entries[f"{name}.{key.removeprefix(f'{like}.')}"] = entry
    known = {**NUMBERS, **action_keys()}
    for key, value in given.items():
        number = known[key]
        if not number.low <= value <= number.high:
            allowed = f"{number.low:g} to {number.high:g} {number.unit}"
            raise InputError("out of range", key=f"drugs.{name}.{key}", value=value, allowed=allowed)
        entries[f"{name}.{key}"] = _entry(value, number, source="the user", evidence="assumed", origin=origin)
    return Parameters(entries)


def resolved(name: str, tables: Iterable[Parameters], p: Parameters) -> Parameters:
    """Every number of a drug: those that are given in one of some tables, and those that follow from them.

    Raises
    ------
    InputError : a drug that is in no table, or one without its molar mass or lipophilicity.
    """
    tables = list(tables)
    found = next((table for table in tables if table.group(name)), None)
    if found is None and tables:
        raise InputError("unknown drug", key="drug", value=name, allowed=choices(drug_names()))
    if found is None:
        found = Parameters({})  # a drug of which nothing is said
    entries = {key: entry for key, entry in found.entries.items() if key.startswith(f"{name}.")}
    for key in ("molar_mass_g_per_mol", "log_octanol_water"):
        if f"{name}.{key}" not in entries:
            raise InputError("a drug needs this number", key=f"drugs.{name}.{key}")
    mass, lipophilicity = (entries[f"{name}.{key}"].value for key in ("molar_mass_g_per_mol", "log_octanol_water"))
    for key, number in NUMBERS.items():
        if f"{name}.{key}" in entries or number.otherwise is None:
            continue
        if isinstance(number.otherwise, str):
            value, source, evidence = p[number.otherwise], p.entries[number.otherwise].source, "assumed"
        elif callable(number.otherwise):
            value, source = (
                number.otherwise(mass, lipophilicity, p),
                "from molar mass and lipophilicity, abm/drugs/laws.py",
            )
            evidence = "derived"
        else:
            value, source, evidence = number.otherwise, "taken where none is given", "assumed"
        entries[f"{name}.{key}"] = _entry(value, number, source=source, evidence=evidence, origin="law")
    for action in ACTIONS:
        if f"{name}.{action}_full" not in entries:
            continue
        if f"{name}.{action}_{_HALF}" not in entries:
            key = f"drugs.{name}.{action}_{_HALF}"
            raise InputError("an action needs this number", key=key, allowed="a concentration")
        if (hill := f"{name}.{action}_{_HILL}") not in entries:
            number = action_keys()[f"{action}_{_HILL}"]
            entries[hill] = _entry(1.0, number, source="one-site saturation", evidence="assumed", origin="law")
    return Parameters(entries)


def _entry(value: float, number: Number, *, source: str, evidence: str, origin: str) -> Parameter:
    return Parameter(
        value=float(value),
        unit=number.unit,
        low=min(number.low, value),
        high=max(number.high, value),
        source=source,
        evidence=evidence,
        meaning=number.meaning,
        origin=origin,
    )


def drug_of(name: str, numbers: Parameters) -> Drug:
    """Make a drug of its resolved numbers."""
    values = numbers.group(name)
    actions = {
        action: DoseResponse(
            neutral=about.neutral,
            full=values[f"{action}_full"],
            half_effect_ug_per_ml=values[f"{action}_{_HALF}"],
            hill=values[f"{action}_{_HILL}"],
        )
        for action, about in ACTIONS.items()
        if f"{action}_full" in values
    }
    return Drug(
        name=name,
        numbers=MappingProxyType({key: values[key] for key in NUMBERS}),
        actions=MappingProxyType(actions),
    )


def drug_by_name(name: str, p: Parameters) -> Drug:
    """Return a drug of the library; an unknown name is an error that lists the choices."""
    return drug_of(name, resolved(name, (drug_table(),), p))
