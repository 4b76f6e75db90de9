"""What drugs do to cells: each action by how much drug is free, only where it is, and nothing without an action."""

from __future__ import annotations

import numpy as np
import pytest

from mendsim.abm import load_parameters, signals
from mendsim.abm.agents import fibroblast, keratinocyte, t_cell
from mendsim.abm.agents.fibroblast import Fibroblast
from mendsim.abm.agents.keratinocyte import Keratinocyte
from mendsim.abm.agents.t_cell import TCell
from mendsim.abm.drugs.action import ACTIONS
from mendsim.abm.drugs.drug import GROWTH_FACTORS, described, drug_by_name, drug_of, resolved
from mendsim.abm.vessels.anatomy import ARTERIOLE
from mendsim.common.lattice import Lattice

EVEN = Lattice.from_size(width_um=640, depth_um=640, spacing_um=10, air_um=80)
WIDE = Lattice.from_size(width_um=2560, depth_um=640, spacing_um=10, air_um=80)
HALF, MUCH = 3.0, 3e9
WHOLE_QUANTA = 2e-3
"""Collagen is laid in whole quanta, cut off at the last."""
FULL = {
    "fibroblast_synthesis": 2.0,
    "fibroblast_division": 0.0,
    "keratinocyte_division": 0.4,
    "cytokine_secretion": 0.25,
    "leukocyte_entry": 0.2,
    "vegf_secretion": 3.0,
    "t_cell_death": 0.4,
    "vessel_dilation": 0.8,
    "nerve_block": 0.6,
}


def give(model, actions, free):
    """Put a drug with some actions into every site, at free concentrations."""
    numbers = {"molar_mass_g_per_mol": 300.0, "log_octanol_water": 0.0}
    for action in actions:
        numbers |= {f"{action}_full": FULL[action], f"{action}_half_effect_ug_per_ml": HALF}
    drug = drug_of("agent", resolved("agent", (described("agent", numbers, None, origin="test"),), model.parameters))
    model.apply_drug(drug, 0.0, duration_h=1.0, volume_ul_per_cm2=10.0)
    model.delivery.transport.field.concentration[...] = free


def left_and_right(over_x):
    """Sums over the halves of the width, of values by place ``(..., x)``."""
    middle = over_x.shape[-1] // 2
    return np.array([over_x[..., :middle].sum(), over_x[..., middle:].sum()], float)


def by_half(model, x_um, values):
    left = x_um < 0.5 * model.lattice.nx * model.lattice.spacing_um
    return np.array([values[left].sum(), values[~left].sum()], float)


def fed(field, act):
    """Source that something adds to a field, by half of the width."""
    added = []
    field.add_source = added.append
    act()
    del field.add_source
    return left_and_right(sum(added))


def cycles(model):
    cells = model.population(Keratinocyte)
    cells["cycle"][...] = 0.0
    keratinocyte.divide(model)
    return by_half(model, (cells["ix"] + 0.5) * model.lattice.spacing_um, cells["cycle"])


def collagen_laid(model):
    cells, matrix = model.population(Fibroblast), model.matrix
    # none whose footprint lies in both halves
    away = np.abs(cells["x_um"] - 0.5 * model.lattice.nx * model.lattice.spacing_um)
    cells["activation"][...] = away > 2.0 * model.parameters["fibroblast.footprint_um"]
    fibroblast.lay_matrix(model)
    return left_and_right(matrix.deposit_1 + matrix.deposit_3)


def cytokine_of_leukocytes(model):
    model.cytokine.concentration[...] = 1.0
    model.leukocytes.necrotic[...] = 1.0
    return fed(model.cytokine, model.leukocytes.step)


def cytokine_of_t_cells(model):
    cells = model.population(TCell)
    cells["activation"][...] = 1.0
    model.cytokine.source[...] = 0
    t_cell.secrete(model)
    return left_and_right(model.cytokine.source)


def neutrophils_entering(model):
    model.cytokine.concentration[...] = 1.0
    return fed(model.leukocytes.neutrophils, model.leukocytes.step)


def monocytes_entering(model):
    model.cytokine.concentration[...] = 1.0
    return fed(model.leukocytes.inflammatory, model.leukocytes.step)


def resting_vegf(model):
    model.parameters = model.parameters.with_zeros(["vegf.secretion_ng_per_ml_h"], origin="test")
    return fed(model.vegf, lambda: signals.step(model))


def capillaries_dilated(model):
    network = model.vessels
    for _ in range(20):
        network.tone.step()
    thin = network.segments["kind"] != ARTERIOLE
    x, dilation = model.in_plane(network.midpoints())[thin, 0], network.segments["dilation"][thin]
    return by_half(model, x, dilation) / by_half(model, x, np.ones(len(x)))


FACTORS = {
    "keratinocytes": ("keratinocyte_division", cycles),
    "collagen": ("fibroblast_synthesis", collagen_laid),
    "cytokine of leukocytes": ("cytokine_secretion", cytokine_of_leukocytes),
    "cytokine of T cells": ("cytokine_secretion", cytokine_of_t_cells),
    "neutrophils": ("leukocyte_entry", neutrophils_entering),
    "monocytes": ("leukocyte_entry", monocytes_entering),
    "VEGF": ("vegf_secretion", resting_vegf),
}


@pytest.fixture
def size_of(make, injury):
    """Size of an action that a rule shows, left and right, at free concentrations."""

    def measure(what, free):
        with_drug, without = make(lattice=EVEN), make(lattice=EVEN)
        if what in FACTORS:
            action, probe = FACTORS[what]
            give(with_drug, [action], free)
            usual = probe(without)
            assert np.all(usual > 0.0)
            return probe(with_drug) / usual
        give(with_drug, [what], free)
        if what == "vessel_dilation":
            assert not capillaries_dilated(without).any()
            return capillaries_dilated(with_drug)
        for model in (with_drug, without):
            model.vessels.tone.flare(injury(EVEN, width_um=1e5))
        seen, usual = (left_and_right(model.vessels.tone.reflex) for model in (with_drug, without))
        assert np.all(usual > 0.0)
        return 1.0 - seen / usual

    return measure


SIZES = [*FACTORS, "vessel_dilation", "nerve_block"]


@pytest.mark.parametrize("what", SIZES)
def test_an_action_is_neutral_without_drug_half_at_half_effect_and_full_with_much(size_of, what):
    action = FACTORS[what][0] if what in FACTORS else what
    neutral, full = ACTIONS[action].neutral, FULL[action]
    for free, expected in ((0.0, neutral), (HALF, 0.5 * (neutral + full)), (MUCH, full)):
        assert size_of(what, free) == pytest.approx(expected, rel=WHOLE_QUANTA, abs=1e-6)


@pytest.mark.parametrize("what", SIZES)
def test_an_action_is_where_the_drug_is(size_of, what):
    action = FACTORS[what][0] if what in FACTORS else what
    here = np.where(np.arange(EVEN.nx) < EVEN.nx // 2, MUCH, 0.0)
    expected = [FULL[action], ACTIONS[action].neutral]
    assert size_of(what, here) == pytest.approx(expected, rel=WHOLE_QUANTA, abs=1e-6)


def births(model, tries=25):
    """Daughters of stimulated fibroblasts in loose matrix by half of the width; none of them stays."""
    cells, lattice = model.population(Fibroblast), model.lattice
    for collagen in (model.matrix.collagen_1, model.matrix.collagen_3):
        collagen[...] = 0.0
    n = 640
    x, z = (np.arange(n) + 0.5) * lattice.nx * lattice.spacing_um / n, np.tile(np.linspace(250.0, 650.0, 8), n // 8)
    cells.add(n, x_um=x, y_um=5.0, z_um=z, resident=1)
    born = []
    for _ in range(tries):
        cells["stimulation"][...] = 1.0
        newest = cells.uid.max()
        fibroblast.renew(model)
        rows = np.flatnonzero(cells.alive & (cells.uid > newest))
        born += cells["x_um"][rows].tolist()
        cells.remove(rows)
        model.compact()
        model.step_index += 1
    return by_half(model, np.array(born), np.ones(len(born)))


def test_fibroblasts_divide_as_often_as_a_drug_lets_them_where_it_is(make):
    found = {}
    here = np.where(np.arange(WIDE.nx) < WIDE.nx // 2, MUCH, 0.0)
    for name, free in (("none", None), ("no effect", 0.0), ("half", HALF), ("much", MUCH), ("left", here)):
        model = make(lattice=WIDE)
        if free is not None:
            give(model, ["fibroblast_division"], free)
        found[name] = births(model)
    usual = found["none"]
    assert usual.min() > 80
    assert np.array_equal(found["no effect"], usual)
    assert np.all(np.abs(found["half"] - 0.5 * usual) < 4.0 * np.sqrt(0.25 * usual))
    assert not found["much"].any()
    assert found["left"].tolist() == [0.0, usual[1]]


def survivors(model, hours=1.0):
    """Share of settled T cells that live after a time, by half of the width."""
    n, lattice = 4000, model.lattice
    x = np.linspace(0.0, lattice.nx * lattice.spacing_um, n, endpoint=False)
    middle = 0.5 * lattice.nz * lattice.spacing_um
    ids = t_cell.settle(model, np.stack([x, np.full(n, 5.0), np.full(n, middle)], axis=1), 0.5)
    for _ in range(round(hours / model.step_h)):
        t_cell.die(model)
        model.step_index += 1
    return by_half(model, x, model.registry.row_of[ids] >= 0) / (0.5 * n)


def test_t_cells_die_at_the_rate_of_a_drug_where_it_is(make):
    here = np.where(np.arange(EVEN.nx) < EVEN.nx // 2, MUCH, 0.0)
    full = FULL["t_cell_death"]
    for free, rates in ((0.0, (0.0, 0.0)), (HALF, (0.5 * full, 0.5 * full)), (MUCH, (full, full)), (here, (full, 0.0))):
        model = make(lattice=EVEN)
        give(model, ["t_cell_death"], free)
        turnover = 1.0 / (24.0 * model.parameters["t_cell.lifetime_d"])
        share = np.exp(-np.array(rates) - turnover)
        assert np.all(np.abs(survivors(model) - share) < 4.0 * np.sqrt(share * (1.0 - share) / 2000.0))


def test_fewer_t_cells_come_where_a_drug_closes_vessels_to_them(make):
    p = load_parameters().with_overrides({"t_cell.inflammatory_recruitment_per_mm2_d": 1e4}, origin="test")
    found = {}
    here = np.where(np.arange(WIDE.nx) < WIDE.nx // 2, MUCH, 0.0)
    for name, free in (("none", 0.0), ("half", HALF), ("much", MUCH), ("left", here)):
        model = make(lattice=WIDE, parameters=p)
        give(model, ["leukocyte_entry"], free)
        model.cytokine.concentration[...] = 1e9
        for _ in range(48):
            t_cell.recruit(model)
            model.step_index += 1
        cells = model.population(TCell)
        found[name] = by_half(model, cells["home_x_um"], cells["recruited"] == 1)
    usual, full = found["none"].sum(), FULL["leukocyte_entry"]
    assert usual > 200
    for name, factor in (("half", 0.5 * (1.0 + full)), ("much", full)):
        assert abs(found[name].sum() - factor * usual) < 5.0 * np.sqrt(factor * usual)
    left, right = found["left"]
    assert left < 0.5 * right


@pytest.mark.parametrize("action", sorted(ACTIONS))
def test_a_drug_acts_by_what_is_free_and_not_by_what_is_bound_or_not_dissolved(make, action):
    model = make(lattice=EVEN)
    give(model, [action], 0.0)
    transport, places = model.delivery.transport, np.array([[300.0, 5.0, 400.0]])
    transport.crystals[...] = MUCH
    model.delivery.particles.content[...] = MUCH
    assert model.drug_at(action, places) == [ACTIONS[action].neutral]
    transport.field.concentration[...] = HALF
    transport.field.capacity = np.full(EVEN.shape, 50.0)
    half = 0.5 * (ACTIONS[action].neutral + FULL[action])
    assert model.drug_at(action, places) == pytest.approx(half)
    assert model.drug_on(action, model.cytokine) == pytest.approx(half)


@pytest.mark.parametrize("action", sorted(ACTIONS))
def test_no_drug_and_a_drug_with_other_actions_are_neutral(make, action):
    bare, other = make(lattice=EVEN), make(lattice=EVEN)
    give(other, [name for name in ACTIONS if name != action], MUCH)
    places = np.array([[300.0, 5.0, 400.0], [10.0, 5.0, 150.0]])
    for model in (bare, other):
        assert not model.drug_acts(action)
        assert model.drug_at(action, places).tolist() == [ACTIONS[action].neutral] * 2
        assert model.drug_on(action, model.vegf) == ACTIONS[action].neutral


def course(model, injury, drug=None, hours=15.0):
    model.injure(injury(model.lattice, width_um=120.0, depth_um=200.0, ablated_um=60.0))
    if drug is not None:
        model.apply_drug(drug_by_name(drug, model.parameters), 20_000.0, duration_h=6.0, volume_ul_per_cm2=20.0)
    for _ in range(round(hours / model.step_h)):
        model.step()
    return model


@pytest.mark.parametrize("name", ["dextran_20kda", "methyl_aminolevulinate", "poly_l_lactic_acid"])
def test_a_drug_without_actions_leaves_biology_as_it_is_to_the_last_bit(make, injury, name):
    p = load_parameters().with_zeros(["foreign_body.cells_per_mm2"], origin="test")
    without, treated = course(make(parameters=p), injury), course(make(parameters=p), injury, name)
    assert treated.observe()["drug_given_ug_per_cm2"] > 0.0
    fields = treated.fields()
    for field, values in without.fields().items():
        assert np.array_equal(values, fields[field]) == (field != "drug"), field
    tables = treated.agent_columns()
    for kind, columns in without.agent_columns().items():
        for column, values in columns.items():
            np.testing.assert_array_equal(values, tables[kind][column])
    for column, values in without.vessel_table().items():
        np.testing.assert_array_equal(values, treated.vessel_table()[column])
    after = treated.observe()
    for quantity, value in without.observe().items():
        if not quantity.startswith("drug_"):
            np.testing.assert_equal(after[quantity], value)


def test_a_steroid_in_a_wound_calms_it(make, injury):
    without, treated = (course(make(), injury, name, hours=5.0).observe() for name in (None, "triamcinolone"))
    for quantity, most in (("neutrophils_per_mm3", 0.7), ("cytokine_ng_per_ml", 1.0)):
        assert treated[quantity] < most * without[quantity]


def test_minoxidil_on_a_wound_widens_vessels_and_lidocaine_before_it_keeps_them_narrow(make, injury):
    bare, numb, wide = make(), make(), make()
    anaesthetic = drug_by_name("lidocaine", numb.parameters)
    numb.inject_drug(anaesthetic, 10_000.0, volume_ul=1.0, depth_um=200.0)
    for model in (bare, numb):
        model.injure(injury(model.lattice, width_um=120.0, depth_um=200.0))
    wide.apply_drug(drug_by_name("minoxidil", wide.parameters), 50_000.0, duration_h=6.0, volume_ul_per_cm2=20.0)
    start = wide.observe()["flow_nl_per_min"]
    for model in (bare, numb, wide):
        for _ in range(4):
            model.step()
    assert numb.vessels.tone.reflex.max() < 0.2 * bare.vessels.tone.reflex.max()
    assert wide.observe()["flow_nl_per_min"] > 1.05 * start


def released_ng(model, steps):
    """Growth factors that a drug sets free, by name, and its ug that were spent."""
    out = dict.fromkeys(GROWTH_FACTORS, 0.0)
    for _ in range(steps):
        for name in GROWTH_FACTORS:
            field = getattr(model, name)
            field.add_source = lambda rate, name=name, field=field: out.update(
                {name: out[name] + float(np.sum(rate * field.volume_um3)) * 1e-12 * 3600.0 * model.step_h}
            )
        model.delivery.step()
        model.step_index += 1
        for name in GROWTH_FACTORS:
            del getattr(model, name).add_source
    return out, model.delivery.transport.booked["degraded"]


def test_platelet_rich_plasma_feeds_its_growth_factors_by_their_content(make):
    model = make()
    drug = drug_by_name("platelet_rich_plasma", model.parameters)
    model.inject_drug(drug, 1000.0, volume_ul=1e-3, depth_um=300.0)
    released, spent = released_ng(model, 10)
    assert spent > 0.0
    active = model.parameters["tgf_beta1.plasmin_active_share"]
    share = {"tgf_beta1": active, "vegf": 1.0, "pdgf": 1.0}
    for name in GROWTH_FACTORS:
        assert drug[f"{name}_ng_per_ug"] > 0.0
        assert released[name] == pytest.approx(share[name] * drug[f"{name}_ng_per_ug"] * spent, rel=1e-6)


def test_growth_factors_come_where_the_plasma_is_and_a_drug_without_them_gives_none(make):
    plasma, plain = make(), make()
    for model, name in ((plasma, "platelet_rich_plasma"), (plain, "fluorouracil")):
        model.inject_drug(drug_by_name(name, model.parameters), 1000.0, volume_ul=1e-4, depth_um=300.0)
        before = model.pdgf.concentration.copy()
        for _ in range(2):
            model.step()
        risen = model.pdgf.concentration - before
        assert (risen.max() > 0.0) == (name == "platelet_rich_plasma")
        if name == "platelet_rich_plasma":
            z, _, x = np.unravel_index(np.argmax(risen), risen.shape)
            side = model.pdgf.factor * model.lattice.spacing_um
            assert abs((z + 0.5) * side - 400.0) < 60.0
            assert abs((x + 0.5) * side - 300.0) < 60.0
    assert released_ng(plain, 2)[0] == dict.fromkeys(GROWTH_FACTORS, 0.0)
