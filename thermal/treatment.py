"""A whole session on the lattice: solve the zone, lay out the pattern, combine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from mendsim.common.lattice import Lattice
from mendsim.common.parameters import Parameters
from mendsim.thermal.canvas import Canvas
from mendsim.thermal.damage import choose_sets
from mendsim.thermal.injury import ZONE_COLUMNS, Injury
from mendsim.thermal.layers import SkinLayers
from mendsim.thermal.pattern import place_zones
from mendsim.thermal.session import LaserSession
from mendsim.thermal.stamp import Stamp, zone_maps
from mendsim.thermal.summary import summarise
from mendsim.thermal.zone import Pulse, Zone, solve_zone


def deliver(
    session: LaserSession,
    lattice: Lattice,
    layers: SkinLayers,
    parameters: Parameters,
    seed: int,
    *,
    damage_sets: Mapping[str, str] | None = None,
    surface_depth_um: NDArray[np.float64] | None = None,
    zone_spacing_um: float = 5.0,
    centred: bool = True,
) -> Injury:
    """Treat the skin of a lattice.

    Every zone is the same cylinder, solved once, on the axis of its place in the pattern. Zones are taken as fired so
    far apart in time that heat of one has left before the next; `Canvas` says how overlaps combine.

    Parameters
    ----------
    session : what the operator sets.
    lattice : where the injury is wanted.
    layers : the skin.
    parameters : numbers of the thermal stage, from `load_parameters`.
    seed : of the random pattern, and of the offset between passes.
    damage_sets : other laws of damage for some processes.
    surface_depth_um : depth of the skin surface below its mean (a scar), ``(ny, nx)``; flat if not given.
    zone_spacing_um : side of the cells in which the zone is solved.
    centred : whether the first pass lies in the middle of the lattice; a later session does not find it again.

    Raises
    ------
    InputError : skin too small for the pattern, wavelength without data, unknown law of damage.
    """
    sets = choose_sets(parameters, damage_sets)
    canvas = Canvas(lattice, surface_depth_um)
    zone = zone_of(session, layers, parameters, sets, zone_spacing_um=zone_spacing_um)
    axes = place_zones(session, lattice, seed, centred=centred)
    rest_c = parameters["skin.temperature_c"]
    stamp = Stamp.of(zone.grid, zone_maps(zone, rest_c))
    for x_um, y_um in axes:
        canvas.lay(stamp, float(x_um), float(y_um))
    sizes = summarise(zone)
    columns = {name: np.full(len(axes), sizes[name]) for name in ZONE_COLUMNS[2:]}
    return canvas.injury(
        rest_c,
        {"x_um": axes[:, 0].copy(), "y_um": axes[:, 1].copy(), **columns},
        {
            "kind": "laser",
            "session": asdict(session),
            "pitch_um": session.pitch_um,
            "damage_sets": sets,
            "seed": seed,
            "zone_count": len(axes),
            "zone": sizes,
            "zone_energy_j": zone.ledger,
            "zone_energy_error": zone.energy_error,
        },
    )


def zone_of(
    session: LaserSession,
    layers: SkinLayers,
    parameters: Parameters,
    sets: Mapping[str, str],
    *,
    zone_spacing_um: float = 5.0,
) -> Zone:
    """Solve one zone of a session, or recall it if this process has solved the same one before."""
    pulse = Pulse(
        energy=1e-3 * session.pulse_energy_mj,
        duration=1e-3 * session.pulse_duration_ms,
        spot_diameter=1e-6 * session.spot_diameter_um,
        count=session.stacked_pulses,
        interval=1e-3 * session.pulse_interval_ms if session.stacked_pulses > 1 else 0.0,
    )
    values = tuple(sorted(parameters.items()))
    return _solve(
        _Problem(session.device, pulse, layers, values, tuple(sorted(sets.items())), zone_spacing_um, parameters)
    )


@dataclass(frozen=True)
class _Problem:
    """Everything that decides a zone, compared by content."""

    device: str
    pulse: Pulse
    layers: SkinLayers
    values: tuple[tuple[str, float], ...]
    sets: tuple[tuple[str, str], ...]
    spacing_um: float
    parameters: Parameters = field(compare=False)


@lru_cache(maxsize=16)
def _solve(problem: _Problem) -> Zone:
    return solve_zone(
        device=problem.device,
        pulse=problem.pulse,
        layers=problem.layers,
        parameters=problem.parameters,
        sets=dict(problem.sets),
        spacing=1e-6 * problem.spacing_um,
    )
