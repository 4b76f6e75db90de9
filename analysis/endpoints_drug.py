"""End points of drugs."""

from __future__ import annotations

import numpy as np
import xarray as xr

from mendsim.analysis import curves, store, uptake
from mendsim.analysis.endpoints import outcome


def _drug(run: xr.DataTree, name: str) -> curves.Curve | None:
    """Return the amount of drug in a place, None if no drug was ever given."""
    given = store.values(run, "drug_given_ug_per_cm2")
    return None if given is None or not given.any() else uptake.amount(run, name)


@outcome("drug in the dermis, peak", "µg/cm²")
def drug_dermis_peak(run: xr.DataTree) -> float:
    """Largest amount of drug in the dermis at any time."""
    dermis = _drug(run, "dermis")
    return np.nan if dermis is None else float(dermis.max())


@outcome("drug in the dermis, day of the peak", "day")
def drug_dermis_peak_day(run: xr.DataTree) -> float:
    """Day of the run on which most drug is in the dermis."""
    dermis = _drug(run, "dermis")
    return np.nan if dermis is None else curves.peak(store.days(run), dermis)[1]


@outcome("drug delivered past the epidermis", "µg/cm²")
def drug_delivered(run: xr.DataTree) -> float:
    """Drug that got past the epidermis: what is there at the end, and what blood has carried off from it."""
    return np.nan if _drug(run, "dermis") is None else float(uptake.delivered(run)[-1])


@outcome("drug carried off by blood", "% of dose")
def drug_systemic_share(run: xr.DataTree) -> float:
    """Share of the dose that blood and lymph have carried off at the end."""
    cleared, given = _drug(run, "cleared"), _drug(run, "given")
    return np.nan if cleared is None or given is None else float(100.0 * cleared[-1] / given[-1])


@outcome("drug exposure of the dermis", "µg·day/cm²")
def drug_exposure(run: xr.DataTree) -> float:
    """Amount of drug in the dermis summed over time (area under the curve)."""
    dermis = _drug(run, "dermis")
    return np.nan if dermis is None else float(np.trapezoid(dermis, store.days(run)))
