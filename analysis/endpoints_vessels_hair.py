"""End points of vessels, T cells and hair follicles."""

from __future__ import annotations

import numpy as np
import xarray as xr

from mendsim.analysis import curves, store
from mendsim.analysis.endpoints import outcome

_AS_BEFORE = 0.1
"""Blood flow that differs from that at rest by this share or less is back."""


@outcome("vessels with flow, lowest", "% of start")
def perfused_length_minimum(run: xr.DataTree) -> float:
    """Shortest length of vessels with flow against the start."""
    length = store.values(run, "perfused_vessel_length_mm_per_mm2")
    return np.nan if length is None or not length[0] else float(100.0 * length.min() / length[0])


@outcome("vessels with flow, longest", "% of start")
def perfused_length_peak(run: xr.DataTree) -> float:
    """Longest length of vessels with flow against the start."""
    length = store.values(run, "perfused_vessel_length_mm_per_mm2")
    return np.nan if length is None or not length[0] else float(100.0 * length.max() / length[0])


@outcome("vessels with flow, day of the longest", "day")
def perfused_length_peak_day(run: xr.DataTree) -> float:
    """Day of the run on which vessels with flow are longest."""
    length = store.values(run, "perfused_vessel_length_mm_per_mm2")
    return np.nan if length is None else curves.peak(store.days(run), length)[1]


@outcome("blood flow of the upper dermis, highest", "times")
def doppler_peak(run: xr.DataTree) -> float:
    """Highest blood flow of the upper dermis, as a laser Doppler sees it, in times that at the start."""
    flow = store.values(run, "doppler_ratio")
    return np.nan if flow is None else float(flow.max())


@outcome("blood flow of the upper dermis, back", "day")
def doppler_back_day(run: xr.DataTree) -> float:
    """Day of the run from which the laser Doppler flow of the upper dermis stays within 10 % of that at the start."""
    flow = store.values(run, "doppler_ratio")
    return (
        np.nan if flow is None else curves.last_day_above(store.days(run), np.abs(flow - flow[0]), _AS_BEFORE * flow[0])
    )


@outcome("blood flow of hair papillae, highest", "times")
def papilla_flow_peak(run: xr.DataTree) -> float:
    """Highest mean blood flow through the papillae of hairs, in times that of healthy skin at rest."""
    flow = _of_hair(run, "papilla_flow_ratio")
    return np.nan if flow is None else float(flow.max())


@outcome("blood flow of hair papillae, at the end", "times")
def papilla_flow_final(run: xr.DataTree) -> float:
    """Mean blood flow through the papillae of hairs at the end, in times that of healthy skin at rest."""
    flow = _of_hair(run, "papilla_flow_ratio")
    return np.nan if flow is None else float(flow[-1])


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


@outcome("T cells against hair bulbs, change", "%")
def autoreactive_t_cell_change(run: xr.DataTree) -> float:
    """T cells that recognise hair bulbs at the end against the start."""
    count = store.values(run, "autoreactive_t_cell_count")
    return np.nan if count is None else curves.percent_change(count)


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


def _of_hair(run: xr.DataTree, name: str) -> curves.Curve | None:
    """Return a series of hair, None where hair does not matter."""
    return store.values(run, name) if store.has_hair(run) else None


@outcome("hairs, at the start", "per cm²")
def hair_density_start(run: xr.DataTree) -> float:
    """Hairs that stand out of the skin far enough to be counted, at the start."""
    density = _of_hair(run, "hair_density_per_cm2")
    return np.nan if density is None else float(density[0])


@outcome("hairs, at the end", "per cm²")
def hair_density_final(run: xr.DataTree) -> float:
    """Hairs that stand out of the skin far enough to be counted, at the end."""
    density = _of_hair(run, "hair_density_per_cm2")
    return np.nan if density is None else float(density[-1])


@outcome("hairs, change", "%")
def hair_density_change(run: xr.DataTree) -> float:
    """Hairs that can be counted at the end against the start."""
    density = _of_hair(run, "hair_density_per_cm2")
    return np.nan if density is None else curves.percent_change(density)


@outcome("length of hairs, at the end", "mm")
def hair_length_final(run: xr.DataTree) -> float:
    """Mean length out of the skin of the hairs that can be counted, at the end."""
    length = _of_hair(run, "hair_length_mm")
    return np.nan if length is None else float(length[-1])
