"""Numbers that targets of drug delivery ask of several settings side by side."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr

from mendsim.analysis import curves, store, uptake

_IN_SKIN = ("corneum", "epidermis", "channel", "dermis", "hypodermis")
_LATE_H = 7.0
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
    treated, intact = _middle(runs[0]), _middle(runs[-1])
    if treated is None or intact is None:
        return np.nan
    above = (treated > _ABOVE * intact) & (treated > 0.0)
    return float(_hours(runs[0][0])[above.argmax()]) if above.any() else np.inf


def middle_dermis_against_intact(runs: Runs) -> float:
    """Drug in the middle of the dermis 7 h after it was given, over that in intact skin (the last setting)."""
    treated, intact = _middle(runs[0]), _middle(runs[-1])
    if treated is None or intact is None:
        return np.nan
    held, without = (float(np.interp(_LATE_H, _hours(runs[0][0]), values)) for values in (treated, intact))
    return held / without if without > 0.0 else np.nan


def _hours(run: xr.DataTree) -> curves.Curve:
    """Return the times of the series since the drug was given."""
    hours: curves.Curve = store.days(run) * store.HOURS_PER_DAY - uptake.given_at_h(run)
    return hours


def _middle(runs: Sequence[xr.DataTree]) -> curves.Curve | None:
    """Mean over seeds of what the middle of the dermis holds over time."""
    found = [store.values(run, "drug_middle_dermis_ug_per_ml") for run in runs]
    known = [values for values in found if values is not None]
    return np.mean(known, axis=0) if known else None


def _in_skin(runs: Sequence[xr.DataTree]) -> float:
    return float(np.mean([sum(uptake.amount(run, place)[-1] for place in _IN_SKIN) for run in runs]))
