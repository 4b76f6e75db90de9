"""Section through one zone of the laser: its channel, peak temperature, and the nested shells of damage."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from numpy.typing import NDArray

from mendsim.analysis import style
from mendsim.analysis.section_axes import Window, colour_bar, dress
from mendsim.analysis.section_heat import HEAT_MAP, SCALE_C, SHELLS, shell_legend

_LETHAL_DOSE_MIN = 240.0
_DOSE_LINE: dict[str, Any] = {"color": "#ff9d4d", "linestyle": (0, (1, 1))}
_CASING = withStroke(linewidth=2.2, foreground="#22222e")
"""A dark edge, without which light lines are lost on hot tissue."""
_MOST_OMEGA = 30.0
"""Damage integral above which a share lost is one, as far as numbers go."""
_LEAST_WIDTH_UM, _LEAST_SHARE = 300.0, 0.5
"""A picture is at least this wide, and at least this share of its height."""
_LEAST_WALL_UM, _MOST_WALL_SHARE = 40.0, 0.4
"""The close look at the wall of a channel is at least this wide; left out if it would show this share of the zone."""
_HEIGHT_IN, _WIDEST_IN, _WALL_IN, _LEGEND_IN = 5.2, 6.4, 3.4, 2.6


def zone_figure(maps: xr.Dataset, title: str) -> Figure:
    """Draw one zone as a whole figure: the zone, the wall of its channel if it has one, and what the lines mean.

    Parameters
    ----------
    maps : from `mendsim.thermal.zone_dataset`.
    title : heading of the figure.
    """
    left, right, top, bottom = window_of(maps)
    aspect = (right - left) / (bottom - top)
    width = min(_WIDEST_IN, _HEIGHT_IN * aspect)
    wall = _wall(maps)
    widths = (width,) if wall is None else (width, _WALL_IN)
    figure = style.figure(sum(widths) + _LEGEND_IN + 0.8, max(width / aspect, 3.0) + 0.7)
    axes = figure.subplots(1, len(widths), width_ratios=widths, squeeze=False)[0]
    zone_section(maps, axes[0], bar=wall is None)
    if wall is not None:
        zone_section(maps, axes[1], window=wall)
        axes[1].set_title("wall at half depth")
    if axes[0].get_legend_handles_labels()[1]:
        shell_legend(list(axes), "Ω = 1 at:", loc="outside right center")
    else:
        axes[0].set_title("no process reaches Ω = 1")
    figure.suptitle(title, fontsize=12, fontweight="bold")
    return figure


def zone_section(maps: xr.Dataset, ax: Axes | None = None, *, window: Window | None = None, bar: bool = True) -> Axes:
    """Draw a section through the axis of a zone, to scale and mirrored about the axis.

    Colour is the highest temperature; the channel is blank. Each contour is where the damage integral of a process
    reaches 1, so that 63 % of its target is lost, or where the thermal dose reaches 240 min at 43 degC.

    Parameters
    ----------
    maps : from `mendsim.thermal.zone_dataset`, dims ``(z, r)``.
    ax : axes to draw on; those of a new figure if not given.
    window : left, right, top and bottom [um] of what is shown; where something happened if not given.
    bar : whether to draw a colour bar.

    Returns
    -------
    The axes; `mendsim.analysis.sections.shell_legend` names the contours.
    """
    ax = style.axes_or_new(ax)
    window = window_of(maps) if window is None else window
    gone = maps["removed"].to_numpy()
    radii, depths = maps["radius_edge_um"].to_numpy(), maps["depth_edge_um"].to_numpy()
    heat = np.where(gone, np.nan, maps["peak_temperature"].to_numpy())
    across = np.concatenate([-radii[:0:-1], radii])
    ax.pcolormesh(across, depths, _mirrored(heat), cmap=HEAT_MAP, norm=SCALE_C, zorder=1, rasterized=True)
    _layers(ax, maps, window)
    if gone.any():
        ax.plot([], [], label="channel", linestyle="", marker="s", color=style.BACKGROUND)
    for process, label, line in SHELLS:
        lost = maps[f"damage_{process}"].to_numpy()
        _outline(ax, maps, -np.log1p(-np.minimum(lost, -np.expm1(-_MOST_OMEGA))), label, line)
    dose = maps["thermal_dose"].to_numpy() / _LETHAL_DOSE_MIN
    _outline(ax, maps, dose, f"{_LETHAL_DOSE_MIN:g} min at 43 °C", _DOSE_LINE)
    dress(ax, window, "")
    if bar:
        colour_bar([ax], HEAT_MAP, SCALE_C, "peak temperature [°C]", open_end=True)
    return ax


def window_of(maps: xr.Dataset) -> Window:
    """Left, right, top and bottom [um] of the part of a zone where something happened."""
    touched = maps["removed"].to_numpy() | (maps["damage_heat_shock"].to_numpy() > 0.5)
    radius = float(maps["radius_um"].to_numpy()[touched.any(axis=0)].max(initial=0.0))
    depth = float(maps["depth_um"].to_numpy()[touched.any(axis=1)].max(initial=0.0))
    bottom = max(1.12 * depth, depth + 40.0, 0.5 * _LEAST_WIDTH_UM)
    top = -0.06 * bottom
    half = max(1.3 * radius, radius + 40.0, 0.5 * _LEAST_WIDTH_UM, 0.5 * _LEAST_SHARE * (bottom - top))
    return -half, half, top, bottom


def _wall(maps: xr.Dataset) -> Window | None:
    """Window around the wall of the channel at half its depth, None if there is none or the zone itself shows it."""
    gone = maps["removed"].to_numpy()
    if not gone.any():
        return None
    row = int(np.flatnonzero(gone.any(axis=1))[-1]) // 2
    radius, z = maps["radius_um"].to_numpy(), float(maps["depth_um"][row])
    wall = float(radius[gone[row]].max())
    rim = float(radius[maps["damage_heat_shock"].to_numpy()[row] > 0.5].max()) - wall
    side = max(_LEAST_WALL_UM, 2.0 * rim)
    _, _, top, bottom = window_of(maps)
    if side > _MOST_WALL_SHARE * (bottom - top):
        return None
    return wall - 0.3 * side, wall + 0.7 * side, z - 0.5 * side, z + 0.5 * side


def _outline(ax: Axes, maps: xr.Dataset, omega: NDArray[np.float64], label: str, line: dict[str, Any]) -> None:
    """Draw where a damage integral ``(nz, nr)`` is 1, if it is anywhere; logarithms make for smooth lines."""
    if omega.max() <= 1.0:
        return
    logarithm = np.log(np.clip(omega, np.exp(-20.0), _MOST_OMEGA))
    # A row on the surface itself, so that outlines reach it.
    values = _mirrored(np.concatenate([logarithm[:1], logarithm]))
    radius, depth = maps["radius_um"].to_numpy(), np.concatenate([[0.0], maps["depth_um"].to_numpy()])
    across = np.concatenate([-radius[::-1], radius])
    drawn = ax.contour(across, depth, values, levels=[0.0], linewidths=1.1, zorder=3, colors=line["color"])
    drawn.set(linestyle=line["linestyle"], path_effects=[_CASING] if line["linestyle"] == "-" else [])
    ax.plot([], [], label=label, linewidth=1.6, **line)


def _layers(ax: Axes, maps: xr.Dataset, window: Window) -> None:
    """Draw where the epidermis and the dermis end, if the maps say so."""
    ends = maps.attrs.get("layer_ends_um", (0.0, 0.0, 0.0))
    for name, end in zip(("epidermis", "dermis"), ends[1:], strict=True):
        if max(0.0, window[2]) < end < window[3]:
            ax.axhline(end, color="white", linewidth=0.5, alpha=0.6, zorder=2)
            note: dict[str, Any] = {"textcoords": "offset points", "fontsize": 7, "color": "white", "zorder": 4}
            ax.annotate(f"end of {name}", (window[0], end), (3, -8), path_effects=[_CASING], **note)


def _mirrored(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Values ``(nz, nr)`` on both sides of the axis, ``(nz, 2 nr)``."""
    return np.concatenate([values[:, ::-1], values], axis=1)
