import shutil

import numpy as np
import pytest
import xarray as xr

from mendsim import analysis
from mendsim.analysis import store
from mendsim.common.errors import InputError


def test_a_run_opens_with_its_groups(make_store):
    run = analysis.open_run(make_store())
    assert {"series", "fields", "injury", "agents", "vessels"} <= set(run.children)
    assert store.title(run) == "Synthetic <run>"
    assert store.unit(run, "scar_depth_um") == "µm"


def _nothing(folder):
    return folder / "missing.zarr"


def _empty(folder):
    return folder


def _a_file(folder):
    (folder / "run.zarr").write_text("not a run")
    return folder / "run.zarr"


def _broken(folder):
    (folder / "zarr.json").write_text("{")
    return folder


def _other_zarr(folder):
    xr.DataTree.from_dict({"/weather": xr.Dataset({"rain": ("day", [1.0])})}).to_zarr(folder / "w", consolidated=False)
    return folder / "w"


@pytest.mark.parametrize("make", [_nothing, _empty, _a_file, _broken, _other_zarr])
def test_what_is_not_a_run_store_is_named(tmp_path, make):
    path = make(tmp_path)
    with pytest.raises(InputError) as caught:
        analysis.open_run(path)
    assert str(path) in str(caught.value)
    assert "mendsim run" in str(caught.value)


def test_a_run_without_snapshots_opens_but_cannot_be_drawn(make_store, tmp_path):
    path = tmp_path / "run.zarr"
    shutil.copytree(make_store(), path)
    tree = analysis.open_run(path).load()
    del tree["fields"]
    with pytest.raises(InputError, match="no snapshots"):
        analysis.sections.cells(tree, 0)
    assert np.isfinite(analysis.outcomes(tree, ["collagen_final"])["value"].iloc[0])


def test_chosen_days_hold_the_start_the_end_and_the_most_drug(make_store):
    run = analysis.open_run(make_store())
    chosen = store.choose_days(run, 4)
    assert chosen == [0.0, 1.0, 7.0, 90.0]
    assert store.choose_days(run, 99) == list(store.snapshot_days(run)[[0, 2, 3, 4, 5, 6, 7, 8]])


def test_days_are_named():
    assert [store.day_label(day) for day in (0.0, 0.25, 1.0, 7.04)] == ["day 0", "6 h", "day 1", "day 7"]


def test_agents_of_a_block_are_those_near_its_middle(make_store):
    block, section = (analysis.open_run(make_store(ny=ny)) for ny in (4, 1))
    cells = store.agents(block, "fibroblast", 7.0)
    assert 0 < len(cells["y_um"]) < len(store.agents(section, "fibroblast", 7.0)["y_um"])
    assert np.all(np.abs(cells["y_um"] - 50.0) <= 20.0)


def test_units_are_printed_as_people_write_them():
    assert [store.pretty_unit(unit) for unit in ("1", "um", "ug/cm2", "degC", "mmHg")] == [
        "",
        "µm",
        "µg/cm²",
        "°C",
        "mmHg",
    ]
