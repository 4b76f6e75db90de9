"""Tone: arterioles dilate within minutes where nerves fire and skin is inflamed, and pass it on along their walls.

The flare of an axon reflex: nerve endings that are hurt or heated fire, and the signal runs through the arbour of the
nerve, so that vessels dilate millimetres away.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt

from mendsim.abm.vessels.anatomy import ARTERIOLE
from mendsim.abm.vessels.flow import Links

if TYPE_CHECKING:
    from mendsim.abm.vessels.network import VesselNetwork
    from mendsim.thermal.injury import Injury

_MINUTES_PER_HOUR = 60.0
_AT_REST = 1e-3


class Tone:
    """Dilation of the vessels of a network.

    Attributes
    ----------
    reflex : float64 ``(ny, nx)``, how strongly nerves fire under each site of the surface, 0 to 1.
    """

    def __init__(self, network: VesselNetwork):
        self.network = network
        lattice = network.model.lattice
        self.reflex = np.zeros((lattice.ny, lattice.nx))

    def flare(self, injury: Injury) -> None:
        """Let nerve endings fire that were cut, or heated above the threshold of nociceptors; it spreads by distance.

        References
        ----------
        Magerl and Treede (1996) J Physiol 497:837, doi:10.1113/jphysiol.1996.sp021814 (threshold, and reach)
        """
        model, p = self.network.model, self.network.model.parameters
        tissue = model.intact_dermis
        hot = np.nan_to_num(injury.peak_temperature_c, nan=0.0) >= p["flare.threshold_degc"]
        hurt = ((hot | (injury.ablated > 0.0)) & tissue).any(axis=0)
        if not hurt.any():
            return
        away_um = distance_transform_edt(~hurt) * model.lattice.spacing_um
        fires = p["flare.strength"] * np.exp(-away_um / p["flare.reach_um"]) * self._awake()
        self.reflex = np.maximum(self.reflex, fires)

    def _awake(self) -> NDArray[np.float64]:
        """Share of the nerve endings under each site of the surface that a drug leaves awake, ``(ny, nx)``."""
        model, bed = self.network.model, self.network.model.tissue.bed_z
        y, x = np.indices(bed.shape)
        places = (np.stack([x.ravel(), y.ravel(), bed.ravel()], axis=1) + 0.5) * model.lattice.spacing_um
        awake: NDArray[np.float64] = 1.0 - model.drug_at("nerve_block", places).reshape(bed.shape)
        return awake

    def prepare(self) -> None:
        """Find what follows from where the vessels are; call after the network changed."""
        network, model, v = self.network, self.network.model, self.network.segments
        p = model.parameters
        self._uid = v.uid.copy()
        self._places = places = model.in_plane(network.midpoints())
        z, self._y, self._x = model.sites(places)
        depth = np.maximum(model.lattice.depth_um[z], 0.0)
        self._near_surface = np.exp(-depth / p["flare.depth_um"])
        self._cell = model.index(model.cytokine, places)
        arterial = np.flatnonzero(network.open_rows() & (v["kind"] == ARTERIOLE))
        self._walls = _Walls(
            v["node_a"][arterial],
            v["node_b"][arterial],
            network.length_um()[arterial],
            len(network.position_um),
            p["vessel.conduction_length_um"],
        )
        self._arterial = arterial

    def step(self) -> None:
        """Follow the drive for one step."""
        model, v = self.network.model, self.network.segments
        p, dt = model.parameters, model.step_h
        dilating = model.drug_acts("vessel_dilation")
        if not dilating and not (self.reflex.any() or model.cytokine.concentration.any() or v["dilation"].any()):
            return
        # of the reflex what is left in the mean of the last stretch that vessels remember
        drive = self._local(self._remembered(dt))
        if np.any(drive > _AT_REST):
            drive[self._arterial] = np.maximum(drive[self._arterial], self._walls.conduct(drive[self._arterial]))
        rows = model.registry.row_of[self._uid]
        there = rows >= 0
        rows, drive = rows[there], drive[there]
        share = -math.expm1(-dt * _MINUTES_PER_HOUR / p["vessel.dilation_time_min"])
        dilation = v["dilation"][rows] + share * (drive - v["dilation"][rows])
        v["dilation"][rows] = np.where(dilation < _AT_REST, 0.0, dilation)
        self.reflex *= 0.5 ** (dt / p["flare.half_life_h"])
        self.reflex[self.reflex < _AT_REST] = 0.0

    def _remembered(self, dt_h: float) -> float:
        """Reflex that vessels follow over a step, over that at its start: exact for a first-order lag."""
        p = self.network.model.parameters
        fades, follows = math.log(2.0) / p["flare.half_life_h"], _MINUTES_PER_HOUR / p["vessel.dilation_time_min"]
        lagged = follows * (math.exp(-fades * dt_h) - math.exp(-follows * dt_h)) / (follows - fades)
        return lagged / -math.expm1(-follows * dt_h)

    def _local(self, remembered: float) -> NDArray[np.float64]:
        """Drive at each segment, 0 to 1: the reflex near the surface, and inflammation."""
        reflex = remembered * self.reflex[self._y, self._x] * self._near_surface
        quiet = (1.0 - reflex) * (1.0 - self.network.inflamed()[self._cell])
        if self.network.model.drug_acts("vessel_dilation"):
            quiet *= 1.0 - self.network.model.drug_at("vessel_dilation", self._places)
        local: NDArray[np.float64] = 1.0 - quiet
        return local


class _Walls:
    """Walls of arterioles, along which a signal spreads and fades: what a place gets decays with its distance.

    Parameters
    ----------
    a, b, length_um : ends and lengths of the segments.
    n : number of nodes.
    reach_um : distance over which a signal falls to 1/e along a single vessel.
    """

    def __init__(
        self, a: NDArray[np.int64], b: NDArray[np.int64], length_um: NDArray[np.float64], n: int, reach_um: float
    ):
        self.a: NDArray[np.int64] = a
        self.b: NDArray[np.int64] = b
        self.length: NDArray[np.float64] = length_um
        self.n = n
        wall = self._at_nodes(np.ones(len(a)))
        self.lined = np.flatnonzero(wall > 0.0)
        self.spread = Links(a, b, reach_um**2 / length_um, wall, self.lined)

    def _at_nodes(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        half = 0.5 * self.length * values
        return np.asarray(np.bincount(self.a, half, self.n) + np.bincount(self.b, half, self.n), np.float64)

    def conduct(self, local: NDArray[np.float64]) -> NDArray[np.float64]:
        """Signal in each segment from the local one in all."""
        at_nodes = np.zeros(self.n)
        at_nodes[self.lined] = self.spread.solve(self._at_nodes(local)[self.lined])
        signal: NDArray[np.float64] = 0.5 * (at_nodes[self.a] + at_nodes[self.b])
        return signal
