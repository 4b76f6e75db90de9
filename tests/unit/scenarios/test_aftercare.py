"""Aftercare in a scenario, run for real."""

from __future__ import annotations

import json
from collections.abc import Callable
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from mendsim import scenarios
from mendsim.scenarios.problems import ScenarioError
from mendsim.scenarios.show import resolved_text

PUNCH = {"kind": "punch", "at": "1 h", "diameter": "150 um", "depth": "200 um"}
OINTMENT = {"kind": "aftercare", "at": "1 h", "treatment": "occlusive_ointment", "duration": "12 h"}
ANTISEPTIC = {"kind": "aftercare", "at": "1 h", "treatment": "antiseptic", "duration": "30 min"}
LOSS, LOAD = "water_loss_g_per_m2_h", "microbial_load_log10_cfu_per_cm2"


def run(write: Callable[..., Path], *events: dict[str, str]) -> scenarios.Run:
    values = {"events": list(events), "follow_up": "1 d", "save.snapshots": ["1 d"], "save.series_every": "6 h"}
    return scenarios.run(scenarios.load(write()).with_values(values), seed=3, threads=1)


def test_ointment_keeps_water_in_and_antiseptic_bacteria_down(write: Callable[..., Path]) -> None:
    plain, ointment, antiseptic = (run(write, PUNCH, *more) for more in ((), (OINTMENT,), (ANTISEPTIC,)))
    series = [each.data["series"].to_dataset() for each in (plain, ointment, antiseptic)]
    assert series[1][LOSS].to_numpy()[1] < 0.5 * series[0][LOSS].to_numpy()[1]
    assert series[1][LOSS].to_numpy()[-1] > series[1][LOSS].to_numpy()[1]  # it has worn off
    assert series[2][LOAD].to_numpy()[1] < series[0][LOAD].to_numpy()[1] - 0.2


def test_numbers_of_the_treatment_are_on_record(write: Callable[..., Path]) -> None:
    used = json.loads(run(write, ANTISEPTIC).data.attrs["parameters"])
    assert used["aftercare.antiseptic.kill_per_h"]["unit"] == "1/h"
    assert not any(key.startswith("aftercare.occlusive") for key in used)


def test_aftercare_is_shown_with_its_units(write: Callable[..., Path]) -> None:
    scenario = scenarios.load(write()).with_values({"events": [PUNCH, OINTMENT]})
    text = resolved_text(scenario)
    assert 'treatment = "occlusive_ointment"' in text
    assert 'duration = "12 h"' in text
    assert scenarios.Scenario.model_validate(scenario.to_dict()).events == scenario.events


def test_the_same_again_and_another_besides_are_allowed(write: Callable[..., Path]) -> None:
    again = [OINTMENT, OINTMENT | {"at": "6 h"}, ANTISEPTIC | {"at": "7 h"}]
    assert len(scenarios.load(write()).with_values({"events": again}).events) == 3


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (OINTMENT | {"treatment": "ointment"}, "events.0.treatment: unknown choice (got 'ointment'); *ointment?"),
        (
            OINTMENT | {"treatment": 3},
            "events.0.treatment: wrong type (got 3); allowed: antiseptic, occlusive_ointment",
        ),
        (OINTMENT | {"duration": "0 h"}, "events.0.duration: out of range (got '0 h'); allowed: 0.01 to 87600 h"),
        (OINTMENT | {"duration": 12}, "events.0.duration: missing unit (got 12); allowed: a time such as '12 h'"),
        (OINTMENT | {"duration": "3 mm"}, "events.0.duration: wrong dimension (got '3 mm'); *"),
        (OINTMENT | {"treatmnt": "x"}, "events.0.treatmnt: unknown key; allowed: treatment?"),
        (OINTMENT | {"at": "9 d"}, "events.0.at: event at or after the end of follow-up (got '9 d'); *"),
        ({k: v for k, v in OINTMENT.items() if k != "duration"}, "events.0.duration: missing key; *"),
        (OINTMENT | {"kind": "aftercore"}, "*unknown kind (got 'aftercore'); *'aftercare', *"),
    ],
)
def test_wrong_aftercare_gets_one_line(event: dict[str, object], line: str, write: Callable[..., Path]) -> None:
    with pytest.raises(ScenarioError) as error:
        scenarios.load(write()).with_values({"events": [event]})
    assert fnmatchcase(str(error.value), f"*{line}")
    assert "\n" not in str(error.value)
