"""Stained sections as figures: one section, a contact sheet over time, several stains."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from numpy.typing import NDArray

from mendsim.analysis import relief as surface
from mendsim.analysis import store, style
from mendsim.analysis.asked_days import checked_days
from mendsim.analysis.section_axes import Window, scale_bar
from mendsim.analysis.stain import stained
from mendsim.analysis.stain_data import Polarised, stain_of
from mendsim.analysis.stain_sheet import Image
from mendsim.common.errors import InputError

__all__ = [
    "checked_window",
    "histology_figure",
    "section_image",
    "slide_figure",
    "stained_section",
    "usual_window",
]

_WIDTH_UM, _TOP_UM, _BOTTOM_UM = 800.0, -90.0, 560.0
"""Part of a section that a sheet shows if nothing is said: around one zone, into the reticular dermis."""
_FINEST = 2.0
"""Pixels for each micrometre from which more would not show more; nuclei are 5 um wide."""
_OVERSAMPLED = 1.0
"""Pixels drawn for each pixel shown, in one direction."""
_FEWEST_PIXELS, _MOST_PIXELS = 1e3, 40e6
_HEAD_IN = 0.3
_NARROWEST_UM = 20.0
_PANEL_IN, _TALLEST_IN, _DAYS, _PER_ROW = 3.1, 5.2, 8, 4
_KEY_IN, _ENTRY_IN, _KEY_LINE_IN, _FEW_DAYS = 2.6, 1.5, 0.18, 5


def stained_section(
    run: xr.DataTree,
    day: float,
    ax: Axes | None = None,
    *,
    stain: str = "he",
    window: Window | None = None,
    pixels_per_um: float | None = None,
    title: str | None = None,
) -> Axes:
    """Draw a section as a stained slide, to scale, with a scale bar.

    Parameters
    ----------
    run : a run from `mendsim.analysis.open_run`.
    day : the nearest snapshot is drawn.
    ax : axes to draw on; a new figure if not given.
    stain : ``he``, ``masson``, ``picrosirius``, ``picrosirius_circular``, ``hsp70``, ``hsp47``, ``cd3``, ``cd4``,
        ``cd8`` or ``alpha_sma``.
    window : left, right, top and bottom [um] of the part to draw; the whole section if not given. As in
        `mendsim.analysis.sections.cells`, only the whole section dips over a scar.
    pixels_per_um : resolution; by the size of the axes if not given.
    title : over the picture; stain and time if not given.

    Raises
    ------
    InputError
        If there is no such stain, the window shows nothing of the section, or the image would be too large.
    """
    about = stain_of(stain)
    ax = style.axes_or_new(ax, 7.0, 5.5)
    part = checked_window(run, window)
    if pixels_per_um is None:
        figure = style.figure_of(ax)
        wide = ax.get_position().width * figure.bbox.width * max(1.0, style.DPI / figure.dpi)
        pixels_per_um = min(_FINEST, _OVERSAMPLED * wide / (part[1] - part[0]))
    image = section_image(run, day, window, stain=stain, pixels_per_um=pixels_per_um)
    left, right, top, bottom = part
    ax.imshow(image, extent=(left, right, bottom, top), interpolation="antialiased", interpolation_stage="rgba")
    ax.set(xticks=[], yticks=[], xlim=(left, right), ylim=(bottom, top), aspect="equal")
    for spine in ax.spines.values():
        spine.set_visible(False)
    scale_bar(ax, part, dark=isinstance(about, Polarised))
    when = store.day_label(store.drawn_day(run, day))
    ax.set_title(f"{about.title}, {when}" if title is None else title, loc="left", pad=3)
    return ax


def slide_figure(
    run: xr.DataTree, day: float, *, stain: str = "he", window: Window | None = None, pixels_per_um: float = 1.0
) -> Figure:
    """Draw one stained section as a figure that, saved at `style.DPI`, has the asked resolution.

    Parameters
    ----------
    run, day, stain, window, pixels_per_um : as in `stained_section`.

    Raises
    ------
    InputError
        As in `stained_section`.
    """
    left, right, top, bottom = part = checked_window(run, window)
    _check_pixels(part, pixels_per_um)
    wide, high = ((end - start) * pixels_per_um / style.DPI for start, end in ((left, right), (top, bottom)))
    with style.applied():
        figure = style.figure(wide, high + _HEAD_IN)
        figure.set_layout_engine("none")
        ax = figure.add_axes((0.0, 0.0, 1.0, high / (high + _HEAD_IN)))
        stained_section(run, day, ax, stain=stain, window=window, pixels_per_um=pixels_per_um)
    return figure


def section_image(
    run: xr.DataTree, day: float, window: Window | None = None, *, stain: str = "he", pixels_per_um: float = 2.0
) -> Image:
    """Draw a section as an image, red, green and blue from 0 to 1, ``(rows, columns, 3)``.

    Parameters
    ----------
    run, day, window, stain, pixels_per_um : as in `stained_section`.

    Raises
    ------
    InputError
        As in `stained_section`.
    """
    part = checked_window(run, window)
    _check_pixels(part, pixels_per_um)
    image = stained(run, day, part, stain=stain, pixels_per_um=pixels_per_um)
    relief = surface.flat(run) if window is not None else surface.of_run(run, day)
    return _sunk(image, part, relief) if relief.dip_um.any() else image


def histology_figure(
    run: xr.DataTree,
    *,
    stain: str | Sequence[str] = "he",
    days: Sequence[float] | None = None,
    window: Window | None = None,
    pixels_per_um: float | None = None,
    per_row: int = _PER_ROW,
) -> Figure:
    """Draw stained sections over time: one stain as a contact sheet, several as a row each.

    Parameters
    ----------
    run : a run from `mendsim.analysis.open_run`.
    stain : name of a stain, or several, as in `stained_section`.
    days : days to draw, each with a snapshot near it; up to eight that tell the story if not given.
    window : part of the section to draw [um]: left, right, top, bottom; around one zone if not given, and the whole
        section of hairy skin.
    pixels_per_um : resolution; by the size of the panels if not given.
    per_row : most panels side by side in a sheet of one stain.

    Raises
    ------
    InputError
        If there is no such stain, no snapshot near a day, or the window shows nothing of the section.
    """
    names = [stain] if isinstance(stain, str) else list(stain)
    stains = [stain_of(name) for name in names]
    if not stains:
        raise InputError("no stain is given", allowed="he, masson, ...")
    shown = store.choose_days(run, _DAYS if len(names) == 1 else _FEW_DAYS) if days is None else checked_days(run, days)
    part = checked_window(run, usual_window(run) if window is None else window)
    rows = -(-len(shown) // max(1, per_row)) if len(names) == 1 else len(names)
    per_row = -(-len(shown) // rows) if len(names) == 1 else len(shown)
    tall = (part[3] - part[2]) / (part[1] - part[0])
    wide_in = min(_PANEL_IN, _TALLEST_IN / tall)
    if pixels_per_um is None:
        pixels_per_um = min(_FINEST, _OVERSAMPLED * wide_in * style.DPI / (part[1] - part[0]))
    with style.applied():
        if len(names) == 1:
            figure = style.figure(wide_in * per_row + 0.1 * per_row, (wide_in * tall + 0.32) * rows + 0.75)
        else:
            figure = style.figure(wide_in * per_row + 0.1 * per_row + _KEY_IN, (wide_in * tall + 0.07) * rows + 0.7)
        figure.set_layout_engine("constrained", w_pad=0.03, h_pad=0.03, wspace=0.0, hspace=0.0)
        axes = figure.subplots(rows, per_row, squeeze=False)
        panels = [(name, day) for name in names for day in shown]
        for (name, day), ax in zip(panels, axes.ravel(), strict=False):
            label = store.moment_label(run, day).replace("\n", ", ")
            first_row = len(names) == 1 or name == names[0]
            stained_section(
                run, day, ax, stain=name, window=part, pixels_per_um=pixels_per_um, title=label if first_row else ""
            )
        for ax in axes.ravel()[len(panels) :]:
            ax.remove()
        if len(names) == 1:
            handles = _handles(names[0])
            columns = min(len(handles), max(1, int(figure.get_figwidth() / _ENTRY_IN)))
            figure.set_figheight(figure.get_figheight() + _KEY_LINE_IN * (-(-len(handles) // columns) - 1))
            figure.legend(handles=handles, loc="outside lower center", ncols=columns, handlelength=1.0)
            style.heading(figure, f"{store.title(run)}: {stains[0].title}")
        else:
            for name, about, line in zip(names, stains, axes, strict=True):
                line[0].set_ylabel(about.title.replace(", ", ",\n"), fontweight="bold", color=style.INK)
                line[-1].legend(handles=_handles(name), loc="center left", bbox_to_anchor=(1.0, 0.5), handlelength=1.0)
            style.heading(figure, store.title(run))
    return figure


def _check_pixels(part: Window, pixels_per_um: float) -> None:
    area = (part[1] - part[0]) * (part[3] - part[2])
    least, most = (np.sqrt(pixels / area) for pixels in (_FEWEST_PIXELS, _MOST_PIXELS))
    if not least <= pixels_per_um <= most:
        raise InputError(
            "an image of this part would be too small or too large",
            key="resolution",
            value=pixels_per_um,
            allowed=f"{least:.2g} to {most:.2g} pixels per um",
        )


def checked_window(run: xr.DataTree, window: Sequence[float] | None) -> Window:
    """Cut a window to the section; the whole section if none is given.

    Raises
    ------
    InputError
        If it is no window, or shows nothing of the section.
    """
    left, right, bottom, top = surface.flat(run).extent_um
    if window is None:
        return left, right, top, bottom
    edges = f"{left:g},{right:g},{top:g},{bottom:g}"
    if len(window) != 4 or not np.all(np.isfinite(window)) or window[0] >= window[1] or window[2] >= window[3]:
        allowed = f"four numbers: left, right, top, bottom in um, left below right, top above bottom, within {edges}"
        raise InputError("no window", key="--window", value=tuple(window), allowed=allowed)
    cut = (max(window[0], left), min(window[1], right), max(window[2], top), min(window[3], bottom))
    if cut[1] - cut[0] < _NARROWEST_UM or cut[3] - cut[2] < _NARROWEST_UM:
        raise InputError(
            f"the window shows less than {_NARROWEST_UM:g} um of the section",
            key="--window",
            value=tuple(window),
            allowed=f"left, right, top, bottom in um within {edges}",
        )
    return tuple(float(edge) for edge in cut)  # type: ignore[return-value]


def usual_window(run: xr.DataTree) -> Window:
    """Part of a section that a sheet shows if nothing is said."""
    left, right, bottom, top = surface.flat(run).extent_um
    if store.has_hair(run):
        return left, right, top, bottom
    wide = min(_WIDTH_UM, right - left)
    start = float(np.clip(store.zone_x_um(run, 0) - 0.5 * wide, left, right - wide))
    return start, start + wide, max(_TOP_UM, top), min(_BOTTOM_UM, bottom)


def _handles(name: str) -> list[Patch]:
    return [
        Patch(facecolor=tuple(np.clip(colour, 0.0, 1.0)), edgecolor=style.MUTED, linewidth=0.4, label=entry)
        for entry, colour in stain_of(name).legend().items()
    ]


def _sunk(image: Image, part: Window, relief: surface.Relief) -> Image:
    """Let columns of an image of the whole section sink as the surface does."""
    left, right, top, bottom = part
    rows, columns = image.shape[:2]
    x = left + (np.arange(columns) + 0.5) * (right - left) / columns
    drawn = (top + (np.arange(rows) + 0.5) * (bottom - top) / rows)[:, None]
    dip = np.interp(x, relief.x_um, relief.dip_um)[None, :]
    source = np.where(drawn < dip, drawn - dip, (drawn - dip) / (1.0 - dip / relief.bottom_um))
    at = np.clip((source - top) / (bottom - top) * rows - 0.5, 0.0, rows - 1.001)
    low = at.astype(int)
    share = (at - low).astype(image.dtype)[..., None]
    column: NDArray[Any] = np.arange(columns)[None, :]
    sunk: Image = image[low, column] * (1.0 - share) + image[low + 1, column] * share
    return sunk
