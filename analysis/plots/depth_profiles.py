"""A field by depth below the surface, at several days, as it is or as its change since untouched skin (R05)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from numpy.typing import NDArray

from mendsim.analysis import paired, store, style
from mendsim.analysis.plots import field_values
from mendsim.analysis.plots.groups import INTERVAL, Curve, Groups, grouped, same
from mendsim.common.errors import InputError

_HEIGHT_IN, _DAYS = 2.8, 4
_NEW, _NEW_LABEL = "new_collagen", "new collagen [mg/mL]"


@style.styled
def depth_profile(
    runs: Groups,
    field: str,
    days: Sequence[float] | None = None,
    ax: Axes | None = None,
    *,
    since: float | xr.DataTree | None = None,
    bottom_um: float | None = None,
) -> Axes:
    """Draw the mean of a field at each depth: a line for each day and group, a band for its 95 % interval.

    Signals are averaged over tissue. Matrix (collagen, its fragments, elastin) is averaged over the dermis as it was
    before any injury: an empty channel counts with none, so what fills it shows. The band is the interval of the mean
    over replicates by Student's t.

    Parameters
    ----------
    runs : a run, a list of replicates, or groups of them by name.
    field : a field of the store, ``"collagen"`` for I and III together, or ``"new_collagen"``, what was laid since the
        first snapshot (sum of all rises, site by site).
    days : of which the nearest snapshots are drawn; up to four that a clinic looks at if not given.
    ax : axes to draw on; those of a new figure of one column if not given.
    since : day of the snapshot from which changes are drawn, or a run whose first snapshot is the untouched skin (the
        snapshot of day 0 may already show the first session).
    bottom_um : depth at which the axis ends; the bottom of the lattice if not given.

    Raises
    ------
    InputError : no snapshots, an unknown field, no days, replicates of different lattices, or too many lines.
    """
    named = grouped(runs)
    first = next(iter(named.values()))[0]
    field_values.check_field(first, field, _NEW)
    chosen = _days(first, days, skip=since if isinstance(since, float | int) else None)
    style.check_count(len(named), "groups")
    ax = style.axes_or_new(ax, style.ONE_COLUMN_IN, _HEIGHT_IN)
    several = False
    for number, (name, replicates) in enumerate(named.items()):
        for day, colour in zip(chosen, style.ordered_colours(len(chosen)), strict=True):
            curve = _curve(name, replicates, field, day, since)
            look = _look(number, colour, groups=len(named), days=len(chosen))
            label = _label(curve, first, day, groups=len(named), days=len(chosen))
            ax.plot(curve.mean, curve.at, label=label, zorder=3, **look)
            several |= curve.count > 1
            if curve.count > 1:
                ax.fill_betweenx(
                    curve.at, curve.low, curve.high, color=look["color"], alpha=style.BAND, linewidth=0.0, zorder=2
                )
    depth = store.fields(first)["depth_um"].to_numpy()
    ax.set_ylim(float(depth[-1]) if bottom_um is None else bottom_um, 0.0)
    label = _NEW_LABEL if field == _NEW else field_values.label_of(field)
    ax.set(xlabel=label if since is None else f"change of {label}", ylabel="depth [µm]")
    if since is not None:
        ax.axvline(0.0, color=style.MUTED, linestyle=":", linewidth=0.8, zorder=1)
    ax.grid()
    ax.legend(handlelength=2.4)
    if len(chosen) == 1 and len(named) > 1:
        ax.set_title(store.day_label(chosen[0]))
    if several:
        style.note(ax, INTERVAL)
    return ax


def _days(run: xr.DataTree, days: Sequence[float] | None, skip: float | None) -> list[float]:
    """Days of the snapshots to draw; without the one from which changes are taken."""
    wanted = store.choose_days(run, _DAYS + (skip is not None)) if days is None else list(days)
    if not wanted or not np.all(np.isfinite(wanted)):
        raise InputError("no day to draw", key="days", value=days, allowed="days of the run, at least one")
    drawn = list(dict.fromkeys(store.drawn_day(run, day) for day in wanted))
    if days is None and skip is not None:
        drawn = [day for day in drawn if day != store.drawn_day(run, skip)]
    return drawn


def _curve(
    name: str, replicates: Sequence[xr.DataTree], field: str, day: float, since: float | xr.DataTree | None
) -> Curve:
    depth = same([store.fields(run)["depth_um"].to_numpy() for run in replicates], "lattices")
    found = np.stack([_profile(run, field, day, since) for run in replicates])
    mean, low, high = paired.interval(found)
    return Curve(label=name, at=depth, mean=mean, low=low, high=high, count=len(replicates), unit="")


def _profile(run: xr.DataTree, field: str, day: float, since: float | xr.DataTree | None) -> NDArray[np.float64]:
    profile = _below(run, field, store.snapshot_index(run, day))
    if since is None:
        return profile
    if isinstance(since, xr.DataTree):
        same([store.fields(each)["depth_um"].to_numpy() for each in (run, since)], "lattices")
        return profile - _below(since, field, 0)
    return profile - _below(run, field, store.snapshot_index(run, since))


def _below(run: xr.DataTree, field: str, snapshot: int) -> NDArray[np.float64]:
    """Means of the rows below the surface; crusts above it are not part of the profile."""
    if field == _NEW:
        from mendsim.analysis.observed_dermis import new_collagen_by_depth  # imports the model, which takes its time

        held = new_collagen_by_depth(run).isel(day=snapshot).to_numpy()
    else:
        held = field_values.by_depth(run, field, snapshot)
    return np.where(store.fields(run)["depth_um"].to_numpy() > 0, held, np.nan)


def _look(number: int, ordered: tuple[float, ...], *, groups: int, days: int) -> dict[str, Any]:
    """Colour by day, dashes by group; colour by group where there is one day."""
    if days == 1:
        return style.line_of(number)
    return {"color": ordered, "linestyle": style.SERIES_LINES[number if groups > 1 else 0]}


def _label(curve: Curve, run: xr.DataTree, day: float, *, groups: int, days: int) -> str:
    when = store.day_label(store.drawn_day(run, day))
    if groups == 1:
        return f"{when}, n = {curve.count}" if curve.count > 1 else when
    return curve.named if days == 1 else f"{curve.label}, {when}"
