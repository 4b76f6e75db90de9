"""Counter-based random numbers: a draw is a pure function of (seed, agent id, step, purpose).

Philox4x32-10 scrambles a 128-bit counter under a 64-bit key, and keeps no state in between.  So a draw does not
depend on the number of threads, on the order of rows or calls, or on which other agents exist.  That gives
bit-identical runs on any number of threads, and common random numbers between scenarios that share a seed.

All functions may be called from numba kernels and from Python.  ``seed`` and ``uid`` use 64 bits, ``step`` and
``purpose`` 32 bits.  Purposes are listed in :mod:`mendsim.common.purposes`; two draws with the same four arguments
are the same number, so each decision needs its own purpose.

Draws cost 1-2 ns each in a loop that does nothing else, over ids that lie side by side (it runs in vector registers),
and about ten times that between other work.  Kernels hold a compiled copy of these functions, and numba's cache does
not notice a change here: delete ``__pycache__`` after one.

References
----------
Salmon, Moraes, Dror, Shaw (2011) Parallel random numbers: as easy as 1, 2, 3. doi:10.1145/2063384.2063405
"""

from __future__ import annotations

import math

from numba import njit, uint64

# Multipliers of the round and increments of the key (golden ratio, sqrt(3) - 1): Salmon et al., section 3.3.
_MULTIPLIER_0 = uint64(0xD2511F53)
_MULTIPLIER_1 = uint64(0xCD9E8D57)
_WEYL_0 = uint64(0x9E3779B9)
_WEYL_1 = uint64(0xBB67AE85)
_MASK = uint64(0xFFFFFFFF)
_HALF = uint64(32)
_TO_UNIT = 2.0**-53  # the spacing of float64 just below one


@njit(cache=True, nogil=True, inline="always")
def philox4x32(c0: int, c1: int, c2: int, c3: int, k0: int, k1: int) -> tuple[int, int, int, int]:
    """Scramble a 4 x 32-bit counter with ten rounds under a 2 x 32-bit key.

    Parameters
    ----------
    c0, c1, c2, c3 : int
        Words of the counter, least significant first; only their low 32 bits count.
    k0, k1 : int
        Words of the key; only their low 32 bits count.

    Returns
    -------
    tuple of four uint64
        Independent, uniformly distributed 32-bit words.
    """
    # 32-bit words in 64-bit lanes: products need 64 bits, and nothing overflows without compilation either.
    c0, c1, c2, c3 = uint64(c0) & _MASK, uint64(c1) & _MASK, uint64(c2) & _MASK, uint64(c3) & _MASK
    k0, k1 = uint64(k0) & _MASK, uint64(k1) & _MASK
    for _ in range(10):
        p0 = _MULTIPLIER_0 * c0
        p1 = _MULTIPLIER_1 * c2
        c0, c1, c2, c3 = (p1 >> _HALF) ^ c1 ^ k0, p1 & _MASK, (p0 >> _HALF) ^ c3 ^ k1, p0 & _MASK
        k0 = (k0 + _WEYL_0) & _MASK
        k1 = (k1 + _WEYL_1) & _MASK
    return c0, c1, c2, c3


@njit(cache=True, nogil=True, inline="always")
def bits128(seed: int, uid: int, step: int, purpose: int) -> tuple[int, int]:
    """Draw two independent 64-bit integers at the cost of one.

    Returns
    -------
    tuple of two uint64
        The first is the one :func:`bits64` gives.
    """
    a, b, c, d = philox4x32(uid, uint64(uid) >> _HALF, step, purpose, seed, uint64(seed) >> _HALF)
    return (a << _HALF) | b, (c << _HALF) | d


@njit(cache=True, nogil=True, inline="always")
def bits64(seed: int, uid: int, step: int, purpose: int) -> int:
    """Draw a uniformly distributed uint64; also the hash by which agents that want one site are ranked."""
    return bits128(seed, uid, step, purpose)[0]


@njit(cache=True, nogil=True, inline="always")
def uniform(seed: int, uid: int, step: int, purpose: int) -> float:
    """Draw a float64 in [0, 1), a multiple of 2**-53."""
    return float(bits64(seed, uid, step, purpose) >> uint64(11)) * _TO_UNIT


@njit(cache=True, nogil=True, inline="always")
def uniform_pair(seed: int, uid: int, step: int, purpose: int) -> tuple[float, float]:
    """Draw two independent float64 in [0, 1) at the cost of one; the first is the one :func:`uniform` gives."""
    first, second = bits128(seed, uid, step, purpose)
    return float(first >> uint64(11)) * _TO_UNIT, float(second >> uint64(11)) * _TO_UNIT


@njit(cache=True, nogil=True, inline="always")
def normal_pair(seed: int, uid: int, step: int, purpose: int) -> tuple[float, float]:
    """Draw two independent standard normal float64 (Box and Muller 1958, doi:10.1214/aoms/1177706645)."""
    u, v = uniform_pair(seed, uid, step, purpose)
    radius = math.sqrt(-2.0 * math.log(1.0 - u))  # 1 - u lies in (0, 1], so the logarithm is finite
    angle = 2.0 * math.pi * v
    return radius * math.cos(angle), radius * math.sin(angle)
