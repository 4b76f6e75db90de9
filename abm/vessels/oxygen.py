"""Oxygen that blood carries along and gives off, on bare arrays."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

_NL_PER_MIN_IN_ML_PER_S = 1e-6 / 60.0
_ML_PER_UM3 = 1e-12
_ALMOST_FULL = 1.0 - 1e-9


@njit(cache=True, nogil=True, inline="always")
def saturation(mmhg, half, exponent):
    """Share of haemoglobin that holds oxygen (Hill)."""
    x = (max(mmhg, 0.0) / half) ** exponent
    return x / (1.0 + x)


@njit(cache=True, nogil=True, inline="always")
def pressure(saturated, half, exponent):
    """Oxygen pressure of blood of some saturation: the inverse of :func:`saturation`."""
    s = min(max(saturated, 0.0), _ALMOST_FULL)
    return half * (s / (1.0 - s)) ** (1.0 / exponent)


@njit(cache=True, nogil=True)
def follow(order, start, end, flow, conductance, tissue, fixed, mean, arterial, half, exponent, capacity, solubility):
    """Mean oxygen pressure of the blood in each segment, mmHg, written to ``mean``.

    Blood enters at the fixed nodes, mixes where segments meet, and in each segment approaches the tissue at the rate
    ``conductance solubility / (flow slope)``, where the slope is that of its content over pressure. Each segment gives
    off just what its blood loses. Oxygen dissolved in plasma, some hundredth, is left out.

    Parameters
    ----------
    order : segments with flow, from high pressure to low.
    start, end : nodes in the direction of flow.
    flow : nL/min, above 0.
    conductance : of each segment for oxygen, um3/s for tissue of the solubility given.
    tissue : oxygen pressure along each segment, mmHg.
    fixed : nodes where blood enters or leaves.
    """
    n = len(fixed)
    carried, poured = np.zeros(n), np.zeros(n)
    for k in order:
        a = start[k]
        if poured[a] > 0.0:
            full = carried[a] / poured[a]
            here = pressure(full, half, exponent)
        elif fixed[a]:
            here = arterial
            full = saturation(here, half, exponent)
        else:
            here = tissue[k]
            full = saturation(here, half, exponent)
        per_s = flow[k] * _NL_PER_MIN_IN_ML_PER_S
        slope = max(capacity * exponent * full * (1.0 - full) / max(here, 1e-6), solubility)
        units = conductance[k] * _ML_PER_UM3 * solubility / (per_s * slope)
        share = -math.expm1(-units) / units if units > 1e-9 else 1.0
        given = conductance[k] * _ML_PER_UM3 * solubility
        lost = given * (here - tissue[k]) * share / (per_s * capacity)
        # blood comes to the tissue's pressure at most, and what leaves through the wall is what it has lost
        at_tissue = saturation(tissue[k], half, exponent)
        left = min(max(full - lost, min(full, at_tissue)), max(full, at_tissue))
        mean[k] = tissue[k] + (full - left) * per_s * capacity / given
        carried[end[k]] += flow[k] * left
        poured[end[k]] += flow[k]
