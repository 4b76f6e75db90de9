"""Where a drug is: by layer, by depth, and how a depot spreads (R27, R28, R30)."""

from __future__ import annotations

import numpy as np
import xarray as xr

from mendsim.abm.observables import DRUG_PLACES, TISSUE
from mendsim.analysis import profiles, store, uptake
from mendsim.analysis.observed import array, columns, fields, nothing, observed
from mendsim.analysis.outcome import BY_COLUMN


@observed("drug by layer", "ug/cm2", "time series")
def drug_by_layer(run: xr.DataTree) -> xr.DataArray:
    """Amount of drug in each layer of the skin, for each cm2 of surface."""
    held = [uptake.amount(run, layer) for layer in uptake.LAYERS]
    return array(np.stack(held, axis=1), day=store.days(run), layer=list(uptake.LAYERS))


@observed("balance of the drug", "ug/cm2", "time series")
def drug_balance(run: xr.DataTree) -> xr.DataArray:
    """Amount of drug in every place where it can be; all places together hold what was given."""
    held = [uptake.amount(run, place) for place in DRUG_PLACES]
    return array(np.stack(held, axis=1), day=store.days(run), place=list(DRUG_PLACES))


@observed("drug by depth", "ug/mL", "profile")
def drug_by_depth(run: xr.DataTree) -> xr.DataArray:
    """Mean concentration of drug in the tissue at each depth, free, bound and as particles; open channels left out."""
    saved = _held(run)
    return profiles.averaged(saved["drug"], saved["tissue"] != TISSUE["air"])


@observed("depot of the drug", BY_COLUMN, "time series")
def drug_depot(run: xr.DataTree) -> xr.Dataset:
    """Highest concentration of drug in the skin, the mean depth of what is there, and how far it has spread.

    Spread is the standard deviation of depth, and of place along the section, weighted by the amount.
    """
    drug = _held(run)["drug"].astype(float)
    over = ["depth_um", "y_um", "x_um"]
    total = drug.sum(over)
    weight = drug / total.where(total > 0.0)
    moments = {}
    for name in ("depth_um", "x_um"):
        place = drug[name]
        mean = (weight * place).sum(over, skipna=False)
        moments[name] = mean, (weight * (place - mean) ** 2).sum(over, skipna=False) ** 0.5
    depth, spread = moments["depth_um"]
    return columns(
        highest_ug_per_ml=(drug.max(over), "ug/mL", "highest concentration at any site"),
        depth_um=(depth, "um", "mean depth of the drug"),
        spread_depth_um=(spread, "um", "standard deviation of its depth"),
        spread_along_um=(moments["x_um"][1], "um", "standard deviation of its place along the section"),
    )


def _held(run: xr.DataTree) -> xr.Dataset:
    uptake.amount(run, "given")  # refuses a run without drug
    saved = fields(run, ["drug", "tissue"])
    if not (saved["drug"] > 0.0).any():
        raise nothing(run, "no snapshot of this run holds the drug", "a run with a snapshot while the drug is there")
    return saved
