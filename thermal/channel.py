"""The open channel while light is on: full of hot vapour, which condenses on walls below the boiling point."""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def condense(own, capacity, removed, r_edges, z_edges, boiling, transfer, dt, temperature):
    """Warm the walls of the channel towards the boiling point and return the heat that they took up [J].

    Every face between tissue and channel passes heat with the coefficient of condensation, in series with half a cell
    of tissue, and only into tissue that is colder: dry gas takes next to nothing from what is hotter.

    Parameters
    ----------
    own, capacity : conductivity [W/m/K] and heat capacity [J/K] of each cell, ``(nz, nr)``.
    removed : cells that are channel, ``(nz, nr)``.
    r_edges, z_edges : faces of the cells [m].
    boiling : boiling point [degC].
    transfer : heat transfer of condensation [W/m2/K].
    dt : time [s].
    temperature : ``(nz, nr)`` [degC], changed.
    """
    nz, nr = removed.shape
    taken = 0.0
    for k in range(nz):
        dz = z_edges[k + 1] - z_edges[k]
        for i in range(nr):
            if removed[k, i] or temperature[k, i] >= boiling:
                continue
            dr = r_edges[i + 1] - r_edges[i]
            across = 1.0 / (0.5 * dr / own[k, i] + 1.0 / transfer)
            along = 1.0 / (0.5 * dz / own[k, i] + 1.0 / transfer)
            ring = np.pi * (r_edges[i + 1] ** 2 - r_edges[i] ** 2)
            conductance = 0.0
            if i > 0 and removed[k, i - 1]:
                conductance += 2.0 * np.pi * r_edges[i] * dz * across
            if i + 1 < nr and removed[k, i + 1]:
                conductance += 2.0 * np.pi * r_edges[i + 1] * dz * across
            if k > 0 and removed[k - 1, i]:
                conductance += ring * along
            if k + 1 < nz and removed[k + 1, i]:
                conductance += ring * along
            if conductance > 0.0:
                change = (temperature[k, i] - boiling) * np.expm1(-conductance * dt / capacity[k, i])
                temperature[k, i] += change
                taken += capacity[k, i] * change
    return taken
