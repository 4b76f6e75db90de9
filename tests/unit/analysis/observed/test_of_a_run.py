"""What is read from snapshots of a real run adds up to the time series that the model recorded."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from mendsim import analysis, scenarios
from mendsim.analysis import observe, profiles

HOURS = ("0 h", "1 h", "3 h")
"""Untouched skin, the fresh wound, two hours later."""


@pytest.fixture(scope="module", params=["section", "block"])
def cut(request, tmp_path_factory) -> xr.DataTree:
    """A narrow punch after an hour, in a section or a block."""
    values = {
        "events.0.at": "1 h",
        "events.0.diameter": "100 um",
        "events.0.depth": "200 um",
        "follow_up": "3 h",
        "lattice.width": "0.4 mm",
        "lattice.depth": "0.6 mm",
        "save.snapshots": list(HOURS),
        "save.series_every": "1 h",
    }
    if request.param == "block":
        values["lattice.length"] = "0.15 mm"
    path = tmp_path_factory.mktemp("cut") / "run"
    scenarios.run(scenarios.load("punch_wound").with_values(values), path, seed=2)
    return analysis.open_run(path)


def at_the_end(run: xr.DataTree, name: str) -> float:
    return float(observe(run, name)[-1])


def test_profiles_add_up_to_the_series(cut):
    last = {"day": -1}
    assert float(observe(cut, "vessels_by_depth").sel(vessels="with flow").isel(last).sum()) == pytest.approx(
        at_the_end(cut, "perfused_vessel_length_mm_per_mm2")
    )
    assert float(observe(cut, "t_cells_by_depth").sel(cells="all").isel(last).sum()) == at_the_end(cut, "t_cell_count")
    living = observe(cut, "fibroblasts_by_depth").drop_sel(state="apoptotic")
    assert float(living.isel(last).sum()) == at_the_end(cut, "fibroblast_count")


def test_means_over_the_dermis_are_those_of_the_series(cut):
    dermis = profiles.intact_dermis(cut)
    for field, series in (("collagen_1", "collagen_1_mg_per_ml"), ("tgf_beta1", "tgf_beta1_ng_per_ml")):
        mean = observe(cut, f"{field}_map").isel(day=-1).where(dermis).mean()
        assert float(mean) == pytest.approx(at_the_end(cut, series), rel=1e-5)
    sunk = observe(cut, "surface_depression").isel(day=-1)
    assert 1e-3 * float(sunk.mean()) == pytest.approx(at_the_end(cut, "scar_volume_mm3_per_mm2"), rel=1e-5)


def test_without_a_snapshot_of_untouched_skin_the_dermis_is_nearly_the_same(cut):
    whole, late = profiles.intact_dermis(cut), cut.copy()
    late["fields"] = cut["fields"].to_dataset().isel(snapshot=[1, 2])
    table = cut["vessels"].to_dataset()
    late["vessels"] = table.isel(row=np.flatnonzero(table["snapshot_index"] > 0))
    wrong = profiles.intact_dermis(late) != whole
    assert int(wrong.sum()) < 0.02 * int(whole.sum())


def test_what_was_cut_out_is_as_wide_and_deep_as_asked(cut):
    zones = observe(cut, "zone_sizes")
    assert zones["channel_depth_um"].item() == 200.0
    removed = observe(cut, "ablated").isel(session=0)
    opened = (removed > 0.5).any("depth_um")
    assert observe(cut, "coverage")["opened_fraction"].item() == pytest.approx(float(opened.mean()))
    near = observe(cut, "damage_by_distance").isel(session=0).sel(process="vessel_coagulation")
    assert near.sel(distance_um=10.0).item() == pytest.approx(1.0)
    assert near.sel(distance_um=90.0).item() == 0.0
