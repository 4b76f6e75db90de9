"""Picrosirius red between crossed polarisers: collagen alone shines on a dark field.

Crossed linear polarisers show a fibre by sin^2 of twice its angle to the polariser; circular ones show it at any angle.
The model knows no thickness of fibres: hue follows packing (`Fibres.packing`), that is density, and collagen I against
III. Collagen that heat denatured has lost its order and stays dark.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import xarray as xr

from mendsim.analysis import stain_dermis
from mendsim.analysis.stain_data import Polarised
from mendsim.analysis.stain_sheet import Image, Sheet

POLARISER_RAD = 0.25 * np.pi
"""Direction of the polariser against the skin surface, along which most fibres run: they are brightest so."""
_STRAY = 0.004
"""Light that passes where nothing is birefringent."""
_EXPOSURE = 1.25


def extinction(angle_rad: Image, polariser_rad: float = POLARISER_RAD) -> Image:
    """Share of light that a birefringent fibre lets through crossed polarisers: ``sin^2(2 theta)``.

    Parameters
    ----------
    angle_rad : direction of the fibre.
    polariser_rad : direction of the polariser, from the same axis.
    """
    share: Image = np.sin(2.0 * (angle_rad - polariser_rad)) ** 2
    return share


def between_polarisers(
    run: xr.DataTree, section: xr.Dataset, sheet: Sheet, stain: Polarised, share: Mapping[str, Image]
) -> Image:
    """Draw collagen between polarisers, red, green and blue ``(rows, columns, 3)``."""
    fibres = stain_dermis.fibres(section, sheet, stain_dermis.intact_collagen(run))
    there = np.clip(fibres.whole, 0.0, 1.3) * share["dermis"]
    if stain.circular:
        bright = there
    else:
        below, over = extinction(fibres.under_rad), extinction(fibres.over_rad)
        bright = there * (below + fibres.above * (over - below))
    light = stain.light(fibres.packing) * (0.30 + 0.70 * fibres.packing)[..., None]
    image: Image = _STRAY + _EXPOSURE * bright[..., None] * light
    return np.clip(image, 0.0, 1.0)
