"""Heat of many zones in a block of skin: against analytic solutions, and against a full three-dimensional solve."""

from __future__ import annotations

import numpy as np
import pytest
from numba import njit

from mendsim.common.lattice import Lattice
from mendsim.thermal import SkinLayers, load_parameters
from mendsim.thermal.block_conduction import BlockFactors, conduct_block
from mendsim.thermal.bulk import Bulk
from mendsim.thermal.canvas import Canvas
from mendsim.thermal.damage import choose_sets, rate_table
from mendsim.thermal.grid import ZoneGrid, stretched_edges
from mendsim.thermal.placement import square_weights
from mendsim.thermal.stamp import Stamp, zone_maps
from mendsim.thermal.summary import summarise
from mendsim.thermal.tissue import layered_tissue
from mendsim.thermal.treatment import _fire
from mendsim.thermal.zone import Pulse, solve_zone
from mendsim.thermal.zone_library import HANDOVER, FiredZone

PARAMETERS = load_parameters()
SKIN = SkinLayers(stratum_corneum_um=15, epidermis_um=75, dermis_um=2000)
SETS = choose_sets(PARAMETERS)
TABLE = rate_table(PARAMETERS, SETS)
CONDUCTIVITY, HEAT = 0.37, 3.87e6
SURFACE = "skin.surface_heat_transfer_w_per_m2_k"


def even_block(n, h, dt, *, along_z=None, blood=0.0, above=0.0):
    one = np.ones(n)
    faces = np.full(n + 1, CONDUCTIVITY * h)
    faces[0] = faces[-1] = 0.0
    return BlockFactors.of(
        HEAT * h**3 * one, CONDUCTIVITY * h * one, CONDUCTIVITY * h * one, faces if along_z is None else along_z,
        blood * one, above, (n, n, n), dt,
    )  # fmt: skip


def gaussian_error(h, dt, end=0.02):
    n, width = round(1.2e-3 / h), 80e-6
    centre = (np.arange(n) + 0.5) * h - 0.6e-3

    def exact(t):
        spread = width**2 + 2 * CONDUCTIVITY / HEAT * t
        line = np.exp(-(centre**2) / (2 * spread))
        return (width**2 / spread) ** 1.5 * line[:, None, None] * line[None, :, None] * line[None, None, :]

    rise, factors = exact(0.0), even_block(n, h, dt)
    before = rise.sum()
    scratch = np.empty_like(rise)
    for _ in range(round(end / dt)):
        conduct_block(rise, factors, scratch)
    assert rise.sum() == pytest.approx(before, rel=1e-12)
    return np.abs(rise - exact(end)).max()


def test_gaussian_source_spreads_second_order_in_space_and_time():
    errors = [gaussian_error(h, dt) for h, dt in ((60e-6, 4e-3), (30e-6, 2e-3), (15e-6, 1e-3))]
    orders = np.log2(np.array(errors[:-1]) / errors[1:])
    assert (orders > 1.65).all()
    assert orders[-1] > 1.8
    assert errors[-1] < 0.002


def test_blood_cools_exponentially():
    n, h, dt, rate = 4, 50e-6, 0.01, 2.0
    factors = even_block(n, h, dt, blood=rate * HEAT * h**3)
    rise = np.ones((n, n, n))
    taken = sum(conduct_block(rise, factors, np.empty_like(rise))[1] for _ in range(10))
    # Blood is taken at the start of a step: first order, and exact in what it counts.
    assert rise.max() == pytest.approx((1 - rate * dt) ** 10, rel=1e-12)
    assert taken == pytest.approx(HEAT * (n * h) ** 3 * (1 - (1 - rate * dt) ** 10), rel=1e-12)


def test_what_covers_the_surface_decides_where_the_block_ends_up():
    n, h, above = 8, 50e-6, -12.0
    faces = np.full(n + 1, CONDUCTIVITY * h)
    faces[-1] = 0.0
    factors = even_block(n, h, 0.1, along_z=faces, above=above)
    rise = np.zeros((n, n, n))
    left = sum(conduct_block(rise, factors, np.empty_like(rise))[0] for _ in range(400))
    np.testing.assert_allclose(rise, above, rtol=1e-6)
    assert left == pytest.approx(-HEAT * h**3 * rise.sum(), rel=1e-9)


def test_heat_of_a_zone_is_taken_over_whole_wherever_its_axis_lies():
    bulk = Bulk(SKIN, PARAMETERS, (1e-3, 0.6e-3), 1e-3, 40e-6, TABLE)
    grid = ZoneGrid(stretched_edges(10e-6, 3e-4, 1.5e-3, 1.15), stretched_edges(10e-6, 5e-4, 1.5e-3, 1.15))
    heat = np.exp(-((grid.r / 1e-4) ** 2))[None, :] * np.exp(-grid.z / 3e-4)[:, None] * grid.volume
    for number, (x, y) in enumerate(((0.5e-3, 0.3e-3), (0.03e-3, 0.0), (0.97e-3, 0.55e-3)), 1):
        bulk.take(heat, grid, x, y)
        assert bulk.heat == pytest.approx(number * heat.sum(), rel=1e-10)
    whole = bulk.heat
    bulk.advance(2.0)
    assert bulk.heat < 0.9999 * whole
    assert bulk.heat + bulk.left == pytest.approx(whole, rel=1e-10)


def test_isolated_heat_between_mirrors_is_that_of_a_lattice_of_zones():
    """Half a zone at each end of a short block is a zone in the middle of one twice as long, seen from its side."""
    grid = ZoneGrid(stretched_edges(10e-6, 3e-4, 6e-4, 1.15), stretched_edges(10e-6, 5e-4, 6e-4, 1.15))
    heat = np.exp(-((grid.r / 1e-4) ** 2))[None, :] * np.exp(-grid.z / 3e-4)[:, None] * grid.volume * 1e8
    short = Bulk(SKIN, PARAMETERS, (0.4e-3, 0.2e-3), 1e-3, 40e-6, TABLE)
    wide = Bulk(SKIN, PARAMETERS, (0.4e-3, 0.4e-3), 1e-3, 40e-6, TABLE)
    short.take(0.5 * heat, grid, 0.2e-3, 0.0)
    wide.take(0.5 * heat, grid, 0.2e-3, 0.0)
    wide.take(0.5 * heat, grid, 0.2e-3, 0.4e-3)
    for bulk in (short, wide):
        bulk.advance(1.0)
    np.testing.assert_allclose(wide.rise[:, :5], short.rise, rtol=1e-9, atol=1e-12)


@njit
def explicit_steps(rise, across, down, heat, dt, steps):
    """Advance a block by steps of the simplest scheme there is: ``rise`` has a frame of cells that pass nothing.

    ``across`` and ``down`` hold the conductances over h2 [W/m3/K] to the next cell along x and y, and along z.
    """
    nz, ny, nx = rise.shape
    flow = np.zeros_like(rise)
    for _ in range(steps):
        flow[:] = 0.0
        for k in range(nz - 1):
            for j in range(ny - 1):
                for i in range(nx - 1):
                    here = rise[k, j, i]
                    east = across[0, k, j, i] * (rise[k, j, i + 1] - here)
                    north = across[1, k, j, i] * (rise[k, j + 1, i] - here)
                    below = down[k, j, i] * (rise[k + 1, j, i] - here)
                    flow[k, j, i] += east + north + below
                    flow[k, j, i + 1] -= east
                    flow[k, j + 1, i] -= north
                    flow[k + 1, j, i] -= below
        for k in range(1, nz - 1):
            for j in range(1, ny - 1):
                for i in range(1, nx - 1):
                    rise[k, j, i] += dt * flow[k, j, i] / heat[k - 1]


class FullSolve:
    """The same skin on one fine grid in three dimensions, with every zone laid into it right after its pulse."""

    H = 25e-6

    def __init__(self, size):
        nx, ny, nz = (round(side / self.H) for side in size)
        tissue = layered_tissue(SKIN, np.arange(nz + 1) * self.H, PARAMETERS)
        self.conductivity = tissue.conductivity
        self.heat = tissue.dry_heat + PARAMETERS["water.specific_heat_j_per_kg_k"] * tissue.water
        self.rise = np.zeros((nz, ny, nx))
        self.open = np.zeros((nz, ny, nx), np.bool_)

    def take(self, zone, x, y):
        nz, ny, nx = self.rise.shape
        grid = zone.grid
        across = square_weights(np.arange(nx + 1) * self.H - x, np.arange(ny + 1) * self.H - y, grid.r_edges)
        edges = np.arange(nz + 1) * self.H
        down = np.minimum(edges[1:, None], grid.z_edges[None, 1:]) - np.maximum(edges[:-1, None], grid.z_edges[:-1])
        down = np.maximum(down, 0.0)
        self.open |= np.einsum("kz,zr,jir->kji", down / self.H, zone.removed.astype(float), across) > 0.5
        share = across * self.H**2 / grid.ring_area
        heat = np.einsum("kz,zr,jir->kji", down / np.diff(grid.z_edges), zone.heat, share)
        lost = np.where(self.open, heat, 0.0).sum(axis=(1, 2))
        heat[self.open] = 0.0
        heat *= (1 + lost / np.maximum(heat.sum(axis=(1, 2)), 1e-30))[:, None, None]
        self.rise += heat / (self.heat[:, None, None] * self.H**3)

    def advance(self, duration):
        dt = 0.12 * self.H**2 * self.heat.min() / self.conductivity.max()
        steps = max(1, round(duration / dt))
        own = np.where(self.open, 0.0, self.conductivity[:, None, None])
        own = np.pad(own, 1)
        across = np.zeros((2, *own.shape))
        across[0, :, :, :-1] = self._in_series(own[:, :, :-1], own[:, :, 1:])
        across[1, :, :-1] = self._in_series(own[:, :-1], own[:, 1:])
        down = np.zeros(own.shape)
        down[:-1] = self._in_series(own[:-1], own[1:])
        # The frame above the skin stands for air at rest.
        surface = 1.0 / (0.5 * self.H / np.maximum(own[1], 1e-9) + 1.0 / PARAMETERS[SURFACE]) / self.H
        down[0] = np.where(own[1] > 0, surface, 0.0)
        rise = np.pad(self.rise, 1)
        explicit_steps(rise, across, down, self.heat, duration / steps, steps)
        self.rise = rise[1:-1, 1:-1, 1:-1].copy()

    def _in_series(self, one, other):
        return np.where((one > 0) & (other > 0), 2 * one * other / np.maximum(one + other, 1e-9), 0.0) / self.H**2

    def at(self, x, y, z):
        i, j, k = (round(place / self.H) for place in (x, y, z))
        return self.rise[k - 1 : k + 1, j - 1 : j + 1, i - 1 : i + 1].mean()


class SameZones:
    """A library of one zone, fired alike at skin of any warmth; its pulses take no time."""

    duration = 0.0

    def __init__(self, zone):
        self.zone, self.grid = zone, zone.grid

    def fire(self, background):
        maps, ring = zone_maps(self.zone, PARAMETERS["skin.temperature_c"]), self.grid.ring_area
        return FiredZone(
            stamp=Stamp.of(self.grid, maps), heat=self.zone.heat, channel=self.zone.removed @ ring,
            coagulated=self.zone.damage("vessel_coagulation") @ ring, sizes=summarise(self.zone),
        )  # fmt: skip


ZONES = ((0.3e-3, 0.3e-3, 0.0), (0.6e-3, 0.3e-3, 0.02), (0.45e-3, 0.55e-3, 0.1))
"""Places [m] and moments [s] of three zones."""
PROBES = ((0.45e-3, 0.3e-3), (0.45e-3, 0.4e-3), (0.3e-3, 0.5e-3), (0.7e-3, 0.7e-3))
"""Places [m] between zones."""


@pytest.mark.parametrize(
    ("device", "pulse", "boiled", "end"),
    [
        ("thulium_1927", Pulse(energy=10e-3, duration=5e-3, spot_diameter=200e-6), 1e-5, 0.5),
        ("co2_10600", Pulse(energy=20e-3, duration=1e-3, spot_diameter=120e-6), 10e-3, 1.2),
    ],
    ids=["columns", "channels"],
)
def test_zones_superposed_agree_with_a_full_solve(device, pulse, boiled, end, monkeypatch):
    """Once hot walls have boiled off their water, which takes heat with it, heat only spreads.

    Channels count in the block by the share of a layer that they take, so it takes a second, in which heat goes round
    them, until the two agree to 2 %; after half a second it is 3 %.
    """
    size = (0.9e-3, 0.9e-3, 1.6e-3)
    skin = {"layers": SKIN, "parameters": PARAMETERS, "sets": SETS}
    options = {"device": device, "pulse": pulse, **skin, "spacing": 10e-6}
    fresh, spread = (solve_zone(**options, cooling=cooling) for cooling in (boiled, HANDOVER))
    full = FullSolve(size)
    now = 0.0
    for x, y, moment in ZONES:
        full.advance(moment + boiled - now)
        now = moment + boiled
        full.take(fresh, x, y)
    bulk = Bulk(SKIN, PARAMETERS, size[:2], 1.5e-3, 40e-6, TABLE)
    lattice = Lattice.from_size(width_um=900, length_um=900, depth_um=100, air_um=0, spacing_um=50)
    monkeypatch.setattr("mendsim.thermal.treatment.COOLED_K", np.inf)
    axes, moments = 1e6 * np.array(ZONES)[:, :2], np.array(ZONES)[:, 2]
    heat, _ = _fire(SameZones(spread), bulk, Canvas(lattice), 1.0, axes, np.zeros(len(ZONES), np.int64), moments)
    then = heat[-1]["end_s"]
    assert then == pytest.approx(moments[-1] + HANDOVER)
    full.advance(end - now)
    bulk.advance(end - then)
    depths = np.array([0.1e-3, 0.3e-3, 0.5e-3])
    ours = np.array([bulk.on_axis(x, y, depths) for x, y in PROBES])
    theirs = np.array([[full.at(x, y, z) for z in depths] for x, y in PROBES])
    assert theirs.min() > 0.1
    np.testing.assert_allclose(ours, theirs, rtol=0.02)
