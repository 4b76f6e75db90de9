from __future__ import annotations

import numpy as np
import pytest

from mendsim import scenarios
from mendsim.analysis.measures import MEASURES
from mendsim.scenarios import run_cache
from mendsim.scenarios.loading import validation_file

SMALL = {"lattice.width": "6.4 mm", "lattice.depth": "0.6 mm", "events.0.depth": "0.4 mm", "follow_up": "25 h"}


@pytest.fixture(scope="module")
def cut():
    return scenarios.run(scenarios.load(validation_file("skin_trauma")).with_values(SMALL), seed=1, threads=1).data


@pytest.mark.parametrize("name", ["flow_beside_wound_ratio", "wound_vessels_at_most"])
def test_what_is_kept_of_a_run_is_enough(cut, name):
    whole, kept = MEASURES[name](cut, "ratio"), MEASURES[name](run_cache.slim(cut), "ratio")
    assert np.isfinite(whole)
    assert kept == whole


def test_flow_beside_a_cut_rises_and_no_vessel_runs_through_it(cut):
    assert MEASURES["flow_beside_wound_ratio"](cut, "ratio") > 1.5
    assert MEASURES["wound_vessels_at_most"](cut, "ratio") < 0.05


def test_a_run_without_an_injury_has_nothing_to_show():
    values = {**SMALL, "lattice.width": "0.6 mm", "events": []}
    run = scenarios.run(scenarios.load(validation_file("skin_trauma")).with_values(values), seed=1, threads=1).data
    assert np.isnan(MEASURES["wound_vessels_at_most"](run, "ratio"))
