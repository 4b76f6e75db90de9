"""Particles: which channels take them, how many, how they go, and what macrophages make of them."""

from __future__ import annotations

import math

import numpy as np
import pytest

from mendsim.abm import load_parameters
from mendsim.abm.drugs.drug import described, drug_by_name, drug_of, drug_table, resolved
from mendsim.abm.drugs.particles import Particles
from mendsim.abm.mechanisms import without
from mendsim.abm.observables import DRUG_PLACES
from mendsim.abm.tissue import AIR, CLOT
from mendsim.common.lattice import Lattice

SKIN = Lattice.from_size(width_um=320, depth_um=560, spacing_um=10, air_um=80)
BLOCK = Lattice.from_size(width_um=240, length_um=240, depth_um=480, spacing_um=10, air_um=80)
LOW, HIGH = 40.0, 60.0
UG_PER_G = 1e6


def beads(p, **numbers):
    """Particles of 40 to 60 um that last unless said otherwise."""
    given = {"particle_low_um": LOW, "particle_high_um": HIGH, "particle_half_life_d": 1e6, **numbers}
    return drug_of("beads", resolved("beads", (described("beads", given, "poly_l_lactic_acid", origin="test"),), p))


@pytest.fixture
def opened(make, injury):
    """Make skin with a fresh channel in its middle."""

    def build(width_um, depth_um=300.0, **options):
        model = make(lattice=SKIN, **options)
        model.injure(injury(SKIN, width_um=width_um, depth_um=depth_um, ablated_um=width_um))
        return model

    return build


def held_ug(model):
    return float(model.delivery.particles.content.sum()) * model.lattice.site_volume_ml


def total(model):
    row = model.observe()
    return sum(row[f"drug_{place}_ug_per_cm2"] for place in DRUG_PLACES)


def fed_pg_per_h(model, dt_h):
    """TGF-beta1 that particles feed over a step, pg/h."""
    field, added = model.latent_tgf_beta1, []
    field.add_source = added.append
    model.delivery.particles.step(dt_h)
    del field.add_source
    return 3600.0 * 1e3 * 1e-12 * float(np.sum(sum(added) * field.volume_um3)) if added else 0.0


@pytest.mark.parametrize(("width_um", "share"), [(20.0, 0.0), (40.0, 0.0), (60.0, 1.0), (100.0, 1.0), (200.0, 1.0)])
def test_a_channel_takes_particles_as_far_as_it_is_wider_than_they_are(opened, width_um, share):
    model = opened(width_um)
    fresh = 1.0 - model.parameters["fibrin.fresh_solid_share"]
    loose = 1.0 - model.parameters["fibrin.packed_solid_share"]
    admitted = Particles(model, beads(model.parameters)).admitted()
    clot = model.tissue.code == CLOT
    assert not admitted[~clot].any()
    filled = clot & ~(model.tissue.code == AIR).any(axis=2, keepdims=True)
    assert np.count_nonzero(filled) > 10
    np.testing.assert_allclose(admitted[filled], share * (fresh - loose) / (1.0 - loose))


def test_clot_beside_the_sunken_mouth_of_a_wide_channel_admits_particles_too(opened):
    model = opened(100.0)
    admitted = Particles(model, beads(model.parameters)).admitted()
    assert admitted[model.tissue.code == CLOT].min() > 0.9


def test_a_channel_of_an_odd_number_of_sites_is_as_wide_as_it_is(make):
    model = make(lattice=SKIN)
    model.tissue.code[8:30, 0, 14:17] = CLOT
    model.tissue.code[:8, 0, 14:17] = AIR
    particles = Particles(model, beads(model.parameters, particle_low_um=30.0, particle_high_um=40.0))
    assert not particles.admitted().any()


def test_particles_between_the_sizes_go_in_in_part(opened):
    model = opened(60.0)
    wide = Particles(model, beads(model.parameters)).admitted()
    for high, share in ((80.0, 0.5), (140.0, 0.2)):
        some = Particles(model, beads(model.parameters, particle_high_um=high)).admitted()
        np.testing.assert_allclose(some, share * wide)


def test_a_channel_of_a_block_is_as_wide_as_its_disc_and_not_as_its_diagonal(make):
    model = make(lattice=BLOCK)
    y, x = (np.abs(np.arange(24) - 11.5) * 10.0 for _ in range(2))
    long_slit = (x[None, :] < 25.0) & (y[:, None] < 100.0)
    disc = x[None, :] ** 2 + y[:, None] ** 2 < 50.0**2
    found = []
    for channel in (long_slit, disc):
        code = model.tissue.code
        code[BLOCK.air_sites + 8 :] = 2
        code[BLOCK.air_sites + 8 : 40, channel] = CLOT
        model.tissue.occupant[:, channel] = 0
        found.append(Particles(model, beads(model.parameters)).admitted()[30])
    assert not found[0].any()
    assert found[1][disc].min() > 0.9
    assert not found[1][~disc].any()


def test_a_clot_that_has_packed_lets_none_in_and_one_on_the_way_some(opened):
    model = opened(100.0)
    particles, clot = Particles(model, beads(model.parameters)), model.tissue.code == CLOT
    seen = []
    for hours in (0.0, 0.5, 1.0, 24.0):
        model.tissue.clot_since_h[...] = -hours
        seen.append(particles.admitted()[clot].max())
    assert seen == sorted(seen, reverse=True)
    assert 0.9 < seen[0] <= 1.0
    assert seen[1] == pytest.approx(seen[0] * math.exp(-0.5 / model.parameters["fibrin.packing_time_h"]))
    assert seen[-1] < 1e-9
    model.apply_drug(beads(model.parameters), 1e4, duration_h=1.0, volume_ul_per_cm2=50.0)
    assert model.observe()["drug_channel_ug_per_cm2"] < 1e-6


def test_intact_skin_takes_no_particles_and_they_are_wiped_off_in_time(make):
    model = make(lattice=SKIN)
    model.apply_drug(beads(model.parameters), 1e4, duration_h=1.0, volume_ul_per_cm2=5.0)
    for step in range(4):
        row = model.observe()
        donor, removed = (50.0, 0.0) if step < 2 else (0.0, 50.0)
        assert row["drug_donor_ug_per_cm2"] == pytest.approx(donor)
        assert row["drug_removed_ug_per_cm2"] == pytest.approx(removed)
        assert held_ug(model) == 0.0
        model.step()


def test_a_cavity_that_is_not_open_to_the_air_takes_none(make):
    model = make(lattice=SKIN)
    model.tissue.code[30:50, 0, 10:22] = CLOT
    assert not Particles(model, beads(model.parameters)).admitted().any()


def test_a_channel_under_epidermis_takes_none(make):
    model = make(lattice=SKIN)
    bed = int(model.tissue.bed_z[0, 10])
    model.tissue.code[bed : bed + 20, 0, 10:22] = CLOT
    below = np.arange(SKIN.nz)[:, None] < model.tissue.bed_z[0, 10:22]
    assert model.tissue.occupant[:, 0, 10:22].any(axis=0).all()
    model.tissue.code[:, 0, 10:22] = np.where(below, AIR, model.tissue.code[:, 0, 10:22])
    assert not Particles(model, beads(model.parameters)).admitted().any()


@pytest.mark.parametrize("film_um", [20.0, 500.0])
def test_what_lies_over_a_mouth_settles_into_the_channel(opened, film_um):
    model = opened(100.0)
    particles = Particles(model, beads(model.parameters))
    admitted = particles.admitted()
    taken_ug = particles.place(2000.0, film_um)
    deep_um = admitted.sum(axis=0) * SKIN.spacing_um
    open_columns = deep_um > 0.0
    held = particles.content.sum(axis=0) * SKIN.spacing_um
    np.testing.assert_allclose(held[open_columns], 2000.0 * (deep_um + film_um)[open_columns])
    assert not held[~open_columns].any()
    assert taken_ug == pytest.approx(float(particles.content.sum()) * SKIN.site_volume_ml)


def test_channels_take_spheres_until_they_are_packed(opened):
    model = opened(100.0)
    p, drug = model.parameters, beads(model.parameters)
    packed = p["drug.packed_spheres_share"] * drug["crystal_density_g_per_ml"] * UG_PER_G
    particles = Particles(model, drug)
    taking = particles.admitted() > 0.0
    room = packed * np.count_nonzero(taking) * SKIN.site_volume_ml
    first, second, third = (particles.place(0.5 * packed, 100.0) for _ in range(3))
    assert 0.5 * room < first < room
    assert first + second == pytest.approx(room)
    assert third == pytest.approx(0.0, abs=1e-9 * room)
    np.testing.assert_allclose(particles.content[taking], packed)


@pytest.mark.parametrize(
    "film_ul_per_cm2",
    [
        5.0,
        50.0,
        500.0,
    ],
)
def test_no_more_particles_are_given_than_the_dose(opened, film_ul_per_cm2):
    model = opened(100.0)
    model.apply_drug(beads(model.parameters), 19_000.0, duration_h=1.0, volume_ul_per_cm2=film_ul_per_cm2)
    assert model.observe()["drug_given_ug_per_cm2"] == pytest.approx(19.0 * film_ul_per_cm2)


def test_all_places_hold_what_was_given_while_skin_heals(opened):
    model = opened(100.0)
    drug = beads(model.parameters, particle_half_life_d=2.0)
    model.apply_drug(drug, 19_000.0, duration_h=1.0, volume_ul_per_cm2=50.0)
    inside = [held_ug(model)]
    for step in range(96):
        model.step()
        if step == 40:
            model.apply_drug(drug, 19_000.0, duration_h=1.0, volume_ul_per_cm2=50.0)
        inside.append(held_ug(model))
        row = model.observe()
        given = 950.0 if step < 40 else 1900.0
        assert row["drug_given_ug_per_cm2"] == pytest.approx(given)
        assert total(model) == pytest.approx(given)
    row = model.observe()
    assert np.all(np.diff(inside) <= 0.0)
    assert row["drug_degraded_ug_per_cm2"] > 50.0
    assert row["drug_donor_ug_per_cm2"] == row["drug_cleared_ug_per_cm2"] == row["drug_received_ug_per_cm2"] == 0.0
    assert model.delivery.transport.idle


def test_half_of_the_mass_is_gone_after_a_half_life_whatever_the_step(opened):
    for steps in (1, 7):
        model = opened(100.0)
        model.apply_drug(beads(model.parameters, particle_half_life_d=3.0), 1e4, 1.0, 50.0)
        start = held_ug(model)
        dissolved = sum(model.delivery.particles.step(72.0 / steps)[0] for _ in range(steps))
        assert held_ug(model) == pytest.approx(0.5 * start)
        assert dissolved == pytest.approx(0.5 * start)


def test_particles_are_shed_with_the_site_that_becomes_air(opened):
    model = opened(100.0)
    model.apply_drug(beads(model.parameters), 1e4, duration_h=1.0, volume_ul_per_cm2=50.0)
    particles, before = model.delivery.particles, held_ug(model)
    top = particles.content > 0.0
    top[int(np.argwhere(top)[:, 0].min()) + 3 :] = False
    lost = float(particles.content[top].sum()) * SKIN.site_volume_ml
    assert lost > 0.0
    model.tissue.code[top] = AIR
    dissolved, shed = particles.step(0.5)
    assert shed == pytest.approx(lost)
    assert dissolved == pytest.approx(0.0, abs=1e-6 * before)
    assert held_ug(model) == pytest.approx(before - lost)
    assert particles.step(0.5)[1] == 0.0
    in_skin = model.delivery.in_skin_ug_per_ml()
    assert not in_skin[model.tissue.codes() == AIR].any()


def test_a_second_laser_takes_particles_along(opened, injury):
    model = opened(100.0)
    model.apply_drug(beads(model.parameters), 1e4, duration_h=0.5, volume_ul_per_cm2=50.0)
    for _ in range(2):
        model.step()
    before = model.observe()
    model.injure(injury(SKIN, width_um=160.0, depth_um=500.0, ablated_um=160.0))
    model.step()
    after = model.observe()
    assert after["drug_removed_ug_per_cm2"] > before["drug_removed_ug_per_cm2"] + 1.0
    assert total(model) == pytest.approx(before["drug_given_ug_per_cm2"])


def test_injected_particles_lie_in_the_depot_and_stay(make):
    model = make(lattice=SKIN)
    model.inject_drug(beads(model.parameters), 1e4, volume_ul=5e-4, depth_um=300.0)
    start = model.observe()
    assert start["drug_dermis_ug_per_cm2"] == pytest.approx(start["drug_given_ug_per_cm2"])
    content = model.delivery.particles.content.copy()
    for _ in range(4):
        model.step()
    np.testing.assert_allclose(model.delivery.particles.content, content, rtol=1e-5)
    assert model.delivery.transport.idle
    np.testing.assert_array_equal(model.fields()["drug"], model.delivery.particles.content.astype(np.float32))


def test_macrophages_settle_on_particles_and_feed_latent_tgf_beta1_by_their_surface(make):
    model = make(lattice=SKIN)
    p, drug = model.parameters, beads(model.parameters)
    model.inject_drug(drug, 1e5, volume_ul=5e-4, depth_um=300.0)
    assert fed_pg_per_h(model, 0.0) == 0.0
    days = p["foreign_body.settling_d"]
    fed = [fed_pg_per_h(model, 24.0 * more) for more in (days, days, 20.0 * days)]
    spheres_ml = held_ug(model) / (drug["crystal_density_g_per_ml"] * UG_PER_G)
    surface_mm2 = 6.0 * spheres_ml * 1e3 / 0.05
    most = surface_mm2 * p["foreign_body.cells_per_mm2"] * p["macrophage.tgf_beta1_secretion_pg_per_h"]
    # as many macrophages as in intact dermis settle to 1 - 1/e within the time
    assert fed == pytest.approx(most * -np.expm1([-1.0, -2.0, -22.0]), rel=1e-3)
    before = model.latent_tgf_beta1.total_amount()
    for _ in range(2):  # what is fed in a step spreads in the next
        model.step()
    assert model.latent_tgf_beta1.total_amount() > before


def test_cells_leave_with_the_particles(make):
    model = make(lattice=SKIN)
    drug = beads(model.parameters, particle_half_life_d=10.0)
    model.inject_drug(drug, 1e5, volume_ul=5e-4, depth_um=300.0)
    particles = model.delivery.particles
    particles.settled[...] = 1.0
    fed = [fed_pg_per_h(model, 240.0) for _ in range(3)]
    assert fed[1:] == pytest.approx([0.5 * fed[0], 0.25 * fed[0]])
    particles.content[:, :, :16] = 0.0
    particles.content[:, :, 16:] = 1.0
    fed_pg_per_h(model, 0.5)
    side = particles.settled.shape[2]
    assert not particles.settled[:, :, : side // 2].any()
    assert particles.settled[:, :, side // 2 :].any()


@pytest.mark.parametrize("mechanism", ["macrophages", "tgf_beta1"])
def test_without_macrophages_or_their_tgf_beta1_particles_feed_nothing(make, mechanism):
    model = make(lattice=SKIN, parameters=without(load_parameters(), [mechanism]))
    model.inject_drug(beads(model.parameters), 1e5, volume_ul=5e-4, depth_um=300.0)
    assert fed_pg_per_h(model, 24.0 * 100.0) == 0.0
    assert model.delivery.particles.settled.any() == (mechanism != "macrophages")
    assert held_ug(model) > 0.0


def test_polylactic_acid_of_the_library_is_as_its_powder(opened):
    model = opened(200.0)
    drug = drug_by_name("poly_l_lactic_acid", model.parameters)
    assert (drug["particle_low_um"], drug["particle_high_um"]) == (40.0, 63.0)
    model.apply_drug(drug, 19_000.0, duration_h=1.0, volume_ul_per_cm2=50.0)
    assert held_ug(model) > 0.0
    assert drug["particle_half_life_d"] == drug_table()["poly_l_lactic_acid.particle_half_life_d"]
