"""Vessels cut into short pieces, so that they can be counted by place."""

from __future__ import annotations

import numpy as np
import xarray as xr
from numpy.typing import NDArray

_PIECES = 20


def pieces(table: xr.Dataset) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """X, depth and length of equal pieces of every segment, each ``(n_segments, n_pieces)`` um."""
    a = np.stack([table[f"{axis}0_um"].to_numpy() for axis in "xyz"])
    b = np.stack([table[f"{axis}1_um"].to_numpy() for axis in "xyz"])
    share = (np.arange(_PIECES) + 0.5) / _PIECES
    x, _, z = a[:, :, None] + (b - a)[:, :, None] * share
    length = np.broadcast_to(np.linalg.norm(b - a, axis=0)[:, None] / _PIECES, x.shape)
    return x, z, length
