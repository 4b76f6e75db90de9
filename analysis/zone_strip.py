"""One zone of the laser over time, as a row of stained sections."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle
from matplotlib.patheffects import withStroke

from mendsim.analysis import relief, stain, store, style
from mendsim.analysis.section_axes import Window
from mendsim.analysis.stain_data import stain_of
from mendsim.common.errors import InputError

HOURS = (0.0, 12.0, 24.0, 72.0, 168.0, 336.0)
"""Times after the session at which a zone is usually looked at."""
_WIDTH_UM, _TOP_UM, _BOTTOM_UM = 320.0, -80.0, 190.0
"""Size of a panel: its width, and depths of its ends."""
_PANEL_IN, _BAR_UM = 2.1, 100.0
_NEAR = 0.1
"""A snapshot stands for a time if it is off by at most this share of it."""


def strip_figure(
    runs: xr.DataTree | Mapping[str, xr.DataTree], hours: Sequence[float] = HOURS, *, pixels_per_um: float = 2.0
) -> Figure:
    """Draw the zone nearest to the middle of the section over time, stained as for a microscope.

    Parameters
    ----------
    runs : a run from `mendsim.analysis.open_run`, or several by the name of their row.
    hours : after the first session; the nearest snapshots are drawn, each under its own time.
    pixels_per_um : resolution of the images.

    Returns
    -------
    A row for each run and a column for each time, to one scale.

    Raises
    ------
    InputError
        If a run has no session, or no snapshot near one of the times.
    """
    rows = {"": runs} if isinstance(runs, xr.DataTree) else runs
    days = {name: [_day_of(run, hour) for hour in hours] for name, run in rows.items()}
    tall = (_BOTTOM_UM - _TOP_UM) / _WIDTH_UM
    with style.applied():
        figure = style.figure(_PANEL_IN * len(hours) + 0.3, (_PANEL_IN * tall + 0.2) * len(rows) + 0.45)
        figure.set_layout_engine("constrained", w_pad=0.02, h_pad=0.02, wspace=0.0, hspace=0.01)
        axes = figure.subplots(len(rows), len(hours), squeeze=False)
        for (name, run), line in zip(rows.items(), axes, strict=True):
            window = zone_window(run)
            start = store.session_days(run)[0]
            for day, ax in zip(days[name], line, strict=True):
                _draw(ax, stain.stained(run, day, window, pixels_per_um=pixels_per_um), window)
                ax.set_title(_after(day - start), loc="left", pad=3)
            line[0].set_ylabel(name, fontweight="bold", color=style.INK)
        _scale_bar(axes[-1, -1], zone_window(list(rows.values())[-1]))
        handles = [Patch(facecolor=tuple(colour), label=name) for name, colour in stain_of("he").legend().items()]
        figure.legend(handles=handles, loc="outside lower center", ncols=len(handles), handlelength=1.0)
    return figure


def zone_window(run: xr.DataTree) -> Window:
    """Part of a section around the zone nearest to its middle, from above the surface into the dermis."""
    middle = store.zone_x_um(run, 0)
    left, right, floor, ceiling = relief.flat(run).extent_um
    start = float(np.clip(middle - 0.5 * _WIDTH_UM, left, max(left, right - _WIDTH_UM)))
    return start, min(start + _WIDTH_UM, right), max(_TOP_UM, ceiling), min(_BOTTOM_UM, floor)


def _day_of(run: xr.DataTree, hour: float) -> float:
    """Day of the snapshot that shows a time after the first session."""
    sessions = store.session_days(run)
    if not len(sessions):
        raise InputError("the run has no session whose zones could be drawn", allowed="a run with an injury")
    wanted = float(sessions[0]) + hour / store.HOURS_PER_DAY
    day = store.drawn_day(run, wanted)
    if abs(day - wanted) * store.HOURS_PER_DAY > max(_NEAR * hour, 1e-6):
        seen = (store.snapshot_days(run) - sessions[0]) * store.HOURS_PER_DAY
        listed = ", ".join(f"{time:g} h" for time in seen[seen >= 0])
        raise InputError("no snapshot near this time after the session", value=f"{hour:g} h", allowed=listed)
    return day


def _after(days: float) -> str:
    hours = days * store.HOURS_PER_DAY
    return f"{round(hours, 1):g} h" if days < 1.0 - 1e-9 else f"{round(days, 1):g} d"


def _draw(ax: Axes, image: np.ndarray, window: Window) -> None:
    left, right, top, bottom = window
    ax.imshow(image, extent=(left, right, bottom, top), interpolation="antialiased", interpolation_stage="rgba")
    ax.set(xticks=[], yticks=[], xlim=(left, right), ylim=(bottom, top))
    for spine in ax.spines.values():
        spine.set_visible(False)


def _scale_bar(ax: Axes, window: Window) -> None:
    _, right, _, bottom = window
    x, z = right - _BAR_UM - 10.0, bottom - 14.0
    ax.add_patch(Rectangle((x, z), _BAR_UM, 4.0, facecolor=style.INK, edgecolor="white", linewidth=0.6))
    edge = [withStroke(linewidth=2.0, foreground="white")]
    ax.text(x + 0.5 * _BAR_UM, z - 3.0, f"{_BAR_UM:g} µm", ha="center", va="bottom", fontsize=8, path_effects=edge)
