"""Blood flow against Poiseuille's law by hand, and the flow of whole networks."""

from __future__ import annotations

import math

import numpy as np
import pytest

from mendsim.abm.model import HealingModel
from mendsim.abm.vessels.flow import conductance, solve_flow, wall_shear_stress_pa
from mendsim.common.lattice import Lattice

NAN = math.nan
SECTION = Lattice.from_size(width_um=1000, depth_um=1600, spacing_um=10, air_um=100)
BLOCK = Lattice.from_size(width_um=300, length_um=300, depth_um=400, spacing_um=10, air_um=100)


@pytest.fixture(params=["cheek", "forearm", "scalp", "block"])
def skin(request):
    """Intact skin of each site in a section, and in a block."""
    block = request.param == "block"
    model = HealingModel(lattice=BLOCK if block else SECTION, site="cheek" if block else request.param, seed=4)
    yield model
    model.close()


def test_one_vessel_is_poiseuille():
    """4 um radius, 500 um long, 3 mPa s, 10 mmHg: pi r^4 dp / (8 mu l), converted by hand to nL/min."""
    g = conductance(np.array([4.0]), np.array([500.0]), 3.0)
    _, flow = solve_flow(np.array([0]), np.array([1]), g, np.array([20.0, 10.0]))
    si = math.pi * (4e-6) ** 4 * (10 * 133.322) / (8 * 3e-3 * 500e-6)
    assert flow[0] == pytest.approx(si * 1e12 * 60, rel=1e-12)


def test_series_and_parallel():
    a, b = np.array([0, 1, 0]), np.array([1, 2, 2])
    g = np.array([2.0, 6.0, 1.0])
    pressure, flow = solve_flow(a, b, g, np.array([10.0, NAN, 0.0]))
    assert flow == pytest.approx([15.0, 15.0, 10.0])
    assert pressure[1] == pytest.approx(2.5)


def test_closed_and_cut_off_segments_carry_nothing():
    a, b = np.array([0, 1, 2, 4]), np.array([1, 3, 3, 5])
    pressure, flow = solve_flow(a, b, np.array([1.0, 0.0, 1.0, 1.0]), np.array([10.0, NAN, NAN, 0.0, NAN, NAN]))
    assert flow == pytest.approx([0.0, 0.0, 0.0, 0.0], abs=1e-12)
    assert pressure[1] == pytest.approx(10.0)
    assert np.isnan(pressure[4:]).all()


def test_a_random_network_conserves_flow():
    rng = np.random.default_rng(3)
    a = np.concatenate([np.arange(199), rng.integers(0, 200, 400)])
    b = np.concatenate([np.arange(1, 200), rng.integers(0, 200, 400)])
    fixed = np.full(200, NAN)
    fixed[[0, 199]] = 35.0, 12.0
    _, flow = solve_flow(a, b, rng.uniform(0.1, 10.0, len(a)), fixed)
    balance = np.bincount(a, flow, 200) - np.bincount(b, flow, 200)
    assert np.abs(balance[1:-1]).max() < 1e-9 * np.abs(flow).max()
    assert balance[0] == pytest.approx(-balance[199])


@pytest.mark.parametrize("radius_um", [4.0, 15.0, 60.0])
def test_branches_of_murray_bear_the_shear_of_their_parent(radius_um):
    """Two branches whose cubed radii add up to that of the parent, whatever their lengths and the fall of pressure."""
    radius = np.array([radius_um, radius_um / 2.0 ** (1.0 / 3.0), radius_um / 2.0 ** (1.0 / 3.0)])
    g = conductance(radius, np.array([300.0, 120.0, 120.0]), 3.0)
    _, flow = solve_flow(np.array([0, 1, 1]), np.array([1, 2, 3]), g, np.array([40.0, NAN, 12.0, 12.0]))
    shear = wall_shear_stress_pa(flow, radius, 3.0)
    np.testing.assert_allclose(shear[1:], shear[0], rtol=1e-12)
    assert shear[0] > 0.0


def test_shear_balances_the_fall_of_pressure():
    """In a straight vessel the wall holds back what pressure drives: ``tau 2 pi r l = dp pi r^2``."""
    radius, length = np.array([3.5, 7.0, 20.0]), np.array([100.0, 400.0, 30.0])
    shear = wall_shear_stress_pa(5.0 * conductance(radius, length, 2.5), radius, 2.5)
    np.testing.assert_allclose(shear, 5.0 * 133.322 * radius / (2.0 * length), rtol=1e-12)


def balance_of(network):
    """Flow out of each node, nL/min."""
    v, n = network.segments, len(network.position_um)
    flow = v["flow_nl_per_min"]
    return np.bincount(v["node_a"], flow, n) - np.bincount(v["node_b"], flow, n)


def test_blood_is_conserved_in_the_vessels_of_skin(skin):
    network = skin.vessels
    balance, door = balance_of(network), ~np.isnan(network.fixed_pressure_mmhg)
    most = np.abs(network.segments["flow_nl_per_min"]).max()
    assert most > 0.0
    assert np.abs(balance[~door]).max() < 1e-9 * most
    entering, leaving = balance[door & (balance > 0.0)].sum(), -balance[door & (balance < 0.0)].sum()
    assert entering == pytest.approx(leaving, rel=1e-9)


def test_skin_at_rest_gets_the_blood_flow_of_its_site(skin):
    network, p, lattice = skin.vessels, skin.parameters, skin.lattice
    arterial = network.fixed_pressure_mmhg == p["vessel.arterial_pressure_mmhg"]
    dermis_um = min(skin.site.dermis_um, (lattice.nz - lattice.air_sites) * lattice.spacing_um)
    dermis_ml = 1e-12 * lattice.nx * lattice.spacing_um * network.length_y_um * dermis_um
    wanted = 1e6 * skin.site.blood_flow_ml_per_min_per_100ml / 100.0 * dermis_ml
    assert balance_of(network)[arterial].sum() == pytest.approx(wanted, rel=0.01)
    assert skin.observe()["flow_nl_per_min"] == pytest.approx(wanted, rel=0.01)
