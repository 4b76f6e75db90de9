"""Sizes that are only drawn are the same in every picture and export."""

import tomllib
from pathlib import Path

import pytest

from mendsim.analysis import drawn_anatomy, stain_cells, stain_follicles


def test_every_size_has_a_unit_and_a_source():
    text = Path(drawn_anatomy.__file__).with_name("drawn_anatomy.toml").read_text(encoding="utf-8")
    entries = [entry for group in tomllib.loads(text).values() for entry in group.values()]
    assert len(entries) == len(drawn_anatomy.drawn())
    for entry in entries:
        assert set(entry) == {"value", "unit", "source"}
        assert entry["value"] > 0
        assert entry["unit"] in ("um", "1")


def test_hairs_and_cells_of_slides_are_those_of_the_file():
    assert drawn_anatomy.hair_radius_um(terminal=True) == stain_follicles._SHAFT_UM == 27.0
    assert drawn_anatomy.hair_radius_um(terminal=False) == pytest.approx(9.72)
    assert stain_cells._BODY_UM == ((9.0, 2.0), (11.0, 3.2), (15.0, 4.2), (3.2, 3.0))
    assert drawn_anatomy.fibroblast_ball_um("apoptotic") ** 3 == pytest.approx(3.2 * 3.0**2)
