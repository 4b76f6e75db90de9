from __future__ import annotations

import json

import numpy as np
import pytest

from mendsim.common.errors import InputError
from mendsim.common.lattice import Lattice
from mendsim.thermal import DAMAGE_PROCESSES, Injury, incision, load_parameters, punch
from mendsim.thermal.injury import MOST_DOSE_MIN
from mendsim.thermal.wounds import CUT_OPEN

PARAMETERS = load_parameters()


def section(spacing_um=10.0, width_um=1000.0):
    return Lattice.from_size(width_um=width_um, depth_um=800, air_um=40, spacing_um=spacing_um)


def block(spacing_um=10.0):
    return Lattice.from_size(width_um=800, length_um=600, depth_um=400, air_um=50, spacing_um=spacing_um)


def removed_from_skin(injury: Injury) -> float:
    """Sum of the removed shares of the sites below the mean surface."""
    return injury.ablated[injury.lattice.depth_um > 0].sum(dtype=float)


@pytest.mark.parametrize("spacing_um", [5.0, 10.0, 20.0, 40.0])
def test_a_section_loses_the_area_of_the_slit(spacing_um):
    lattice = section(spacing_um)
    area = (
        removed_from_skin(punch(lattice, PARAMETERS, diameter_um=333.0, depth_um=477.0, position=(412.3, 0.0)))
        * spacing_um**2
    )
    assert area == pytest.approx(333 * 477, rel=1e-5)  # float32 sites


@pytest.mark.parametrize("spacing_um", [10.0, 25.0])
def test_a_block_loses_the_volume_of_the_cylinder(spacing_um):
    injury = punch(block(spacing_um), PARAMETERS, diameter_um=333.0, depth_um=277.0, position=(412.3, 255.5))
    assert removed_from_skin(injury) * spacing_um**3 == pytest.approx(np.pi / 4 * 333**2 * 277, rel=1e-5)


@pytest.mark.parametrize("lattice", [section(), block()], ids=["section", "block"])
def test_an_incision_runs_the_whole_length_with_sharp_walls(lattice):
    injury = incision(lattice, PARAMETERS, width_um=83.0, depth_um=215.0)
    area = lattice.spacing_um**2
    each = injury.ablated[lattice.depth_um > 0].sum(axis=(0, 2), dtype=float) * area
    assert each == pytest.approx(np.full(lattice.ny, 83 * 215), rel=1e-5)
    level = injury.ablated[:, 0, :][lattice.depth_um > 0][0]
    assert np.count_nonzero((level > 0) & (level < 1)) == 2  # one site in part on each side


def test_what_is_removed_counts_as_damaged_and_cells_die_along_the_walls():
    wider = PARAMETERS["blade.opened_rim_um"]
    for wound, name, size in ((punch, "diameter_um", 300.0), (incision, "width_um", 50.0)):
        injury = wound(section(), PARAMETERS, depth_um=300.0, **{name: size})
        injury.validate()
        outer = wound(section(), PARAMETERS, depth_um=300.0 + wider, **{name: size + 2 * wider})
        for process in DAMAGE_PROCESSES:
            expected = outer.ablated if process in CUT_OPEN else injury.ablated
            np.testing.assert_array_equal(injury.damage[process], expected)
        assert np.isnan(injury.peak_temperature_c).all()
        assert set(injury.dose_min[injury.ablated == 1]) == {np.float32(MOST_DOSE_MIN)}
        assert json.loads(json.dumps(injury.record))["depth_um"] == 300
        assert injury.zones["channel_depth_um"].tolist() == injury.zones["coagulation_depth_um"].tolist() == [300]


def test_a_wound_is_centred_unless_it_is_put_elsewhere():
    middle = punch(section(), PARAMETERS, diameter_um=300, depth_um=300)
    np.testing.assert_allclose(middle.ablated, middle.ablated[:, :, ::-1], atol=1e-6)
    moved = punch(section(), PARAMETERS, diameter_um=300, depth_um=300, position=(400.0, 0.0))
    np.testing.assert_allclose(moved.ablated[:, :, :-10], middle.ablated[:, :, 10:], atol=1e-6)
    assert (middle.zones["x_um"][0], moved.zones["x_um"][0]) == (500, 400)
    centre = punch(block(), PARAMETERS, diameter_um=200, depth_um=100)
    assert (centre.zones["x_um"][0], centre.zones["y_um"][0]) == (400, 300)


def test_the_air_above_a_cut_is_cleared():
    injury = punch(section(), PARAMETERS, diameter_um=300, depth_um=300)
    air = injury.lattice.depth_um < 0
    np.testing.assert_array_equal(injury.ablated[air], np.broadcast_to(injury.ablated[~air][0], (4, 1, 100)))


def test_depth_counts_from_the_surface_of_a_scar():
    lattice = section()
    floor = np.full((1, lattice.nx), 100.0)
    for wound, size in ((punch, {"diameter_um": 300}), (incision, {"width_um": 50})):
        flat = wound(lattice, PARAMETERS, depth_um=300, **size)
        deep = wound(lattice, PARAMETERS, depth_um=300, surface_depth_um=floor, **size)
        np.testing.assert_allclose(deep.ablated[10:], flat.ablated[:-10], atol=1e-6)
        with pytest.raises(InputError, match="surface_depth_um: wrong shape"):
            wound(lattice, PARAMETERS, depth_um=300, surface_depth_um=floor.T, **size)


def test_an_incision_follows_a_relief_along_its_length():
    lattice = block()
    relief = np.zeros((lattice.ny, lattice.nx))
    relief[30:] = 50.0
    injury = incision(lattice, PARAMETERS, width_um=100, depth_um=100, surface_depth_um=relief)
    deepest = [lattice.depth_um[injury.ablated[:, y, 40] > 0].max() for y in (0, 59)]
    assert deepest == [95, 145]


@pytest.mark.parametrize(
    ("call", "line"),
    [
        (
            lambda: punch(section(), PARAMETERS, diameter_um=0, depth_um=100),
            r"diameter_um: a wound has a size \(got 0\).*> 0 um",
        ),
        (lambda: incision(section(), PARAMETERS, width_um=50, depth_um=-1), r"depth_um: a wound has a size \(got -1\)"),
        (
            lambda: punch(section(), PARAMETERS, diameter_um=100, depth_um=100, position=(1000.0, 0.0)),
            r"position.x: outside the lattice \(got 1000.0\); allowed: 0 to 1000 um",
        ),
        (
            lambda: incision(block(), PARAMETERS, width_um=50, depth_um=10, position=(10.0, 600.0)),
            r"position.y: outside",
        ),
    ],
)
def test_bad_input_is_told(call, line):
    with pytest.raises(InputError, match=line):
        call()
