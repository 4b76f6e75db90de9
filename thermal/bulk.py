"""Heat that zones leave behind: it spreads between them, adds up over a session, and damages what it overheats."""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from mendsim.common.parameters import Parameters
from mendsim.thermal.block_conduction import BlockFactors, conduct_block
from mendsim.thermal.damage import TABLE_START_C, TABLE_STEP_C, accumulate
from mendsim.thermal.grid import ZoneGrid, stretched_edges
from mendsim.thermal.layers import SkinLayers
from mendsim.thermal.placement import square_weights
from mendsim.thermal.tissue import layered_tissue

BELOW = 2e-3
"""The grid ends this far below the skin that is asked for [m]."""
GROWTH = 1.3
"""Growth from cell to cell down there."""
FIRST_STEP, STEP_GROWTH = 0.01, 0.1
"""Steps [s] are this long after heat came, or this share of the time since then."""
NO_DAMAGE = -30.0
"""Logarithm of a damage integral that counts as nothing."""


class Bulk:
    """Temperature rise of a block of layered skin over a session, on a grid that resolves heat once it has spread.

    Parameters
    ----------
    layers, parameters : the skin.
    size : extent along x and y [m]; the sides mirror what is beyond.
    depth : of the evenly spaced cells [m].
    spacing : about the side of a cell [m].
    table : rates of damage, from `rate_table`.

    Attributes
    ----------
    rise : above the skin at rest [K], ``(nz, ny, nx)``.
    omega : damage integrals, ``(nz, ny, nx, processes)``.
    peak : highest rise [K], ``(nz, ny, nx)``.
    left : heat that left through surface and bottom and with blood [J].
    boiled : heat that boiling took, which keeps tissue from becoming hotter [J]; its water is not counted.
    """

    def __init__(
        self,
        layers: SkinLayers,
        parameters: Parameters,
        size: tuple[float, float],
        depth: float,
        spacing: float,
        table: NDArray[np.float64],
    ) -> None:
        self.x_edges, self.y_edges = (np.linspace(0.0, side, max(1, round(side / spacing)) + 1) for side in size)
        self.z_edges = stretched_edges(spacing, depth, depth + BELOW, GROWTH)
        self.rest_c, self.table = parameters["skin.temperature_c"], table
        shape = (self.z_edges.size - 1, self.y_edges.size - 1, self.x_edges.size - 1)
        self.rise, self.peak, self._change = (np.zeros(shape) for _ in range(3))
        self.omega = np.zeros((*shape, table.shape[1]))
        tissue = layered_tissue(layers, self.z_edges, parameters)
        dz, dy, dx = np.diff(self.z_edges), self.y_edges[1], self.x_edges[1]
        water_heat = parameters["water.specific_heat_j_per_kg_k"]
        self.capacity = (tissue.dry_heat + water_heat * tissue.water) * dz * dy * dx
        self._face, self._sides = dx * dy, (dy / dx, dx / dy)
        self._intact = self.capacity, tissue.conductivity, tissue.perfusion * dz * dy * dx
        self._open, self._stopped = np.zeros(dz.size), np.zeros(dz.size)
        self._covering: tuple[float | None, float] = (None, 0.0)
        self._air = parameters["skin.surface_heat_transfer_w_per_m2_k"]
        self.cover()
        self.since, self.left, self.boiled = math.inf, 0.0, 0.0
        self._most = parameters["water.boiling_c"] - self.rest_c

    def cover(self, temperature_c: float | None = None, transfer: float = 0.0) -> None:
        """Put something of a temperature [degC] on the skin that takes heat [W/m2/K]; air at rest if not given."""
        self._covering = temperature_c, transfer
        self._set_properties()
        self.since = 0.0

    def open(self, channel: NDArray[np.float64], coagulated: NDArray[np.float64], z_edges: NDArray[np.float64]) -> None:
        """Open a channel of cross sections ``channel`` ``(n,)`` [m2] between depths ``z_edges`` ``(n + 1,)`` [m].

        Blood no longer crosses what is ``coagulated`` ``(n,)`` [m2], the channel included.

        Channels are counted by the share of each layer that they take: it holds no heat and, being round and empty,
        lets the less pass by (Maxwell 1873, Rayleigh 1892 doi:10.1080/14786449208620364).
        """
        layer = (self.x_edges[-1] * self.y_edges[-1]) * np.diff(self.z_edges)
        shares = _shares(z_edges, self.z_edges) * np.diff(z_edges)
        self._open += shares @ channel / layer
        self._stopped += shares @ coagulated / layer
        self._set_properties()

    def _set_properties(self) -> None:
        capacity, conductivity, blood = self._intact
        dz, left = np.diff(self.z_edges), np.maximum(1.0 - self._open, 0.05)
        self.capacity, self._blood = capacity * left, blood * np.maximum(1.0 - self._stopped, 0.0)
        across = conductivity * dz * left / (2.0 - left)
        self._along = across * self._sides[0], across * self._sides[1]
        temperature_c, transfer = self._covering
        half = 0.5 * dz / (conductivity * left)
        first = half[0] + 1.0 / ((self._air if temperature_c is None else transfer) * left[0])
        self._along_z = self._face / np.array([first, *(half[1:] + half[:-1]), half[-1]])
        self._above = 0.0 if temperature_c is None else temperature_c - self.rest_c
        self._factors: dict[float, BlockFactors] = {}

    @property
    def heat(self) -> float:
        """Heat in the block [J]."""
        return float(self.capacity @ self.rise.sum(axis=(1, 2)))

    def take(self, heat: NDArray[np.float64], grid: ZoneGrid, x: float, y: float) -> None:
        """Take over the heat [J] of the cells of a zone, ``(nz, nr)``, whose axis is at (x, y) [m].

        What lies beyond a side comes back as from a mirror image; so of a zone on the side itself give half.
        """
        nz, ny, nx = self.rise.shape
        dx, dy, reach = self.x_edges[1], self.y_edges[1], grid.r_edges[-1]
        i0, i1 = math.floor((x - reach) / dx), math.ceil((x + reach) / dx)
        j0, j1 = math.floor((y - reach) / dy), math.ceil((y + reach) / dy)
        weights = square_weights(np.arange(i0, i1 + 1) * dx - x, np.arange(j0, j1 + 1) * dy - y, grid.r_edges)
        across = weights * (dx * dy) / grid.ring_area
        down = _shares(grid.z_edges, self.z_edges)
        rows, columns = _folded(np.arange(j0, j1), ny), _folded(np.arange(i0, i1), nx)
        added = np.einsum("kz,zr,jir->kji", down, heat, across, optimize=True)
        np.add.at(self.rise, np.ix_(np.arange(nz), rows, columns), added / self.capacity[:, None, None])
        self.since = 0.0
        self._boil()

    def advance(self, duration: float) -> None:
        """Let heat spread for a time [s]."""
        while duration > 1e-9:
            step = min(duration, max(FIRST_STEP, STEP_GROWTH * self.since))
            if step < duration:
                # Few different steps, so that few systems are factorised.
                step = min(duration, FIRST_STEP * 2.0 ** math.floor(math.log2(step / FIRST_STEP)))
            self._step(step)
            duration -= step
            self.since += step

    def warmth(self) -> dict[str, float]:
        """Temperatures of the skin now [degC]: highest, and at the depth where half of the area is warmest."""
        between = float(np.median(self.rise, axis=(1, 2)).max())
        return {"hottest_c": self.rest_c + float(self.rise.max()), "between_c": self.rest_c + between}

    def on_axis(self, x: float, y: float, z: NDArray[np.float64]) -> NDArray[np.float64]:
        """Rise at depths ``z`` [m] below the point (x, y) [m]; linear between the middles of cells."""
        (j, v), (i, u) = _between(y, self.y_edges), _between(x, self.x_edges)
        near = (1 - v) * self.rise[:, j[0]] + v * self.rise[:, j[1]]
        column = (1 - u) * near[:, i[0]] + u * near[:, i[1]]
        return np.interp(z, 0.5 * (self.z_edges[1:] + self.z_edges[:-1]), column)

    def _step(self, dt: float) -> None:
        if self._above == 0.0 and not self.rise.any():
            return
        key = round(dt, 9)
        if key not in self._factors:
            if len(self._factors) > 64:
                self._factors.clear()
            self._factors[key] = BlockFactors.of(
                self.capacity, *self._along, self._along_z, self._blood, self._above, self.rise.shape, key
            )
        before = self.rise + self.rest_c
        self.left += sum(conduct_block(self.rise, self._factors[key], self._change))
        self._boil()
        flat = (-1, self.rise.shape[2])
        after = (self.rise + self.rest_c).reshape(flat)
        peak = (self.peak + self.rest_c).reshape(flat)
        accumulate(
            before.reshape(flat), after, np.zeros(after.shape, np.bool_), self.table, TABLE_START_C, TABLE_STEP_C,
            self.omega.reshape(*after.shape, -1), peak, dt,
        )  # fmt: skip
        self.peak = peak.reshape(self.rise.shape) - self.rest_c

    def _boil(self) -> None:
        """Let nothing be hotter than boiling water."""
        if self.rise.max() > self._most:
            excess = np.maximum(self.rise - self._most, 0.0)
            self.boiled += float(self.capacity @ excess.sum(axis=(1, 2)))
            self.rise -= excess

    def at(
        self,
        values: NDArray[np.float64],
        x: NDArray[np.float64],
        y: NDArray[np.float64],
        depth: NDArray[np.float64],
    ) -> NDArray[np.float32]:
        """Values of the grid ``(nz, ny, nx)`` at sites: trilinear between the middles of cells.

        Parameters
        ----------
        x, y : middles of the sites [m], ``(sx,)`` and ``(sy,)``.
        depth : below the surface [m], ``(sz, sy, sx)``; the value is 0 above it.
        """
        i, u = _between(x, self.x_edges)
        j, v = _between(y, self.y_edges)
        return _sample(values, i, u, j, v, 0.5 * (self.z_edges[1:] + self.z_edges[:-1]), depth)


def _between(position, edges):
    """Cells whose middles lie on either side of positions, ``(2, ...)``, and the share of the second."""
    step = edges[1]
    place = np.clip(np.asarray(position) / step - 0.5, 0.0, edges.size - 2)
    low = np.minimum(place.astype(np.int64), edges.size - 2)
    return np.stack([low, np.minimum(low + 1, edges.size - 2)]), place - low


def _folded(index: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """Cells of which those beyond the sides are mirror images."""
    wrapped = index % (2 * count)
    return np.where(wrapped < count, wrapped, 2 * count - 1 - wrapped)


def _shares(fine: NDArray[np.float64], coarse: NDArray[np.float64]) -> NDArray[np.float64]:
    """Share of each fine cell that lies in each coarse one, ``(coarse, fine)``; the last coarse cell has no end."""
    ends = np.append(coarse[1:-1], np.inf)
    overlap = np.minimum(ends[:, None], fine[None, 1:]) - np.maximum(coarse[:-1, None], fine[None, :-1])
    return np.maximum(overlap, 0.0) / np.diff(fine)


@njit(cache=True, nogil=True)
def _sample(values, i, u, j, v, z, depth):
    nz, ny, nx = depth.shape
    out = np.zeros(depth.shape, np.float32)
    for b in range(ny):
        for a in range(nx):
            k = 0
            for c in range(nz):
                d = depth[c, b, a]
                if d < 0.0:
                    continue
                while k < z.size - 2 and z[k + 1] < d:
                    k += 1
                w = min(max((d - z[k]) / (z[k + 1] - z[k]), 0.0), 1.0)
                low = (1 - v[b]) * ((1 - u[a]) * values[k, j[0, b], i[0, a]] + u[a] * values[k, j[0, b], i[1, a]])
                low += v[b] * ((1 - u[a]) * values[k, j[1, b], i[0, a]] + u[a] * values[k, j[1, b], i[1, a]])
                k1 = k + 1
                high = (1 - v[b]) * ((1 - u[a]) * values[k1, j[0, b], i[0, a]] + u[a] * values[k1, j[0, b], i[1, a]])
                high += v[b] * ((1 - u[a]) * values[k1, j[1, b], i[0, a]] + u[a] * values[k1, j[1, b], i[1, a]])
                out[c, b, a] = (1 - w) * low + w * high
    return out
