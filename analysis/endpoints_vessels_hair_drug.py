"""End points of vessels, T cells, hair follicles and drugs."""

from __future__ import annotations

import numpy as np
import xarray as xr

from mendsim.analysis import curves, store
from mendsim.analysis.endpoints import outcome


@outcome("vessels with flow, lowest", "% of start")
def perfused_length_minimum(run: xr.DataTree) -> float:
    """Shortest length of vessels with flow against the start."""
    length = store.values(run, "perfused_vessel_length_mm_per_mm2")
    return np.nan if length is None or not length[0] else float(100.0 * length.min() / length[0])


@outcome("blood flow, change", "%")
def flow_change(run: xr.DataTree) -> float:
    """Blood flow at the end against the start."""
    flow = store.values(run, "flow_nl_per_min")
    return np.nan if flow is None else curves.percent_change(flow)


@outcome("hypoxic tissue, peak", "%")
def hypoxic_peak(run: xr.DataTree) -> float:
    """Largest share of the tissue that is hypoxic."""
    hypoxic = store.values(run, "hypoxic_fraction")
    return np.nan if hypoxic is None else float(100.0 * hypoxic.max())


@outcome("T cells, change", "%")
def t_cell_change(run: xr.DataTree) -> float:
    """T cells at the end against the start."""
    count = store.values(run, "t_cell_count")
    return np.nan if count is None else curves.percent_change(count)


@outcome("T cells, lowest", "% of start")
def t_cell_minimum(run: xr.DataTree) -> float:
    """Lowest number of T cells against the start."""
    count = store.values(run, "t_cell_count")
    return np.nan if count is None or not count[0] else float(100.0 * count.min() / count[0])


@outcome("follicles in anagen, at the start", "%")
def anagen_start(run: xr.DataTree) -> float:
    """Share of the follicles that grow hair (anagen) at the start."""
    share, count = store.values(run, "anagen_fraction"), store.values(run, "follicle_count")
    return np.nan if share is None or count is None or not count[0] else float(100.0 * share[0])


@outcome("follicles in anagen, at the end", "%")
def anagen_final(run: xr.DataTree) -> float:
    """Share of the follicles that grow hair (anagen) at the end."""
    share, count = store.values(run, "anagen_fraction"), store.values(run, "follicle_count")
    return np.nan if share is None or count is None or not count[-1] else float(100.0 * share[-1])


_PLACES = ("donor", "epidermis", "dermis", "cleared", "degraded")


def _drug(run: xr.DataTree, name: str) -> curves.Curve | None:
    """Return the amount of drug in a compartment, None if no drug was ever given."""
    series = store.values(run, f"drug_{name}_ug_per_cm2")
    amounts = [store.values(run, f"drug_{place}_ug_per_cm2") for place in _PLACES]
    given = any(amount is not None and np.any(amount > 0) for amount in amounts)
    return series if given else None


@outcome("drug in the dermis, peak", "µg/cm²")
def drug_dermis_peak(run: xr.DataTree) -> float:
    """Largest amount of drug in the dermis at any time."""
    dermis = _drug(run, "dermis")
    return np.nan if dermis is None else float(dermis.max())


@outcome("drug in the dermis, day of the peak", "day")
def drug_dermis_peak_day(run: xr.DataTree) -> float:
    """Day on which most drug is in the dermis."""
    dermis = _drug(run, "dermis")
    return np.nan if dermis is None else curves.peak(store.days(run), dermis)[1]


@outcome("drug delivered to the dermis", "µg/cm²")
def drug_delivered(run: xr.DataTree) -> float:
    """Drug that got past the epidermis: what is in the dermis at the end and what blood has carried off from it."""
    dermis, cleared = _drug(run, "dermis"), _drug(run, "cleared")
    return np.nan if dermis is None or cleared is None else float(dermis[-1] + cleared[-1])


@outcome("drug exposure of the dermis", "µg·day/cm²")
def drug_exposure(run: xr.DataTree) -> float:
    """Amount of drug in the dermis summed over time (area under the curve)."""
    dermis = _drug(run, "dermis")
    return np.nan if dermis is None else float(np.trapezoid(dermis, store.days(run)))
