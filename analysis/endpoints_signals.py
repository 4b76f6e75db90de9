"""End points of signals and inflammation: how high they rise, and when; downtime."""

from __future__ import annotations

import numpy as np
import xarray as xr

from mendsim.analysis import curves, downtime, store
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
    """Day of the run on which the mean concentration of active TGF-beta1 is highest."""
    return _peak(run, "tgf_beta1_ng_per_ml")[1]


@outcome("MMP9, peak", "ng/mL")
def mmp9_peak(run: xr.DataTree) -> float:
    """Highest mean concentration of active MMP9."""
    return _peak(run, "mmp9_ng_per_ml")[0]


@outcome("MMP9, day of the peak", "day")
def mmp9_peak_day(run: xr.DataTree) -> float:
    """Day of the run on which the mean concentration of active MMP9 is highest."""
    return _peak(run, "mmp9_ng_per_ml")[1]


@outcome("inflammatory cytokine, peak", "ng/mL")
def cytokine_peak(run: xr.DataTree) -> float:
    """Highest mean concentration of the inflammatory cytokine."""
    return _peak(run, "cytokine_ng_per_ml")[0]


@outcome("inflammatory cytokine, day of the peak", "day")
def cytokine_peak_day(run: xr.DataTree) -> float:
    """Day of the run on which the mean concentration of the inflammatory cytokine is highest."""
    return _peak(run, "cytokine_ng_per_ml")[1]


@outcome("neutrophils, day of the peak", "day")
def neutrophils_peak_day(run: xr.DataTree) -> float:
    """Day of the run on which there are most neutrophils in the dermis."""
    return _peak(run, "neutrophils_per_mm3")[1]


@outcome("macrophages, day of the peak", "day")
def macrophages_peak_day(run: xr.DataTree) -> float:
    """Day of the run on which there are most macrophages in the dermis, residents included."""
    return _peak(run, "macrophages_per_mm3")[1]


@outcome("redness, peak", "times")
def redness_peak(run: xr.DataTree) -> float:
    """Highest amount of blood in the vessels of the upper dermis, in times that of intact skin."""
    return _peak(run, "erythema_ratio")[0]


@outcome("redness, day of the peak", "day")
def redness_peak_day(run: xr.DataTree) -> float:
    """Day of the run on which there is most blood in the vessels of the upper dermis."""
    return _peak(run, "erythema_ratio")[1]


@outcome("swelling, peak", "µm")
def swelling_peak_um(run: xr.DataTree) -> float:
    """Highest mean thickness that excess fluid adds to the skin."""
    return _peak(run, "oedema_um")[0]


@outcome("downtime", "days")
def downtime_days(run: xr.DataTree) -> float:
    """Days after the last session that skin is under 99 % covered, over 1.1 times as red, or over 10 um swollen.

    Covered is the share of the surface with a living basal layer, red the blood of the upper dermis against that of
    intact skin, swollen the thickness that fluid adds.
    """
    return downtime.downtime_d(run)


@outcome("sessions", "1")
def session_count(run: xr.DataTree) -> float:
    """Laser sessions, wounds and burns; sessions with the laser off are left out."""
    return float(sum(cause != "sham" for cause in store.causes(run)))
