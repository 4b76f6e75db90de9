"""Alopecia areata without T cells, blood or laser: each acts on hair for its own reason (R21, R24, R26)."""

from __future__ import annotations

import numpy as np
import pytest

from mendsim.abm import load_parameters
from mendsim.abm.agents import follicle
from mendsim.abm.mechanisms import without
from mendsim.abm.model import HealingModel
from mendsim.common.lattice import Lattice
from mendsim.thermal.injury import DAMAGE_PROCESSES, Injury

LATTICE = Lattice.from_size(width_um=500, depth_um=4300, spacing_um=10, air_um=100)
STEP_H, DAYS = 2.0, 60
OFF = ("nothing", "autoreactive_t_cells", "papilla_vessels")


def patch(off: str) -> HealingModel:
    """One place of a patch of alopecia areata with 100 follicles."""
    table = load_parameters().with_overrides({"follicle.cohort_in_section": 100.0}, origin="test")
    table = without(table, [] if off == "nothing" else [off])
    return HealingModel(
        lattice=LATTICE, site="scalp", initial_state="alopecia_areata", parameters=table, seed=3, step_h=STEP_H
    )


@pytest.fixture(scope="module")
def course():
    """Share in anagen, hair per cm2 and length of all hair, mm, at the start and after two months."""
    found = {}
    for off in OFF:
        model = patch(off)
        shafts = [float(np.sum(model.population(follicle.Follicle)["shaft_um"]))]
        seen = [model.observe()]
        for _ in range(round(24 * DAYS / STEP_H)):
            model.step()
        seen.append(model.observe())
        shafts.append(float(np.sum(model.population(follicle.Follicle)["shaft_um"])))
        model.close()
        found[off] = seen, shafts
    return found


def test_the_attack_takes_hair_away(course):
    (before, after), _ = course["nothing"]
    assert after["anagen_fraction"] < 0.6 * before["anagen_fraction"]
    assert after["hair_density_per_cm2"] < 0.5 * before["hair_density_per_cm2"]


def test_without_t_cells_hair_comes_back(course):
    (before, after), _ = course["autoreactive_t_cells"]
    assert before["autoreactive_t_cell_count"] == 0
    assert after["anagen_fraction"] > 1.3 * before["anagen_fraction"]
    assert after["hair_density_per_cm2"] > before["hair_density_per_cm2"]


def test_without_blood_in_the_papilla_no_hair_grows_and_nothing_leaves_telogen(course):
    (before, after), shafts = course["papilla_vessels"]
    assert shafts[1] <= shafts[0]
    assert after["anagen_fraction"] < before["anagen_fraction"]
    assert after["hair_density_per_cm2"] < course["autoreactive_t_cells"][0][1]["hair_density_per_cm2"]


@pytest.mark.parametrize(("depth_um", "calls"), [(300.0, False), (1400.0, True)])
def test_only_a_wound_as_deep_as_resting_follicles_calls_them(depth_um, calls):
    model = patch("autoreactive_t_cells")
    injury = Injury.none(LATTICE)
    inside = (abs(LATTICE.x_um - 250.0) < 75.0)[None, None, :] & (LATTICE.depth_um < depth_um)[:, None, None]
    for process in DAMAGE_PROCESSES:
        injury.damage[process][inside] = 1.0
    model.injure(injury)
    strongest = 0.0
    for _ in range(round(24 * 4 / STEP_H)):
        model.step()
        strongest = max(strongest, float(follicle.wound_signal(model).max()))
    model.close()
    assert (strongest > 0.3) if calls else (strongest < 0.1)


def test_a_laser_that_heats_the_upper_dermis_leaves_the_swarm_alone():
    model = patch("nothing")
    swarm = model.observe()["autoreactive_t_cell_count"]
    injury = Injury.none(LATTICE)
    inside = np.broadcast_to((LATTICE.depth_um < 1500.0)[:, None, None], LATTICE.shape)
    injury.damage["t_cell_apoptosis"][inside] = 1.0
    before = model.observe()["t_cell_count"]
    model.injure(injury)
    after = model.observe()
    model.close()
    assert after["autoreactive_t_cell_count"] == swarm
    assert after["t_cell_count"] - swarm < 0.1 * (before - swarm)
