"""Conduction and perfusion in a cylinder of tissue: alternating directions, conservative, second order.

Solves ``c dT/dt = div(k grad T) - p T`` for the rise ``T`` above the steady state before the session (Pennes 1948,
doi:10.1152/jappl.1948.1.2.93), in finite volumes, with the splitting of Douglas 1962 (doi:10.1007/BF01386295): a
Crank-Nicolson step along r, corrected by one along z. What leaves through the edges is counted exactly as the scheme
moves it, so heat is conserved to rounding. What lies above the surface may be warmer than at rest, column by column:
air, or a hot disc that touches part of the skin.
"""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def cell_properties(
    fresh_water, dry_heat, fresh, dried, perfusion, water_heat, volume, water, removed, coagulation, own, capacity,
    blood,
):  # fmt: skip
    """Conductivity [W/m/K], heat capacity [J/K] and heat taken by blood [W/K] of each cell at its present water.

    Conductivity falls in proportion to the water lost, from ``fresh`` to ``dried``; removed cells have none. Blood
    flows in the share of vessels that is left at a damage integral of ``coagulation`` ``(nz, nr)``.
    """
    for k in range(water.shape[0]):
        for i in range(water.shape[1]):
            if removed[k, i]:
                own[k, i], blood[k, i] = 0.0, 0.0
            else:
                own[k, i] = dried + water[k, i] / fresh_water[k] * (fresh[k] - dried)
                blood[k, i] = perfusion[k] * volume[k, i] * np.exp(-coagulation[k, i])
            capacity[k, i] = (dry_heat[k] + water[k, i] * water_heat) * volume[k, i]


@njit(cache=True, nogil=True)
def face_conductances(own, r_edges, z_edges, surface, radial, axial):
    """Conductance of every face [W/K] from the conductivity of the cells [W/m/K]; cells of none pass no heat.

    ``radial`` is ``(nz, nr + 1)`` and ``axial`` is ``(nz + 1, nr)``. The axis passes nothing, the top passes to what
    lies above it with heat transfer ``surface`` [W/m2/K], the outer and lower edge to tissue at rest half a cell away.
    """
    nz, nr = own.shape
    for k in range(nz):
        dz = z_edges[k + 1] - z_edges[k]
        radial[k, 0] = 0.0
        for i in range(nr):
            dr = r_edges[i + 1] - r_edges[i]
            ring = np.pi * (r_edges[i + 1] ** 2 - r_edges[i] ** 2)
            if k == 0:
                axial[0, i] = _in_series(ring, 0.5 * dz, own[0, i], 1.0, surface)
            face = 2.0 * np.pi * r_edges[i + 1] * dz
            if i + 1 < nr:
                wide = r_edges[i + 2] - r_edges[i + 1]
                radial[k, i + 1] = _in_series(face, 0.5 * dr, own[k, i], 0.5 * wide, own[k, i + 1])
            else:
                radial[k, nr] = face * own[k, i] / (0.5 * dr)
            if k + 1 < nz:
                deep = z_edges[k + 2] - z_edges[k + 1]
                axial[k + 1, i] = _in_series(ring, 0.5 * dz, own[k, i], 0.5 * deep, own[k + 1, i])
            else:
                axial[nz, i] = ring * own[k, i] / (0.5 * dz)


@njit(cache=True, nogil=True)
def _in_series(area, first_length, first, second_length, second):
    """Conductance of two slabs in series."""
    if first == 0.0 or second == 0.0:
        return 0.0
    return area / (first_length / first + second_length / second)


@njit(cache=True, nogil=True)
def conduct(rise, capacity, blood, radial, axial, above, work, factor, dt, out):
    """Advance the temperature rise [K] by ``dt`` [s] in place.

    Parameters
    ----------
    rise : ``(nz, nr)``, changed.
    capacity, blood : heat capacity [J/K] and heat taken by blood [W/K] of each cell, ``(nz, nr)``.
    radial, axial : conductances of the faces [W/K].
    above : rise of what lies above each column of the surface [K], ``(nr,)``; zero for air at rest.
    work, factor : scratch, ``(nz, nr)``.
    out : energy [J] added to: 0 conducted out through the edges, 1 taken by blood.
    """
    _predict_along_r(rise, capacity, blood, radial, axial, above, work, dt, out)
    _correct_along_z(rise, capacity, axial, above, work, factor, dt, out)


@njit(cache=True, nogil=True)
def _flow_along_r(values, radial, k, i):
    """Net flow [W] into cell (k, i) from its neighbours along r, or from tissue at rest outside."""
    inner = values[k, i - 1] if i > 0 else 0.0
    outer = values[k, i + 1] if i + 1 < values.shape[1] else 0.0
    return radial[k, i] * (inner - values[k, i]) + radial[k, i + 1] * (outer - values[k, i])


@njit(cache=True, nogil=True)
def _flow_along_z(values, axial, above, k, i):
    """Net flow [W] into cell (k, i) from its neighbours along z, from above the surface or from tissue at rest."""
    upper = values[k - 1, i] if k > 0 else above[i]
    lower = values[k + 1, i] if k + 1 < values.shape[0] else 0.0
    return axial[k, i] * (upper - values[k, i]) + axial[k + 1, i] * (lower - values[k, i])


@njit(cache=True, nogil=True)
def _predict_along_r(rise, capacity, blood, radial, axial, above, work, dt, out):
    """Put into ``work`` the rise after a step implicit along r and explicit along z."""
    nz, nr = rise.shape
    half = 0.5 * dt
    upper = np.empty(nr)
    edge, taken = 0.0, 0.0
    for k in range(nz):
        lower = 0.0
        for i in range(nr):
            here = rise[k, i]
            flow = half * _flow_along_r(rise, radial, k, i) + dt * _flow_along_z(rise, axial, above, k, i)
            inner, outer = half * radial[k, i], half * radial[k, i + 1]
            pivot = capacity[k, i] + outer + inner * (1.0 - lower)
            right = capacity[k, i] * here + flow - dt * blood[k, i] * here
            if i > 0:
                right += inner * work[k, i - 1]
            lower = outer / pivot
            upper[i] = lower
            work[k, i] = right / pivot
            taken += dt * blood[k, i] * here
        edge += half * radial[k, nr] * (rise[k, nr - 1] + work[k, nr - 1])
        for i in range(nr - 2, -1, -1):
            work[k, i] += upper[i] * work[k, i + 1]
    for i in range(nr):
        edge += half * (axial[0, i] * (rise[0, i] - above[i]) + axial[nz, i] * rise[nz - 1, i])
    out[0] += edge
    out[1] += taken


@njit(cache=True, nogil=True)
def _correct_along_z(rise, capacity, axial, above, work, factor, dt, out):
    """Replace half of the old flow along z in ``work`` by the new one and put the result into ``rise``."""
    nz, nr = rise.shape
    half = 0.5 * dt
    for k in range(nz):
        for i in range(nr):
            work[k, i] = capacity[k, i] * work[k, i] - half * _flow_along_z(rise, axial, above, k, i)
    for k in range(nz):
        for i in range(nr):
            top, bottom = half * axial[k, i], half * axial[k + 1, i]
            lower = factor[k - 1, i] if k > 0 else 0.0
            pivot = capacity[k, i] + bottom + top * (1.0 - lower)
            work[k, i] += top * (rise[k - 1, i] if k > 0 else above[i])
            factor[k, i] = bottom / pivot
            rise[k, i] = work[k, i] / pivot
    for k in range(nz - 2, -1, -1):
        for i in range(nr):
            rise[k, i] += factor[k, i] * rise[k + 1, i]
    edge = 0.0
    for i in range(nr):
        edge += half * (axial[0, i] * (rise[0, i] - above[i]) + axial[nz, i] * rise[nz - 1, i])
    out[0] += edge
