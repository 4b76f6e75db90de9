from __future__ import annotations

import json

import numpy as np
import pytest

from mendsim.common.errors import InputError
from mendsim.common.lattice import Lattice
from mendsim.thermal import DAMAGE_PROCESSES, Injury, LaserSession, SkinLayers, deliver, load_parameters
from mendsim.thermal.damage import choose_sets
from mendsim.thermal.zone_library import zone_of

PARAMETERS = load_parameters()
SKIN = SkinLayers(stratum_corneum_um=15, epidermis_um=75, dermis_um=2000)


def session(**change):
    settings = {
        "device": "co2_10600",
        "pulse_energy_mj": 10.0,
        "pulse_duration_ms": 1.0,
        "spot_diameter_um": 120.0,
        "pattern": "square",
        "density_per_cm2": 100.0,
    }
    return LaserSession(**(settings | change))


def section(spacing_um=10.0, width_um=1000.0):
    return Lattice.from_size(width_um=width_um, depth_um=800, air_um=40, spacing_um=spacing_um)


def channel(chosen):
    solved = zone_of(chosen, SKIN, PARAMETERS, choose_sets(PARAMETERS))
    return solved, solved.removed


@pytest.mark.parametrize("spacing_um", [5.0, 10.0, 20.0, 40.0])
def test_section_conserves_the_area_of_the_channel(spacing_um):
    solved, removed = channel(session())
    cells = 2e12 * np.diff(solved.grid.z_edges)[:, None] * np.diff(solved.grid.r_edges)[None, :]
    injury = deliver(session(), section(spacing_um), SKIN, PARAMETERS, 1)
    area = injury.ablated.sum(dtype=float) * spacing_um**2
    assert area == pytest.approx(cells[removed].sum(), rel=1e-5)  # float32 sites


@pytest.mark.parametrize("spacing_um", [10.0, 25.0])
def test_block_conserves_the_volume_of_the_channel(spacing_um):
    solved, removed = channel(session())
    block = Lattice.from_size(width_um=1000, length_um=1000, depth_um=800, air_um=50, spacing_um=spacing_um)
    injury = deliver(session(), block, SKIN, PARAMETERS, 1)
    volume = injury.ablated.sum(dtype=float) * spacing_um**3
    assert volume == pytest.approx(1e18 * solved.grid.volume[removed].sum(), rel=1e-5)


def test_injury_is_complete_and_hangs_from_the_skin_surface():
    lattice = section()
    injury = deliver(session(), lattice, SKIN, PARAMETERS, 1)
    injury.validate()
    air = lattice.depth_um < 0
    assert injury.ablated[air].max() == 0
    assert injury.ablated[~air][0].max() == 1
    for process in DAMAGE_PROCESSES:
        assert (injury.damage[process] >= injury.ablated - 1e-6).all()
    assert injury.peak_temperature_c[air] == pytest.approx(PARAMETERS["skin.temperature_c"])
    assert injury.peak_temperature_c.max() > 95
    bottom = lattice.depth_um[injury.ablated[:, 0, :].max(axis=1) > 0].max()
    assert injury.zones["channel_depth_um"][0] == pytest.approx(bottom, abs=lattice.spacing_um)
    assert injury.zones["x_um"].tolist() == [500.0]
    assert json.loads(json.dumps(injury.record))["session"]["device"] == "co2_10600"


def test_mirror_image_about_the_axis():
    injury = deliver(session(), section(), SKIN, PARAMETERS, 1)
    np.testing.assert_allclose(injury.ablated, injury.ablated[:, :, ::-1], atol=1e-6)


def test_overlapping_passes_combine_as_independent_losses():
    lattice = section(width_um=2000)
    one = [deliver(session(), lattice, SKIN, PARAMETERS, 5)]
    two = deliver(session(passes=2), lattice, SKIN, PARAMETERS, 5)
    second = two.zones["x_um"][2:]
    assert len(second) == 2
    assert (two.ablated >= one[0].ablated - 1e-6).all()
    alone = two.ablated.sum() / one[0].ablated.sum()
    assert 1 < alone <= 2.05  # skin still warm from the first pass gives way a little more
    lost = 1 - two.damage["heat_shock"]
    assert (lost <= 1 - one[0].damage["heat_shock"] + 1e-6).all()


def test_zones_at_one_place_add_their_damage_integrals():
    from mendsim.thermal.pattern import place_zones

    lattice = Lattice.from_size(width_um=2000, depth_um=800, air_um=40, spacing_um=10)
    chosen = session(passes=2, pattern="random", density_per_cm2=25.0, device="er_glass_1550")
    points = np.concatenate(place_zones(chosen, lattice, 5))
    injury = deliver(chosen, lattice, SKIN, PARAMETERS, 5)
    single = deliver(
        session(pattern="square", density_per_cm2=25.0, device="er_glass_1550"), lattice, SKIN, PARAMETERS, 5
    )
    kept = np.ones(lattice.shape)
    for x_um, _ in points:
        shift = round((x_um - 1000) / 10)
        kept *= np.roll(1 - single.damage["t_cell_apoptosis"], shift, axis=2)
    kept_area = (1 - injury.damage["t_cell_apoptosis"]).sum(dtype=float)
    assert kept_area == pytest.approx(kept.sum(), rel=2e-3)  # positions rounded to whole sites


def test_zone_starts_at_the_floor_of_a_scar():
    lattice = section()
    floor = np.full((1, lattice.nx), 100.0)
    flat = deliver(session(), lattice, SKIN, PARAMETERS, 1)
    deep = deliver(session(), lattice, SKIN, PARAMETERS, 1, surface_depth_um=floor)
    np.testing.assert_allclose(deep.ablated[10:], flat.ablated[:-10], atol=1e-6)
    with pytest.raises(InputError, match=r"surface_depth_um: wrong shape"):
        deliver(session(), lattice, SKIN, PARAMETERS, 1, surface_depth_um=floor.T)


def test_parameters_reach_the_zone_and_repeats_are_recalled():
    chosen, lattice = session(), section()
    hot = PARAMETERS.with_overrides({"light_10600.plume_loss": 0.2}, origin="test")
    first = deliver(chosen, lattice, SKIN, PARAMETERS, 1)
    assert deliver(chosen, lattice, SKIN, hot, 1).ablated.sum() > 1.2 * first.ablated.sum()
    sets = choose_sets(PARAMETERS)
    assert zone_of(chosen, SKIN, PARAMETERS, sets) is zone_of(session(), SKIN, load_parameters(), sets)


def test_another_law_changes_only_its_process():
    lattice = section()
    usual = deliver(session(), lattice, SKIN, PARAMETERS, 1)
    other = deliver(
        session(), lattice, SKIN, PARAMETERS, 1, damage_sets={"collagen_denaturation": "microvascular_stasis_brown"}
    )
    assert other.damage["collagen_denaturation"].sum() > 1.02 * usual.damage["collagen_denaturation"].sum()
    np.testing.assert_array_equal(other.damage["heat_shock"], usual.damage["heat_shock"])


def test_sham_does_nothing_and_passes_validation():
    sham = Injury.none(section())
    sham.validate()
    assert sham.ablated.max() == 0
    assert sham.zones["x_um"].size == 0


def test_validation_names_what_is_wrong():
    good = Injury.none(section())
    bad = Injury(
        lattice=good.lattice,
        ablated=good.ablated + np.float32(1.5),
        damage=good.damage,
        dose_min=good.dose_min,
        peak_temperature_c=good.peak_temperature_c,
        zones=good.zones,
    )
    with pytest.raises(InputError, match=r"ablated: out of range.*allowed: 0 to 1"):
        bad.validate()


@pytest.mark.parametrize("spacing_um", [10.0, 25.0])
def test_zones_at_the_sides_lose_nothing(spacing_um):
    """A later session lies anywhere; what it removes does not depend on how near to a side its axes fall."""
    block = Lattice.from_size(width_um=700, length_um=700, depth_um=300, air_um=50, spacing_um=spacing_um)
    chosen = session(density_per_cm2=204.0, pulse_energy_mj=5.0)
    volumes, nearest = [], []
    for seed in range(1, 6):
        injury = deliver(chosen, block, SKIN, PARAMETERS, seed, centred=False)
        volumes.append(injury.ablated.sum(dtype=float))
        axes = np.array([injury.zones["x_um"], injury.zones["y_um"]])
        nearest.append(np.minimum(axes, 700 - axes).min())
    assert min(nearest) < 40 < max(nearest)
    np.testing.assert_allclose(volumes, volumes[0], rtol=1e-5)
