from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mendsim import scenarios
from mendsim.scenarios import ScenarioError
from mendsim.scenarios.problems import close_names
from mendsim.scenarios.show import resolved_text

Writer = Callable[..., Path]


def test_values_are_kept_in_the_units_of_their_names(write: Writer) -> None:
    scenario = scenarios.load(write())
    assert scenario.name == "small"
    assert (scenario.lattice.width_um, scenario.lattice.depth_um, scenario.lattice.spacing_um) == (400, 600, 10)
    assert scenario.events[0].at_h == 1
    assert scenario.events[0].pulse_energy_mj == 5
    assert scenario.steps == 96


def test_a_file_extends_a_scenario_that_comes_with_mendsim(write: Writer) -> None:
    scenario = scenarios.load(write(name="mine.toml", text='extends = "acne_scar"\npatient.phototype = 5\n'))
    original = scenarios.load("acne_scar")
    assert scenario.name == "mine"
    assert scenario.patient == original.patient.model_copy(update={"phototype": 5})
    assert scenario.events == original.events


def test_a_file_extends_one_beside_it_and_lists_replace(write: Writer) -> None:
    write()
    scenario = scenarios.load(write(name="sham.toml", text='extends = "small.toml"\nevents = []\n'))
    assert scenario.events == ()
    assert scenario.lattice.width_um == 400


def test_the_origin_of_every_value_is_known(write: Writer) -> None:
    write()
    path = write(name="mine.toml", text='extends = "small.toml"\n[patient]\nphototype = 5\n')
    scenario = scenarios.load(path).with_values({"events.0.pulse_energy": "9 mJ"})
    lines = dict(line.split(" = ", 1) for line in resolved_text(scenario).splitlines() if " = " in line)
    assert lines["phototype"] == f"5  # {path}"
    assert lines["site"] == f'"forearm"  # {path.with_name("small.toml")}'
    assert lines["pulse_energy"] == '"9 mJ"  # with_values'
    assert lines["step"] == '"0.5 h"  # default'


def test_what_is_shown_is_a_scenario(write: Writer, tmp_path: Path) -> None:
    for name in ("ladd", write(("[save]", '[parameters]\n"abm.fibroblast.speed_um_per_h" = 22\n\n[save]'))):
        scenario = scenarios.load(name)
        path = tmp_path / "shown.toml"
        path.write_text(resolved_text(scenario), encoding="utf-8")
        assert scenarios.load(path).to_dict() == scenario.to_dict()


def test_changed_values_leave_the_scenario_alone(write: Writer) -> None:
    scenario = scenarios.load(write())
    changed = scenario.with_values(
        {"events.0.pulse_energy": "20 mJ", "lattice.width": "1 mm", "parameters.abm.fibroblast.speed_um_per_h": 22}
    )
    assert changed.events[0].pulse_energy_mj == 20
    assert changed.lattice.width_um == 1000
    assert changed.parameters == {"abm.fibroblast.speed_um_per_h": 22}
    assert scenario.events[0].pulse_energy_mj == 5
    assert scenario.with_values({"events": []}).events == ()
    assert scenario.with_values({}).to_dict() == scenario.to_dict()


def test_dotted_and_nested_parameters_mean_the_same(write: Writer) -> None:
    nested = write(("[save]", "[parameters]\nabm.fibroblast.speed_um_per_h = 22\n\n[save]"), name="a.toml")
    quoted = write(("[save]", '[parameters]\n"abm.fibroblast.speed_um_per_h" = 22\n\n[save]'), name="b.toml")
    assert (
        scenarios.load(nested).parameters == scenarios.load(quoted).parameters == {"abm.fibroblast.speed_um_per_h": 22}
    )


def test_an_inherited_error_names_the_file_that_holds_it(write: Writer) -> None:
    base = write(('"5 mJ"', '"5 K"'))
    path = write(name="mine.toml", text='extends = "small.toml"\n[patient]\nphototype = 9\n')
    with pytest.raises(ScenarioError) as caught:
        scenarios.load(path)
    lines = str(caught.value).splitlines()
    assert len(lines) == 2
    assert lines[0].startswith(f"{path}: patient.phototype: out of range (got 9)")
    assert lines[1].startswith(f"{base}: events.0.pulse_energy: wrong dimension (got '5 K')")


def test_a_scenario_does_not_change(write: Writer) -> None:
    scenario = scenarios.load(write())
    with pytest.raises(ValueError, match="frozen"):
        scenario.patient.phototype = 3  # type: ignore[misc]


def test_a_list_of_names_ends_where_a_line_does():
    assert close_names("zz", ["b", "a"]) == "a, b"
    told = close_names("zz", (f"scenario_{number:03}" for number in range(100)))
    assert told.startswith("scenario_000, scenario_001, ")
    assert told.endswith("scenario_012, ...")
    assert len(told) < 200
