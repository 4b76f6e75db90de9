"""Each mechanism of the dermis has its own reason (R13, R14, R16, R17): one zone, one switched off at a time."""

from __future__ import annotations

import pytest

from mendsim.abm import load_parameters
from mendsim.abm.mechanisms import without
from mendsim.abm.model import HealingModel
from mendsim.common.lattice import Lattice
from mendsim.thermal.injury import DAMAGE_PROCESSES, Injury

LATTICE = Lattice.from_size(width_um=600, depth_um=600, spacing_um=10, air_um=100)
STEPS_PER_DAY, DAYS = 48, 28
OFF = ("nothing", "tgf_beta1", "mmp9", "macrophages", "fibroblast_migration")


def zone() -> Injury:
    """Everything dies in a zone 120 um wide and 300 um deep."""
    injury = Injury.none(LATTICE)
    inside = (abs(LATTICE.x_um - 300.0) < 60.0)[None, None, :] & (LATTICE.depth_um < 300.0)[:, None, None]
    for process in DAMAGE_PROCESSES:
        injury.damage[process][inside] = 1.0
    return injury


@pytest.fixture(scope="module")
def outcome():
    """State just after the injury, and after four weeks without each mechanism."""
    after, start = {}, {}
    for off in OFF:
        names = [] if off == "nothing" else [off]
        model = HealingModel(lattice=LATTICE, site="cheek", seed=4, parameters=without(load_parameters(), names))
        model.injure(zone())
        start[off] = model.observe()
        for _ in range(DAYS * STEPS_PER_DAY):
            model.step()
        after[off] = model.observe()
        model.close()
    return start, after


def new_collagen(outcome, off: str) -> float:
    start, after = outcome
    return after[off]["collagen_mg_per_ml"] - start[off]["collagen_mg_per_ml"]


def test_the_whole_model_clears_and_builds(outcome):
    start, after = outcome
    assert new_collagen(outcome, "nothing") > 0.5
    assert after["nothing"]["denatured_collagen_mg_per_ml"] < 0.2 * start["nothing"]["denatured_collagen_mg_per_ml"]
    assert after["nothing"]["dead_cells_mg_per_ml"] < 0.01


def test_without_tgf_beta1_nothing_is_laid(outcome):
    assert new_collagen(outcome, "tgf_beta1") < 0.05 * new_collagen(outcome, "nothing")


def test_without_mmp9_dead_matrix_stays_and_less_is_laid(outcome):
    start, after = outcome
    denatured = "denatured_collagen_mg_per_ml"
    assert after["mmp9"][denatured] == pytest.approx(start["mmp9"][denatured], rel=1e-6)
    assert after["mmp9"]["fragments_mg_per_ml"] == 0.0
    assert new_collagen(outcome, "mmp9") < new_collagen(outcome, "nothing")


def test_without_macrophages_the_dead_stay_and_hardly_anything_is_laid(outcome):
    _, after = outcome
    assert after["macrophages"]["dead_cells_mg_per_ml"] > 1.0
    assert after["macrophages"]["fragments_mg_per_ml"] > 1.5 * after["nothing"]["fragments_mg_per_ml"]
    assert new_collagen(outcome, "macrophages") < 0.2 * new_collagen(outcome, "nothing")


def test_without_migration_no_fibroblast_comes(outcome):
    _, after = outcome
    assert after["fibroblast_migration"]["fibroblast_count"] < 0.3 * after["nothing"]["fibroblast_count"]
    assert new_collagen(outcome, "fibroblast_migration") < 0.2 * new_collagen(outcome, "nothing")
