"""The faces of a block of skin with a corner cut out, and where they lie on paper."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.transforms import Affine2D
from numpy.typing import NDArray

Array = NDArray[np.float64]

AZIMUTH_DEG, ELEVATION_DEG = 28.0, 26.0
"""How far the block is turned and seen from above: the front looks widest, the top is still well seen."""
_COS_A, _SIN_A = float(np.cos(np.radians(AZIMUTH_DEG))), float(np.sin(np.radians(AZIMUTH_DEG)))
_COS_E, _SIN_E = float(np.cos(np.radians(ELEVATION_DEG))), float(np.sin(np.radians(ELEVATION_DEG)))


@dataclass(frozen=True, kw_only=True)
class Cut:
    """The corner that is cut out: the one at the right, in front, on top.

    Parameters
    ----------
    x, y, z : numbers of the sites at which it ends: columns from ``x`` on, rows before ``y``, depths before ``z``.
    """

    x: int
    y: int
    z: int


@dataclass(frozen=True, kw_only=True)
class Face:
    """A plane of the block.

    Parameters
    ----------
    sites : which sites of the block ``(z, y, x)`` it shows, an index that leaves two axes.
    shown : which of them are drawn; the cut-out corner is not.
    origin, across, down : corner of the plane in sites ``(x, y, z)``, and its two sides, in sites.
    shade : how bright it is, so that the planes stand out from each other.
    """

    sites: tuple[int | slice, int | slice, int | slice]
    shown: NDArray[np.bool_]
    origin: tuple[float, float, float]
    across: tuple[float, float, float]
    down: tuple[float, float, float]
    shade: float


def on_paper(x: Array | float, y: Array | float, z: Array | float) -> tuple[Array, Array]:
    """Where a point of the block is drawn, seen from far away (an orthographic projection), in the unit given.

    Parameters
    ----------
    x, y, z : along the front, away from it, and depth.

    Returns
    -------
    To the right, and upwards.
    """
    away = np.asarray(y) * _COS_A - np.asarray(x) * _SIN_A
    right = np.asarray(x) * _COS_A + np.asarray(y) * _SIN_A
    return np.asarray(right, float), np.asarray(away * _SIN_E - np.asarray(z) * _COS_E, float)


def faces(shape: tuple[int, int, int], cut: Cut) -> list[Face]:
    """List the three outer faces without the cut-out corner, and the three inner ones that the cut lays open.

    Parameters
    ----------
    shape : sites of the block ``(nz, ny, nx)``.
    cut : the corner.
    """
    nz, ny, nx = shape
    x, y, z = np.arange(nx), np.arange(ny), np.arange(nz)
    every = slice(None)
    front = ~((x >= cut.x)[None, :] & (z < cut.z)[:, None])
    side = ~((y < cut.y)[None, :] & (z < cut.z)[:, None])
    top = ~((x >= cut.x)[None, :] & (y < cut.y)[:, None])
    return [
        Face(sites=(every, 0, every), shown=front, origin=(0, 0, 0), across=(nx, 0, 0), down=(0, 0, nz), shade=0.97),
        Face(
            sites=(every, every, nx - 1), shown=side, origin=(nx, 0, 0), across=(0, ny, 0), down=(0, 0, nz), shade=0.86
        ),
        Face(sites=(0, every, every), shown=top, origin=(0, 0, 0), across=(nx, 0, 0), down=(0, ny, 0), shade=1.0),
        Face(
            sites=(every, cut.y, every),
            shown=(x >= cut.x)[None, :] & (z < cut.z)[:, None],
            origin=(0, cut.y, 0),
            across=(nx, 0, 0),
            down=(0, 0, nz),
            shade=0.97,
        ),
        Face(
            sites=(every, every, cut.x - 1),
            shown=(y < cut.y)[None, :] & (z < cut.z)[:, None],
            origin=(cut.x, 0, 0),
            across=(0, ny, 0),
            down=(0, 0, nz),
            shade=0.86,
        ),
        Face(
            sites=(cut.z, every, every),
            shown=(x >= cut.x)[None, :] & (y < cut.y)[:, None],
            origin=(0, 0, cut.z),
            across=(nx, 0, 0),
            down=(0, ny, 0),
            shade=1.0,
        ),
    ]


def placed(face: Face, spacing: float) -> Affine2D:
    """Transform from the pixels of the image of a face to paper.

    Parameters
    ----------
    face : one of `faces`; its image has a pixel for each site.
    spacing : edge of a site.
    """
    rows, columns = face.shown.shape
    start = np.array(on_paper(*face.origin))
    across = (np.array(on_paper(*face.across))) / columns
    down = (np.array(on_paper(*face.down))) / rows
    return Affine2D(
        np.array(
            [
                [spacing * across[0], spacing * down[0], spacing * start[0]],
                [spacing * across[1], spacing * down[1], spacing * start[1]],
                [0.0, 0.0, 1.0],
            ]
        )
    )


def edges(shape: tuple[int, int, int], cut: Cut) -> list[Array]:
    """Lines along the edges that are seen, each ``(2, 3)`` in sites ``(x, y, z)``."""
    nz, ny, nx = (float(n) for n in shape)
    cx, cy, cz = float(cut.x), float(cut.y), float(cut.z)
    pairs = [
        ((0, 0, 0), (cx, 0, 0)),
        ((cx, 0, 0), (cx, cy, 0)),
        ((cx, cy, 0), (nx, cy, 0)),
        ((nx, cy, 0), (nx, ny, 0)),
        ((0, 0, 0), (0, ny, 0)),
        ((0, ny, 0), (nx, ny, 0)),
        ((0, 0, 0), (0, 0, nz)),
        ((0, 0, nz), (nx, 0, nz)),
        ((nx, 0, nz), (nx, ny, nz)),
        ((nx, ny, 0), (nx, ny, nz)),
        ((nx, 0, cz), (nx, 0, nz)),
        ((cx, 0, 0), (cx, 0, cz)),
        ((cx, 0, cz), (nx, 0, cz)),
        ((nx, 0, cz), (nx, cy, cz)),
        ((nx, cy, 0), (nx, cy, cz)),
        ((cx, cy, 0), (cx, cy, cz)),
        ((cx, 0, cz), (cx, cy, cz)),
        ((cx, cy, cz), (nx, cy, cz)),
    ]
    return [np.array(pair, float) for pair in pairs]
