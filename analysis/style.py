"""One look for every picture: fonts, sizes, colours that colour-blind readers can tell apart."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.colors import Colormap
from matplotlib.figure import Figure, SubFigure

DPI = 150

INK = "#1f2430"
MUTED = "#667085"
GRID = "#e4e7ec"
BACKGROUND = "#ffffff"

TISSUE_COLOURS = {
    "air": "#ffffff",
    "stratum corneum": "#e3c27a",
    "granular layer": "#b9a0dc",
    "spinous layer": "#8a6bc4",
    "basal layer": "#472a86",
    "dead cells (debris)": "#1c1c1c",
    "clot": "#b5424a",
    "dermis": "#f9e3e6",
    "hypodermis": "#fdf3d2",
}
"""Compartments of the section, in the order of their codes in `mendsim.analysis.section_image`."""

CELL_COLOURS = {
    "fibroblast": "#7a93d6",
    "activated fibroblast": "#0b5f8a",
    "myofibroblast": "#009e73",
    "T cell": "#ffd000",
    "vessel with flow": "#d7191c",
    "vessel without flow": "#5a5a5a",
    "follicle in anagen": "#6b4423",
    "follicle in catagen": "#6b4423",
    "follicle in telogen": "#6b4423",
    "empty follicle": "#8c8c8c",
}

SERIES_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#882255")
"""Colours of several lines in one panel (after Okabe and Ito 2008)."""

_RC: dict[Any, Any] = {
    "figure.facecolor": BACKGROUND,
    "savefig.facecolor": BACKGROUND,
    "savefig.dpi": DPI,
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "axes.titlesize": 10,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.labelsize": 9,
    "axes.labelcolor": INK,
    "axes.edgecolor": MUTED,
    "axes.linewidth": 0.7,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "text.color": INK,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
    "legend.fontsize": 8,
    "legend.frameon": False,
    "grid.color": GRID,
    "grid.linewidth": 0.7,
    "lines.linewidth": 1.6,
    "lines.solid_capstyle": "round",
}


@contextmanager
def applied() -> Iterator[None]:
    """Use the style for what is drawn inside the block."""
    with mpl.rc_context(_RC):
        yield


def figure(width_in: float, height_in: float) -> Figure:
    """Make a figure without global state, so that pictures can be made in any thread and without a display."""
    return Figure(figsize=(width_in, height_in), layout="constrained")


def axes_or_new(ax: Axes | None, width_in: float = 6.0, height_in: float = 4.5) -> Axes:
    """Return the given axes, or the only axes of a new figure."""
    return figure(width_in, height_in).add_subplot() if ax is None else ax


def figure_of(ax: Axes) -> Figure | SubFigure:
    """Return the figure that holds the axes."""
    figure = ax.get_figure()
    if figure is None:
        raise ValueError("the axes belong to no figure")
    return figure


def drug_colours() -> Colormap:
    """Colours of a concentration from little to much, white where there is no tissue."""
    return mpl.colormaps["viridis"].with_extremes(bad=BACKGROUND)


def save(picture: Figure, path: Path) -> Path:
    """Write a picture as PNG, making its folder, and return its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.savefig(path, dpi=DPI)
    return path
