"""The page that says how to add a drug, a device, an agent: what it says to write works as it stands there."""

from __future__ import annotations

import re
import runpy
import tomllib
from pathlib import Path

import numpy as np
import pytest

from mendsim import abm, scenarios
from mendsim.abm.drugs.drug import drug_of, resolved
from mendsim.abm.tissue import DERMIS
from mendsim.common.parameters import Parameters
from mendsim.thermal import fire_zone, library

PAGE = Path(__file__).parents[3] / "docs" / "development" / "extending.md"
NUMBERS = abm.load_parameters()


def added(file: str, folder: Path) -> Parameters:
    """Read a data file with what the page says to add to it."""
    blocks = re.findall(
        rf"^```toml\n# {re.escape(file)}\n(.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    whole = folder / Path(file).name
    whole.write_text("\n".join([(PAGE.parents[2] / file).read_text("utf-8"), *blocks]), encoding="utf-8")
    assert blocks
    assert tomllib.loads("\n".join(blocks))
    return Parameters.load(whole)


def test_a_drug_of_the_page_is_a_drug(tmp_path):
    library_with = added("abm/drugs.toml", tmp_path)
    drug = drug_of("tranexamic_acid", resolved("tranexamic_acid", (library_with,), NUMBERS))
    assert drug["molar_mass_g_per_mol"] == 157.2
    assert drug["corneum_permeability_cm_per_h"] > 0.0
    size = drug.actions["vegf_secretion"](np.array([0.0, 10.0, 1e9]))
    assert size == pytest.approx([1.0, 0.75, 0.5])


def test_a_device_of_the_page_fires(tmp_path):
    devices = added("thermal/devices.toml", tmp_path)
    numbers = Parameters(library.load_parameters().entries | devices.entries)
    zone = fire_zone("co2_10600_200um", energy_mj=20.0, parameters=numbers)
    narrow = fire_zone("co2_10600", energy_mj=20.0, spot_um=120.0, pulse_ms=20.0 / 30.0, parameters=numbers)
    assert 20 < zone.removed.any(axis=1).sum() < narrow.removed.any(axis=1).sum()


def test_an_agent_and_a_field_of_the_page_live(tmp_path):
    made = runpy.run_path(str(PAGE.with_name("mast_cells.py")))
    changes = {"lattice.width": "0.3 mm", "lattice.depth": "0.5 mm", "events.0.diameter": "100 um"}
    changes |= {"events.0.depth": "200 um", "follow_up": "4 h", "save.snapshots": ["4 h"]}
    skin = made["heal"](scenarios.load("punch_wound").with_values(changes))
    cells = skin.agents_by_type[made["MastCell"]]
    held = np.asarray(cells.get("granules"))
    assert held.min() < 0.5 < held.max() == 1.0
    assert skin.histamine.concentration.max() > 0.0
    again = made["MastSkin"](lattice=skin.lattice, site="cheek", phototype=2, seed=1)
    dermis_mm3 = np.count_nonzero(again.tissue.code == DERMIS) * (10e-3) ** 3
    assert len(cells) == round(made["PER_MM3"] * dermis_mm3)
    again.restore(skin.state())
    skin.step()
    again.step()
    assert np.array_equal(again.histamine.concentration, skin.histamine.concentration)
    assert np.array_equal(again.population(made["MastCell"])["granules"], skin.population(made["MastCell"])["granules"])
