"""What a session did: against the numbers that made the run."""

from __future__ import annotations

import numpy as np
import pytest

from mendsim.analysis import observe
from mendsim.common.errors import InputError


def test_zones_have_their_sizes_place_day_and_energy(known):
    zones = observe(known, "zone_sizes")
    assert zones["x_um"].to_numpy() == pytest.approx([150.0, 450.0])
    assert list(zones["zone"].to_numpy()) == [1, 2]
    for name, value in (("channel_depth_um", 100.0), ("coagulation_width_um", 80.0), ("day", 1.0), ("session", 1.0)):
        assert zones[name].to_numpy() == pytest.approx([value, value]), name
    assert zones["pulse_energy_mj"].to_numpy() == pytest.approx([20.0, 20.0])


def test_zones_of_a_wound_have_no_energy(known):
    known["injury"].attrs["record"] = '[{"kind": "punch"}]'
    assert np.isnan(observe(known, "zone_sizes")["pulse_energy_mj"]).all()
    assert np.isnan(observe(known, "coverage")["zones_per_cm2"]).all()


def test_coverage_counts_columns_and_all_passes(known):
    covered = observe(known, "coverage").isel(session=0)
    assert float(covered["zones"]) == 2
    assert float(covered["zones_per_cm2"]) == 800.0
    assert float(covered["treated_fraction"]) == pytest.approx(10 / 30)
    assert float(covered["opened_fraction"]) == pytest.approx(6 / 30)


def test_damage_has_a_map_for_each_process(known):
    maps = observe(known, "damage")
    assert maps.dims == ("session", "process", "depth_um", "y_um", "x_um")
    here = maps.sel(session=1, depth_um=110.0, y_um=10.0, x_um=210.0)  # 60 um from the axis
    assert here.to_series().to_dict() == {
        "keratinocyte_necrosis": 0.0,
        "fibroblast_necrosis": 1.0,
        "t_cell_apoptosis": 1.0,
        "vessel_coagulation": 0.0,
        "collagen_denaturation": 0.0,
        "heat_shock": 1.0,
    }


def test_maps_of_heat_are_those_of_the_store(known):
    assert float(observe(known, "peak_temperature").sel(session=1, depth_um=110.0, x_um=190.0).item()) == 94.0
    assert float(observe(known, "thermal_dose").sum()) == 5.0 * 10 * 6  # ten sites down, six columns
    assert float(observe(known, "ablated").sum()) == 5 * 6


def test_shells_end_where_each_process_does(known):
    shells = observe(known, "damage_by_distance").sel(session=1)
    table = shells.where(shells > 0.5).to_series().dropna().reset_index()
    ends = table.groupby("process")["distance_um"].max().to_dict()
    assert ends == {
        "keratinocyte_necrosis": 50.0,  # the bin that begins at 40
        "fibroblast_necrosis": 70.0,
        "t_cell_apoptosis": 90.0,
        "vessel_coagulation": 50.0,
        "collagen_denaturation": 30.0,
        "heat_shock": 110.0,
    }


def test_what_survives_is_counted_by_depth_and_by_layer(known):
    by_depth = observe(known, "survival_by_depth").sel(session=1)
    assert float(by_depth.sel(cell="fibroblast", depth_um=110.0)) == pytest.approx(16 / 30)
    assert float(by_depth.sel(cell="T cell", depth_um=110.0)) == pytest.approx(12 / 30)
    assert float(by_depth.sel(cell="fibroblast", depth_um=210.0)) == 1.0
    survived = observe(known, "survival").sel(session=1)
    assert float(survived["epidermis"]) == pytest.approx(20 / 30)
    assert float(survived["dermis"]) == pytest.approx(16 / 30)


def test_temperature_between_zones_is_that_of_each_pass(known):
    warm = observe(known, "temperature_between_zones")
    assert warm["between_c"].sel({"session": 1}).to_numpy() == pytest.approx([36.0, 41.0])
    assert float(warm["end_s"].sel({"session": 1, "pass": 2})) == 12.0
    known["injury"].attrs["record"] = '[{"kind": "punch"}]'
    with pytest.raises(InputError, match="no laser was fired"):
        observe(known, "temperature_between_zones")


def test_heat_falls_with_depth_and_bulbs_get_what_is_there(known):
    heat = observe(known, "heat_by_depth").sel(session=1)
    assert float(heat["hottest_c"].sel(depth_um=110.0)) == 134.0
    assert float(heat["dose_min"].sel(depth_um=110.0)) == 5.0
    assert float(heat["t_cells_killed"].sel(depth_um=110.0)) == pytest.approx(18 / 30)
    assert float(heat["hottest_c"].sel(depth_um=210.0)) == 34.0
    bulbs = observe(known, "heat_at_bulbs").sel(session=1)
    assert bulbs["bulb_depth_um"].to_numpy() == pytest.approx([190.0, 350.0])  # one of each place
    assert bulbs["hottest_c"].to_numpy() == pytest.approx([134.0, 34.0])
    assert bulbs["dose_min"].to_numpy() == pytest.approx([5.0, 0.0])
