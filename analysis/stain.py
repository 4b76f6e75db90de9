"""A section as a pathologist sees it: stained with haematoxylin and eosin, drawn from the cells and fields of a run.

Every layer adds amounts of haematoxylin (nuclei, violet), eosin (protein, pink) and melanin (brown) to each pixel;
light that passes through falls exponentially with them, so that layers mix as dyes do. Where cells stand, what they
are, how much melanin they hold, how dense the collagen is and which way it runs comes from the run. The size and shape
of nuclei, granules and lamellae is drawn, with jitter by the id of the cell.
"""

from __future__ import annotations

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from mendsim.analysis import stain_dermis, stain_epidermis, store
from mendsim.analysis.section_axes import Window
from mendsim.analysis.stain_sheet import Image, Sheet

_LIGHT = np.array([0.972, 0.965, 0.972])
"""Colour of the slide where there is no tissue."""
_DYES = np.array(
    [
        [0.5626, 0.7201, 0.4062],  # haematoxylin: reference of Macenko 2009 doi:10.1109/ISBI.2009.5193250
        [0.2159, 0.8012, 0.5581],  # eosin: the same
        [0.3800, 0.8500, 1.4000],  # melanin: absorbs ever more from red to blue
    ]
)
"""Natural optical density of red, green and blue light for a unit of each dye."""
_COMPARTMENTS = ("air", "living", "corneum", "debris", "dermis", "clot")
_SHARPNESS = 9.0
"""How sharply one compartment gives way to the next."""
_FIELDS = (
    "tissue",
    "cell_kind",
    "collagen_1",
    "collagen_3",
    "denatured_collagen",
    "fragments",
    "orientation_rad",
    "orientation_order",
)


def stained(run: xr.DataTree, day: float, window: Window, *, pixels_per_um: float = 2.0) -> Image:
    """Draw part of a section as an image of stained tissue.

    Parameters
    ----------
    run : a run from `mendsim.analysis.open_run`.
    day : the nearest snapshot is drawn.
    window : left, right, top and bottom of the part to draw [um].
    pixels_per_um : resolution.

    Returns
    -------
    Red, green and blue from 0 to 1, shape ``(rows, columns, 3)``.
    """
    section = store.snapshot(run, day, _FIELDS)
    x_um, depth_um = section["x_um"].to_numpy(), section["depth_um"].to_numpy()
    sheet = Sheet(window, pixels_per_um, float(x_um[0]), float(depth_um[0]), float(x_um[1] - x_um[0]))
    share = compartments(section, sheet)
    amounts = np.zeros((*sheet.places[0].shape, len(_DYES)))
    cells = stain_epidermis.cells_of(run, day, section)
    for dyes, where in (
        (stain_dermis.collagen(section, sheet, stain_dermis.intact_collagen(run)), share["dermis"]),
        (stain_dermis.clot(sheet), share["clot"]),
        (stain_dermis.nuclei(run, day, sheet), share["dermis"] + share["clot"]),
        (stain_epidermis.living(cells, section, sheet), share["living"]),
        (stain_epidermis.debris(cells, section, sheet), share["debris"]),
        (stain_epidermis.corneum(cells, section, sheet), share["corneum"] + share["air"]),
    ):
        amounts += where[..., None] * dyes
    return colours(amounts)


def key() -> dict[str, NDArray[np.float64]]:
    """Colour of what is told by its colour in a stained section, by name, for a legend."""
    amounts = {
        "nuclei": (1.3, 0.3, 0.0),
        "dead cells (debris)": (0.12, 0.98, 0.05),
        "melanin": (0.10, 0.10, 0.80),
        "collagen": (0.04, 0.60, 0.0),
        "denatured collagen": (0.27, 0.36, 0.0),
        "clot": (0.35, 0.90, 0.0),
    }
    return {name: colours(np.array(dyes)) for name, dyes in amounts.items()}


def compartments(section: xr.Dataset, sheet: Sheet) -> dict[str, Image]:
    """Share of each compartment in every pixel, each ``(rows, columns)``; they add up to one."""
    tissue, kind = section["tissue"].to_numpy(), section["cell_kind"].to_numpy()
    bare = kind == 0
    masks: tuple[NDArray[np.bool_], ...] = (
        bare & (tissue <= 1),
        (kind > 0) & (kind < stain_epidermis.CORNEOCYTE),
        kind == stain_epidermis.CORNEOCYTE,
        kind == stain_epidermis.DEBRIS,
        bare & ((tissue == 2) | (tissue == 3)),
        bare & (tissue == 4),
    )
    weights = [np.maximum(sheet.sampled(mask, order=1), 0.0) ** _SHARPNESS for mask in masks]
    total = np.sum(weights, axis=0)
    return {name: weight / total for name, weight in zip(_COMPARTMENTS, weights, strict=True)}


def colours(amounts: Image) -> Image:
    """Colour of light through amounts of haematoxylin, eosin and melanin, each ``(..., 3)``, by the law of Beer."""
    seen: Image = _LIGHT * np.exp(-np.maximum(amounts, 0.0) @ _DYES)
    return seen
