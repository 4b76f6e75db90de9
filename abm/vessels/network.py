"""The living vessel network: nodes and segments, blood flow, coagulation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import networkx as nx
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from mendsim.abm.agents.vessel import TipCell, Vessel
from mendsim.abm.draws import uniforms
from mendsim.abm.tissue import CLOT, DERMIS, HYPODERMIS
from mendsim.abm.vessels import adaptation, sprouts
from mendsim.abm.vessels.anatomy import ARTERIOLE, CAPILLARY, VENULE, Bed, vascular_graph
from mendsim.abm.vessels.flow import conductance, relative_viscosity, solve_flow, wall_shear_stress_pa
from mendsim.abm.vessels.raster import Raster
from mendsim.abm.vessels.tone import Tone
from mendsim.common.purposes import ENGULFMENT

if TYPE_CHECKING:
    from mendsim.abm.model import HealingModel
    from mendsim.thermal.injury import Injury

_CHANGED, _GROWN = 0.03, 1e-4
"""Flow is solved anew once a radius has changed by this share: in a step, and when vessels grow."""
_GROWTH_H = 2.0
"""Interval at which vessels grow: a tip cell moves less in it than its filopodia reach."""
_SPARE = 1.2
"""Nodes to a segment above which those of lost vessels are left out."""
_NL_PER_MIN_PER_UM3 = 1e-6 / 100.0
"""Flow of 1 mL/min/100 mL through one um3 of tissue."""


class VesselNetwork:
    """Nodes of the vessels of a model; the segments are its :class:`Vessel` agents.

    The network is drawn in space. A section shows that of a slab of skin, in the middle of which its plane lies.

    Attributes
    ----------
    position_um : float64 ``(n_nodes, 3)``; x and z from the corner of the lattice, y from that of the block or slab.
    fixed_pressure_mmhg : float64 ``(n_nodes,)``; NaN inside the network.
    pressure_mmhg : float64 ``(n_nodes,)``; NaN where no blood can come from.
    length_y_um : thickness of the slab or block.
    share : part of the slab of tissue that a section one site thick is; 1 in a block.
    raster : how the vessels lie on the cells of the oxygen field.
    tone : how far they are dilated.
    """

    def __init__(self, model: HealingModel, bed: Bed):
        self.model = model
        graph = vascular_graph(bed, model.parameters, model.seed)
        air_um = model.lattice.air_sites * model.lattice.spacing_um
        place = {node: k for k, node in enumerate(graph)}
        nodes = [graph.nodes[node] for node in graph]
        self.position_um = np.array([[n["x_um"], n["y_um"], n["depth_um"] + air_um] for n in nodes]).reshape(-1, 3)
        self.length_y_um = bed.length
        self.share = model.lattice.ny * model.lattice.spacing_um / bed.length
        self.fixed_pressure_mmhg = np.array(
            [np.nan if n["pressure_mmhg"] is None else n["pressure_mmhg"] for n in nodes]
        )
        edges = [
            (place[a], place[b], *(data[key] for key in ("radius_um", "kind", "follicle", "feeding")))
            for a, b, data in graph.edges(data=True)
        ]
        a, b, radius, kind, follicle, feeding = (np.array(column) for column in zip(*edges, strict=True))
        radius, flowing = self._fed(a, b, radius, kind, feeding, bed)
        a, b, radius, kind, follicle = (column[flowing] for column in (a, b, radius, kind, follicle))
        Vessel.create_agents(
            model, len(a), node_a=a, node_b=b, radius_um=radius, rest_radius_um=radius, kind=kind, follicle=follicle
        )
        self.tone = Tone(self)
        self._growth_steps = max(1, round(_GROWTH_H / model.step_h))
        self.raster = Raster(self)
        self.solve()
        self.raster.calibrate()
        self.segments["rest_shear_pa"][...] = self.shear_pa()
        self._per_length_at_rest = self.entering_nl_per_min() / self.perfused_length_um()
        self._follicles = len(bed.follicles)
        self._papilla_at_rest = self._through_papillae()

    def _fed(
        self,
        a: NDArray[np.int64],
        b: NDArray[np.int64],
        radius: NDArray[np.float64],
        kind: NDArray[np.int64],
        feeding: NDArray[np.bool_],
        bed: Bed,
    ) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Radii with which the tissue gets the blood of its site at rest: those of the feeding arterioles are scaled.

        They stand for all the arteries upstream, most of whose resistance lies in vessels too small to be known. Which
        vessels have flow then is returned, too: blind ends are none of intact skin.
        """
        model = self.model
        length = np.linalg.norm(self.position_um[a] - self.position_um[b], axis=1)
        wanted = model.site.blood_flow_ml_per_min_per_100ml * _NL_PER_MIN_PER_UM3
        wanted *= bed.width * bed.length * min(model.site.dermis_um, bed.floor)
        arterial = self.fixed_pressure_mmhg == model.parameters["vessel.arterial_pressure_mmhg"]
        entering = arterial[a].astype(float) - arterial[b]
        scaled = feeding & (kind == ARTERIOLE)
        low, high = np.log(0.1), np.log(10.0)
        for _ in range(40):
            factor = np.exp(0.5 * (low + high))
            trial = np.where(scaled, factor * radius, radius)
            _, flow = solve_flow(a, b, self._conductance(trial, length), self.fixed_pressure_mmhg)
            if np.sum(entering * flow) < wanted:
                low = np.log(factor)
            else:
                high = np.log(factor)
        return trial, np.abs(flow) > model.parameters["vessel.perfused_flow_nl_per_min"]

    def _conductance(self, radius_um: NDArray[np.float64], length_um: NDArray[np.float64]) -> NDArray[np.float64]:
        return conductance(radius_um, length_um, self._viscosity(radius_um))

    def _viscosity(self, radius_um: NDArray[np.float64]) -> NDArray[np.float64]:
        p = self.model.parameters
        return p["vessel.plasma_viscosity_mpa_s"] * relative_viscosity(2.0 * radius_um, p["vessel.haematocrit"])

    @property
    def segments(self):
        """The population of :class:`Vessel` agents."""
        return self.model.population(Vessel)

    def keep_order(self) -> None:
        """Keep segments and tips in order of id: sums of floating-point flows depend on their order."""
        for population in (self.segments, self.model.population(TipCell)):
            order = np.argsort(population.uid, kind="stable")
            if np.any(np.diff(order) < 0):
                population.permute(order)

    def graph(self) -> nx.Graph:
        """Return the network as it is now; edges carry every column of their segment."""
        graph: nx.Graph = nx.Graph()
        v, lumen = self.segments, self.lumen_um()
        names = ("kind", "radius_um", "dilation", "flow_nl_per_min", "oxygen_mmhg", "perfused", "coagulated", "growing")
        for row in np.arange(v.n_rows)[v.rows()]:
            a, b = int(v["node_a"][row]), int(v["node_b"][row])
            for node in (a, b):
                x, y, z = self.position_um[node]
                graph.add_node(node, x_um=x, y_um=y, z_um=z, pressure_mmhg=float(self.pressure_mmhg[node]))
            values = {name: v[name][row].item() for name in names}
            graph.add_edge(a, b, segment=int(v.uid[row]), lumen_um=float(lumen[row]), **values)
        return graph

    def ends(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Positions of both ends of every segment row, each ``(n_rows, 3)`` um."""
        v = self.segments
        return self.position_um[v["node_a"]], self.position_um[v["node_b"]]

    def midpoints(self) -> NDArray[np.float64]:
        """Middles of every segment row, ``(n_rows, 3)`` um."""
        a, b = self.ends()
        return 0.5 * (a + b)

    def length_um(self) -> NDArray[np.float64]:
        """Length of every segment row."""
        a, b = self.ends()
        return np.linalg.norm(a - b, axis=1)

    def lumen_um(self) -> NDArray[np.float64]:
        """Radius of the lumen of every segment row as it is now: at rest, and more as it is dilated."""
        v, p = self.segments, self.model.parameters
        most = np.empty(3)
        most[ARTERIOLE] = p["vessel.arteriole_dilation_ratio"]
        most[CAPILLARY] = p["vessel.capillary_dilation_ratio"]
        most[VENULE] = p["vessel.venule_dilation_ratio"]
        lumen: NDArray[np.float64] = v["radius_um"] * (1.0 + (most[v["kind"]] - 1.0) * v["dilation"])
        return lumen

    def open_rows(self) -> NDArray[np.bool_]:
        """Living segments with a lumen: neither coagulated nor growing."""
        v = self.segments
        return (v["coagulated"] == 0) & (v["growing"] == 0) & v.alive

    def entering_nl_per_min(self) -> float:
        """Blood that enters the sample through its arteries."""
        v = self.segments
        arterial = self.fixed_pressure_mmhg == self.model.parameters["vessel.arterial_pressure_mmhg"]
        entering = np.where(arterial[v["node_a"]], 1, 0) - np.where(arterial[v["node_b"]], 1, 0)
        by_id = np.argsort(v.uid, kind="stable")
        return float(np.sum((entering * v["flow_nl_per_min"] * v.alive)[by_id]))

    def perfused_length_um(self) -> float:
        """Length of the vessels with flow."""
        v = self.segments
        by_id = np.argsort(v.uid, kind="stable")
        return float(np.sum((self.length_um() * ((v["perfused"] == 1) & v.alive))[by_id]))

    def flow_of_a_vessel(self) -> float:
        """Blood that enters for each length of vessels with flow, over that at rest; 0 where none has flow."""
        length = self.perfused_length_um()
        return max(self.entering_nl_per_min(), 0.0) / length / self._per_length_at_rest if length > 0.0 else 0.0

    def solve(self, *, rebuilt: bool = True) -> None:
        """Flow in every segment; ``rebuilt`` says whether vessels were added, closed or moved since the last time."""
        v, p = self.segments, self.model.parameters
        if rebuilt and len(self.position_um) > _SPARE * (len(v) + 1):
            self._forget_nodes()
        lumen = self.lumen_um()
        g = self._conductance(lumen, self.length_um())
        g[~self.open_rows()] = 0.0
        self.pressure_mmhg, flow = solve_flow(v["node_a"], v["node_b"], g, self.fixed_pressure_mmhg)
        v["flow_nl_per_min"][...] = flow
        v["perfused"][...] = np.abs(flow) > p["vessel.perfused_flow_nl_per_min"]
        self._solved_um, self._solved_uid = lumen, v.uid.copy()
        if rebuilt:
            self.raster.draw()
            self.tone.prepare()
        self.raster.follow_flow()

    def shear_pa(self) -> NDArray[np.float64]:
        """Wall shear stress of every segment row."""
        lumen = self.lumen_um()
        return wall_shear_stress_pa(self.segments["flow_nl_per_min"], lumen, self._viscosity(lumen))

    def step(self) -> None:
        """Dilate in every step; sprout, adapt and regress every few; flow follows (R22)."""
        self.tone.step()
        self._clear()
        rebuilt, least = False, _CHANGED
        if self.model.step_index % self._growth_steps == 0:
            step_h = self._growth_steps * self.model.step_h
            joined = sprouts.step(self, step_h)
            closed = adaptation.step(self, step_h)
            rebuilt, least = joined or closed, _GROWN
        if rebuilt or self._wider_or_narrower(least):
            self.solve(rebuilt=rebuilt or not np.array_equal(self.segments.uid, self._solved_uid))

    def _forget_nodes(self) -> None:
        """Leave out nodes of vessels that are gone; the others keep their order, so no flow changes."""
        v = self.segments
        used = np.zeros(len(self.position_um), bool)
        used[v["node_a"][v.alive]] = used[v["node_b"][v.alive]] = True
        number = np.maximum(np.cumsum(used) - 1, 0)  # rows of the dead point anywhere
        v["node_a"][...], v["node_b"][...] = number[v["node_a"]], number[v["node_b"]]
        self.position_um = self.position_um[used]
        self.fixed_pressure_mmhg = self.fixed_pressure_mmhg[used]

    def _wider_or_narrower(self, least: float) -> bool:
        """Whether a vessel has changed by some share since flow was solved."""
        rows = self.model.registry.row_of[self._solved_uid]
        there = rows >= 0
        before = self._solved_um[there]
        return bool(np.any(np.abs(self.lumen_um()[rows[there]] - before) > least * before))

    def filled(self) -> NDArray[np.bool_]:
        """Segments that hold blood under pressure: open, and joined to the circulation, whether or not it flows."""
        v, n, is_open = self.segments, len(self.position_um), self.open_rows()
        joins = (np.ones(int(is_open.sum())), (v["node_a"][is_open], v["node_b"][is_open]))
        _, part = connected_components(coo_array(joins, shape=(n, n)), directed=False)
        filled: NDArray[np.bool_] = is_open & np.isin(part[v["node_a"]], part[~np.isnan(self.fixed_pressure_mmhg)])
        return filled

    def inflamed(self) -> NDArray[np.float64]:
        """How inflamed vessels are, 0 to 1, on the cells of the cytokine: they let leukocytes in, dilate and leak."""
        cytokine = self.model.cytokine.concentration
        half = self.model.parameters["cytokine.endothelium_half_effect_ng_per_ml"]
        share: NDArray[np.float64] = cytokine / (half + cytokine)
        return share

    def supply(self, codes: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Vessels under pressure on the cells of the oxygen field, see :meth:`Raster.supply`."""
        return self.raster.supply(codes, self.raster.filled)

    def open_vessels(self, codes: NDArray[np.uint8]) -> NDArray[np.float64]:
        """As :meth:`supply`, of every vessel that is not coagulated.

        One whose upstream is coagulated still holds blood, and in skin gets it from outside the piece that is shown.
        """
        return self.raster.supply(codes, self.raster.open)

    def mature_vessels(self, codes: NDArray[np.uint8]) -> NDArray[np.float64]:
        """As :meth:`open_vessels`, without sprouts: leukocytes enter through grown vessels."""
        return self.raster.supply(codes, self.raster.mature)

    def papilla_flow(self) -> NDArray[np.float64]:
        """Blood flow through the papilla of each follicle over that of undilated vessels, ``(n_follicles,)``."""
        now = self._through_papillae()
        return now / np.where(self._papilla_at_rest > 0.0, self._papilla_at_rest, 1.0)

    def _through_papillae(self) -> NDArray[np.float64]:
        """Flow times length of the loops of each papilla, which share out their flow along them."""
        v = self.segments
        rows = np.flatnonzero((v["follicle"] >= 0) & v.alive)
        rows = rows[np.argsort(v.uid[rows], kind="stable")]
        weight = np.abs(v["flow_nl_per_min"][rows]) * self.length_um()[rows]
        return np.asarray(np.bincount(v["follicle"][rows], weight, self._follicles), np.float64)

    def entrances(self) -> NDArray[np.float64]:
        """Middles of perfused capillaries and venules, through which cells leave the blood, ``(n, 3)`` um.

        Those of a section are laid into its plane.
        """
        v = self.segments
        places = self.midpoints()[(v["perfused"] == 1) & v.alive & (v["kind"] != ARTERIOLE)]
        return self.model.in_plane(places)

    def superficial(self, places: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Whether places ``(n, 3)`` um lie in the superficial plexus, whose venules run a node deeper, or above."""
        model = self.model
        depth = places[:, 2] - model.lattice.air_sites * model.lattice.spacing_um
        lowest = model.site.superficial_plexus_depth_um + 2.0 * model.parameters["vessel.node_spacing_um"]
        above: NDArray[np.bool_] = depth <= lowest
        return above

    def coagulate(self, injury: Injury) -> None:
        """Close segments whose worst point is more likely than not coagulated or gone (R22)."""
        v = self.segments
        a, b = self.ends()
        fraction = np.maximum(injury.damage["vessel_coagulation"], injury.ablated)
        worst = np.zeros(v.n_rows)
        for share in np.linspace(0.0, 1.0, 11):
            worst = np.maximum(worst, self._struck(fraction, injury, a + share * (b - a)))
        struck = (worst > 0.5) & v.alive & (v["coagulated"] == 0)
        self.tone.flare(injury)
        if not struck.any():
            return
        v["coagulated"][struck] = 1
        tips = self.model.population(TipCell)
        tips.remove(np.flatnonzero(np.isin(tips["vessel"], v.uid[v["coagulated"] == 1])))
        v["growing"][v["coagulated"] == 1] = 0
        self.solve()

    def _struck(self, fraction: NDArray, injury: Injury, places: NDArray[np.float64]) -> NDArray[np.float64]:
        """Damage at places of the block or slab, ``(n,)``.

        The plane of a section cuts zones along their axes; beside it each is round, as far as halfway to its
        neighbours, and their rows are a pitch apart. A cut goes on.
        """
        lattice, kind = self.model.lattice, injury.record.get("kind")
        axes = np.unique(np.round(injury.zones["x_um"]))
        if lattice.ny > 1 or len(axes) == 0 or kind == "incision":
            flat: NDArray[np.float64] = fraction[self.model.sites(self.model.in_plane(places))]
            return flat
        beside = np.abs(places[:, 1] - 0.5 * self.length_y_um)
        pitch = injury.record.get("pitch_um", np.inf)
        if np.isfinite(pitch):
            beside = np.abs((beside + 0.5 * pitch) % pitch - 0.5 * pitch)
        halfway = np.concatenate([[-np.inf], 0.5 * (axes[1:] + axes[:-1]), [np.inf]])
        struck = np.zeros(len(places))
        for k, axis in enumerate(axes):
            away = np.hypot(places[:, 0] - axis, beside)
            for side, end in ((-1.0, halfway[k]), (1.0, halfway[k + 1])):
                there = np.flatnonzero(away <= np.abs(end - axis))
                at = places[there]
                at[:, 0] = axis + side * away[there]
                inside = (at[:, 0] >= 0.0) & (at[:, 0] < lattice.nx * lattice.spacing_um)
                found = fraction[self.model.sites(self.model.in_plane(at[inside]))]
                struck[there[inside]] = np.maximum(struck[there[inside]], found)
        return struck

    def _clear(self) -> None:
        """Remove coagulated segments as macrophages eat the dead around them."""
        v, model = self.segments, self.model
        rows = np.flatnonzero((v["coagulated"] == 1) & v.alive)
        if len(rows) == 0:
            return
        places = model.in_plane(self.midpoints()[rows])
        eaten = model.leukocytes.eaten[model.index(model.leukocytes.neutrophils, places)]
        gone = rows[uniforms(model.seed, v.uid[rows], model.step_index, ENGULFMENT) < eaten]
        if len(gone):
            v.remove(gone)

    def bounded(self, places: NDArray[np.float64]) -> NDArray[np.float64]:
        """Places ``(n, 3)`` um, mirrored at the faces of block or slab that they have crossed."""
        lattice = self.model.lattice
        size = np.array([lattice.nx * lattice.spacing_um, self.length_y_um, lattice.nz * lattice.spacing_um])
        inside = np.abs(places)
        inside = np.where(inside > size, 2.0 * size - inside, inside)
        return np.clip(inside, 0.0, size - 1e-6)

    def growable(self, places: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Whether vessels may grow at places ``(n, 3)`` um: in dermis, clot or hypodermis."""
        codes = self.model.tissue.code[self.model.sites(self.model.in_plane(places))]
        return np.isin(codes, (DERMIS, CLOT, HYPODERMIS))
