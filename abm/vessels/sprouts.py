"""Sprouts: tip cells leave vessels where VEGF calls, climb its gradient, branch, and join other vessels (R22)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from mendsim.abm.agents.vessel import TipCell
from mendsim.abm.draws import uniforms
from mendsim.abm.vessels.adaptation import vegf_effect
from mendsim.abm.vessels.anatomy import ARTERIOLE, CAPILLARY, VENULE
from mendsim.common.purposes import BRANCHING, MIGRATION_DIRECTION, MIGRATION_ORDER, SPROUTING

if TYPE_CHECKING:
    from mendsim.abm.vessels.network import VesselNetwork

_HOURS_PER_DAY = 24.0
_UM_PER_MM = 1e3
_AXES = ("x", "y", "z")


def step(network: VesselNetwork, step_h: float) -> bool:
    """Advance, branch, join, regress and start sprouts for ``step_h``; returns whether a vessel was joined or lost."""
    joined = _advance(network, step_h)
    lost = _give_up(network)
    _start(network, step_h)
    return joined or lost


def _start(network: VesselNetwork, step_h: float) -> None:
    """Send out tip cells from open vessels by VEGF, none near another tip (lateral inhibition).

    Vessels clad in muscle send out none unless coagulation has cut them off, and sprouts none before blood reaches
    them.
    """
    model, p, v = network.model, network.model.parameters, network.segments
    lined = (v["perfused"] == 1) | (v["sprout"] == 0)
    rows = np.flatnonzero(lined & joinable(network))
    effect = vegf_effect(network, network.midpoints()[rows])
    per_um = p["vessel.sprouting_per_mm_d"] / _UM_PER_MM
    rate = per_um * network.length_um()[rows] * effect
    draw = uniforms(model.seed, v.uid[rows], model.step_index, SPROUTING)
    chosen = rows[draw < -np.expm1(-rate * step_h / _HOURS_PER_DAY)]
    tips, lining = _tip_places(network), _lining(network)
    for origin in v["node_b"][chosen].tolist():
        place, left = network.position_um[origin], int(lining[origin])
        if _free_of_tips(tips, place, p["vessel.tip_distance_um"]):
            extend(network, origin, left, direction=np.zeros(3))
            tips = np.vstack([tips, place])


def _lining(network: VesselNetwork) -> NDArray[np.int8]:
    """Kind of endothelium at each node: arterial or venous where such a vessel is, else that of a capillary."""
    v = network.segments
    lining = np.full(len(network.position_um), CAPILLARY, np.int8)
    for kind in (VENULE, ARTERIOLE):
        rows = network.open_rows() & (v["kind"] == kind)
        lining[v["node_a"][rows]] = lining[v["node_b"][rows]] = kind
    return lining


def _tip_places(network: VesselNetwork) -> NDArray[np.float64]:
    tips = network.model.population(TipCell)
    rows = np.arange(tips.n_rows)[tips.rows()]
    return np.stack([tips[f"{axis}_um"][rows] for axis in _AXES], axis=1)


def _free_of_tips(tips: NDArray[np.float64], place: NDArray[np.float64], distance_um: float) -> bool:
    return not len(tips) or bool(np.min(np.sum((tips - place) ** 2, axis=1)) > distance_um**2)


def joinable(network: VesselNetwork) -> NDArray[np.bool_]:
    """Segments that sprouts leave and join: living, and not clad in muscle unless cut off by coagulation."""
    v = network.segments
    coagulated = (v["coagulated"] == 1) & v.alive
    stumps = np.union1d(v["node_a"][coagulated], v["node_b"][coagulated])
    cut = np.isin(v["node_a"], stumps) | np.isin(v["node_b"], stumps) | (v["perfused"] == 0)
    open_: NDArray[np.bool_] = v.alive & (v["coagulated"] == 0) & ((v["kind"] != ARTERIOLE) | cut)
    return open_


def extend(
    network: VesselNetwork,
    origin: int,
    left: int,
    direction: NDArray[np.float64],
    sprout: int = 0,
    since_h: float | None = None,
) -> None:
    """Add a growing segment with its tip cell at a node.

    ``left`` is the kind of vessel that the sprout left; a ``sprout`` of 0 starts a new one; ``since_h`` is the time
    since which the tip searches, now if not given.
    """
    model, v = network.model, network.segments
    tip, place = len(network.position_um), network.position_um[origin]
    network.position_um = np.vstack([network.position_um, place])
    network.fixed_pressure_mmhg = np.append(network.fixed_pressure_mmhg, np.nan)
    network.pressure_mmhg = np.append(network.pressure_mmhg, np.nan)
    uid = int(
        v.add(
            1,
            node_a=origin,
            node_b=tip,
            radius_um=model.parameters["vessel.capillary_radius_um"],
            rest_radius_um=model.parameters["vessel.capillary_radius_um"],
            kind=CAPILLARY,
            growing=1,
            sprout=sprout,
        )[0]
    )
    sprout = sprout or uid
    network.segments["sprout"][-1] = sprout
    model.population(TipCell).add(
        1,
        vessel=uid,
        sprout=sprout,
        left=left,
        searching_since_h=model.time_h if since_h is None else since_h,
        **{f"{axis}_um": place[k] for k, axis in enumerate(_AXES)},
        **{f"direction_{axis}": direction[k] for k, axis in enumerate(_AXES)},
    )


def _advance(network: VesselNetwork, step_h: float) -> bool:
    """Move every tip, in the order of their ids; returns whether a vessel was joined."""
    model, p = network.model, network.model.parameters
    tips = model.population(TipCell)
    rows = np.arange(tips.n_rows)[tips.rows()]
    if len(rows) == 0:
        return False
    places = _tip_places(network)
    slope = model.gradient(model.vegf, model.in_plane(places))
    noise = _noise(model.seed, tips.uid[rows], model.step_index)
    before = np.stack([tips[f"direction_{axis}"][rows] for axis in _AXES], axis=1)
    norm = np.linalg.norm(slope, axis=1, keepdims=True)
    up = slope / np.where(norm > 0.0, norm, 1.0)
    turned = up + p["vessel.tip_persistence"] * before + p["vessel.tip_noise"] * noise
    turned /= np.maximum(np.linalg.norm(turned, axis=1, keepdims=True), 1e-12)
    reach = p["vessel.sprout_speed_mm_per_d"] * _UM_PER_MM * step_h / _HOURS_PER_DAY
    ahead = network.bounded(places + reach * turned)
    turned = (ahead - places) / max(reach, 1e-12)  # a tip that was mirrored at a face heads away from it
    free = network.growable(ahead)
    draw = uniforms(model.seed, tips.uid[rows], model.step_index, BRANCHING)
    per_node = p["vessel.branching_per_mm"] * p["vessel.node_spacing_um"] / _UM_PER_MM
    branching = draw < -np.expm1(-per_node * vegf_effect(network, places))
    walls = _Walls(network)
    joined = False
    for k, uid in enumerate(tips.uid[rows].tolist()):
        if free[k]:
            joined |= _move(network, walls, uid, ahead[k], turned[k], branch=bool(branching[k]))
    return joined


def _noise(seed: int, ids: NDArray[np.int64], step_index: int) -> NDArray[np.float64]:
    """Directions drawn evenly over the sphere, ``(n, 3)``."""
    up = 2.0 * uniforms(seed, ids, step_index, MIGRATION_ORDER) - 1.0
    turn = 2.0 * np.pi * uniforms(seed, ids, step_index, MIGRATION_DIRECTION)
    flat = np.sqrt(1.0 - up**2)
    return np.stack([flat * np.cos(turn), flat * np.sin(turn), up], axis=1)


class _Walls:
    """Where vessels are that a tip may join, found by the nodes around it."""

    def __init__(self, network: VesselNetwork):
        v = network.segments
        self.rows = np.flatnonzero(joinable(network))
        a, b = network.ends()
        self.a, self.along = a[self.rows], (b - a)[self.rows]
        self.length2 = np.maximum(np.einsum("ij,ij->i", self.along, self.along), 1e-9)
        self.tree = cKDTree(self.a + 0.5 * self.along)
        self.half = 0.5 * float(np.sqrt(self.length2.max())) if len(self.rows) else 0.0
        self.sprout, self.lining = v["sprout"][self.rows], _lining(network)
        self.node_a, self.node_b = v["node_a"][self.rows], v["node_b"][self.rows]
        self.growing = v["growing"][self.rows] == 1

    def within(self, place: NDArray[np.float64], reach_um: float, sprout: int, root: int, left: int) -> int:
        """Node of another vessel within reach, or -1; neither of the same sprout nor of the vessel it left.

        An arteriole, clad in muscle, is joined by sprouts of another alone, and those join no venule: arterial and
        venous cells shun each other (Gerety 1999, doi:10.1016/S1097-2765(00)80342-1).
        """
        near = np.sort(np.array(self.tree.query_ball_point(place, reach_um + self.half), dtype=np.int64))
        near = near[(self.sprout[near] != sprout) & (self.node_a[near] != root) & (self.node_b[near] != root)]
        share = np.einsum("ij,ij->i", place - self.a[near], self.along[near]) / self.length2[near]
        gap = np.linalg.norm(self.a[near] + np.clip(share, 0.0, 1.0)[:, None] * self.along[near] - place, axis=1)
        # the end of a growing segment moves on: what meets it is joined to its root
        node = np.where((share < 0.5) | self.growing[near], self.node_a[near], self.node_b[near])
        lining = self.lining[node]
        gap[((lining == ARTERIOLE) != (left == ARTERIOLE)) & (lining != CAPILLARY)] = np.inf
        if len(near) == 0 or gap.min() > reach_um:
            return -1
        return int(node[np.argmin(gap)])


def _move(
    network: VesselNetwork,
    walls: _Walls,
    uid: int,
    place: NDArray[np.float64],
    direction: NDArray[np.float64],
    *,
    branch: bool,
) -> bool:
    """Move one tip cell, with the end of its segment; returns whether it joined a vessel."""
    model, p = network.model, network.model.parameters
    tips, v = model.population(TipCell), network.segments
    tip_row = model.registry.row_of[uid]
    row = model.registry.row_of[int(tips["vessel"][tip_row])]
    node, sprout, left = int(v["node_b"][row]), int(tips["sprout"][tip_row]), int(tips["left"][tip_row])
    network.position_um[node] = place
    for k, axis in enumerate(_AXES):
        tips[f"{axis}_um"][tip_row], tips[f"direction_{axis}"][tip_row] = place[k], direction[k]
    first = model.registry.row_of[sprout]
    root = int(v["node_a"][first]) if first >= 0 else -1
    other = walls.within(place, p["vessel.capture_distance_um"], sprout, root, left)
    if other >= 0:
        v["node_b"][row], v["growing"][row] = other, 0
        tips.remove(np.array([tip_row]))
        return True
    if np.linalg.norm(place - network.position_um[v["node_a"][row]]) >= p["vessel.node_spacing_um"]:
        since_h = float(tips["searching_since_h"][tip_row])
        v["growing"][row] = 0
        tips.remove(np.array([tip_row]))
        extend(network, node, left, direction, sprout, since_h)
        if branch:
            extend(network, node, left, np.cross(direction, np.array([0.0, 1.0, 0.0])), sprout, since_h)
    return False


def _give_up(network: VesselNetwork) -> bool:
    """Remove tips that searched for their whole lifetime; what they leave behind has no flow and closes in its time."""
    v, model = network.segments, network.model
    tips = model.population(TipCell)
    limit = model.time_h - _HOURS_PER_DAY * model.parameters["vessel.sprout_lifetime_d"]
    old = np.flatnonzero(tips.alive & (tips["searching_since_h"] < limit))
    if len(old) == 0:
        return False
    v.remove(model.registry.row_of[tips["vessel"][old]])
    tips.remove(old)
    return True
