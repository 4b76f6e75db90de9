"""The network of blood vessels on one day, coloured by flow, radius or kind."""

from __future__ import annotations

import xarray as xr
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.lines import Line2D

from mendsim.analysis import relief, store, style
from mendsim.analysis.dermis_strip import ZONE_COLOUR
from mendsim.analysis.section_axes import Window
from mendsim.analysis.vessel_look import FLOW_MAP, KIND_COLOURS, MARKS, mark_handles, scale_by
from mendsim.analysis.vessel_section import vessel_section
from mendsim.analysis.vessel_table import BY, By, check_vessels, groups, middle, table_of
from mendsim.common.errors import InputError

_MARGIN_IN, _BAR_IN, _TITLE_IN, _KEY_IN = 0.5, 0.75, 0.3, 0.5
"""Room beside and below the section in a figure of its own."""
_BAR = {"flow": "blood flow [nL/min]", "radius": "radius at rest [µm]"}


@style.styled
def vessel_network(
    run: xr.DataTree,
    day: float,
    ax: Axes | None = None,
    *,
    by: By = "flow",
    window: Window | None = None,
    legend: bool = True,
) -> Axes:
    """Draw the vessels of a section, or of 300 um in the middle of a block, at the snapshot nearest to a day.

    Lines are as wide as the lumen at rest, hair-thin ones excepted. Coagulated vessels and sprouts that no blood flows
    through yet have a look of their own, whatever gives the colour.

    Parameters
    ----------
    run : a run from `mendsim.analysis.open_run`.
    day : the nearest snapshot is drawn.
    ax : axes to draw on; those of a new figure of one column if not given.
    by : what gives the colour: ``"flow"``, ``"radius"`` or ``"kind"``.
    window : part of the section to draw [um]: left, right, top, bottom; all of it if not given.
    legend : whether to add a colour bar and a legend.

    Raises
    ------
    InputError : an unknown `by`, or a run without snapshots of vessels.
    """
    if by not in BY:
        raise InputError("unknown choice", key="by", value=by, allowed=", ".join(BY))
    store.fields(run)
    check_vessels(run)
    ax = ax if ax is not None else _axes(run, window, bar=legend and by in _BAR, key=legend)
    table = middle(run, table_of(run, day))
    norm = scale_by(by, [table])
    vessel_section(run, day, ax, window=window, by=by, norm=norm)
    if not legend:
        return ax
    if by in _BAR:
        bar = style.figure_of(ax).colorbar(
            ScalarMappable(norm, FLOW_MAP), ax=ax, shrink=0.9, pad=0.02, extend="min" if by == "flow" else "neither"
        )
        bar.set_label(_BAR[by])
        bar.outline.set_linewidth(0.4)
    there = groups(table, by)
    handles = mark_handles(name for name in (*KIND_COLOURS, *MARKS) if name in there)
    if any(line.get_color() == ZONE_COLOUR for line in ax.get_lines()):
        handles.append(Line2D([], [], color=ZONE_COLOUR, linewidth=2.5, label="width of the laser zones"))
    if handles:
        style.legend_below(ax, handles, gap=0.02, columns=2)
    return ax


def _axes(run: xr.DataTree, window: Window | None, *, bar: bool, key: bool) -> Axes:
    """Make axes in a figure of one column that is as high as the section asks for."""
    left, right, bottom, top = relief.flat(run).extent_um
    if window is not None:
        left, right, top, bottom = window
    width = style.ONE_COLUMN_IN - _MARGIN_IN - _BAR_IN * bar
    height = width * (bottom - top) / (right - left) + _TITLE_IN + _KEY_IN * key
    return style.axes_or_new(None, style.ONE_COLUMN_IN, height)
