"""Stained dermis: bundles of fibres along their direction, coagulated collagen, clot and fat."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from mendsim.analysis import stain_kernels, store
from mendsim.analysis.stain_sheet import Image, Sheet, hashed, step

_DERMIS, _BED = 2, 2
"""Code of the dermis in ``tissue``, and the lowest code of what lies under epidermis."""
_FILLED = 0.95
"""Share of intact dermis that fibres cover in a slide; the rest is clefts."""
_FINE_UM, _COARSE_UM = (2.2, 14.0), (5.2, 36.0)
"""Width of fibres and half their length: papillary ones and those of new matrix, and bundles of reticular dermis."""
_RETICULAR_UM = (130.0, 260.0)
"""Depths between which papillary dermis gives way to reticular; the run has no border."""
_WEAVE_UM = (34.0, 24.0)
"""Size along the surface and along depth of stretches in which bundles keep their own direction ..."""
_BUNDLE_UM = (9.0, 60.0)
"""... and width and half the length of those that lie over others."""
_PATCH_UM = 30.0
"""Width over which directions are averaged: the run weaves dermis of patches 50 um wide, a slide of bundles."""
_NEW = (1.5, 3.0)
"""Share of collagen III over that of intact dermis between which bundles are drawn as fine new fibres."""
_FAT_CELL_UM = 62.0


@dataclass(frozen=True, kw_only=True)
class Fibres:
    """Collagen at every pixel, each ``(rows, columns)``.

    Attributes
    ----------
    under_rad, over_rad : direction of fibres in bundles below and above, from the x axis towards depth.
    above : share of the pixel in which the upper bundle is seen.
    whole : intact fibre, about 1 in the middle of a bundle.
    denatured, fragments : what heat denatured and what was cut, against intact dermis.
    ground : matrix between the bundles.
    packing : how thick and tight fibres are, 0 to 1: collagen I against III, and how dense.
    """

    under_rad: Image
    over_rad: Image
    above: Image
    whole: Image
    denatured: Image
    fragments: Image
    ground: Image
    packing: Image

    def materials(self) -> dict[str, Image]:
        """Amounts of what stains."""
        return {
            "collagen": self.whole,
            "denatured": self.denatured,
            "fragments": self.fragments,
            "ground": self.ground,
        }


@dataclass(frozen=True)
class Intact:
    """Collagen of untouched dermis.

    Attributes
    ----------
    mg_per_ml : usual density of collagen I and III.
    share_3 : usual share of collagen III.
    """

    mg_per_ml: float
    share_3: float


def intact_collagen(run: xr.DataTree) -> Intact:
    """Collagen of the dermis of the first snapshot: the median of its sites that hold any."""
    first = store.fields(run)[["tissue", "collagen_1", "collagen_3"]].isel(snapshot=0)
    dermis = first["tissue"].to_numpy() == _DERMIS
    kinds = [first[name].to_numpy()[dermis] for name in ("collagen_1", "collagen_3")]
    density = kinds[0] + kinds[1]
    some = density > 0
    if not some.any():
        return Intact(1.0, 0.2)
    return Intact(float(np.median(density[some])), float(np.median(kinds[1][some] / density[some])))


def fibres(section: xr.Dataset, sheet: Sheet, intact: Intact) -> Fibres:
    """Lay out the collagen of the dermis.

    Bundles cross each other at angles at which their order is that of the run. Those of reticular dermis are coarse;
    those of papillary dermis, and of matrix rich in collagen III, are fine.
    """
    bed = section["tissue"].to_numpy() >= _BED
    names = ("collagen_1", "collagen_3", "denatured_collagen", "fragments")
    one, three, cooked, cut = (section[name].to_numpy().astype(np.float32) / intact.mg_per_ml for name in names)
    angle, order = section["orientation_rad"].to_numpy(), section["orientation_order"].to_numpy()
    tensor = [_averaged(order * way(2.0 * angle), bed, _PATCH_UM / sheet.spacing_um) for way in (np.cos, np.sin)]
    one, three, cooked, cut, cos, sin = sheet.sampled(np.stack([one, three, cooked, cut, *tensor]), bed)
    cut = np.clip(cut, 0.0, 1.0)
    held = np.clip(one + three, 0.0, 1.4)
    lost = np.clip(cooked / np.maximum(held + cooked, 1e-3), 0.0, 1.0) * np.clip(8.0 * cooked, 0.0, 1.0)
    under, over, above = _directions(cos, sin, sheet)
    angle = np.where(above > 0.5, over, under)
    share = three / np.maximum(one + three, 1e-3) / max(intact.share_3, 1e-3)
    coarse = step(sheet.z_um[:, None] + 25.0 * sheet.noise(60.0, 18), *_RETICULAR_UM) * (1.0 - step(share, *_NEW))
    bundles = _bundles(sheet, angle, coarse)
    fibrils = sheet.streaked(sheet.noise(1.5, 12), angle, 9.0)
    filled = _FILLED * np.clip(held + cooked, 0.0, 1.0) ** 0.4  # what is thin is both sparse ...
    fibre = step(bundles, 1.0 - filled - 0.05, 1.0 - filled + 0.07)
    fibre = fibre + lost * (0.95 * np.clip(2.0 * cooked, 0.0, 1.0) - fibre) * np.clip(2.0 * cooked, 0.0, 1.0)
    glassy = 0.96 + 0.10 * sheet.noise(9.0, 14) + 0.06 * sheet.noise(30.0, 19)
    shade = 1.0 + 0.15 * fibrils + 0.34 * (bundles - 0.5) + 0.08 * sheet.noise(30.0, 13)
    dense = np.clip((held - 0.25) / 0.75, 0.0, 1.0) * (1.0 - 0.55 * step(share, 1.0, _NEW[1]))
    return Fibres(
        under_rad=under,
        over_rad=over,
        above=above,
        whole=fibre * shade * (1.0 - lost) * np.clip(held, 0.0, 1.4) ** 0.6,  # ... and pale
        denatured=fibre * lost * glassy,
        fragments=cut * (0.45 + 0.3 * step(sheet.noise(0.9, 16), -0.8, 1.2)),
        ground=1.0 + 0.2 * sheet.noise(3.0, 17),
        packing=np.clip(dense * (0.40 + 0.25 * coarse) + 0.55 * (bundles - 0.5) + 0.10 * fibrils, 0.0, 1.0),
    )


def _averaged(values: NDArray, where: NDArray[np.bool_], sites: float) -> NDArray[np.float32]:
    """Average over neighbouring sites, by a bell of a width given in sites."""
    total, weight = (gaussian_filter(part.astype(np.float32), sites) for part in (values * where, where))
    average: NDArray[np.float32] = total / np.maximum(weight, 1e-3)
    return average


def _bundles(sheet: Sheet, angle: Image, coarse: Image) -> Image:
    """Height of bundles over the clefts between them, even from 0 to 1."""
    kinds = []
    for (width, half), purpose in ((_FINE_UM, 11), (_COARSE_UM, 10)):
        streaks = sheet.streaked(sheet.noise(width, purpose), angle, half, 0.5 * width)
        kinds.append(_even(streaks))
    mixed: Image = kinds[0] + coarse * (kinds[1] - kinds[0])
    return mixed


def _directions(cos: Image, sin: Image, sheet: Sheet) -> tuple[Image, Image, Image]:
    """Directions of bundles below and above [rad], and share of those above.

    ``cos`` and ``sin`` are means of those of twice the angle. Bundles lie up to ``spread / 2`` off the mean direction,
    evenly, which gives an order of ``sin(spread) / spread``.
    """
    mean: Image = 0.5 * np.arctan2(sin, cos)
    parallel = np.clip(np.hypot(cos, sin), 0.0, 1.0)
    off = 0.5 * np.interp(-parallel, -_ORDER, _SPREAD_RAD).astype(np.float32)
    under, over = (mean + off * (2.0 * _even(sheet.waves(_WEAVE_UM, purpose)) - 1.0) for purpose in (15, 26))
    width, half = _BUNDLE_UM
    above = step(sheet.streaked(sheet.noise(width, 27), over, half, 0.5 * width), -0.12, 0.12)
    crimp = 0.30 * (1.0 - parallel) * sheet.noise(13.0, 28)
    return under + crimp, over + crimp, above


_SPREAD_RAD = np.linspace(0.0, np.pi, 64)
_ORDER = np.sinc(_SPREAD_RAD / np.pi)


def _even(values: Image) -> Image:
    """Turn normal values into ones that are even from 0 to 1 (Page 1977 doi:10.2307/2346872)."""
    even: Image = 0.5 * (1.0 + np.tanh(np.sqrt(2.0 / np.pi) * values * (1.0 + 0.044715 * values * values)))
    return even


def clot(sheet: Sheet) -> dict[str, Image]:
    """Clot: a mesh of fibrin with red cells in it."""
    coarse, fine = np.abs(sheet.noise(7.0, 21)), np.abs(sheet.noise(3.5, 22))
    mesh = np.maximum(step(0.30 - coarse, 0.0, 0.25), 0.7 * step(0.30 - fine, 0.0, 0.25))
    red = step(sheet.noise(4.6, 23), 0.42, 0.62) * (0.85 + 0.15 * sheet.noise(1.6, 24))
    return {"fibrin": mesh * (1.0 - 0.6 * red), "serum": 1.0 + 0.2 * sheet.noise(12.0, 25), "red_cells": red}


def fat(sheet: Sheet) -> dict[str, Image]:
    """Fat: empty cells with thin walls, for what they held is dissolved when a slide is made."""
    left, top = sheet.window[0] - 3.0 * _FAT_CELL_UM, sheet.window[2] - 3.0 * _FAT_CELL_UM
    first_x, first_z = int(np.floor(left / _FAT_CELL_UM)), int(np.floor(top / _FAT_CELL_UM))
    count_x = int(np.ceil((sheet.window[1] - left) / _FAT_CELL_UM)) + 4
    count_z = int(np.ceil((sheet.window[3] - top) / _FAT_CELL_UM)) + 4
    iz, ix = np.mgrid[0:count_z, 0:count_x]
    ids = (ix + first_x + (1 << 20)) * (1 << 22) + (iz + first_z + (1 << 20))
    point_x, point_z = ((at + 0.15 + 0.7 * hashed(ids, k)).astype(np.float32) for at, k in ((ix, 71), (iz, 72)))
    x, z = sheet.bent
    wall = np.empty(sheet.shape, np.float32)
    stain_kernels.cell_walls(
        (x - np.float32(first_x * _FAT_CELL_UM)).astype(np.float32),
        (z - np.float32(first_z * _FAT_CELL_UM)).astype(np.float32),
        point_x,
        point_z,
        _FAT_CELL_UM,
        wall,
    )
    return {"fat": 1.0 - step(wall, 0.5, max(1.6, 0.9 / sheet.pixels_per_um))}


def is_fat(section: xr.Dataset) -> NDArray[np.bool_]:
    """Sites of the section that are hypodermis."""
    return section["tissue"].to_numpy() == _DERMIS + 1
