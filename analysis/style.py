"""One look for every picture: fonts, sizes, colours that colour-blind readers can tell apart."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import matplotlib as mpl
import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import Colormap
from matplotlib.figure import Figure, SubFigure
from matplotlib.transforms import ScaledTranslation
from numpy.typing import ArrayLike

from mendsim.common.errors import InputError
from mendsim.scenarios.replace import written_whole

DPI, PRINT_DPI = 150, 300
_LETTERS_PER_IN, _LINE_IN = 8.0, 0.22
"""Of a heading of 13 points: letters that fit, and height of a line."""
"""Of sheets of sections for the screen, and of plots for print."""
ONE_COLUMN_IN, TWO_COLUMNS_IN = 85.0 / 25.4, 174.0 / 25.4
"""Widths that journals give to a figure: 85 mm and 174 mm."""
KINDS_OF_FILE = (".png", ".pdf", ".svg")

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

SERIES_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#882255", "#e69f00", "#56b4e9", "#000000", "#cc79a7")
"""Colours of several series in one panel (after Okabe and Ito 2008); the first are the easiest to tell apart."""
SERIES_LINES: tuple[Any, ...] = (
    "-",
    (0, (4, 1.5)),
    (0, (1, 1.2)),
    (0, (6, 1.5, 1, 1.5)),
    (0, (8, 2)),
    (0, (3, 1.2, 1, 1.2, 1, 1.2)),
    (0, (2, 2.5)),
    (0, (6, 1, 2, 1)),
)
SERIES_MARKERS = ("o", "s", "^", "D", "v", "P", "X", "h")
"""Dashes and marks that go with the colours, so that series can be told apart in grey."""
_ORDERED_MAP, _ORDERED_SPAN = "viridis", (0.0, 0.85)
"""Colours of an ordered series, such as days, and the part of them that stands out from white."""
_AMOUNT_MAP = "BuPu"
BAND = 0.22
"""Opacity of the band of an interval."""

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

_PRINT: dict[Any, Any] = _RC | {
    "savefig.dpi": PRINT_DPI,
    "font.size": 7,
    "axes.titlesize": 8,
    "axes.labelsize": 7.5,
    "xtick.labelsize": 7,
    "ytick.labelsize": 7,
    "xtick.major.size": 2.5,
    "ytick.major.size": 2.5,
    "legend.fontsize": 7,
    "legend.title_fontsize": 7,
    "legend.frameon": True,
    "legend.fancybox": False,
    "legend.framealpha": 0.8,
    "legend.edgecolor": "none",
    "lines.linewidth": 1.3,
    "lines.markersize": 4,
}
"""The same at the size at which journals print."""
_EVERY_FILE: dict[Any, Any] = {"svg.hashsalt": "mendsim", "pdf.fonttype": 42}
"""Ids of an SVG that are the same each time; text of a PDF that stays text."""
_UNDATED: dict[str, dict[str, Any]] = {".png": {}, ".pdf": {"CreationDate": None}, ".svg": {"Date": None}}

P = ParamSpec("P")
T = TypeVar("T")


@contextmanager
def applied() -> Iterator[None]:
    """Use the style for what is drawn inside the block."""
    with mpl.rc_context(_RC):
        yield


@contextmanager
def for_print() -> Iterator[None]:
    """Use the style for what is drawn inside the block, at the size of print."""
    with mpl.rc_context(_PRINT):
        yield


def styled(draw: Callable[P, T]) -> Callable[P, T]:
    """Let a function draw in the style for print, whoever calls it."""

    @wraps(draw)
    def drawn(*args: P.args, **options: P.kwargs) -> T:
        with for_print():
            return draw(*args, **options)

    return drawn


def figure(width_in: float, height_in: float) -> Figure:
    """Make a figure without global state, so that pictures can be made in any thread and without a display."""
    return Figure(figsize=(width_in, height_in), layout="constrained")


def axes_or_new(ax: Axes | None, width_in: float = 6.0, height_in: float = 4.5) -> Axes:
    """Return the given axes, or the only axes of a new figure."""
    return figure(width_in, height_in).add_subplot() if ax is None else ax


def heading(figure: Figure, text: str, size: float = 13.0) -> None:
    """Write a heading over a figure as it stands: signs of dollar in it are no mathematics.

    One that is too wide goes on in further lines, for which the figure grows.
    """
    letters = max(12, int(_LETTERS_PER_IN * figure.get_figwidth() * 13.0 / size))
    lines = [line for part in text.split("\n") for line in textwrap.wrap(part, letters) or [""]]
    further = len(lines) - len(text.split("\n"))
    figure.set_figheight(figure.get_figheight() + _LINE_IN * further * size / 13.0)
    figure.suptitle(plain("\n".join(lines)), fontsize=size, fontweight="bold")


def plain(text: str) -> str:
    """Keep matplotlib from reading mathematics between signs of dollar in what a user wrote."""
    return text.replace("$", r"\$")


def note(ax: Axes, text: str) -> None:
    """Say in small letters over the right end of axes what their bands and whiskers are."""
    ax.set_title(text, loc="right", fontsize="small", fontweight="normal", color=MUTED)


def legend_below(ax: Axes, handles: Sequence[Artist] | None = None, *, gap: float, columns: int) -> None:
    """Name many things below axes of one column, in letters that fit.

    Parameters
    ----------
    ax : axes to draw on.
    handles : what is named; all that has a label if not given.
    gap : distance from the axes, in their heights.
    columns : number of columns.
    """
    look: dict[str, Any] = {"fontsize": "small", "columnspacing": 1.0, "handletextpad": 0.5}
    look |= {} if handles is None else {"handles": handles}
    ax.legend(loc="upper center", bbox_to_anchor=(0.45, -gap), ncols=columns, borderaxespad=0.0, **look)


def means(
    ax: Axes,
    x: ArrayLike,
    y: ArrayLike,
    *,
    x_ends: ArrayLike | None = None,
    y_ends: ArrayLike | None = None,
    aside_pt: float = 0.0,
    **look: Any,
) -> None:
    """Draw means as marks, joined or not, and whiskers to the ends of their intervals, where these are known.

    Parameters
    ----------
    ax : axes to draw on.
    x, y : means, ``(n,)``.
    x_ends, y_ends : ends of the intervals, ``(n, 2)``; not a number where they are not known.
    aside_pt : how far to the right they are drawn, so that whiskers of several series do not cover each other.
    look : arguments of matplotlib's ``Axes.plot``.
    """
    place = ax.transData + ScaledTranslation(aside_pt / 72.0, 0.0, figure_of(ax).dpi_scale_trans)
    (line,) = ax.plot(x, y, markeredgecolor=BACKGROUND, markeredgewidth=0.4, zorder=3, **look)
    line.set_transform(place)  # only now: the limits of the axes come from the means themselves
    across, up = np.asarray(x, float), np.asarray(y, float)
    whisker: dict[str, Any] = {"color": look["color"], "linewidth": 0.9, "zorder": 2.5}
    for at, given, draw in ((across, y_ends, ax.vlines), (up, x_ends, ax.hlines)):
        ends = np.full((len(at), 2), np.nan) if given is None else np.asarray(given, float)
        known = np.isfinite(ends).all(axis=1)
        if known.any():  # whiskers of nothing would spoil a logarithmic axis
            draw(at[known], *ends[known].T, **whisker).set_transform(place)


def figure_of(ax: Axes) -> Figure | SubFigure:
    """Return the figure that holds the axes."""
    figure = ax.get_figure()
    if figure is None:
        raise ValueError("the axes belong to no figure")
    return figure


def drug_colours() -> Colormap:
    """Colours of a concentration from little to much, white where there is no tissue."""
    return ordered_map().with_extremes(bad=BACKGROUND)


def ordered_map() -> Colormap:
    """Colours of an amount that has no colours of its own, from dark to light."""
    return mpl.colormaps[_ORDERED_MAP]


def amount_map() -> Colormap:
    """Colours of an amount on a light ground, from none to much."""
    return mpl.colormaps[_AMOUNT_MAP]


def ordered_colours(count: int) -> list[tuple[float, ...]]:
    """Colours of an ordered series, from dark to light, so that their order shows in grey too."""
    return [tuple(colour) for colour in ordered_map()(np.linspace(*_ORDERED_SPAN, count))]


def line_of(number: int) -> dict[str, Any]:
    """Colour and dashes of a series by its number, from 0."""
    return {"color": SERIES_COLOURS[number], "linestyle": SERIES_LINES[number]}


def check_count(count: int, what: str) -> None:
    """Refuse more series than can be told apart.

    Raises
    ------
    InputError : more than there are colours.
    """
    if count > len(SERIES_COLOURS):
        raise InputError(f"too many {what} to tell apart", value=count, allowed=f"up to {len(SERIES_COLOURS)}")


def save(picture: Figure, path: Path, *, dpi: float = DPI) -> Path:
    """Write a picture as PNG, PDF or SVG by the ending of its name, the same bytes each time, and return its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    ending = path.suffix.lower()
    with mpl.rc_context(_EVERY_FILE), written_whole(path) as stream:
        picture.savefig(stream, format=ending[1:], dpi=dpi, metadata=_UNDATED[ending])
    return path
