"""Space against time: a field along the section or by depth, or the state of the surface."""

from __future__ import annotations

import itertools
from typing import Literal

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from numpy.typing import NDArray

from mendsim.analysis import store, style
from mendsim.analysis.plots import field_values
from mendsim.analysis.section_fields import field_norm
from mendsim.analysis.time_axis import Scale, session_ticks, time_axis
from mendsim.common.errors import InputError

Along = Literal["x", "depth"]
ALONG: tuple[Along, ...] = ("x", "depth")
_HEIGHT_IN = 2.4
_FEWEST = 3
"""Snapshots below which a picture over time says nothing."""
_SCALE_PERCENTILE = 99.8
"""Share of the values that the colour scale covers."""


@style.styled
def kymograph(
    run: xr.DataTree,
    quantity: str,
    ax: Axes | None = None,
    *,
    along: Along = "x",
    depth_um: tuple[float, float] | None = None,
    scale: Scale = "sqrt",
    bar: bool = True,
) -> Axes:
    """Draw how a field changes along the section, or with depth, over the snapshots of a run.

    Each snapshot fills the time half-way to its neighbours, but no time on the other side of an injury: what is drawn
    before a session is the skin before it. White ticks at the foot say when snapshots were taken.

    Parameters
    ----------
    run : a run from `mendsim.analysis.open_run` with three snapshots or more.
    quantity : a field of the store, ``"collagen"`` for I and III together, or along x the state of the surface:
        ``"epidermal_thickness"``, ``"debris_thickness"``, ``"covered"`` (living basal layer), ``"barrier"`` (stratum
        corneum).
    ax : axes to draw on; those of a new figure of one column if not given.
    along : ``"x"``: of the middle plane, a field as its mean over depths; ``"depth"``: mean over the whole plane.
    depth_um : range of depths; along x the whole skin if not given.
    scale : of time: ``"sqrt"`` or ``"linear"``.
    bar : whether to draw a colour bar.

    Raises
    ------
    InputError : too few snapshots, an unknown quantity, or a range of depths that holds none of the lattice.
    """
    if along not in ALONG:
        raise InputError("unknown direction", key="along", value=along, allowed=" or ".join(ALONG))
    field_values.check_field(run, quantity, *(field_values.SURFACE if along == "x" else ()))
    days = store.snapshot_days(run)
    if len(days) < _FEWEST:
        raise InputError("too few snapshots to draw over time", value=len(days), allowed=f"{_FEWEST} or more")
    place, held = _plane(run, quantity, along, depth_um)
    ax = style.axes_or_new(ax, style.ONE_COLUMN_IN, _HEIGHT_IN)
    norm = _norm(quantity, held)
    colours = field_values.colours_of(quantity)
    half = 0.5 * (place[1] - place[0])
    edges = np.append(place - half, place[-1] + half)
    shown = np.maximum(held, norm.vmin or 0.0)
    ax.pcolormesh(
        _between(days, store.session_days(run)), edges, shown.T, cmap=colours, norm=norm, rasterized=True, zorder=1
    )
    time_axis(ax, float(days[-1]), scale=scale)
    ax.set_ylim((edges[-1], edges[0]) if along == "depth" else (edges[0], edges[-1]))
    ax.set_ylabel("depth [µm]" if along == "depth" else "x [mm]")
    ax.set_facecolor(style.GRID)
    ax.plot(days, np.full(len(days), 0.0), "|", color="white", markersize=5, transform=ax.get_xaxis_transform())
    session_ticks(ax, store.session_days(run))
    if bar:
        drawn = style.figure_of(ax).colorbar(ScalarMappable(norm, colours), ax=ax, pad=0.02)
        drawn.set_label(field_values.label_of(quantity))
        drawn.outline.set_linewidth(0.4)
    return ax


def _plane(
    run: xr.DataTree, quantity: str, along: Along, depth_um: tuple[float, float] | None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Places along the axis, in mm along x and in um by depth, and values ``(snapshot, place)``."""
    data = store.fields(run)
    depth = data["depth_um"].to_numpy()
    window = (0.0, float(depth[-1])) if depth_um is None else depth_um
    rows = (depth >= window[0]) & (depth <= window[1])
    if rows.sum() < 2:
        held = f"{depth[0]:g} to {depth[-1]:g} um"
        raise InputError("no sites of the lattice between these depths", key="depth_um", value=depth_um, allowed=held)
    shots = range(data.sizes["snapshot"])
    if along == "depth":
        return depth[rows], np.stack([field_values.by_depth(run, quantity, shot)[rows] for shot in shots])
    return data["x_um"].to_numpy() / 1e3, np.stack(
        [field_values.along_x(run, quantity, shot, window) for shot in shots]
    )


def _norm(quantity: str, held: NDArray[np.float64]) -> Normalize:
    if quantity in field_values.SURFACE and field_values.SURFACE[quantity].highest is not None:
        return Normalize(0.0, field_values.SURFACE[quantity].highest)
    found = held[np.isfinite(held)]
    return field_norm(quantity, float(np.percentile(found, _SCALE_PERCENTILE)) if found.any() else 1.0)


def _between(days: NDArray[np.float64], sessions: NDArray[np.float64]) -> NDArray[np.float64]:
    """Edges of the cells of the snapshots: half-way between them or at the injury between them, and both ends.

    A snapshot is taken after the events of its moment, so one on the day of a session begins there. Of several sessions
    between two snapshots the first ends what the earlier one shows.
    """
    edges = 0.5 * (days[1:] + days[:-1])
    for gap, (start, end) in enumerate(itertools.pairwise(days)):
        within = sessions[(sessions > start) & (sessions <= end)]
        if len(within):
            edges[gap] = within.min()
    return np.concatenate([days[:1], edges, days[-1:]])
