from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial import cKDTree

from mendsim.common.errors import InputError
from mendsim.common.lattice import Lattice
from mendsim.thermal import LaserSession
from mendsim.thermal.pattern import place_zones


def session(**change):
    settings = {
        "device": "co2_10600",
        "pulse_energy_mj": 20.0,
        "pulse_duration_ms": 1.0,
        "spot_diameter_um": 120.0,
        "pattern": "square",
        "density_per_cm2": 400.0,
    }
    return LaserSession(**(settings | change))


BLOCK = Lattice.from_size(width_um=20_000, length_um=15_000, depth_um=50, air_um=0, spacing_um=50)
SECTION = Lattice.from_size(width_um=2_000, depth_um=50, air_um=0, spacing_um=10)


@pytest.mark.parametrize("pattern", ["square", "hexagonal", "random"])
@pytest.mark.parametrize("passes", [1, 2])
def test_block_gets_the_density_asked_for(pattern, passes):
    points = np.concatenate(place_zones(session(pattern=pattern, passes=passes), BLOCK, 1))
    density = len(points) / (passes * BLOCK.surface_area_mm2 * 1e-2)
    # Rows and columns are whole numbers: up to half a row of 40 by 30 is gained or lost.
    assert density == pytest.approx(400, rel=0.03)
    assert (points >= 0).all()
    assert (points < [20_000, 15_000]).all()


@pytest.mark.parametrize(("pattern", "neighbours"), [("square", 4), ("hexagonal", 6)])
def test_neighbours_stand_one_pitch_apart(pattern, neighbours):
    chosen = session(pattern=pattern)
    (points,) = place_zones(chosen, BLOCK, 1)
    tree = cKDTree(points)
    middle = np.flatnonzero((np.abs(points - [10_000, 7_500]) < 4_000).all(axis=1))
    distances, _ = tree.query(points[middle], k=neighbours + 1)
    np.testing.assert_allclose(distances[:, 1:], chosen.pitch_um, rtol=1e-9)


def test_section_gets_a_centred_row_in_its_plane():
    (points,) = place_zones(session(), SECTION, 1)
    np.testing.assert_allclose(points[:, 0], [250, 750, 1250, 1750])
    assert (points[:, 1] == 0).all()


def test_passes_are_shifted_by_the_seed_alone():
    chosen = session(passes=3)
    points = place_zones(chosen, SECTION, 7)
    first, second, third = points
    assert len({round(x % 500, 6) for x in (first[0, 0], second[0, 0], third[0, 0])}) == 3
    np.testing.assert_array_equal(points, place_zones(chosen, SECTION, 7))
    assert not np.array_equal(points, place_zones(chosen, SECTION, 8))
    np.testing.assert_array_equal(first, place_zones(session(), SECTION, 99)[0])


def test_random_pattern_is_uniform():
    (x,) = place_zones(session(pattern="random"), BLOCK, 3)
    counts, _, _ = np.histogram2d(x[:, 0], x[:, 1], bins=(4, 3), range=((0, 20_000), (0, 15_000)))
    # 1200 zones in 12 boxes: 100 each, standard deviation 10.
    assert abs(counts - 100).max() < 45


def test_skin_too_small_for_the_pattern_is_refused():
    small = Lattice.from_size(width_um=100, depth_um=50, air_um=0, spacing_um=10)
    with pytest.raises(InputError, match=r"width_um: the skin is too small.*allowed: at least 250 um"):
        place_zones(session(), small, 1)
    block = Lattice.from_size(width_um=200, length_um=200, depth_um=50, air_um=0, spacing_um=10)
    with pytest.raises(InputError, match=r"density_per_cm2: the skin is too small"):
        place_zones(session(pattern="random"), block, 1)


def test_jitter_moves_zones_by_its_standard_deviation():
    (exact,), (moved,) = (place_zones(session(jitter_um=jitter), BLOCK, 2) for jitter in (0.0, 40.0))
    shift = moved - exact
    assert len(shift) == 1200
    np.testing.assert_allclose(shift.mean(axis=0), 0.0, atol=4 * 40 / np.sqrt(1200))
    np.testing.assert_allclose(shift.std(axis=0), 40.0, rtol=4 / np.sqrt(2 * 1200))


@pytest.mark.parametrize("lattice", [BLOCK, SECTION], ids=["block", "section"])
def test_a_later_session_does_not_find_the_first_again(lattice):
    (first,) = place_zones(session(), lattice, 5)
    (later,) = place_zones(session(), lattice, 5, centred=False)
    assert later.shape == first.shape
    assert np.abs(later - first).max() > 1.0
