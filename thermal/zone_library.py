"""Zones of one session, solved once for each temperature of the skin that is met."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from mendsim.common.parameters import Parameters
from mendsim.thermal import zone_cache
from mendsim.thermal.damage import choose_sets
from mendsim.thermal.grid import ZoneGrid
from mendsim.thermal.injury import DAMAGE_PROCESSES
from mendsim.thermal.layers import SkinLayers
from mendsim.thermal.session import LaserSession
from mendsim.thermal.stamp import Stamp, zone_maps
from mendsim.thermal.summary import summarise
from mendsim.thermal.zone import Pulse, Zone, solve_zone

HANDOVER = 0.05
"""Time after the last pulse [s] at which the heat of a zone goes over to the block: it is then 0.2 mm wide."""
STEP_K = 5.0
"""Zones are solved in skin that is warmer by whole multiples of this [K]; others lie between two of these."""


@dataclass(frozen=True, kw_only=True)
class FiredZone:
    """What a zone did to skin as warm as it was.

    Parameters
    ----------
    stamp : ready to be laid on the lattice.
    heat : of each cell at `HANDOVER` above that of the skin around it [J], ``(nz, nr)``.
    channel, coagulated : cross sections of the channel, and of what blood no longer crosses, at each depth [m2],
        ``(nz,)``.
    sizes : as `mendsim.thermal.summary.summarise`.
    """

    stamp: Stamp
    heat: NDArray[np.float64]
    channel: NDArray[np.float64]
    coagulated: NDArray[np.float64]
    sizes: dict[str, float]


class ZoneLibrary:
    """The zone that a session makes in skin of any temperature.

    Parameters
    ----------
    session, layers, parameters, sets, spacing_um : see `zone_of`.

    Attributes
    ----------
    at_rest : the zone in skin at rest, `HANDOVER` after its last pulse.
    """

    def __init__(
        self,
        session: LaserSession,
        layers: SkinLayers,
        parameters: Parameters,
        sets: Mapping[str, str],
        spacing_um: float,
    ) -> None:
        self._problem = (session, layers, parameters, sets)
        self._spacing_um = spacing_um
        self._levels: dict[int, tuple[NDArray[np.float32], NDArray[np.float64], dict[str, float]]] = {}
        self._rest_c = parameters["skin.temperature_c"]
        self.duration = session.zone_s
        self.at_rest = self._solve(0)
        self.grid: ZoneGrid = self.at_rest.grid

    def fire(self, background: NDArray[np.float64]) -> FiredZone:
        """Fire a zone into skin that is warmer by ``background`` ``(nz,)`` [K], or colder."""
        warmer = background / STEP_K
        lowest, highest = int(np.floor(warmer.min())), int(np.ceil(warmer.max()))
        maps, heat = np.zeros_like(self._level(lowest)[0]), np.zeros(self.grid.shape)
        for level in range(lowest, highest + 1):
            share = np.maximum(1.0 - np.abs(warmer - level), 0.0)[:, None]
            if share.any():
                of_maps, of_heat, _ = self._level(level)
                maps += share.astype(np.float32) * of_maps
                heat += share * of_heat
        ring = self.grid.ring_area
        # Sizes go with the mean warmth down to where skin at rest coagulates.
        reached = self.grid.z < 1e-6 * max(self._level(0)[2]["coagulation_depth_um"], 1.0)
        mean = float(np.mean(warmer[reached])) if reached.any() else float(warmer[0])
        low = int(np.floor(mean))
        below, above = self._level(low)[2], self._level(low + (mean > low))[2]
        sizes = {name: below[name] + (mean - low) * (above[name] - below[name]) for name in below}
        return FiredZone(
            stamp=Stamp.of(self.grid, maps, background),
            heat=heat,
            channel=maps[0] @ ring,
            coagulated=maps[1 + DAMAGE_PROCESSES.index("vessel_coagulation")] @ ring,
            sizes=sizes,
        )

    def _level(self, level: int) -> tuple[NDArray[np.float32], NDArray[np.float64], dict[str, float]]:
        if level not in self._levels:
            zone = self._solve(level)
            self._levels[level] = zone_maps(zone, self._rest_c), zone.heat, summarise(zone)
        return self._levels[level]

    def _solve(self, level: int) -> Zone:
        session, layers, parameters, sets = self._problem
        return zone_of(
            session, layers, parameters, sets,
            zone_spacing_um=self._spacing_um, background_k=STEP_K * level, cooling=HANDOVER,
        )  # fmt: skip


def zone_of(
    session: LaserSession,
    layers: SkinLayers,
    parameters: Parameters,
    sets: Mapping[str, str],
    *,
    laws: Sequence[str] = (),
    zone_spacing_um: float = 5.0,
    background_k: float = 0.0,
    cooling: float = 1.0,
) -> Zone:
    """Solve one zone of a session, or recall it if it has been solved before, here or by another process.

    Parameters
    ----------
    session, layers, parameters : what is fired at what.
    sets : law of damage for each process.
    laws : further laws of damage to accumulate, for comparison.
    zone_spacing_um : side of the fine cells.
    background_k : by how much the skin is warmer than at rest.
    cooling : time after the last pulse [s].
    """
    return _solve(problem_of(session, layers, parameters, sets, laws, zone_spacing_um, background_k, cooling))


def is_kept(
    session: LaserSession,
    layers: SkinLayers,
    parameters: Parameters,
    *,
    zone_spacing_um: float = 5.0,
    level: int = 0,
) -> bool:
    """Whether the zone of a session in skin warmer by ``level`` times `STEP_K` has been solved and is on the disk."""
    sets = choose_sets(parameters)
    problem = problem_of(session, layers, parameters, sets, (), zone_spacing_um, STEP_K * level, HANDOVER)
    return zone_cache.is_kept(zone_cache.key_of(problem))


def pulse_of(session: LaserSession) -> Pulse:
    """Pulse that a session fires at each of its zones."""
    return Pulse(
        energy=1e-3 * session.pulse_energy_mj,
        duration=1e-3 * session.pulse_duration_ms,
        spot_diameter=1e-6 * session.spot_diameter_um,
        count=session.stacked_pulses,
        interval=1e-3 * session.pulse_interval_ms if session.stacked_pulses > 1 else 0.0,
    )


def problem_of(
    session: LaserSession,
    layers: SkinLayers,
    parameters: Parameters,
    sets: Mapping[str, str],
    laws: Sequence[str],
    zone_spacing_um: float,
    background_k: float,
    cooling: float,
) -> ZoneProblem:
    """Put together everything that decides a zone; see `zone_of`."""
    values = tuple(sorted(parameters.items()))
    chosen = tuple(sorted(sets.items()))
    transfer = None if session.cooling_c is None else session.cooling_w_per_m2_k
    how = zone_spacing_um, background_k, cooling, transfer
    pulse = pulse_of(session)
    return ZoneProblem(session.device, pulse, layers, values, chosen, tuple(laws), *how, parameters)


@dataclass(frozen=True)
class ZoneProblem:
    """Everything that decides a zone, compared by content."""

    device: str
    pulse: Pulse
    layers: SkinLayers
    values: tuple[tuple[str, float], ...]
    sets: tuple[tuple[str, str], ...]
    laws: tuple[str, ...]
    spacing_um: float
    background_k: float
    cooling: float
    transfer: float | None
    parameters: Parameters = field(compare=False, repr=False)


@lru_cache(maxsize=64)
def _solve(problem: ZoneProblem) -> Zone:
    key = zone_cache.key_of(problem)
    if (known := zone_cache.recall(key)) is not None:
        return _guarded(known)
    zone = solve_zone(
        device=problem.device,
        pulse=problem.pulse,
        layers=problem.layers,
        parameters=problem.parameters,
        sets=dict(problem.sets),
        laws=problem.laws,
        spacing=1e-6 * problem.spacing_um,
        background=problem.background_k,
        cooling=problem.cooling,
        transfer=problem.transfer,
    )
    zone_cache.keep(key, zone)
    return _guarded(zone)


def _guarded(zone: Zone) -> Zone:
    """Keep whoever is handed a zone from changing it for all others."""
    for array in (each.name for each in fields(zone)):
        if isinstance(values := getattr(zone, array), np.ndarray):
            values.setflags(write=False)
    return zone
