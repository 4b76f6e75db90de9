"""Writing a plot to a file."""

from __future__ import annotations

from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from mendsim.analysis import style
from mendsim.common.errors import InputError, WriteError


def save(plot: Axes | Figure, path: str | Path, *, dpi: float = style.PRINT_DPI) -> Path:
    """Write a plot as PNG, PDF or SVG, by the ending of the name; the same bytes each time.

    Parameters
    ----------
    plot : a figure, or axes, of which the whole figure is written.
    path : the file; its folder is made, and a file that is there is replaced.
    dpi : dots to an inch of a PNG, and of what is made of dots in a PDF or SVG.

    Returns
    -------
    The path.

    Raises
    ------
    InputError : another kind of file.
    WriteError : it cannot be written.
    """
    place = Path(path)
    if place.suffix.lower() not in style.KINDS_OF_FILE:
        raise InputError("unknown kind of file", file=place, allowed=" or ".join(style.KINDS_OF_FILE))
    figure = plot if isinstance(plot, Figure) else plot.get_figure(root=True)
    if figure is None:
        raise InputError("these axes belong to no figure", file=place)
    try:
        return style.save(figure, place, dpi=dpi)
    except OSError as error:
        raise WriteError(f"cannot be written: {error.strerror or error}", file=place) from None
