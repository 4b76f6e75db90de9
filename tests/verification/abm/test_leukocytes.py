"""Neutrophils, macrophages and what they eat, against solutions by hand."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.special import lambertw

from mendsim.abm import load_parameters
from mendsim.abm.model import HealingModel
from mendsim.common.lattice import Lattice
from mendsim.common.parameters import Parameters

LATTICE = Lattice.from_size(width_um=160, depth_um=300, spacing_um=10, air_um=80)
NO_ARRIVALS = ("neutrophil.arrivals_per_mm3_h", "macrophage.arrivals_per_mm3_h")
CLOSED = (*NO_ARRIVALS, "macrophage.resident_renewal_per_d")
SOLVER = 1e-5  # the solver stops at a relative residual of 1e-6
INFLAMED = 1e-9
"""Cytokine, ng/mL, in which leukocytes are at work and hardly any come."""


@pytest.fixture
def skin():
    """Make a small skin with vessels everywhere alike, in cytokine that stays; some parameters are 0, some others."""
    made = []

    def build(off=(), cytokine=INFLAMED, **values):
        table = load_parameters().with_zeros(off, origin="test").entries
        for key, value in values.items():
            name = key.replace("__", ".")
            table[name] = replace(table[name], value=value)
        model = HealingModel(lattice=LATTICE, parameters=Parameters(table))
        model.vessels.mature_vessels = lambda code: np.ones(model.oxygen.shape)
        model.cytokine.concentration[...] = cytokine
        made.append(model)
        return model

    yield build
    for model in made:
        model.close()


def follow(model, hours, steps):
    """Step the leukocytes alone."""
    model.step_h = hours / steps
    for _ in range(steps):
        model.leukocytes.step()


def halves(errors):
    """Whether each error is half of the one before, as in a method of first order."""
    return all(coarse / fine == pytest.approx(2.0, rel=0.05) for coarse, fine in pairwise(errors))


@pytest.mark.parametrize("over_half_effect", [0.1, 1.0, 1e9])
def test_neutrophils_reach_arrivals_over_their_rate_of_death(skin, over_half_effect):
    p = load_parameters()
    model = skin(cytokine=over_half_effect * p["cytokine.endothelium_half_effect_ng_per_ml"])
    half_life_h = p["neutrophil.half_life_h"]
    follow(model, 40.0 * half_life_h, 60)
    full = p["neutrophil.arrivals_per_mm3_h"] * half_life_h / math.log(2.0)
    expected = full * over_half_effect / (1.0 + over_half_effect)
    np.testing.assert_allclose(model.leukocytes.neutrophils.concentration, expected, rtol=SOLVER)


def test_neutrophils_approach_it_in_first_order_of_the_step(skin):
    p = load_parameters()
    half_life_h, rate = p["neutrophil.half_life_h"], math.log(2.0) / p["neutrophil.half_life_h"]
    exact = 0.5 * p["neutrophil.arrivals_per_mm3_h"] / rate
    errors = []
    for steps in (16, 32, 64, 128):
        model = skin(cytokine=1e9)
        follow(model, half_life_h, steps)
        errors.append(abs(model.leukocytes.neutrophils.concentration.mean() - exact) / exact)
    assert halves(errors)
    assert errors[-1] < 0.005


def eaten_by_hand(start, half, most):
    """What is left of ``start`` once macrophages could have eaten ``most``: ``d = half W(start / half e^(...))``."""
    return half * lambertw(start / half * math.exp((start - most) / half)).real


@pytest.mark.parametrize("food", ["necrotic", "apoptotic", "fragments"])
def test_macrophages_eat_by_michaelis_and_menten(skin, food):
    """Macrophages stay, so their number is constant; first order in the step."""
    p = load_parameters()
    half, start = p["macrophage.uptake_half_effect_mg_per_ml"], 3.0 * p["macrophage.uptake_half_effect_mg_per_ml"]
    most_per_h = 1e-6 * p["macrophage.uptake_pg_per_h"] * 4000.0
    hours = 5.5 * half / most_per_h
    exact = eaten_by_hand(start, half, hours * most_per_h)
    assert exact < 0.2 * start
    errors = []
    for steps in (20, 40, 80, 160):
        model = skin(CLOSED, macrophage__stay_d=math.inf)
        cells = model.leukocytes
        cells.residents[...] = 4000.0
        owner = model.matrix if food == "fragments" else cells
        getattr(owner, food)[...] = start
        follow(model, hours, steps)
        errors.append(float(np.abs(getattr(owner, food) - exact).max()) / start)
    assert halves(errors)


def test_fragments_get_the_time_that_dead_cells_leave(skin):
    p = load_parameters()
    half = p["macrophage.uptake_half_effect_mg_per_ml"]
    most_per_h = 1e-6 * p["macrophage.uptake_pg_per_h"] * 4000.0
    hours = 4.0 * half / most_per_h

    def eat(_, left):
        dead, fragments = left
        dead_per_h = most_per_h * dead / (half + dead)
        return [-dead_per_h, -(most_per_h - dead_per_h) * fragments / (half + fragments)]

    exact = solve_ivp(eat, (0.0, hours), [2.0 * half, half], rtol=1e-10, atol=1e-12).y[:, -1]
    errors = []
    for steps in (40, 80, 160):
        model = skin(CLOSED, macrophage__stay_d=math.inf)
        model.leukocytes.residents[...] = 4000.0
        model.leukocytes.necrotic[...] = 2.0 * half
        model.matrix.fragments[...] = half
        follow(model, hours, steps)
        errors.append(abs(float(model.matrix.fragments.mean()) - exact[1]) / half)
    assert halves(errors)


def test_alarmin_of_the_dead_goes_with_them(skin):
    model = skin(CLOSED)
    cells, rng = model.leukocytes, np.random.default_rng(4)
    cells.necrotic[...] = rng.uniform(0.1, 2.0, cells.necrotic.shape)
    start = cells.necrotic.copy()
    model.alarmin_ng[...] = 3.0
    follow(model, 5.0, 10)
    left = cells.necrotic / start
    assert left.min() < 0.9
    np.testing.assert_allclose(model.alarmin_ng, 3.0 * cells.on_lattice(left), rtol=1e-12)


def test_in_plenty_residents_turn_at_one_meal_each_and_none_leaves(skin):
    model = skin(CLOSED)
    p, cells = model.parameters, model.leukocytes
    cells.residents[...] = 1000.0
    cells.necrotic[...] = 1e12
    hours = 0.7 * p["macrophage.meal_pg"] / p["macrophage.uptake_pg_per_h"]
    follow(model, hours, 7)
    np.testing.assert_allclose(cells.residents, 1000.0 * math.exp(-0.7), rtol=1e-9)
    np.testing.assert_allclose(cells.macrophages, 1000.0, rtol=SOLVER)


def amount(model, density):
    return float(np.sum(density * model.leukocytes.neutrophils.volume_um3)) * 1e-9


def test_no_macrophage_is_lost_as_it_turns(skin):
    model = skin(CLOSED, macrophage__stay_d=math.inf)
    cells, rng = model.leukocytes, np.random.default_rng(3)
    inside = cells.residents > 0.0
    cells.inflammatory.concentration[inside] = rng.uniform(0.0, 5000.0, inside.sum())
    cells.necrotic[inside] = rng.uniform(0.0, 5.0, inside.sum())
    start = amount(model, cells.macrophages)
    repairing = []
    for _ in range(10):
        follow(model, 5.0, 10)
        repairing.append(amount(model, cells.repairing.concentration))
        assert amount(model, cells.macrophages) == pytest.approx(start, rel=100 * SOLVER)
    assert np.all(np.diff(repairing) > 0.0)
    assert repairing[-1] > 0.2 * start


def test_macrophages_with_nothing_to_eat_leave(skin):
    model = skin(CLOSED)
    cells, stay_h = model.leukocytes, 24.0 * model.parameters["macrophage.stay_d"]
    for pool in (cells.inflammatory, cells.repairing):
        pool.concentration[...] = 800.0
    residents = cells.residents.copy()
    follow(model, stay_h, 60)
    for pool in (cells.inflammatory, cells.repairing):
        np.testing.assert_allclose(pool.concentration, 800.0 / (1.0 + 1.0 / 60.0) ** 60, rtol=60 * SOLVER)
    np.testing.assert_array_equal(cells.residents, residents)


def test_residents_come_back_to_their_number_at_their_rate(skin):
    model = skin(NO_ARRIVALS)
    cells, rate = model.leukocytes, model.parameters["macrophage.resident_renewal_per_d"]
    home = cells.residents.copy()
    cells.residents *= 0.25
    follow(model, 96.0, 12)
    np.testing.assert_allclose(cells.residents, home * (1.0 - 0.75 * math.exp(-4.0 * rate)), rtol=1e-12)


def test_what_neutrophils_lose_is_apoptotic_protein(skin):
    model = skin(("macrophage.resident_per_mm3", *CLOSED))
    cells, protein = model.leukocytes, 1e-6 * model.parameters["dead_cell.protein_pg"]
    cells.neutrophils.concentration[...] = np.random.default_rng(5).uniform(0.0, 5000.0, cells.neutrophils.shape)
    start = protein * amount(model, cells.neutrophils.concentration)
    for _ in range(10):
        follow(model, 5.0, 10)
        dead = amount(model, cells.apoptotic)
        assert dead + protein * amount(model, cells.neutrophils.concentration) == pytest.approx(start, rel=100 * SOLVER)
    assert dead > 0.5 * start
    assert not cells.necrotic.any()
