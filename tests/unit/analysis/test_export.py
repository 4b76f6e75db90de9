"""What every export has in common: the folder, the days, and what is refused."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest
import xarray as xr

from mendsim import analysis
from mendsim.analysis import export, export_csv, store
from mendsim.cli.main import main
from mendsim.common.errors import InputError


def test_days_take_the_snapshots_near_them_once_each(make_store: Callable[..., Path]) -> None:
    run = store.open_run(make_store())
    assert export.chosen_snapshots(run, None) == list(range(9))
    assert export.chosen_snapshots(run, [90.0, 0.0, 0.1, 7.2]) == [0, 4, 8]
    for day in (-1.0, 17.0, 99.0, float("nan")):
        with pytest.raises(
            InputError, match=r"--days: no snapshot near this day \(got .*\); allowed: 0, .*, 14, 30, 60, 90$"
        ):
            export.chosen_snapshots(run, [day])


def test_the_folder_says_what_it_holds(make_store: Callable[..., Path], tmp_path: Path) -> None:
    out = analysis.export_run(make_store(), "csv", tmp_path / "new" / "tables", days=[7.0])
    assert out == tmp_path / "new" / "tables"
    about = json.loads((out / "export.json").read_text(encoding="utf-8"))
    assert (about["format"], about["title"], about["days"]) == ("csv", "Synthetic <run>", [7.0])
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["tables"]


def test_beside_the_run_unless_a_folder_is_given(make_store: Callable[..., Path], tmp_path: Path) -> None:
    path = tmp_path / "low.zarr"
    path.symlink_to(make_store())
    assert analysis.export_run(path, "csv", days=[0.0]) == tmp_path / "low-csv"


def test_an_export_is_replaced_and_nothing_else(make_store: Callable[..., Path], tmp_path: Path) -> None:
    out = tmp_path / "out"
    analysis.export_run(make_store(), "csv", out)
    (out / "fibroblast.csv").unlink()
    analysis.export_run(make_store(), "csv", out)
    assert (out / "fibroblast.csv").exists()
    (out / "export.json").write_text("{}", encoding="utf-8")
    with pytest.raises(InputError, match="not an export"):
        analysis.export_run(make_store(), "csv", out)
    with pytest.raises(InputError, match="not an export"):
        analysis.export_run(make_store(), "csv", out / "series.csv")


def test_nothing_is_left_of_an_export_that_fails(
    make_store: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write(_run: xr.DataTree, folder: Path, _snapshots: object) -> None:
        (folder / "half.csv").write_text("x", encoding="utf-8")
        raise OSError(28, "No space left on device")

    out = tmp_path / "out"
    analysis.export_run(make_store(), "csv", out, days=[0.0])
    before = sorted(path.name for path in out.iterdir())
    monkeypatch.setattr(export_csv, "write", write)
    with pytest.raises(InputError, match="No space left"):
        analysis.export_run(make_store(), "csv", out)
    assert sorted(path.name for path in out.iterdir()) == before
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize(("to", "package"), [("vtk", "pyevtk"), ("simularium", "simulariumio")])
def test_a_missing_library_is_one_clear_line(
    to: str,
    package: str,
    make_store: Callable[..., Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    real = importlib.import_module

    def without(name: str, *more: str) -> object:
        if name == package:
            raise ImportError(name)
        return real(name, *more)

    monkeypatch.setattr(export, "import_module", without)
    assert main(["export", str(make_store()), "--to", to, "--out", str(tmp_path / "out")]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert f"{package} is not installed" in said
    assert 'pip install "mendsim[export]"' in said
    assert list(tmp_path.iterdir()) == []


def test_a_run_without_snapshots_is_refused(make_run: Callable[..., xr.DataTree]) -> None:
    with pytest.raises(InputError, match="no snapshots"):
        export.chosen_snapshots(make_run([0, 1]), None)


def test_the_command_prints_the_folder(
    make_store: Callable[..., Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export", str(make_store()), "--to", "csv", "--out", str(tmp_path / "t"), "--days", "0,7"]) == 0
    assert capsys.readouterr().out == f"{tmp_path / 't'}\n"
    assert main(["export", str(make_store()), "--to", "csv", "--out", str(tmp_path / "t"), "--days", "300"]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1
