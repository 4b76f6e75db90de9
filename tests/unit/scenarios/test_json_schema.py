"""What `mendsim schema` prints, against files that mendsim takes and files that it refuses."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from mendsim import scenarios
from mendsim.cli.main import main
from mendsim.common.errors import InputError
from mendsim.scenarios import schema as models
from mendsim.scenarios.json_schema import scenario_schema
from mendsim.scenarios.units import JSON_PATTERN

FOLDER = Path(models.__file__).parent
SHIPPED = sorted([*FOLDER.glob("*.toml"), *FOLDER.glob("validation/*.toml")])


@pytest.fixture(scope="module")
def problems() -> Callable[[dict[str, Any]], list[str]]:
    """Places at which a table does not fit the schema."""
    schema = scenario_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    return lambda table: [error.json_path for error in validator.iter_errors(table)]


def test_every_file_that_comes_with_mendsim_fits(problems) -> None:
    assert len(SHIPPED) > 40
    wrong = {path.name: problems(tomllib.loads(path.read_text(encoding="utf-8"))) for path in SHIPPED}
    assert {name: places for name, places in wrong.items() if places} == {}


def test_what_show_prints_fits(problems) -> None:
    assert problems(scenarios.load("ladd_full_field").to_dict()) == []


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ('"5 mJ"', "5", "$.events[0]"),
        ('"0.4 mm"', '"0.4"', "$.lattice.width"),
        ('"2 d"\n', '"1e5"\n', "$.follow_up"),
        ("pulse_energy", "pulse_enrgy", "$.events[0]"),
        ("[save]", "[sav]", "$"),
        ('"forearm"', '"forarm"', "$.patient.site"),
        ('"laser"', '"lazer"', "$.events[0]"),
        ("phototype = 2", "phototype = 7", "$.patient.phototype"),
        ("phototype = 2", "phototype = 2.5", "$.patient.phototype"),
        ('site = "forearm"\n', "", "$.patient"),
        ('title = "A small wound"\n', "", "$"),
        ("[patient]", 'without = ["magic"]\n[patient]', "$.without"),
        ("[save]", "[parameters]\nabm.fibroblast.speed_um_per_h = -1e9\n[save]", None),
        ("[save]", '[parameters]\n"abm.fibroblast.speed_um_per_h" = -1e9\n[save]', "$.parameters"),
        ("[save]", '[parameters]\n"abm.fibroblast.sped" = 1\n[save]', "$.parameters"),
    ],
)
def test_what_mendsim_refuses_does_not_fit(
    problems, write: Callable[..., Path], old: str, new: str, place: str | None
) -> None:
    path = write((old, new))
    with pytest.raises(InputError):
        scenarios.load(path)
    found = problems(tomllib.loads(path.read_text(encoding="utf-8")))
    if place is None:  # what only mendsim itself finds
        assert found == []
    else:
        assert any(each.startswith(place) for each in found)


def test_nothing_is_required_of_a_file_that_extends_another(problems) -> None:
    child = {"extends": "ladd", "patient": {"phototype": 4}, "change": {"events.*.at": "1 d"}}
    assert problems(child) == []
    assert problems({**child, "patient": {"phototype": 9}}) == ["$.patient.phototype"]
    assert problems({**child, "change": "events"}) == ["$.change"]
    del child["extends"]
    assert set(problems(child)) == {"$", "$.patient"}


def test_own_lasers_and_drugs_may_have_any_name(problems, small_text: str) -> None:
    table = tomllib.loads(small_text)
    table["devices"] = {"mine": {"wavelength": "10600 nm", "beam_quality": 1.5}}
    table["events"][0]["device"] = "mine"
    assert problems(table) == []
    del table["devices"]["mine"]["wavelength"]
    assert problems(table) == ["$.devices.mine"]


@pytest.mark.parametrize(
    "text", ["120 um", "120um", " 1.2e2 µm", ".3 mm", "100 /cm^2", "100 1/cm^2", "100 per cm2", "100 cm^-2", "37 °C"]
)
def test_the_pattern_of_quantities_takes_what_is_read(text: str) -> None:
    assert jsonschema.Draft202012Validator({"pattern": JSON_PATTERN}).is_valid(text)


@pytest.mark.parametrize("text", ["120", "1e5", "11", "um", "", "5 /", "1 __import__('os')"])
def test_the_pattern_of_quantities_refuses_what_has_no_number_or_no_unit(text: str) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(text, {"pattern": JSON_PATTERN})


def test_every_key_of_an_event_is_described_in_the_units_of_files() -> None:
    laser = scenario_schema()["$defs"]["LaserEvent"]
    assert laser["description"].startswith("A laser session")
    interval = laser["properties"]["pulse_interval"]
    assert interval["default"] == "20 ms"
    assert interval["description"].startswith("from the start of a stacked pulse")
    assert "0.0001 to 100000 ms" in interval["description"]
    assert "co2_10600" in laser["properties"]["device"]["examples"]
    assert '"null"' not in json.dumps(laser)


def test_the_command_prints_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema"]) == 0
    assert json.loads(capsys.readouterr().out) == json.loads(json.dumps(scenario_schema()))
    with pytest.raises(SystemExit) as caught:
        main(["schema", "desing"])
    assert caught.value.code == 2
