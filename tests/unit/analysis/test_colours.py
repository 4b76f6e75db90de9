"""Readers with any common colour deficiency must be able to tell apart what lies side by side in a section."""

from itertools import combinations

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from mendsim.abm.observables import CELL_KIND, TISSUE
from mendsim.analysis import section_image
from mendsim.analysis.style import CELL_COLOURS, SERIES_COLOURS, TISSUE_COLOURS

# Complete deficiency, linear RGB: Machado, Oliveira, Fernandes 2009, doi:10.1109/TVCG.2009.113, table 1.
DEFICIENCY = {
    "normal": "1 0 0  0 1 0  0 0 1",
    "protanopia": "0.152286 1.052583 -0.204868  0.114503 0.786281 0.099216  -0.003882 -0.048116 1.051998",
    "deuteranopia": "0.367322 0.860646 -0.227968  0.280085 0.672501 0.047413  -0.011820 0.042940 0.968881",
    "tritanopia": "1.255528 -0.076749 -0.178779  -0.078411 0.930809 0.147602  0.004733 0.691367 0.303900",
}
VISION = {name: np.array(rows.split(), float).reshape(3, 3) for name, rows in DEFICIENCY.items()}
TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
SEEN = 10.0
"""Distance in CIELAB (1976) that is plain at a glance; 2.3 is just noticeable."""


def lab(colour, vision):
    rgb = np.array(to_rgb(colour))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    xyz = TO_XYZ @ np.clip(VISION[vision] @ linear, 0, 1) / (TO_XYZ @ np.ones(3))
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def closest(colours, vision):
    return min((np.linalg.norm(lab(a, vision) - lab(b, vision)), a, b) for a, b in combinations(colours, 2))


@pytest.mark.parametrize("vision", VISION)
def test_the_layers_can_be_told_apart(vision):
    names = [name for name in TISSUE_COLOURS if name not in ("air", "hypodermis")]
    assert closest([TISSUE_COLOURS[name] for name in names], vision)[0] > SEEN


@pytest.mark.parametrize("vision", VISION)
def test_the_cells_of_the_dermis_can_be_told_apart(vision):
    cells = [CELL_COLOURS[name] for name in ("fibroblast", "activated fibroblast", "myofibroblast", "T cell")]
    assert closest([TISSUE_COLOURS["dermis"], *cells], vision)[0] > SEEN


@pytest.mark.parametrize("vision", VISION)
def test_the_lines_of_a_panel_can_be_told_apart(vision):
    assert closest(SERIES_COLOURS, vision)[0] > SEEN


def test_the_codes_are_those_of_the_model():
    assert {section_image.TISSUE[TISSUE[name]] for name in ("air", "dermis", "hypodermis", "clot")} == {
        "air",
        "dermis",
        "hypodermis",
        "clot",
    }
    kinds = {
        "basal": "basal layer",
        "spinous": "spinous layer",
        "granular": "granular layer",
        "corneocyte": "stratum corneum",
        "debris": "dead cells (debris)",
    }
    assert {CELL_KIND[name]: label for name, label in kinds.items()} == section_image.CELL_KIND
