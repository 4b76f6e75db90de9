"""Sections of fields: collagen with its fibres, TGF-beta1, drug."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import LinearSegmentedColormap, LogNorm, Normalize
from numpy.typing import NDArray

from mendsim.analysis import relief as surface
from mendsim.analysis import store, style
from mendsim.analysis.section_axes import Window, colour_bar, frame

COLLAGEN_MAP = LinearSegmentedColormap.from_list(
    "collagen", ["#ffffff", "#cfe3ef", "#7fb3d3", "#2f7fb5", "#0b4a7d", "#062c4f"]
)
SIGNAL_MAP = LinearSegmentedColormap.from_list(
    "signal", ["#fbfaf7", "#fde2a3", "#f8ab4d", "#e0662c", "#a62834", "#4d0f3a"]
)
_FIBRE_COLOUR = "#f29f05"
_FIBRE_PITCH_UM = 50.0
"""Distance between drawn fibre strokes in a whole section; a stroke of full order is this long."""
_SCALE_PERCENTILE = 99.8
"""Share of the sites that a colour scale covers."""
_DRUG_DECADES = 4
"""Orders of magnitude that the colour scale of the drug covers; less is drawn as none."""
_EPIDERMIS = 1
_WITH_COLLAGEN = (2, 3, 4)
"""Codes of the ``tissue`` field: epidermis; dermis, hypodermis and clot."""


def collagen(
    run: xr.DataTree,
    day: float,
    ax: Axes | None = None,
    *,
    window: Window | None = None,
    highest: float | None = None,
    bar: bool = True,
) -> Axes:
    """Draw the density of collagen I and III, with strokes along the fibres, longer where they are more parallel.

    Parameters
    ----------
    run, day, ax, window : as in `cells`.
    highest : density at the end of the colour scale [mg/mL]; the highest of the run if not given.
    bar : whether to draw a colour bar.
    """
    ax = style.axes_or_new(ax)
    names = ("tissue", "collagen_1", "collagen_3", "orientation_rad", "orientation_order")
    section = store.snapshot(run, day, names)
    relief = surface.of_run(run, day) if window is None else surface.flat(run)
    density = (section["collagen_1"] + section["collagen_3"]).to_numpy().astype(float)
    limit = collagen_limit(run) if highest is None else highest
    in_dermis = np.isin(section["tissue"].to_numpy(), _WITH_COLLAGEN)
    field_image(ax, relief, np.where(in_dermis, density, np.nan), section, COLLAGEN_MAP, Normalize(0.0, limit))
    strokes(ax, relief, section, in_dermis & (density > 0.1 * limit), window)
    frame(ax, relief, window, store.day_label(store.drawn_day(run, day)))
    if bar:
        colour_bar([ax], COLLAGEN_MAP, Normalize(0.0, limit), "collagen I + III [mg/mL]")
    return ax


def tgf_beta1(
    run: xr.DataTree,
    day: float,
    ax: Axes | None = None,
    *,
    window: Window | None = None,
    highest: float | None = None,
    bar: bool = True,
) -> Axes:
    """Draw the concentration of active TGF-beta1.

    Parameters
    ----------
    run, day, ax, window : as in `cells`.
    highest : concentration at the end of the colour scale [ng/mL]; the highest of the run if not given.
    bar : whether to draw a colour bar.
    """
    return _field(run, day, ax, window, "tgf_beta1", highest, "TGF-β1 [ng/mL]" if bar else "")


def drug(
    run: xr.DataTree,
    day: float,
    ax: Axes | None = None,
    *,
    window: Window | None = None,
    highest: float | None = None,
    bar: bool = True,
) -> Axes:
    """Draw the concentration of the drug, on a logarithmic scale.

    Parameters
    ----------
    run, day, ax, window : as in `cells`.
    highest : concentration at the end of the colour scale [ug/mL]; the highest of the run if not given.
    bar : whether to draw a colour bar.
    """
    return _field(run, day, ax, window, "drug", highest, "drug [µg/mL]" if bar else "")


def collagen_limit(*runs: xr.DataTree) -> float:
    """Density at the end of a colour scale that suits all given runs [mg/mL]."""
    return _scale([store.fields(run)["collagen_1"] + store.fields(run)["collagen_3"] for run in runs])


def field_limit(name: str, *runs: xr.DataTree) -> float:
    """End of a colour scale that suits one field of all given runs, in the unit of the field."""
    return _scale([store.fields(run)[name] for run in runs])


def field_norm(name: str, highest: float) -> Normalize:
    """Colour scale of a field: logarithmic for the drug, which falls by orders of magnitude with depth."""
    return LogNorm(highest * 10.0**-_DRUG_DECADES, highest) if name == "drug" else Normalize(0.0, highest)


def _field(
    run: xr.DataTree, day: float, ax: Axes | None, window: Window | None, name: str, highest: float | None, label: str
) -> Axes:
    ax = style.axes_or_new(ax)
    section = store.snapshot(run, day, ("tissue", name))
    relief = surface.of_run(run, day) if window is None else surface.flat(run)
    limit = field_limit(name, run) if highest is None else highest
    values = np.where(section["tissue"].to_numpy() > 0, section[name].to_numpy().astype(float), np.nan)
    norm = field_norm(name, limit)
    field_image(ax, relief, np.maximum(values, norm.vmin or 0.0), section, SIGNAL_MAP, norm)
    frame(ax, relief, window, store.day_label(store.drawn_day(run, day)))
    if label:
        colour_bar([ax], SIGNAL_MAP, norm, label)
    return ax


def field_image(
    ax: Axes,
    relief: surface.Relief,
    values: NDArray,
    section: xr.Dataset,
    cmap: LinearSegmentedColormap,
    norm: Normalize,
) -> None:
    """Draw a field where it is a number, the epidermis grey and the air blank, with lines around the tissues."""
    tissue = relief.image(section["tissue"].to_numpy(), above=0)
    ax.imshow(
        np.where(tissue == _EPIDERMIS, 0.93, 1.0),
        extent=relief.extent_um,
        cmap="gray",
        vmin=0,
        vmax=1,
        interpolation="nearest",
        zorder=0.5,
    )
    ax.imshow(
        relief.image(values, above=np.nan),
        extent=relief.extent_um,
        cmap=cmap,
        norm=norm,
        interpolation="nearest",
        zorder=1,
    )
    depth = relief.depth_um
    for level in (0.5, 1.5):
        edge = (tissue > level).astype(float)
        if 0 < edge.mean() < 1:
            ax.contour(relief.x_um, depth, edge, levels=[0.5], colors=style.INK, linewidths=0.6)


def strokes(
    ax: Axes,
    relief: surface.Relief,
    section: xr.Dataset,
    where: NDArray,
    window: Window | None = None,
    *,
    colour: str = _FIBRE_COLOUR,
    pitch_um: float = _FIBRE_PITCH_UM,
) -> None:
    """Draw strokes along the fibres, longer where they are more parallel.

    Parameters
    ----------
    ax, window : as in `collagen`.
    relief, section : of the picture; the section holds ``orientation_rad`` and ``orientation_order``.
    where : sites that may have a stroke, ``(nz, nx)``.
    colour : of the strokes.
    pitch_um : distance between strokes in a whole section; a stroke of full order is this long.
    """
    left, right = relief.extent_um[:2] if window is None else window[:2]
    whole = relief.extent_um[1] - relief.extent_um[0]
    pitch = pitch_um * max(0.4, (right - left) / whole)
    stride = max(1, round(pitch / relief.spacing_um))
    iz, ix = (
        grid.ravel() for grid in np.mgrid[stride // 2 : where.shape[0] : stride, stride // 2 : where.shape[1] : stride]
    )
    iz, ix = iz[where[iz, ix]], ix[where[iz, ix]]
    angle = section["orientation_rad"].to_numpy()[iz, ix]
    half = 0.5 * pitch * np.clip(section["orientation_order"].to_numpy()[iz, ix], 0.15, 1.0)
    x, depth = relief.x_um[ix], relief.sink(relief.x_um[ix], relief.depth_um[iz])
    step = np.column_stack([half * np.cos(angle), half * np.sin(angle)])
    middle = np.column_stack([x, depth])
    ax.add_collection(
        LineCollection(list(np.stack([middle - step, middle + step], axis=1)), colors=colour, linewidths=0.9, zorder=4)
    )


def _scale(fields: list[xr.DataArray]) -> float:
    """Return the highest value of any snapshot, a few outlying sites left out; 1 if there is nothing."""
    snapshots = [field.to_numpy().reshape(field.sizes["snapshot"], -1) for field in fields]
    return max(float(np.percentile(sites, _SCALE_PERCENTILE, axis=1).max()) for sites in snapshots) or 1.0
