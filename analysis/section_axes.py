"""What every section shares: its window, depth axis, scale bar and axes to draw on."""

from __future__ import annotations

import math
from typing import Any

from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.patches import Rectangle
from matplotlib.patheffects import withStroke

from mendsim.analysis import style
from mendsim.analysis.relief import Relief

Window = tuple[float, float, float, float]
"""Part of a section: left, right, top and bottom [um]."""

_BAR_SHARE = 0.25
"""A scale bar is at most this share of the picture's width."""


def frame(ax: Axes, relief: Relief, window: Window | None, title: str) -> None:
    """Set the limits, the depth axis, the title and the scale bar of a section of a lattice."""
    left, right, bottom, top = relief.extent_um
    dress(ax, (left, right, top, bottom) if window is None else window, title)


def dress(ax: Axes, window: Window, title: str) -> None:
    """Set the limits, the depth axis, the title and the scale bar of any section."""
    left, right, top, bottom = window
    ax.set_xlim(left, right)
    ax.set_ylim(bottom, top)
    ax.set_aspect("equal")
    ax.set_xticks([])
    ax.set_ylabel("depth [µm]")
    ax.set_title(title)
    ax.set_facecolor(style.BACKGROUND)
    for spine in ax.spines.values():
        spine.set_visible(True)
    scale_bar(ax, window)


def colour_bar(
    axes: list[Axes],
    cmap: str | LinearSegmentedColormap,
    norm: Normalize,
    label: str,
    *,
    open_end: bool = False,
) -> None:
    """Add a colour bar for axes that share a colour scale; an open end says that there are higher values."""
    bar = style.figure_of(axes[0]).colorbar(
        ScalarMappable(norm, cmap),
        ax=axes,
        fraction=0.05,
        shrink=0.85,
        pad=0.01,
        extend="max" if open_end else "neither",
    )
    bar.set_label(label)
    bar.outline.set_linewidth(0.4)


def scale_bar(ax: Axes, window: Window, *, dark: bool = False) -> float:
    """Draw a scale bar with its length at the lower right of a picture, light on a dark one; return its length [um]."""
    left, right, top, bottom = window
    length = round_length(_BAR_SHARE * (right - left))
    margin = 0.03 * (right - left)
    thick = max(min(0.012 * abs(bottom - top), 0.035 * length), 0.008 * (right - left))
    x, y = right - margin - length, bottom - margin
    ink, edge = ("white", style.INK) if dark else (style.INK, "white")
    ax.add_patch(Rectangle((x, y - thick), length, thick, facecolor=ink, edgecolor=edge, linewidth=0.8, zorder=20))
    ax.text(
        x + length,
        y - 1.6 * thick,
        length_label(length),
        ha="right",
        va="bottom",
        fontsize=8,
        color=ink,
        zorder=20,
        path_effects=[withStroke(linewidth=2.5, foreground=edge)],
    )
    return length


def length_label(length_um: float) -> str:
    """Write a length: in um below 1 mm, in mm from there."""
    return f"{length_um / 1000:g} mm" if length_um >= 1000 else f"{length_um:g} µm"


def label_row(axes: list[Axes], name: str) -> None:
    """Name a row of sections, and keep the depth axis at its left end only."""
    for ax in axes[1:]:
        ax.set_ylabel("")
        ax.tick_params(labelleft=False)
    place: dict[str, Any] = {"rotation": 90, "ha": "center", "va": "center", "fontsize": 11, "fontweight": "bold"}
    axes[0].annotate(name, (0.0, 0.5), (-52, 0), xycoords="axes fraction", textcoords="offset points", **place)


def round_length(longest: float) -> float:
    """Longest of 1, 2, 5, 10, ... that is not above a length."""
    power = 10.0 ** math.floor(math.log10(longest))
    return next(step * power for step in (5.0, 2.0, 1.0) if step * power <= longest * (1 + 1e-9))
