"""The sheet on which stained tissue is drawn: its pixels, noise that stays in its place, and numbers from cell ids."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from mendsim.analysis.section_axes import Window

Image = NDArray[np.float64]

_WAVE_UM, _SWAY_UM = 13.0, 1.6
"""Wavelength and size of the sway that bends straight edges of sites."""
_NOTHING = 1e-6
_STRIDE = 1.5
"""Pixels from one place to the next along a streak."""


def hashed(ids: NDArray[np.integer], purpose: int) -> NDArray[np.float64]:
    """Numbers from 0 to 1 that depend on an id and a purpose only, so that a cell looks the same in every picture.

    SplitMix64 (Steele 2014 doi:10.1145/2714064.2660195).
    """
    with np.errstate(over="ignore"):
        z = np.asarray(ids).astype(np.uint64) + np.uint64(purpose + 1) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z ^= z >> np.uint64(31)
    mixed: NDArray[np.float64] = (z >> np.uint64(11)).astype(np.float64) * 2.0**-53
    return mixed


def step(values: Image, low: float | Image, high: float | Image) -> Image:
    """Rise smoothly from 0 at ``low`` to 1 at ``high``."""
    share = np.clip((values - low) / (high - low), 0.0, 1.0)
    smooth: Image = share * share * (3.0 - 2.0 * share)
    return smooth


@dataclass(frozen=True)
class Sheet:
    """Pixels over part of a section.

    Attributes
    ----------
    window : left, right, top and bottom [um].
    pixels_per_um : resolution.
    first_x_um, first_z_um, spacing_um : centre of the first site of the section and edge of a site.
    """

    window: Window
    pixels_per_um: float
    first_x_um: float
    first_z_um: float
    spacing_um: float

    @cached_property
    def places(self) -> tuple[Image, Image]:
        """Position and depth of every pixel [um], each ``(rows, columns)``."""
        left, right, top, bottom = self.window
        rows, columns = round((bottom - top) * self.pixels_per_um), round((right - left) * self.pixels_per_um)
        x = left + (np.arange(columns) + 0.5) / self.pixels_per_um
        z = top + (np.arange(rows) + 0.5) / self.pixels_per_um
        grid_z, grid_x = np.meshgrid(z, x, indexing="ij")
        return grid_x, grid_z

    @cached_property
    def bent(self) -> tuple[Image, Image]:
        """`places`, swayed a little, so that what is looked up there has no straight edges."""
        x, z = self.places
        sway = _SWAY_UM * self.spacing_um / 10.0
        return x + sway * self.noise(_WAVE_UM, 1), z + sway * self.noise(_WAVE_UM, 2)

    def noise(self, scale_um: float, purpose: int) -> Image:
        """Smooth noise of mean 0 and size near 1 at every pixel; the same for a place in every picture."""
        x, z = self.places
        at_x, at_z = x / scale_um, z / scale_um
        low_x, low_z = int(np.floor(at_x.min())) - 3, int(np.floor(at_z.min())) - 3
        nodes_x = np.arange(low_x, int(np.ceil(at_x.max())) + 4)
        nodes_z = np.arange(low_z, int(np.ceil(at_z.max())) + 4)
        ids = (nodes_x + (1 << 20))[None, :] * (1 << 22) + (nodes_z + (1 << 20))[:, None]
        nodes = 2.0 * hashed(ids, 1000 + purpose) - 1.0
        smooth: Image = 2.4 * ndimage.map_coordinates(nodes, [at_z - low_z, at_x - low_x], order=3, prefilter=False)
        return smooth

    def sampled(self, sites: NDArray, where: NDArray | None = None, *, order: int = 2) -> Image:
        """Values of sites ``(z, x)`` at every bent pixel, blended between neighbours by a B-spline.

        Parameters
        ----------
        sites : the values.
        where : sites whose values count; those of others do not blend in.
        order : of the spline; 1 keeps what fills a single site at its size, 2 has no kinks.
        """
        if where is not None:
            return self.sampled(np.where(where, sites, 0.0), order=order) / np.maximum(
                self.sampled(where, order=order), _NOTHING
            )
        x, z = self.bent
        at = [(z - self.first_z_um) / self.spacing_um, (x - self.first_x_um) / self.spacing_um]
        values: Image = ndimage.map_coordinates(sites.astype(float), at, order=order, prefilter=False, mode="nearest")
        return values

    def streaked(self, noise: Image, angle_rad: Image, half_um: float) -> Image:
        """Noise smeared along a direction, of mean 0 and size 1 (line integral convolution).

        Cabral and Leedom 1993 doi:10.1145/166117.166151.

        Parameters
        ----------
        noise : at every pixel.
        angle_rad : direction at every pixel, from the x axis towards depth.
        half_um : how far it is smeared either way.
        """
        rows, columns = np.indices(noise.shape, dtype=float)
        last_row, last_column = noise.shape[0] - 1, noise.shape[1] - 1
        total = noise.copy()
        cos, sin = np.cos(angle_rad), np.sin(angle_rad)
        for way in (1.0, -1.0):
            row, column = rows.copy(), columns.copy()
            along_x, along_z = way * cos, way * sin
            for _ in range(max(1, round(half_um * self.pixels_per_um / _STRIDE))):
                row += _STRIDE * along_z
                column += _STRIDE * along_x
                at = (
                    np.clip(np.rint(row), 0, last_row).astype(int),
                    np.clip(np.rint(column), 0, last_column).astype(int),
                )
                total += noise[at]
                next_x, next_z = cos[at], sin[at]
                # a direction has no sign: go on the way it came
                sign = np.where(next_x * along_x + next_z * along_z < 0.0, -1.0, 1.0)
                along_x, along_z = sign * next_x, sign * next_z
        total -= total.mean()
        smeared: Image = total / max(float(total.std()), 1e-12)
        return smeared
