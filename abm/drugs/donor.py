"""What is put on the skin: a layer of liquid of finite or infinite volume, for a time."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_THIN = 0.1
"""Share of a donor too small to fill the channels that stays on the surface all the same."""


@dataclass(kw_only=True)
class Donor:
    """A layer of liquid on the skin; it fills what is hollow.

    Attributes
    ----------
    concentration_ug_per_ml : of the preparation, crystals included.
    volume_ml : on the lattice; infinite for a donor that is never used up.
    end_h : hours since the start at which it is wiped off.
    """

    concentration_ug_per_ml: float
    volume_ml: float
    end_h: float

    @property
    def infinite(self) -> bool:
        """Whether it is never used up."""
        return math.isinf(self.volume_ml)


@dataclass(frozen=True, kw_only=True)
class DonorSites:
    """Where a donor lies.

    Attributes
    ----------
    film, hollow : bool ``(nz, ny, nx)``, sites above the plane of the skin, and below it.
    film_share, hollow_share : liquid over the volume of such a site.
    """

    film: NDArray[np.bool_]
    hollow: NDArray[np.bool_]
    film_share: float
    hollow_share: float

    @property
    def every(self) -> NDArray[np.bool_]:
        """Sites with liquid."""
        return self.film | self.hollow

    @property
    def share(self) -> NDArray[np.float64]:
        """Liquid over volume of every site, ``(nz, ny, nx)``."""
        return self.film * self.film_share + self.hollow * self.hollow_share


def lay(donor: Donor, air: NDArray[np.bool_], plane: int, site_ml: float) -> DonorSites:
    """Find the sites of a donor: the air over the skin up to one site above its highest point, and what is hollow.

    Hollows below the ``plane`` of the skin fill first. The film holds the rest, in sites that stand for more or less
    liquid than their own volume: it is mixed from top to bottom, but not along the skin.
    """
    z = np.arange(air.shape[0])[:, None, None]
    surface = np.where(air.all(axis=0), air.shape[0], np.argmin(air, axis=0))
    wet = (z < surface) & (z >= max(0, min(int(surface.min()), plane) - 1))
    film, hollow = wet & (z < plane), wet & (z >= plane)
    in_film, in_hollow = int(np.count_nonzero(film)), int(np.count_nonzero(hollow))
    if donor.infinite:
        return DonorSites(film=film, hollow=hollow, film_share=1.0, hollow_share=1.0)
    sites = donor.volume_ml / site_ml
    in_channels = min(float(in_hollow), (1.0 - _THIN) * sites)
    return DonorSites(
        film=film,
        hollow=hollow,
        film_share=(sites - in_channels) / max(in_film, 1),
        hollow_share=in_channels / max(in_hollow, 1),
    )
