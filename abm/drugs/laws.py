"""Numbers of a drug that follow from its molar mass and lipophilicity where none was measured."""

from __future__ import annotations

import math
from collections.abc import Mapping

_UM2_PER_CM2 = 1e8


def water_diffusivity_um2_per_s(molar_mass_g_per_mol: float, p: Mapping[str, float]) -> float:
    """Diffusivity in water at body temperature; a power of molar mass (Avdeef 2012, doi:10.1002/9781118286067)."""
    log_cm2_per_s = p["drug.water_log_diffusivity"] + p["drug.water_mass_exponent"] * math.log10(molar_mass_g_per_mol)
    return float(10.0**log_cm2_per_s * _UM2_PER_CM2 * p["drug.body_to_room_diffusivity"])


def tissue_diffusivity_um2_per_s(molar_mass_g_per_mol: float, p: Mapping[str, float]) -> float:
    """Diffusivity of what is free in dermis and living epidermis; a power of molar mass, that in water at most.

    References
    ----------
    Kretsos et al. (2008) Int J Pharm 346:64, doi:10.1016/j.ijpharm.2007.06.020 (form); drug_laws.toml has the rest
    """
    log_cm2_per_s = p["drug.tissue_log_diffusivity"] + p["drug.tissue_mass_exponent"] * math.log10(molar_mass_g_per_mol)
    return min(float(10.0**log_cm2_per_s * _UM2_PER_CM2), water_diffusivity_um2_per_s(molar_mass_g_per_mol, p))


def tissue_binding(plasma_unbound_share: float, p: Mapping[str, float]) -> float:
    """Ratio of what the fluid of tissue holds to what is free in it: proteins bind as in plasma, but are fewer."""
    weight = p["drug.unbound_weight"]
    return float(weight + (1.0 - weight) / plasma_unbound_share)


def corneum_permeability_cm_per_h(
    molar_mass_g_per_mol: float, log_octanol_water: float, p: Mapping[str, float]
) -> float:
    """Permeability of stratum corneum from water: lipids beside a polar path, in series with a film of water.

    References
    ----------
    Wilschut et al. (1995) Chemosphere 30:1275, doi:10.1016/0045-6535(95)00023-2 (modified model of Robinson)
    """
    root = math.sqrt(molar_mass_g_per_mol)
    lipid = 10.0 ** (
        p["drug.lipid_path_intercept"]
        + p["drug.lipid_path_log_partition"] * log_octanol_water
        + p["drug.lipid_path_root_mass"] * root
    )
    polar, film = p["drug.polar_path_cm_per_h"] / root, p["drug.water_film_cm_per_h"] / root
    return 1.0 / (1.0 / (lipid + polar) + 1.0 / film)


def capillary_exchange_ml_per_min_100ml(
    molar_mass_g_per_mol: float, log_octanol_water: float, p: Mapping[str, float]
) -> float:
    """Product of permeability and surface of capillaries: pores by molar mass, and cell membranes for lipids."""
    pores = (
        p["drug.capillary_exchange_ml_per_min_100ml"]
        * (molar_mass_g_per_mol / p["drug.capillary_reference_g_per_mol"]) ** p["drug.capillary_mass_exponent"]
    )
    return float(pores * (1.0 + 10.0**log_octanol_water))


def corneum_partition(log_octanol_water: float, p: Mapping[str, float]) -> float:
    """Ratio of what stratum corneum holds, in its water and lipids, to what water at the same activity does."""
    return float(p["drug.corneum_water_share"] + 10.0 ** (p["drug.corneum_lipid_partition"] * log_octanol_water))
