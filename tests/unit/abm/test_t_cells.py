"""T cells: who they are, where they live, and how they come, respond, secrete and die."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from mendsim.abm import load_parameters
from mendsim.abm.agents import follicle, t_cell
from mendsim.abm.agents.follicle import Follicle
from mendsim.abm.agents.t_cell import TCell
from mendsim.abm.drugs.action import DoseResponse
from mendsim.abm.drugs.drug import drug_by_name
from mendsim.abm.vessels.anatomy import ARTERIOLE
from mendsim.common.lattice import Lattice

WIDE = Lattice.from_size(width_um=3000, depth_um=600, spacing_um=10, air_um=100)
NARROW = Lattice.from_size(width_um=100, depth_um=4400, spacing_um=10, air_um=100)
DEEP = Lattice.from_size(width_um=1400, depth_um=4400, spacing_um=10, air_um=100)


def given(**values):
    """Return parameters with some replaced, keys with two underscores for the dot."""
    return load_parameters().with_overrides({k.replace("__", "."): v for k, v in values.items()}, origin="test")


def check_share(part, whole, expected):
    """Within 4 sigma of a binomial draw, and half a cell."""
    assert abs(part - expected * whole) <= 4.0 * np.sqrt(whole * expected * (1.0 - expected)) + 0.5


def settled(model, n, where=(0.0, 1.0), cd8_share=0.5, **values):
    """Add ``n`` cells over a part of the width, in the middle of the depth; returns their ids."""
    lattice = model.lattice
    x = np.linspace(*where, n, endpoint=False) * lattice.nx * lattice.spacing_um
    middle = 0.5 * (lattice.nz + lattice.air_sites) * lattice.spacing_um
    places = np.stack([x, np.full(n, 0.5 * lattice.spacing_um), np.full(n, middle)], axis=1)
    return t_cell.settle(model, places, cd8_share, **values)


def alive(model, ids):
    """How many of some cells are alive."""
    return int(np.count_nonzero(model.registry.row_of[ids] >= 0))


def pass_days(model, days, *processes):
    """Run some processes of T cells alone for some days."""
    for _ in range(round(24.0 * days / model.step_h)):
        for process in processes:
            process(model)
        model.compact()
        model.step_index += 1


def from_superficial_vessels_um(model):
    """Distance of each T cell from the nearest superficial vessel but arterioles, all laid into the plane."""
    cells, network = model.population(TCell), model.vessels
    a, b = (model.in_plane(end)[:, [0, 2]] for end in network.ends())
    deepest = model.site.superficial_plexus_depth_um + 2.0 * model.parameters["vessel.node_spacing_um"]
    middle = network.midpoints()[:, 2] - model.lattice.air_sites * model.lattice.spacing_um
    chosen = (network.segments["kind"] != ARTERIOLE) & (middle <= deepest)
    a, along = a[chosen], (b - a)[chosen]
    at = np.stack([cells["x_um"], cells["z_um"]], axis=1)[:, None, :]
    share = np.sum((at - a) * along, axis=2) / np.maximum(np.sum(along**2, axis=1), 1e-9)
    nearest = a + np.clip(share, 0.0, 1.0)[:, :, None] * along
    return np.linalg.norm(at - nearest, axis=2).min(axis=1)


def test_half_of_t_cells_at_rest_are_cd8(make):
    model = make(lattice=WIDE)
    cells = model.population(TCell)
    assert len(cells) == round(model.niches) == 300
    check_share(cells["cd8"].sum(), len(cells), model.parameters["t_cell.cd8_share"])
    assert not cells["recruited"].any()
    assert not cells["autoreactive"].any()


def test_recruits_come_as_often_and_are_cd8_as_often_as_given(make):
    model = make(lattice=WIDE, parameters=given(t_cell__inflammatory_recruitment_per_mm2_d=1e4, t_cell__cd8_share=0.35))
    cells = model.population(TCell)
    model.cytokine.concentration[...] = 1e9
    pass_days(model, 2.0, t_cell.recruit)
    came = cells["recruited"] == 1
    expected = 1e4 * 2.0 * WIDE.surface_area_mm2
    assert abs(came.sum() - expected) <= 4.0 * np.sqrt(expected)
    check_share(cells["cd8"][came].sum(), came.sum(), 0.35)
    assert len(cells) - came.sum() == 300  # niches were full


def test_recruits_come_by_the_saturation_of_cytokine_around_vessels(make):
    model = make(lattice=WIDE, parameters=given(t_cell__inflammatory_recruitment_per_mm2_d=1e4))
    cells, half = model.population(TCell), model.parameters["t_cell.cytokine_half_effect_ng_per_ml"]
    left = np.arange(model.cytokine.concentration.shape[2]) < model.cytokine.concentration.shape[2] // 2
    model.cytokine.concentration[..., left] = half
    vessels = model.vessels.entrances()
    bathed = np.mean(vessels[model.vessels.superficial(vessels), 0] < 1500.0)
    pass_days(model, 2.0, t_cell.recruit)
    came = cells["recruited"] == 1
    expected = 0.5 * bathed * 1e4 * 2.0 * WIDE.surface_area_mm2
    assert abs(came.sum() - expected) <= 4.0 * np.sqrt(expected)
    assert cells["x_um"][came].max() <= 1500.0
    model.cytokine.concentration[...] = 0.0
    before = len(cells)
    pass_days(model, 1.0, t_cell.recruit)
    assert len(cells) == before


def test_recruits_choose_their_vessel_by_the_saturation_of_cytokine_around_it(make):
    model = make(lattice=WIDE, parameters=given(t_cell__inflammatory_recruitment_per_mm2_d=1e4))
    cells, half = model.population(TCell), model.parameters["t_cell.cytokine_half_effect_ng_per_ml"]
    # in thirds of the width: none, half of the effect, nearly all of it
    third = np.arange(model.cytokine.concentration.shape[2]) * 3 // model.cytokine.concentration.shape[2]
    model.cytokine.concentration[...] = half * np.array([0.0, 1.0, 99.0])[third]
    vessels = model.vessels.entrances()
    ratio = model.sample(model.cytokine, vessels) / half
    weight = ratio / (1.0 + ratio)
    pass_days(model, 4.0, t_cell.recruit)
    came = cells["recruited"] == 1
    expected = weight[model.vessels.superficial(vessels)].mean() * 1e4 * 4.0 * WIDE.surface_area_mm2
    assert abs(came.sum() - expected) <= 4.0 * np.sqrt(expected)
    for k in range(3):
        there, chosen = (x // 1000.0 == k for x in (vessels[:, 0], cells["home_x_um"][came]))
        check_share(np.count_nonzero(chosen), came.sum(), weight[there].sum() / weight.sum())
    # whatever their depth
    deep, home = (z > np.median(vessels[:, 2]) for z in (vessels[:, 2], cells["home_z_um"][came]))
    check_share(np.count_nonzero(home), came.sum(), weight[deep].sum() / weight.sum())


def test_nobody_enters_without_blood(make):
    model = make(lattice=WIDE)
    cells = model.population(TCell)
    cells.remove(np.arange(200))
    model.compact()
    model.cytokine.concentration[...] = 1e9
    model.vessels.segments["perfused"][...] = 0
    pass_days(model, 5.0, t_cell.recruit)
    assert len(cells) == 100


def test_nine_of_ten_live_at_superficial_vessels_and_stay_there(make):
    model = make(lattice=WIDE)
    cells, p = model.population(TCell), model.parameters
    near = from_superficial_vessels_um(model) < 1e-6
    # of those some would have stood in epidermis, and went elsewhere
    assert 0.85 * len(cells) < near.sum() <= p["t_cell.perivascular_share"] * len(cells)
    home = np.stack([cells["home_x_um"], cells["home_z_um"]])
    np.testing.assert_array_equal(home, np.stack([cells["x_um"], cells["z_um"]]))
    ids = cells.uid[near].copy()
    pass_days(model, 14.0, t_cell.walk)
    rows = model.registry.row_of[ids]
    away = np.stack([cells[f"{axis}_um"][rows] - cells[f"home_{axis}_um"][rows] for axis in "xz"])
    # no farther than without walls, and on the move
    most = p["t_cell.retention_um"] * (1.0 + 4.0 * np.sqrt(0.5 / len(rows)))
    spread = np.sqrt(np.mean(away**2, axis=1))
    assert np.all(spread <= most)
    assert np.all(spread > 0.5 * p["t_cell.retention_um"])


def test_vacated_niches_refill(make):
    model = make(lattice=WIDE)
    cells, p = model.population(TCell), model.parameters
    cells.remove(np.arange(150))
    model.compact()
    fill, die = p["t_cell.recruitment_per_d"], 1.0 / p["t_cell.lifetime_d"]
    rest = model.niches * fill / (fill + die)
    for days in (1.0, 1.0, 12.0):
        pass_days(model, days, t_cell.die, t_cell.recruit)
        gap = (rest - 150.0) * np.exp(-(fill + die) * model.time_h / 24.0)
        came = 150.0 - gap
        assert abs(len(cells) - (rest - gap)) <= 4.0 * np.sqrt(came * gap / 150.0 + model.niches - rest) + 1.0
    assert len(cells) <= model.niches + 1.0
    assert not cells["recruited"].any()


@pytest.mark.parametrize("share", [0.9, 0.7])
@pytest.mark.parametrize("cytokine_ng_per_ml", [0.0, 1e9])
def test_niches_refill_with_their_share_of_homes_at_superficial_vessels(make, share, cytokine_ng_per_ml):
    options = {"t_cell__perivascular_share": share, "t_cell__inflammatory_recruitment_per_mm2_d": 0.0}
    model = make(lattice=DEEP, parameters=given(**options))
    cells, vessels = model.population(TCell), model.vessels.entrances()
    cells.remove(np.arange(len(cells)))
    model.compact()
    # inflammation calls others, and does not choose homes for these
    model.cytokine.concentration[...] = cytokine_ng_per_ml
    model.niches = 3000.0
    pass_days(model, 14.0, t_cell.recruit)
    deepest = model.site.superficial_plexus_depth_um + 2.0 * model.parameters["vessel.node_spacing_um"]
    high, homes = (z - DEEP.air_sites * DEEP.spacing_um <= deepest for z in (vessels[:, 2], cells["home_z_um"]))
    assert abs(high.mean() - share) > 0.1  # an even choice among vessels would not do
    assert len(cells) > 1000
    assert not cells["recruited"].any()
    check_share(np.count_nonzero(homes), len(cells), share)
    # at vessels, evenly over the width
    at = {tuple(place) for place in vessels.round(6)}
    home = np.stack([cells[f"home_{axis}_um"] for axis in "xyz"], axis=1)
    assert {tuple(place) for place in home.round(6)} <= at
    left, chosen = (x < 700.0 for x in (vessels[high, 0], home[homes, 0]))
    check_share(np.count_nonzero(chosen), len(chosen), left.mean())


@pytest.mark.parametrize(
    ("values", "rate"),
    [
        ({"recruited": 0}, "resident"),
        ({"recruited": 1}, "withdrawal"),
        ({"recruited": 1, "activation": 1.0}, "activation"),
        ({"recruited": 1, "activation": 0.5}, "both"),
        ({"recruited": 0, "activation": 1.0}, "activated resident"),
        ({"autoreactive": 1, "activation": 1.0}, "autoreactive"),
        ({"autoreactive": 1, "activation": 0.0}, "autoreactive"),
    ],
)
def test_t_cells_die_at_the_rate_of_their_state(make, values, rate):
    model, n, days = make(step_h=2.0), 2000, 4.0
    p = model.parameters
    withdrawal, activation = p["t_cell.withdrawal_death_per_d"], p["t_cell.activation_induced_death_per_d"]
    per_d = {
        "resident": 1.0 / p["t_cell.lifetime_d"],
        "withdrawal": withdrawal,
        "activation": activation,
        "both": 0.5 * (withdrawal + activation),
        "activated resident": activation + 1.0 / p["t_cell.lifetime_d"],
        "autoreactive": p["t_cell.autoreactive_death_per_d"],
    }[rate]
    ids = settled(model, n, **values)
    pass_days(model, days, t_cell.die)
    check_share(alive(model, ids), n, np.exp(-days * per_d))


def test_autoreactive_cells_of_an_old_patch_live_longer(make):
    n, days = 2000, 20.0
    p = load_parameters()
    for state, ratio in (("alopecia_areata", 1.0), ("chronic_alopecia_areata", p["alopecia.chronic_death_ratio"])):
        model = make(lattice=NARROW, site="scalp", initial_state=state, step_h=2.0)
        ids = settled(model, n, autoreactive=1)
        pass_days(model, days, t_cell.die)
        check_share(alive(model, ids), n, np.exp(-days * ratio * p["t_cell.autoreactive_death_per_d"]))


def test_heat_kills_t_cells_by_the_damage_where_they_are(make, injury):
    model, n = make(lattice=WIDE), 2000
    left, right = settled(model, n, (0.0, 0.5)), settled(model, n, (0.5, 1.0))
    damage = np.broadcast_to(np.where(WIDE.x_um < 1500.0, 0.2, 0.7), WIDE.shape).astype(np.float32)
    done = injury(WIDE, width_um=0.0, depth_um=0.0)
    model.injure(replace(done, damage={**done.damage, "t_cell_apoptosis": damage}))
    check_share(alive(model, left), n, 0.8)
    check_share(alive(model, right), n, 0.3)
    assert model.leukocytes.necrotic.max() > 0.0  # the dead lie there to be eaten
    again = alive(model, left)
    model.injure(replace(done, damage={**done.damage, "t_cell_apoptosis": damage}))
    check_share(alive(model, left), again, 0.8)  # another injury draws anew


def test_a_shallow_injury_leaves_the_cells_around_deep_bulbs_alone(make, injury):
    model = make(lattice=DEEP, site="scalp", initial_state="alopecia_areata")
    cells = model.population(TCell)
    depth = cells["z_um"] - DEEP.air_sites * DEEP.spacing_um
    swarm = cells["autoreactive"] == 1
    shallow, deep = cells.uid[depth < 300.0].copy(), cells.uid[depth >= 300.0].copy()
    assert depth[swarm].min() > 3800.0
    assert len(shallow) > 20
    swarm_ids = cells.uid[swarm].copy()
    model.injure(injury(DEEP, width_um=1e5, depth_um=300.0))
    assert alive(model, shallow) == 0
    assert alive(model, deep) == len(deep)
    assert alive(model, swarm_ids) == len(swarm_ids) > 0


NO_DEATH = DoseResponse(neutral=0.0, full=0.0, half_effect_ug_per_ml=1.0, hill=1.0)


@pytest.mark.parametrize("name", ["methotrexate", "ascorbic_acid"])
def test_a_drug_kills_t_cells_only_where_it_is(make, name):
    model, n, days = make(lattice=WIDE, step_h=2.0), 2000, 2.0
    drug = drug_by_name(name, model.parameters)
    model.apply_drug(drug, 0.0, 1.0, 10.0)
    death = drug.actions.get("t_cell_death", NO_DEATH)
    free = model.delivery.transport.field.concentration
    # concentrations in thirds of the width, over the one of half effect
    ratios = (0.0, 0.5, 4.0)
    third = np.arange(free.shape[2]) * 3 // free.shape[2]
    free[...] = death.half_effect_ug_per_ml * np.array(ratios)[third]
    ids = [settled(model, n, (k / 3.0 + 0.01, (k + 1) / 3.0 - 0.01)) for k in range(3)]
    pass_days(model, days, t_cell.die)
    turnover = 1.0 / (24.0 * model.parameters["t_cell.lifetime_d"])
    for ratio, group in zip(ratios, ids, strict=True):
        x = ratio**death.hill
        check_share(alive(model, group), n, np.exp(-24.0 * days * (death.full * x / (1.0 + x) + turnover)))
    assert (alive(model, ids[2]) < alive(model, ids[0]) - 4.0 * np.sqrt(n)) == (name == "methotrexate")


def test_cd8_cells_secrete_more_than_cd4_cells(make):
    model = make()
    cells, p = model.population(TCell), model.parameters
    secreted = []
    for cd8, activation in ((1, 1.0), (0, 1.0), (1, 0.5), (1, 0.0)):
        cells["cd8"][...], cells["activation"][...] = cd8, activation
        model.cytokine.source[...] = 0
        t_cell.secrete(model)
        secreted.append(int(model.cytokine.source.sum()))
    model.cytokine.source[...] = 0
    most = model.quanta(p["t_cell.cytokine_secretion_pg_per_h"]) * len(cells)
    rounding = len(cells)  # whole quanta
    assert secreted[0] == pytest.approx(most, abs=rounding)
    assert secreted[1] == pytest.approx(p["t_cell.cd4_secretion_ratio"] * most, abs=rounding)
    assert secreted[2] == pytest.approx(0.5 * most, abs=rounding)
    assert secreted[3] == 0
    assert secreted[1] + rounding < secreted[2]


def test_alopecia_swarms_are_mostly_cd4(make):
    model = make(lattice=DEEP, site="scalp", initial_state="alopecia_areata")
    cells = model.population(TCell)
    swarm = cells["autoreactive"] == 1
    places = len(model.bulb_positions()[0])
    assert swarm.sum() == round(model.parameters["t_cell.swarm_per_bulb"]) * places
    check_share(cells["cd8"][swarm].sum(), swarm.sum(), model.parameters["alopecia.cd8_share"])
    check_share(cells["cd8"][~swarm].sum(), (~swarm).sum(), model.parameters["t_cell.cd8_share"])


def test_only_follicles_in_anagen_activate_autoreactive_cells(make):
    model = make(lattice=DEEP, site="scalp", initial_state="alopecia_areata")
    cells, hairs = model.population(TCell), model.population(Follicle)
    swarm = cells["autoreactive"] == 1
    share = follicle.antigen(model)
    x = model.bulb_positions()[0]
    assert len(x) == 2
    bulb = np.argmin(np.abs(cells["x_um"][swarm][:, None] - x), axis=1)
    np.testing.assert_allclose(share, [np.mean(hairs["stage"][hairs["place"] == k] == follicle.ANAGEN) for k in (0, 1)])
    assert share.mean() == pytest.approx(model.parameters["alopecia.anagen_fraction"], abs=0.51 / len(hairs))
    np.testing.assert_allclose(cells["activation"][swarm], share.mean())

    def settle_activation():
        for _ in range(800):
            t_cell.respond(model)
        return cells["activation"][swarm]

    np.testing.assert_allclose(settle_activation(), share[bulb], rtol=1e-6)
    # all grow at one place, and rest, regress or are empty at the other
    here = hairs["place"] == 1
    hairs["stage"][here] = follicle.ANAGEN
    hairs["stage"][~here] = np.arange(1, 1 + np.count_nonzero(~here)) % 3 + 1
    np.testing.assert_allclose(settle_activation(), bulb == 1, atol=1e-6)
    hairs["stage"][...] = follicle.TELOGEN
    np.testing.assert_allclose(settle_activation(), 0.0, atol=1e-6)
    assert not cells["activation"][~swarm].any()


def test_antigen_reaches_autoreactive_cells_alone_and_no_farther_than_the_swarm(make):
    model = make(lattice=DEEP, site="scalp", initial_state="alopecia_areata")
    cells, hairs = model.population(TCell), model.population(Follicle)
    cells["activation"][...] = 0.0
    hairs["stage"][...] = follicle.ANAGEN
    x, y, z = (axis[0] for axis in model.bulb_positions())
    reach = model.parameters["t_cell.swarm_radius_um"]
    places = np.array([[x, y, z], [x + reach - 1.0, y, z], [x + reach + 1.0, y, z], [x, y, z - reach - 1.0]])
    aware = t_cell.settle(model, places, 0.0, autoreactive=1)
    blind = t_cell.settle(model, places, 1.0)
    for _ in range(10):
        t_cell.respond(model)
    risen = -np.expm1(-10.0 * model.step_h / model.parameters["t_cell.activation_time_h"])
    row = model.registry.row_of
    np.testing.assert_allclose(cells["activation"][row[aware]], [risen, risen, 0.0, 0.0])
    assert not cells["activation"][row[blind]].any()
