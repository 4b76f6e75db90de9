"""Drugs as data: the library, the laws for what is not known, and drugs that a user describes."""

from __future__ import annotations

import math

import numpy as np
import pytest

from mendsim.abm import load_parameters
from mendsim.abm.drugs import laws
from mendsim.abm.drugs.action import ACTIONS, DoseResponse
from mendsim.abm.drugs.drug import (
    GROWTH_FACTORS,
    NUMBERS,
    action_keys,
    described,
    drug_by_name,
    drug_names,
    drug_of,
    drug_table,
    resolved,
)
from mendsim.common.errors import InputError

P = load_parameters()
KEYS = {**NUMBERS, **action_keys()}
NEEDED = {"molar_mass_g_per_mol": 300.0, "log_octanol_water": 1.0}
MASSES = np.geomspace(10.0, 1e6, 30)
LIPOPHILICITIES = np.linspace(-6.0, 6.0, 25)


def of_user(like=None, **given):
    return resolved("mine", (described("mine", given, like, origin="test"), drug_table()), P)


@pytest.mark.parametrize("key", sorted(drug_table()))
def test_a_number_of_the_library_is_one_that_drugs_have_in_its_unit_and_range(key):
    entry, number = drug_table().entries[key], KEYS[key.split(".")[1]]
    assert entry.unit == number.unit
    assert number.low <= entry.low <= entry.value <= entry.high <= number.high
    assert entry.source
    assert entry.meaning


@pytest.mark.parametrize("name", drug_names())
def test_every_drug_of_the_library_has_all_its_numbers_and_actions(name):
    numbers = resolved(name, (drug_table(),), P)
    drug = drug_by_name(name, P)
    assert set(drug.numbers) == set(NUMBERS)
    assert all(NUMBERS[key].low <= value <= NUMBERS[key].high for key, value in drug.numbers.items())
    listed = {key for key in ACTIONS if f"{name}.{key}_full" in drug_table()}
    assert set(drug.actions) == listed
    for action, response in drug.actions.items():
        assert response.neutral == ACTIONS[action].neutral
        assert 0.0 <= response.full <= ACTIONS[action].most
        assert response.full != response.neutral
        assert numbers[f"{name}.{action}_half_effect_ug_per_ml"] == response.half_effect_ug_per_ml > 0.0
        assert response.hill >= 1.0


def test_what_the_library_is_for():
    drugs = {name: drug_by_name(name, P) for name in drug_names()}
    assert [name for name, drug in drugs.items() if drug.is_particles] == ["poly_l_lactic_acid"]
    assert [name for name, drug in drugs.items() if not drug.actions] == [
        "dextran_20kda",
        "methyl_aminolevulinate",
        "platelet_rich_plasma",
        "poly_l_lactic_acid",
    ]
    releasing = [name for name, drug in drugs.items() if any(drug[f"{factor}_ng_per_ug"] for factor in GROWTH_FACTORS)]
    assert releasing == ["platelet_rich_plasma"]
    assert set(drugs["minoxidil"].actions) == {"vessel_dilation"}
    assert set(drugs["lidocaine"].actions) == {"nerve_block"}
    for name in ("methotrexate", "fluorouracil"):
        assert drugs[name].actions["fibroblast_division"].full < 0.1
    done = {action for drug in drugs.values() for action in drug.actions}
    assert done == set(ACTIONS)


@pytest.mark.parametrize("law", [laws.water_diffusivity_um2_per_s, laws.tissue_diffusivity_um2_per_s])
def test_larger_molecules_diffuse_more_slowly(law):
    assert np.all(np.diff([law(mass, P) for mass in MASSES]) < 0.0)


def test_larger_molecules_pass_corneum_and_capillaries_more_slowly_and_lipophilic_ones_faster():
    for law in (laws.corneum_permeability_cm_per_h, laws.capillary_exchange_ml_per_min_100ml):
        size = np.array([[law(mass, log_p, P) for log_p in LIPOPHILICITIES] for mass in MASSES])
        assert np.all(np.isfinite(size) & (size > 0.0))
        assert np.all(np.diff(size, axis=0) < 0.0)
        assert np.all(np.diff(size, axis=1) >= 0.0)


def test_corneum_holds_more_of_what_is_lipophilic_and_tissue_more_of_what_plasma_binds():
    assert np.all(np.diff([laws.corneum_partition(log_p, P) for log_p in LIPOPHILICITIES]) > 0.0)
    assert np.all(np.diff([laws.tissue_binding(share, P) for share in (0.01, 0.1, 0.5, 1.0)]) < 0.0)
    assert laws.tissue_binding(1.0, P) == pytest.approx(1.0)


def test_permeability_of_one_molecule_by_hand():
    """400 g/mol and log P of 2: lipids 2.0960e-4, polar 7.595e-6, film 0.125 cm/h."""
    assert laws.corneum_permeability_cm_per_h(400.0, 2.0, P) == pytest.approx(2.1682e-4, rel=1e-4)


def test_what_no_lipid_takes_up_goes_the_polar_way_and_the_most_lipophilic_is_held_back_by_water():
    hydrophilic, lipophilic = (laws.corneum_permeability_cm_per_h(100.0, log_p, P) for log_p in (-12.0, 12.0))
    assert hydrophilic == pytest.approx(P["drug.polar_path_cm_per_h"] / 10.0, rel=1e-3)
    assert lipophilic == pytest.approx(P["drug.water_film_cm_per_h"] / 10.0, rel=1e-3)


def test_diffusivities_of_one_molecule_by_hand():
    """100 g/mol: 10**(-4.131 - 2 * 0.4531) cm2/s at 25 degC, and 10**(-4.5 - 2 * 0.655) cm2/s."""
    assert laws.water_diffusivity_um2_per_s(100.0, P) == pytest.approx(1230.0, rel=1e-3)
    assert laws.tissue_diffusivity_um2_per_s(100.0, P) == pytest.approx(154.9, rel=1e-3)


def test_nothing_diffuses_faster_in_tissue_than_in_water():
    p = P.with_overrides({"drug.tissue_log_diffusivity": -3.7, "drug.tissue_mass_exponent": -0.6}, origin="test")
    tissue, water = (
        np.array([law(mass, p) for mass in MASSES])
        for law in (laws.tissue_diffusivity_um2_per_s, laws.water_diffusivity_um2_per_s)
    )
    assert np.all(tissue <= water)
    assert tissue[0] == water[0]
    assert tissue[-1] < water[-1]


def test_exchange_of_the_reference_solute_is_that_of_the_forearm():
    mass = P["drug.capillary_reference_g_per_mol"]
    pores = laws.capillary_exchange_ml_per_min_100ml(mass, -12.0, P)
    assert pores == pytest.approx(P["drug.capillary_exchange_ml_per_min_100ml"])
    assert laws.capillary_exchange_ml_per_min_100ml(mass, 0.0, P) == pytest.approx(2.0 * pores)


def test_what_is_not_given_is_derived_or_assumed_and_says_so():
    numbers = of_user(**NEEDED, solubility_ug_per_ml=50.0).entries
    by_law = {
        "water_diffusivity_um2_per_s",
        "dermis_diffusivity_um2_per_s",
        "epidermis_diffusivity_um2_per_s",
        "corneum_permeability_cm_per_h",
        "corneum_partition",
        "capillary_exchange_ml_per_min_100ml",
    }
    given = {*NEEDED, "solubility_ug_per_ml"}
    for key in NUMBERS:
        entry = numbers[f"mine.{key}"]
        assert entry.low <= entry.value <= entry.high
        assert entry.evidence == ("derived" if key in by_law else "assumed")
        assert entry.origin == ("test" if key in given else "law")
        assert entry.unit == NUMBERS[key].unit
        assert ("the user" in entry.source) == (key in given)
    assert numbers["mine.corneum_permeability_cm_per_h"].value == laws.corneum_permeability_cm_per_h(300.0, 1.0, P)


def test_what_the_library_knows_comes_before_the_laws():
    numbers = resolved("methotrexate", (drug_table(),), P)
    by_law = laws.corneum_permeability_cm_per_h(454.44, -1.85, P)
    assert numbers["methotrexate.corneum_permeability_cm_per_h"] > 10.0 * by_law
    assert numbers.entries["methotrexate.corneum_permeability_cm_per_h"].evidence == "measured"
    assert numbers.entries["methotrexate.dermis_diffusivity_um2_per_s"].evidence == "derived"


def test_the_laws_follow_the_numbers_of_their_file():
    slow = P.with_overrides({"drug.tissue_log_diffusivity": -4.9}, origin="test")
    usual, slower = (drug_by_name("lidocaine", p)["dermis_diffusivity_um2_per_s"] for p in (P, slow))
    assert slower == pytest.approx(usual * 10.0**-0.4)


def test_a_drug_like_another_differs_in_what_is_given_alone():
    alike, other = (of_user("triamcinolone", **given) for given in ({}, {"solubility_ug_per_ml": 99.0}))
    original = drug_by_name("triamcinolone", P)
    for table, expected in ((alike, original["solubility_ug_per_ml"]), (other, 99.0)):
        drug = drug_of("mine", table)
        assert drug["solubility_ug_per_ml"] == expected
        assert {**drug.numbers, "solubility_ug_per_ml": 0.0} == {**original.numbers, "solubility_ug_per_ml": 0.0}
        assert drug.actions == original.actions
    assert other.entries["mine.solubility_ug_per_ml"].source == "the user"
    assert other.entries["mine.log_octanol_water"].origin == "drugs.toml"


def test_laws_of_a_drug_like_another_follow_its_own_mass():
    heavy = of_user("minoxidil", molar_mass_g_per_mol=20000.0)
    assert heavy["mine.dermis_diffusivity_um2_per_s"] == laws.tissue_diffusivity_um2_per_s(20000.0, P)


def test_a_drug_of_ones_own_comes_before_one_of_that_name_in_the_library():
    own = described("lidocaine", NEEDED, None, origin="test")
    drug = drug_of("lidocaine", resolved("lidocaine", (own, drug_table()), P))
    assert drug["molar_mass_g_per_mol"] == 300.0
    assert not drug.actions


def test_an_action_of_ones_own_saturates_at_one_site_unless_said_otherwise():
    keys = {"vegf_secretion_full": 3.0, "vegf_secretion_half_effect_ug_per_ml": 2.0}
    plain, steep = (drug_of("mine", of_user(**NEEDED, **keys, **hill)) for hill in ({}, {"vegf_secretion_hill": 4.0}))
    assert plain.actions["vegf_secretion"] == DoseResponse(neutral=1.0, full=3.0, half_effect_ug_per_ml=2.0, hill=1.0)
    assert steep.actions["vegf_secretion"].hill == 4.0
    assert set(plain.actions) == {"vegf_secretion"}


@pytest.mark.parametrize("name", ["lidocain", "", "drug"])
def test_an_unknown_drug_lists_the_library(name):
    with pytest.raises(InputError, match=r"unknown drug \(got .*; allowed: ascorbic_acid, .*, triamcinolone") as error:
        drug_by_name(name, P)
    assert error.value.value == name


def test_a_drug_like_an_unknown_one_lists_the_library():
    with pytest.raises(
        InputError, match=r"^drugs\.mine\.like: unknown drug \(got 'lidocain'\); allowed: ascorbic_acid"
    ):
        of_user("lidocain", **NEEDED)


@pytest.mark.parametrize("key", list(NEEDED))
def test_a_drug_needs_molar_mass_and_lipophilicity(key):
    with pytest.raises(InputError, match=rf"^drugs\.mine\.{key}: a drug needs this number"):
        of_user(**{other: value for other, value in NEEDED.items() if other != key})


def test_an_action_needs_a_concentration_of_half_effect():
    with pytest.raises(InputError, match=r"^drugs\.mine\.nerve_block_half_effect_ug_per_ml: an action needs this"):
        of_user(**NEEDED, nerve_block_full=1.0)


@pytest.mark.parametrize("end", ["low", "high"])
@pytest.mark.parametrize("key", sorted(KEYS))
def test_a_number_out_of_range_names_key_value_and_range(key, end):
    number = KEYS[key]
    inside = getattr(number, end)
    described("mine", {key: inside}, None, origin="test")
    outside = inside * 1.01 + 1.0 if end == "high" else inside - 0.01 * abs(inside) - 1e-12
    with pytest.raises(InputError) as error:
        described("mine", {key: outside}, None, origin="test")
    assert (error.value.key, error.value.value) == (f"drugs.mine.{key}", outside)
    assert error.value.allowed == f"{number.low:g} to {number.high:g} {number.unit}"


@pytest.mark.parametrize("action", sorted(ACTIONS))
def test_no_drug_leaves_an_action_neutral_and_much_of_it_does_all(action):
    about = ACTIONS[action]
    assert about.neutral in (0.0, 1.0)
    assert (about.neutral == 1.0) == about.meaning.startswith("factor")
    for full in (0.0, about.most):
        response = DoseResponse(neutral=about.neutral, full=full, half_effect_ug_per_ml=5.0, hill=1.5)
        none, half, much = response(np.array([0.0, 5.0, 1e9]))
        assert none == about.neutral
        assert half == pytest.approx(0.5 * (about.neutral + full))
        assert much == pytest.approx(full, abs=1e-8)


def test_a_dose_response_is_a_hill_curve_and_less_than_none_counts_as_none():
    response = DoseResponse(neutral=1.0, full=0.0, half_effect_ug_per_ml=2.0, hill=2.0)
    free = np.array([-1.0, 0.0, 2.0 / math.sqrt(3.0), 2.0, 6.0])
    np.testing.assert_allclose(response(free), [1.0, 1.0, 0.75, 0.5, 0.1])
    grid = np.geomspace(1e-6, 1e6, 200).reshape(10, 20)
    assert response(grid).shape == grid.shape
    assert np.all(np.diff(response(grid).ravel()) < 0.0)
