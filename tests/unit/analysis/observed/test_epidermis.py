"""Closing of zones, MENDs, melanin and what is drained: against the numbers that made the run."""

from __future__ import annotations

import numpy as np
import pytest

from mendsim.analysis import observe
from mendsim.common.errors import InputError


def test_each_zone_closes_at_its_hour(known):
    closed = observe(known, "zone_closing")
    assert closed["closed_h"].to_numpy() == pytest.approx([24.0, 72.0])
    assert closed["x_um"].to_numpy() == pytest.approx([150.0, 450.0])


def test_the_open_area_is_that_of_the_zones_still_open(known):
    area = observe(known, "open_area")
    assert area["day"].to_numpy() == pytest.approx([1.0, 2.0, 4.0])
    assert area.to_numpy() == pytest.approx([12 / 60, 6 / 60, 0.0])


def test_mends_have_their_days_and_sizes(known):
    mends = observe(known, "mends")
    assert list(mends["mend"].to_numpy()) == [1, 2]  # the third grew into the first
    assert mends["covered_day"].to_numpy() == pytest.approx([0.5, 1.0])
    assert mends["shed_day"].to_numpy() == pytest.approx([3.0, np.nan], nan_ok=True)
    assert mends["melanin_shed_pg"].to_numpy() == pytest.approx([75.0, 0.0])


def test_the_depth_of_each_mend_is_a_column(known):
    depth = observe(known, "mend_depth")
    assert depth["day"].to_numpy() == pytest.approx([1.0, 2.0, 4.0])
    assert depth.sel(mend=1).to_numpy() == pytest.approx([30.0, 10.0, -10.0])
    assert depth.sel(mend=2).to_numpy() == pytest.approx([30.0, np.nan, 20.0], nan_ok=True)


def test_melanin_lies_where_its_cells_are(known):
    melanin = observe(known, "melanin_by_depth").sel(day=0.0)
    area_mm2 = 0.6 * 0.02
    assert float(melanin.sel(depth_um=50.0)) == pytest.approx(30 * 2.0 / area_mm2)
    assert float(melanin.sum()) == pytest.approx(60.0 / area_mm2)


def test_what_is_drained_is_told_by_matter(known, untreated):
    drained = observe(known, "eliminated_debris").sel(day=4.0)
    assert drained.to_series().to_dict() == {"fragments": 2.0, "elastotic": 3.0, "particles": 0.5}
    with pytest.raises(InputError, match="does not record what drains"):
        observe(untreated, "eliminated_debris")
