"""Colour of skin from its melanin and blood: light crosses the epidermis twice and is scattered back by the dermis.

The dermis reflects as a layer without an end does by Kubelka and Munk, with ``K = 2 mu_a`` and ``S = 0.75 mu_s'``; the
epidermis only absorbs. Numbers are in ``skin_optics.toml``.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mendsim.common.parameters import Parameters

Array = NDArray[Any]

WAVELENGTHS_NM = (610, 545, 460)
"""Stand for red, green and blue."""
_PASSES = 2.0
_UM_PER_CM = 1e4
_PG_PER_UM3_OF_MG_PER_ML = 1e-3


@cache
def optics() -> Parameters:
    """Every number of `skin_optics.toml`."""
    return Parameters.load(Path(__file__).with_name("skin_optics.toml"))


def reflected(melanin_pg_per_um2: Array, blood: Array) -> Array:
    """Share of red, green and blue light that skin sends back, ``(..., 3)``.

    Parameters
    ----------
    melanin_pg_per_um2 : melanin over each place [pg/um2].
    blood : volume of blood over that of the dermis below.

    References
    ----------
    Jacques 2013 doi:10.1088/0031-9155/58/11/R37; Kubelka and Munk 1931 Z Tech Phys 12:593.
    """
    back = dermis(blood)
    return back * epidermis(melanin_pg_per_um2)


def epidermis(melanin_pg_per_um2: Array) -> Array:
    """Share of light left after it crossed the melanin twice, ``(..., 3)``."""
    p, nm = optics(), np.array(WAVELENGTHS_NM, float)
    per_um = p["melanin.at_500_nm_per_cm"] * (nm / 500.0) ** -p["melanin.power"] / _UM_PER_CM
    thick_um = np.asarray(melanin_pg_per_um2) / (p["melanin.in_melanosome_mg_per_ml"] * _PG_PER_UM3_OF_MG_PER_ML)
    left: Array = np.exp(-_PASSES * np.multiply.outer(thick_um, per_um))
    return left


def dermis(blood: Array) -> Array:
    """Share of light that dermis with some blood sends back, ``(..., 3)``."""
    p = optics()
    full = p["haemoglobin.saturation"]
    absorbed = []
    for nm in WAVELENGTHS_NM:
        oxy, deoxy = (p[f"haemoglobin.{kind}_{nm}_per_cm"] for kind in ("oxy", "deoxy"))
        absorbed.append(p[f"dermis.base_{nm}_per_cm"] + np.asarray(blood) * (full * oxy + (1.0 - full) * deoxy))
    scattered = p["scattering.at_500_nm_per_cm"] * (np.array(WAVELENGTHS_NM) / 500.0) ** -p["scattering.power"]
    ratio = 2.0 * np.stack(absorbed, axis=-1) / (0.75 * scattered)
    back: Array = 1.0 + ratio - np.sqrt(ratio**2 + 2.0 * ratio)
    return back


def shown(linear: Array) -> Array:
    """Colour on a screen (sRGB) of shares of light, each from 0 to 1."""
    light = np.clip(linear, 0.0, 1.0)
    colour: Array = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1.0 / 2.4) - 0.055)
    return colour
