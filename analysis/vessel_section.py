"""Blood vessels in a section of the skin, seen through its slab."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import Normalize

from mendsim.analysis import relief as surface
from mendsim.analysis import section_agents, store, style, vessel_look
from mendsim.analysis.dermis_strip import zones
from mendsim.analysis.section_axes import Window, frame
from mendsim.analysis.vessel_table import By, ends, groups, middle, table_of


def vessel_section(
    run: xr.DataTree,
    day: float,
    ax: Axes | None = None,
    *,
    window: Window | None = None,
    by: By = "flow",
    norm: Normalize | None = None,
    point_um: float | None = None,
) -> Axes:
    """Draw vessels in a section, projected along y: those of its slab, or of the middle of a block.

    Parameters
    ----------
    run : a run from `mendsim.analysis.open_run`.
    day : the nearest snapshot is drawn.
    ax : axes to draw on; a new figure if not given.
    window : part of the section to draw [um]: left, right, top, bottom; all of it if not given.
    by : what gives vessels their colour: ``"flow"``, ``"radius"`` or ``"kind"``.
    norm : scale of flow [nL/min] or radius [um]; that of the snapshot if not given.
    point_um : points of the picture to a micrometre of the skin; from the size of the axes as it is if not given.
    """
    ax = style.axes_or_new(ax)
    relief, day = surface.of_run(run, day), store.drawn_day(run, day)
    tissue = relief.image(store.snapshot(run, day, ("tissue",))["tissue"].to_numpy(), above=0)
    ax.imshow(
        np.where(tissue == 1, 0.93, 1.0), extent=relief.extent_um, cmap="gray", vmin=0, vmax=1, interpolation="nearest"
    )
    solid = (tissue > 0).astype(float)
    if 0 < solid.mean() < 1:
        ax.contour(relief.x_um, relief.depth_um, solid, levels=[0.5], colors=style.INK, linewidths=0.8)
    frame(ax, relief, window, store.day_label(day))
    section_agents.draw_follicles(ax, run, day, relief)
    table = middle(run, table_of(run, day))
    norm = norm or vessel_look.scale_by(by, [table])
    if point_um is None:
        point_um = ax.bbox.width * 72.0 / style.figure_of(ax).dpi / (ax.get_xlim()[1] - ax.get_xlim()[0])
    lines = np.stack(ends(table, relief), axis=1)[:, :, [0, 2]]
    for name, rows in groups(table, by).items():
        look = vessel_look.look(name, table, rows, norm)
        drawn = LineCollection(list(lines[rows]), label=name, zorder=vessel_look.order(name), **look)
        drawn.set_linewidth(vessel_look.widths(name, table, rows, point_um).tolist())
        ax.add_collection(drawn, autolim=False)
    zones(run, day, ax)
    return ax
