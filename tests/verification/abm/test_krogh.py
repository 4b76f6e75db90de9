"""Oxygen around one vessel against the cylinder of Krogh, and along vessels against the fall by hand."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise
from types import MethodType, SimpleNamespace

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from mendsim.abm import load_parameters, signals
from mendsim.abm.fields import field as field_module
from mendsim.abm.fields.field import Field
from mendsim.abm.model import HealingModel
from mendsim.abm.tissue import DERMIS
from mendsim.abm.vessels import oxygen
from mendsim.abm.vessels.raster import Raster
from mendsim.common.lattice import Lattice
from mendsim.common.parameters import Parameters

SIDE_UM = 100.0
CAPILLARY_UM, THREAD_UM = 3.5, 0.4
"""Lumen of a capillary, and one that is narrower than the equivalent radius of every cell used here."""
SQUARE_TO_MEAN = math.log(2.0 * math.pi) + 2.0 * math.log(math.gamma(0.25) / (2.0 * math.pi**0.75))
"""A source in the middle of a square: wall to mean is ``ln(side / radius)`` less this, by the images of it."""
SQUARE_MEAN_TO_CORNER = 0.5 * math.log(2.0)
PEACEMAN = 2.0**-1.5 * math.exp(-np.euler_gamma)
"""Equivalent radius of a cell around a source on a fine grid, over its side: 0.198."""


class Segments(dict):
    """Columns of segments that are all alive."""

    @property
    def uid(self):
        return np.arange(len(self["node_a"]))


class Block:
    """A block of dermis with one vessel along x, in field cells of some side; all that oxygen needs of a model."""

    def __init__(self, cells, radius_um, factor=2):
        spacing = SIDE_UM / cells / factor
        self.lattice = Lattice(nz=cells * factor, ny=cells * factor, nx=4 * factor, spacing_um=spacing, air_sites=0)
        table = load_parameters().entries
        table["oxygen.half_uptake_mmhg"] = replace(table["oxygen.half_uptake_mmhg"], value=1e-9)
        # so hungry that the fall of pressure is large against what the solver leaves
        uptake = table["oxygen.dermis_uptake_mmhg_per_s"]
        table["oxygen.dermis_uptake_mmhg_per_s"] = replace(uptake, value=15.0 * uptake.value)
        self.parameters = Parameters(table)
        self.oxygen = Field(name="oxygen", unit="mmHg", lattice=self.lattice, factor=factor, decay_per_s=0.0)
        self.oxygen.concentration[...] = self.parameters["oxygen.arterial_mmhg"]
        none = SimpleNamespace(concentration=np.zeros(self.oxygen.shape), factor=factor)
        self.leukocytes = SimpleNamespace(neutrophils=none, inflammatory=none)
        self.registry = SimpleNamespace(row_of=np.arange(1))
        self.index, self.in_plane = MethodType(HealingModel.index, self), MethodType(HealingModel.in_plane, self)
        self.radius_um, self.vessels = radius_um, self._one_vessel(radius_um)

    def _one_vessel(self, radius_um):
        """One vessel through the whole block, with so much blood that it loses no pressure of oxygen."""
        middle = 0.5 * SIDE_UM
        length = self.lattice.nx * self.lattice.spacing_um
        network = SimpleNamespace(
            model=self,
            share=1.0,
            ends=lambda: (np.array([[0.0, middle, middle]]), np.array([[length, middle, middle]])),
            open_rows=lambda: np.ones(1, bool),
            filled=lambda: np.ones(1, bool),
            lumen_um=lambda: np.array([radius_um]),
            pressure_mmhg=np.array([20.0, 10.0]),
            fixed_pressure_mmhg=np.array([20.0, 10.0]),
            segments=Segments(
                node_a=np.array([0]),
                node_b=np.array([1]),
                flow_nl_per_min=np.array([1e9]),
                perfused=np.ones(1, np.int8),
                oxygen_mmhg=np.zeros(1),
                sprout=np.zeros(1, np.int64),
            ),
        )
        network.raster = Raster(network)
        network.raster.draw()
        network.raster.follow_flow()
        return network

    def cell_kinds(self):
        return np.zeros(self.lattice.shape, np.uint8)

    def settled(self):
        """Oxygen of the steady state."""
        codes = np.full(self.lattice.shape, DERMIS, np.uint8)
        before = np.inf
        while np.abs(self.oxygen.concentration - before).max() > 1e-10:
            before = self.oxygen.concentration.copy()
            signals._oxygen(self, codes)
            self.oxygen.step(math.inf)
        return self.oxygen.concentration

    @property
    def unit_mmhg(self):
        """Uptake of the block for each um of the vessel, over ``2 pi D``: the scale of every fall of pressure."""
        p = self.parameters
        return p["oxygen.dermis_uptake_mmhg_per_s"] * SIDE_UM**2 / (2.0 * math.pi * p["oxygen.diffusivity_um2_per_s"])

    def wall_mmhg(self):
        """Pressure at the wall: blood less what it takes to get there (Hellums)."""
        p = self.parameters
        return p["oxygen.arterial_mmhg"] - self.unit_mmhg * 2.0 / p["oxygen.sherwood_number"]


@pytest.fixture(scope="module")
def settled():
    """Blocks around threads in the steady state, by the number of cells across."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(field_module, "_TOLERANCE", 1e-12)
        blocks = {cells: Block(cells, THREAD_UM, factor) for cells, factor in ((9, 2), (17, 2), (33, 1))}
        return {cells: (block, block.settled()) for cells, block in blocks.items()}


def krogh_falls(radius_um):
    """From the wall to the mean and to the rim of the cylinder of equal area, in units of a block."""
    rim = SIDE_UM / math.sqrt(math.pi)
    ratio, lumen = math.log(rim / radius_um), (radius_um / rim) ** 2
    # the mean of the tissue outside the lumen, by integration of the law of Krogh and Erlang over the ring
    return (ratio - 0.75 + lumen - 0.25 * lumen**2) / (1.0 - lumen), ratio - 0.5 * (1.0 - lumen)


def falls(block, field):
    """From the wall to the mean and to the farthest tissue, in units of the block."""
    return (block.wall_mmhg() - field.mean()) / block.unit_mmhg, (block.wall_mmhg() - field.min()) / block.unit_mmhg


def test_blood_gives_what_tissue_uses(settled):
    for block, field in settled.values():
        p, raster = block.parameters, block.vessels.raster
        given = np.sum((raster.delivery_mmhg_per_s - raster.exchange_per_s * field) * block.oxygen.volume_um3)
        used = p["oxygen.dermis_uptake_mmhg_per_s"] * block.oxygen.volume_um3.sum()
        assert given == pytest.approx(used, rel=1e-9)
        assert field.min() > 5.0  # so that uptake is even


def test_around_a_capillary_oxygen_falls_as_in_the_cylinder_of_krogh():
    """On the cells of a model; the corner of a square lies farther from the vessel than the rim of a cylinder."""
    block = Block(5, CAPILLARY_UM)
    assert block.lattice.spacing_um * block.oxygen.factor == 20.0
    mean, farthest = falls(block, block.settled())
    by_krogh, rim = krogh_falls(CAPILLARY_UM)
    assert mean == pytest.approx(by_krogh, rel=0.01)
    assert farthest == pytest.approx(rim, rel=0.06)


def test_mean_oxygen_is_that_of_the_cylinder_of_krogh_whatever_the_cells(settled):
    """A square is off a cylinder by 0.012 units, and the 0.2 of the exchange off the radius of Peaceman by 0.008."""
    for block, field in settled.values():
        assert falls(block, field)[0] == pytest.approx(krogh_falls(THREAD_UM)[0], abs=0.021)


def test_mean_oxygen_converges_to_that_of_a_square_in_second_order(settled):
    """But for what 0.2 is off the equivalent radius of fine cells, which does not depend on their size."""
    exact = math.log(SIDE_UM / THREAD_UM) - SQUARE_TO_MEAN + math.log(0.2 / PEACEMAN)
    errors = {cells: abs(falls(*settled[cells])[0] - exact) for cells in settled}
    for few, many in pairwise(settled):
        assert math.log(errors[few] / errors[many]) / math.log(many / few) == pytest.approx(2.0, abs=0.07)


def test_the_farthest_tissue_is_at_the_corner_of_the_square(settled):
    for cells, (block, field) in settled.items():
        mean, farthest = falls(block, field)
        assert farthest - mean == pytest.approx(SQUARE_MEAN_TO_CORNER, abs=0.25 / cells**2)


P = load_parameters()
HALF, EXPONENT, CAPACITY, SOLUBILITY = (
    P[f"oxygen.{name}"]
    for name in ("half_saturation_mmhg", "saturation_exponent", "capacity_ml_per_ml", "solubility_ml_per_ml_mmhg")
)
NL_PER_MIN_IN_UM3_PER_S = 1e6 / 60.0


def full(mmhg):
    """Share of haemoglobin that holds oxygen."""
    return mmhg**EXPONENT / (HALF**EXPONENT + mmhg**EXPONENT)


def follow(start, end, flow, conductance, tissue, doors, upstream, arterial):
    """Mean oxygen pressure of the blood in each segment."""
    mean = np.full(len(flow), np.nan)
    order = np.argsort(-upstream, kind="stable")
    numbers = (arterial, HALF, EXPONENT, CAPACITY, SOLUBILITY)
    oxygen.follow(order, start, end, flow, conductance, tissue, doors, mean, *numbers)
    return mean


def lost(mean, flow, conductance, tissue):
    """Saturation that blood loses in each segment, from what passes the wall."""
    return conductance * SOLUBILITY * (mean - tissue) / (flow * NL_PER_MIN_IN_UM3_PER_S * CAPACITY)


def along(pieces, arterial, tissue, units):
    """Saturation at the end of one vessel; ``units`` is its exchange over its flow, in saturation for each mmHg."""
    nodes = np.arange(pieces + 1)
    flow = np.full(pieces, 0.3)
    conductance = np.full(pieces, units * 0.3 * NL_PER_MIN_IN_UM3_PER_S * CAPACITY / SOLUBILITY / pieces)
    around, doors = np.full(pieces, tissue), np.isin(nodes, (0, pieces))
    mean = follow(nodes[:-1], nodes[1:], flow, conductance, around, doors, -nodes[:-1], arterial)
    return full(arterial) - lost(mean, flow, conductance, around).sum()


@pytest.mark.parametrize("pieces", [1, 7, 100])
def test_where_saturation_is_straight_oxygen_falls_exponentially_along_a_vessel(pieces):
    """A millionth of a mmHg above tissue the curve of saturation is straight."""
    tissue, above = 30.0, 1e-6
    slope = EXPONENT * full(tissue) * (1.0 - full(tissue)) / tissue
    end = along(pieces, tissue + above, tissue, 1.3 * slope)
    assert (end - full(tissue)) / (full(tissue + above) - full(tissue)) == pytest.approx(math.exp(-1.3), rel=1e-6)


def test_along_a_curved_saturation_oxygen_converges_in_second_order():
    """Each piece takes the slope of saturation at its start: an exponential Rosenbrock step."""
    arterial, tissue, units = 90.0, 25.0, 0.012

    def fall(_, s):
        return -units * (HALF * (s / (1.0 - s)) ** (1.0 / EXPONENT) - tissue)

    exact = solve_ivp(fall, (0.0, 1.0), [full(arterial)], rtol=1e-11, atol=1e-13).y[0, -1]
    errors = [abs(along(pieces, arterial, tissue, units) - exact) for pieces in (160, 320, 640, 1280)]
    assert all(coarse / fine == pytest.approx(4.0, rel=0.04) for coarse, fine in pairwise(errors))
    assert errors[0] < 2e-5


def tree(depth):
    """A tree of vessels that splits and joins again, with arches across it: ends in the direction of flow, flow."""
    start, end, flow, level = [], [], [], {0: 0}
    tips, nodes = [(0, 8.0)], 1
    for k in range(depth):
        grown = []
        for node, q in tips:
            for share in (0.3, 0.7):
                start.append(node), end.append(nodes), flow.append(q * share)
                level[nodes] = k + 1
                grown.append((nodes, q * share))
                nodes += 1
        tips = grown
    out = nodes
    level[out] = depth + 2
    for i in range(0, len(tips), 2):
        (a, q), (b, r) = tips[i], tips[i + 1]
        start += [a, a, b]
        end += [b, out, out]
        flow += [0.4 * q, 0.6 * q, r + 0.4 * q]
        level[b] = level[a] + 0.5
    start, end = np.array(start), np.array(end)
    doors = np.isin(np.arange(out + 1), (0, out))
    return start, end, np.array(flow), doors, -np.array([level[node] for node in start])


def test_what_blood_loses_in_a_branching_network_it_delivers():
    start, end, flow, doors, upstream = tree(5)
    rng = np.random.default_rng(8)
    conductance, tissue = rng.uniform(2e4, 4e6, len(flow)), rng.uniform(5.0, 40.0, len(flow))
    mean = follow(start, end, flow, conductance, tissue, doors, upstream, 70.0)
    left = np.full(len(flow), np.nan)
    loss = lost(mean, flow, conductance, tissue)
    for k in np.argsort(-upstream, kind="stable"):
        comes = np.flatnonzero(end == start[k])
        enters = full(70.0) if start[k] == 0 else np.sum(flow[comes] * left[comes]) / np.sum(flow[comes])
        left[k] = enters - loss[k]
        # blood that gives off what it loses comes to the pressure of the tissue at most
        assert min(enters, full(tissue[k])) - 1e-12 <= left[k] <= max(enters, full(tissue[k])) + 1e-12
    door = end == np.flatnonzero(doors)[-1]
    delivered = np.sum(flow * loss)
    assert 8.0 * full(70.0) - np.sum((flow * left)[door]) == pytest.approx(delivered, rel=1e-12)
    assert delivered > 0.1 * 8.0 * full(70.0)
    assert np.ptp(mean) > 10.0


@pytest.mark.parametrize("length_um", [None, 200.0])
def test_in_skin_tissue_gets_what_blood_loses(length_um):
    """In a section tissue gets the share of its slab."""
    lattice = Lattice.from_size(width_um=400, length_um=length_um, depth_um=500, spacing_um=10, air_um=100)
    model = HealingModel(lattice=lattice, seed=4)
    network, raster, field = model.vessels, model.vessels.raster, model.oxygen
    field.concentration *= 0.8
    raster.deliver()
    got = np.sum((raster.delivery_mmhg_per_s - raster.exchange_per_s * field.concentration) * field.volume_um3)
    given = SOLUBILITY * got / network.share  # um3 of oxygen in a second
    v = network.segments
    flow, perfused = v["flow_nl_per_min"] * NL_PER_MIN_IN_UM3_PER_S, v["perfused"] == 1
    first, last = np.where(flow >= 0.0, v["node_a"], v["node_b"]), np.where(flow >= 0.0, v["node_b"], v["node_a"])
    loss = np.where(perfused, raster._conductance * SOLUBILITY * (raster._mmhg - raster._tissue), 0.0)
    assert given == pytest.approx(loss.sum(), rel=1e-10)
    arterial = network.fixed_pressure_mmhg == model.parameters["vessel.arterial_pressure_mmhg"]
    order = np.argsort(-network.pressure_mmhg[first], kind="stable")
    carried, poured = np.zeros(len(arterial)), np.zeros(len(arterial))
    entered = 0.0
    for k in order[perfused[order]]:
        q = abs(flow[k])
        a = first[k]
        if arterial[a]:
            s = full(model.parameters["oxygen.arterial_mmhg"])
            entered += q * s * CAPACITY
        else:
            s = carried[a] / poured[a]
        carried[last[k]] += q * s - loss[k] / CAPACITY
        poured[last[k]] += q
    venous = ~np.isnan(network.fixed_pressure_mmhg) & ~arterial
    left = carried[venous].sum() * CAPACITY
    assert entered - left == pytest.approx(given, rel=1e-6)
    assert 0.0 < given < entered
    model.close()
