"""Melanin comes from melanocytes, goes where the account says, and answers injury and inflammation."""

from __future__ import annotations

import math

import numpy as np
import pytest

from mendsim.abm import load_parameters
from mendsim.abm.agents import keratinocyte, melanocyte
from mendsim.abm.agents.keratinocyte import Keratinocyte
from mendsim.abm.agents.melanocyte import Melanocyte
from mendsim.abm.agents.t_cell import TCell
from mendsim.abm.tissue import CELL_KIND
from mendsim.common.lattice import Lattice

WIDE = Lattice.from_size(width_um=2000, depth_um=400, spacing_um=10, air_um=100)
BLOCK = Lattice(nz=40, ny=30, nx=30, spacing_um=10.0, air_sites=10)


def changed(**values):
    return load_parameters().with_overrides(
        {key.replace("__", "."): value for key, value in values.items()}, origin="test"
    )


def run(model, days):
    for _ in range(round(days * 48)):
        model.step()
    return model.observe()


def epidermis_alone(model, days):
    """Step birth, ripening, pigment and shedding, without the fields: skin at rest needs no more."""
    for _ in range(round(days * 48)):
        keratinocyte.divide(model)
        keratinocyte.level(model)
        keratinocyte.differentiate(model)
        melanocyte.pigment(model)
        melanocyte.renew(model)
        keratinocyte.shed(model)
        model.compact()
        model.step_index += 1
    return model.observe()


def profile(model):
    """Mean melanin of the cells at each height above the bed, pg."""
    cells = model.population(Keratinocyte)
    rows = np.arange(cells.n_rows)[cells.rows()]
    level = model.tissue.bed_z[cells["iy"][rows], cells["ix"][rows]] - 1 - cells["iz"][rows]
    return np.array([cells["melanin_pg"][rows][level == k].mean() for k in range(7)])


def balance(model, before):
    """Melanin that the account cannot explain, pg."""
    now = model.observe()
    gone = now["melanin_degraded_pg"] + now["melanin_shed_pg"] + now["melanin_removed_pg"]
    return now["epidermal_melanin_pg"] + gone - now["melanin_synthesised_pg"] - before["epidermal_melanin_pg"]


@pytest.mark.parametrize("lattice", [WIDE, BLOCK])
def test_one_melanocyte_serves_36_keratinocytes(make, lattice):
    model = make(lattice=lattice)
    seen = model.observe()
    assert seen["keratinocyte_count"] / seen["melanocyte_count"] == pytest.approx(36, rel=0.03)
    cells = model.population(Melanocyte)
    assert np.array_equal(model.pigment.place[cells["iy"], cells["ix"]], cells.uid)
    assert np.array_equal(cells["iz"], model.tissue.bed_z[cells["iy"], cells["ix"]] - 1)


@pytest.mark.parametrize("phototype", [1, 2, 4, 6])
def test_living_cells_hold_the_melanin_of_their_phototype(make, phototype):
    model = make(lattice=WIDE, phototype=phototype)
    cells = model.population(Keratinocyte)
    living = cells["kind"] < CELL_KIND["corneocyte"]
    assert cells["melanin_pg"][living].mean() == pytest.approx(model.site.melanin_pg, rel=0.03)


def test_dark_skin_carries_more_of_its_melanin_to_the_top(make):
    light, dark = (profile(make(lattice=WIDE, phototype=phototype)) for phototype in (2, 6))
    assert light[0] > light[-1]
    assert dark[-1] / dark[0] > 2.0 * light[-1] / light[0]


def test_melanocytes_of_dark_skin_make_more(make):
    rates = [make(phototype=phototype).pigment.synthesis_pg_per_h for phototype in range(1, 7)]
    assert np.all(np.diff(rates) > 0.0)


def daily(model, days):
    """Observables and profiles of melanin, ``(days, heights)``, at the end of each day of epidermis alone."""
    seen, layers = [], []
    for _ in range(days):
        seen.append(epidermis_alone(model, 1))
        layers.append(profile(model))
    return seen, np.array(layers)


@pytest.mark.parametrize("phototype", [2, 6])
def test_pigment_at_rest_holds_for_ninety_days(make, phototype):
    start, early, late = [], [], []
    # means over days and seeds: a layer of one section scatters by 3 to 4 % from day to day
    for seed in (4, 5, 6):
        model = make(lattice=WIDE, phototype=phototype, seed=seed)
        before = model.observe()
        start.append(profile(model))
        seen, layers = daily(model, 90)
        for name in ("epidermal_melanin_pg", "melanin_index_pg"):
            for end in (30, 60, 90):
                mean = np.mean([row[name] for row in seen[end - 10 : end]])
                assert mean == pytest.approx(before[name], rel=0.05), (name, seed, end)
        assert all(row["melanocyte_count"] == before["melanocyte_count"] for row in seen)
        assert balance(model, before) == pytest.approx(0.0, abs=1e-9 * before["epidermal_melanin_pg"])
        early.append(layers[10:30].mean(axis=0))
        late.append(layers[80:].mean(axis=0))
    start, early, late = (np.mean(several, axis=0) for several in (start, early, late))
    assert late == pytest.approx(early, rel=0.1, abs=0.05 * early[0])
    assert early[1:] == pytest.approx(start[1:], rel=0.1, abs=0.05 * start[0])
    assert early[0] == pytest.approx(start[0], rel=0.15)  # basal cells start with about a tenth too much


def test_melanin_is_neither_made_nor_lost_unseen_in_a_wound(make, injury):
    model = make(phototype=5)
    before = model.observe()
    model.injure(injury(model.lattice, width_um=200.0, ablated_um=80.0))
    after = run(model, 4)
    parts = ("melanin_synthesised_pg", "melanin_degraded_pg", "melanin_shed_pg", "melanin_removed_pg")
    assert min(after[name] for name in parts) > 0.0
    assert balance(model, before) == pytest.approx(0.0, abs=1e-9 * before["epidermal_melanin_pg"])


def test_a_dead_melanocyte_leaves_its_melanin_to_the_debris_around_it(make, injury):
    model = make()
    before = model.observe()
    held = model.pigment.melanin_pg(model)
    model.injure(injury(model.lattice, width_um=200.0))
    after = model.observe()
    whole, debris, own = model.pigment.melanin_pg(model)
    assert after["melanocyte_count"] < before["melanocyte_count"]
    assert own < held[2]
    assert whole + debris == pytest.approx(sum(held) - own, rel=1e-12)
    assert after["melanin_removed_pg"] == 0.0


@pytest.mark.parametrize("lattice", [None, BLOCK])
def test_melanocytes_come_back_into_a_wound_and_then_stop(make, injury, lattice):
    options = {} if lattice is None else {"lattice": lattice}
    model = make(parameters=changed(melanocyte__division_time_d=2.0), **options)
    before = model.observe()["melanocyte_count"]
    model.injure(injury(model.lattice, width_um=200.0, depth_um=150.0))
    wounded = model.observe()["melanocyte_count"]
    soon = run(model, 0.5)["melanocyte_count"]
    assert wounded < 0.8 * before
    assert soon - wounded <= max(2, 0.2 * (before - wounded))
    for _ in range(12 * 48):
        keratinocyte.crawl(model)
        epidermis_alone(model, 1 / 48)
    back = (model.observe()["melanocyte_count"] - wounded) / (before - wounded)
    assert 0.6 < back < 1.3  # they fill up to the fewest that intact skin has anywhere
    assert not model.pigment.vacant().any()


@pytest.mark.parametrize("phototype", [2, 6])
def test_activity_follows_activated_keratinocytes_and_returns(make, phototype):
    model = make(phototype=phototype)
    p, cells = model.parameters, model.population(Melanocyte)
    response = p[f"melanocyte.response_phototype_{phototype}"]
    model.population(Keratinocyte)["activation"][:] = 1.0
    for _ in range(96):
        melanocyte.respond(model)
    risen = response * (1.0 - math.exp(-2.0 / p["melanocyte.activation_time_d"]))
    assert cells["activity"] == pytest.approx(1.0 + risen, rel=1e-9)
    model.population(Keratinocyte)["activation"][:] = 0.0
    for _ in range(96):
        melanocyte.respond(model)
    assert cells["activity"] == pytest.approx(
        1.0 + risen * math.exp(-2.0 / p["melanocyte.deactivation_time_d"]), rel=1e-9
    )


def test_a_lone_melanocyte_gives_most_to_the_nearest_and_none_beyond_its_reach(make):
    model = make()
    state, cells = model.pigment, model.population(Melanocyte)
    middle = int(cells["ix"][len(cells) // 2])
    keep = state.place[0, middle]
    state.place[:] = 0
    state.place[0, middle] = keep
    stock = cells["melanin_pg"].copy()
    supply = np.zeros(state.place.shape)
    weight = np.ones(state.place.shape)
    melanocyte.kernels.hand_out(model.registry.row_of, state.place, weight, cells["melanin_pg"], 0.5, 5.0, supply)
    assert supply.sum() == pytest.approx(stock.sum() - cells["melanin_pg"].sum(), rel=1e-12)
    assert supply[0, middle : middle + 6] / supply[0, middle] == pytest.approx([1.0, 0.8, 0.6, 0.4, 0.2, 0.0])
    assert np.count_nonzero(supply) == 9


def test_a_melanocyte_among_the_dead_keeps_its_melanin(make):
    model = make()
    model.population(Keratinocyte)["kind"][:] = CELL_KIND["debris"]
    cells = model.population(Melanocyte)
    before = cells["melanin_pg"].copy()
    melanocyte.pigment(model)
    assert cells["melanin_pg"] - before == pytest.approx(
        model.pigment.synthesis_pg_per_h * model.step_h * cells["activity"], rel=1e-9
    )


def test_a_lentigo_is_darker_in_the_middle_and_stays_so(make):
    model = make(lattice=WIDE, initial_state="lentigo", parameters=changed(lentigo__width_um=1000.0))
    lesion = model.initial_state.lentigo(WIDE)[0]

    def ratio():
        cells = model.population(Keratinocyte)
        rows = np.arange(cells.n_rows)[cells.rows()]
        inside = lesion[cells["ix"][rows]]
        return cells["melanin_pg"][rows][inside].mean() / cells["melanin_pg"][rows][~inside].mean()

    wanted = pytest.approx(model.parameters["lentigo.activity_ratio"], rel=0.1)
    assert lesion.sum() == 100
    assert ratio() == wanted
    epidermis_alone(model, 30)
    assert ratio() == wanted


def test_a_lentigo_that_is_coagulated_and_shed_ends_lighter(make, injury):
    model = make(initial_state="lentigo", parameters=changed(lentigo__width_um=300.0))
    before = model.observe()
    model.injure(injury(model.lattice, width_um=320.0, depth_um=150.0))
    after = run(model, 28)
    assert after["debris_count"] == 0
    assert after["epidermal_melanin_pg"] < 0.9 * before["epidermal_melanin_pg"]


def test_a_melanocyte_removed_from_outside_is_forgotten(make):
    model = make()
    gone = int(model.population(Melanocyte).uid[3])
    model.agent(gone).remove()
    model.step()
    assert gone not in model.pigment.place
    assert np.all(model.registry.row_of[model.pigment.place[model.pigment.place > 0]] >= 0)


def test_inflamed_dark_skin_darkens_more_and_clears_by_itself(make, injury):
    course = {}
    for phototype, rows in ((2, 7), (4, 20)):
        model = make(phototype=phototype)
        # without T cells, which in so small a section keep each other active
        model.population(TCell).remove(np.arange(model.population(TCell).n_rows))
        model.niches = 0.0
        before = model.observe()
        model.injure(injury(model.lattice, width_um=100.0, depth_um=200.0))
        seen = [run(model, 5) for _ in range(rows)]
        # for each melanocyte: a wound may close with one more or less than it had
        each = np.array([row["melanin_index_pg"] / row["melanocyte_count"] for row in seen])
        course[phototype] = each * before["melanocyte_count"] / before["melanin_index_pg"] - 1.0
    assert course[4].max() > 0.05
    assert course[4].max() > course[2].max() + 0.05
    assert course[4][-1] < 0.5 * course[4].max()
    assert seen[-1]["melanocyte_activity"] == pytest.approx(1.0, abs=0.02)
