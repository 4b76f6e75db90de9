"""Vessels and cells that stand free in the cut-out corner of a block."""

from __future__ import annotations

from typing import Literal

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from numpy.typing import NDArray

from mendsim.analysis import store, style
from mendsim.analysis.plots.block_faces import Array, Cut, on_paper
from mendsim.analysis.section_agents import FIBROBLASTS
from mendsim.analysis.vessel_table import check_vessels, table_of

Content = Literal["vessels", "cells"]

_VESSEL_PT, _WIDEST_PT = 0.5, 2.5
_CELL_PT2 = {"T cell": 5.0}
_FIBROBLAST_PT2 = 6.0
"""Sizes at which they are drawn: somewhat larger than life, to be seen."""


def draw_contents(ax: Axes, run: xr.DataTree, day: float, what: Content, cut: Cut, spacing: float) -> set[str]:
    """Draw the vessels or cells of the corner that was cut out; return the names drawn.

    Parameters
    ----------
    ax : axes of the block.
    run, day : as in `block`.
    what : ``"vessels"`` or ``"cells"``.
    cut : the corner, in sites.
    spacing : edge of a site [um].
    """
    if what == "vessels":
        return _vessels(ax, run, day, cut, spacing)
    return _cells(ax, run, day, cut, spacing)


def _vessels(ax: Axes, run: xr.DataTree, day: float, cut: Cut, spacing: float) -> set[str]:
    check_vessels(run)
    table = table_of(run, day)
    ends = [np.column_stack([table[f"{axis}{end}_um"] for axis in "xyz"]).astype(float) for end in (0, 1)]
    free = _inside(0.5 * (ends[0] + ends[1]), cut, spacing)
    flows = table["perfused"].astype(bool)
    drawn = set()
    for name, rows, order in (("vessel without flow", free & ~flows, 4), ("vessel with flow", free & flows, 5)):
        if rows.any():
            lines = np.stack([np.column_stack(on_paper(*end[rows].T)) for end in ends], axis=1)
            widths = np.clip(0.15 * table["radius_um"][rows].astype(float), _VESSEL_PT, _WIDEST_PT)
            drawn_lines = LineCollection(list(lines), colors=style.CELL_COLOURS[name], label=name, zorder=order)
            drawn_lines.set_linewidth(widths.tolist())
            ax.add_collection(drawn_lines)
            drawn.add(name)
    return drawn


def _cells(ax: Axes, run: xr.DataTree, day: float, cut: Cut, spacing: float) -> set[str]:
    drawn = set()
    for kind in ("fibroblast", "t_cell"):
        cells = store.every_agent(run, kind, day)
        if not cells:
            continue
        places = np.column_stack([cells[f"{axis}_um"] for axis in "xyz"]).astype(float)
        free = _inside(places, cut, spacing)
        names = np.array(FIBROBLASTS)[cells["state"]] if kind == "fibroblast" else np.full(len(places), "T cell")
        for name in dict.fromkeys([*FIBROBLASTS, "T cell"]):
            rows = free & (names == name)
            if rows.any():
                x, y = on_paper(*places[rows].T)
                ax.scatter(
                    x,
                    y,
                    s=_CELL_PT2.get(name, _FIBROBLAST_PT2),
                    color=style.CELL_COLOURS[name],
                    edgecolor=style.INK,
                    linewidth=0.15,
                    marker="o" if name == "T cell" else "d",
                    label=name,
                    zorder=5,
                )
                drawn.add(str(name))
    return drawn


def _inside(places: Array, cut: Cut, spacing: float) -> NDArray[np.bool_]:
    """Which places ``(n, 3)`` [um] lie in the corner that was cut out."""
    x, y, z = (places / spacing).T
    return np.asarray((x >= cut.x) & (y < cut.y) & (z >= 0) & (z < cut.z))
