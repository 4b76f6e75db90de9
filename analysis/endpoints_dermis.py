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


@outcome("collagen, lowest", "% of start")
def collagen_minimum(run: xr.DataTree) -> float:
    """Lowest mean density of collagen I and III in the dermis against the start."""
    collagen = _relative(run, "collagen_mg_per_ml")
    return np.nan if collagen is None else float(collagen.min())


@outcome("collagen, day of the lowest", "day")
def collagen_minimum_day(run: xr.DataTree) -> float:
    """Day on which the mean density of collagen I and III is lowest."""
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


@outcome("denatured collagen, peak", "mg/mL")
def denatured_collagen_peak(run: xr.DataTree) -> float:
    """Highest mean density of heat-denatured collagen in the dermis."""
    denatured = store.values(run, "denatured_collagen_mg_per_ml")
    return np.nan if denatured is None else float(denatured.max())


@outcome("fibre alignment, change", "%")
def orientation_change(run: xr.DataTree) -> float:
    """Mean order of the collagen fibres (0 in all directions, 1 parallel) at the end against the start."""
    order = store.values(run, "orientation_order")
    return np.nan if order is None else curves.percent_change(order)


@outcome("elastin, change", "%")
def elastin_change(run: xr.DataTree) -> float:
    """Mean density of elastin in the dermis at the end against the start."""
    elastin = store.values(run, "elastin_mg_per_ml")
    return np.nan if elastin is None else curves.percent_change(elastin)


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


@outcome("fibroblasts, peak", "% of start")
def fibroblast_peak(run: xr.DataTree) -> float:
    """Highest number of fibroblasts, myofibroblasts included, against the start."""
    count = _relative(run, "fibroblast_count")
    return np.nan if count is None else float(count.max())


@outcome("myofibroblasts, day of the peak", "day")
def myofibroblast_peak_day(run: xr.DataTree) -> float:
    """Day on which there are most myofibroblasts."""
    count = store.values(run, "myofibroblast_count")
    return np.nan if count is None else curves.peak(store.days(run), count)[1]


@outcome("drift of the untreated dermis", "%")
def dermal_drift(run: xr.DataTree) -> float:
    """Largest change of any dermal quantity of an untreated control from its start, at any time.

    A quantity that starts at zero has no change in percent; that signals stay silent shows in their own outcomes.
    """
    if len(store.session_days(run)):
        return np.nan
    series = run["series"].data_vars
    dermal = [str(name) for name, variable in series.items() if variable.attrs.get("dermal")]
    changes = [np.abs(curve - 100.0).max() for name in dermal if (curve := _relative(run, name)) is not None]
    return float(max(changes)) if changes else np.nan
