"""Blood flow through a network of vessels: Poiseuille's law in each segment, conservation at each node."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csc_array
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import splu

MMHG_PA = 133.322
_NL_PER_MIN_PER_M3_PER_S = 1e12 * 60.0


def relative_viscosity(diameter_um: NDArray[np.float64], haematocrit: float) -> NDArray[np.float64]:
    """Apparent viscosity of blood in living vessels over that of plasma; higher in narrow ones.

    Parameters
    ----------
    diameter_um : of the lumen, above 1.1 um.
    haematocrit : of the blood that leaves the vessel, 0 to 1.

    References
    ----------
    Pries et al. (1994) Circ Res 75:904-915, doi:10.1161/01.RES.75.5.904 (the in vivo law)
    """
    d = np.maximum(diameter_um, 2.0)
    at_45 = 6.0 * np.exp(-0.085 * d) + 3.2 - 2.44 * np.exp(-0.06 * d**0.645)
    wide = 1.0 / (1.0 + 1e-11 * d**12)
    c = (0.8 + np.exp(-0.075 * d)) * (wide - 1.0) + wide
    by_cells = ((1.0 - haematocrit) ** c - 1.0) / (0.55**c - 1.0)
    near_wall = (d / (d - 1.1)) ** 2
    relative: NDArray[np.float64] = (1.0 + (at_45 - 1.0) * by_cells * near_wall) * near_wall
    return relative


def conductance(
    radius_um: NDArray[np.float64], length_um: NDArray[np.float64], viscosity_mpa_s: NDArray[np.float64] | float
) -> NDArray[np.float64]:
    """Poiseuille conductance ``pi r^4 / (8 mu l)`` in nL/min/mmHg."""
    si = np.pi * (radius_um * 1e-6) ** 4 / (8.0 * viscosity_mpa_s * 1e-3 * np.maximum(length_um, 1e-3) * 1e-6)
    return si * MMHG_PA * _NL_PER_MIN_PER_M3_PER_S


def wall_shear_stress_pa(
    flow_nl_per_min: NDArray[np.float64], radius_um: NDArray[np.float64], viscosity_mpa_s: NDArray[np.float64] | float
) -> NDArray[np.float64]:
    """Shear stress at the wall, ``4 mu Q / (pi r^3)``."""
    q = np.abs(flow_nl_per_min) / _NL_PER_MIN_PER_M3_PER_S
    stress: NDArray[np.float64] = 4.0 * viscosity_mpa_s * 1e-3 * q / (np.pi * (radius_um * 1e-6) ** 3)
    return stress


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
        right = np.zeros(n)
        for here, there in ((a, b), (b, a)):
            known = fixed[there]
            np.add.at(right, here[known], g[known] * pressure[there[known]])
        pressure[unknown] = Links(a, b, g, np.zeros(n), unknown).solve(right[unknown])
    flow = np.zeros(len(node_a))
    drop = pressure[a] - pressure[b]
    flow[open_] = np.where(np.isnan(drop), 0.0, g * drop)
    return pressure, flow


class Links:
    """Nodes held together by links: ``sum(link (u - u_neighbour)) + hold u = source`` at each free node.

    Parameters
    ----------
    a, b, link : ends and strength of the links.
    hold : of every node.
    free : nodes whose value is wanted; the others are at 0, or enter through the source.
    """

    REBUILT = ("_factors",)

    def __init__(
        self,
        a: NDArray[np.int64],
        b: NDArray[np.int64],
        link: NDArray[np.float64],
        hold: NDArray[np.float64],
        free: NDArray[np.int64],
    ):
        n, m = len(hold), len(free)
        place = np.full(n, -1)
        place[free] = np.arange(m)
        diagonal = np.bincount(a, link, n) + np.bincount(b, link, n) + hold
        inside = (place[a] >= 0) & (place[b] >= 0)
        i, j, w = place[a[inside]], place[b[inside]], -link[inside]
        own = np.arange(m)
        entries = np.concatenate([w, w, diagonal[free]])
        self._matrix = csc_array(
            coo_array((entries, (np.concatenate([i, j, own]), np.concatenate([j, i, own]))), (m, m))
        )
        self.rebuild()

    def rebuild(self) -> None:
        """Factorise anew; the factors themselves cannot be saved."""
        # symmetric and positive definite: no pivoting, and an ordering that keeps it sparse
        options = {"permc_spec": "MMD_AT_PLUS_A", "diag_pivot_thresh": 0.0, "options": {"SymmetricMode": True}}
        self._factors = splu(self._matrix, **options) if self._matrix.shape[0] else None

    def solve(self, source: NDArray[np.float64]) -> NDArray[np.float64]:
        """Values of the free nodes for their sources."""
        if self._factors is None:
            return np.zeros(0)
        values: NDArray[np.float64] = self._factors.solve(source)
        return values
