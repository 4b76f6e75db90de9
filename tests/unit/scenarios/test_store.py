"""Writing a run store: whole or not at all."""

from __future__ import annotations

import stat
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from mendsim.common.errors import InputError
from mendsim.scenarios import replace, store
from mendsim.scenarios.provenance import content_hash


def a_tree(value: float = 1.0) -> xr.DataTree:
    fields = {
        "collagen": (("snapshot", "z", "y", "x"), np.full((2, 3, 1, 4), value, np.float32)),
        "oxygen": (("snapshot", "z", "y", "x"), np.full((2, 3, 1, 4), np.nan, np.float32)),
    }
    nobody = xr.Dataset({"x_um": ("row", np.empty(0)), "state": ("row", np.empty(0, np.int8))})
    nodes = {"/fields": xr.Dataset(fields, {"snapshot": [0.0, 24.0]}), "/agents/follicle": nobody}
    tree = xr.DataTree.from_dict(nodes)
    tree.attrs = {"mendsim_version": "0", "scenario": "{}", "parameters": "{}", "seed": 1, "past": "[]"}
    tree.attrs["content_hash"] = content_hash(tree)
    return tree


def test_a_store_read_back_has_the_same_content(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "run"
    store.write(a_tree(), path)
    read = xr.open_datatree(path, engine="zarr")
    assert content_hash(read) == read.attrs["content_hash"]
    assert read["fields"]["collagen"].encoding["chunks"] == (1, 3, 1, 4)
    assert store.is_store(path)
    assert [entry.name for entry in path.parent.iterdir()] == ["run"]
    assert stat.S_IMODE(path.stat().st_mode) & 0o500 == 0o500


def test_the_hash_sees_values_names_types_and_scenario_but_not_time_or_threads() -> None:
    tree = a_tree()
    known = content_hash(tree)
    others = [a_tree(np.nextafter(np.float32(1), np.float32(2))), a_tree(), a_tree(), a_tree()]
    others[1].attrs["scenario"] = '{"name": "other"}'
    others[2].attrs["seed"] = 2
    others[3]["fields"] = others[3]["fields"].to_dataset().astype(np.float64)
    assert len({known, *map(content_hash, others)}) == 5
    tree.attrs |= {"threads": 7, "wall_time_s": 1.5, "created": "today"}
    assert content_hash(tree) == known


def test_an_existing_run_is_kept_unless_it_is_to_be_replaced(tmp_path: Path) -> None:
    path = tmp_path / "run"
    store.write(a_tree(1.0), path)
    with pytest.raises(InputError, match="exists already"):
        store.write(a_tree(2.0), path)
    assert float(xr.open_datatree(path, engine="zarr")["fields"]["collagen"][0, 0, 0, 0]) == 1.0
    store.write(a_tree(2.0), path, overwrite=True)
    assert float(xr.open_datatree(path, engine="zarr")["fields"]["collagen"][0, 0, 0, 0]) == 2.0
    assert [entry.name for entry in tmp_path.iterdir()] == ["run"]


def test_only_a_run_is_ever_replaced(tmp_path: Path) -> None:
    folder = tmp_path / "photographs"
    folder.mkdir()
    (folder / "holiday.txt").write_text("irreplaceable")
    run = tmp_path / "run"
    store.write(a_tree(), run)
    link = tmp_path / "link"
    link.symlink_to(run)
    for path in (folder, folder / "holiday.txt", link):
        with pytest.raises(InputError, match="not a run"):
            store.write(a_tree(), path, overwrite=True)
    assert (folder / "holiday.txt").read_text() == "irreplaceable"


@pytest.mark.parametrize("moment", ["to_zarr", "flush", "put"])
@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError(28, "No space left on device")])
def test_a_failure_leaves_the_old_run_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str, error: BaseException
) -> None:
    path = tmp_path / "run"
    store.write(a_tree(1.0), path)

    def fail(*_arguments: object, **_options: object) -> None:
        raise error

    monkeypatch.setattr(xr.DataTree if moment == "to_zarr" else store, moment, fail)
    with pytest.raises((KeyboardInterrupt, InputError)):
        store.write(a_tree(2.0), path, overwrite=True)
    assert [entry.name for entry in tmp_path.iterdir()] == ["run"]
    assert float(xr.open_datatree(path, engine="zarr")["fields"]["collagen"][0, 0, 0, 0]) == 1.0


def test_replacing_works_where_folders_cannot_be_exchanged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unsupported(*_paths: Path) -> None:
        raise OSError(22, "Invalid argument")

    monkeypatch.setattr(replace, "_exchange", unsupported)
    path = tmp_path / "run"
    store.write(a_tree(1.0), path)
    store.write(a_tree(2.0), path, overwrite=True)
    assert float(xr.open_datatree(path, engine="zarr")["fields"]["collagen"][0, 0, 0, 0]) == 2.0
    assert [entry.name for entry in tmp_path.iterdir()] == ["run"]


def test_an_output_inside_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot be written"):
        store.check_target(tmp_path / "file" / "run", overwrite=False)


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"attributes": 3}', '{"attributes": {"mendsim_version": "1"}}', "\udcff"]
)
def test_what_is_no_store_is_not_taken_for_one(tmp_path: Path, text: str) -> None:
    (tmp_path / "zarr.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    assert not store.is_store(tmp_path)
