"""End points of the dermis: collagen, scar, fibroblasts, and how still an untreated control stays."""

from __future__ import annotations

import numpy as np
import xarray as xr

from mendsim.analysis import curves, store
from mendsim.analysis.endpoints import outcome


def _relative(run: xr.DataTree, name: str) -> curves.Curve | None:
    """Return a series against its start in percent, None if it is missing or starts at zero."""
    series = store.values(run, name)
    return None if series is None or not series[0] else 100.0 * series / series[0]


def _change(run: xr.DataTree, name: str) -> float:
    """Return a series at its end against its start in percent, ``nan`` if it is missing or starts at zero."""
    values = store.values(run, name)
    return np.nan if values is None else curves.percent_change(values)


def _peak_day(run: xr.DataTree, name: str) -> float:
    values = store.values(run, name)
    return np.nan if values is None else curves.peak(store.days(run), values)[1]


def collagen_1_to_3_course(run: xr.DataTree) -> curves.Curve | None:
    """Collagen I for each part of collagen III, None where there is none."""
    old, young = store.values(run, "collagen_1_mg_per_ml"), store.values(run, "collagen_3_mg_per_ml")
    return None if old is None or young is None or young.min() <= 0.0 else old / young


@outcome("collagen, lowest", "% of start")
def collagen_minimum(run: xr.DataTree) -> float:
    """Lowest mean density of collagen I and III in the dermis against the start."""
    collagen = _relative(run, "collagen_mg_per_ml")
    return np.nan if collagen is None else float(collagen.min())


@outcome("collagen, day of the lowest", "day")
def collagen_minimum_day(run: xr.DataTree) -> float:
    """Day of the run on which the mean density of collagen I and III is lowest."""
    collagen = _relative(run, "collagen_mg_per_ml")
    return np.nan if collagen is None else curves.trough(store.days(run), collagen)[1]


@outcome("collagen, at the end", "% of start")
def collagen_final(run: xr.DataTree) -> float:
    """Mean density of collagen I and III in the dermis at the end against the start."""
    collagen = _relative(run, "collagen_mg_per_ml")
    return np.nan if collagen is None else float(collagen[-1])


@outcome("collagen III, share at its peak", "%")
def collagen_3_peak_share(run: xr.DataTree) -> float:
    """Highest share of collagen III in collagen I and III."""
    young, both = store.values(run, "collagen_3_mg_per_ml"), store.values(run, "collagen_mg_per_ml")
    return np.nan if young is None or both is None else float(100.0 * np.max(young / both))


@outcome("collagen I to III, lowest", "to 1")
def collagen_1_to_3_lowest(run: xr.DataTree) -> float:
    """Lowest ratio of collagen I to collagen III."""
    ratio = collagen_1_to_3_course(run)
    return np.nan if ratio is None else float(ratio.min())


@outcome("collagen I to III, at the end", "to 1")
def collagen_1_to_3_final(run: xr.DataTree) -> float:
    """Ratio of collagen I to collagen III at the end."""
    ratio = collagen_1_to_3_course(run)
    return np.nan if ratio is None else float(ratio[-1])


@outcome("procollagen I, day of the peak", "day")
def procollagen_1_peak_day(run: xr.DataTree) -> float:
    """Day of the run on which fibroblasts are set to make most collagen I."""
    return _peak_day(run, "procollagen_1_ratio")


@outcome("procollagen III, day of the peak", "day")
def procollagen_3_peak_day(run: xr.DataTree) -> float:
    """Day of the run on which fibroblasts are set to make most collagen III."""
    return _peak_day(run, "procollagen_3_ratio")


@outcome("HSP47, day of the peak", "day")
def hsp47_peak_day(run: xr.DataTree) -> float:
    """Day of the run on which the HSP47 of all fibroblasts is highest."""
    return _peak_day(run, "hsp47_ratio")


@outcome("denatured collagen, peak", "mg/mL")
def denatured_collagen_peak(run: xr.DataTree) -> float:
    """Highest mean density of heat-denatured collagen in the dermis."""
    denatured = store.values(run, "denatured_collagen_mg_per_ml")
    return np.nan if denatured is None else float(denatured.max())


@outcome("denatured collagen, left at the end", "% of peak")
def denatured_collagen_left(run: xr.DataTree) -> float:
    """Heat-denatured collagen at the end against its highest."""
    denatured = store.values(run, "denatured_collagen_mg_per_ml")
    return np.nan if denatured is None or not denatured.max() else float(100.0 * denatured[-1] / denatured.max())


@outcome("fibre alignment, change", "%")
def orientation_change(run: xr.DataTree) -> float:
    """Mean order of the collagen fibres (0 in all directions, 1 parallel) at the end against the start."""
    return _change(run, "orientation_order")


@outcome("elastin, change", "%")
def elastin_change(run: xr.DataTree) -> float:
    """Mean density of elastin in the dermis at the end against the start."""
    return _change(run, "elastin_mg_per_ml")


@outcome("elasticity, change", "%")
def elasticity_change(run: xr.DataTree) -> float:
    """Elasticity that collagen, its order and elastin give at the end against the start."""
    return _change(run, "elasticity_index")


@outcome("contraction, peak", "kPa")
def contraction_peak(run: xr.DataTree) -> float:
    """Highest mean stress with which myofibroblasts pull."""
    pull = store.values(run, "contraction_kpa")
    return np.nan if pull is None else float(pull.max())


@outcome("scar depth, change", "µm")
def scar_depth_change_um(run: xr.DataTree) -> float:
    """Depth of the scar at the end less that at the start; negative is shallower."""
    depth = store.values(run, "scar_depth_um")
    return np.nan if depth is None or not store.has_scar(run) else float(depth[-1] - depth[0])


@outcome("scar depth, change", "%")
def scar_depth_change_percent(run: xr.DataTree) -> float:
    """Depth of the scar at the end against the start; negative is shallower."""
    depth = store.values(run, "scar_depth_um")
    return np.nan if depth is None or not store.has_scar(run) else curves.percent_change(depth)


@outcome("scar volume, change", "%")
def scar_volume_change_percent(run: xr.DataTree) -> float:
    """Volume of the scar under the flat surface at the end against the start; negative is smaller."""
    return _change(run, "scar_volume_mm3_per_mm2") if store.has_scar(run) else np.nan


@outcome("fibroblasts, peak", "% of start")
def fibroblast_peak(run: xr.DataTree) -> float:
    """Highest number of fibroblasts, myofibroblasts included, against the start."""
    count = _relative(run, "fibroblast_count")
    return np.nan if count is None else float(count.max())


@outcome("myofibroblasts, day of the peak", "day")
def myofibroblast_peak_day(run: xr.DataTree) -> float:
    """Day of the run on which there are most myofibroblasts."""
    return _peak_day(run, "myofibroblast_count")


@outcome("drift of the untreated dermis", "%")
def dermal_drift(run: xr.DataTree) -> float:
    """Largest change of any dermal quantity of an untreated control from its start, at any time.

    A quantity that starts at zero has no change in percent; that signals stay silent shows in their own outcomes.
    """
    changes = drifts(run)
    return np.nan if len(store.session_days(run)) or not changes else max(changes.values())


def drifts(run: xr.DataTree) -> dict[str, float]:
    """Largest change of each dermal series from its start, at any time, in percent; those that start at zero left out.

    Parameters
    ----------
    run : a run from `mendsim.analysis.open_run`.
    """
    series = run["series"].data_vars
    dermal = [str(name) for name, variable in series.items() if variable.attrs.get("dermal")]
    curve = {name: _relative(run, name) for name in dermal}
    return {name: float(np.abs(values - 100.0).max()) for name, values in curve.items() if values is not None}
