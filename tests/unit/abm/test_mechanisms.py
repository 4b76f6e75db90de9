"""Mechanisms that are switched off, by name and in scenario files; and sessions with the laser off."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import numpy as np
import pytest

from mendsim import scenarios
from mendsim.abm import load_parameters
from mendsim.abm.agents import follicle
from mendsim.abm.agents.fibroblast import Fibroblast
from mendsim.abm.agents.follicle import Follicle
from mendsim.abm.mechanisms import load_mechanisms, without
from mendsim.abm.observables import OBSERVABLES
from mendsim.abm.vessels import sprouts
from mendsim.analysis import store
from mendsim.common.errors import InputError
from mendsim.common.lattice import Lattice
from mendsim.common.parameters import Parameters
from mendsim.scenarios.border import parameters_of
from mendsim.scenarios.problems import ScenarioError

SMALL = Lattice.from_size(width_um=300, depth_um=400, spacing_um=10, air_um=100)
SCENARIO = """
title = "A small piece of skin"
follow_up = "4 h"
without = ["macrophages", "pdgf"]

[patient]
site = "forearm"
phototype = 2
initial_state = "healthy"

[lattice]
width = "0.3 mm"
depth = "0.4 mm"

[[events]]
kind = "laser"
at = "1 h"
device = "co2_10600"
pulse_energy = "5 mJ"
pulse_duration = "1 ms"
spot_diameter = "120 um"
pattern = "square"
density = "600 /cm^2"
sham = true

[save]
series_every = "1 h"
snapshots = ["0 h", "4 h"]
"""


@pytest.fixture
def write(tmp_path):
    """Write the scenario with a piece of its text replaced."""

    def writer(old="", new=""):
        assert old in SCENARIO
        path = tmp_path / "small.toml"
        path.write_text(SCENARIO.replace(old, new) if old else SCENARIO, encoding="utf-8")
        return path

    return writer


def test_every_mechanism_names_parameters_that_exist():
    known = load_parameters()
    for name, mechanism in load_mechanisms().items():
        assert mechanism.meaning
        assert mechanism.zero
        assert [key for key in mechanism.zero if key not in known] == [], name


def test_every_parameter_that_lets_a_cell_secrete_belongs_to_a_mechanism_of_its_signal():
    """A new source of a signal cannot be forgotten where that signal is switched off."""
    mechanisms = load_mechanisms()
    for signal in ("tgf_beta1", "pdgf", "mmp9", "timp1"):
        made = [key for key in load_parameters() if f"{signal}_secretion" in key or f"{signal}_content" in key]
        made += [key for key in load_parameters() if key.startswith(f"{signal}.") and "_content_" in key]
        assert set(mechanisms[signal].zero) == set(made), signal


def test_an_unknown_mechanism_is_one_clear_line():
    with pytest.raises(InputError) as caught:
        without(load_parameters(), ["pdgf", "magic"])
    line = str(caught.value)
    assert "\n" not in line
    for word in ("without", "unknown mechanism", "'magic'", "macrophages", "sprouting"):
        assert word in line


def test_switching_off_sets_zero_whatever_the_range():
    entries = load_parameters().entries
    (key,) = load_mechanisms()["timp1"].zero
    entries[key] = replace(entries[key], low=0.5, value=0.7, high=1.0)
    off = without(Parameters(entries), ["timp1"]).entries[key]
    assert (off.value, off.low, off.high) == (0.0, 0.5, 1.0)
    assert off.origin == "without timp1"


def test_all_else_stays():
    usual, names = load_parameters(), ["mmp9", "neutrophils"]
    off = without(usual, names)
    gone = {key for name in names for key in load_mechanisms()[name].zero}
    assert {key for key in usual if off[key] != usual[key]} == gone
    assert all(off[key] == 0.0 for key in gone)
    assert without(usual, []).entries == usual.entries


def places(model):
    """Places of fibroblasts by id."""
    cells = model.population(Fibroblast)
    rows = cells.rows()
    return dict(zip(cells.uid[rows].tolist(), zip(cells["x_um"][rows], cells["z_um"][rows], strict=True), strict=True))


def moved_um(model, start):
    return max(math.dist(now, start["places"].get(uid, now)) for uid, now in places(model).items())


SIGNS = {
    "tgf_beta1": lambda model, _: model.latent_tgf_beta1.concentration.max() + model.tgf_beta1.concentration.max(),
    "pdgf": lambda model, _: model.pdgf.concentration.max(),
    "mmp9": lambda model, _: model.mmp9.concentration.max(),
    "timp1": lambda model, _: model.timp1.concentration.max(),
    "fibroblast_migration": moved_um,
    "macrophages": lambda model, _: model.leukocytes.macrophages.max(),
    "neutrophils": lambda model, _: model.leukocytes.neutrophils.concentration.max(),
    "keratinocyte_migration": lambda model, start: model.observe()["reepithelialised_fraction"] - start["covered"],
}
"""What shows each mechanism at work, but for sprouting, which a small zone does not call."""


def three_days(make, injury, names):
    """What shows each mechanism at work three days after an injury, in skin without some of them."""
    model = make(lattice=SMALL, parameters=without(load_parameters(), names))
    model.injure(injury(SMALL, width_um=90.0, ablated_um=60.0, depth_um=200.0))
    start = {"places": places(model), "covered": model.observe()["reepithelialised_fraction"]}
    for _ in range(144):
        model.step()
    return {name: float(sign(model, start)) for name, sign in SIGNS.items()}


ELSEWHERE = ("sprouting", "axon_reflex", "autoreactive_t_cells", "papilla_vessels", "wound_call")
"""Mechanisms whose absence has a test of its own, here or in tests/validation/test_knock_outs_of_hair.py."""


def test_without_the_axon_reflex_only_inflammation_dilates_vessels(make, injury):
    seen = []
    for names in ([], ["axon_reflex"]):
        model = make(parameters=without(load_parameters(), names))
        model.injure(injury(model.lattice))
        model.vessels.step()
        seen.append(model.vessels.segments["dilation"].max())
    assert seen[0] > 0.3
    assert seen[1] == 0.0


def test_without_their_call_wounds_start_no_hair(make):
    """Macrophages everywhere: resting follicles leave telogen by the call, and not without it."""
    left = []
    for names in ([], ["wound_call"]):
        model = make(site="scalp", parameters=without(load_parameters(), names))
        hairs = model.population(Follicle)
        hairs["stage"][...], hairs["remaining_d"][...] = follicle.TELOGEN, 1e6
        model.leukocytes.inflammatory.concentration[...] = 1e5
        for _ in range(48 * 7):
            follicle.cycle(model)
            model.step_index += 1
        left.append(np.mean(hairs["stage"] == follicle.TELOGEN))
    assert left[0] < 0.7
    assert left[1] == 1.0


def test_with_every_mechanism_each_is_at_work(make, injury):
    seen = three_days(make, injury, [])
    assert {*SIGNS, *ELSEWHERE} == set(load_mechanisms())
    assert {name for name, value in seen.items() if value > 0.0} == set(SIGNS)


@pytest.mark.parametrize("name", SIGNS)
def test_without_a_mechanism_nothing_is_left_of_it(make, injury, name):
    assert three_days(make, injury, [name])[name] == 0.0


def test_without_sprouting_no_vessel_answers_to_vegf(make):
    grown = {}
    for names in ([], ["sprouting"]):
        model = make(lattice=SMALL, parameters=without(load_parameters(), names))
        model.vegf.concentration[...] = 1e6
        for _ in range(20):
            sprouts.step(model.vessels, model.step_h)
            model.step_index += 1
        grown[len(names)] = np.count_nonzero(model.vessels.segments["sprout"])
    assert grown[0] > 0
    assert grown[1] == 0


def test_a_scenario_file_switches_mechanisms_off(write):
    scenario = scenarios.load(write())
    assert scenario.without == ("macrophages", "pdgf")
    assert scenario.to_dict()["without"] == ["macrophages", "pdgf"]
    table, usual = parameters_of(scenario)["abm"], load_parameters()
    gone = {key for name in scenario.without for key in load_mechanisms()[name].zero}
    assert {key for key in usual if table[key] != usual[key]} == gone
    run = scenarios.run(scenario, threads=1)
    assert not run.data["series"]["macrophages_per_mm3"].to_numpy().any()
    recorded = json.loads(run.data.attrs["parameters"])
    assert {recorded[f"abm.{key}"]["value"] for key in gone} == {0.0}
    assert json.loads(run.data.attrs["scenario"])["without"] == ["macrophages", "pdgf"]


def test_a_scenario_may_also_change_what_it_switches_off(write):
    scenario = scenarios.load(write()).with_values({"parameters": {"abm.macrophage.resident_per_mm3": 6000.0}})
    assert parameters_of(scenario)["abm"]["macrophage.resident_per_mm3"] == 0.0


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ('["macrophage"]', "without.0: unknown choice (got 'macrophage'); allowed: macrophages?"),
        ('["pdgf", "luck"]', "without.1: unknown choice (got 'luck')"),
        ('"pdgf"', "without: wrong type (got 'pdgf'); allowed: a list"),
        ("[1]", "without.0: wrong type (got 1); allowed: tgf_beta1, pdgf,"),
    ],
)
def test_a_wrong_mechanism_in_a_scenario_is_refused(write, written, problem):
    with pytest.raises(ScenarioError) as caught:
        scenarios.load(write('["macrophages", "pdgf"]', written))
    line = str(caught.value)
    assert problem in line
    assert "\n" not in line
    assert "small.toml" in line


def test_a_sham_session_is_recorded_and_changes_nothing(write):
    scenario = scenarios.load(write('without = ["macrophages", "pdgf"]'))
    sham = scenarios.run(scenario, seed=3, threads=1)
    alone = scenarios.run(scenario.with_values({"events": []}), seed=3, threads=1)
    injury = sham.data["injury"]
    assert list(injury["session"].to_numpy()) == [1.0]
    assert json.loads(injury.attrs["record"]) == [{"kind": "sham"}]
    assert not injury["ablated"].to_numpy().any()
    assert sham.data["zones"].sizes["zone"] == 0
    assert len(store.session_days(sham.data)) == 1
    assert len(store.session_days(alone.data)) == 0
    for name in OBSERVABLES:
        np.testing.assert_array_equal(sham.data["series"][name], alone.data["series"][name], err_msg=name)
    for name, values in alone.data["fields"].data_vars.items():
        np.testing.assert_array_equal(sham.data["fields"][name], values, err_msg=name)


def test_the_sham_control_of_the_acne_scar_has_its_sessions_with_the_laser_off():
    treated, sham = scenarios.load("acne_scar"), scenarios.load("acne_scar_sham")
    assert [event.model_copy(update={"sham": False}) for event in sham.events] == list(treated.events)
    assert all(event.sham for event in sham.events)
    assert not any(event.sham for event in treated.events)
    assert (sham.patient, sham.lattice, sham.follow_up_h) == (treated.patient, treated.lattice, treated.follow_up_h)
