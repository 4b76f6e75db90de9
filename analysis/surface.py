"""The skin seen from above, as through a dermatoscope: redness, pigment, debris, crust, open channels, hairs.

A block is seen as a surface. A section is a single line of it, and is drawn as that line against time.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter, zoom

from mendsim.analysis import store, style
from mendsim.analysis.asked_days import checked_days
from mendsim.analysis.drawn_anatomy import hair_radius_um
from mendsim.analysis.section_axes import scale_bar
from mendsim.analysis.skin_colour import dermis, epidermis, shown
from mendsim.analysis.stain_sheet import Sheet, hashed
from mendsim.analysis.surface_maps import SurfaceMaps, surface_maps
from mendsim.analysis.vessel_table import is_block
from mendsim.common.errors import InputError

__all__ = ["surface_course", "surface_figure", "surface_view"]

Array = NDArray[Any]

_DRIED = np.array([0.16, 0.30, 0.42])
"""Natural optical density of a dead cell in red, green and blue: debris looks bronze. Drawn, after photographs ..."""
_CRUST = np.array([0.33, 0.045, 0.03])
"""... as is the colour of crust, ..."""
_MOIST_BLOOD = 0.09
"""... and the blood that a moist open bed shows, at least: redder than skin without pigment."""
_MOST_DEBRIS = 6.0
"""Dead cells over each other above which debris is drawn no darker; the key shows as many."""
_EXPOSURE = np.array([1.42, 1.34, 1.16])
"""Light of the picture in red, green and blue: somewhat warm."""
_DIM_UM = 110.0
"""Depth of a pit, against the surface around it, at which a third of the light reaches its floor."""
_AROUND_UM = 90.0
_FINE = 4
"""Pixels along the edge of a site."""
_GLOSS = 0.035
_DAYS, _PER_ROW, _PANEL_IN = 8, 4, 2.9
_LONGEST_HAIR_UM = 900.0
_HAIR_COLOUR = {True: "#2b1a10", False: "#9c7350"}


def surface_view(run: xr.DataTree, day: float, ax: Axes | None = None, *, title: str | None = None) -> Axes:
    """Draw a block of skin as seen from above.

    Parameters
    ----------
    run : a run of a block, from `mendsim.analysis.open_run`.
    day : the nearest snapshot is drawn.
    ax : axes to draw on; a new figure if not given.
    title : over the picture; the time if not given.

    Raises
    ------
    InputError
        If the run is a section, which has no surface to be seen from above.
    """
    if not is_block(run):
        raise InputError(
            "a section is one line of the surface, and cannot be seen from above",
            key="lattice.length",
            allowed="a block, for example --set lattice.length='0.5 mm'; or surface_course, the line against time",
        )
    ax = style.axes_or_new(ax, 5.0, 5.0)
    maps = surface_maps(run, day)
    edge = maps.x_um[1] - maps.x_um[0]
    left, right = maps.x_um[0] - 0.5 * edge, maps.x_um[-1] + 0.5 * edge
    top, bottom = maps.y_um[0] - 0.5 * edge, maps.y_um[-1] + 0.5 * edge
    ax.imshow(_image(maps), extent=(left, right, bottom, top), interpolation="antialiased", interpolation_stage="rgba")
    _draw_hairs(ax, run, day)
    ax.set(xticks=[], yticks=[], xlim=(left, right), ylim=(bottom, top), aspect="equal")
    for spine in ax.spines.values():
        spine.set_visible(False)
    scale_bar(ax, (left, right, top, bottom))
    ax.set_title(store.day_label(store.drawn_day(run, day)) if title is None else title, loc="left", pad=3)
    return ax


def surface_course(run: xr.DataTree, ax: Axes | None = None, *, days: Sequence[float] | None = None) -> Axes:
    """Draw the surface along a section against time: a band for each snapshot, equally tall whenever it was taken.

    Of a block, the line through its middle is drawn.

    Parameters
    ----------
    run : a run from `mendsim.analysis.open_run`.
    ax : axes to draw on; a new figure if not given.
    days : days of the bands, each with a snapshot near it; every snapshot if not given.

    Raises
    ------
    InputError
        If there is no snapshot near a day.
    """
    chosen = _bands(run, days)
    ax = style.axes_or_new(ax, 7.0, 4.0)
    lines = []
    for day in chosen:
        maps = surface_maps(run, day)
        lines.append(shown(_EXPOSURE * _light(maps))[len(maps.y_um) // 2])
    edge = maps.x_um[1] - maps.x_um[0]
    left, right = maps.x_um[0] - 0.5 * edge, maps.x_um[-1] + 0.5 * edge
    names = [store.moment_label(run, day).replace("\n", ", ") for day in chosen]
    ax.imshow(
        np.stack(lines), extent=(left / 1000, right / 1000, len(chosen), 0), aspect="auto", interpolation="nearest"
    )
    ax.hlines(np.arange(1, len(chosen)), left / 1000, right / 1000, colors="white", linewidth=1.2)
    ax.set_yticks(np.arange(len(chosen)) + 0.5, names)
    ax.tick_params(axis="y", length=0)
    for spine in ax.spines.values():
        spine.set_visible(False)
    ax.set(xlabel="along the section [mm]", ylabel="snapshot, each as a band")
    entries = [Patch(facecolor=colour, label=name) for name, colour in _key().items()]
    ax.legend(handles=entries, loc="upper center", bbox_to_anchor=(0.5, 0.0), borderaxespad=4.0, ncols=len(entries))
    ax.set_title("A single line of skin against time, drawn out to be seen", loc="left")
    return ax


def _bands(run: xr.DataTree, days: Sequence[float] | None) -> list[float]:
    return [float(day) for day in store.snapshot_days(run)] if days is None else checked_days(run, days)


def surface_figure(run: xr.DataTree, days: Sequence[float] | None = None) -> Figure:
    """Draw the surface over time: of a block a picture for each day, of a section its line against time.

    Parameters
    ----------
    run : a run from `mendsim.analysis.open_run`.
    days : days to draw, each with a snapshot near it; if not given, up to eight of a block that tell the story, and
        every snapshot of a section.

    Raises
    ------
    InputError
        If there is no snapshot near a day.
    """
    with style.applied():
        if not is_block(run):
            figure = style.figure(7.5, 1.2 + 0.34 * len(_bands(run, days)))
            surface_course(run, figure.add_subplot(), days=days)
        else:
            chosen = store.choose_days(run, _DAYS) if days is None else checked_days(run, days)
            sizes = store.fields(run).sizes
            columns = min(len(chosen), _PER_ROW)
            rows, tall = -(-len(chosen) // columns), sizes["y"] / sizes["x"]
            figure = style.figure(_PANEL_IN * columns + 0.2, (_PANEL_IN * tall + 0.35) * rows + 0.4)
            figure.set_layout_engine("constrained", w_pad=0.03, h_pad=0.03, wspace=0.0, hspace=0.0)
            axes = figure.subplots(rows, columns, squeeze=False).ravel()
            for day, ax in zip(chosen, axes, strict=False):
                surface_view(run, day, ax, title=store.moment_label(run, day).replace("\n", ", "))
            for ax in axes[len(chosen) :]:
                ax.remove()
        style.heading(figure, f"{store.title(run)}: surface")
    return figure


def _light(maps: SurfaceMaps) -> Array:
    """Light that each place sends back, ``(y, x, 3)``."""
    bed = dermis(np.maximum(maps.blood, _MOIST_BLOOD * maps.bare))
    covered = dermis(maps.blood) * epidermis(maps.melanin_pg_per_um2 + maps.debris_pg_per_um2)
    covered = covered * np.exp(-np.multiply.outer(np.minimum(maps.debris, _MOST_DEBRIS), _DRIED))
    light = np.where(maps.bare[..., None] > 0, bed, covered)
    return np.where(maps.clot[..., None] > 0, _CRUST, light)


def _key() -> dict[str, str]:
    """Colours of what is no whole skin, by name."""
    bed = dermis(np.array(_MOIST_BLOOD))
    light = {
        "crust": _CRUST,
        "dead cells (debris)": dermis(np.array(0.0)) * np.exp(-_MOST_DEBRIS * _DRIED),
        "open bed": bed,
    }
    return {name: to_hex(tuple(shown(_EXPOSURE * sent))) for name, sent in light.items()}


def _image(maps: SurfaceMaps) -> Array:
    """Colours of the surface seen from above, finer than its sites: light, shadow in pits, gloss."""
    edge = float(maps.x_um[1] - maps.x_um[0])
    light = np.stack([_finer(channel) for channel in np.moveaxis(_light(maps), -1, 0)], axis=-1)
    around = gaussian_filter(maps.depth_um, _AROUND_UM / edge, mode="reflect")
    pit = np.maximum(maps.depth_um - np.minimum(around, 0.0), 0.0)
    shade = np.exp(-_finer(np.where(pit > 1.5 * edge, pit, 0.0)) / _DIM_UM)
    rows, columns = light.shape[:2]
    sheet = Sheet((0.0, columns * edge / _FINE, 0.0, rows * edge / _FINE), _FINE / edge, 0.0, 0.0, edge)
    grain = sheet.noise(9.0, 201) + 0.8 * np.abs(sheet.noise(34.0, 202)) - 0.5 * np.abs(sheet.noise(70.0, 203))
    covered = 1.0 - _finer(maps.bare)
    gloss = 1.0 + _GLOSS * grain * np.clip(covered, 0.0, 1.0)
    return shown(_EXPOSURE * np.maximum(light, 0.0) * shade[..., None] * gloss[..., None])


def _finer(values: Array) -> Array:
    """Draw sites as several pixels each, blended a little at their borders."""
    blurred = gaussian_filter(values.astype(float), 0.55, mode="nearest")
    fine: Array = zoom(blurred, _FINE, order=1, mode="nearest", grid_mode=True)
    return fine


def _draw_hairs(ax: Axes, run: xr.DataTree, day: float) -> None:
    """Draw a hair for each follicle that holds one and reaches the surface; which way it lies is drawn."""
    table = store.every_agent(run, "follicle", day)
    if "shaft_um" not in table:
        return
    out = table["shaft_um"] - table["bulb_depth_um"]
    edge = float(store.fields(run)["y_um"][1] - store.fields(run)["y_um"][0])
    wide = float(store.fields(run)["y_um"].max()) + edge
    rows = np.flatnonzero((out > 0) & (table["y_um"] >= 0) & (table["y_um"] <= wide))
    if not len(rows):
        return
    terminal = store.has_hair(run)
    ids = table["unique_id"][rows] if "unique_id" in table else rows
    angle = 0.5 * np.pi + 0.9 * (hashed(ids, 211) - 0.5)
    along = np.linspace(0.0, 1.0, 12)[None, :]
    length = np.minimum(out[rows], _LONGEST_HAIR_UM if terminal else 0.4 * _LONGEST_HAIR_UM)[:, None]
    bend = angle[:, None] + 0.5 * (hashed(ids, 212) - 0.5)[:, None] * along
    x = table["x_um"][rows][:, None] + length * along * np.cos(bend)
    y = table["y_um"][rows][:, None] + length * along * np.sin(bend)
    half = hair_radius_um(terminal=terminal) * (1.0 - 0.5 * along)
    aside = half * np.cos(bend), half * np.sin(bend)
    one, other = ((x - side * aside[1], y + side * aside[0]) for side in (1.0, -1.0))
    outline = np.stack([np.concatenate([a, b[:, ::-1]], axis=1) for a, b in zip(one, other, strict=True)], axis=-1)
    hairs = PolyCollection(list(outline), facecolor=_HAIR_COLOUR[terminal], alpha=0.95 if terminal else 0.6, zorder=5)
    hairs.set_linewidth(0.0)
    ax.add_collection(hairs)
