"""Drugs in a scenario: of the library or one's own, put on or injected, in living or excised skin; arms of a study."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable
from fnmatch import fnmatchcase
from pathlib import Path

import numpy as np
import pytest

from mendsim import scenarios
from mendsim.abm.drugs.drug import drug_by_name, drug_names, drug_of
from mendsim.abm.drugs.excised import ExcisedSkin
from mendsim.abm.observables import DRUG_PLACES
from mendsim.common.errors import InputError, ScenarioWarning
from mendsim.scenarios.arms import arms, first_days, intact
from mendsim.scenarios.border import drug_numbers, library_of, parameters_of
from mendsim.scenarios.problems import ScenarioError
from mendsim.scenarios.schema import Scenario
from mendsim.scenarios.show import resolved_text

PUNCH = {"kind": "punch", "at": "1 h", "diameter": "100 um", "depth": "200 um"}
DRUG = {
    "kind": "drug",
    "at": "1 h",
    "drug": "lidocaine",
    "concentration": "1 mg/mL",
    "volume": "10 uL/cm^2",
    "duration": "6 h",
}
SHOT = {"kind": "injection", "at": "1 h", "drug": "lidocaine", "concentration": "1 mg/mL", "volume": "1e-4 uL"} | {
    "depth": "0.3 mm"
}
OWN = {"molar_mass": "300 g/mol", "log_octanol_water": 1.0}

Made = Callable[..., Scenario]


@pytest.fixture
def made(write: Callable[..., Path]) -> Made:
    """Make the small scenario with events of its own, drugs and other values."""

    def make(*events: dict[str, object], drugs: dict[str, object] | None = None, **values: object) -> Scenario:
        changes = {key.replace("__", "."): value for key, value in values.items()}
        given = {} if drugs is None else {"drugs": drugs}
        return scenarios.load(write()).with_values({"events": list(events), **given, **changes})

    return make


def own(actions: dict[str, object] | None = None, **numbers: object) -> dict[str, object]:
    return {"mine": {**OWN, **numbers, **({} if actions is None else {"actions": actions})}}


def numbers_of(scenario: Scenario, name: str = "mine") -> dict[str, float]:
    return dict(drug_of(name, drug_numbers(scenario, name)).numbers)


def test_a_drug_of_ones_own_is_read_in_the_units_of_its_numbers(made: Made) -> None:
    given = {
        "dermis_diffusivity": "0.5e-6 cm^2/s",
        "epidermis_diffusivity": "7 um^2/s",
        "water_diffusivity": "300 um^2/s",
        "corneum_permeability": "1 mm/d",
        "corneum_partition": 3,
        "capillary_exchange": "2 /h",
        "plasma_unbound_share": 0.4,
        "solubility": "2 mg/mL",
        "degradation": "12 /d",
        "crystal_radius": "3 um",
        "crystal_density": "1200 kg/m^3",
        "particle_half_life": "2 weeks",
        "tgf_beta1": "0.2 ng/ug",
    }
    numbers = numbers_of(made(DRUG | {"drug": "mine"}, drugs=own(**given)))
    expected = {
        "molar_mass_g_per_mol": 300.0,
        "log_octanol_water": 1.0,
        "dermis_diffusivity_um2_per_s": 50.0,
        "epidermis_diffusivity_um2_per_s": 7.0,
        "water_diffusivity_um2_per_s": 300.0,
        "corneum_permeability_cm_per_h": 0.1 / 24.0,
        "corneum_partition": 3.0,
        "capillary_exchange_ml_per_min_100ml": 2.0 * 100.0 / 60.0,
        "plasma_unbound_share": 0.4,
        "solubility_ug_per_ml": 2000.0,
        "degradation_per_h": 0.5,
        "crystal_radius_um": 3.0,
        "crystal_density_g_per_ml": 1.2,
        "particle_half_life_d": 14.0,
        "tgf_beta1_ng_per_ug": 0.2,
    }
    assert {key: numbers[key] for key in expected} == pytest.approx(expected)


def test_actions_have_the_units_of_what_they_change(made: Made) -> None:
    actions = {
        "t_cell_death": {"full": "0.48 /d", "half_effect": "2 ng/mL"},
        "nerve_block": {"full": 1, "half_effect": "0.1 mg/mL", "hill": 2},
        "vegf_secretion": {"full": 0.5, "half_effect": "3 ug/mL"},
    }
    scenario = made(DRUG | {"drug": "mine"}, drugs=own(actions))
    found = drug_of("mine", drug_numbers(scenario, "mine")).actions
    assert {name: (each.full, each.half_effect_ug_per_ml, each.hill) for name, each in found.items()} == {
        "t_cell_death": (pytest.approx(0.02), 0.002, 1.0),
        "nerve_block": (1.0, 100.0, 2.0),
        "vegf_secretion": (0.5, 3.0, 1.0),
    }


def test_a_drug_like_one_of_the_library_with_one_number_and_one_action_of_its_own(made: Made) -> None:
    changed = {
        "like": "triamcinolone",
        "solubility": "21 ug/mL",
        "actions": {"vegf_secretion": {"full": 0.9, "half_effect": "1 ug/mL"}},
    }
    scenario = made(DRUG | {"drug": "strong"}, drugs={"strong": changed})
    drug = drug_of("strong", drug_numbers(scenario, "strong"))
    original = drug_by_name("triamcinolone", parameters_of(scenario)["abm"])
    assert drug["solubility_ug_per_ml"] == 21.0
    assert drug["molar_mass_g_per_mol"] == original["molar_mass_g_per_mol"]
    assert drug.actions["vegf_secretion"].full == 0.9
    assert set(drug.actions) == set(original.actions)
    others = set(original.actions) - {"vegf_secretion"}
    assert all(drug.actions[name] == original.actions[name] for name in others)


def test_a_drug_of_ones_own_is_shown_kept_and_read_again(made: Made, tmp_path: Path) -> None:
    actions = {"t_cell_death": {"full": "0.02 /h", "half_effect": "2 ug/mL"}}
    scenario = made(DRUG | {"drug": "mine"}, SHOT | {"drug": "mine"}, drugs=own(actions, degradation="0.1 /h"))
    (tmp_path / "shown.toml").write_text(resolved_text(scenario), encoding="utf-8")
    again = scenarios.load(tmp_path / "shown.toml")
    assert again.to_dict() == scenario.to_dict()
    assert numbers_of(again) == numbers_of(scenario)
    assert scenarios.Scenario.model_validate(scenario.to_dict()).to_dict() == scenario.to_dict()


def test_laws_of_a_drug_follow_the_parameters_of_the_scenario(made: Made) -> None:
    scenario = made(DRUG)
    slower = scenario.with_values({"parameters.abm.drug.tissue_log_diffusivity": -4.9})
    usual, slow = (numbers_of(each, "lidocaine")["dermis_diffusivity_um2_per_s"] for each in (scenario, slower))
    assert slow == pytest.approx(usual * 10.0**-0.4)


@pytest.mark.parametrize("name", drug_names())
def test_every_drug_of_the_library_can_be_put_on_and_is_on_record(made: Made, name: str) -> None:
    scenario = made(DRUG | {"drug": name})
    record = library_of(scenario)["drug"]
    assert {key.split(".")[0] for key in record} == {name}
    assert {entry.origin for entry in record.entries.values()} <= {"drugs.toml", "law"}


def test_what_was_taken_for_a_drug_of_ones_own_stands_in_the_store(made: Made) -> None:
    short = {"follow_up": "2 h", "save__snapshots": ["2 h"]}
    scenario = made(DRUG | {"drug": "mine"}, drugs=own(solubility="2 mg/mL"), **short)
    used = json.loads(scenarios.run(scenario, threads=1).data.attrs["parameters"])
    entries = {key.removeprefix("drug.mine."): entry for key, entry in used.items() if key.startswith("drug.")}
    assert entries["solubility_ug_per_ml"]["value"] == 2000.0
    assert entries["solubility_ug_per_ml"]["origin"] == "small"
    assert entries["solubility_ug_per_ml"]["source"] == "the user"
    assert entries["corneum_permeability_cm_per_h"]["evidence"] == "derived"


MISSING = "drugs.mine.{}*: a drug needs this number; *"
RATE = "missing unit (got 0.3); allowed: a rate such as '0.1 /h'"
WHOLE = {"full": 0.5, "half_effect": "1 ug/mL"}


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (DRUG | {"drug": "lidocane"}, "events.0.drug: unknown choice (got 'lidocane'); allowed: lidocaine?"),
        (SHOT | {"drug": "zzz"}, "events.0.drug: unknown choice (got 'zzz'); allowed: ascorbic_acid, *, triamcinolone"),
        (
            DRUG | {"concentration": 5},
            "events.0.concentration: missing unit (got 5); allowed: a mass per volume such as '10 mg/mL'",
        ),
        (DRUG | {"concentration": "5 %"}, "events.0.concentration: unknown unit (got '5 %'); *"),
        (DRUG | {"concentration": "5 mM"}, "events.0.concentration: wrong dimension (got '5 mM'); *"),
        (DRUG | {"concentration": "0 mg/mL"}, "events.0.concentration: out of range (got '0 mg/mL'); allowed: 1e-06 *"),
        (DRUG | {"volume": "10 uL"}, "events.0.volume: wrong dimension (got '10 uL'); *'5 uL/cm^2'"),
        (DRUG | {"duration": 6}, "events.0.duration: missing unit (got 6); allowed: a time such as '12 h'"),
        (DRUG | {"depth": "1 mm"}, "events.0.depth: unknown key; allowed: *"),
        ({k: v for k, v in DRUG.items() if k != "duration"}, "events.0.duration: missing key; *"),
        (SHOT | {"depth": "0.6 mm"}, "events.0.depth: the needle goes through the sample (got '600 um'); *600 um"),
        (SHOT | {"depth": "2 um"}, "events.0.depth: out of range (got '2 um'); allowed: 10 to 20000 um"),
        (SHOT | {"volume": "10 uL/cm^2"}, "events.0.volume: wrong dimension (got '10 uL/cm^2'); *'50 uL'"),
        (SHOT | {"at": "9 d"}, "events.0.at: event at or after the end of follow-up (got '9 d'); *"),
        (SHOT | {"at": "70 min"}, "events.0.at: not a whole number of steps (got '1.16667 h'); *"),
    ],
)
def test_a_wrong_event_of_a_drug_gets_one_line(made: Made, event: dict[str, object], line: str) -> None:
    with pytest.raises(ScenarioError) as error:
        made(event)
    assert fnmatchcase(str(error.value), f"*{line}")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("table", "line"),
    [
        ({"log_octanol_water": 1.0}, MISSING.format("molar_mass")),
        ({"molar_mass": "300 g/mol"}, MISSING.format("log_octanol_water")),
        (OWN | {"molar_mass": 300}, "drugs.mine.molar_mass: missing unit (got 300); *'300 g/mol'"),
        (OWN | {"degradation": 0.3}, f"drugs.mine.degradation: {RATE}"),
        (OWN | {"degradation": "0.3 h"}, "drugs.mine.degradation: wrong dimension (got '0.3 h'); *"),
        (OWN | {"log_octanol_water": 40}, "drugs.mine.log_octanol_water: *(got 40)*"),
        (OWN | {"plasma_unbound_share": 1e-6}, "drugs.mine.plasma_unbound_share: out of range (got 1e-06); *"),
        ({"like": "lidocain"}, "drugs.mine.like: unknown drug (got 'lidocain'); allowed: ascorbic_acid, *"),
        ({"like": 3}, "drugs.mine.like: wrong type (got 3); allowed: text"),
        (OWN | {"actions": [1]}, "drugs.mine.actions: wrong type (got [[]1]); allowed: a table"),
        (
            OWN | {"actions": {"nerve_block": WHOLE | {"full": 1.5}}},
            "drugs.mine.actions.nerve_block.full: out of range (got 1.5); allowed: a number from 0 to 1",
        ),
        (
            OWN | {"actions": {"fibroblast_division": WHOLE | {"full": -0.5}}},
            "drugs.mine.actions.fibroblast_division.full: out of range (got -0.5); allowed: a number from 0 to 10",
        ),
        (
            OWN | {"actions": {"t_cell_death": WHOLE}},
            "drugs.mine.actions.t_cell_death.full: missing unit (got 0.5); allowed: a rate such as '0.01 1/h'",
        ),
        (
            OWN | {"actions": {"t_cell_death": WHOLE | {"full": "2 /h"}}},
            "drugs.mine.actions.t_cell_death.full: out of range (got '2 /h'); allowed: 0 to 1 1/h",
        ),
        (
            OWN | {"actions": {"t_cell_death": WHOLE | {"full": "2 mm"}}},
            "drugs.mine.actions.t_cell_death.full: wrong dimension (got '2 mm'); *",
        ),
        (
            OWN | {"actions": {"nerve_block": WHOLE | {"half_effect": 1}}},
            "drugs.mine.actions.nerve_block.half_effect: missing unit (got 1); *'10 mg/mL'",
        ),
        (OWN | {"actions": {"nerve_block": WHOLE | {"hill": 20}}}, "drugs.mine.actions.nerve_block.hill: *(got 20)*"),
        (OWN | {"actions": {"nerveblock": WHOLE}}, "*unknown choice (got 'nerveblock'); allowed: nerve_block[?]"),
    ],
)
@pytest.mark.parametrize("used", [True, False])
def test_a_wrong_drug_of_ones_own_gets_one_line_whether_it_is_used_or_not(
    made: Made, table: dict[str, object], line: str, used: bool
) -> None:
    with pytest.raises(ScenarioError) as error:
        made(DRUG | ({"drug": "mine"} if used else {}), drugs={"mine": table})
    assert fnmatchcase(str(error.value), f"*{line}")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("table", "line"),
    [
        pytest.param(
            OWN | {"molarmass": "1 g/mol"},
            "drugs.mine.molarmass: unknown key; allowed: molar_mass?",
        ),
        pytest.param(
            OWN | {"actions": {"nerve_block": {"full": 1.0}}},
            "drugs.mine.actions.nerve_block.half_effect: missing key; allowed: a mass per volume such as '10 mg/mL'",
        ),
        pytest.param(
            OWN | {"actions": {"nerve_block": {"half_effect": "1 ug/mL"}}},
            "drugs.mine.actions.nerve_block.full: missing key; *",
        ),
        pytest.param(
            OWN | {"actions": {"nerve_block": WHOLE | {"hil": 2}}},
            "drugs.mine.actions.nerve_block.hil: unknown key; allowed: hill?",
        ),
        pytest.param(
            {"log_octanol_water": 1.0},
            "drugs.mine.molar_mass: a drug needs this number; *'300 g/mol'",
        ),
        pytest.param(
            {},
            "drugs.mine.*: a drug needs this number; *",
        ),
        pytest.param(
            OWN | {"actions": {"nerveblock": WHOLE}},
            "drugs.mine.actions.nerveblock: unknown choice (got 'nerveblock'); *",
        ),
        pytest.param(
            OWN | {"actions": {"nerve_block": WHOLE | {"full": [1]}}},
            "drugs.mine.actions.nerve_block.full: *",
        ),
        pytest.param(
            OWN | {"actions": {"nerve_block": WHOLE | {"full": True}}},
            "drugs.mine.actions.nerve_block.full: *(got True)*",
        ),
        pytest.param(
            OWN | {"crystal_radius": "1100 um"},
            "drugs.mine.crystal_radius: out of range (got '1100 um'); allowed: 0.01 to 1000 um",
        ),
        pytest.param(
            OWN | {"log_octanol_water": 40},
            "drugs.mine.log_octanol_water: out of range (got 40); allowed: -12 to 12",
        ),
        pytest.param(
            OWN | {"particle_low": "80 um", "particle_high": "60 um"},
            "drugs.mine.particle_low: *",
        ),
        pytest.param(
            OWN | {"particle_low": "80 um"},
            "drugs.mine.particle_*",
        ),
    ],
)
def test_a_wrong_table_of_a_drug_gets_one_line_with_its_key(made: Made, table: dict[str, object], line: str) -> None:
    with pytest.raises(InputError) as error:
        made(DRUG | {"drug": "mine"}, drugs={"mine": table})
    assert fnmatchcase(str(error.value), f"*{line}")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("second", [DRUG | {"at": "3 h"}, SHOT | {"at": "3 h"}])
def test_a_run_has_one_drug_given_as_often_as_one_likes(made: Made, second: dict[str, object]) -> None:
    assert len(made(DRUG, second, DRUG | {"at": "5 h"}).events) == 3
    line = "events.1.drug: one drug in a run (got 'minoxidil'); allowed: lidocaine"
    with pytest.raises(ScenarioError) as error:
        made(DRUG, second | {"drug": "minoxidil"})
    assert fnmatchcase(str(error.value), f"*{line}")


def test_particles_need_a_volume_and_what_dissolves_does_not(made: Made) -> None:
    endless = {key: value for key, value in DRUG.items() if key != "volume"}
    assert made(endless).events[0].volume_ul_per_cm2 is None
    beads = own(particle_low="40 um", particle_high="60 um")
    for name in ("poly_l_lactic_acid", "mine"):
        assert made(DRUG | {"drug": name}, drugs=beads).events
        with pytest.raises(ScenarioError, match=r"events\.0\.volume: particles need a volume") as error:
            made(endless | {"drug": name}, drugs=beads)
        assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("event", "values", "line"),
    [
        (SHOT, {}, "events.0.kind: this needs living skin, and the skin is excised (got 'injection'); *"),
        (
            {"kind": "aftercare", "at": "1 h", "treatment": "antiseptic", "duration": "1 h"},
            {},
            "events.0.kind: this needs living skin, and the skin is excised (got 'aftercare'); *",
        ),
        (
            DRUG,
            {"patient__initial_state": "boxcar_scar"},
            "patient.initial_state: excised skin is healthy (got 'boxcar_scar'); allowed: healthy",
        ),
        pytest.param(
            DRUG | {"drug": "poly_l_lactic_acid"},
            {},
            "events.0.drug: *particles*",
        ),
    ],
)
def test_what_excised_skin_cannot_do_gets_one_line(
    made: Made, event: dict[str, object], values: dict[str, object], line: str
) -> None:
    with pytest.raises(ScenarioError) as error:
        made(event, patient__excised=True, **values)
    assert fnmatchcase(str(error.value), f"*{line}")
    assert "\n" not in str(error.value)


def test_excised_skin_may_have_coarse_sites_and_living_skin_may_not(made: Made) -> None:
    coarse = {"lattice__spacing": "20 um", "patient__excised": True}
    assert made(DRUG, **coarse).lattice.spacing_um == 20.0
    with pytest.raises(ScenarioError, match="holds one keratinocyte"):
        made(DRUG, **coarse | {"patient__excised": False})


def test_excised_skin_is_run_and_keeps_a_drug_alone(made: Made, tmp_path: Path) -> None:
    short = {"follow_up": "6 h", "save__snapshots": ["0 h", "6 h"], "save__series_every": "1 h"}
    scenario = made(PUNCH | {"at": "0 h"}, DRUG | {"at": "0 h"}, patient__excised=True, **short)
    done = scenarios.run(scenario, tmp_path / "run", threads=1)
    assert isinstance(done.model, ExcisedSkin)
    series = done.data["series"].to_dataset()
    assert all(name.startswith("drug_") for name in series.data_vars)
    assert set(done.data["fields"].data_vars) == {"tissue", "drug"}
    total = sum(series[f"drug_{place}_ug_per_cm2"].to_numpy() for place in DRUG_PLACES)
    assert total == pytest.approx([0.0] + [10.0] * 6, abs=1e-6)
    received = series["drug_received_ug_per_cm2"].to_numpy()
    assert np.all(np.diff(received[1:]) > 0.0)
    assert not series["drug_cleared_ug_per_cm2"].any()
    assert scenarios.run(scenario, threads=1).content_hash == done.content_hash


def test_an_injection_and_a_donor_without_end_are_run_and_booked(made: Made) -> None:
    endless = {key: value for key, value in DRUG.items() if key != "volume"}
    short = {"follow_up": "4 h", "save__snapshots": ["4 h"], "save__series_every": "1 h"}
    series = scenarios.run(made(SHOT, endless | {"at": "2 h"}, **short), threads=1).data["series"].to_dataset()
    total = sum(series[f"drug_{place}_ug_per_cm2"].to_numpy() for place in DRUG_PLACES)
    given = series["drug_given_ug_per_cm2"].to_numpy()
    assert total == pytest.approx(given, rel=1e-5)
    assert given[0] == given[1] == 0.0
    assert given[4] > given[3] > given[2] > 0.0


def warned(scenario: Scenario) -> list[str]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", ScenarioWarning)
        scenarios.run(scenario, seed=1, threads=1)
    return [str(each.message) for each in caught if issubclass(each.category, ScenarioWarning)]


LATE = {"follow_up": "8 d", "save__snapshots": ["8 d"], "lattice__width": "0.3 mm", "step": "1 h"}


def test_a_drug_after_the_channels_have_closed_is_a_warning_that_names_the_day(made: Made) -> None:
    scenario = made(PUNCH, DRUG | {"at": "7 d"}, **LATE)
    (told,) = warned(scenario)
    start = "small: events.1: lidocaine meets closed skin on day 7: the last opening closed on day "
    assert told.startswith(start)
    closed_d = float(told.removeprefix(start))
    assert 1.0 < closed_d < 7.0
    for late_h, lines in ((-1.0, 0), (2.0, 1)):
        at_h = np.floor(24.0 * closed_d) + late_h
        end = {"follow_up": f"{at_h + 1.0:g} h", "save.snapshots": [f"{at_h:g} h"]}
        assert len(warned(scenario.with_values({"events.1.at": f"{at_h:g} h", **end}))) == lines


@pytest.mark.parametrize(
    "events", [(PUNCH, DRUG), (PUNCH, DRUG | {"at": "12 h"}), (DRUG,), (DRUG | {"at": "0 h"}, PUNCH)]
)
def test_a_drug_on_open_or_untouched_skin_is_no_warning(made: Made, events: tuple[dict[str, object], ...]) -> None:
    assert warned(made(*events, **LATE | {"follow_up": "13 h", "save__snapshots": ["13 h"]})) == []


def test_an_injection_needs_no_channel_and_is_no_warning(made: Made) -> None:
    assert warned(made(PUNCH, SHOT | {"at": "7 d"}, **LATE)) == []


def test_a_drug_after_a_laser_that_opened_nothing_says_so(made: Made) -> None:
    burn = {"kind": "contact_burn", "at": "1 h", "temperature": "45 degC", "contact": "1 s", "diameter": "50 um"}
    (told,) = warned(made(burn, DRUG | {"at": "2 h"}, **LATE | {"follow_up": "3 h", "save__snapshots": ["3 h"]}))
    assert fnmatchcase(told, "small: events.1: lidocaine meets closed skin on day 0.083*: nothing has opened it")


def test_the_arms_of_a_combination_hold_injuries_or_drugs_or_both_or_neither(made: Made) -> None:
    care = {"kind": "aftercare", "at": "2 h", "treatment": "antiseptic", "duration": "1 h"}
    scenario = made(PUNCH, DRUG, care, PUNCH | {"at": "1 d"}, SHOT | {"at": "1 d"})
    four = arms(scenario)
    kinds = {arm: [event.kind for event in each.events] for arm, each in four.items()}
    assert kinds == {
        "both": ["punch", "drug", "aftercare", "punch", "injection"],
        "laser": ["punch", "aftercare", "punch"],
        "drug": ["drug", "aftercare", "injection"],
        "neither": ["aftercare"],
    }
    assert four["both"] is scenario
    for each in four.values():
        assert each.to_dict() | {"events": []} == scenario.to_dict() | {"events": []}
    assert four["drug"].origins[("events",)] == "an arm"


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (PUNCH, "small: events: there is no drug to combine; *"),
        (DRUG, "small: events: there is no laser session or other injury to combine; *"),
    ],
)
def test_there_is_nothing_to_combine_without_injury_or_drug(made: Made, event: dict[str, object], line: str) -> None:
    with pytest.raises(InputError) as error:
        arms(made(event))
    assert fnmatchcase(str(error.value), line)


def test_intact_skin_is_the_scenario_without_what_opens_it(made: Made) -> None:
    scenario = made(PUNCH, DRUG)
    without = intact(scenario)
    assert without is not None
    assert [event.kind for event in without.events] == ["drug"]
    assert intact(without) is None


def test_the_first_days_end_some_days_after_the_last_drug(made: Made) -> None:
    late = PUNCH | {"at": "40 h"}
    scenario = made(PUNCH, DRUG, SHOT | {"at": "6 h"}, late)
    short = first_days(scenario, 0.5)
    assert short.follow_up_h == 18.0
    assert [event.kind for event in short.events] == ["punch", "drug", "injection"]
    assert short.save.series_every_h == short.step_h == 0.5
    assert short.save.snapshots_h == (0.0, 1.0)
    assert short.patient == scenario.patient
    whole = first_days(scenario, 30.0)
    assert whole.to_dict() == scenario.with_values({"save.series_every": "0.5 h"}).to_dict()


def test_the_first_days_have_a_snapshot_even_if_all_come_later(made: Made) -> None:
    scenario = made(DRUG, save__snapshots=["2 d"])
    assert first_days(scenario, 1.0).save.snapshots_h == (25.0,)


def test_the_first_days_are_those_of_a_drug(made: Made) -> None:
    with pytest.raises(InputError, match=r"^small: events: no drug is given; allowed: a drug or an injection$"):
        first_days(made(PUNCH), 1.0)


def test_the_first_days_hold_the_drug_however_few_they_are(made: Made) -> None:
    assert [event.kind for event in first_days(made(PUNCH, DRUG), 0.005).events] == ["punch", "drug"]
