"""A drug in the skin: amounts in each layer over time, concentration by depth, and a section of it."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from matplotlib.image import AxesImage

from mendsim.analysis import store, style, uptake
from mendsim.analysis.plots.field_values import by_depth as by_depth_of
from mendsim.common.errors import InputError

_DECADES = 4
"""Orders of magnitude shown below the highest value."""
_MOST_LINES, _SECTIONS = 5, 3
_GONE, _MARGIN = ("cleared", "received"), 1.1
"""Places that do not tell how long the drug is there; and how far the axis goes beyond."""
_PLACES = {**uptake.LAYERS, "donor": "on the skin", "cleared": "carried off by blood", "received": "through the skin"}


def was_given(run: xr.DataTree) -> bool:
    """Whether a drug was given in a run."""
    given = store.values(run, "drug_given_ug_per_cm2")
    return given is not None and bool(given.any())


def uptake_figure(run: xr.DataTree) -> Figure:
    """Draw what became of the drug of a run.

    Parameters
    ----------
    run : a run from `mendsim.analysis.open_run` in which a drug was given.

    Raises
    ------
    InputError : no drug was given.
    """
    days = _days_with_drug(run)
    figure = style.figure(11.0, 7.4 if days else 4.0)
    grid = figure.add_gridspec(2 if days else 1, 1, height_ratios=(1.0, 0.95) if days else (1.0,))
    rows = [figure.add_subfigure(grid[row]) for row in range(2 if days else 1)]
    left, right = (rows[0].add_subplot(1, 2, place) for place in (1, 2))
    amounts(run, left)
    if days:
        by_depth(run, right)
        chosen = _spread(days, _SECTIONS)
        panels = [rows[1].add_subplot(1, len(chosen), place + 1) for place in range(len(chosen))]
        shown = [section(run, day, ax) for day, ax in zip(chosen, panels, strict=True)]
        rows[1].colorbar(shown[-1], ax=panels, label="drug [µg/mL]", shrink=0.85)
    else:
        right.remove()
    style.heading(figure, store.title(run))
    return figure


def amounts(run: xr.DataTree, ax: Axes | None = None) -> Axes:
    """Draw the amount in each place over time, on a logarithmic scale.

    Parameters
    ----------
    run : a run in which a drug was given.
    ax : where to draw; new axes if not given.
    """
    ax = style.axes_or_new(ax)
    hours = store.days(run) * store.HOURS_PER_DAY - uptake.given_at_h(run)
    after = hours >= 0.0
    held = {place: uptake.amount(run, place) for place in _PLACES}
    highest = max(float(values.max()) for values in held.values())
    lowest = highest * 10.0**-_DECADES
    for number, (place, label) in enumerate(_PLACES.items()):
        values = held[place]
        if values.any():
            ax.plot(hours[after], np.where(values > 0.0, values, np.nan)[after], label=label, **style.line_of(number))
    there = np.any([held[place] > lowest for place in held if place not in _GONE], axis=0)
    ax.set_xlim(0.0, _MARGIN * max(float(hours[there].max(initial=0.0)), float(hours[after][0])))
    ax.set_yscale("log")
    ax.set_ylim(lowest, 2.0 * highest)
    ax.set(title="Where the drug is", xlabel="hours since it was given", ylabel="drug [µg/cm²]")
    ax.grid(axis="y")
    ax.legend(loc="best")
    return ax


def by_depth(run: xr.DataTree, ax: Axes | None = None) -> Axes:
    """Draw the mean concentration of each depth at the saved times.

    Parameters
    ----------
    run : a run with snapshots in which a drug was given.
    ax : where to draw; new axes if not given.
    """
    ax = style.axes_or_new(ax)
    data = store.fields(run)
    depth = data["depth_um"].to_numpy()
    highest = 0.0
    for number, day in enumerate(_spread(_days_with_drug(run), _MOST_LINES)):
        mean = by_depth_of(run, "drug", store.snapshot_index(run, day))
        ax.plot(np.where(mean > 0.0, mean, np.nan), depth, label=_when(run, day), **style.line_of(number))
        highest = max(highest, float(np.nanmax(mean)))
    ax.set_xscale("log")
    ax.set_xlim(highest * 10.0**-_DECADES, 2.0 * highest)
    ax.set_ylim(depth[-1], min(0.0, float(depth[0])))
    ax.set(title="By depth", xlabel="mean drug in the tissue [µg/mL]", ylabel="depth [µm]")
    ax.grid()
    ax.legend(loc="best")
    return ax


def section(run: xr.DataTree, day: float, ax: Axes) -> AxesImage:
    """Draw the concentration in the middle plane at the saved time nearest to a day; return the image."""
    data = store.fields(run)
    shot = data.isel(snapshot=store.snapshot_index(run, day), y=data.sizes["y"] // 2)
    held = shot["drug"].to_numpy()
    highest = float(data["drug"].max())
    x, depth = data["x_um"].to_numpy(), data["depth_um"].to_numpy()
    half = 0.5 * (x[1] - x[0])
    colours = style.drug_colours()
    lowest = highest * 10.0**-_DECADES
    norm = LogNorm(lowest, highest)
    shown = np.ma.masked_where(shot["tissue"].to_numpy() == 0, np.maximum(held, lowest))
    image = ax.imshow(
        shown,
        norm=norm,
        cmap=colours,
        extent=(x[0] - half, x[-1] + half, depth[-1] + half, depth[0] - half),
        interpolation="nearest",
    )
    ax.set(title=_when(run, day), xlabel="x [µm]", ylabel="depth [µm]")
    return image


def _days_with_drug(run: xr.DataTree) -> list[float]:
    if not was_given(run):
        raise InputError("no drug was given in this run", value=store.title(run), allowed="a run with a drug")
    if "fields" not in run.children:
        return []
    held = store.fields(run)["drug"]
    return [float(day) for day, shot in zip(store.snapshot_days(run), held, strict=True) if bool((shot > 0.0).any())]


def _spread(days: list[float], count: int) -> list[float]:
    """Choose days evenly over those that there are."""
    picked = np.unique(np.linspace(0, len(days) - 1, min(count, len(days))).round().astype(int))
    return [days[k] for k in picked]


def _when(run: xr.DataTree, day: float) -> str:
    """Name a time by how long after the drug it is."""
    nearest = float(store.snapshot_days(run)[store.snapshot_index(run, day)])
    hours = nearest * store.HOURS_PER_DAY - uptake.given_at_h(run)
    return f"after {hours:g} h" if hours < 72.0 else f"after {hours / store.HOURS_PER_DAY:.3g} days"
