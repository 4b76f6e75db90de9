"""Section of cells: epidermis by layer, clot, dermis, fibroblasts, T cells, vessels and follicles."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.legend import Legend
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from mendsim.analysis import relief as surface
from mendsim.analysis import section_agents, store, style
from mendsim.analysis.section_axes import Window, frame
from mendsim.analysis.section_image import CLASSES, class_image, paint

_NUCLEI_BELOW_UM = 900.0
"""Nuclei are drawn in windows narrower than this; in wider ones they would blur the layers."""
_MARKERS: dict[str, dict[str, Any]] = {
    name: {
        "linestyle": "",
        "marker": "s",
        "markersize": 8,
        "markeredgewidth": 0.4,
        "color": colour,
        "markeredgecolor": style.MUTED,
    }
    for name, colour in style.TISSUE_COLOURS.items()
    if name != "air"
} | {
    name: {"linestyle": "", "marker": "d", "markersize": 7, "markeredgecolor": "none", "color": colour}
    for name, colour in style.CELL_COLOURS.items()
}
_MARKERS["T cell"] |= {"marker": "o", "markersize": 6, "markeredgecolor": "#3d3200", "markeredgewidth": 0.5}
for _name, _fill in section_agents.VESSEL_FILL.items():
    _wall = style.CELL_COLOURS[_name]
    _MARKERS[_name] |= {"marker": "s", "markersize": 7, "markerfacecolor": _fill, "markeredgecolor": _wall}
for _stage, _solid in section_agents.SOLID_BULB.items():
    _brown = style.CELL_COLOURS[_stage]
    _MARKERS[_stage] |= {
        "marker": "o",
        "markersize": 8,
        "markerfacecolor": (*to_rgb(_brown), _solid),
        "markeredgecolor": _brown,
    }
"""How each thing that a section of cells shows appears in the legend, in the order of the legend."""


def cells(run: xr.DataTree, day: float, ax: Axes | None = None, *, window: Window | None = None) -> Axes:
    """Draw the layers of the epidermis, clot, dermis, cells, vessels and follicles.

    Parameters
    ----------
    run : a run from `mendsim.analysis.open_run`.
    day : the nearest snapshot is drawn.
    ax : axes to draw on; a new figure if not given.
    window : left, right, top and bottom [um] of the part to draw; the whole section if not given. A part is drawn
        without the dip over a scar: depth counts from the surface above it.
    """
    ax = style.axes_or_new(ax)
    section = store.snapshot(run, day, ("tissue", "cell_kind"))
    relief = surface.of_run(run, day) if window is None else surface.flat(run)
    image = relief.image(class_image(section), above=0)
    ax.imshow(paint(image), extent=relief.extent_um, interpolation="nearest", zorder=1)
    frame(ax, relief, window, store.day_label(store.drawn_day(run, day)))
    present = {CLASSES[index] for index in np.unique(_visible(ax, relief, image))}
    for draw in (
        section_agents.draw_follicles,
        section_agents.draw_vessels,
        section_agents.draw_fibroblasts,
        section_agents.draw_t_cells,
    ):
        present |= draw(ax, run, day, relief)
    if window is not None and window[1] - window[0] < _NUCLEI_BELOW_UM:
        section_agents.draw_nuclei(ax, section["cell_kind"].to_numpy(), relief)
    for name in present - {"air"}:
        ax.plot([], [], label=name, **_MARKERS[name])
    return ax


def cell_legend(axes: list[Axes], **placement: Any) -> Legend:
    """Add one legend for all sections of cells in a figure, naming what any of them shows.

    Parameters
    ----------
    axes : axes from `cells`, all in one figure.
    placement : arguments of matplotlib's ``Figure.legend``.
    """
    shown = {label: handle for ax in axes for handle, label in zip(*ax.get_legend_handles_labels(), strict=True)}
    names = [name for name in _MARKERS if name in shown]
    return style.figure_of(axes[0]).legend([shown[name] for name in names], names, **placement)


def markers(names: Collection[str]) -> list[Line2D]:
    """Entries of a legend for things that a picture shows, in the order of all legends."""
    return [Line2D([], [], label=name, **look) for name, look in _MARKERS.items() if name in names]


def _visible(ax: Axes, relief: surface.Relief, image: NDArray) -> NDArray:
    """Part of an image that lies within the limits of the axes."""
    (left, right), (bottom, top) = ax.get_xlim(), ax.get_ylim()
    rows = (relief.depth_um >= top) & (relief.depth_um <= bottom)
    return image[rows][:, (relief.x_um >= left) & (relief.x_um <= right)]
