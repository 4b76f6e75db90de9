"""Blood flow through a network of vessels: Poiseuille's law in each segment, conservation at each node."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csc_array
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import spsolve

MMHG_PA = 133.322
_NL_PER_MIN_PER_M3_PER_S = 1e12 * 60.0


def conductance(
    radius_um: NDArray[np.float64], length_um: NDArray[np.float64], viscosity_mpa_s: float
) -> NDArray[np.float64]:
    """Poiseuille conductance ``pi r^4 / (8 mu l)`` in nL/min/mmHg."""
    si = np.pi * (radius_um * 1e-6) ** 4 / (8.0 * viscosity_mpa_s * 1e-3 * np.maximum(length_um, 1e-3) * 1e-6)
    return si * MMHG_PA * _NL_PER_MIN_PER_M3_PER_S


def solve_flow(
    node_a: NDArray[np.int64],
    node_b: NDArray[np.int64],
    conductances: NDArray[np.float64],
    fixed_pressure_mmhg: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Pressure at every node and flow from a to b in every segment.

    Parameters
    ----------
    node_a, node_b : ends of each segment, ``(n_segments,)``.
    conductances : nL/min/mmHg, ``(n_segments,)``; 0 for a closed segment.
    fixed_pressure_mmhg : ``(n_nodes,)``, NaN where the pressure is unknown.

    Returns
    -------
    pressure : mmHg, ``(n_nodes,)``; NaN where no open path leads to a fixed pressure.
    flow : nL/min, ``(n_segments,)``.
    """
    n = len(fixed_pressure_mmhg)
    open_ = conductances > 0.0
    a, b, g = node_a[open_], node_b[open_], conductances[open_]
    fixed = ~np.isnan(fixed_pressure_mmhg)
    pressure = fixed_pressure_mmhg.copy()
    links = coo_array((np.ones(len(a)), (a, b)), shape=(n, n))
    _, label = connected_components(links, directed=False)
    reached = np.isin(label, np.unique(label[fixed]))
    unknown = np.flatnonzero(reached & ~fixed)
    if len(unknown):
        place = np.full(n, -1)
        place[unknown] = np.arange(len(unknown))
        diagonal = np.bincount(a, g, n) + np.bincount(b, g, n)
        right = np.zeros(n)
        for here, there in ((a, b), (b, a)):
            known = fixed[there]
            np.add.at(right, here[known], g[known] * pressure[there[known]])
        inside = (place[a] >= 0) & (place[b] >= 0)
        i, j, w = place[a[inside]], place[b[inside]], -g[inside]
        m = len(unknown)
        matrix = coo_array(
            (
                np.concatenate([w, w, diagonal[unknown]]),
                (np.concatenate([i, j, np.arange(m)]), np.concatenate([j, i, np.arange(m)])),
            ),
            shape=(m, m),
        )
        pressure[unknown] = spsolve(csc_array(matrix), right[unknown])
    flow = np.zeros(len(node_a))
    drop = pressure[a] - pressure[b]
    flow[open_] = np.where(np.isnan(drop), 0.0, g * drop)
    return pressure, flow
