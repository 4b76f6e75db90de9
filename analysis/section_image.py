"""A section as classes: which compartment or layer fills each site."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.colors import to_rgb
from numpy.typing import NDArray

from mendsim.abm.tissue import CELL_KIND, TISSUE
from mendsim.analysis.style import TISSUE_COLOURS

CLASSES = tuple(TISSUE_COLOURS)
"""Names of the classes; a class image holds indices into it."""

TISSUE_CLASSES = {
    TISSUE["air"]: "air",
    TISSUE["epidermis"]: "spinous layer",
    TISSUE["dermis"]: "dermis",
    TISSUE["hypodermis"]: "hypodermis",
    TISSUE["clot"]: "clot",
}
CELL_CLASSES = {
    CELL_KIND["basal"]: "basal layer",
    CELL_KIND["spinous"]: "spinous layer",
    CELL_KIND["granular"]: "granular layer",
    CELL_KIND["corneocyte"]: "stratum corneum",
    CELL_KIND["debris"]: "dead cells (debris)",
}
"""Class of each code of the ``tissue`` and ``cell_kind`` fields; a cell covers the compartment it lies in."""


def class_image(section: xr.Dataset) -> NDArray[np.int64]:
    """Class of each site, from the ``tissue`` and ``cell_kind`` of a section with dims ``(z, x)``."""
    tissue, kind = section["tissue"].to_numpy(), section["cell_kind"].to_numpy()
    image = np.zeros(tissue.shape, np.int64)
    for field, names in ((tissue, TISSUE_CLASSES), (kind, CELL_CLASSES)):
        for code, name in names.items():
            image[field == code] = CLASSES.index(name)
    return image


def paint(image: NDArray) -> NDArray[np.float64]:
    """Colours of a class image, shape ``(nz, nx, 3)``."""
    palette = np.array([to_rgb(colour) for colour in TISSUE_COLOURS.values()])
    return palette[image.astype(int)]
