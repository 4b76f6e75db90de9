"""When each zone of a session is fired."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from mendsim.common import purposes
from mendsim.common.lattice import Lattice
from mendsim.common.philox import uniform_pair
from mendsim.thermal.session import LaserSession

PHASES = 4
"""An interleaved scan covers its area this many times, each time with other zones."""


def firing_times(
    session: LaserSession, lattice: Lattice, axes: NDArray[np.float64], passes: NDArray[np.int64], seed: int
) -> NDArray[np.float64]:
    """Time of the first pulse on each zone [s] from the start of the session, shape ``(zones,)``.

    The scanner covers a square footprint, of which the lattice is the middle, row by row and back again; so zones of
    neighbouring rows are a row's time apart, even where the lattice holds only a few of them; a footprint smaller than
    the lattice is taken as large. An ``interleaved`` scan takes every other zone of every other row in each of four
    rounds, a ``random`` one any zone next. No zone is fired before the pulses on the last one are over.

    Parameters
    ----------
    axes : of the zones [um], ``(zones, 2)`` as (x, y).
    passes : number of the pass of each zone, ``(zones,)``.
    seed : of a random scan.
    """
    interval = max(1e-3 * session.spot_interval_ms, session.zone_s)
    extent = np.array([lattice.nx, lattice.ny]) * lattice.spacing_um
    side = np.maximum(1e3 * session.footprint_mm, extent)
    steps = np.array([session.pitch_um, session.row_um])
    per_row, rows = (max(1, math.ceil(count)) for count in side / steps)
    # A nudge, for axes in the middle of the footprint can fall on the edge between two of its columns.
    place = np.floor((axes + 0.5 * (side - extent)) / steps + 1e-6).astype(np.int64)
    column, row = (np.clip(place[:, axis], 0, most - 1) for axis, most in ((0, per_row), (1, rows)))
    along = np.where(row % 2 == 0, column, per_row - 1 - column)
    if session.scan_order == "rows":
        turn = row * per_row + along
    elif session.scan_order == "interleaved":
        phase = column % 2 + 2 * (row % 2)
        turn = phase * (per_row * rows / PHASES) + (row // 2) * (per_row / 2) + along // 2
    else:
        draws = [uniform_pair(seed, index, int(number), purposes.SCAN)[0] for index, number in enumerate(passes)]
        turn = np.array(draws) * per_row * rows
    pass_s = per_row * rows * interval + session.pass_interval_s
    times = passes * pass_s + turn * interval
    order = np.lexsort((np.arange(times.size), times))
    for before, after in pairwise(order):
        times[after] = max(times[after], times[before] + interval)
    return times
