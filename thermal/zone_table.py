"""Sizes of single zones over a grid of settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import product
from typing import Any, Literal

import numpy as np
import xarray as xr

from mendsim.common.errors import InputError
from mendsim.common.parameters import Parameters
from mendsim.thermal.damage import choose_sets, set_names
from mendsim.thermal.layers import FACE, SkinLayers
from mendsim.thermal.library import load_parameters
from mendsim.thermal.session import LaserSession
from mendsim.thermal.single_zone import lone_session, solve_alone
from mendsim.thermal.zone_sizes import law_sizes, meaning, zone_sizes

Values = float | Sequence[float]
"""One value or several."""

_AXES = {
    "energy_mj": {"units": "mJ", "long_name": "energy of each pulse"},
    "spot_um": {"units": "um", "long_name": "1/e2 diameter of the beam on the skin"},
    "pulse_ms": {"units": "ms", "long_name": "duration of each pulse"},
}


def zones(
    device: str,
    *,
    energy_mj: Values,
    spot_um: Values | None = None,
    pulse_ms: Values | None = None,
    stack: int = 1,
    interval_ms: float = 20.0,
    layers: SkinLayers = FACE,
    damage_sets: Mapping[str, str] | None = None,
    laws: Sequence[str] | Literal["all"] = (),
    spacing_um: float = 5.0,
    parameters: Parameters | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> xr.Dataset:
    """Solve a zone for every combination of energies, spots and pulse durations, and measure each.

    Parameters
    ----------
    energy_mj, spot_um, pulse_ms : one value or several; spot and pulse duration may be left to the device.
    laws : laws of damage to compare, or ``"all"``: each adds its integral to the same solution.
    progress : called after each zone with the number done and of all.
    device, stack, interval_ms, layers, damage_sets, spacing_um, parameters : as in `fire_zone`.

    Returns
    -------
    One variable ``(energy_mj, spot_um, pulse_ms)`` for each of `mendsim.thermal.zone_sizes.zone_sizes`; with laws to
    compare also ``law_depth_um`` and ``law_width_um`` ``(energy_mj, spot_um, pulse_ms, law)``. Where the pulse duration
    is left to the device and follows from the energy, ``pulse_ms`` is no dimension but a coordinate along
    ``energy_mj``.

    Raises
    ------
    InputError : no value, or as `fire_zone`; before anything is solved.
    """
    p = load_parameters() if parameters is None else parameters
    compared = set_names(p) if laws == "all" else tuple(laws)
    values = {
        name: [None] if given is None else _several(name, given)
        for name, given in (("energy_mj", energy_mj), ("spot_um", spot_um), ("pulse_ms", pulse_ms))
    }
    sessions = [
        lone_session(device, energy_mj=e, spot_um=s, pulse_ms=t, stack=stack, interval_ms=interval_ms, parameters=p)
        for e, s, t in product(*values.values())
    ]
    found: dict[str, list[Any]] = {}
    for number, session in enumerate(sessions, start=1):
        zone = solve_alone(session, layers, p, damage_sets, compared, spacing_um)
        sizes: dict[str, Any] = dict(zone_sizes(zone))
        if compared:
            sizes["law_depth_um"], sizes["law_width_um"] = law_sizes(zone, compared)
        for name, size in sizes.items():
            found.setdefault(name, []).append(size)
        if progress is not None:
            progress(number, len(sessions))
    about = {"device": sessions[0].device, "stack": stack, "interval_ms": interval_ms, "spacing_um": spacing_um}
    about |= vars(layers) | {f"law_of_{name}": law for name, law in choose_sets(p, damage_sets).items()}
    return _dataset(sessions, found, compared).assign_attrs(about)


def _dataset(sessions: list[LaserSession], found: dict[str, list[Any]], laws: Sequence[str]) -> xr.Dataset:
    """Lay what was found for each session, in the order of their product, along the settings that differ."""
    settings = {
        "energy_mj": [session.pulse_energy_mj for session in sessions],
        "spot_um": [session.spot_diameter_um for session in sessions],
        "pulse_ms": [session.pulse_duration_ms for session in sessions],
    }
    axes = {name: list(dict.fromkeys(values)) for name, values in settings.items()}
    of_energy = dict(zip(settings["energy_mj"], settings["pulse_ms"], strict=True))
    dims = list(axes)
    places: dict[str, Any] = {name: (name, np.array(axes[name], float), _AXES[name]) for name in dims}
    if np.prod([len(axis) for axis in axes.values()]) > len(sessions):
        dims.remove("pulse_ms")
        places["pulse_ms"] = ("energy_mj", [of_energy[energy] for energy in axes["energy_mj"]], _AXES["pulse_ms"])
    shape = [len(axes[name]) for name in dims]
    variables: dict[str, Any] = {
        name: (dims, np.reshape(values, shape), meaning(name))
        for name, values in found.items()
        if not name.startswith("law_")
    }
    if laws:
        places["law"] = ("law", list(laws), {"long_name": "law of thermal damage"})
        for size in ("depth", "width"):
            about = {"units": "um", "long_name": f"{size} of Omega = 1 by the law"}
            values = np.reshape(found[f"law_{size}_um"], (*shape, len(laws)))
            variables[f"law_{size}_um"] = ((*dims, "law"), values, about)
    return xr.Dataset(variables, places)


def _several(name: str, values: Values) -> list[Any]:
    several = np.atleast_1d(np.asarray(values, object)).tolist()
    if not several:
        raise InputError("no value", key=name, value=several, allowed="one or more numbers")
    for value in several:
        if several.count(value) > 1:
            raise InputError("given twice", key=name, value=value, allowed="each value once")
    return several
