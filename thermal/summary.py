"""Size of a zone, as histology would measure it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mendsim.thermal.damage import coagulation_process
from mendsim.thermal.injury import DAMAGE_PROCESSES
from mendsim.thermal.zone import Zone

_MOST_OMEGA, _LEAST_LOG_OMEGA = 1e3, -20.0
"""Damage integrals between which an outline is interpolated."""


def region_size(inside: NDArray[np.bool_], zone: Zone) -> tuple[float, float]:
    """Depth of the deepest and twice the radius of the widest marked cell [um]; 0 if none is marked."""
    if not inside.any():
        return 0.0, 0.0
    depth = zone.grid.z_edges[1:][inside.any(axis=1)].max()
    radius = zone.grid.r_edges[1:][inside.any(axis=0)].max()
    return float(1e6 * depth), float(2e6 * radius)


def level_size(values: NDArray[np.float64], level: float, zone: Zone) -> tuple[float, float]:
    """Depth and full width [um] of the region above a level, interpolated between cell centres.

    The outline is drawn where linear interpolation along z or along r crosses the level, so that it moves smoothly
    with the solution and not in steps of one cell.
    """
    inside = values > level
    if not inside.any():
        return 0.0, 0.0
    depth = _farthest_crossing(values.max(axis=1), zone.grid.z, zone.grid.z_edges, level)
    radius = _farthest_crossing(values.max(axis=0), zone.grid.r, zone.grid.r_edges, level)
    return 1e6 * depth, 2e6 * radius


def shell_size(omega: NDArray[np.float64], zone: Zone) -> tuple[float, float]:
    """Depth and full width [um] of where a damage integral ``(nz, nr)`` is above 1, what was removed included."""
    return level_size(_outline(omega, zone), 0.0, zone)


def _outline(omega: NDArray[np.float64], zone: Zone) -> NDArray[np.float64]:
    """Logarithm of a damage integral, within bounds between which an outline is interpolated well."""
    filled = np.where(zone.removed, _MOST_OMEGA, np.minimum(omega, _MOST_OMEGA))
    return np.log(np.maximum(filled, np.exp(_LEAST_LOG_OMEGA)))


def _farthest_crossing(
    profile: NDArray[np.float64], centres: NDArray[np.float64], edges: NDArray[np.float64], level: float
) -> float:
    last = int(np.flatnonzero(profile > level)[-1])
    if last + 1 == profile.size:
        return float(edges[-1])
    part = (profile[last] - level) / (profile[last] - profile[last + 1])
    return float(centres[last] + part * (centres[last + 1] - centres[last]))


def summarise(zone: Zone) -> dict[str, float]:
    """Sizes of the channel, of the coagulated column around it and of every shell [um], and the peak temperature.

    Coagulation is the shell of the process that histology takes for it, to Omega = 1. The rim is measured at half the
    depth of the channel.
    """
    channel = region_size(zone.removed, zone)
    shells = {process: shell_size(zone.omega[:, :, p], zone) for p, process in enumerate(DAMAGE_PROCESSES)}
    coagulation = shells[coagulation_process()]
    out = {
        "channel_depth_um": channel[0],
        "channel_width_um": channel[1],
        "coagulation_depth_um": max(coagulation[0], channel[0]),
        "coagulation_width_um": max(coagulation[1], channel[1]),
        "rim_um": _rim(zone, _outline(zone.omega[:, :, DAMAGE_PROCESSES.index(coagulation_process())], zone)),
        "peak_temperature_c": float(zone.peak_c[~zone.removed].max()),
    }
    for process, (depth, width) in shells.items():
        out[f"{process}_depth_um"], out[f"{process}_width_um"] = depth, width
    return out


def _rim(zone: Zone, logarithm: NDArray[np.float64]) -> float:
    """Thickness of coagulated tissue beside the channel at half its depth [um]."""
    if not zone.removed.any():
        return 0.0
    row = int(np.flatnonzero(zone.removed.any(axis=1))[-1]) // 2
    wall = zone.grid.r_edges[1:][zone.removed[row]].max()
    return 1e6 * max(0.0, _farthest_crossing(logarithm[row], zone.grid.r, zone.grid.r_edges, 0.0) - float(wall))
