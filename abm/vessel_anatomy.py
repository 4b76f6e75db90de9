"""The blood vessels of intact skin: two plexuses, the vessels between them and the papillary loops."""

from __future__ import annotations

from collections.abc import Mapping

import networkx as nx
import numpy as np

from mendsim.common.lattice import Lattice

ARTERIOLE, CAPILLARY, VENULE = 0, 1, 2


def plexus_graph(
    lattice: Lattice,
    bed_depth_um: np.ndarray,
    superficial_um: float,
    deep_um: float,
    loops_per_mm2: float,
    p: Mapping[str, float],
) -> nx.Graph:
    """Network of a section or block of skin.

    Arterioles and venules run side by side along x in both plexuses and are joined by ascending vessels. A
    papillary loop rises from the superficial arteriole to just below the epidermis and returns to the venule. A
    section holds the loops of a slab ``vessel.section_thickness_um`` thick; a block repeats the plexus every such
    distance along y.

    Returns
    -------
    networkx.Graph with node attributes ``x_um, y_um, depth_um`` and ``pressure_mmhg`` (None inside), and edge
    attributes ``radius_um`` and ``kind``.

    References
    ----------
    Braverman (2000) J Investig Dermatol Symp Proc 5:3-9, doi:10.1046/j.1087-0024.2000.00010.x
    """
    graph: nx.Graph = nx.Graph()
    spacing, slab = p["vessel.node_spacing_um"], p["vessel.section_thickness_um"]
    width, length = lattice.nx * lattice.spacing_um, lattice.ny * lattice.spacing_um
    rows = [0.0] if lattice.ny == 1 else list(np.arange(0.5 * slab, length, slab))
    columns = np.linspace(0.0, width, max(2, round(width / spacing) + 1))
    for row, y in enumerate(rows):
        slot = 0 if lattice.ny == 1 else min(int(y / lattice.spacing_um), lattice.ny - 1)
        for side, kind, shift in (("a", ARTERIOLE, 0.0), ("v", VENULE, spacing)):
            for level, depth in (("s", superficial_um), ("d", deep_um)):
                pressure = p["vessel.arterial_pressure_mmhg"] if side == "a" else p["vessel.venous_pressure_mmhg"]
                ends = {0, len(columns) - 1} if level == "d" else set()
                for i, x in enumerate(columns):
                    graph.add_node(
                        (row, side, level, i),
                        x_um=x,
                        y_um=y,
                        depth_um=depth + shift,
                        pressure_mmhg=pressure if i in ends else None,
                    )
                    if i:
                        graph.add_edge(
                            (row, side, level, i - 1),
                            (row, side, level, i),
                            radius_um=p["vessel.arteriole_radius_um"],
                            kind=kind,
                        )
            step = max(1, round(p["vessel.ascending_spacing_um"] / spacing))
            for i in range(step // 2 if side == "a" else step // 2 + 1, len(columns), step):
                rungs = np.arange(superficial_um + shift + spacing, deep_um + shift, spacing)
                chain = [(row, side, "s", i), *((row, side, "r", i, k) for k in range(len(rungs))), (row, side, "d", i)]
                for k, depth in enumerate(rungs):
                    graph.add_node((row, side, "r", i, k), x_um=columns[i], y_um=y, depth_um=depth, pressure_mmhg=None)
                nx.add_path(graph, chain, radius_um=p["vessel.arteriole_radius_um"], kind=kind)
        loops = max(1, round(loops_per_mm2 * width * slab * 1e-6))
        for k in range(loops):
            i = min(int((k + 0.5) / loops * (len(columns) - 1)), len(columns) - 2)
            x = 0.5 * (columns[i] + columns[i + 1])
            tip = bed_depth_um[slot, min(int(x / lattice.spacing_um), lattice.nx - 1)] + spacing / 2
            graph.add_node((row, "tip", k), x_um=x, y_um=y, depth_um=min(tip, superficial_um), pressure_mmhg=None)
            nx.add_path(
                graph,
                [(row, "a", "s", i), (row, "tip", k), (row, "v", "s", i + 1)],
                radius_um=p["vessel.capillary_radius_um"],
                kind=CAPILLARY,
            )
    return graph
