"""The blood vessels of intact skin: two plexuses, the vessels between them, papillary loops, nets around follicles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from mendsim.abm.draws import uniforms
from mendsim.common.lattice import Lattice
from mendsim.common.purposes import ANATOMY

ARTERIOLE, CAPILLARY, VENULE = 0, 1, 2
NOT_A_FOLLICLE = -1
_JITTER_STEP = 10
_JITTER = 0.3
"""Nodes of a plexus lie off their even places by up to this share of the distance between nodes."""


@dataclass(frozen=True, kw_only=True)
class Bed:
    """Where vessels are to lie, lengths in um; depths count from the mean surface of the skin.

    Attributes
    ----------
    width, length : of the slab of skin; y runs from 0 to ``length``.
    floor : depth of its lower face, where blood enters and leaves.
    superficial, deep : depths of the plexuses.
    papilla_depth : depth of the top of the dermis over each site, ``(ny, nx)``.
    spacing : of the sites of ``papilla_depth``.
    loops_per_mm2 : of papillary loops.
    follicles : x and y of each follicle and the depth of its bulb, ``(n, 3)``.
    """

    width: float
    length: float
    floor: float
    superficial: float
    deep: float
    papilla_depth: NDArray[np.float64]
    spacing: float
    loops_per_mm2: float
    follicles: NDArray[np.float64]

    @classmethod
    def of(
        cls,
        lattice: Lattice,
        papilla_depth_um: NDArray[np.float64],
        plexus_depths_um: tuple[float, float],
        loops_per_mm2: float,
        follicles_um: NDArray[np.float64],
        p: Mapping[str, float],
    ) -> Bed:
        """Bed of a block, or of the slab of tissue that a section shows the vessels of; follicles lie in its middle."""
        section = lattice.ny == 1
        length = p["vessel.section_thickness_um"] if section else lattice.ny * lattice.spacing_um
        follicles = follicles_um.copy()
        if section and len(follicles):
            follicles[:, 1] = 0.5 * length
        floor = (lattice.nz - lattice.air_sites) * lattice.spacing_um - 1.0
        apart = p["vessel.node_spacing_um"]
        return cls(
            width=lattice.nx * lattice.spacing_um,
            length=length,
            floor=floor,
            superficial=min(plexus_depths_um[0], floor - 4.0 * apart),
            deep=min(plexus_depths_um[1], floor - 2.0 * apart),
            papilla_depth=papilla_depth_um,
            spacing=lattice.spacing_um,
            loops_per_mm2=loops_per_mm2,
            follicles=follicles,
        )


class _Drawing:
    """A graph in the making; nodes are numbers, positions lie inside the bed."""

    def __init__(self, bed: Bed, p: Mapping[str, float], seed: int):
        self.bed, self.p, self.seed = bed, p, seed
        self.apart = p["vessel.node_spacing_um"]
        self.graph: nx.Graph = nx.Graph()
        self.places: list[NDArray[np.float64]] = []

    def node(self, x: float, y: float, depth: float, pressure_mmhg: float | None = None, jitter: float = 0.0) -> int:
        """Add a node, moved by ``jitter`` times the distance of nodes at most."""
        number, bed = len(self.places), self.bed
        lots = 3 * number + np.arange(3, dtype=np.int64)
        off = jitter * self.apart * (2.0 * uniforms(self.seed, lots, _JITTER_STEP, ANATOMY) - 1.0)
        low, high = np.zeros(3), np.array([bed.width, bed.length, bed.floor]) - 1e-6
        place = np.clip(np.array([x, y, depth]) + off, low, high)
        self.places.append(place)
        self.graph.add_node(number, x_um=place[0], y_um=place[1], depth_um=place[2], pressure_mmhg=pressure_mmhg)
        return number

    def vessel(
        self, a: int, b: int, radius: float, kind: int, follicle: int = NOT_A_FOLLICLE, *, feeding: bool = False
    ) -> None:
        """Join two nodes by a straight vessel, with nodes along it."""
        start, end = self.places[a], self.places[b]
        pieces = max(1, round(float(np.linalg.norm(end - start)) / self.apart))
        between = [start + (end - start) * k / pieces for k in range(1, pieces)]
        inner = [self.node(x, y, depth, jitter=_JITTER) for x, y, depth in between]
        self.path([a, *inner, b], radius, kind, follicle, feeding=feeding)

    def path(
        self, nodes: list[int], radius: float, kind: int, follicle: int = NOT_A_FOLLICLE, *, feeding: bool = False
    ) -> None:
        """Join nodes in a row."""
        nx.add_path(self.graph, nodes, radius_um=radius, kind=kind, follicle=follicle, feeding=feeding)

    def nearest(self, nodes: Sequence[int], x: float, y: float, depth: float) -> int:
        """Of some nodes the one that lies nearest to a place."""
        places = np.array([self.places[node] for node in nodes])
        return nodes[int(np.argmin(np.sum((places - np.array([x, y, depth])) ** 2, axis=1)))]


def vascular_graph(bed: Bed, p: Mapping[str, float], seed: int) -> nx.Graph:
    """Network of vessels of a slab of skin.

    Blood enters through feeding arterioles at the lower face, spreads in the deep plexus, ascends to the superficial
    one, rises in a loop into each papilla and returns by venules that lie beside the arterioles. A net of capillaries
    fills the dermis between the plexuses. Around each follicle an arteriole and a venule run along it, joined by rings
    of capillaries and by loops through its papilla.

    Returns
    -------
    networkx.Graph with node attributes ``x_um, y_um, depth_um`` and ``pressure_mmhg`` (None inside), and edge
    attributes ``radius_um``, ``kind``, ``feeding`` (whether blood enters or leaves through it) and ``follicle`` (the
    number of the follicle whose papilla it runs through, else -1).

    References
    ----------
    Braverman (2000) J Investig Dermatol Symp Proc 5:3-9, doi:10.1046/j.1087-0024.2000.00010.x
    """
    drawing = _Drawing(bed, p, seed)
    levels = {
        "superficial": (bed.superficial, p["vessel.plexus_spacing_um"]),
        "deep": (bed.deep, p["vessel.deep_plexus_spacing_um"]),
    }
    plexus = {
        (name, kind): _plexus(drawing, depth + shift, mesh, kind, shift, p[f"vessel.{name}_plexus_radius_um"])
        for name, (depth, mesh) in levels.items()
        for kind, shift in ((ARTERIOLE, 0.0), (VENULE, drawing.apart))
    }
    for kind, share in ((ARTERIOLE, 0.25), (VENULE, 0.75)):
        for x, y in _even(bed, p["vessel.ascending_spacing_um"], share):
            low = drawing.nearest(plexus["deep", kind], x, y, bed.deep)
            high = drawing.nearest(plexus["superficial", kind], x, y, bed.superficial)
            drawing.vessel(low, high, p["vessel.ascending_radius_um"], kind)
        pressure = p["vessel.arterial_pressure_mmhg" if kind == ARTERIOLE else "vessel.venous_pressure_mmhg"]
        radius = p["vessel.feeding_radius_um"] * (1.0 if kind == ARTERIOLE else p["vessel.venule_ratio"])
        for x, y in _even(bed, p["vessel.ascending_spacing_um"], share + 0.25):
            door = drawing.node(x, y, bed.floor, pressure)
            drawing.vessel(door, drawing.nearest(plexus["deep", kind], x, y, bed.deep), radius, kind, feeding=True)
    _loops(drawing, plexus["superficial", ARTERIOLE], plexus["superficial", VENULE])
    _reticular(drawing, plexus)
    for number, (x, y, bulb) in enumerate(bed.follicles):
        _follicle(drawing, plexus, number, x, y, bulb)
    return drawing.graph


def _even(bed: Bed, spacing: float, share: float) -> list[tuple[float, float]]:
    """Evenly spaced places, at least one; ``share`` moves them within their distance."""
    columns, rows = max(1, round(bed.width / spacing)), max(1, round(bed.length / spacing))
    return [
        ((i + share) / columns * bed.width, (j + (0.5 if rows == 1 else share)) / rows * bed.length)
        for j in range(rows)
        for i in range(columns)
    ]


def _plexus(drawing: _Drawing, depth: float, mesh: float, kind: int, shift: float, radius: float) -> list[int]:
    """Draw a mesh of vessels parallel to the skin; return its nodes."""
    bed, apart = drawing.bed, drawing.apart
    rows = max(1, round(bed.length / mesh))
    columns = max(2, round(bed.width / apart) + 1)
    links = max(1, round(mesh / apart))
    width = radius * (drawing.p["vessel.venule_ratio"] if kind == VENULE else 1.0)
    first = len(drawing.places)
    line: list[list[int]] = []
    for row in range(rows):
        y = (row + 0.5) * bed.length / rows + 0.5 * shift
        line.append([drawing.node(x, y, depth, jitter=_JITTER) for x in np.linspace(0.0, bed.width, columns)])
        drawing.path(line[-1], width, kind)
    for row in range(rows - 1):
        for i in range(links // 2, columns, links):
            drawing.vessel(line[row][i], line[row + 1][i], width, kind)
    return list(range(first, len(drawing.places)))


def _loops(drawing: _Drawing, arterioles: list[int], venules: list[int]) -> None:
    """Draw a loop into each papilla; its venous limb is the wider one."""
    bed, p = drawing.bed, drawing.p
    radius, wider = p["vessel.capillary_radius_um"], p["vessel.venous_limb_radius_um"]
    for k in range(max(1, round(bed.loops_per_mm2 * bed.width * bed.length * 1e-6))):
        u = uniforms(drawing.seed, np.array([2 * k, 2 * k + 1], np.int64), _JITTER_STEP + 1, ANATOMY)
        x, y = _spread(k, u, bed)
        column = min(int(x / bed.spacing), bed.papilla_depth.shape[1] - 1)
        row = 0 if len(bed.papilla_depth) == 1 else min(int(y / bed.spacing), len(bed.papilla_depth) - 1)
        tip = drawing.node(x, y, min(bed.papilla_depth[row, column] + 0.5 * drawing.apart, bed.superficial))
        drawing.vessel(drawing.nearest(arterioles, x, y, bed.superficial), tip, radius, CAPILLARY)
        drawing.vessel(tip, drawing.nearest(venules, x, y, bed.superficial), wider, CAPILLARY)


def _spread(k: int, u: NDArray[np.float64], bed: Bed) -> tuple[float, float]:
    """Place of the k-th loop: one in each cell of a grid, somewhere in it."""
    side = 1e3 / np.sqrt(bed.loops_per_mm2)
    rows = max(1, round(bed.length / side))
    columns = max(1, round(bed.loops_per_mm2 * bed.width * bed.length * 1e-6) / rows)
    i, j = k // rows, k % rows
    return float(min(i + u[0], columns) / columns * bed.width), float((j + u[1]) / rows * bed.length)


def _reticular(drawing: _Drawing, plexus: dict[tuple[str, int], list[int]]) -> None:
    """Draw the capillaries of the dermis between the plexuses, a net.

    Strands run in turn from a deep arteriole up to a venule and from a high arteriole down to one; each is joined to
    the next one along the skin.
    """
    bed, p = drawing.bed, drawing.p
    spacing, radius = p["vessel.reticular_spacing_um"], p["vessel.capillary_radius_um"]
    depth = {"superficial": bed.superficial, "deep": bed.deep}
    rungs = np.arange(bed.superficial + spacing, bed.deep - 0.5 * spacing, spacing)
    before: list[int] = []
    last_y = -1.0
    for k, (x, y) in enumerate(_even(bed, spacing, 0.5)):
        start, end = ("deep", "superficial") if (k + int(y / spacing)) % 2 == 0 else ("superficial", "deep")
        a = drawing.nearest(plexus[start, ARTERIOLE], x, y, depth[start])
        b = drawing.nearest(plexus[end, VENULE], x, y, depth[end])
        knots = [drawing.node(x, y, z, jitter=_JITTER) for z in rungs]
        chain = [a, *(knots if start == "superficial" else knots[::-1]), b]
        for one, other in pairwise(chain):
            drawing.vessel(one, other, radius, CAPILLARY)
        if y == last_y:
            for one, other in zip(before, knots, strict=True):
                drawing.vessel(one, other, radius, CAPILLARY)
        before, last_y = knots, y


def _follicle(
    drawing: _Drawing, plexus: dict[tuple[str, int], list[int]], number: int, x: float, y: float, bulb: float
) -> None:
    """Draw the net around one follicle, joined to each plexus that it passes and to the deep one."""
    bed, p = drawing.bed, drawing.p
    across = min(p["vessel.perifollicular_distance_um"], 0.45 * bed.length)
    top = min(bed.superficial + 2.0 * drawing.apart, bulb)
    depths = np.linspace(top, bulb, max(2, round((bulb - top) / p["vessel.perifollicular_rung_um"]) + 1))
    radius, capillary = p["vessel.perifollicular_radius_um"], p["vessel.capillary_radius_um"]
    limbs = {
        kind: [drawing.node(x + side * across, y, depth, jitter=_JITTER) for depth in depths]
        for kind, side in ((ARTERIOLE, -1.0), (VENULE, 1.0))
    }
    for kind, limb in limbs.items():
        width = radius * (p["vessel.venule_ratio"] if kind == VENULE else 1.0)
        for a, b in pairwise(limb):
            drawing.vessel(a, b, width, kind)
        for name, depth in (("superficial", bed.superficial), ("deep", bed.deep)):
            root = drawing.nearest(limb, drawing.places[limb[0]][0], drawing.places[limb[0]][1], depth)
            drawing.vessel(drawing.nearest(plexus[name, kind], *drawing.places[root]), root, width, kind)
    for k, depth in enumerate(depths):
        for side in (-1.0, 1.0):
            middle = drawing.node(x, y + side * across, depth, jitter=_JITTER)
            drawing.vessel(limbs[ARTERIOLE][k], middle, capillary, CAPILLARY)
            drawing.vessel(middle, limbs[VENULE][k], capillary, CAPILLARY)
    loops = round(p["vessel.loops_per_papilla"])
    for k in range(loops):
        rise = p["follicle.papilla_length_um"] * (k + 1.0) / loops
        tip = drawing.node(x, y, bulb - rise, jitter=_JITTER)
        drawing.vessel(limbs[ARTERIOLE][-1], tip, capillary, CAPILLARY, number)
        drawing.vessel(tip, limbs[VENULE][-1], capillary, CAPILLARY, number)
