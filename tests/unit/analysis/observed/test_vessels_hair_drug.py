"""T cells, vessels, oxygen, follicles and drugs: against the numbers that made the run."""

from __future__ import annotations

import numpy as np
import pytest

from mendsim.analysis import observe
from mendsim.common.errors import InputError

from .conftest import DRUG


def test_t_cells_are_counted_by_depth_and_kind(known):
    cells = observe(known, "t_cells_by_depth").sel(day=2.0)
    assert cells.sel(depth_um=125.0).to_series().to_dict() == {"all": 2.0, "autoreactive": 0.0, "cd8": 1.0}
    assert cells.sel(depth_um=325.0).to_series().to_dict() == {"all": 1.0, "autoreactive": 1.0, "cd8": 1.0}
    assert float(cells.sel(cells="all").sum()) == 3


def test_vessels_are_spread_over_their_depths(known):
    length = observe(known, "vessels_by_depth").sel(day=0.0)
    area_mm2 = 0.6 * 0.3  # of the slab
    flowing = length.sel(vessels="with flow")
    assert flowing.sel(depth_um=[25.0, 75.0]).to_numpy() == pytest.approx([0.05 / area_mm2] * 2)
    assert float(flowing.sum()) == pytest.approx(0.1 / area_mm2)
    assert float(length.sel(vessels="without flow", depth_um=225.0)) == pytest.approx(0.2 / area_mm2)


def test_oxygen_and_what_is_short_of_it(known):
    oxygen = observe(known, "oxygen_by_depth").sel(day=0.0)
    assert oxygen["oxygen_mmhg"].sel(depth_um=[110.0, 310.0]).to_numpy() == pytest.approx([40.0, 10.0])
    assert oxygen["hypoxic_fraction"].sel(depth_um=[110.0, 310.0]).to_numpy() == pytest.approx([0.0, 1.0])
    assert np.isnan(float(oxygen["oxygen_mmhg"].sel(depth_um=30.0)))


def test_follicles_are_counted_by_stage(known, untreated):
    hair = observe(known, "follicles_by_stage").sel(day=0.0)
    assert hair.to_series().to_dict() == {"anagen": 2.0, "catagen": 1.0, "telogen": 1.0, "kenogen": 0.0}
    with pytest.raises(InputError, match="no follicle"):
        observe(untreated, "follicles_by_stage")


def test_a_drug_is_told_by_layer_and_its_places_hold_the_dose(known):
    layers = observe(known, "drug_by_layer").sel(day=4.0)
    assert layers.to_series().to_dict() == {
        name: DRUG[name] for name in ("corneum", "epidermis", "channel", "dermis", "hypodermis")
    }
    balance = observe(known, "drug_balance").sel(day=4.0)
    assert float(balance.sum()) == DRUG["given"]


def test_a_drug_by_depth_is_a_mean_over_tissue(known):
    held = observe(known, "drug_by_depth").sel(day=1.0)
    assert float(held.sel(depth_um=110.0)) == pytest.approx(2.0 * 2 / 30)
    assert float(held.sel(depth_um=130.0)) == 0.0
    assert np.isnan(float(held.sel(depth_um=-10.0)))


def test_a_depot_has_depth_and_spread(known):
    depot = observe(known, "drug_depot")
    here = depot.sel(day=2.0)
    assert {name: pytest.approx(float(here[name])) for name in here.data_vars} == {
        "highest_ug_per_ml": 2.0,
        "depth_um": 130.0,
        "spread_depth_um": 20.0,
        "spread_along_um": 10.0,
    }
    assert np.isnan(depot["depth_um"].sel(day=0.0))  # nothing was there yet
    known["fields"]["drug"][:] = 0.0
    with pytest.raises(InputError, match="no snapshot of this run holds the drug"):
        observe(known, "drug_depot")
