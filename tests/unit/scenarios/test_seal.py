"""Damage of a run store is seen before it is read, and told by its path."""

from __future__ import annotations

import json
import os
import shutil
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

from mendsim import analysis
from mendsim.cli.main import main
from mendsim.common.errors import InputError
from mendsim.scenarios import store
from mendsim.scenarios.provenance import content_hash
from mendsim.scenarios.seal import check_seal, write_seal

CHUNK = "fields/collagen/c/0/0/0/0"


@pytest.fixture(scope="module")
def _written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rng = np.random.default_rng(1)
    fields = {"collagen": (("snapshot", "z", "y", "x"), rng.random((2, 9, 1, 30)).astype(np.float32))}
    series = {"scar_depth_um": ("time", rng.random(4))}
    nodes = {
        "/fields": xr.Dataset(fields, {"snapshot": [0.0, 24.0]}),
        "/series": xr.Dataset(series, {"time": range(4)}),
    }
    tree = xr.DataTree.from_dict(nodes)
    tree.attrs = {"mendsim_version": "0", "scenario": "{}", "parameters": "{}", "seed": 1, "past": "[]"}
    tree.attrs["content_hash"] = content_hash(tree)
    path = tmp_path_factory.mktemp("stores") / "run"
    store.write(tree, path)
    return path


@pytest.fixture
def run(_written: Path, tmp_path: Path) -> Path:
    """A copy of a run store."""
    return Path(shutil.copytree(_written, tmp_path / "run"))


def flip(path: Path, place: int = -1) -> None:
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def linked(path: Path) -> None:
    """Put a link to a folder, as long as the file was, in its place."""
    path.write_bytes(b"")
    target = "./" * 200 + "."
    path.unlink()
    path.symlink_to(target)


DAMAGE: dict[str, tuple[str, Callable[[Path], object], str]] = {
    "a chunk cut off": (CHUNK, lambda path: os.truncate(path, path.stat().st_size // 2), "is damaged"),
    "an empty chunk": (CHUNK, lambda path: path.write_bytes(b""), "is damaged"),
    "a bit in a chunk": (CHUNK, flip, "is damaged"),
    "a bit in the middle": (CHUNK, lambda path: flip(path, 40), "is damaged"),
    "a missing chunk": (CHUNK, Path.unlink, "is missing"),
    "an edited unit": ("fields/collagen/zarr.json", lambda path: edit(path, "float32", "float16"), "is damaged"),
    "an edited seed": ("zarr.json", lambda path: edit(path, '"seed": 1', '"seed": 2'), "is damaged"),
    "a missing group": ("series/zarr.json", Path.unlink, "is missing"),
    "a foreign file": ("fields/notes.txt", lambda path: path.write_text("mine"), "does not belong"),
    "a foreign link": ("fields/link", lambda path: path.symlink_to("/etc/passwd"), "does not belong"),
    "a link in the place of a file": (CHUNK, linked, "is damaged"),
    "no seal": ("seal.json", Path.unlink, "seal of the run store is missing or damaged"),
    "an empty seal": ("seal.json", lambda path: path.write_text(""), "seal of the run store is missing or damaged"),
    "another seal": ("seal.json", lambda path: path.write_text('{"crc32": {"a": 3}}'), "missing or damaged"),
    "an endless seal": ("seal.json", lambda path: path.write_text('{"crc32": {"a": [Infinity, 1]}}'), "or damaged"),
    "a deep seal": ("seal.json", lambda path: path.write_text("[" * 100_000), "missing or damaged"),
    "a seal of others": ("aaa", lambda path: seal_also(path), "is missing"),
}


def seal_also(path: Path) -> None:
    seal = json.loads((path.parent / "seal.json").read_text())
    seal["crc32"][path.name] = [1, 1]
    (path.parent / "seal.json").write_text(json.dumps(seal))


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=list(DAMAGE))
def test_damage_is_told_by_the_path_of_the_file(
    damage: tuple[str, Callable[[Path], object], str], run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name, do, problem = damage
    do(run / name)
    for look in (check_seal, analysis.open_run):
        with pytest.raises(InputError, match=problem) as caught:
            look(run)
        assert str(caught.value).startswith(f"{run / name}: ")
    assert main(["verify", str(run)]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert len(said.err.splitlines()) == 1
    assert f"mendsim: {run / name}: " in said.err


def test_a_whole_store_passes_also_after_it_was_copied(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    check_seal(run)
    assert analysis.open_run(run)["series"].sizes["time"] == 4
    other = run.rename(run.with_name("moved"))
    assert main(["verify", str(other), str(other)]) == 0
    content = analysis.open_run(other).attrs["content_hash"][:12]
    assert capsys.readouterr().out.splitlines() == [f"{other}: whole; content {content}"] * 2


def test_numbers_that_were_changed_and_sealed_again_are_not_those_of_the_hash(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tree = xr.open_datatree(run, engine="zarr").load()
    tree["series"]["scar_depth_um"][0] = 7.0
    shutil.rmtree(run)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree.to_zarr(run, consolidated=True, zarr_format=3)
    write_seal(run)
    assert main(["verify", str(run)]) == 2
    assert f"{run}: the numbers are not those of the content hash" in capsys.readouterr().err


def test_of_a_large_store_sizes_and_metadata_are_checked(run: Path) -> None:
    flip(run / CHUNK)
    check_seal(run, most_bytes=10)
    for name, do in ((CHUNK, lambda path: path.write_bytes(path.read_bytes()[:-1])), ("fields/zarr.json", flip)):
        before = (run / name).read_bytes()
        do(run / name)
        with pytest.raises(InputError, match=f"{run / name}: a file of the run store is damaged"):
            check_seal(run, most_bytes=10)
        (run / name).write_bytes(before)
    check_seal(run, most_bytes=10)


def test_a_file_that_cannot_be_read_is_told(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = Path.open

    def deny(path: Path, *arguments: Any, **options: Any) -> object:
        if path == run / CHUNK:
            raise PermissionError(13, "Permission denied", str(path))
        return opened(path, *arguments, **options)

    monkeypatch.setattr(Path, "open", deny)
    with pytest.raises(InputError, match=f"^{run / CHUNK}: cannot be read: Permission denied"):
        check_seal(run)


@pytest.mark.parametrize("path", ["nowhere", "file", "folder"])
def test_what_is_no_store_is_refused_by_its_path(path: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("text")
    (tmp_path / "folder").mkdir()
    with pytest.raises(InputError, match=f"^{tmp_path / path}: "):
        analysis.open_run(tmp_path / path)
