from __future__ import annotations

import pytest

from mendsim.common.errors import InputError
from mendsim.thermal import DAMAGE_PROCESSES, load_parameters
from mendsim.thermal.damage import choose_sets, default_sets, set_names
from mendsim.thermal.device import device_names
from mendsim.thermal.layers import LAYER_NAMES
from mendsim.thermal.light import Light


def test_every_device_has_light_data_and_every_layer_its_properties():
    p = load_parameters()
    for device in device_names(p):
        assert Light.of(device, p).water_absorption > 0
    for layer in LAYER_NAMES:
        assert set(p.group(layer)) == {
            "density_kg_per_m3",
            "specific_heat_j_per_kg_k",
            "conductivity_w_per_m_k",
            "water_fraction",
            "perfusion_per_s",
        }


def test_dry_part_of_every_layer_has_a_plausible_heat_capacity():
    p = load_parameters()
    for layer in LAYER_NAMES:
        share = p[f"{layer}.water_fraction"]
        dry = (p[f"{layer}.specific_heat_j_per_kg_k"] - share * p["water.specific_heat_j_per_kg_k"]) / (1 - share)
        assert 800 < dry < 2600  # protein and lipid, J/kg/K


def test_every_process_follows_a_known_law():
    assert set(default_sets()) == set(DAMAGE_PROCESSES)
    assert set(default_sets().values()) <= set(set_names(load_parameters()))


def test_another_law_may_be_chosen_but_must_exist():
    p = load_parameters()
    assert choose_sets(p, {"vessel_coagulation": "arterial_wall_agah"})["vessel_coagulation"] == "arterial_wall_agah"
    with pytest.raises(InputError, match=r"unknown law of damage.*allowed: .*burn_henriques"):
        choose_sets(p, {"vessel_coagulation": "magic"})
    with pytest.raises(InputError, match=r"unknown damage process.*allowed: .*heat_shock"):
        choose_sets(p, {"sunburn": "burn_diller"})


def test_wavelength_without_data_is_refused():
    p = load_parameters()
    without = type(p)({key: entry for key, entry in p.entries.items() if not key.startswith("light_1550")})
    with pytest.raises(InputError, match=r"wavelength without data.*1550.*allowed: .*10600"):
        Light.of("er_glass_1550", without)
    with pytest.raises(InputError, match=r"unknown device.*allowed: .*co2_10600"):
        Light.of("maser", p)
