"""Wounds and burns in a scenario, run for real."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from mendsim import scenarios
from mendsim.scenarios.problems import ScenarioError

PUNCH = {"kind": "punch", "at": "1 h", "diameter": "150 um", "depth": "300 um"}
INCISION = {"kind": "incision", "at": "1 h", "width": "120 um", "depth": "300 um"}
BURN = {"kind": "contact_burn", "at": "1 h", "temperature": "110 degC", "contact": "5 min", "diameter": "0.3 mm"}
EVENTS = {event["kind"]: event for event in (PUNCH, INCISION, BURN)}


@pytest.mark.parametrize("kind", EVENTS)
def test_a_wound_is_recorded_like_a_laser_session_and_starts_to_close(kind: str, write: Callable[..., Path]) -> None:
    scenario = scenarios.load(write()).with_values({"events": [EVENTS[kind]]})
    run = scenarios.run(scenario, seed=3, threads=1)
    injury = run.data["injury"].to_dataset()
    assert list(injury["session"].to_numpy()) == [1]
    assert json.loads(run.data["injury"].attrs["record"])[0]["kind"] == kind
    assert run.data["zones"].sizes["zone"] == 1
    removed, peak = injury["ablated"].to_numpy()[0], injury["peak_temperature"].to_numpy()[0]
    if kind == "contact_burn":
        assert removed.max() == 0
        assert 60 < peak.max() < 110
    else:
        skin = run.model.lattice.depth_um > 0
        width = 150 if kind == "punch" else 120
        assert removed[skin].sum() * 100 == pytest.approx(width * 300, rel=1e-5)
        assert np.isnan(peak).all()
    series = run.data["series"].to_dataset()
    covered = series["reepithelialised_fraction"].to_numpy()
    assert covered[1] < 1  # 5 h after the wound
    assert covered[-1] > covered[1]
    assert series["debris_count"].to_numpy().max() > 0
    assert not any(np.isnan(series[name].to_numpy()).any() for name in ("cytokine_ng_per_ml", "collagen_mg_per_ml"))


def test_what_a_punch_takes_leaves_no_cell_behind(write: Callable[..., Path]) -> None:
    scenario = scenarios.load(write()).with_values({"events": [PUNCH | {"at": "0 h"}]})
    run = scenarios.run(scenario.with_values({"follow_up": "0.5 h", "save.snapshots": ["0 h"]}), seed=3, threads=1)
    assert run.data["fields"]["tissue"].to_numpy().shape[0] == 1
    columns = np.abs(run.model.lattice.x_um - 200) < 70
    epidermis = 1
    assert not (run.data["fields"]["tissue"].to_numpy()[0][:, :, columns] == epidermis).any()


def test_the_first_laser_session_lies_in_the_middle_whatever_came_before(write: Callable[..., Path]) -> None:
    scenario = scenarios.load(write())
    laser = scenario.to_dict()["events"][0]
    both = scenario.with_values(
        {"events": [BURN | {"at": "0 h"}, laser], "follow_up": "2 h", "save.snapshots": ["2 h"]}
    )
    alone = both.with_values({"events": [laser]})
    burnt, usual = (scenarios.run(each, seed=3, threads=1).data for each in (both, alone))
    np.testing.assert_array_equal(burnt["injury"]["ablated"].to_numpy()[1], usual["injury"]["ablated"].to_numpy()[0])


def test_a_temperature_may_be_in_any_unit(write: Callable[..., Path]) -> None:
    for text in ("90 degC", "194 degF", "363.15 K", "90 °C"):
        scenario = scenarios.load(write()).with_values({"events": [BURN | {"temperature": text}]})
        assert scenario.events[0].temperature_c == pytest.approx(90, abs=1e-9)
        assert scenarios.Scenario.model_validate(scenario.to_dict()).events == scenario.events


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (PUNCH | {"diameter": "0.4 mm"}, "events.0.diameter: the wound is wider than the sample (got '400 um'); *"),
        (PUNCH | {"depth": "1 mm"}, "events.0.depth: the wound is deeper than the sample (got '1000 um'); *600 um"),
        (INCISION | {"width": "1 mm"}, "events.0.width: the wound is wider than the sample (got '1000 um'); *400 um"),
        (INCISION | {"depth": "600 um"}, "events.0.depth: the wound is deeper than the sample (got '600 um'); *"),
        (BURN | {"diameter": "1 mm"}, "events.0.diameter: the wound is wider than the sample (got '1000 um'); *"),
        (BURN | {"temperature": "120 degC"}, "events.0.temperature: the disc must be * (got '120 degC'); *below 120 *"),
        (BURN | {"temperature": "30 degC"}, "events.0.temperature: out of range (got '30 degC'); allowed: 40 to 120 *"),
        (BURN | {"temperature": 90}, "events.0.temperature: missing unit (got 90); *a temperature such as '80 degC'"),
        (BURN | {"temperature": "9 mm"}, "events.0.temperature: wrong dimension (got '9 mm'); *"),
        (BURN | {"contact": "0 s"}, "events.0.contact: out of range (got '0 s'); allowed: 0.01 to 86400 s"),
        (BURN | {"contct": "1 s"}, "events.0.contct: unknown key; allowed: contact?"),
        ({**PUNCH, "kind": "bunch"}, "*unknown kind (got 'bunch'); *'punch', 'incision', 'contact_burn'"),
    ],
)
def test_a_wrong_wound_gets_one_line(event: dict[str, object], line: str, write: Callable[..., Path]) -> None:
    from fnmatch import fnmatchcase

    with pytest.raises(ScenarioError) as error:
        scenarios.load(write()).with_values({"events": [event]})
    assert fnmatchcase(str(error.value), f"*{line}")
    assert "\n" not in str(error.value)


def test_a_block_must_be_longer_than_a_punch(write: Callable[..., Path]) -> None:
    values = {"events": [PUNCH], "lattice.length": "0.15 mm"}
    with pytest.raises(ScenarioError, match=r"events.0.diameter: the wound is longer than the sample"):
        scenarios.load(write()).with_values(values)
