"""The scenarios that come with mendsim."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mendsim import scenarios
from mendsim.scenarios.border import parameters_of
from mendsim.scenarios.loading import titles
from mendsim.scenarios.schema import NO_CONTROL, InjuryEvent

REFERENCES = (Path(__file__).parents[3] / "common" / "references.bib").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", scenarios.names())
def test_each_is_valid_and_cites_its_settings(name: str) -> None:
    scenario = scenarios.load(name)
    assert scenario.name == name
    assert scenario.title == titles()[name]
    for source in scenario.sources:
        entry = re.match(r"\[(\w+)\]", source)
        assert re.search(r"\b(19|20)\d\d\b", source) if entry is None else f"{{{entry[1]}," in REFERENCES
    assert scenario.sources


def test_each_protocol_has_a_control_that_differs_in_its_events_alone() -> None:
    treated = [scenario for scenario in map(scenarios.load, scenarios.names()) if scenario.control != NO_CONTROL]
    assert {scenario.name for scenario in treated} >= {"acne_scar", "alopecia", "ladd"}
    # a laser of its own does nothing where no event fires it
    told = ("name", "title", "description", "sources", "control", "events", "devices")
    for scenario in treated:
        control = scenarios.load(scenario.control)
        assert control.events == ()
        assert control.control == NO_CONTROL
        assert control.model_dump(exclude=set(told)) == scenario.model_dump(exclude=set(told))


def test_the_acne_scar_is_treated_as_published() -> None:
    # Hedelund 2012 doi:10.1002/lsm.22048: 48-56 mJ, 12-14 W, 13 % of the skin, three monthly sessions
    sessions = scenarios.load("acne_scar").events
    assert [event.at_h / 24 for event in sessions] == [0, 30, 60]
    for event in sessions:
        assert 48 <= event.pulse_energy_mj <= 56
        assert 12 <= event.pulse_energy_mj / event.pulse_duration_ms <= 14
        covered = event.density_per_cm2 * 3.14159 * (event.spot_diameter_um * 1e-4 / 2) ** 2
        assert covered == pytest.approx(0.13, abs=0.005)


@pytest.mark.filterwarnings("ignore::mendsim.common.errors.ScenarioWarning")  # the small sample holds less
@pytest.mark.parametrize("name", scenarios.names())
def test_each_runs_its_first_step_and_only_those_with_an_injury_hurt(name: str) -> None:
    scenario = scenarios.load(name)
    step = f"{scenario.step_h} h"
    small = {"follow_up": step, "save.snapshots": ["0 h"], "save.series_every": step}
    if scenario.patient.excised:
        small["lattice.depth"] = "0.6 mm"
    else:
        small["lattice.width"] = "1.2 mm"
    if scenario.patient.scar_width_um is not None:
        small["patient.scar_width"] = "0.5 mm"
    written = scenario.written.get("events", [])
    first = [event for event, read in zip(written, scenario.events, strict=True) if read.at_h == 0]
    scenario = scenario.with_values({**small, "events": first})
    recording = scenarios.simulate(
        scenarios.build_model(scenario), scenario, thermal_parameters=parameters_of(scenario)["thermal"]
    )
    assert len(recording.series_time_h) == 2
    hurt = [float(injury.damage["keratinocyte_necrosis"].max()) for _, injury in recording.injuries]
    injures = any(isinstance(event, InjuryEvent) and not getattr(event, "sham", False) for event in scenario.events)
    assert max(hurt, default=0) == pytest.approx(float(injures))
