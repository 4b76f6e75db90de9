"""Numbers that a target asks of several settings side by side: one documented function for each, in `CONTRASTS`.

A contrast takes the runs of each setting, in the order of the study, and returns a number.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

import numpy as np
import xarray as xr

from mendsim.analysis.downtime import oedema_area_um_d, redness_area_d
from mendsim.analysis.measure import against_start

Contrast = Callable[[Sequence[Sequence[xr.DataTree]]], float]


def density_swells_and_energy_builds(runs: Sequence[Sequence[xr.DataTree]]) -> float:
    """1 if density drives swelling and redness and energy the result, else -1.

    Of three settings (weak and sparse, weak and dense, strong and sparse) the dense one must have more swelling and
    more redness over time than either, and the strong one more collagen at the end than the sparse one.
    """
    swelling, redness, result = (
        [float(np.mean([number(run) for run in each])) for each in runs]
        for number in (oedema_area_um_d, redness_area_d, _collagen_at_the_end)
    )
    if np.isnan(swelling + redness + result).any():
        return np.nan
    by_density = swelling[1] > max(swelling[0], swelling[2]) and redness[1] > max(redness[0], redness[2])
    return 1.0 if by_density and result[2] > result[0] else -1.0


def _collagen_at_the_end(run: xr.DataTree) -> float:
    course = against_start(run, "collagen_mg_per_ml")
    return np.nan if course is None else float(course[1][-1])


CONTRASTS: Mapping[str, Contrast] = MappingProxyType(
    {contrast.__name__: contrast for contrast in (density_swells_and_energy_builds,)}
)
"""Every contrast by name."""
