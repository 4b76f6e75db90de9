"""A diffusing quantity on the lattice, advanced by backward Euler."""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

from mendsim.abm.fields import multigrid
from mendsim.common.lattice import Lattice

SOURCE_QUANTUM_NG_PER_H = 1e-18
"""Secretions are counted in whole quanta of ng/h, so that the order of the secreting cells cannot matter."""

_TOLERANCE = 1e-6
_MOST_ITERATIONS = 2000
_SECONDS_PER_HOUR = 3600.0
_ML_PER_UM3 = 1e-12


class FieldError(ArithmeticError):
    """A field could not be solved; names the field, the residual and, for a number that is none, its place."""


class Field:
    """Concentration c with ``k dc/dt = div(D grad c) - (decay + uptake) c + source``, no flux through the outer faces.

    The field lives on cells ``factor`` lattice sites wide (in each direction that has more than one site); where the
    lattice does not divide evenly, the last cells are smaller and every volume and distance is the true one. Cells may
    be held at a value. A step is one elliptic problem, solved to a relative residual, so it is stable and positive for
    any length of step, and an infinite step gives the steady state.

    Parameters
    ----------
    name, unit : of the concentration.
    lattice : on which the agents live.
    factor : coarsening, at least 1.
    decay_per_s : first-order decay everywhere.
    tolerance : relative residual of a solve; 1e-6 if not given.

    Attributes
    ----------
    concentration : float64 ``(mz, my, mx)``.
    source : int64 of the same shape, quanta of amount per hour secreted in this step; cleared by :meth:`step`.
    uptake : float64 of the same shape, first-order loss in 1/s besides ``decay_per_s``.
    capacity : float64 of the same shape, k: what a cell holds at a concentration of one; 1 unless set.
    """

    def __init__(
        self,
        *,
        name: str,
        unit: str,
        lattice: Lattice,
        factor: int,
        decay_per_s: float,
        tolerance: float | None = None,
    ):
        self.name, self.unit, self.lattice, self.factor, self.decay_per_s = name, unit, lattice, factor, decay_per_s
        self._tolerance = _TOLERANCE if tolerance is None else tolerance
        self._widths = [_widths(n, factor if n > 1 else 1, lattice.spacing_um) for n in lattice.shape]
        self.shape: tuple[int, ...] = tuple(len(w) for w in self._widths)
        dz, dy, dx = self._widths
        self.volume_um3 = dz[:, None, None] * dy[None, :, None] * dx[None, None, :]
        self.concentration = np.zeros(self.shape)
        self.source = np.zeros(self.shape, np.int64)
        self.uptake = np.zeros(self.shape)
        self.capacity = np.ones(self.shape)
        self.decayed = 0.0
        """Amount lost to decay and uptake in the last step, concentration times mL."""
        self._own_source = np.zeros(self.shape)
        self._held = np.zeros(self.shape, bool)
        self._held_value = 0.0
        self._shapes = multigrid.level_shapes(self.shape)  # type: ignore[arg-type]
        self._start = multigrid.offsets(self._shapes)
        length = multigrid.buffer_length(self._shapes)
        self._cells = slice(int(self._start[0]), int(self._start[1]))
        self._faces, self._reaction, self._buffers = np.zeros((3, length)), np.zeros(length), np.zeros((8, length))
        self._diffusivity = np.zeros(self.shape)
        self._to_held = np.zeros(self.shape)
        self._stale = True

    @property
    def heights_um(self) -> NDArray[np.float64]:
        """Extent of the cells along depth, ``(mz, 1, 1)``."""
        return self._widths[0][:, None, None]

    def restrict(self, fine: NDArray) -> NDArray[np.float64]:
        """Mean of a lattice array over the sites of each cell."""
        return merge(fine, self.shape, self.factor)

    def on_lattice(self) -> NDArray[np.float64]:
        """Concentration at every lattice site, ``(nz, ny, nx)``: the value of its cell."""
        return spread(self.concentration, self.lattice.shape, self.factor)

    def on(self, finer: Field) -> NDArray[np.float64]:
        """Concentration on the cells of a field that is as fine or finer, and divides the cells of this one."""
        return spread(self.concentration, finer.shape, self.factor // finer.factor)

    def set_diffusivity(self, fine: ArrayLike) -> None:
        """Set D (um2/s) of every lattice site; cells and faces take harmonic means: barriers lie across the flux.

        A site of 0 closes its cell.
        """
        with np.errstate(divide="ignore"):
            resistance = 1.0 / np.broadcast_to(np.asarray(fine, np.float64), self.lattice.shape)
            coarse = 1.0 / self.restrict(resistance)
        if not np.array_equal(coarse, self._diffusivity):
            self._diffusivity = coarse
            self._stale = True

    def hold(self, fine_mask: NDArray[np.bool_], value: float) -> None:
        """Hold cells at a value whose sites all lie in the mask."""
        held = self.restrict(fine_mask) > 1.0 - 1e-9
        if not np.array_equal(held, self._held):
            self._held = held
            self._stale = True
        self._held_value = value

    def add_source(self, rate: NDArray) -> None:
        """Add a source in concentration per second, given on the field's own cells, to the coming step."""
        self._own_source += rate

    def total_amount(self) -> float:
        """Concentration times capacity times volume, in concentration times mL."""
        return float(np.sum(self.concentration * self.capacity * self.volume_um3)) * _ML_PER_UM3

    def step(self, dt_h: float) -> tuple[int, float]:
        """Advance by ``dt_h`` hours (infinite for the steady state) with the sources given since the last step.

        Returns
        -------
        iterations, relative residual.

        Raises
        ------
        FieldError : the solver did not converge, or a number is none.
        """
        if self._stale:
            self._set_faces()
        inverse_dt = 0.0 if math.isinf(dt_h) else 1.0 / (dt_h * _SECONDS_PER_HOUR)
        volume, uptake, held = self.volume_um3.ravel(), self.uptake.ravel(), self._held.ravel()
        right = np.empty(len(volume))
        at_rest = _assemble(
            volume,
            uptake,
            held,
            self._to_held.ravel(),
            self.capacity.ravel(),
            self.concentration.ravel(),
            self._own_source.ravel(),
            self.source.ravel(),
            self._held_value,
            self.decay_per_s,
            inverse_dt,
            self._reaction[self._cells],
            right,
        )
        if at_rest:
            self.decayed = 0.0
            return 0, 0.0
        iterations, residual = multigrid.solve(
            self._shapes,
            self._start,
            self._faces,
            self._reaction,
            right,
            self.concentration.ravel(),
            self._buffers,
            self._tolerance,
            _MOST_ITERATIONS,
        )
        if not residual <= self._tolerance:
            place = np.argwhere(~np.isfinite(self.concentration + right.reshape(self.shape)))
            where = f" at (z, y, x) cell {tuple(place[0].tolist())}" if len(place) else ""
            raise FieldError(f"{self.name}: relative residual {residual:.3g} after {iterations} iterations{where}")
        if math.isfinite(dt_h):
            lost_per_s = _loss(volume, uptake, held, self.concentration.ravel(), self.decay_per_s) * _ML_PER_UM3
            self.decayed = lost_per_s * dt_h * _SECONDS_PER_HOUR
        return iterations, residual

    def flows(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Diffusive flow now, in concentration times um3/s.

        Returns
        -------
        through the face between each cell and the next along z, y and x, ``(3, mz, my, mx)``, 0 beyond the last;
        from each cell into held cells, ``(mz, my, mx)``.
        """
        if self._stale:
            self._set_faces()
        inner = np.zeros((3, *self.shape))
        for axis in range(3):
            drop = -np.diff(self.concentration, axis=axis)
            first = tuple(slice(0, -1) if k == axis else slice(None) for k in range(3))
            inner[axis][first] = self._faces[axis, self._cells].reshape(self.shape)[first] * drop
        return inner, self._to_held * (self.concentration - self._held_value)

    def _set_faces(self) -> None:
        """Conductances ``D area / distance`` of all faces; those to held cells move to diagonal and right-hand side."""
        self._to_held = np.zeros(self.shape)
        for axis in range(3):
            faces = np.zeros(self.shape)
            if self.shape[axis] > 1:
                first = tuple(slice(0, -1) if k == axis else slice(None) for k in range(3))
                second = tuple(slice(1, None) if k == axis else slice(None) for k in range(3))
                width = self._widths[axis].reshape([-1 if k == axis else 1 for k in range(3)])
                area = self.volume_um3 / width
                with np.errstate(divide="ignore"):
                    resistance = 0.5 * width / self._diffusivity
                conductance = area[first] / (resistance[first] + resistance[second])
                a, b = self._held[first], self._held[second]
                faces[first] = np.where(a | b, 0.0, conductance)
                self._to_held[first] += np.where(b & ~a, conductance, 0.0)
                self._to_held[second] += np.where(a & ~b, conductance, 0.0)
            self._faces[axis, self._cells] = faces.ravel()
        multigrid.coarsen_faces(self._shapes, self._start, self._faces)
        self._stale = False


def spread(coarse: NDArray, shape: tuple[int, ...], factor: int) -> NDArray[np.float64]:
    """Values of coarse cells on the finer cells of some shape, ``factor`` times narrower."""
    out = coarse
    for axis, n in enumerate(shape):
        if out.shape[axis] != n:
            out = np.repeat(out, factor, axis=axis).take(range(n), axis=axis)
    return out


def merge(fine: NDArray, shape: tuple[int, ...], factor: int) -> NDArray[np.float64]:
    """Mean of fine cells over the coarser cells of some shape, ``factor`` times wider along axes with more than one."""
    out = np.zeros(shape)
    multigrid.block_mean(np.ascontiguousarray(fine, np.float64), out, factor)
    return out


@njit(cache=True, nogil=True)
def _assemble(
    volume,
    uptake,
    held,
    to_held,
    capacity,
    concentration,
    own_source,
    source,
    held_value,
    decay,
    inverse_dt,
    reaction,
    right,
):
    """Fill reaction and right-hand side of every cell and clear its sources; True if nothing is there to solve for."""
    per_um3 = SOURCE_QUANTUM_NG_PER_H / (_SECONDS_PER_HOUR * _ML_PER_UM3)
    at_rest = True
    for i in range(len(volume)):
        if held[i]:
            right[i] = volume[i] * held_value
            reaction[i] = volume[i]
            at_rest = at_rest and held_value == 0.0 and concentration[i] == 0.0
        else:
            given = volume[i] * own_source[i] + source[i] * per_um3
            right[i] = given + volume[i] * (inverse_dt * capacity[i]) * concentration[i] + to_held[i] * held_value
            reaction[i] = volume[i] * (inverse_dt * capacity[i] + decay + uptake[i]) + to_held[i]
            at_rest = at_rest and right[i] == 0.0 and concentration[i] == 0.0
        own_source[i] = 0.0
        source[i] = 0
    return at_rest


@njit(cache=True, nogil=True)
def _loss(volume, uptake, held, concentration, decay):
    """Concentration times um3 that decays and is taken up in a second."""
    lost = 0.0
    for i in range(len(volume)):
        if not held[i]:
            lost += volume[i] * (decay + uptake[i]) * concentration[i]
    return lost


def _widths(n: int, factor: int, spacing_um: float) -> NDArray[np.float64]:
    """Widths of the cells along one axis, um; the last may be narrower."""
    cells = math.ceil(n / factor)
    widths = np.full(cells, factor * spacing_um)
    widths[-1] = (n - (cells - 1) * factor) * spacing_um
    return widths
