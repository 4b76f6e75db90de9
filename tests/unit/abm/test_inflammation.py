"""Leukocytes in whole small runs: rest, resolution, and what each kind is for."""

from __future__ import annotations

import numpy as np
import pytest

from mendsim.abm import load_parameters
from mendsim.abm.agents import t_cell
from mendsim.abm.agents.t_cell import TCell
from mendsim.abm.mechanisms import without
from mendsim.common.lattice import Lattice
from mendsim.thermal import Injury

STEPS_PER_DAY = 48
SMALL = Lattice.from_size(width_um=300, depth_um=400, spacing_um=10, air_um=100)


def run(model, days):
    """Step a model and return its observables after every half day, the start included."""
    seen = [model.observe()]
    for _ in range(round(2 * days)):
        for _ in range(STEPS_PER_DAY // 2):
            model.step()
        seen.append(model.observe())
    return {name: np.array([row[name] for row in seen]) for name in seen[0]}


def pools(model):
    """Everything that inflammation is made of, as arrays."""
    cells = model.leukocytes
    moving = (cells.neutrophils, cells.inflammatory, cells.repairing)
    return {
        **{field.name: field.concentration.copy() for field in (*moving, model.cytokine, model.latent_tgf_beta1)},
        **{name: getattr(cells, name).copy() for name in ("residents", "necrotic", "apoptotic", "eaten")},
        "swelling": model.swelling.excess.copy(),
        "alarmin": model.alarmin_ng.copy(),
        "redness": np.array(model.redness.now()),
    }


@pytest.mark.parametrize("sham", [False, True])
def test_in_untouched_skin_no_leukocyte_changes(make, sham):
    model = make()
    before = pools(model)
    if sham:
        model.injure(Injury.none(model.lattice))
    run(model, 2)
    after = pools(model)
    for name, values in before.items():
        np.testing.assert_array_equal(after[name], values, err_msg=name)
    assert before["residents"].max() == pytest.approx(model.parameters["macrophage.resident_per_mm3"])
    assert before["redness"] == 1.0


def test_inflammation_rises_and_resolves_and_the_dead_are_gone(make, injury):
    model = make(lattice=SMALL)
    model.injure(injury(SMALL, width_um=80.0, depth_um=200.0))
    course = run(model, 21)
    for name in ("neutrophils_per_mm3", "inflammatory_macrophages_per_mm3", "cytokine_ng_per_ml", "oedema_um"):
        values = course[name]
        assert values[0] == 0.0, name
        assert 0 < values.argmax() < len(values) - 1, name
        assert values[-1] < 0.01 * values.max(), name
    dead = course["dead_cells_mg_per_ml"]
    assert dead[0] > 0.0
    assert dead[-1] < 0.01 * dead[0]
    assert course["repairing_macrophages_per_mm3"].max() > 0.0
    assert course["neutrophils_per_mm3"].argmax() <= course["repairing_macrophages_per_mm3"].argmax()


def test_skin_is_redder_and_thicker_while_it_is_inflamed(make, injury):
    model = make(lattice=SMALL)
    model.injure(injury(SMALL, width_um=40.0, depth_um=200.0))
    course = run(model, 14)
    red, thicker = course["erythema_ratio"], course["oedema_um"]
    assert red[0] <= 1.0  # what is coagulated holds no blood
    assert red.max() > 1.0 + 0.1 * (model.parameters["vessel.arteriole_dilation_ratio"] ** 2 - 1.0)
    assert red[-1] < 1.0 + 0.1 * (red.max() - 1.0)
    assert thicker[0] == 0.0
    assert thicker[-1] < 0.1 * thicker.max()


def test_heat_kills_leukocytes_into_dead_cells(make, injury):
    model = make()
    cells, p = model.leukocytes, model.parameters
    before, fibroblasts = cells.residents.copy(), model.observe()["fibroblast_count"]
    t_cells = model.observe()["t_cell_count"]
    model.injure(injury(model.lattice, width_um=1e5, depth_um=1e5))
    volume_ml = cells.neutrophils.volume_um3 * 1e-12
    dead_mg = float(np.sum(cells.necrotic * volume_ml))
    lost = float(np.sum((before - cells.residents) * volume_ml)) * 1e3
    killed = fibroblasts + t_cells - model.observe()["fibroblast_count"] - model.observe()["t_cell_count"]
    assert dead_mg == pytest.approx(1e-9 * p["dead_cell.protein_pg"] * (lost + killed), rel=1e-6)
    assert cells.residents.max() == 0.0
    assert lost > 0.0
    assert killed > 0


def test_what_is_ablated_leaves_no_dead_cells(make, injury):
    model = make()
    model.injure(injury(model.lattice, width_um=1e5, ablated_um=1e5, depth_um=1e5))
    assert model.leukocytes.residents.max() == 0.0
    assert model.leukocytes.necrotic.max() == 0.0
    assert model.observe()["fibroblast_count"] == 0


def switched_off(make, injury, name):
    model = make(lattice=SMALL, parameters=without(load_parameters(), [name] if name else []))
    model.injure(injury(SMALL, width_um=80.0, depth_um=200.0))
    return model, run(model, 8)


def test_without_macrophages_the_dead_stay(make, injury):
    model, course = switched_off(make, injury, "macrophages")
    dead = course["dead_cells_mg_per_ml"]
    assert np.all(np.diff(dead) >= 0.0)
    assert dead[-1] > dead[0] > 0.0
    assert not course["macrophages_per_mm3"].any()
    assert not model.leukocytes.eaten.any()


def test_without_neutrophils_there_are_fewer_dead_and_less_growth_factor(make, injury):
    """Macrophages that eat dead neutrophils are what turns to repair."""
    _, usual = switched_off(make, injury, "")
    model, course = switched_off(make, injury, "neutrophils")
    for name in ("dead_cells_mg_per_ml", "repairing_macrophages_per_mm3", "latent_tgf_beta1_ng_per_ml"):
        assert course[name].sum() < usual[name].sum(), name
    assert not course["neutrophils_per_mm3"].any()
    assert not model.leukocytes.apoptotic.any()


def test_threads_do_not_matter_to_the_last_bit(make, injury):
    ends = []
    for threads in (1, 2):
        model = make(threads=threads)
        model.injure(injury(model.lattice, ablated_um=60.0))
        for _ in range(3 * STEPS_PER_DAY):
            model.step()
        ends.append(pools(model))
    for name, values in ends[0].items():
        np.testing.assert_array_equal(ends[1][name], values, err_msg=name)
    assert ends[0]["neutrophils"].max() > 0.0


def test_cytokine_alone_activates_no_t_cell(make):
    model = make()
    cells = model.population(TCell)
    model.cytokine.concentration[...] = 1e6
    for _ in range(50):
        t_cell.respond(model)
    assert len(cells) > 0
    assert not cells["activation"].any()
    model.leukocytes.necrotic[...] = model.parameters["macrophage.alarm_half_effect_mg_per_ml"]
    model.leukocytes.residents[...] = 0.0
    for _ in range(50):
        t_cell.respond(model)
    assert not cells["activation"].any()
    model.leukocytes.residents[...] = model.parameters["macrophage.resident_per_mm3"]
    for _ in range(50):
        t_cell.respond(model)
    goal = 0.5 * (1.0 - np.exp(-50.0 * model.step_h / model.parameters["t_cell.activation_time_h"]))
    np.testing.assert_allclose(cells["activation"], goal, rtol=1e-5)


def test_burst_cells_alone_activate_no_t_cell(make):
    model = make()
    model.leukocytes.necrotic[...] = 1e6
    for _ in range(50):
        t_cell.respond(model)
    assert not model.population(TCell)["activation"].any()
