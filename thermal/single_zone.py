"""One zone from the settings that stand on a laser."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mendsim.common.errors import InputError, choices
from mendsim.common.parameters import Parameters
from mendsim.thermal.damage import choose_sets, set_names
from mendsim.thermal.device import Device, find_device
from mendsim.thermal.layers import FACE, SkinLayers
from mendsim.thermal.library import load_parameters
from mendsim.thermal.session import LaserSession
from mendsim.thermal.zone import Zone
from mendsim.thermal.zone_library import zone_of

FINEST_UM, COARSEST_UM = 1.0, 20.0
"""Sides of the cells of a zone [um]: a finer grid takes minutes, a coarser one does not show the rim."""

_OUR_NAMES = {
    "pulse_energy_mj": "energy_mj",
    "spot_diameter_um": "spot_um",
    "pulse_duration_ms": "pulse_ms",
    "stacked_pulses": "stack",
    "pulse_interval_ms": "interval_ms",
}
"""Settings of a session as the functions for single zones call them."""


def fire_zone(
    device: str,
    *,
    energy_mj: float,
    spot_um: float | None = None,
    pulse_ms: float | None = None,
    stack: int = 1,
    interval_ms: float = 20.0,
    layers: SkinLayers = FACE,
    damage_sets: Mapping[str, str] | None = None,
    laws: Sequence[str] = (),
    spacing_um: float = 5.0,
    parameters: Parameters | None = None,
) -> Zone:
    """Solve one zone far from any other; solved before in this process, it is recalled.

    Parameters
    ----------
    device : name of a preset, or a beginning that only one has.
    energy_mj : energy of each pulse [mJ].
    spot_um : 1/e2 diameter of the beam on the skin [um]; the usual one of the device if not given.
    pulse_ms : duration of each pulse [ms]; the usual one of the device if not given.
    stack : pulses on the zone.
    interval_ms : time from the start of one stacked pulse to the start of the next [ms].
    layers : the skin.
    damage_sets : other laws of damage for some processes.
    laws : further laws of damage to accumulate, for comparison; see `law_names`.
    spacing_um : side of the fine cells [um].
    parameters : numbers of the thermal stage; those of mendsim if not given.

    Raises
    ------
    InputError : unknown device, process or law; a setting that no device delivers; no spot or pulse duration.
    """
    p = load_parameters() if parameters is None else parameters
    session = lone_session(
        device, energy_mj=energy_mj, spot_um=spot_um, pulse_ms=pulse_ms, stack=stack, interval_ms=interval_ms,
        parameters=p,
    )  # fmt: skip
    return solve_alone(session, layers, p, damage_sets, laws, spacing_um)


def lone_session(
    device: str,
    *,
    energy_mj: float,
    spot_um: float | None,
    pulse_ms: float | None,
    stack: int,
    interval_ms: float,
    parameters: Parameters,
) -> LaserSession:
    """Session that fires one zone on a square centimetre: its settings are complete and have met its checks."""
    laser = Device.of(find_device(device, parameters), parameters)
    try:
        settings: dict[str, float] = {
            "pulse_energy_mj": energy_mj,
            "spot_diameter_um": laser.spot_um(spot_um),
            "stacked_pulses": stack,
            "pulse_interval_ms": interval_ms,
        }
        if pulse_ms is None:
            # An energy out of range is told of before a pulse duration that would follow from it.
            _session(laser.name, settings | {"pulse_duration_ms": 1e-3})
            pulse_ms = laser.duration_ms(None, energy_mj)
        return _session(laser.name, settings | {"pulse_duration_ms": pulse_ms})
    except InputError as error:
        key = _OUR_NAMES.get(str(error.key), error.key)
        raise InputError(error.problem, key=key, value=error.value, allowed=error.allowed) from None


def solve_alone(
    session: LaserSession,
    layers: SkinLayers,
    parameters: Parameters,
    damage_sets: Mapping[str, str] | None,
    laws: Sequence[str],
    spacing_um: float,
) -> Zone:
    """Solve the zone of a session from `lone_session`."""
    if not FINEST_UM <= spacing_um <= COARSEST_UM:
        allowed = f"{FINEST_UM:g} to {COARSEST_UM:g} um"
        raise InputError("out of range", key="spacing_um", value=spacing_um, allowed=allowed)
    for law in laws:
        if law not in set_names(parameters):
            raise InputError("unknown law of damage", key="laws", value=law, allowed=choices(set_names(parameters)))
    sets = choose_sets(parameters, damage_sets)
    return zone_of(session, layers, parameters, sets, laws=laws, zone_spacing_um=spacing_um)


def law_names() -> tuple[str, ...]:
    """Names of the laws of thermal damage that mendsim knows."""
    return set_names(load_parameters())


def _session(device: str, settings: Mapping[str, float]) -> LaserSession:
    return LaserSession(device=device, pattern="square", density_per_cm2=1.0, **settings)  # type: ignore[arg-type]
