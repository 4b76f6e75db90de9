"""How vessels are drawn: colours of flow, radius and kind, marks of those that are closed or grow, widths."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from matplotlib.colors import LinearSegmentedColormap, LogNorm, Normalize
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from mendsim.analysis.vessel_table import FLOW, KINDS, LUMEN, Array, By, Table

FLOW_MAP = LinearSegmentedColormap.from_list(
    "flow", ["#440154", "#46327e", "#365c8d", "#277f8e", "#1fa187", "#4ac16d", "#a0da39", "#d8d012"]
)
"""Viridis, somewhat darker at its bright end so that it stands out from white."""
_SPROUT, _CLOSED, _EMPTY = "#e6007e", "#2b2b2b", "#a9a9a9"
MARKS: dict[str, dict[str, Any]] = {
    "no flow": {"colors": _EMPTY, "linestyles": "solid"},
    "coagulated": {"colors": _CLOSED, "linestyles": (0, (2.0, 1.2))},
    "sprout without flow": {"colors": _SPROUT, "linestyles": "solid"},
}
"""How vessels look whose flow has no colour, in the order in which they are drawn over those with flow."""
KIND_COLOURS = dict(zip(KINDS, ("#d7191c", "#7a7f87", "#2b5ea8"), strict=True))
_MARK_PT = {"no flow": 0.5, "coagulated": 1.1, "sprout without flow": 1.3}
_LEAST_PT = 0.55
_DECADES = 4
"""Orders of magnitude that the scale of flow covers at most."""


def flow_scale(tables: list[Table]) -> LogNorm:
    """Scale of flow from a tenth of a percent of the strongest or the weakest there is, in whole decades."""
    flows = np.concatenate([np.abs(table["flow_nl_per_min"][table["perfused"] > 0]) for table in tables])
    flows = flows[flows > 0]
    if not len(flows):
        return LogNorm(0.1, 10.0)
    high = np.ceil(np.log10(np.percentile(flows, 99.9)) - 1e-9)
    low = max(np.floor(np.log10(np.percentile(flows, 2.0)) + 1e-9), high - _DECADES)
    return LogNorm(10.0 ** min(low, high - 1.0), 10.0**high)


def radius_scale(tables: list[Table]) -> Normalize:
    """Scale of the radius from 0 to that of the widest vessel [um]."""
    return Normalize(0.0, max(float(table["radius_um"].max(initial=1.0)) for table in tables))


def scale_by(by: By, tables: list[Table]) -> Normalize:
    """Scale of what vessels are coloured by; kinds do not use it."""
    return radius_scale(tables) if by == "radius" else flow_scale(tables)


def order(name: str) -> float:
    """Place of a group of vessels in the stack of what is drawn."""
    return 4.0 + (list(MARKS).index(name) + 1 if name in MARKS else 0)


def look(name: str, table: Table, rows: NDArray[np.intp], norm: Normalize) -> dict[str, Any]:
    """Colours and dashes of a group of vessels, for a collection of lines."""
    if name in MARKS:
        return MARKS[name]
    if name in KIND_COLOURS:
        return {"colors": KIND_COLOURS[name]}
    values = {FLOW: np.abs(table["flow_nl_per_min"][rows]), LUMEN: table["radius_um"][rows]}[name]
    return {"colors": FLOW_MAP(norm(values))}


def mark_handles(names: Iterable[str]) -> list[Line2D]:
    """Lines for a legend, of groups that have one look."""
    handles = []
    for name in names:
        drawn = MARKS.get(name) or {"colors": KIND_COLOURS[name], "linestyles": "solid"}
        width = 0.8 if name == "no flow" else 1.6
        handles.append(
            Line2D([], [], color=drawn["colors"], linewidth=width, linestyle=drawn["linestyles"], label=name)
        )
    return handles


def widths(name: str, table: Table, rows: NDArray[np.intp], point_um: float) -> Array:
    """Widths of lines [pt]: twice the radius to scale, no thinner than can be seen."""
    drawn = 2.0 * point_um * table["radius_um"][rows].astype(float)
    if name == "no flow":
        return np.full(len(rows), _MARK_PT[name])
    return np.maximum(drawn, _MARK_PT.get(name, _LEAST_PT))
