"""A small scenario, run for real."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import mesa
import numpy as np
import pytest
import xarray as xr

from mendsim import scenarios
from mendsim.abm.observables import DRUG_PLACES, FIELDS, OBSERVABLES
from mendsim.scenarios import runner
from mendsim.scenarios.provenance import content_hash


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory, small_text: str) -> scenarios.Run:
    folder = tmp_path_factory.mktemp("runs")
    (folder / "small.toml").write_text(small_text)
    return scenarios.run(folder / "small.toml", folder / "out", seed=3, threads=1)


@pytest.fixture(scope="module")
def stored(done: scenarios.Run) -> xr.DataTree:
    assert done.path is not None
    return xr.open_datatree(done.path, engine="zarr")


def test_the_run_holds_a_mesa_model_at_the_end_of_follow_up(done: scenarios.Run) -> None:
    assert isinstance(done.model, mesa.Model)
    assert done.model.time_h == 48


def test_plain_xarray_opens_the_store_with_all_that_was_recorded(done: scenarios.Run, stored: xr.DataTree) -> None:
    assert stored.attrs["content_hash"] == done.content_hash == content_hash(stored)
    assert list(stored["series"]["time"].to_numpy()) == [0, 6, 12, 18, 24, 30, 36, 42, 48]
    assert set(stored["series"].data_vars) == set(OBSERVABLES)
    assert set(stored["fields"].data_vars) == set(FIELDS)
    assert stored["fields"]["collagen_1"].shape == (3, *done.model.lattice.shape)
    assert list(stored["fields"]["snapshot"].to_numpy()) == [0, 1, 48]
    assert stored["injury"]["ablated"].shape == (1, *done.model.lattice.shape)
    assert list(stored["injury"]["session"].to_numpy()) == [1]


def test_every_variable_has_a_unit_and_a_meaning(stored: xr.DataTree) -> None:
    silent = [
        f"{node.path}/{name}"
        for node in stored.subtree
        for name, variable in node.to_dataset(inherit=False).variables.items()
        if not {"units", "long_name"} <= variable.attrs.keys() or not variable.attrs["long_name"]
    ]
    assert silent == []


def test_a_snapshot_is_taken_after_the_events_of_its_moment_and_a_row_before(stored: xr.DataTree) -> None:
    tissue = stored["fields"]["tissue"].to_numpy()
    gone = stored["injury"]["ablated"].to_numpy()[0] > 0.5
    assert gone.any()
    assert (tissue[1] != tissue[0])[gone].any()
    assert float(stored["series"]["debris_count"][0]) == 0


def test_rows_of_ragged_tables_belong_to_their_snapshots(done: scenarios.Run, stored: xr.DataTree) -> None:
    now = done.model.agent_columns()
    for kind, columns in now.items():
        table = stored[f"agents/{kind}"].to_dataset()
        last = table["snapshot_index"].to_numpy() == 2
        assert set(columns) == set(table.data_vars) - {"snapshot_index"}
        for name, values in columns.items():
            np.testing.assert_array_equal(table[name].to_numpy()[last], values)


def test_the_outcome_is_the_state_at_the_end(done: scenarios.Run, stored: xr.DataTree) -> None:
    for name, value in done.model.observe().items():
        np.testing.assert_equal(float(stored["outcome"][name]), value)


def test_the_store_tells_what_produced_it(done: scenarios.Run, stored: xr.DataTree) -> None:
    assert json.loads(stored.attrs["scenario"]) == done.scenario.to_dict()
    assert runner.Scenario.model_validate(done.scenario.to_dict()).to_dict() == done.scenario.to_dict()
    parameters = json.loads(stored.attrs["parameters"])
    assert {key.split(".")[0] for key in parameters} == {"abm", "thermal", "site"}
    assert all({"value", "unit", "source", "evidence", "origin"} <= entry.keys() for entry in parameters.values())
    assert stored.attrs["seed"] == 3
    assert {"python", "mesa", "numpy", "numba", "zarr"} <= json.loads(stored.attrs["versions"]).keys()
    assert json.loads(stored["injury"].attrs["record"])[0]["session"]["pulse_energy_mj"] == 5


def test_threads_do_not_change_the_content_and_the_seed_does(done: scenarios.Run) -> None:
    assert scenarios.run(done.scenario, seed=3, threads=2).content_hash == done.content_hash
    assert scenarios.run(done.scenario, seed=4, threads=2).content_hash != done.content_hash


def test_parameters_of_the_scenario_reach_the_model_and_the_store(done: scenarios.Run) -> None:
    changed = done.scenario.with_values(
        {"follow_up": "2 h", "save.snapshots": ["2 h"], "parameters.abm.fibroblast.speed_um_per_h": 33}
    )
    run = scenarios.run(changed)
    assert run.path is None
    assert run.model.parameters["fibroblast.speed_um_per_h"] == 33
    entry = json.loads(run.data.attrs["parameters"])["abm.fibroblast.speed_um_per_h"]
    assert (entry["value"], entry["origin"]) == (33, "scenario")


def test_a_drug_goes_through_the_channels_and_none_is_made_or_lost(done: scenarios.Run) -> None:
    drug = {
        "kind": "drug",
        "at": "0 h",
        "drug": "ascorbic_acid",
        "concentration": "150 mg/mL",
        "volume": "2 uL/cm^2",
        "duration": "6 h",
    }
    laser = done.scenario.to_dict()["events"][0] | {"at": "0 h"}
    scenario = done.scenario.with_values({"events": [laser, drug], "follow_up": "1 d", "save.snapshots": ["1 d"]})
    with_laser = scenarios.run(scenario.with_values({"save.series_every": "1 h"})).data["series"].to_dataset()
    without = scenarios.run(scenario.with_values({"events": [drug]})).data["series"].to_dataset()
    for series in (with_laser, without):
        total = sum(series[f"drug_{place}_ug_per_cm2"].to_numpy() for place in DRUG_PLACES)
        assert total[0] == 0
        # 150 mg/mL in 2 uL/cm2
        assert total[1:] == pytest.approx(300, rel=1e-6)
    taken = [float(series["drug_cleared_ug_per_cm2"][-1]) for series in (with_laser, without)]
    assert taken[0] > 10 * taken[1]


def test_each_session_lays_its_zones_anew(done: scenarios.Run) -> None:
    event = done.scenario.to_dict()["events"][0] | {
        "pattern": "random",
        "density": "3000 /cm^2",
        "spot_diameter": "50 um",
    }
    scenario = done.scenario.with_values(
        {"events": [event | {"at": "0 h"}, event | {"at": "1 h"}], "follow_up": "2 h", "save.snapshots": ["2 h"]}
    )
    zones = scenarios.run(scenario).data["zones"]
    first, second = (zones["x_um"].to_numpy()[zones["session_index"] == k] for k in (0, 1))
    assert len(first) > 0
    assert set(first) != set(second)


def test_progress_is_told_after_each_step(write: Callable[..., Path]) -> None:
    told: list[tuple[int, int]] = []
    scenario = scenarios.load(write(('"2 d"\n', '"2 h"\n'), ('["0 h", "1 h", "2 d"]', '["2 h"]')))
    scenarios.run(scenario, progress=lambda done, total: told.append((done, total)))
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_a_run_that_fails_leaves_nothing(write: Callable[..., Path], tmp_path: Path) -> None:
    def fail(_done: int, _total: int) -> None:
        raise ValueError("no more")

    path = write()
    with pytest.raises(ValueError, match="no more"):
        scenarios.run(path, tmp_path / "runs" / "out", progress=fail)
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]
