"""What fibroblasts do in each state, one rule at a time."""

from __future__ import annotations

import math

import numpy as np
import pytest

from mendsim.abm import load_parameters
from mendsim.abm.agents import fibroblast
from mendsim.abm.agents.fibroblast import Fibroblast
from mendsim.abm.agents.fibroblast_kernels import APOPTOTIC, MYOFIBROBLAST, QUIESCENT
from mendsim.abm.tension import efficiency
from mendsim.abm.tissue import DERMIS
from mendsim.common.lattice import Lattice

WIDE = Lattice.from_size(width_um=1200, depth_um=600, spacing_um=10, air_um=100)
MUCH = 1e6
"""A concentration in ng/mL beyond which nothing changes."""


def off(*keys):
    return load_parameters().with_zeros(keys, origin="test")


def place(model, x_um, z_um, **values):
    """Have fibroblasts at some places alone, and return their population."""
    cells = model.population(Fibroblast)
    cells.remove(np.arange(cells.n_rows))
    model.compact()
    y = 0.5 * model.lattice.ny * model.lattice.spacing_um
    cells.add(len(x_um), x_um=np.asarray(x_um, float), y_um=y, z_um=np.asarray(z_um, float), **values)
    return cells


def places(cells):
    return np.stack([cells[name] for name in ("x_um", "y_um", "z_um")])


def crawl(model, steps):
    for _ in range(steps):
        fibroblast.migrate(model)
        model.step_index += 1


def laid(model):
    m = model.matrix
    return sum(int(each.sum()) for each in (m.deposit_1, m.deposit_3, m.deposit_elastin, m.turned))


def test_apoptotic_cells_stop(make):
    model = make(lattice=WIDE)
    cells = model.population(Fibroblast)
    for level in ("activation", "stimulation", "differentiation"):
        cells[level][...] = 1.0
    cells["state"][...] = APOPTOTIC
    cells["resident"][...] = 0
    model.tgf_beta1.concentration[...] = np.linspace(0.0, MUCH, model.tgf_beta1.shape[2])
    before, number = {name: cells[name].copy() for name in cells.columns}, len(cells)
    for _ in range(100):
        for rule in ("respond", "migrate", "renew", "lay_matrix", "secrete"):
            getattr(fibroblast, rule)(model)
        model.step_index += 1
    assert len(cells) == number > 5
    for name, values in before.items():
        np.testing.assert_array_equal(cells[name], values, err_msg=name)
    assert laid(model) == 0
    assert not any(field.source.any() for field in (model.mmp9, model.timp1, model.tgf_beta1))
    seen = model.observe()
    assert (seen["fibroblast_count"], seen["apoptotic_fibroblast_count"]) == (0, number)


def crowd_of_newcomers(model, n):
    return place(model, np.linspace(605.0, 645.0, n), np.full(n, 405.0), resident=0)


def test_newcomers_that_no_signal_holds_turn_apoptotic_at_their_rate(make):
    model = make(lattice=WIDE)
    n, days = 1000, 4
    cells = crowd_of_newcomers(model, n)
    for _ in range(48 * days):
        fibroblast.renew(model)
        model.step_index += 1
    share = 1.0 - math.exp(-model.parameters["fibroblast.apoptosis_per_d"] * days)
    assert len(cells) == n
    assert np.mean(cells["state"] == APOPTOTIC) == pytest.approx(share, abs=4.0 * math.sqrt(share / n))


def test_newcomers_settle_where_residents_lack(make):
    model = make(lattice=WIDE)
    p = model.parameters
    cells = crowd_of_newcomers(model, 40)
    model.step_h = 24.0
    for _ in range(math.ceil(20.0 / p["fibroblast.apoptosis_per_d"])):
        fibroblast.renew(model)
        model.step_index += 1
    left = cells["state"] != APOPTOTIC
    usual = model.site.fibroblasts_per_mm3 * p["fibroblast.settling_box_um"] ** 2 * 10.0 * 1e-9
    assert 0 < np.count_nonzero(left) <= usual
    np.testing.assert_array_equal(cells["resident"], left)


def test_apoptotic_cells_are_eaten_where_macrophages_are_and_stay_where_none_are(make):
    quiet = off(
        "neutrophil.arrivals_per_mm3_h",
        "macrophage.arrivals_per_mm3_h",
        "macrophage.motility_um2_per_s",
        "macrophage.resident_renewal_per_d",
    )
    model = make(lattice=WIDE, parameters=quiet)
    cells = model.population(Fibroblast)
    cells["state"][...] = APOPTOTIC
    model.cytokine.concentration[...] = 1e-9
    leukocytes = model.leukocytes
    leukocytes.residents[...] = 1e5
    leukocytes.residents[:, :, leukocytes.residents.shape[2] // 2 :] = 0.0
    left = int(np.count_nonzero(cells["x_um"] < 600.0))
    right = len(cells) - left
    assert min(left, right) > 3
    for _ in range(96):
        leukocytes.step()
        fibroblast.clear_apoptotic(model)
        model.step_index += 1
    x = cells["x_um"][cells.rows()]
    assert np.count_nonzero(x < 600.0) == 0
    assert np.count_nonzero(x > 600.0) == right


def test_cells_are_eaten_with_the_share_that_macrophages_eat(make):
    model = make(lattice=WIDE)
    n = 4000
    x = np.linspace(1.0, 1199.0, n)
    cells = place(model, x, np.full(n, 400.0), state=APOPTOTIC)
    model.leukocytes.eaten[...] = 0.3
    fibroblast.clear_apoptotic(model)
    assert len(cells) / n == pytest.approx(0.7, abs=4.0 * math.sqrt(0.3 * 0.7 / n))


def test_living_cells_are_not_eaten(make):
    model = make(lattice=WIDE)
    number = len(model.population(Fibroblast))
    model.leukocytes.eaten[...] = 1.0
    fibroblast.clear_apoptotic(model)
    assert len(model.population(Fibroblast)) == number


def neighbourhood(model):
    """Give the sites around a cell in which it meets others, to each side, and how many cells may be there."""
    p = model.parameters
    reach = round(0.5 * (p["fibroblast.crowding_box_um"] / 10.0 - 1.0))
    return reach, p["fibroblast.max_density_per_mm3"] * (2 * reach + 1) ** 2 * 1e-6


def fullest(cells, reach):
    """Most cells around any of them."""
    x, z = ((cells[name] // 10.0).astype(int) for name in ("x_um", "z_um"))
    near = (np.abs(x[:, None] - x) <= reach) & (np.abs(z[:, None] - z) <= reach)
    return near.sum(axis=1).max()


@pytest.mark.parametrize("full", [True, False])
def test_cells_do_not_go_where_it_is_full(make, full):
    model = make(lattice=WIDE)
    reach, most = neighbourhood(model)
    inside = math.floor(most) + 1 if full else 0
    walkers = 10.0 * (reach + 2) * np.array([-1.0, 1.0])
    x = np.concatenate([np.full(inside, 605.0), 605.0 + walkers])
    cells = place(model, x, np.full(len(x), 405.0))
    cells["stimulation"][inside:] = 1.0
    entered = 0
    for _ in range(300):
        crawl(model, 1)
        here = (np.abs(cells["x_um"] // 10.0 - 60) <= reach) & (np.abs(cells["z_um"] // 10.0 - 40) <= reach)
        entered += np.count_nonzero(here[inside:])
        assert here[:inside].all()  # those without stimulation stay
    assert (entered == 0) == full


def test_cells_pressed_together_spread_until_there_is_room(make):
    model = make(lattice=WIDE)
    reach, most = neighbourhood(model)
    n = math.ceil(5 * most)
    cells = place(model, np.full(n, 605.0), np.full(n, 405.0), stimulation=1.0)
    assert fullest(cells, reach) == n
    crawl(model, 96)
    assert fullest(cells, reach) < 2 * most


@pytest.mark.parametrize("pressed", [True, False])
@pytest.mark.parametrize("going_down", [True, False])
def test_cells_pressed_together_turn_at_once_and_climb_nothing(make, pressed, going_down):
    """Nothing guides cells but a gradient of the response along x; those on their way keep it until they turn."""
    model = make(lattice=WIDE, parameters=off("tension.resting_kpa"))
    p, n, per_um = model.parameters, 200, 5e-4
    response = per_um * 20.0 * np.arange(model.tgf_beta1.shape[2])
    model.tgf_beta1.concentration[...] = p["fibroblast.activation_half_effect_ng_per_ml"] * response / (1.0 - response)
    model.matrix.order_cos[...] = model.matrix.order_sin[...] = 0.0
    x, z = (each.ravel() for each in np.meshgrid(np.linspace(30.0, 1170.0, 20), np.linspace(250.0, 650.0, 10)))
    if pressed:
        x, z = np.full(n, 605.0), np.full(n, 405.0)
    ways = []
    for _ in range(10):
        cells = place(model, x, z, direction_z=float(going_down), stimulation=1e-6)
        crawl(model, 1)
        ways.append([np.mean(cells[f"direction_{axis}"] == 1.0) for axis in "zx"])
    kept, climbed = np.mean(ways, axis=0)
    straight_on = math.exp(-model.step_h / p["fibroblast.persistence_h"]) * going_down * (not pressed)
    sensed = per_um / (p["fibroblast.gradient_half_effect_per_um"] + per_um)
    climbing = p["fibroblast.chemotaxis_weight"] * sensed * (1.0 - straight_on) * (not pressed)
    for share, expected in ((kept, straight_on), (climbed, climbing)):
        assert share == pytest.approx(expected, abs=4.0 * math.sqrt(expected * (1.0 - expected) / (10 * n)))


@pytest.mark.parametrize("dense", [False, True])
def test_cells_divide_while_there_is_room_and_in_dense_matrix_there_is_less(make, dense):
    model = make(lattice=WIDE)
    p = model.parameters
    _, most = neighbourhood(model)
    if not dense:
        for array in (model.matrix.collagen_1, model.matrix.collagen_3):
            array[...] = 0.0
    limit = most * p["fibroblast.dense_density_per_mm3"] / p["fibroblast.max_density_per_mm3"] if dense else most
    model.step_h = 1e6  # whoever has room divides
    for others in range(math.ceil(most) + 2):
        model.step_index += 1
        cells = place(model, np.full(1 + others, 605.0), np.full(1 + others, 405.0))
        cells["stimulation"][0] = 1.0
        fibroblast.renew(model)
        assert len(cells) - 1 - others == (others < limit)


def test_pulled_fibres_turn_and_their_mass_stays(make):
    """A cell that lies across the fibres and pulls them without laying any."""
    model = make(lattice=WIDE, parameters=off("fibroblast.collagen_pg_per_d"))
    cells = place(model, [600.0], [400.0], activation=1.0, direction_z=1.0)
    m, p = model.matrix, model.parameters
    for array in (m.collagen_1, m.collagen_3):
        array *= np.float32(0.5)
    before = {name: getattr(m, name).copy() for name in m.FIELDS}
    fibroblast.lay_matrix(model)
    model._remodelling()
    for name in ("collagen_1", "collagen_3", "elastin", "denatured_collagen", "fragments"):
        np.testing.assert_array_equal(getattr(m, name), before[name], err_msg=name)
    turned = np.argwhere(m.order_cos != before["order_cos"])
    reach = int(p["fibroblast.footprint_um"] / 10.0)
    assert (turned[:, [0, 2]].min(axis=0) == [40 - reach, 60 - reach]).all()
    assert (turned[:, [0, 2]].max(axis=0) == [40 + reach, 60 + reach]).all()
    assert len(turned) == (2 * reach + 1) ** 2
    # the same share of what is there as of intact dermis lies as the cell does now, at cos 2a = -1
    mg_per_ml = p["fibroblast.pulled_collagen_pg_per_d"] * model.step_h / 24.0 / len(turned) * 1e-9 / 1e-9
    share = mg_per_ml / (model.site.collagen_mg_per_ml + mg_per_ml)
    old, new = (each[40, 0, 60] for each in (before["order_cos"], m.order_cos))
    assert new - old == pytest.approx(-share * (1.0 + old), rel=1e-3)
    assert not m.turned.any()
    assert cells["activation"][0] == 1.0


def test_a_cell_without_direction_pulls_nothing(make):
    model = make(lattice=WIDE, parameters=off("fibroblast.collagen_pg_per_d"))
    place(model, [600.0], [400.0], activation=1.0)
    fibroblast.lay_matrix(model)
    assert laid(model) == 0


def test_pdgf_alone_makes_cells_crawl_and_divide_but_lay_nothing(make):
    model = make(lattice=WIDE)
    cells = model.population(Fibroblast)
    start, number = dict(zip(cells.uid.tolist(), places(cells).T, strict=True)), len(cells)
    model.pdgf.concentration[...] = MUCH
    for _ in range(96):
        for rule in ("respond", "migrate", "renew", "lay_matrix", "secrete"):
            getattr(fibroblast, rule)(model)
        model.step_index += 1
    rows = cells.rows()
    moved = [
        math.dist(place, start[uid])
        for uid, place in zip(cells.uid[rows].tolist(), places(cells)[:, rows].T, strict=True)
        if uid in start
    ]
    assert np.median(moved) > 50.0
    assert len(cells) > 2 * number
    assert cells["stimulation"][rows].min() > 0.99
    assert not cells["activation"][rows].any()
    assert (cells["state"][rows] == QUIESCENT).all()
    assert laid(model) == 0
    assert not any(field.source.any() for field in (model.mmp9, model.timp1, model.tgf_beta1))


def test_stimulation_is_either_signal_as_independent_chances(make):
    model = make(lattice=WIDE)
    p, cells = model.parameters, model.population(Fibroblast)
    cells["activation"][...] = 0.4
    model.tgf_beta1.concentration[...] = 2.0 / 3.0 * p["fibroblast.activation_half_effect_ng_per_ml"]  # 0.4 for good
    model.pdgf.concentration[...] = 3.0 * p["fibroblast.pdgf_half_effect_ng_per_ml"]
    fibroblast.respond(model)
    np.testing.assert_allclose(cells["activation"], 0.4, rtol=1e-12)
    np.testing.assert_allclose(cells["stimulation"], 1.0 - 0.6 * 0.25, rtol=1e-12)


def test_activation_rises_faster_than_it_falls(make):
    model = make(lattice=WIDE)
    p, cells = model.parameters, model.population(Fibroblast)
    model.tgf_beta1.concentration[...] = MUCH * p["fibroblast.activation_half_effect_ng_per_ml"]
    model.step_h = p["fibroblast.activation_time_h"]
    fibroblast.respond(model)
    risen = 1.0 - math.exp(-1.0)
    np.testing.assert_allclose(cells["activation"], risen, rtol=1e-5)
    model.tgf_beta1.concentration[...] = 0.0
    fibroblast.respond(model)
    slowly = math.exp(-p["fibroblast.activation_time_h"] / (24.0 * p["fibroblast.deactivation_time_d"]))
    np.testing.assert_allclose(cells["activation"], risen * slowly, rtol=1e-5)


@pytest.mark.parametrize("collagen", [0.0, 0.25, 1.0])
def test_no_differentiation_without_tension(make, collagen):
    """Tension is in proportion to collagen; its response saturates, as that to TGF-beta1 does."""
    model = make(lattice=WIDE)
    p, m, cells = model.parameters, model.matrix, model.population(Fibroblast)
    inside = model.tissue.code == DERMIS
    for array in (m.collagen_1, m.collagen_3):
        array[inside] *= np.float32(collagen)
    m.order_cos[inside] = model.intact_aligned
    model.tgf_beta1.concentration[...] = p["fibroblast.myofibroblast_half_effect_ng_per_ml"]
    for _ in range(500):
        fibroblast.respond(model)
    tension = collagen * p["tension.resting_kpa"]
    goal = 0.5 * tension / (p["fibroblast.tension_half_effect_kpa"] + tension)
    reached = 1.0 - math.exp(-500.0 * model.step_h / (24.0 * p["fibroblast.differentiation_time_d"]))
    np.testing.assert_allclose(cells["differentiation"], goal * reached, rtol=1e-5)
    if collagen == 0.0:
        model.tgf_beta1.concentration[...] = MUCH
        for _ in range(500):
            fibroblast.respond(model)
        assert not (cells["state"] == MYOFIBROBLAST).any()


def test_without_fibres_that_guide_cells_crawl_along_the_tension(make):
    """In a section tension lies along x; without it a cell goes anywhere."""
    n, along = 400, {}
    for without in ((), ("tension.resting_kpa",)):
        model = make(lattice=WIDE, parameters=off("fibroblast.chemotaxis_weight", *without))
        model.matrix.order_cos[...] = model.matrix.order_sin[...] = 0.0
        cells = place(model, np.linspace(100.0, 1100.0, n), np.full(n, 400.0), stimulation=1e-6)
        crawl(model, 30)
        along[not without] = np.mean(np.abs(cells["direction_x"]) == 1.0)
    p = load_parameters()
    tension = p["tension.resting_kpa"] * efficiency(0.0) / efficiency(model.intact_aligned)
    share = tension / (p["fibroblast.tension_half_effect_kpa"] + tension)
    assert along[False] == 0.0
    assert along[True] == pytest.approx(share, abs=4.0 * math.sqrt(share * (1.0 - share) / n))
