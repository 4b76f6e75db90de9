"""End points of the signals: how high they rise, and when."""

from __future__ import annotations

import numpy as np
import xarray as xr

from mendsim.analysis import curves, store
from mendsim.analysis.endpoints import outcome


def _peak(run: xr.DataTree, name: str) -> tuple[float, float]:
    values = store.values(run, name)
    return (np.nan, np.nan) if values is None else curves.peak(store.days(run), values)


@outcome("TGF-β1, peak", "ng/mL")
def tgf_beta1_peak(run: xr.DataTree) -> float:
    """Highest mean concentration of active TGF-beta1."""
    return _peak(run, "tgf_beta1_ng_per_ml")[0]


@outcome("TGF-β1, day of the peak", "day")
def tgf_beta1_peak_day(run: xr.DataTree) -> float:
    """Day on which the mean concentration of active TGF-beta1 is highest."""
    return _peak(run, "tgf_beta1_ng_per_ml")[1]


@outcome("MMP9, peak", "ng/mL")
def mmp9_peak(run: xr.DataTree) -> float:
    """Highest mean concentration of active MMP9."""
    return _peak(run, "mmp9_ng_per_ml")[0]


@outcome("MMP9, day of the peak", "day")
def mmp9_peak_day(run: xr.DataTree) -> float:
    """Day on which the mean concentration of active MMP9 is highest."""
    return _peak(run, "mmp9_ng_per_ml")[1]


@outcome("inflammatory cytokine, peak", "ng/mL")
def cytokine_peak(run: xr.DataTree) -> float:
    """Highest mean concentration of the inflammatory cytokine."""
    return _peak(run, "cytokine_ng_per_ml")[0]


@outcome("inflammatory cytokine, day of the peak", "day")
def cytokine_peak_day(run: xr.DataTree) -> float:
    """Day on which the mean concentration of the inflammatory cytokine is highest."""
    return _peak(run, "cytokine_ng_per_ml")[1]
