"""Time of one step of cells that crawl up a gradient and secrete: columns and kernels against ordinary Mesa agents.

Each cell reads the concentration around it, turns towards the gradient by as much as it can sense, adds a random
direction, crawls on and secretes into the site it reaches, more where the concentration is higher.  The same rule is
written three times: as ordinary Mesa agents that read a numpy field, as Mesa agents tuned to plain Python lists, and
as one behaviour over columns with numba kernels.  All are timed in this run, on this machine.

Run ``python benchmarks/agents.py`` (``--help`` lists sizes).  It first checks that the three agree, and that columns
give the same bits for one thread, two threads and shuffled rows.
"""

from __future__ import annotations

import argparse
import math
import time
from dataclasses import dataclass

import mesa
import numpy as np
from numba import njit

from mendsim.abm.core import Column, ColumnAgent, ColumnModel, WorkPool, bulk, row_chunks
from mendsim.common.philox import uniform_pair
from mendsim.common.purposes import MIGRATION_DIRECTION


@dataclass(frozen=True, kw_only=True)
class Rule:
    """Numbers of the rule; round ones, for this is about time."""

    step_um: float = 7.5
    half_slope_per_um: float = 1e-3
    half_concentration: float = 0.5
    quanta: float = 1e6
    sites: int = 100
    spacing_um: float = 10.0
    seed: int = 7

    @property
    def size_um(self) -> float:
        return self.sites * self.spacing_um


RULE = Rule()


def field(rule: Rule) -> np.ndarray:
    """A smooth bump with some roughness, shape (sites, sites, sites)."""
    axis = np.linspace(-2.0, 2.0, rule.sites)
    z, y, x = np.meshgrid(axis, axis, axis, indexing="ij")
    return np.exp(-(x * x + y * y + z * z)) + 0.01 * np.random.default_rng(0).random(x.shape)


def start_positions(n: int, rule: Rule) -> np.ndarray:
    return np.random.default_rng(1).random((3, n)) * rule.size_um


# Columns (kernels are not cached on disk, for a test imports this script under another name)


@njit(nogil=True, inline="always")
def reflected(position, size):
    """Position after bouncing off the walls at 0 and ``size``."""
    position = abs(position)
    return 2.0 * size - position if position >= size else position


@njit(nogil=True)
def crawl(
    rows,
    uid,
    concentration,
    x,
    y,
    z,
    site,
    amount,
    seed,
    step,
    spacing,
    step_um,
    half_slope,
    half_concentration,
    quanta,
):
    """Move the cells of ``rows``; write for each the flat index of the site it reached and what it secretes there."""
    n = concentration.shape[0]
    size = n * spacing
    per_spacing = 1.0 / spacing
    # In a loop of their own, over ids that lie side by side, the draws run in vector registers.
    ids, u, v = uid[rows], np.empty(len(rows)), np.empty(len(rows))
    for k in range(len(ids)):
        u[k], v[k] = uniform_pair(seed, ids[k], step, MIGRATION_DIRECTION)
    for k in range(len(rows)):
        i = rows[k]
        ix, iy, iz = int(x[i] * per_spacing), int(y[i] * per_spacing), int(z[i] * per_spacing)
        gx = concentration[iz, iy, min(ix + 1, n - 1)] - concentration[iz, iy, max(ix - 1, 0)]
        gy = concentration[iz, min(iy + 1, n - 1), ix] - concentration[iz, max(iy - 1, 0), ix]
        gz = concentration[min(iz + 1, n - 1), iy, ix] - concentration[max(iz - 1, 0), iy, ix]
        bias = 1.0 / (math.sqrt(gx * gx + gy * gy + gz * gz) + 2.0 * spacing * half_slope)
        height = 2.0 * u[k] - 1.0
        across = math.sqrt(1.0 - height * height)
        angle = 2.0 * math.pi * v[k]
        dx = across * math.cos(angle) + bias * gx
        dy = across * math.sin(angle) + bias * gy
        dz = height + bias * gz
        stride = step_um / math.sqrt(dx * dx + dy * dy + dz * dz)
        x[i] = reflected(x[i] + stride * dx, size)
        y[i] = reflected(y[i] + stride * dy, size)
        z[i] = reflected(z[i] + stride * dz, size)
        ix, iy, iz = int(x[i] * per_spacing), int(y[i] * per_spacing), int(z[i] * per_spacing)
        c = concentration[iz, iy, ix]
        site[k] = (iz * n + iy) * n + ix
        amount[k] = int(quanta * c / (c + half_concentration))


@njit(nogil=True)
def deposit(site, amount, source):
    """Add amounts to a field's source; whole numbers, so that their order does not matter."""
    for k in range(len(site)):
        source[site[k]] += amount[k]


class ColumnCell(ColumnAgent):
    x_um = Column("f8", unit="um", doc="position along x")
    y_um = Column("f8", unit="um", doc="position along y")
    z_um = Column("f8", unit="um", doc="position along z")

    @bulk
    def crawl_and_secrete(self):
        model, rule, p, rows = self.model, self.model.rule, self.population, self.rows
        site, amount = np.empty(len(rows), np.int64), np.empty(len(rows), np.int64)
        numbers = (rule.spacing_um, rule.step_um, rule.half_slope_per_um, rule.half_concentration, rule.quanta)
        columns = (p.uid, model.concentration, p["x_um"], p["y_um"], p["z_um"])
        model.pool.run(
            [
                (crawl, (rows[a:b], *columns, site[a:b], amount[a:b], rule.seed, model.steps, *numbers))
                for a, b in row_chunks(len(rows))
            ]
        )
        deposit(site, amount, model.source.reshape(-1))


class ColumnCells(ColumnModel):
    def __init__(self, n, rule=RULE, threads=1):
        super().__init__(rng=rule.seed)
        self.rule, self.pool = rule, WorkPool(threads)
        self.concentration = field(rule)
        self.source = np.zeros(self.concentration.shape, np.int64)
        x, y, z = start_positions(n, rule)
        ColumnCell.create_agents(self, n, x_um=x, y_um=y, z_um=z)

    def step(self):
        self.agents_by_type[ColumnCell].do("crawl_and_secrete")


# The same rule, one agent at a time


class PlainCell(mesa.Agent):
    """An ordinary Mesa agent over a numpy field."""

    def __init__(self, model, x, y, z):
        super().__init__(model)
        self.x, self.y, self.z = x, y, z

    def crawl_and_secrete(self):
        rule, c = self.model.rule, self.model.concentration
        n, h, size = rule.sites, rule.spacing_um, rule.size_um
        ix, iy, iz = int(self.x / h), int(self.y / h), int(self.z / h)
        gx = c[iz, iy, min(ix + 1, n - 1)] - c[iz, iy, max(ix - 1, 0)]
        gy = c[iz, min(iy + 1, n - 1), ix] - c[iz, max(iy - 1, 0), ix]
        gz = c[min(iz + 1, n - 1), iy, ix] - c[max(iz - 1, 0), iy, ix]
        bias = 1 / (math.sqrt(gx * gx + gy * gy + gz * gz) + 2 * h * rule.half_slope_per_um)
        u, v = self.model.draw(self)
        height = 2 * u - 1
        across = math.sqrt(1 - height * height)
        angle = 2 * math.pi * v
        dx = across * math.cos(angle) + bias * gx
        dy = across * math.sin(angle) + bias * gy
        dz = height + bias * gz
        stride = rule.step_um / math.sqrt(dx * dx + dy * dy + dz * dz)
        self.x, self.y, self.z = (
            min(abs(p), 2 * size - abs(p)) for p in (self.x + stride * dx, self.y + stride * dy, self.z + stride * dz)
        )
        here = int(self.z / h), int(self.y / h), int(self.x / h)
        self.model.source[here] += int(rule.quanta * c[here] / (c[here] + rule.half_concentration))


class TunedCell(PlainCell):
    """The same over a flat list of Python floats, with every look-up that can be saved."""

    def crawl_and_secrete(self):
        model = self.model
        c, n, h, size, step_um, half_slope, half_concentration, quanta = model.constants
        x, y, z = self.x, self.y, self.z
        ix, iy, iz = int(x / h), int(y / h), int(z / h)
        here = (iz * n + iy) * n + ix
        gx = c[here + 1 if ix < n - 1 else here] - c[here - 1 if ix else here]
        gy = c[here + n if iy < n - 1 else here] - c[here - n if iy else here]
        gz = c[here + n * n if iz < n - 1 else here] - c[here - n * n if iz else here]
        bias = 1 / (math.sqrt(gx * gx + gy * gy + gz * gz) + 2 * h * half_slope)
        u, v = model.draw(self)
        height = 2 * u - 1
        across = math.sqrt(1 - height * height)
        angle = 2 * math.pi * v
        dx = across * math.cos(angle) + bias * gx
        dy = across * math.sin(angle) + bias * gy
        dz = height + bias * gz
        stride = step_um / math.sqrt(dx * dx + dy * dy + dz * dz)
        x, y, z = abs(x + stride * dx), abs(y + stride * dy), abs(z + stride * dz)
        self.x = x = 2 * size - x if x >= size else x
        self.y = y = 2 * size - y if y >= size else y
        self.z = z = 2 * size - z if z >= size else z
        here = (int(z / h) * n + int(y / h)) * n + int(x / h)
        model.source[here] += int(quanta * c[here] / (c[here] + half_concentration))


class PlainCells(mesa.Model):
    """Ordinary Mesa; ``philox=True`` draws the numbers the columns draw, to compare results, not time."""

    def __init__(self, n, agent_type=PlainCell, rule=RULE, philox=False):
        super().__init__(rng=rule.seed)
        self.rule = rule
        self.draw = self.draw_as_columns if philox else self.draw_as_mesa
        concentration = field(rule)
        if agent_type is TunedCell:
            flat = concentration.ravel().tolist()
            self.source = [0] * len(flat)
            self.constants = (
                flat,
                rule.sites,
                rule.spacing_um,
                rule.size_um,
                rule.step_um,
                rule.half_slope_per_um,
                rule.half_concentration,
                rule.quanta,
            )
        else:
            self.concentration, self.source = concentration, np.zeros(concentration.shape, np.int64)
        self.cells = [agent_type(self, *place) for place in start_positions(n, rule).T.tolist()]

    def draw_as_mesa(self, _agent):
        return self.random.random(), self.random.random()

    def draw_as_columns(self, agent):
        return uniform_pair(self.rule.seed, agent.unique_id, self.steps, MIGRATION_DIRECTION)

    def step(self):
        self.agents.do("crawl_and_secrete")


# Checks


def outcome(model):
    """Positions by agent id, shape (n, 3), and the source, flat."""
    if isinstance(model, ColumnModel):
        p = model.population(ColumnCell)
        order = np.argsort(p.uid)
        return np.stack([p["x_um"], p["y_um"], p["z_um"]], 1)[order], model.source.ravel()
    return np.array([(a.x, a.y, a.z) for a in model.cells]), np.ravel(model.source)


def run(model, steps):
    for _ in range(steps):
        model.step()
    return outcome(model)


def check_bits(n, steps, rule=RULE):
    """Assert that threads and row order change nothing."""
    expected = run(ColumnCells(n, rule), steps)
    two_threads, shuffled = ColumnCells(n, rule, threads=2), ColumnCells(n, rule)
    population = shuffled.population(ColumnCell)
    population.permute(np.random.default_rng(2).permutation(population.n_rows))
    for model in (two_threads, shuffled):
        for got, want in zip(run(model, steps), expected, strict=True):
            assert np.array_equal(got, want), "the result depends on threads or row order"


def check_same_rule(n, steps, rule=RULE):
    """Assert that Mesa agents given the same draws go the same way."""
    places, source = run(ColumnCells(n, rule), steps)
    for agent_type in (PlainCell, TunedCell):
        plain_places, plain_source = run(PlainCells(n, agent_type, rule, philox=True), steps)
        np.testing.assert_allclose(plain_places, places, rtol=0, atol=1e-9 * rule.size_um)
        assert abs(plain_source.sum() - source.sum()) <= n * steps  # one quantum a deposit may be rounded the other way


# Measurements


def ns_per_cell(model, budget_s):
    """Fastest step within a time that is the same for every kind of model, in ns for each cell."""
    model.step()
    steps, end = [], time.perf_counter() + budget_s
    while len(steps) < 3 or time.perf_counter() < end:
        begin = time.perf_counter()
        model.step()
        steps.append(time.perf_counter() - begin)
    return min(steps) / len(model.agents) * 1e9


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--agents", type=int, default=100_000)
    parser.add_argument(
        "--seconds", type=float, default=5.0, help="for each measurement, of which the fastest step counts"
    )
    options = parser.parse_args()
    n = options.agents
    check_same_rule(2_000, steps=3)
    check_bits(n, steps=3)
    print("checked: the same bits for 1 and 2 threads and for shuffled rows,")
    print("         and the same paths as Mesa agents that are given the same draws")
    print(f"{n} cells crawl and secrete, Mesa {mesa.__version__}; ns for each cell and step")
    plain = {}
    for name, agent_type in (("Mesa agents, numpy field", PlainCell), ("Mesa agents, tuned lists", TunedCell)):
        plain[name] = ns_per_cell(PlainCells(n, agent_type), options.seconds)
        print(f"  {name:28s}{plain[name]:8.1f}")
    for threads in (1, 2):
        model = ColumnCells(n, threads=threads)
        time_ns = ns_per_cell(model, options.seconds)
        model.pool.close()
        ratios = ", ".join(f"{value / time_ns:.0f} x faster than {name}" for name, value in plain.items())
        print(f"  {f'columns, threads: {threads}':28s}{time_ns:8.1f}  {ratios}")


if __name__ == "__main__":
    main()
