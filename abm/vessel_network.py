"""The living vessel network: nodes, flow, oxygen exchange, coagulation and sprouting."""

from __future__ import annotations

from typing import TYPE_CHECKING

import networkx as nx
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from mendsim.abm.agents.vessel import Vessel
from mendsim.abm.draws import uniforms
from mendsim.abm.flow import conductance, solve_flow
from mendsim.abm.tissue import HYPODERMIS
from mendsim.abm.vessel_anatomy import ARTERIOLE
from mendsim.common.purposes import MIGRATION_DIRECTION, SPROUTING

if TYPE_CHECKING:
    from mendsim.abm.model import HealingModel

_HOURS_PER_DAY = 24.0


class VesselNetwork:
    """Nodes of the vessels of a model; the segments are its :class:`Vessel` agents.

    Attributes
    ----------
    position_um : float64 ``(n_nodes, 3)``; x, y and z from the corner of the lattice.
    fixed_pressure_mmhg : float64 ``(n_nodes,)``; NaN inside the network.
    share : part of the network's slab of tissue that a section one site thick is; 1 in a block.
    """

    def __init__(self, model: HealingModel, graph: nx.Graph):
        self.model = model
        air_um = model.lattice.air_sites * model.lattice.spacing_um
        place = {node: k for k, node in enumerate(graph)}
        nodes = [graph.nodes[node] for node in graph]
        self.position_um = np.array([[n["x_um"], n["y_um"], n["depth_um"] + air_um] for n in nodes]).reshape(-1, 3)
        limit = np.array(model.lattice.shape[::-1]) * model.lattice.spacing_um - 1e-6
        if model.lattice.ny == 1:
            self.position_um[:, 1] = 0.5 * model.lattice.spacing_um
        self.position_um = np.clip(self.position_um, 0.0, limit)
        self.fixed_pressure_mmhg = np.array(
            [np.nan if n["pressure_mmhg"] is None else n["pressure_mmhg"] for n in nodes]
        )
        edges = [(place[a], place[b], data["radius_um"], data["kind"]) for a, b, data in graph.edges(data=True)]
        a, b, radius, kind = (np.array(column) for column in zip(*edges, strict=True))
        Vessel.create_agents(model, len(edges), node_a=a, node_b=b, radius_um=radius, kind=kind)
        slab = model.parameters["vessel.section_thickness_um"]
        self.share = min(1.0, model.lattice.ny * model.lattice.spacing_um / slab) if model.lattice.ny == 1 else 1.0
        self.solve()
        dermis = model.oxygen.restrict(model.intact_dermis)
        drawn = float(np.sum(self._filled * dermis))
        self._per_healthy = float(dermis.sum()) / drawn if drawn > 0.0 else 0.0

    @property
    def segments(self):
        """The population of :class:`Vessel` agents."""
        return self.model.population(Vessel)

    def keep_order(self) -> None:
        """Keep segments in order of id: sums over a network of floating-point flows depend on their order."""
        order = np.argsort(self.segments.uid, kind="stable")
        if np.any(np.diff(order) < 0):
            self.segments.permute(order)

    def graph(self) -> nx.Graph:
        """Return the network as it is now; edges carry every column of their segment."""
        graph: nx.Graph = nx.Graph()
        v = self.segments
        for row in np.arange(v.n_rows)[v.rows()]:
            a, b = int(v["node_a"][row]), int(v["node_b"][row])
            for node in (a, b):
                x, y, z = self.position_um[node]
                graph.add_node(node, x_um=x, y_um=y, z_um=z)
            graph.add_edge(
                a,
                b,
                segment=int(v.uid[row]),
                **{name: v[name][row].item() for name in ("radius_um", "flow_nl_per_min", "perfused", "coagulated")},
            )
        return graph

    def ends(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Positions of both ends of every segment row, each ``(n_rows, 3)`` um."""
        v = self.segments
        return self.position_um[v["node_a"]], self.position_um[v["node_b"]]

    def length_um(self) -> NDArray[np.float64]:
        """Length of every segment row."""
        a, b = self.ends()
        return np.linalg.norm(a - b, axis=1)

    def solve(self) -> None:
        """Flow in every segment; call after the network changed."""
        v, p = self.segments, self.model.parameters
        g = conductance(v["radius_um"], self.length_um(), p["vessel.blood_viscosity_mpa_s"])
        g[(v["coagulated"] == 1) | (v["growing"] == 1) | ~v.alive[: v.n_rows]] = 0.0
        _, flow = solve_flow(v["node_a"], v["node_b"], g, self.fixed_pressure_mmhg)
        v["flow_nl_per_min"][...] = flow
        v["perfused"][...] = np.abs(flow) > p["vessel.perfused_flow_nl_per_min"]
        self.exchange = self.rasterise((v["perfused"] == 1) & v.alive[: v.n_rows])
        self._filled = self.rasterise(self.filled())
        self._open = self.rasterise((v["coagulated"] == 0) & (v["growing"] == 0) & v.alive[: v.n_rows])

    def supply(self, codes: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Vessels under pressure in each cell of the oxygen field, over their mean in the healthy dermis.

        Parameters
        ----------
        codes : compartments; the capillaries among fat cells are not drawn as segments and count as the mean.
        """
        return self._per_healthy * self._filled + self.model.oxygen.restrict(codes == HYPODERMIS)

    def inflamed(self) -> NDArray[np.float64]:
        """How inflamed vessels are, 0 to 1, on the cells of the cytokine: they let leukocytes in, dilate and leak."""
        cytokine = self.model.cytokine.concentration
        half = self.model.parameters["cytokine.endothelium_half_effect_ng_per_ml"]
        share: NDArray[np.float64] = cytokine / (half + cytokine)
        return share

    def open_vessels(self, codes: NDArray[np.uint8]) -> NDArray[np.float64]:
        """As :meth:`supply`, of every vessel that is not coagulated.

        One whose upstream is coagulated still holds blood, and in skin gets it from outside the plane of a section.
        """
        return self._per_healthy * self._open + self.model.oxygen.restrict(codes == HYPODERMIS)

    def perfused_midpoints(self) -> NDArray[np.float64]:
        """Middles of perfused segments, ``(n, 3)`` um."""
        v = self.segments
        a, b = self.ends()
        return (0.5 * (a + b))[(v["perfused"] == 1) & v.alive[: v.n_rows]]

    def rasterise(self, keep: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Length of some segments in each oxygen site over its spacing; a section gets its share of its slab's."""
        field = self.model.oxygen
        spacing = self.model.lattice.spacing_um * field.factor
        a, b = self.ends()
        a, b = a[keep], b[keep]
        out = np.zeros(field.concentration.shape)
        length = np.linalg.norm(a - b, axis=1)
        pieces = np.maximum(1, np.ceil(2.0 * length / spacing).astype(int))
        part = np.repeat(np.arange(len(a)), pieces)
        along = (np.arange(len(part)) - np.repeat(np.cumsum(pieces) - pieces, pieces) + 0.5) / pieces[part]
        at = a[part] + (b - a)[part] * along[:, None]
        index = np.clip((at / spacing).astype(int), 0, np.array(field.concentration.shape)[::-1] - 1)
        np.add.at(out, tuple(index.T[::-1]), (length / pieces)[part] * self.share / spacing)
        return out

    def filled(self) -> NDArray[np.bool_]:
        """Segments that hold blood under pressure: open, and joined to the circulation, whether or not it flows."""
        v, n = self.segments, len(self.position_um)
        is_open = (v["coagulated"] == 0) & (v["growing"] == 0) & v.alive[: v.n_rows]
        joins = (np.ones(int(is_open.sum())), (v["node_a"][is_open], v["node_b"][is_open]))
        _, part = connected_components(coo_array(joins, shape=(n, n)), directed=False)
        return is_open & np.isin(part[v["node_a"]], part[~np.isnan(self.fixed_pressure_mmhg)])

    def coagulate(self, fraction: NDArray[np.floating]) -> None:
        """Close segments whose worst point is more likely than not coagulated (R22); ``fraction`` is on the lattice."""
        v, spacing = self.segments, self.model.lattice.spacing_um
        a, b = self.ends()
        worst = np.zeros(v.n_rows)
        for share in np.linspace(0.0, 1.0, 11):
            at = ((a + share * (b - a)) / spacing).astype(int)
            index = np.clip(at, 0, np.array(fraction.shape)[::-1] - 1)
            worst = np.maximum(worst, fraction[index[:, 2], index[:, 1], index[:, 0]])
        v["coagulated"][worst > 0.5] = 1
        self.solve()

    def sprout(self) -> None:
        """Grow sprouts up the VEGF gradient, join them to other vessels, let the unconnected regress (R22)."""
        model, p, v = self.model, self.model.parameters, self.segments
        if not model.vegf.concentration.any():
            return
        changed = self._regress() | self._advance()
        v = self.segments
        # a sprout that blood has not reached yet sends out none
        lined = (v["perfused"] == 1) | (v["sprout"] == 0)
        rows = np.flatnonzero(lined & self._open_to_sprouts())
        a, b = self.ends()
        vegf = model.sample(model.vegf, 0.5 * (a + b)[rows])
        hill = vegf ** p["vessel.vegf_steepness"] / (
            p["vessel.vegf_half_effect_ng_per_ml"] ** p["vessel.vegf_steepness"] + vegf ** p["vessel.vegf_steepness"]
        )
        draw = uniforms(model.seed, v.uid[rows], model.step_index, SPROUTING)
        started = rows[draw < 1.0 - np.exp(-p["vessel.sprouting_per_d"] * hill * model.step_h / _HOURS_PER_DAY)]
        for origin in v["node_b"][started[np.argsort(v.uid[started])]].tolist():
            self._extend(origin, 0)
        if changed:
            self.solve()

    def _open_to_sprouts(self) -> NDArray[np.bool_]:
        """Segments that sprouts leave and join: living, and not clad in muscle unless cut off by coagulation."""
        v = self.segments
        alive, coagulated = v.alive[: v.n_rows], v["coagulated"] == 1
        stumps = np.union1d(v["node_a"][coagulated & alive], v["node_b"][coagulated & alive])
        cut = np.isin(v["node_a"], stumps) | np.isin(v["node_b"], stumps)
        return alive & ~coagulated & ((v["kind"] != ARTERIOLE) | cut)

    def _extend(self, origin: int, sprout: int) -> None:
        tip = len(self.position_um)
        self.position_um = np.vstack([self.position_um, self.position_um[origin]])
        self.fixed_pressure_mmhg = np.append(self.fixed_pressure_mmhg, np.nan)
        uid = self.segments.add(
            1,
            node_a=origin,
            node_b=tip,
            radius_um=self.model.parameters["vessel.capillary_radius_um"],
            growing=1,
            sprout=sprout,
            born_h=self.model.time_h,
        )
        if sprout == 0:
            v = self.segments
            v["sprout"][v.n_rows - 1] = uid[0]

    def _advance(self) -> bool:
        """Move every tip; returns whether a vessel was joined."""
        model, p, v = self.model, self.model.parameters, self.segments
        tips = np.flatnonzero((v["growing"] == 1) & v.alive[: v.n_rows])
        if len(tips) == 0:
            return False
        joined = False
        reach = p["vessel.sprout_speed_mm_per_d"] * 1000.0 * model.step_h / _HOURS_PER_DAY
        gradient = model.gradient(model.vegf, self.position_um[v["node_b"][tips]])
        angle = 2.0 * np.pi * uniforms(model.seed, v.uid[tips], model.step_index, MIGRATION_DIRECTION)
        for uid, slope, turn in zip(v.uid[tips].tolist(), gradient, angle, strict=True):
            row = model.registry.row_of[uid]
            tip = int(v["node_b"][row])
            norm = float(np.linalg.norm(slope))
            direction = slope / norm if norm > 0.0 else np.array([np.cos(turn), 0.0, np.sin(turn)])
            place = self.position_um[tip] + reach * direction
            if not model.in_dermis(place):
                continue
            self.position_um[tip] = place
            other = self._neighbour(tip, int(v["sprout"][row]))
            if other >= 0:
                v["node_b"][row], v["growing"][row] = other, 0
                joined = True
            elif np.linalg.norm(place - self.position_um[v["node_a"][row]]) >= p["vessel.node_spacing_um"]:
                v["growing"][row] = 0
                self._extend(tip, int(v["sprout"][row]))
                v = self.segments
        return joined

    def _neighbour(self, tip: int, sprout: int) -> int:
        """Node of another vessel within reach of the tip's filopodia, or -1."""
        v = self.segments
        mine = v["sprout"] == sprout
        root = v["node_a"][mine & (v.uid[: v.n_rows] == sprout)]
        a, b = self.ends()
        along = b - a
        share = np.einsum("ij,ij->i", self.position_um[tip] - a, along) / np.maximum(
            np.einsum("ij,ij->i", along, along), 1e-9
        )
        near = a + np.clip(share, 0.0, 1.0)[:, None] * along
        distance = np.linalg.norm(near - self.position_um[tip], axis=1)
        distance[mine | ~self._open_to_sprouts() | np.isin(v["node_a"], root) | np.isin(v["node_b"], root)] = np.inf
        closest = int(np.argmin(distance))
        if distance[closest] > self.model.parameters["vessel.capture_distance_um"]:
            return -1
        return int(v["node_a"][closest] if share[closest] < 0.5 else v["node_b"][closest])

    def _regress(self) -> bool:
        """Remove sprouts that grew for their whole lifetime without finding a vessel."""
        v, model = self.segments, self.model
        age = model.time_h - v["born_h"]
        first = v["sprout"] == v.uid[: v.n_rows]
        old = first & (age > _HOURS_PER_DAY * model.parameters["vessel.sprout_lifetime_d"]) & v.alive[: v.n_rows]
        searching = np.unique(v["sprout"][(v["growing"] == 1) & v.alive[: v.n_rows]])
        lost = np.intersect1d(v["sprout"][old], searching)
        gone = np.flatnonzero(np.isin(v["sprout"], lost) & v.alive[: v.n_rows]) if len(lost) else lost
        if len(gone):
            v.remove(gone)
        return bool(len(gone))
