"""Vessels grow with the shear of their flow and shrink without it, until they close: so nets are pruned by flow."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from mendsim.abm.vessels.network import VesselNetwork

_HOURS_PER_DAY = 24.0


def vegf_effect(network: VesselNetwork, places: NDArray[np.float64]) -> NDArray[np.float64]:
    """How near VEGF at some places of the block or slab, ``(n, 3)`` um, is to its strongest effect, 0 to 1.

    Decoy receptors hold some of it (soluble VEGFR1; Ambati 2006, doi:10.1038/nature05249).
    """
    model, p = network.model, network.model.parameters
    vegf = model.sample(model.vegf, model.in_plane(places))
    free = np.maximum(vegf - p["vegf.decoy_ng_per_ml"], 0.0)
    x = (free / p["vessel.vegf_half_effect_ng_per_ml"]) ** p["vessel.vegf_steepness"]
    effect: NDArray[np.float64] = x / (1.0 + x)
    return effect


def step(network: VesselNetwork, step_h: float) -> bool:
    """Let radii follow flow for ``step_h``; returns whether a vessel closed.

    The logarithm of a radius grows at its stimulus over the adaptation time. For a new vessel that is the logarithm of
    wall shear stress over its set point, held between -1 and 1, plus the effect of VEGF. A vessel of intact skin holds
    the radius it was built with: more shear than it is used to widens it (a collateral), against a pull back to that
    radius; without flow it shrinks as a new one does.

    References
    ----------
    Pries, Secomb, Gaehtgens (1998) Am J Physiol 275:H349, doi:10.1152/ajpheart.1998.275.2.H349 (shear and metabolic
    signals; the pull stands for their pressure and conducted ones)
    """
    v, p = network.segments, network.model.parameters
    rows = np.flatnonzero(network.open_rows() & ~_led(network))
    if len(rows) == 0:
        return False
    radius, rest = v["radius_um"][rows], v["rest_radius_um"][rows]
    newborn, flowing = v["sprout"][rows] > 0, v["perfused"][rows] == 1
    used_to = np.maximum(v["rest_shear_pa"][rows], p["vessel.wall_shear_set_pa"])
    with np.errstate(divide="ignore"):
        shear = np.clip(np.log(network.shear_pa()[rows] / used_to), -1.0, 1.0)
    pulled = np.maximum(shear, 0.0) - p["vessel.structural_pull"] * np.log(radius / rest)
    stimulus = np.where(~newborn & flowing, pulled, shear + vegf_effect(network, network.midpoints()[rows]))
    grown = radius * np.exp(stimulus * step_h / (_HOURS_PER_DAY * p["vessel.adaptation_time_d"]))
    v["radius_um"][rows] = np.where(newborn, np.minimum(grown, p["vessel.widest_new_um"]), grown)
    closed = rows[v["radius_um"][rows] < p["vessel.closing_radius_um"]]
    if len(closed):
        v.remove(closed)
    return bool(len(closed))


def _led(network: VesselNetwork) -> NDArray[np.bool_]:
    """Segments of sprouts that a tip cell still leads: they wait for flow."""
    v = network.segments
    searching = np.unique(v["sprout"][(v["growing"] == 1) & v.alive])
    led: NDArray[np.bool_] = (v["sprout"] > 0) & np.isin(v["sprout"], searching)
    return led
