from __future__ import annotations

import math

import numpy as np
import pytest

from mendsim import thermal
from mendsim.common.errors import InputError
from mendsim.thermal.device import with_device
from mendsim.thermal.layers import FACE
from mendsim.thermal.summary import summarise

COARSE = {"spacing_um": 10.0}
ONE = {"energy_mj": 2.0, "spot_um": 120.0, "pulse_ms": 1.0, **COARSE}


@pytest.fixture(scope="module")
def grid():
    return thermal.zones("co2", energy_mj=[1, 3], spot_um=[100, 150, 200], pulse_ms=[0.2, 1], **COARSE)


def test_each_place_of_the_table_holds_its_own_zone(grid):
    assert dict(grid.sizes) == {"energy_mj": 2, "spot_um": 3, "pulse_ms": 2}
    for energy, spot, pulse in ((3, 100, 0.2), (1, 200, 1), (3, 150, 1)):
        alone = summarise(thermal.fire_zone("co2_10600", energy_mj=energy, spot_um=spot, pulse_ms=pulse, **COARSE))
        here = grid.sel(energy_mj=energy, spot_um=spot, pulse_ms=pulse)
        assert {name: float(here[name]) for name in alone} == alone
    assert len(np.unique(grid["coagulation_depth_um"])) == 12


def test_every_variable_has_a_unit_and_a_meaning(grid):
    with_laws = thermal.zones("co2", **ONE, laws="all")
    silent = [
        name
        for table in (grid, with_laws)
        for name, values in table.variables.items()
        if name != "law" and not (values.attrs["units"] and values.attrs["long_name"])
    ]
    assert silent == []
    assert grid["t_cell_apoptosis_depth_um"].attrs["long_name"] == "T cell apoptosis to Omega = 1, depth"
    assert grid.attrs["device"] == "co2_10600"
    assert grid.attrs["law_of_heat_shock"] == "heat_shock_dose"


def test_where_the_energy_went_adds_up_to_all_of_it(grid):
    shares = [grid[name] for name in grid.data_vars if name.startswith("energy_") and name != "energy_error"]
    np.testing.assert_allclose(sum(shares), 1.0, rtol=1e-9)
    np.testing.assert_allclose(grid["delivered_mj"].sel(energy_mj=3), 3.0)
    assert grid["energy_error"].max() < 1e-10


def test_the_shell_of_a_thermal_dose_lies_between_laws_of_a_lower_and_of_a_higher_dose():
    table = thermal.zones("er_glass_1550", energy_mj=4, spot_um=140, pulse_ms=4, **COARSE)
    for size in ("depth_um", "width_um"):
        lower, higher = table[f"t_cell_apoptosis_{size}"], table[f"keratinocyte_necrosis_{size}"]
        assert lower > table[f"cem43_240_{size}"] > higher > 0


def test_a_law_that_is_compared_gives_what_it_gives_as_the_law_of_a_process():
    laws = ("burn_henriques", "dermal_collagen_pearce")
    table = thermal.zones("co2", **ONE, laws=laws).squeeze()
    other = thermal.zones("co2", **ONE, damage_sets={"vessel_coagulation": "burn_henriques"}).squeeze()
    for size in ("depth_um", "width_um"):
        found = table[f"law_{size}"].sel(law=list(laws))
        assert float(found[0]) == pytest.approx(float(other[f"vessel_coagulation_{size}"]), abs=1e-6)
        assert float(found[1]) == pytest.approx(float(table[f"collagen_denaturation_{size}"]), abs=1e-6)
    assert float(found[0]) > float(found[1]) + 5


def test_comparing_laws_changes_nothing_else():
    table, plain = thermal.zones("co2", **ONE, laws="all"), thermal.zones("co2", **ONE)
    assert tuple(table["law"].to_numpy()) == thermal.law_names()
    for name in plain.data_vars:
        assert float(table[name].squeeze()) == float(plain[name].squeeze())


def added(**values):
    """Parameters with a laser of these usual settings."""
    return with_device(thermal.load_parameters(), "mine", {"wavelength_nm": 10600.0} | values, origin="test")


def test_pulses_of_a_laser_of_known_power_last_as_long_as_their_energy_takes():
    known = added(pulse_power_w=10.0, spot_diameter_um=130.0)
    table = thermal.zones("mine", energy_mj=[1, 4], parameters=known, **COARSE)
    assert table["rim_um"].dims == ("energy_mj", "spot_um")
    assert table["pulse_ms"].to_numpy().tolist() == [0.1, 0.4]
    assert table["spot_um"].to_numpy().tolist() == [130.0]
    given = thermal.zones("mine", energy_mj=4, spot_um=130, pulse_ms=0.4, parameters=known, **COARSE)
    assert float(given["rim_um"].squeeze()) == float(table["rim_um"].sel(energy_mj=4).squeeze())


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"pulse_ms": 1}, "^spot_um: mine has no usual value"),
        ({"spot_um": 100}, "^pulse_ms: mine has no usual value"),
    ],
)
def test_a_laser_without_usual_settings_asks_for_them(settings, message):
    with pytest.raises(InputError, match=message):
        thermal.zones("mine", energy_mj=4, parameters=added(), **settings)


def test_stacked_pulses_go_deeper_than_one():
    once, twice = (thermal.zones("co2", **ONE, stack=stack) for stack in (1, 2))
    assert float(twice["channel_depth_um"].squeeze()) > float(once["channel_depth_um"].squeeze()) + 10
    assert float(twice["delivered_mj"].squeeze()) == pytest.approx(4.0)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"energy_mj": -5}, r"^energy_mj: out of range \(got -5\); allowed: 0.001 to 10000 mJ"),
        ({"energy_mj": [2, math.nan]}, r"^energy_mj: out of range \(got nan\)"),
        ({"energy_mj": []}, r"^energy_mj: no value"),
        ({"energy_mj": [2, 2]}, r"^energy_mj: given twice \(got 2\)"),
        ({"energy_mj": "2"}, r"^energy_mj: out of range \(got '2'\)"),
        ({"spot_um": 0}, r"^spot_um: out of range \(got 0\); allowed: 10 to 3000 um"),
        ({"pulse_ms": [1, 0]}, r"^pulse_ms: out of range \(got 0\)"),
        ({"stack": 0}, r"^stack: out of range"),
        ({"stack": 2, "interval_ms": 0.5}, r"^interval_ms: stacked pulses overlap in time"),
        ({"spacing_um": 0.1}, r"^spacing_um: out of range \(got 0.1\); allowed: 1 to 20 um"),
        ({"laws": ["magic"]}, r"^laws: unknown law of damage \(got 'magic'\); allowed: .*burn_henriques"),
        ({"damage_sets": {"sunburn": "burn_diller"}}, r"^sunburn: unknown damage process"),
    ],
)
def test_bad_settings_are_told_before_anything_is_solved(change, message):
    done = []
    with pytest.raises(InputError, match=message):
        thermal.zones("co2", **(ONE | change), progress=lambda number, _: done.append(number))
    assert done == []


def test_the_maps_of_a_zone_lie_on_its_cells():
    zone = thermal.fire_zone("co2", **ONE)
    maps = thermal.zone_dataset(zone, FACE)
    assert maps["removed"].dims == ("z", "r")
    assert maps["removed"].shape == zone.grid.shape
    np.testing.assert_allclose(maps["depth_edge_um"], 1e6 * zone.grid.z_edges)
    assert float(maps["radius_um"][0]) == pytest.approx(5.0)
    assert (maps["damage_heat_shock"].to_numpy()[zone.removed] == 1).all()
    deepest = maps["depth_edge_um"].to_numpy()[1:][zone.removed.any(axis=1)].max()
    assert deepest == pytest.approx(summarise(zone)["channel_depth_um"])
    assert maps.attrs["layer_ends_um"] == list(FACE.boundaries_um)
    assert all(values.attrs["units"] and values.attrs["long_name"] for values in maps.variables.values())
