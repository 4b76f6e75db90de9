"""Vessels: their pressures, how they close, dilate, sprout, join, widen and regress, and what they take and give."""

from __future__ import annotations

import math
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from mendsim.abm import load_parameters, signals
from mendsim.abm.agents.vessel import TipCell, Vessel
from mendsim.abm.draws import uniforms
from mendsim.abm.tissue import DERMIS
from mendsim.abm.vessels import adaptation, sprouts
from mendsim.abm.vessels.anatomy import ARTERIOLE, CAPILLARY, VENULE
from mendsim.common.lattice import Lattice
from mendsim.common.parameters import Parameters
from mendsim.thermal import Injury

SECTION = Lattice.from_size(width_um=600, depth_um=600, spacing_um=10, air_um=100)
STEPS_PER_DAY = 48
NO_VEGF = 1e-9
"""VEGF, ng/mL, that has no effect."""


def changed(**values):
    """Parameters with some replaced, whatever their range; keys with two underscores for the dot."""
    table = load_parameters().entries
    for key, value in values.items():
        name = key.replace("__", ".")
        table[name] = replace(table[name], value=value)
    return Parameters(table)


def live(model, hours):
    """Let vessels alone live for a time, in signals that stay."""
    for _ in range(round(hours / model.step_h)):
        model.vessels.step()
        model.step_index += 1


def tips_of(model):
    """Places of the tip cells, ``(n, 3)``, in order of their sprouts."""
    tips = model.population(TipCell)
    rows = np.flatnonzero(tips.alive)
    rows = rows[np.argsort(tips["sprout"][rows], kind="stable")]
    return np.stack([tips[f"{axis}_um"][rows] for axis in "xyz"], axis=1)


def flood(model, vegf):
    """Put so much VEGF everywhere in the skin."""
    model.vegf.concentration[...] = vegf


# At rest


@pytest.mark.parametrize("site", ["cheek", "forearm", "scalp"])
def test_papillary_loops_hold_the_pressure_of_capillaries(make, site):
    model = make(site=site, lattice=Lattice.from_size(width_um=1500, depth_um=1600, spacing_um=10, air_um=100))
    network, p, v = model.vessels, model.parameters, model.vessels.segments
    ends = np.concatenate([v["node_a"], v["node_b"]])
    kind, radius = np.tile(v["kind"], 2), np.tile(v["radius_um"], 2)
    limbs = [
        ends[(kind == CAPILLARY) & (radius == p[f"vessel.{name}_radius_um"])] for name in ("capillary", "venous_limb")
    ]
    turns = np.setdiff1d(np.intersect1d(*limbs), ends[kind != CAPILLARY])
    assert len(turns) == round(model.site.capillary_loops_per_mm2 * 1.5 * p["vessel.section_thickness_um"] * 1e-3)
    pressure = network.pressure_mmhg[turns]
    assert pressure.min() > 10.0
    assert pressure.max() < 32.0


def test_vessels_of_intact_skin_keep_their_radius(make):
    model = make()
    v = model.vessels.segments
    before = dict(zip(v.uid.tolist(), v["radius_um"].tolist(), strict=True))
    for _ in range(7 * STEPS_PER_DAY):
        model.step()
    old = v.alive & (v["sprout"] == 0)
    after = dict(zip(v.uid[old].tolist(), v["radius_um"][old].tolist(), strict=True))
    assert after.keys() == before.keys()
    drift = [abs(after[uid] / radius - 1.0) for uid, radius in before.items()]
    assert max(drift) < 1e-12
    assert not v["dilation"].any()


def test_every_vessel_of_intact_skin_carries_blood(make):
    for site in ("cheek", "forearm", "scalp"):
        v = make(site=site).vessels.segments
        assert np.count_nonzero(v["perfused"] == 0) == 0, site


# Coagulation


def test_coagulation_beside_the_plane_is_round(make, injury):
    """The plane of a section cuts a zone through its axis; a vessel beside it is as far as it lies from that axis."""
    radius_um, depth_um, x0_um = 80.0, 400.0, 300.0
    model = make()
    network, v, lattice = model.vessels, model.vessels.segments, model.lattice
    a, b = network.ends()
    along = np.linspace(0.0, 1.0, 101)[:, None, None]
    points = a + along * (b - a)
    depth = points[..., 2] - lattice.air_sites * lattice.spacing_um
    away = np.hypot(points[..., 0] - x0_um, points[..., 1] - 0.5 * network.length_y_um)
    nearest = np.min(np.where(depth < depth_um, away, np.inf), axis=0)
    in_plane = np.min(np.where(depth < depth_um, np.abs(points[..., 0] - x0_um), np.inf), axis=0)
    zone = injury(lattice, width_um=2.0 * radius_um, depth_um=depth_um)
    zone.zones["x_um"] = np.array([x0_um])
    model.injure(zone)
    closed = v["coagulated"] == 1
    inside, outside = nearest < radius_um - 15.0, nearest > radius_um + 10.0
    assert closed[inside].all()
    assert inside.sum() > 10
    assert not closed[outside].any()
    assert np.count_nonzero(outside & (in_plane < radius_um - 15.0)) > 5
    assert not v["flow_nl_per_min"][closed].any()


def test_zones_beside_the_plane_stand_a_pitch_apart(make, injury):
    """Halfway between two rows of zones a vessel is spared; a pitch from the plane it is not."""
    model = make()
    network = model.vessels
    zone = injury(model.lattice, width_um=80.0, depth_um=400.0)
    zone.zones["x_um"], zone.record["pitch_um"] = np.array([300.0]), 100.0
    fraction = zone.damage["vessel_coagulation"]
    middle, z = 0.5 * network.length_y_um, 200.0
    places = np.array([[300.0, middle + off, z] for off in (0.0, 30.0, 50.0, 75.0, 100.0, -100.0, -50.0)])
    struck = network._struck(fraction, zone, places) > 0.5
    assert struck.tolist() == [True, True, False, True, True, True, False]


def test_skin_without_a_vessel_lives_on(make, injury):
    model = make()
    model.injure(injury(model.lattice, width_um=600.0, depth_um=600.0))
    model.vessels.segments.remove(np.arange(model.vessels.segments.n_rows))
    live(model, 6.0)
    seen = model.observe()
    assert seen["perfused_vessel_length_mm_per_mm2"] == seen["flow_nl_per_min"] == seen["erythema_ratio"] == 0.0
    assert seen["doppler_ratio"] == 0.0


def test_nodes_of_lost_vessels_are_forgotten_and_flow_stays(make, monkeypatch):
    monkeypatch.setattr("mendsim.abm.vessels.network._SPARE", 1e9)
    model = make()
    network, v = model.vessels, model.vessels.segments
    v.remove(np.flatnonzero(v["kind"] == CAPILLARY)[::2])
    model.compact()
    network.solve()
    flow, length, nodes = v["flow_nl_per_min"].copy(), network.length_um(), len(network.position_um)
    network._forget_nodes()
    network.solve()
    assert len(network.position_um) < nodes
    assert np.array_equal(np.unique([v["node_a"], v["node_b"]]), np.arange(len(network.position_um)))
    np.testing.assert_array_equal(network.length_um(), length)
    np.testing.assert_array_equal(v["flow_nl_per_min"], flow)


def test_a_cut_goes_on_beside_the_plane(make):
    model = make()
    network, z = model.vessels, 200.0
    zone = Injury.none(model.lattice)
    inside = np.abs(model.lattice.x_um - 300.0) < 25.0
    zone.ablated[..., inside] = 1.0
    zone.zones["x_um"], zone.record["kind"] = np.array([300.0]), "incision"
    places = np.array([[300.0 + off, y, z] for off in (0.0, 60.0) for y in (0.0, 75.0, 299.0)])
    assert (network._struck(zone.ablated, zone, places) > 0.5).tolist() == [True] * 3 + [False] * 3


def test_no_more_of_the_slab_is_struck_than_of_its_plane(make):
    """Zones at places of chance, many of which overlap: beside the plane they can only be narrower."""
    model = make(lattice=Lattice.from_size(width_um=2000, depth_um=600, spacing_um=10, air_um=100))
    network, lattice = model.vessels, model.lattice
    axes = 2000.0 * uniforms(5, np.arange(30, dtype=np.int64), 0, 1)
    zone = Injury.none(lattice)
    fraction = (np.abs(lattice.x_um[:, None] - axes).min(axis=1) < 40.0).astype(np.float32)
    fraction = np.broadcast_to(fraction, lattice.shape)
    zone.zones["x_um"], zone.record["kind"] = axes, "laser"
    u = uniforms(6, np.arange(2 * 4000, dtype=np.int64), 0, 1).reshape(-1, 2)
    places = np.stack([2000.0 * u[:, 0], network.length_y_um * u[:, 1], np.full(4000, 200.0)], axis=1)
    middle = 0.5 * network.length_y_um
    away = np.hypot(places[:, :1] - axes, places[:, 1:2] - middle).min(axis=1)
    struck = network._struck(fraction, zone, places) > 0.5
    assert not struck[away > 55.0].any()
    assert struck[away < 25.0].mean() > 0.95
    assert struck.mean() < fraction.mean()


def test_coagulated_vessels_vanish_as_the_dead_around_them_are_eaten(make):
    model = make()
    network, v = model.vessels, model.vessels.segments
    v["coagulated"][...] = 1
    model.leukocytes.eaten[...] = 0.0
    network._clear()
    n = len(v)
    assert n > 300
    model.leukocytes.eaten[...] = 0.3
    left = []
    for _ in range(4):
        network._clear()
        model.step_index += 1
        left.append(len(v))
    expected = n * 0.7 ** np.arange(1, 5)
    assert np.all(np.abs(left - expected) < 4.0 * np.sqrt(expected * (1.0 - expected / n)))
    model.leukocytes.eaten[...] = 1.0
    network._clear()
    assert len(v) == 0


def test_what_vanishes_leaves_the_oxygen_of_other_vessels(make):
    """Coagulated vessels are removed without a new solution of flow; each other one keeps its own oxygen."""
    model = make()
    network, v = model.vessels, model.vessels.segments
    last = int(v.uid[-1])
    before = dict(zip(v.uid.tolist(), v["oxygen_mmhg"].tolist(), strict=True))
    assert before[last] > 10.0
    dead = np.flatnonzero(v["follicle"] < 0)[-20:-10]
    v["coagulated"][dead] = 1
    network.solve()
    model.leukocytes.eaten[...] = 1.0
    network._clear()
    network.raster.deliver()
    assert len(v) == len(before) - len(dead)
    flowing = v.alive & (v["perfused"] == 1)
    assert v["oxygen_mmhg"][flowing].min() > 10.0
    raster, rows = network.raster, model.registry.row_of[network.raster._uid]
    np.testing.assert_array_equal(v["oxygen_mmhg"][rows[rows >= 0]], raster._mmhg[rows >= 0])


# Tone


def test_vessels_reach_their_drive_within_one_step(make):
    model = make()
    tone, v = model.vessels.tone, model.vessels.segments
    tone.reflex[...] = 1.0
    depth = np.maximum(model.vessels.midpoints()[:, 2] - 100.0, 0.0)
    tone.step()
    p = model.parameters
    fades, follows = math.log(2.0) / p["flare.half_life_h"], 60.0 / p["vessel.dilation_time_min"]
    left = (math.exp(-fades * model.step_h) - math.exp(-follows * model.step_h)) * follows / (follows - fades)
    drive = left * np.exp(-depth / p["flare.depth_um"])
    others = v["kind"] != ARTERIOLE
    # a site's depth stands for that of the places in it
    np.testing.assert_allclose(v["dilation"][others], drive[others], rtol=0.006)
    assert np.all(v["dilation"][~others] > 0.994 * drive[~others])
    assert v["dilation"].max() <= 1.0
    model.vessels.solve()
    assert model.vessels.lumen_um()[~others].min() > v["radius_um"][~others].min()


def test_dilation_follows_with_its_time(make):
    model = make(step_h=1.0 / 60.0)
    model.vessels.tone.reflex[...] = 1.0
    p, v = model.parameters, model.vessels.segments
    p = changed(flare__half_life_h=1e12, flare__depth_um=1e12)
    model.parameters = p
    model.vessels.tone.prepare()
    seen = []
    for _ in range(4):
        model.vessels.tone.step()
        seen.append(v["dilation"].copy())
    expected = 1.0 - np.exp(-np.arange(1, 5) / p["vessel.dilation_time_min"])
    np.testing.assert_allclose(seen, np.tile(expected[:, None], len(v)), rtol=1e-9)


def test_dilation_after_half_an_hour_does_not_depend_on_the_step(make):
    seen = []
    for step_h in (0.5, 0.1):
        model = make(step_h=step_h)
        model.vessels.tone.reflex[...] = 0.8
        for _ in range(round(0.5 / step_h)):
            model.vessels.tone.step()
        seen.append(model.vessels.segments["dilation"].copy())
    np.testing.assert_allclose(seen[0], seen[1], rtol=1e-9)


def test_vessels_go_back_once_the_drive_ends(make):
    model = make()
    tone, network = model.vessels.tone, model.vessels
    before = network.lumen_um()
    flow = network.segments["flow_nl_per_min"].copy()
    tone.reflex[...] = 1.0
    live(model, 0.5)
    assert network.lumen_um().max() > 1.1 * before.max()
    assert np.abs(network.segments["flow_nl_per_min"]).max() > 1.1 * np.abs(flow).max()
    live(model, 12.0)
    assert not tone.reflex.any()
    assert network.segments["dilation"].max() == 0.0
    # what is left is growth by the shear of half a day, which goes back within weeks
    np.testing.assert_allclose(network.lumen_um(), before, rtol=2e-2)


def test_flow_goes_back_with_the_vessels(make):
    """Flow of some hours widens vessels a little, which they lose in weeks; no more flow than at rest stays."""
    model = make()
    flood(model, NO_VEGF)
    v = model.vessels.segments
    flow = v["flow_nl_per_min"].copy()
    model.vessels.tone.reflex[...] = 1.0
    live(model, 24.0 * 30.0)
    np.testing.assert_allclose(v["flow_nl_per_min"], flow, atol=0.005 * np.abs(flow).max())


def test_inflamed_vessels_dilate_by_how_inflamed_they_are(make):
    model = make()
    half = model.parameters["cytokine.endothelium_half_effect_ng_per_ml"]
    v = model.vessels.segments
    for over_half in (1.0, 3.0):
        model.cytokine.concentration[...] = over_half * half
        model.vessels.tone.step()
        np.testing.assert_allclose(v["dilation"], over_half / (1.0 + over_half), rtol=1e-6)


def test_a_flare_reaches_millimetres_and_a_sham_has_none(make, injury):
    wide = Lattice.from_size(width_um=7000, depth_um=400, spacing_um=10, air_um=100)
    model = make(lattice=wide)
    p, network, v = model.parameters, model.vessels, model.vessels.segments
    model.injure(Injury.none(wide))
    assert not network.tone.reflex.any()
    model.vessels.step()
    assert not v["dilation"].any()
    model.injure(injury(wide, width_um=200.0, depth_um=200.0))
    away = np.maximum(np.abs(wide.x_um - 3500.0) - 100.0, 0.0)
    np.testing.assert_allclose(network.tone.reflex[0], np.exp(-away / p["flare.reach_um"]), rtol=1.1e-3)
    before = np.abs(v["flow_nl_per_min"]).copy()
    model.vessels.step()
    far = np.abs(network.midpoints()[:, 0] - 3500.0) > 3000.0
    shallow = network.midpoints()[:, 2] < 450.0
    assert v["dilation"][far & shallow].min() > 0.3
    assert np.median(np.abs(v["flow_nl_per_min"])[far] / np.maximum(before[far], 1e-9)) > 1.2


def test_skin_is_redder_and_has_more_flow_a_step_after_an_injury(make, injury):
    model = make(lattice=Lattice.from_size(width_um=2000, depth_um=600, spacing_um=10, air_um=100))
    model.injure(injury(model.lattice, width_um=60.0, depth_um=150.0))
    model.step()
    seen = model.observe()
    assert seen["erythema_ratio"] > 1.2
    assert seen["doppler_ratio"] > 1.2
    model.injure(Injury.none(model.lattice))
    assert model.observe()["erythema_ratio"] == pytest.approx(seen["erythema_ratio"], rel=1e-12)


def test_blood_is_the_lumen_of_open_vessels(make):
    model = make()
    network = model.vessels
    lumen, length = network.lumen_um(), network.length_um()
    volume = np.sum(network.raster.blood() * model.oxygen.volume_um3)
    assert volume == pytest.approx(network.share * np.sum(math.pi * lumen**2 * length), rel=1e-12)
    network.segments["coagulated"][:100] = 1
    network.solve()
    volume = np.sum(network.raster.blood() * model.oxygen.volume_um3)
    assert volume == pytest.approx(network.share * np.sum((math.pi * lumen**2 * length)[100:]), rel=1e-12)


# Sprouts


def test_a_sprout_carries_no_blood_before_it_joins(make):
    model = make()
    flood(model, 10.0)
    v = model.vessels.segments
    live(model, 24.0)
    model.vessels.solve()
    assert np.abs(v["flow_nl_per_min"][v.alive & (v["growing"] == 1)]).max() == 0.0
    single = joined = 0
    most = np.abs(v["flow_nl_per_min"]).max()
    for sprout in np.unique(v["sprout"][v.alive & (v["sprout"] > 0)]):
        own = v.alive & (v["sprout"] == sprout)
        others = v.alive & ~own
        nodes, around = (np.concatenate([v["node_a"][rows], v["node_b"][rows]]) for rows in (own, others))
        flow = np.abs(v["flow_nl_per_min"][own]).max()
        if len(np.intersect1d(nodes, around)) == 1:
            single += 1
            assert flow < 1e-9 * most
        else:
            joined += flow > 1e-9 * most
    assert single > 0
    assert joined > 0


def test_tips_start_at_a_distance_from_each_other(make):
    model = make()
    flood(model, 1e6)
    sprouts._start(model.vessels, 1e6)
    places = tips_of(model)
    assert len(places) > 10
    gaps = np.linalg.norm(places[:, None] - places[None], axis=2)[np.triu_indices(len(places), 1)]
    assert gaps.min() > model.parameters["vessel.tip_distance_um"]
    sprouts._start(model.vessels, 1e6)
    assert len(tips_of(model)) == len(places)


def test_without_vegf_none_sprouts(make):
    model = make()
    flood(model, NO_VEGF)
    live(model, 48.0)
    assert not model.vessels.segments["sprout"].any()


class Segments(dict):
    """Columns of segments that are all alive."""

    @property
    def uid(self):
        return np.arange(len(self["kind"]))

    @property
    def alive(self):
        return np.ones(len(self["kind"]), bool)


def walls_of(*vessels):
    """Walls of straight vessels 100 um apart, each a kind and whether blood flows, with nodes 0 and 1, 2 and 3, ..."""
    n = len(vessels)
    position = np.array([[50.0 * (k % 2), 100.0 * (k // 2), 0.0] for k in range(2 * n)])
    columns = {
        "node_a": np.arange(0, 2 * n, 2),
        "node_b": np.arange(1, 2 * n, 2),
        "kind": np.array([kind for kind, _ in vessels], np.int8),
        "perfused": np.array([flows for _, flows in vessels], np.int8),
        "coagulated": np.zeros(n, np.int8),
        "growing": np.zeros(n, np.int8),
        "sprout": np.zeros(n, np.int64),
    }
    network = SimpleNamespace(
        segments=Segments(columns),
        position_um=position,
        ends=lambda: (position[::2], position[1::2]),
        open_rows=lambda: np.ones(n, bool),
    )
    return sprouts._Walls(network)


def joins(kind, flows, left):
    """Whether a tip that left a kind of vessel joins one that passes 10 um from it."""
    found = walls_of((kind, flows)).within(np.array([10.0, 10.0, 0.0]), 40.0, sprout=99, root=-1, left=left)
    assert found in (-1, 0)
    return found == 0


@pytest.mark.parametrize("flows", [False, True])
def test_a_sprout_of_a_capillary_or_venule_joins_no_arteriole(flows):
    for left in (CAPILLARY, VENULE):
        assert not joins(ARTERIOLE, flows, left)
        assert joins(CAPILLARY, flows, left)
        assert joins(VENULE, flows, left)


@pytest.mark.parametrize("flows", [False, True])
def test_a_sprout_of_an_arteriole_joins_no_venule(flows):
    assert not joins(VENULE, flows, ARTERIOLE)
    assert joins(CAPILLARY, flows, ARTERIOLE)


def test_an_arteriole_clad_in_muscle_is_joined_once_it_is_cut_off():
    assert not joins(ARTERIOLE, True, ARTERIOLE)
    assert joins(ARTERIOLE, False, ARTERIOLE)


def test_a_tip_joins_the_nearest_vessel_within_reach_that_is_not_its_own():
    walls = walls_of((CAPILLARY, True), (CAPILLARY, True))
    place = np.array([35.0, 60.0, 0.0])
    assert walls.within(place, 39.0, 99, -1, CAPILLARY) == -1
    assert walls.within(place, 41.0, 99, -1, CAPILLARY) == 3
    assert walls.within(place, 70.0, 99, -1, CAPILLARY) == 3
    assert walls.within(place, 70.0, 99, 2, CAPILLARY) == 1
    walls.sprout[:] = 7
    assert walls.within(place, 70.0, 7, -1, CAPILLARY) == -1


def test_in_skin_no_sprout_joins_arteries_to_veins(make, injury):
    """Wherever a segment of a sprout ends at a vessel of intact skin, their kinds agree."""
    model = make(lattice=Lattice.from_size(width_um=600, depth_um=900, spacing_um=10, air_um=100))
    model.injure(injury(model.lattice, width_um=150.0, depth_um=500.0))
    flood(model, 10.0)
    live(model, 96.0)
    v, n = model.vessels.segments, len(model.vessels.position_um)
    lined = {}
    for kind in (ARTERIOLE, VENULE):
        rows = v.alive & (v["kind"] == kind) & (v["coagulated"] == 0)
        lined[kind] = np.isin(np.arange(n), np.concatenate([v["node_a"][rows], v["node_b"][rows]]))
    touched = {ARTERIOLE: 0, VENULE: 0}
    for sprout in np.unique(v["sprout"][v.alive & (v["sprout"] > 0)]):
        own = v.alive & (v["sprout"] == sprout)
        nodes = np.unique(np.concatenate([v["node_a"][own], v["node_b"][own]]))
        at = {kind: lined[kind][nodes] & ~lined[ARTERIOLE + VENULE - kind][nodes] for kind in lined}
        assert not (at[ARTERIOLE].any() and at[VENULE].any())
        for kind, here in at.items():
            touched[kind] += here.any()
    assert touched[ARTERIOLE] > 0
    assert touched[VENULE] > 0


def test_tips_climb_a_gradient_of_vegf(make):
    moved = []
    for side in (1.0, -1.0):
        model = make(parameters=changed(vessel__capture_distance_um=1e-6, vessel__branching_per_mm=0.0))
        x = (np.arange(model.vegf.shape[2]) + 0.5) * model.vegf.lattice.spacing_um * model.vegf.factor
        flood(model, 300.0 + side * 0.5 * x)
        sprouts._start(model.vessels, 1e6)
        before = tips_of(model)
        model.parameters = changed(
            vessel__capture_distance_um=1e-6, vessel__branching_per_mm=0.0, vessel__sprouting_per_mm_d=0.0
        )
        inside = (before[:, 0] > 150.0) & (before[:, 0] < 450.0) & (before[:, 2] > 250.0)
        live(model, 8.0)
        after = tips_of(model)
        moved.append((after - before)[inside])
        reach = 8.0 / 24.0 * 1e3 * model.parameters["vessel.sprout_speed_mm_per_d"]
        # half a weight of noise against one of the slope and one of persistence
        assert np.median(side * moved[-1][:, 0]) > 0.75 * reach
        assert np.linalg.norm(moved[-1], axis=1).max() <= reach * (1.0 + 1e-9)
    assert min(len(each) for each in moved) > 5


def test_without_noise_a_tip_goes_straight_up_the_gradient(make):
    quiet = {"vessel__tip_noise": 0.0, "vessel__capture_distance_um": 1e-6, "vessel__branching_per_mm": 0.0}
    model = make(parameters=changed(**quiet))
    x = (np.arange(model.vegf.shape[2]) + 0.5) * 20.0
    flood(model, 300.0 + 0.5 * x)
    sprouts._start(model.vessels, 1e6)
    before = tips_of(model)
    model.parameters = changed(**quiet, vessel__sprouting_per_mm_d=0.0)
    free = (before[:, 0] < 400.0) & (before[:, 2] > 250.0)
    live(model, 8.0)
    after = tips_of(model)
    assert free.sum() > 5
    reach = 8.0 / 24.0 * 1e3 * model.parameters["vessel.sprout_speed_mm_per_d"]
    np.testing.assert_allclose((after - before)[free], np.tile([reach, 0.0, 0.0], (free.sum(), 1)), atol=1e-9)


def test_tips_search_for_their_lifetime_and_what_they_leave_closes(make):
    alone = {"vessel__capture_distance_um": 1e-6, "vessel__branching_per_mm": 0.0}
    model = make(parameters=changed(**alone))
    v = model.vessels.segments
    flood(model, 10.0)
    live(model, 2.0)
    model.parameters = p = changed(**alone, vessel__sprouting_per_mm_d=0.0)
    n = len(model.population(TipCell))
    assert n > 5
    live(model, 24.0 * p["vessel.sprout_lifetime_d"] - 2.0)
    assert len(model.population(TipCell)) == n
    assert np.count_nonzero(v["sprout"][v.alive]) > n
    flood(model, NO_VEGF)
    live(model, 6.0)
    assert len(model.population(TipCell)) == 0
    assert not v["growing"][v.alive].any()
    assert np.count_nonzero(v["sprout"][v.alive]) > 0
    closing_d = p["vessel.adaptation_time_d"] * math.log(
        p["vessel.capillary_radius_um"] / p["vessel.closing_radius_um"]
    )
    live(model, 24.0 * closing_d + 4.0)
    assert np.count_nonzero(v["sprout"][v.alive]) == 0


# Adaptation


def test_a_vessel_without_flow_shrinks_until_it_closes(make):
    """Its radius falls at one part in the adaptation time, so it closes after that times a logarithm."""
    model = make()
    network, p, v = model.vessels, model.parameters, model.vessels.segments
    flood(model, NO_VEGF)
    network.fixed_pressure_mmhg[~np.isnan(network.fixed_pressure_mmhg)] = 20.0
    network.solve()
    assert np.abs(v["flow_nl_per_min"]).max() < 1e-9
    thin = v.uid[v["radius_um"] == p["vessel.capillary_radius_um"]].copy()
    assert len(thin) > 20
    tau_h = 24.0 * p["vessel.adaptation_time_d"]
    growths = math.ceil(0.5 * tau_h * math.log(p["vessel.capillary_radius_um"] / p["vessel.closing_radius_um"]))
    live(model, 2.0 * (growths - 1))
    rows = model.registry.row_of[thin]
    assert np.all(rows >= 0)
    shrunk = p["vessel.capillary_radius_um"] * math.exp(-2.0 * (growths - 1) / tau_h)
    np.testing.assert_allclose(v["radius_um"][rows], shrunk, rtol=1e-12)
    live(model, 2.0)
    assert np.all(model.registry.row_of[thin] < 0)
    assert len(v) > 0  # wider ones take longer


def test_a_vessel_with_more_shear_than_it_is_used_to_widens_and_returns(make):
    model = make()
    network, p, v = model.vessels, model.parameters, model.vessels.segments
    flood(model, NO_VEGF)
    used = v.uid[(v["perfused"] == 1) & (v["rest_shear_pa"] > p["vessel.wall_shear_set_pa"])].copy()
    rest = network.fixed_pressure_mmhg.copy()
    network.fixed_pressure_mmhg *= 2.0
    network.solve()
    live(model, 24.0 * 60.0)
    rows = model.registry.row_of[used]
    wider = v["radius_um"][rows] / v["rest_radius_um"][rows]
    assert wider.min() > 1.02
    assert wider.max() < math.exp(1.0 / p["vessel.structural_pull"])
    shear = np.log(network.shear_pa()[rows] / v["rest_shear_pa"][rows])
    np.testing.assert_allclose(np.log(wider), np.clip(shear, 0.0, 1.0) / p["vessel.structural_pull"], atol=1e-6)
    network.fixed_pressure_mmhg[...] = rest
    network.solve()
    live(model, 24.0 * 60.0)
    rows = model.registry.row_of[used]
    np.testing.assert_allclose(v["radius_um"][rows], v["rest_radius_um"][rows], rtol=1e-3)


def test_a_new_vessel_finds_the_radius_of_its_shear(make):
    """With little flow it shrinks, with much it widens, to that of a capillary at most."""
    model = make()
    network, p, v = model.vessels, model.parameters, model.vessels.segments
    flood(model, NO_VEGF)
    v["sprout"][...], v["rest_shear_pa"][...], v["radius_um"][...] = 1, 0.0, 3.0
    network.solve()
    shear, before = network.shear_pa(), v["radius_um"].copy()
    adaptation.step(network, 1.0)
    with np.errstate(divide="ignore"):
        stimulus = np.clip(np.log(shear / p["vessel.wall_shear_set_pa"]), -1.0, 1.0)
    expected = before * np.exp(stimulus / (24.0 * p["vessel.adaptation_time_d"]))
    np.testing.assert_allclose(v["radius_um"], expected, rtol=1e-12)
    assert np.ptp(expected) > 0.01
    adaptation.step(network, 24.0 * 30.0)
    assert v["radius_um"].max() == p["vessel.widest_new_um"]


# VEGF


def test_more_vessels_leave_less_vegf(make):
    model = make(lattice=Lattice.from_size(width_um=600, depth_um=900, spacing_um=10, air_um=100))
    network, codes = model.vessels, model.tissue.codes()
    oxygen = model.oxygen.concentration.copy()

    def settled():
        model.oxygen.concentration[...] = oxygen
        signals._secrete_vegf(model, codes)
        model.vegf.step(math.inf)
        return model.vegf.on_lattice()[model.intact_dermis].mean()

    usual, v = settled(), network.segments
    more = v.alive & (v["kind"] == CAPILLARY)
    Vessel.create_agents(
        model, int(more.sum()), **{name: v[name][more] for name in ("node_a", "node_b", "radius_um", "rest_radius_um")}
    )
    network.solve()
    dense = settled()
    v["coagulated"][::2] = 1
    network.solve()
    half = settled()
    v["coagulated"][...] = 1
    network.solve()
    none = settled()
    assert dense < 0.8 * usual
    assert dense < half < none
    assert usual < 0.3 * none
    assert not model.vegf.uptake[model.vegf.restrict(codes == DERMIS) == 1.0].any()


# The same run


def test_threads_and_the_order_of_rows_change_no_vessel(make, injury):
    ends = []
    for threads, shuffled in ((1, False), (2, False), (1, True)):
        model = make(threads=threads)
        model.injure(injury(model.lattice, ablated_um=60.0))
        for half_day in range(4):
            model.vegf.concentration += 0.8
            if shuffled:
                for kind in list(model.agents_by_type):
                    cells = model.population(kind)
                    cells.permute(np.random.default_rng(half_day).permutation(cells.n_rows))
            for _ in range(STEPS_PER_DAY // 2):
                model.step()
        ends.append({**model.vessel_table(), **model.agent_columns()["tip_cell"]})
    assert np.count_nonzero(ends[0]["sprout"]) > 0
    for name, values in ends[0].items():
        for other in ends[1:]:
            np.testing.assert_array_equal(other[name], values, err_msg=name)
