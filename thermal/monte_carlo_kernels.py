"""One photon after another through layered skin: the compiled part of `mendsim.thermal.monte_carlo`.

The length of a step is drawn from scattering alone, and absorption takes weight continuously along the way,
``exp(-mu_a s)`` through each cell of the grid. Absorption may so differ from cell to cell without another draw; light
that does not scatter obeys Beer-Lambert's law exactly; and every cell on the way scores, not only those where the
photon collides, as in delta tracking or in MCML, which leaves less noise in the small cells near the axis.

Tallies are whole numbers. A photon of weight ``w`` holds ``round(w QUANTA)`` quanta, and books what it holds less
now than before. Whole numbers add up to the same sum in any order, so threads do not matter, and what is booked adds
up to what was launched, to the last quantum.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit, uint64

from mendsim.common.philox import bits128, normal_pair, uniform, uniform_pair
from mendsim.common.purposes import PHOTON_INTERFACE, PHOTON_LAUNCH, PHOTON_SCATTER

QUANTA = 2**36
"""Quanta in a photon of weight 1: one is 1.5e-11 of it, and the sum over 2^26 photons still fits into 64 bits."""

PENCIL, TOP_HAT, GAUSSIAN = range(3)
SPECULAR, BEYOND, TRANSMITTED, ROULETTE = range(4)
"""Entries of ``ledger``. ``ROULETTE`` is what roulette took less what it gave, and is zero in the mean."""

ABSORPTION, SCATTERING, ANISOTROPY, INDEX = range(4)
"""Columns of ``optics``."""

WEAK = 1e-2
SURVIVAL = 0.1
"""Below the weight ``WEAK`` a photon dies at its next scattering, or lives on with weight / ``SURVIVAL``."""

_LOW = uint64(0xFFFFFFFF)
_HALF = uint64(32)
_TO_OPEN_UNIT = 2.0**-32
_THIRD = 1.0 / 3.0


@njit(cache=True, nogil=True)
def trace(faces, optics, r_edges, z_edges, absorption, beam, absorbed, reflected, ledger, mapped, seed, first, count):
    """Send photons ``first`` to ``first + count - 1`` into the skin.

    Parameters
    ----------
    faces : depths of the layer boundaries [m], ``(layers + 1,)``, from 0; the last may be infinite.
    optics : absorption [1/m], scattering [1/m], anisotropy, refractive index, ``(layers + 2, 4)``, from the medium
        above the skin to the medium below.
    r_edges, z_edges : cell faces [m], from 0, ``(nr + 1,)`` and ``(nz + 1,)``.
    absorption : absorption of the cells [1/m], ``(nz, nr)``; read if ``mapped``.
    beam : shape, radius [m], slope at that radius far from the waist, depth of the waist below the surface in air [m].
    absorbed, reflected, ledger : quanta, added to. ``(nz + 1, nr + 1)`` with what lies beyond the grid in the last row
        and column, ``(nr + 1,)`` by radius of exit, and `SPECULAR` to `ROULETTE`.
    """
    for photon in range(first, first + count):
        _trace_one(faces, optics, r_edges, z_edges, absorption, beam, absorbed, reflected, ledger, mapped, seed, photon)


@njit(cache=True, nogil=True)
def _trace_one(faces, optics, r_edges, z_edges, absorption, beam, absorbed, reflected, ledger, mapped, seed, photon):
    """Follow one photon to its end."""
    layers, nr = faces.size - 1, r_edges.size - 1
    x, y, ux, uy, uz = launch(beam, seed, photon)
    lost, ux, uy, uz = _enter(ux, uy, uz, optics[0, INDEX], optics[1, INDEX])
    weight = 1.0 - lost
    quanta = _to_quanta(weight)
    ledger[SPECULAR] += QUANTA - quanta
    z, layer, k, event = 0.0, 1, 0, 0
    i = np.searchsorted(r_edges, math.sqrt(x * x + y * y), side="right") - 1
    while True:
        free, deflection, turn, chance = _four(seed, photon, event, PHOTON_SCATTER)
        event += 1
        free = -math.log(free)
        while True:
            face = layer if uz > 0.0 else layer - 1
            to_face = (faces[face] - z) / uz if uz != 0.0 else math.inf
            to_scatter = free / optics[layer, SCATTERING] if optics[layer, SCATTERING] > 0.0 else math.inf
            length = max(0.0, min(to_face, to_scatter))
            own = optics[layer, ABSORPTION]
            i, k, weight, quanta = _cross_cells(
                r_edges, z_edges, absorption, absorbed, mapped, own, x, y, z, ux, uy, uz, length, i, k, weight, quanta
            )
            if length == math.inf:
                ledger[BEYOND if own > 0.0 else TRANSMITTED] += quanta
                return
            x += ux * length
            y += uy * length
            if to_scatter < to_face:
                z += uz * length
                break
            z = faces[face]
            free = max(0.0, free - length * optics[layer, SCATTERING])
            after = layer + 1 if uz > 0.0 else layer - 1
            n, n_after = optics[layer, INDEX], optics[after, INDEX]
            if n != n_after:
                share, cosine = fresnel(n, n_after, abs(uz))
                if share > 0.0:
                    event += 1
                    if uniform(seed, photon, event, PHOTON_INTERFACE) < share:
                        uz = -uz
                        continue
                ux, uy, uz = ux * n / n_after, uy * n / n_after, math.copysign(cosine, uz)
            layer = after
            if layer == 0:
                reflected[min(i, nr)] += quanta
                return
            if layer > layers:
                ledger[TRANSMITTED] += quanta
                return
        ux, uy, uz = _deflect(ux, uy, uz, _henyey_greenstein(optics[layer, ANISOTROPY], deflection), turn)
        if weight < WEAK:
            weight = weight / SURVIVAL if chance < SURVIVAL else 0.0
            held = quanta
            quanta = _to_quanta(weight)
            ledger[ROULETTE] += held - quanta
            if quanta == 0:
                return


@njit(cache=True, nogil=True)
def _cross_cells(
    r_edges, z_edges, absorption, absorbed, mapped, own, x, y, z, ux, uy, uz, length, i, k, weight, quanta,
):  # fmt: skip
    """Go straight on for ``length`` inside one layer of absorption ``own`` and leave energy in each cell on the way.

    At distance ``s`` the squared radius is ``r0^2 + 2 b s + a s^2``: first, perhaps, it shrinks, then it grows.

    Returns
    -------
    i, k, weight, quanta : column and row at the end (``nr`` and ``nz`` beyond the grid), and what the photon holds.
    """
    nz, nr = z_edges.size - 1, r_edges.size - 1
    a = ux * ux + uy * uy
    b = x * ux + y * uy
    root = b * b - a * (x * x + y * y)
    per_a = 1.0 / a if a > 1e-30 else math.inf
    inward = b < 0.0
    side = 1 if uz > 0.0 else 0
    per_uz = 1.0 / uz if uz != 0.0 else math.inf
    to_r, inward = _to_ring(r_edges, a, per_a, b, root, i, inward)
    to_z = _to_plane(z_edges, z, per_uz, k, side)
    s = 0.0
    while True:
        end = min(length, to_r, to_z)
        if end > s:
            if end == math.inf:
                break
            mu = absorption[k, i] if mapped and k < nz and i < nr else own
            if mu > 0.0:
                weight *= _passing(mu * (end - s))
                held = quanta
                quanta = _to_quanta(weight)
                absorbed[k, i] += held - quanta
            s = end
        if length <= to_r and length <= to_z:
            break
        if to_r <= to_z:
            i += -1 if inward else 1
            to_r, inward = _to_ring(r_edges, a, per_a, b, root, i, inward)
        else:
            k += 1 if side == 1 else -1
            to_z = _to_plane(z_edges, z, per_uz, k, side)
    return i, k, weight, quanta


@njit(cache=True, nogil=True)
def _to_ring(r_edges, a, per_a, b, root, i, inward):
    """Distance from the start to the next face of ring ``i``, and whether that is the inner face."""
    if per_a == math.inf:
        return math.inf, inward
    if inward and i > 0:
        square = root + a * r_edges[i] * r_edges[i]
        if square > 0.0:
            return (-b - math.sqrt(square)) * per_a, True
    if i >= r_edges.size - 1:
        return math.inf, False
    return (-b + math.sqrt(max(0.0, root + a * r_edges[i + 1] * r_edges[i + 1]))) * per_a, False


@njit(cache=True, nogil=True)
def _to_plane(z_edges, z, per_uz, k, side):
    """Distance from the start to the next horizontal face of row ``k``: the lower (``side`` 1) or the upper one."""
    face = k + side
    if per_uz == math.inf or face == 0 or face >= z_edges.size:
        return math.inf
    return (z_edges[face] - z) * per_uz


@njit(cache=True, nogil=True)
def _passing(depth):
    """Share ``exp(-depth)`` of the light that passes; by series for the thin cells that most of them are."""
    if depth > 0.02:
        return math.exp(-depth)
    return 1.0 - depth * (1.0 - 0.5 * depth * (1.0 - _THIRD * depth * (1.0 - 0.25 * depth * (1.0 - 0.2 * depth))))


@njit(cache=True, nogil=True)
def _to_quanta(weight):
    return np.int64(weight * QUANTA + 0.5)


@njit(cache=True, nogil=True)
def _four(seed, photon, event, purpose):
    """Four independent numbers between 0 and 1, both excluded, of 32 bits each."""
    p, q = bits128(seed, photon, event, purpose)
    return (
        (float(p >> _HALF) + 0.5) * _TO_OPEN_UNIT,
        (float(p & _LOW) + 0.5) * _TO_OPEN_UNIT,
        (float(q >> _HALF) + 0.5) * _TO_OPEN_UNIT,
        (float(q & _LOW) + 0.5) * _TO_OPEN_UNIT,
    )


@njit(cache=True, nogil=True)
def launch(beam, seed, photon):
    """Place and direction of a photon on the surface, before it enters.

    At the waist of a Gaussian beam place and slope are independent normal variables; from there the photon is traced
    straight back to the surface, so that the beam has radius ``sqrt(w0^2 + (slope z)^2)`` at any distance ``z``
    (Simon, Sudarshan and Mukunda 1984, doi:10.1103/PhysRevA.29.3273). The other shapes get the same spread of slopes.
    """
    shape, radius, slope, waist_depth = beam
    x, y = 0.0, 0.0
    if shape == GAUSSIAN:
        x, y = normal_pair(seed, photon, 0, PHOTON_LAUNCH)
        x, y = 0.5 * radius * x, 0.5 * radius * y
    elif shape == TOP_HAT:
        square, turn = uniform_pair(seed, photon, 0, PHOTON_LAUNCH)
        x = radius * math.sqrt(square) * math.cos(2.0 * math.pi * turn)
        y = radius * math.sqrt(square) * math.sin(2.0 * math.pi * turn)
    if slope == 0.0:
        return x, y, 0.0, 0.0, 1.0
    sx, sy = normal_pair(seed, photon, 1, PHOTON_LAUNCH)
    sx, sy = 0.5 * slope * sx, 0.5 * slope * sy
    uz = 1.0 / math.sqrt(1.0 + sx * sx + sy * sy)
    return x - sx * waist_depth, y - sy * waist_depth, sx * uz, sy * uz, uz


@njit(cache=True, nogil=True)
def _enter(ux, uy, uz, n, n_after):
    """Share that the surface reflects, and the refracted direction of the rest."""
    share, cosine = fresnel(n, n_after, uz)
    return share, ux * n / n_after, uy * n / n_after, cosine


@njit(cache=True, nogil=True)
def fresnel(n, n_after, cosine):
    """Reflection of unpolarised light at a flat boundary between refractive indices ``n`` and ``n_after``.

    Returns
    -------
    share, cosine_after : share reflected (1 in total reflection), and cosine of the angle of refraction.
    """
    ratio = n / n_after
    square = 1.0 - ratio * ratio * (1.0 - cosine * cosine)
    if square <= 0.0:
        return 1.0, 0.0
    after = math.sqrt(square)
    across = (ratio * cosine - after) / (ratio * cosine + after)
    along = (ratio * after - cosine) / (ratio * after + cosine)
    return 0.5 * (across * across + along * along), after


@njit(cache=True, nogil=True)
def _henyey_greenstein(anisotropy, chance):
    """Cosine of the angle of scattering (Henyey and Greenstein 1941, doi:10.1086/144246)."""
    if abs(anisotropy) < 1e-6:
        return 2.0 * chance - 1.0
    g = anisotropy
    part = (1.0 - g * g) / (1.0 - g + 2.0 * g * chance)
    return min(1.0, max(-1.0, (1.0 + g * g - part * part) / (2.0 * g)))


@njit(cache=True, nogil=True)
def _deflect(ux, uy, uz, cosine, turn):
    """Direction after scattering by an angle of given cosine, at a share ``turn`` of a full turn around the path."""
    sine = math.sqrt(1.0 - cosine * cosine)
    half = math.cos(math.pi * turn)  # one cosine gives both of the full turn, by the formulas of the double angle
    p, q = sine * (2.0 * half * half - 1.0), sine * 2.0 * half * math.sqrt(1.0 - half * half)
    across = math.sqrt(ux * ux + uy * uy)
    if across < 1e-6:
        vx, vy, vz = p, q, cosine * math.copysign(1.0, uz)
    else:
        vx = (ux * uz * p - uy * q) / across + ux * cosine
        vy = (uy * uz * p + ux * q) / across + uy * cosine
        vz = uz * cosine - across * p
    scale = 1.5 - 0.5 * (vx * vx + vy * vy + vz * vz)  # one Newton step back to length 1
    return vx * scale, vy * scale, vz * scale
