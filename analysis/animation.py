"""Stained sections, and the surface, as animations over the saved snapshots."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import xarray as xr
from matplotlib.axes import Axes

from mendsim.analysis import store, style
from mendsim.analysis.asked_days import checked_days
from mendsim.analysis.histology import checked_window, stained_section, usual_window
from mendsim.analysis.movie import Frame, check_kind, pixels, write_movie
from mendsim.analysis.section_axes import Window
from mendsim.analysis.stain_data import stain_of
from mendsim.analysis.surface import surface_view
from mendsim.analysis.vessel_table import is_block
from mendsim.common.errors import InputError

__all__ = ["animate_histology", "animate_surface"]

_WIDE_IN, _TALLEST_IN, _DPI = 6.4, 6.4, 125
_HEAD_IN = 0.36
SECONDS = 0.9
"""Time for which each snapshot is seen."""


def animate_histology(
    run: xr.DataTree,
    path: str | Path,
    *,
    stain: str = "he",
    days: Sequence[float] | None = None,
    window: Window | None = None,
    seconds_per_frame: float = SECONDS,
) -> Path:
    """Write stained sections as an animation, a frame for each snapshot with its time on it.

    Snapshots are shown for equally long, however far apart they are.

    Parameters
    ----------
    run : a run from `mendsim.analysis.open_run`.
    path : a ``.gif``, or an ``.mp4`` if imageio-ffmpeg is installed.
    stain, window : as in `mendsim.analysis.histology_figure`.
    days : days to show, each with a snapshot near it; every snapshot if not given.
    seconds_per_frame : for which each is seen.

    Raises
    ------
    InputError
        If the file cannot be a movie, or there is no such stain, day or window.
    """
    path = Path(path)
    check_kind(path)
    about = stain_of(stain)
    part = checked_window(run, usual_window(run) if window is None else window)
    tall = (part[3] - part[2]) / (part[1] - part[0])
    resolution = min(_WIDE_IN, _TALLEST_IN / tall) * _DPI / (part[1] - part[0])

    def draw(day: float, ax: Axes) -> None:
        title = f"{about.title}: {_when(run, day)}"
        stained_section(run, day, ax, stain=stain, window=part, title=title, pixels_per_um=resolution)

    write_movie(_frames(run, days, tall, draw), path, seconds_per_frame=seconds_per_frame)
    return path


def animate_surface(
    run: xr.DataTree, path: str | Path, *, days: Sequence[float] | None = None, seconds_per_frame: float = SECONDS
) -> Path:
    """Write the surface of a block as an animation, a frame for each snapshot with its time on it.

    Parameters
    ----------
    run : a run of a block, from `mendsim.analysis.open_run`.
    path, days, seconds_per_frame : as in `animate_histology`.

    Raises
    ------
    InputError
        If the file cannot be a movie, the run is a section, or there is no such day.
    """
    path = Path(path)
    check_kind(path)
    if not is_block(run):
        raise InputError(
            "a section is one line of the surface, which is drawn against time and cannot move",
            key="lattice.length",
            allowed="a block, for example --set lattice.length='0.5 mm'",
        )
    sizes = store.fields(run).sizes

    def draw(day: float, ax: Axes) -> None:
        surface_view(run, day, ax, title=f"Surface: {_when(run, day)}")

    write_movie(_frames(run, days, sizes["y"] / sizes["x"], draw), path, seconds_per_frame=seconds_per_frame)
    return path


def _when(run: xr.DataTree, day: float) -> str:
    return store.moment_label(run, day).replace("\n", ", ")


def _frames(
    run: xr.DataTree, days: Sequence[float] | None, tall: float, draw: Callable[[float, Axes], None]
) -> Iterator[Frame]:
    """Render a picture of each day; ``tall`` is height over width of what is drawn."""
    wide_in = min(_WIDE_IN, _TALLEST_IN / tall)
    shown = [float(day) for day in store.snapshot_days(run)] if days is None else checked_days(run, days)
    for day in shown:
        with style.applied():
            figure = style.figure(wide_in, wide_in * tall + _HEAD_IN)
            figure.set_layout_engine("none")
            high = wide_in * tall / (wide_in * tall + _HEAD_IN)
            draw(day, figure.add_axes((0.0, 0.0, 1.0, high)))
            yield pixels(figure, _DPI)
