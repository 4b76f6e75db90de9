"""Readers with any common colour deficiency must be able to tell apart what lies side by side in a section."""

from itertools import combinations

import numpy as np
import pytest
from colorspacious import cspace_convert, deltaE
from matplotlib.colors import to_rgb

from mendsim.abm.observables import CELL_KIND, TISSUE
from mendsim.analysis import section_image, style
from mendsim.analysis.style import CELL_COLOURS, SERIES_COLOURS, SERIES_LINES, SERIES_MARKERS, TISSUE_COLOURS
from mendsim.analysis.vessel_look import KIND_COLOURS

# Complete deficiency by Machado, Oliveira, Fernandes 2009, doi:10.1109/TVCG.2009.113, as colorspacious has it.
VISION = {"normal": "sRGB1"} | {
    name: {"name": "sRGB1+CVD", "cvd_type": name, "severity": 100}
    for name in ("deuteranomaly", "protanomaly", "tritanomaly")
}
SEEN = 10.0
"""Distance in CAM02-UCS that is plain at a glance; about 1 is just noticeable."""
GREY = 8.0
"""Difference in CIE lightness that shows in grey."""


def closest(colours, vision):
    pairs = combinations([np.array(to_rgb(colour)) for colour in colours], 2)
    return min(float(deltaE(a, b, input_space=VISION[vision])) for a, b in pairs)


@pytest.mark.parametrize("vision", VISION)
def test_the_layers_can_be_told_apart(vision):
    names = [name for name in TISSUE_COLOURS if name not in ("air", "hypodermis")]
    assert closest([TISSUE_COLOURS[name] for name in names], vision) > SEEN


@pytest.mark.parametrize("vision", VISION)
def test_the_cells_of_the_dermis_can_be_told_apart(vision):
    cells = [CELL_COLOURS[name] for name in ("fibroblast", "activated fibroblast", "myofibroblast", "T cell")]
    assert closest([TISSUE_COLOURS["dermis"], *cells], vision) > SEEN


@pytest.mark.parametrize("vision", VISION)
def test_the_lines_of_a_panel_can_be_told_apart(vision):
    assert closest(SERIES_COLOURS, vision) > SEEN


@pytest.mark.parametrize("vision", VISION)
def test_kinds_of_vessels_and_the_days_of_a_profile_can_be_told_apart(vision):
    assert closest(KIND_COLOURS.values(), vision) > SEEN
    for count in range(2, 7):
        assert closest(style.ordered_colours(count), vision) > SEEN


def test_series_can_be_told_apart_in_grey():
    """By dashes and marks, of which each series has its own; an ordered series by its lightness, which rises."""
    assert len(set(SERIES_LINES)) == len(set(SERIES_MARKERS)) == len(set(SERIES_COLOURS)) == len(SERIES_COLOURS)
    for count in range(2, 7):
        lightness = [cspace_convert(to_rgb(colour), "sRGB1", "CIELab")[0] for colour in style.ordered_colours(count)]
        assert min(np.diff(lightness)) > GREY


def test_the_distance_is_that_of_machado():
    """Red against green is far for most eyes, and near for those without the cone of green."""
    assert closest(["#d03030", "#4c8c30"], "normal") > 2.5 * closest(["#d03030", "#4c8c30"], "deuteranomaly")


def test_the_codes_are_those_of_the_model():
    assert {section_image.TISSUE_CLASSES[TISSUE[name]] for name in ("air", "dermis", "hypodermis", "clot")} == {
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
    assert {CELL_KIND[name]: label for name, label in kinds.items()} == section_image.CELL_CLASSES
