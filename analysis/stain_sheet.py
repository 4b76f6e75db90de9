"""The sheet on which stained tissue is drawn: its pixels, noise that stays in its place, and numbers from cell ids."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from mendsim.analysis import stain_kernels
from mendsim.analysis.section_axes import Window

Image = NDArray[np.floating[Any]]

_WAVE_UM, _SWAY_UM = 13.0, 1.6
"""Wavelength and size of the sway that bends straight edges of sites."""
_NOTHING = 1e-6
_WAVES = 48
_SOFTER_PX = 0.6
"""Blur that hides the steps between streaks."""
_STRIDE = 1.5
"""Pixels from one place to the next along a streak, at least."""


def hashed(ids: NDArray[np.integer[Any]], purpose: int) -> NDArray[np.float64]:
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

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of pixels."""
        left, right, top, bottom = self.window
        rows, columns = round((bottom - top) * self.pixels_per_um), round((right - left) * self.pixels_per_um)
        return max(rows, 1), max(columns, 1)

    @cached_property
    def x_um(self) -> Image:
        """Position of each column of pixels [um], ``(columns,)``."""
        return (self.window[0] + (np.arange(self.shape[1]) + 0.5) / self.pixels_per_um).astype(np.float32)

    @cached_property
    def z_um(self) -> Image:
        """Depth of each row of pixels [um], ``(rows,)``."""
        return (self.window[2] + (np.arange(self.shape[0]) + 0.5) / self.pixels_per_um).astype(np.float32)

    @cached_property
    def bent(self) -> tuple[Image, Image]:
        """Places of all pixels [um], each ``(rows, columns)``, swayed so that what lies there has no straight edges."""
        sway = np.float32(_SWAY_UM * self.spacing_um / 10.0)
        return (
            self.x_um[None, :] + sway * self.noise(_WAVE_UM, 1),
            self.z_um[:, None] + sway * self.noise(_WAVE_UM, 2),
        )

    def rows(self, first: int, last: int) -> Sheet:
        """Take some of its rows of pixels as a sheet of their own."""
        left, right, top, _ = self.window
        window = (left, right, top + first / self.pixels_per_um, top + last / self.pixels_per_um)
        return replace(self, window=window)

    def noise(self, scale_um: float, purpose: int) -> Image:
        """Smooth noise of mean 0 and size near 1 at every pixel; the same for a place in every picture.

        Cubic B-spline of hashed numbers. What is finer than a pixel fades, as it does in a lens.
        """
        pitch = max(scale_um, 1.0 / self.pixels_per_um)
        along_x, along_z = (_taps(places / pitch) for places in (self.x_um, self.z_um))
        nodes_x = np.arange(along_x[0].min(), along_x[0].max() + 4)
        nodes_z = np.arange(along_z[0].min(), along_z[0].max() + 4)
        ids = (nodes_x + (1 << 20))[None, :] * (1 << 22) + (nodes_z + (1 << 20))[:, None]
        nodes = (2.0 * hashed(ids, 1000 + purpose) - 1.0).astype(np.float32)
        by_row = _tapped(nodes, along_x, 1)
        size = 2.4 * min(1.0, scale_um * self.pixels_per_um)
        smooth: Image = np.float32(size) * _tapped(by_row, along_z, 0)
        return smooth

    def waves(self, scale_um: tuple[float, float], purpose: int) -> Image:
        """Smooth noise like `noise`, but without a grid, for what is seen in the large; its size along x and depth.

        A sum of plane waves, which tends to a normal distribution.
        """
        number = np.arange(_WAVES)
        turn, length, phase = (2.0 * np.pi * hashed(number, 2000 + 3 * purpose + k) for k in range(3))
        size = 0.6 + 0.8 * length / (2.0 * np.pi)
        along_x = np.multiply.outer(self.x_um, size * np.cos(turn) / scale_um[0]) + phase
        along_z = np.multiply.outer(self.z_um, size * np.sin(turn) / scale_um[1])
        parts_x = np.concatenate([np.cos(along_x), np.sin(along_x)], axis=1)
        parts_z = np.concatenate([np.cos(along_z), -np.sin(along_z)], axis=1)
        field: Image = (np.sqrt(2.0 / _WAVES) * parts_z).astype(np.float32) @ parts_x.astype(np.float32).T
        return field

    def sampled(self, sites: NDArray[Any], where: NDArray[Any] | None = None, *, order: int = 2) -> Image:
        """Values of sites at every bent pixel, blended between neighbours by a B-spline.

        Parameters
        ----------
        sites : the values, ``(z, x)``, or several fields ``(fields, z, x)``.
        where : sites whose values count, ``(z, x)``; those of others do not blend in.
        order : of the spline; 1 keeps what fills a single site at its size, 2 has no kinks.
        """
        planes: NDArray[Any] = np.asarray(sites, np.float32).reshape(-1, *np.shape(sites)[-2:])
        if where is not None:
            planes = np.concatenate([np.where(where, planes, 0.0), np.asarray(where, np.float32)[None]])
        x, z = self.bent
        row, column = ((at - first) / self.spacing_um for at, first in ((z, self.first_z_um), (x, self.first_x_um)))
        out: NDArray[Any] = np.empty((len(planes), *self.shape), np.float32)
        stain_kernels.blend(
            np.ascontiguousarray(planes, np.float32), row.astype(np.float32), column.astype(np.float32), order == 2, out
        )
        if where is not None:
            out = out[:-1] / np.maximum(out[-1:], np.float32(_NOTHING))
        return out[0] if np.ndim(sites) == 2 else out

    def streaked(self, noise: Image, angle_rad: Image, half_um: float, stride_um: float = 0.0) -> Image:
        """Noise smeared along a direction, of mean 0 and size 1 (line integral convolution).

        Cabral and Leedom 1993 doi:10.1145/166117.166151.

        Parameters
        ----------
        noise : at every pixel.
        angle_rad : direction at every pixel, from the x axis towards depth.
        half_um : how far it is smeared either way.
        stride_um : from one place to the next along a streak, at least one and a half pixels.
        """
        total = np.empty(noise.shape, np.float32)
        cos, sin = (np.ascontiguousarray(way(angle_rad), np.float32) for way in (np.cos, np.sin))
        stride = max(_STRIDE, stride_um * self.pixels_per_um)
        steps = max(1, round(half_um * self.pixels_per_um / stride))
        stain_kernels.streak(np.ascontiguousarray(noise, np.float32), cos, sin, steps, np.float32(stride), total)
        total = gaussian_filter(total, _SOFTER_PX)
        smeared: Image = (total - total.mean()) / max(float(total.std()), 1e-12)
        return smeared


def _taps(places: Image) -> tuple[NDArray[np.int64], tuple[Image, ...]]:
    """First node and weights of the four nodes around each place, for a cubic B-spline."""
    first = np.floor(places).astype(np.int64) - 1
    t = (places - np.floor(places)).astype(np.float32)
    weights = (
        (1.0 - t) ** 3 / 6.0,
        (3.0 * t**3 - 6.0 * t**2 + 4.0) / 6.0,
        (-3.0 * t**3 + 3.0 * t**2 + 3.0 * t + 1.0) / 6.0,
        t**3 / 6.0,
    )
    return first, weights


def _tapped(nodes: Image, taps: tuple[NDArray[np.int64], tuple[Image, ...]], axis: int) -> Image:
    """Blend nodes along an axis."""
    first, weights = taps
    start = first - first.min()
    shape = (1, -1) if axis else (-1, 1)
    total = weights[0].reshape(shape) * np.take(nodes, start, axis=axis)
    for number in (1, 2, 3):
        total += weights[number].reshape(shape) * np.take(nodes, start + number, axis=axis)
    return total
