"""Numbers that targets of drug delivery ask of several settings side by side."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr

from mendsim.analysis import curves, store, uptake

_IN_SKIN = ("corneum", "epidermis", "channel", "dermis", "hypodermis")
_ABOVE = 2.0
"""An amount stands out from that of intact skin once it is so many times as large."""

Runs = Sequence[Sequence[xr.DataTree]]


def uptake_against_intact(runs: Runs) -> float:
    """Drug in the skin at the end, in the first setting over that in the last, which is intact skin."""
    treated, intact = _in_skin(runs[0]), _in_skin(runs[-1])
    return treated / intact if intact > 0.0 else np.nan


def uptake_after_waiting(runs: Runs) -> float:
    """Drug in the skin at the end if it comes late, over that if it comes at once; each less that of intact skin.

    Three settings: at once, late, intact.
    """
    once, late, intact = (_in_skin(each) for each in runs)
    return (late - intact) / (once - intact) if once > intact else np.nan


def middle_dermis_stands_out_h(runs: Runs) -> float:
    """Hours until the middle of the dermis holds twice what it holds in intact skin (the last setting)."""
    times, treated, intact = _middle(runs)
    above = (treated > _ABOVE * intact) & (treated > 0.0)
    return float(times[above.argmax()]) if above.any() else np.inf


def middle_dermis_against_intact(runs: Runs) -> float:
    """Drug in the middle of the dermis at 7 h, over that in intact skin (the last setting)."""
    times, treated, intact = _middle(runs)
    return float(np.interp(7.0, times, treated) / np.interp(7.0, times, intact))


def _middle(runs: Runs) -> tuple[curves.Curve, curves.Curve, curves.Curve]:
    times = store.days(runs[0][0]) * store.HOURS_PER_DAY
    return times, _mean_middle(runs[0]), _mean_middle(runs[-1])


def _mean_middle(runs: Sequence[xr.DataTree]) -> curves.Curve:
    found = [store.values(run, "drug_middle_dermis_ug_per_ml") for run in runs]
    mean: curves.Curve = np.mean([values for values in found if values is not None], axis=0)
    return mean


def _in_skin(runs: Sequence[xr.DataTree]) -> float:
    return float(np.mean([sum(uptake.amount(run, place)[-1] for place in _IN_SKIN) for run in runs]))
