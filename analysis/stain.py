"""A section as a pathologist sees it: stained, drawn from the cells and fields of a run.

Every part of the skin adds amounts of materials (nuclei, cytoplasm, collagen, ...) to each pixel; a stain says which
dyes a material takes up (`stains.toml`), and light that passes through falls exponentially with them, so that parts mix
as dyes do. Where cells stand, what they are, what they hold, how dense the collagen is and which way it runs comes from
the run. The size and shape of nuclei, granules and lamellae is drawn, with jitter by the id of the cell.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from mendsim.abm.tissue import TISSUE
from mendsim.analysis import (
    stain_cells,
    stain_dermis,
    stain_epidermis,
    stain_follicles,
    stain_polarised,
    stain_vessels,
    store,
)
from mendsim.analysis.section_axes import Window
from mendsim.analysis.stain_data import Polarised, Stain, seen, stain_of
from mendsim.analysis.stain_sheet import Image, Sheet
from mendsim.common.errors import InputError

_COMPARTMENTS = ("air", "living", "corneum", "debris", "dermis", "clot", "fat")
_SHARPNESS = 3
"""How sharply one compartment gives way to the next: their weights are squared this many times."""
_TRACE = 0.003
"""Share of a pixel below which a compartment is not drawn."""
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
_LEUKOCYTES = ("macrophages", "neutrophils")


def stained(run: xr.DataTree, day: float, window: Window, *, stain: str = "he", pixels_per_um: float = 2.0) -> Image:
    """Draw part of a section as an image of stained tissue.

    Parameters
    ----------
    run : a run from `mendsim.analysis.open_run`.
    day : the nearest snapshot is drawn.
    window : left, right, top and bottom of the part to draw [um].
    stain : name of a stain, one of `mendsim.analysis.stain_data.stains`.
    pixels_per_um : resolution.

    Returns
    -------
    Red, green and blue from 0 to 1, shape ``(rows, columns, 3)``.

    Raises
    ------
    InputError
        If there is no such stain, or the skin is excised.
    """
    dyes = stain_of(stain)
    if not store.has_cells(run):
        raise InputError("nothing lives in excised skin that could be stained", allowed="a run of living skin")
    there = store.fields(run).data_vars
    section = store.snapshot(run, day, [*_FIELDS, *(name for name in _LEUKOCYTES if name in there)])
    x_um, depth_um = section["x_um"].to_numpy(), section["depth_um"].to_numpy()
    sheet = Sheet(window, pixels_per_um, float(x_um[0]), float(depth_um[0]), float(x_um[1] - x_um[0]))
    if isinstance(dyes, Polarised):
        return stain_polarised.between_polarisers(run, section, sheet, dyes, compartments(section, sheet))
    return seen(_density(run, day, section, sheet, dyes))


def compartments(section: xr.Dataset, sheet: Sheet) -> dict[str, Image]:
    """Share of each compartment in every pixel, each ``(rows, columns)``; they add up to one."""
    tissue, kind = section["tissue"].to_numpy(), section["cell_kind"].to_numpy()
    bare = kind == 0
    masks: tuple[NDArray[np.bool_], ...] = (
        bare & (tissue <= TISSUE["epidermis"]),
        (kind > 0) & (kind < stain_epidermis.CORNEOCYTE),
        kind == stain_epidermis.CORNEOCYTE,
        kind == stain_epidermis.DEBRIS,
        bare & (tissue == TISSUE["dermis"]),
        bare & (tissue == TISSUE["clot"]),
        bare & stain_dermis.is_fat(section),
    )
    weights = sheet.sampled(np.stack(masks), order=1)
    for _ in range(_SHARPNESS):
        weights *= weights
    weights /= weights.sum(axis=0)
    return dict(zip(_COMPARTMENTS, weights, strict=True))


def _density(run: xr.DataTree, day: float, section: xr.Dataset, sheet: Sheet, stain: Stain) -> Image:
    """Optical density of every pixel, ``(rows, columns, 3)``."""
    share = compartments(section, sheet)
    under = share["dermis"] + share["clot"] + share["fat"]
    slide = _Slide(stain, sheet)
    vessels = stain_vessels.vessels(run, day, sheet, stain.antigen)
    if vessels is not None:
        inside = share["dermis"] + share["fat"]
        slide.lay(vessels.materials, inside, 0)
        for name in ("dermis", "fat"):
            share[name] = share[name] * (1.0 - vessels.share)
    follicles = stain_follicles.follicles(run, day, section, sheet)
    if follicles is not None:
        slide.density *= 1.0 - follicles[0]
        slide.lay(follicles[1], np.float32(1.0), 0)
        share = {name: each * (1.0 - follicles[0]) for name, each in share.items()}
    cells = stain_epidermis.cells_of(run, day, section)
    intact = stain_dermis.intact_collagen(run)
    for where, draw in (
        (share["dermis"], lambda part: stain_dermis.fibres(section, part, intact).materials()),
        (share["clot"], stain_dermis.clot),
        (share["fat"], stain_dermis.fat),
        (
            share["dermis"] + share["clot"] + share["fat"],
            lambda part: stain_cells.dermal_cells(run, day, section, part, stain.antigen),
        ),
        (under, lambda part: stain_cells.t_cells(run, day, part, stain.antigen)),
        (share["living"], lambda part: stain_epidermis.living(cells, section, part, stain.antigen)),
        (share["debris"], lambda part: stain_epidermis.debris(cells, section, part)),
        (share["corneum"] + share["air"], lambda part: stain_epidermis.corneum(cells, section, part)),
    ):
        rows = np.flatnonzero((where > _TRACE).any(axis=1))
        if len(rows):
            first, last = int(rows[0]), int(rows[-1]) + 1
            slide.lay(draw(sheet.rows(first, last)), where[first:last], first)
    return np.moveaxis(slide.density, 0, -1)


class _Slide:
    """Optical density of a slide, ``(3, rows, columns)``, as parts are laid on it."""

    def __init__(self, stain: Stain, sheet: Sheet):
        self.stain = stain
        self.density = np.zeros((3, *sheet.shape), np.float32)

    def lay(self, materials: Mapping[str, Image], share: Image | np.float32, first_row: int) -> None:
        """Add materials in a share of the pixels of some rows."""
        for name, amount in materials.items():
            absorption = self.stain.absorption[self.stain.materials.index(name)]
            if not absorption.any():
                continue
            there = amount * share
            for channel, density in enumerate(absorption):
                self.density[channel, first_row : first_row + len(there)] += density * there
