"""Time of half an hour of a diffusing signal at equal accuracy: one elliptic solve, splitting, explicit stepping.

Run ``python benchmarks/fields.py``; ``--factor 1`` for fields as fine as the lattice takes minutes.

Signals and oxygen have the numbers of ``mendsim.abm.load_parameters()``, on a section of 2 mm x 1.5 mm. A few hundred
random sites are sources; for oxygen they are capillaries in tissue that consumes, below a stratum corneum and air that
is held. A field starts empty, or settled with sources of which a tenth has then gone elsewhere, as within a run. All
methods integrate the same equations ``dc/dt = given - A c`` with the conductances of ``Field``, compiled, on one
thread. The coefficients of the rivals are made beforehand and not timed; ``Field.step`` is timed as a whole.

- one solve: ``Field.step(0.5)``, a single step of backward Euler;
- split: backward Euler for sources and uptake, along z, along x (BioFVM; Ghaffarizadeh 2016, Bioinformatics 32:1256);
- ADI: sweeps along z and x for the increment, second order (Peaceman and Rachford 1955; Douglas and Gunn 1964);
- explicit: forward Euler at its limit of stability.

The error is that at the end, relative, in L2, and of time only: the reference is fourth-order stepping on the same
cells. Split and ADI take the fewest substeps of 1, 2, 3, 4, 5, 6, 7, 8, 10, 12 ... that are no less accurate than one
solve; explicit takes what stability asks for, which is more accurate than needed. The ratio is a method's time over
that of one solve: below 1 the method is faster. The steady state of split is wrong in proportion to its substep; that
of the others is exact.
"""

from __future__ import annotations

import argparse
import math
import time

import numpy as np
from numba import njit

from mendsim.abm import load_parameters
from mendsim.abm.fields.field import Field
from mendsim.common.lattice import Lattice

SECTION = Lattice(nz=150, ny=1, nx=200, spacing_um=10.0, air_sites=10)
STEP_H, STEP_S = 0.5, 1800.0
CORNEUM_SITES, SOURCES, MOVED = 2, 300, 30
MOST_SUBSTEPS = 2**15


@njit
def euler(nx, dt_s, face_z, face_x, loss, given, c, start, out):
    """Set ``out`` to ``start + dt (given - A c)``; flat arrays with a row of padding at both ends."""
    a, b = nx, len(c) - nx
    to, begin, here, lost, new = out[a:b], start[a:b], c[a:b], loss[a:b], given[a:b]
    above, below, left, right = c[a - nx : b - nx], c[a + nx : b + nx], c[a - 1 : b - 1], c[a + 1 : b + 1]
    up, down, back, forth = face_z[a - nx : b - nx], face_z[a:b], face_x[a - 1 : b - 1], face_x[a:b]
    for i in range(b - a):
        inflow = up[i] * above[i] + down[i] * below[i] + back[i] * left[i] + forth[i] * right[i]
        to[i] = begin[i] + dt_s * (new[i] - lost[i] * here[i] + inflow)


@njit
def explicit(substeps, order, nx, face_z, face_x, loss, given, c):
    """Take Euler's steps (order 1), or those of Taylor's series to a higher order, nested."""
    stage, other = np.zeros_like(c), np.zeros_like(c)
    for _ in range(substeps):
        euler(nx, STEP_S / substeps / order, face_z, face_x, loss, given, c, c, stage)
        for k in range(order - 1, 0, -1):
            euler(nx, STEP_S / substeps / k, face_z, face_x, loss, given, stage, c, other)
            stage, other = other, stage
        c, stage = stage, c
    return c


@njit
def factors(dt_s, face, loss):
    """Factor ``1 + dt (loss - neighbours along the first axis)``: off-diagonal, multipliers, inverse pivots."""
    off, carry, pivot = dt_s * face, np.zeros(face.shape), 1.0 / (1.0 + dt_s * loss)
    for i in range(1, len(face)):
        carry[i] = off[i - 1] * pivot[i - 1]
        pivot[i] = 1.0 / (1.0 + dt_s * loss[i] - off[i - 1] * carry[i])
    return off, carry, pivot


@njit
def sweep(matrix, c):
    """Thomas' algorithm along the first axis, many systems side by side in vector registers."""
    off, carry, pivot = matrix
    last = len(c) - 1
    for i in range(1, last + 1):
        for k in range(c.shape[1]):
            c[i, k] += carry[i, k] * c[i - 1, k]
    for i in range(last, -1, -1):
        for k in range(c.shape[1]):
            c[i, k] = pivot[i, k] * (c[i, k] + off[i, k] * c[min(i + 1, last), k])


@njit
def turn(c, turned):
    for i in range(turned.shape[0]):
        for k in range(turned.shape[1]):
            turned[i, k] = c[k, i]


@njit
def sweep_both(along_z, along_x, c, turned):
    sweep(along_z, c)
    turn(c, turned)
    sweep(along_x, turned)
    turn(turned, c)


@njit
def split(substeps, along_z, along_x, given, kept, from_held, nx, c):
    inner = c[nx:-nx].reshape(-1, nx)
    turned = np.zeros(inner.shape[::-1])
    for _ in range(substeps):
        for i in range(inner.shape[0]):
            for k in range(nx):
                inner[i, k] = (inner[i, k] + given[i, k]) * kept[i, k] + from_held[i, k]
        sweep_both(along_z, along_x, inner, turned)
    return c


@njit
def adi(substeps, along_z, along_x, nx, face_z, face_x, loss, given, c):
    nothing, change = np.zeros_like(c), np.zeros_like(c)
    inner = change[nx:-nx].reshape(-1, nx)
    turned = np.zeros(inner.shape[::-1])
    for _ in range(substeps):
        euler(nx, STEP_S / substeps, face_z, face_x, loss, given, c, nothing, change)
        sweep_both(along_z, along_x, inner, turned)
        for i in range(len(c)):
            c[i] += change[i]
    return c


class Case:
    """One field at the start of its half hour, and the matrix that it makes."""

    def __init__(self, name, factor, *, settled):
        p, oxygen = load_parameters(), name == "oxygen"
        decay_per_s = 0.0 if oxygen else math.log(2.0) / (3600.0 * p[f"{name}.half_life_h"])
        unit = "mmHg" if oxygen else "ng/mL"
        field = self.field = Field(name=name, unit=unit, lattice=SECTION, factor=factor, decay_per_s=decay_per_s)
        layer = np.arange(SECTION.nz)[:, None, None] - SECTION.air_sites + np.zeros(SECTION.shape, int)
        tissue, held = layer >= CORNEUM_SITES, np.zeros(field.shape, bool)
        diffusivity = np.full(SECTION.shape, p[f"{name}.diffusivity_um2_per_s"])
        if oxygen:
            diffusivity[(layer >= 0) & ~tissue] *= p["oxygen.stratum_corneum_diffusivity_ratio"]
            field.hold(layer < 0, p["oxygen.air_mmhg"])
            held = field.restrict(layer < 0) == 1.0
        field.set_diffusivity(diffusivity)
        field.concentration[held] = p["oxygen.air_mmhg"]
        places = np.random.default_rng(1).permutation(np.flatnonzero(tissue))
        for first in (0, MOVED) if settled else (MOVED,):
            sites = np.isin(np.arange(layer.size), places[first : first + SOURCES]).reshape(layer.shape)
            self.source = field.restrict(sites)  # per s; how strong does not matter, for the equations are linear
            if oxygen:  # Michaelis and Menten's uptake, linear as at the oxygen that half excites VEGF
                exchange = p["oxygen.vessel_exchange_per_s"] * self.source
                half_mmhg = p["oxygen.half_uptake_mmhg"] + p["vegf.hypoxia_half_effect_mmhg"]
                field.uptake[...] = exchange + p["oxygen.dermis_uptake_mmhg_per_s"] / half_mmhg * field.restrict(tissue)
                self.source = exchange * p["oxygen.blood_mmhg"]
            if first == 0:
                field.add_source(self.source)
                field.step(math.inf)
        self.start = field.concentration.copy()
        after, _ = self.one_solve()  # now the field has its conductances
        nz, _, nx = field.shape
        volume_um3 = field.volume_um3[:, 0]
        self.face_z, _, self.face_x = (face[field._cells].reshape(nz, nx) / volume_um3 for face in field._faces)
        self.uptake, self.decay = field.uptake[:, 0], np.where(held[:, 0], 0.0, decay_per_s)
        self.to_held = field._to_held[:, 0] / volume_um3
        self.from_held = self.to_held * p["oxygen.air_mmhg"]
        self.out_z = self.face_z + np.pad(self.face_z, ((1, 0), (0, 0)))[:-1]
        self.out_x = self.face_x + np.pad(self.face_x, ((0, 0), (1, 0)))[:, :-1]
        self.lost = self.decay + self.uptake + self.to_held
        loss, given = self.lost + self.out_z + self.out_x, self.source[:, 0] + self.from_held
        self.system = (nx, *(np.pad(part.ravel(), nx) for part in (self.face_z, self.face_x, loss, given)))
        self.limit = math.ceil(STEP_S / 2.0 * (loss + self.out_z + self.out_x).max())  # Gershgorin's circles
        again = np.zeros((nz + 2) * nx)
        euler(nx, STEP_S, *self.system[1:], np.pad(after, nx), self.padded_start(), again)
        right = np.where(held[:, 0], self.start[:, 0], self.start[:, 0] / STEP_S + given)
        residual = np.linalg.norm(again[nx:-nx] - after) / STEP_S / np.linalg.norm(right)
        assert residual < 2e-6, "the one solve is not of the equations that the other methods integrate"

    def padded_start(self):
        return np.pad(self.start.ravel(), self.system[0])

    def sweeps(self, dt_s, loss_z, loss_x):
        along_x = factors(dt_s, self.face_x.T.copy(), (self.out_x + loss_x).T.copy())
        return factors(dt_s, self.face_z, self.out_z + loss_z), along_x

    def timed(self, kernel, *arguments):
        """Concentration that the kernel ends with, flat, and its time in s."""
        begin = time.perf_counter()
        c = kernel(*arguments)
        took_s = time.perf_counter() - begin
        return c[self.system[0] : -self.system[0]], took_s

    def one_solve(self, _substeps=1):
        self.field.concentration[...] = self.start
        self.field.add_source(self.source)
        begin = time.perf_counter()
        self.field.step(STEP_H)
        took_s = time.perf_counter() - begin
        return self.field.concentration.ravel().copy(), took_s

    def split(self, substeps):
        dt_s = STEP_S / substeps
        both = self.sweeps(dt_s, 0.5 * self.decay + self.to_held, 0.5 * self.decay)
        terms = dt_s * self.source[:, 0], 1.0 / (1.0 + dt_s * self.uptake), dt_s * self.from_held
        return self.timed(split, substeps, *both, *terms, self.system[0], self.padded_start())

    def adi(self, substeps):
        both = self.sweeps(0.5 * STEP_S / substeps, 0.5 * self.lost, 0.5 * self.lost)
        return self.timed(adi, substeps, *both, *self.system, self.padded_start())

    def explicit(self, substeps, order=1):
        return self.timed(explicit, substeps, order, *self.system, self.padded_start())


def fewest(error, method, enough):
    """Fewest substeps whose error is small enough, tried in strides of a quarter or less from 4 on."""
    substeps = 1
    while substeps < MOST_SUBSTEPS and error(method(substeps)[0]) > enough:
        substeps += max(1, 2 ** (substeps.bit_length() - 3))
    return substeps


def fastest_ms(method, substeps, seconds=0.3):
    took_s, end = [], time.perf_counter() + seconds
    while len(took_s) < 5 or time.perf_counter() < end:
        took_s.append(method(substeps)[1])
    return 1e3 * min(took_s)


def compare(name, factor, *, settled):
    """Print the rows of one case."""
    case = Case(name, factor, settled=settled)
    exact, _ = case.explicit(case.limit, order=4)

    def error(c):
        return np.linalg.norm(c - exact) / np.linalg.norm(exact)

    enough, one_solve_ms = error(case.one_solve()[0]), fastest_ms(case.one_solve, 1)
    print(f"{name}, {'settled' if settled else 'empty'} at first")
    print(f"  {'one solve':10}{1:8}{enough:10.1e}{one_solve_ms:10.3f}{1:9.2f}")
    for label, method in (("split", case.split), ("ADI", case.adi), ("explicit", case.explicit)):
        substeps = case.limit if label == "explicit" else fewest(error, method, enough)
        reached, ms = error(method(substeps)[0]), fastest_ms(method, substeps)
        missed = "  not yet as accurate" if reached > enough else ""
        print(f"  {label:10}{substeps:8}{reached:10.1e}{ms:10.3f}{ms / one_solve_ms:9.2f}{missed}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--factor", type=int, default=2, choices=(1, 2), help="width of a field's cell in sites")
    factor = parser.parse_args().factor
    cells = f"{SECTION.nx // factor} x {SECTION.nz // factor} cells of {factor * SECTION.spacing_um:.0f} um"
    print(f"half an hour on {cells}\n  {'method':10}{'substeps':>8}{'error':>10}{'ms':>10}{'ratio':>9}")
    for name in ("tgf_beta1", "cytokine", "mmp9", "oxygen"):
        for settled in (False, True):
            compare(name, factor, settled=settled)


if __name__ == "__main__":
    main()
