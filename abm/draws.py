"""Random numbers for many ids at once."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from mendsim.common.philox import normal_pair, uniform


@njit(cache=True, nogil=True)
def _fill(seed, ids, step, purpose, out):
    for k in range(len(ids)):
        out[k] = uniform(seed, ids[k], step, purpose)


def uniforms(seed: int, ids: NDArray[np.int64], step: int, purpose: int) -> NDArray[np.float64]:
    """One number in [0, 1) for each id, shape ``(n,)``."""
    out = np.empty(len(ids))
    _fill(seed, np.ascontiguousarray(ids, np.int64), step, purpose, out)
    return out


@njit(cache=True, nogil=True)
def _fill_normal(seed, ids, step, purpose, out):
    for k in range(len(ids)):
        out[k], _ = normal_pair(seed, ids[k], step, purpose)


def normals(seed: int, ids: NDArray[np.int64], step: int, purpose: int) -> NDArray[np.float64]:
    """One standard normal deviate for each id, shape ``(n,)``."""
    out = np.empty(len(ids))
    _fill_normal(seed, np.ascontiguousarray(ids, np.int64), step, purpose, out)
    return out
