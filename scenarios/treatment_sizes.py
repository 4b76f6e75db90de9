"""What a laser session did to the skin, in a few numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy.spatial import KDTree

from mendsim.thermal import Injury, SkinLayers

_HALF = 0.5
_MEANINGS = {
    "zones": ("1", "zones on the skin of the scenario, all passes"),
    "pitch_um": ("um", "distance between neighbours in one pass"),
    "treated_fraction": ("1", "share of the surface above dead keratinocytes"),
    "overlap_fraction": ("1", "share of the zones whose coagulation reaches that of a neighbour"),
    "channel_depth_um": ("um", "depth of a channel, mean of all zones"),
    "channel_width_um": ("um", "width of a channel, mean of all zones"),
    "coagulation_depth_um": ("um", "depth of coagulation, mean of all zones"),
    "coagulation_width_um": ("um", "width of coagulation, mean of all zones"),
    "living_epidermis": ("1", "share of the viable epidermis in which at most half of the keratinocytes die"),
    "living_dermis": ("1", "share of the dermis down to the coagulation in which at most half of the fibroblasts die"),
    "energy_mj": ("mJ", "energy on the skin of the scenario, all zones, pulses and passes"),
    "fluence_j_per_cm2": ("J/cm2", "energy for each area of skin, by the density that is set"),
    "spot_fluence_j_per_cm2": ("J/cm2", "energy of one pulse over the area of its spot"),
}
_OF_PASS = {
    "end_s": ("s", "end of the pass, from the start of the session"),
    "between_c": ("degC", "temperature between zones at the end of the pass"),
    "hottest_c": ("degC", "highest temperature in the skin at the end of the pass, once zones have spread"),
}


def treatment_sizes(injuries: Sequence[tuple[float, Injury]], events: Sequence[int], layers: SkinLayers) -> xr.Dataset:
    """Measure each session.

    Parameters
    ----------
    injuries : time [h] and injury of each session.
    events : number of the event of each session in its scenario.
    layers : the skin.

    Returns
    -------
    Variables ``(session,)``, and of each pass ``(session, pass)``; not a number where a session has fewer passes, and
    for the dermis where coagulation does not reach it.
    """
    rows = [_session(injury, layers) for _, injury in injuries]
    variables: dict[str, Any] = {
        name: ("session", np.array([row[name] for row in rows]), _about(*meaning))
        for name, meaning in _MEANINGS.items()
    }
    passes = [injury.record["passes"] for _, injury in injuries]
    for name, meaning in _OF_PASS.items():
        values = np.full((len(passes), max(map(len, passes))), np.nan)
        for number, each in enumerate(passes):
            values[number, : len(each)] = [one[name] for one in each]
        variables[f"pass_{name}"] = (("session", "pass"), values, _about(*meaning))
    coordinates = {
        "session": ("session", [time for time, _ in injuries], _about("h", "time of the session since the start")),
        "event": ("session", list(events), _about("1", "number of the event in the scenario")),
        "pass": ("pass", np.arange(1, variables["pass_end_s"][1].shape[1] + 1), _about("1", "number of the pass")),
    }
    return xr.Dataset(variables, coordinates, {"layer_ends_um": list(layers.boundaries_um)})


def _session(injury: Injury, layers: SkinLayers) -> dict[str, float]:
    session = injury.record["session"]
    pulses = session["stacked_pulses"]
    count = len(injury.zones["x_um"])
    spot_cm2 = 0.25 * np.pi * (1e-4 * session["spot_diameter_um"]) ** 2
    axes = np.stack([injury.zones["x_um"], injury.zones["y_um"]], axis=1)
    corneum, epidermis, dermis = layers.boundaries_um
    zone = {name: float(injury.zones[name].mean()) for name in _MEANINGS if name in injury.zones}
    coagulated = min(float(injury.zones["coagulation_depth_um"].max()), dermis)
    fluence = 1e-3 * session["pulse_energy_mj"] * pulses * session["passes"] * session["density_per_cm2"]
    return {
        "zones": count,
        "pitch_um": injury.record["pitch_um"],
        "treated_fraction": injury.record["treated_fraction"],
        "overlap_fraction": overlap_share(axes, zone["coagulation_width_um"]),
        **{name: zone[name] for name in _MEANINGS if name in zone},
        "living_epidermis": _living(injury, "keratinocyte_necrosis", corneum, epidermis),
        "living_dermis": _living(injury, "fibroblast_necrosis", epidermis, coagulated),
        "energy_mj": session["pulse_energy_mj"] * pulses * count,
        "fluence_j_per_cm2": fluence,
        "spot_fluence_j_per_cm2": 1e-3 * session["pulse_energy_mj"] / spot_cm2,
    }


def overlap_share(axes_um: NDArray[np.float64], width_um: float) -> float:
    """Share of zones with axes ``(zones, 2)`` of which another is nearer than a width."""
    if len(axes_um) < 2:
        return 0.0
    nearest = KDTree(axes_um).query(axes_um, k=2)[0][:, 1]
    return float(np.mean(nearest < width_um))


def _living(injury: Injury, process: str, top_um: float, bottom_um: float) -> float:
    """Share of the sites between two depths of which a process kills no more than half."""
    depth = injury.lattice.depth_um
    inside = (depth >= top_um) & (depth < bottom_um)
    return float(np.mean(injury.damage[process][inside] <= _HALF)) if inside.any() else float("nan")


def _about(unit: str, meaning: str) -> dict[str, str]:
    return {"units": unit, "long_name": meaning}
