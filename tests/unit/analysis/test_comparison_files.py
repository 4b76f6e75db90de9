"""The files of a comparison: written whole or not at all, read back as they were, and refused when damaged."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from mendsim import analysis
from mendsim.analysis import folders
from mendsim.analysis.comparison_document import ComparedRun, ComparedScenario
from mendsim.analysis.replicate_comparison import ReplicateComparison
from mendsim.analysis.replicates import Replicate
from mendsim.common.errors import InputError

VALUES = {
    "collagen_final": {"nan": [1.0, 2.0], "b": [3.0, 4.5]},
    "drug_delivered": {"nan": [np.nan, np.nan], "b": [0.1 + 0.2, np.inf]},
}
"""A scenario may be called nan."""


@pytest.fixture
def compared() -> ReplicateComparison:
    series = xr.Dataset({"follicle_count": ("time", [np.nan, 1 / 3], {"units": "1"})}, coords={"time": [0.0, 0.5]})
    read = {
        (scenario, seed): Replicate(
            values={name: each[scenario][seed - 1] for name, each in VALUES.items()}, series=series, content_hash="0f"
        )
        for scenario in ("nan", "b")
        for seed in (1, 2)
    }
    return analysis.compare_replicates(read)


@pytest.fixture
def scenarios() -> list[ComparedScenario]:
    runs = (
        ComparedRun(seed=1, content_hash="0f", store="/kept/1.zarr"),
        ComparedRun(seed=2, content_hash="1e", store=None),
    )
    return [
        ComparedScenario(name=name, title=f"Title of {name}", follow_up_days=3.0, scenario={"name": name}, runs=runs)
        for name in ("nan", "b")
    ]


@pytest.fixture
def folder(compared: ReplicateComparison, scenarios: list[ComparedScenario], tmp_path: Path) -> Path:
    path = tmp_path / "new" / "compare-nan-b"
    analysis.write_comparison(compared, scenarios, path)
    return path


def test_what_is_read_back_is_what_was_written(
    compared: ReplicateComparison, scenarios: list[ComparedScenario], folder: Path
):
    saved = analysis.open_comparison(folder)
    back = saved.comparison
    assert (back.scenarios, back.reference, back.seeds) == (("nan", "b"), "nan", (1, 2))
    assert back.end_points == compared.end_points
    pd.testing.assert_frame_equal(back.table, compared.table)
    pd.testing.assert_frame_equal(back.replicates, compared.replicates)
    pd.testing.assert_frame_equal(back.courses, compared.courses)
    assert list(saved.scenarios) == scenarios
    assert saved.mendsim_version
    assert sorted(path.name for path in folder.parent.iterdir()) == [folder.name]


def test_the_document_is_plain_json_with_definitions_and_null_for_what_is_not_known(folder: Path):
    def refuse(text: str) -> None:
        raise AssertionError(text)

    document = json.loads((folder / "comparison.json").read_bytes(), parse_constant=refuse)
    assert document["end_points"][1]["unit"] == "µg/cm²"
    assert document["end_points"][1]["definition"].startswith("Drug that got past")
    assert document["table"][3]["difference"] is None
    assert document["confidence"] == 0.95


def test_a_comparison_is_replaced_and_anything_else_is_not(
    compared: ReplicateComparison, scenarios: list[ComparedScenario], folder: Path, tmp_path: Path
):
    analysis.write_comparison(compared, scenarios, folder)
    (folder / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match=r"holds more than a comparison, so it is not replaced \(got 'notes.txt'\)"):
        analysis.write_comparison(compared, scenarios, folder)
    (tmp_path / "link").symlink_to(folder)
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "comparison.json").write_text('{"kind": "photograph"}', encoding="utf-8")
    for name in ("link", "empty", "file", "other"):
        with pytest.raises(InputError, match=f"{name}: exists and is not a comparison"):
            analysis.write_comparison(compared, scenarios, tmp_path / name)
    assert (tmp_path / "file").read_text(encoding="utf-8") == "mine"
    assert (folder / "notes.txt").exists()


def test_when_the_disk_is_full_the_old_comparison_stays(
    compared: ReplicateComparison,
    scenarios: list[ComparedScenario],
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
):
    def full(_folder: Path) -> None:
        raise OSError(28, "No space left on device")

    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    monkeypatch.setattr(folders, "flush", full)
    with pytest.raises(InputError, match="compare-nan-b: cannot be written: No space left on device"):
        analysis.write_comparison(compared, scenarios, folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert sorted(path.name for path in folder.parent.iterdir()) == [folder.name]


def edit(change: Callable[[dict], object]) -> Callable[[Path], None]:
    def apply(folder: Path) -> None:
        path = folder / "comparison.json"
        document = json.loads(path.read_bytes())
        change(document)
        path.write_text(json.dumps(document), encoding="utf-8")

    return apply


def cut(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).write_bytes((folder / name).read_bytes()[:-20])


DAMAGE: dict[str, tuple[Callable[[Path], None], str]] = {
    "no document": (lambda folder: (folder / "comparison.json").unlink(), "comparison.json: cannot be read: "),
    "a document cut short": (cut("comparison.json"), "comparison.json: not a comparison, or damaged: Invalid JSON"),
    "not text": (lambda folder: (folder / "comparison.json").write_bytes(b"\xff\xfe"), "comparison.json: not a comp"),
    "nested deeply": (
        lambda folder: (folder / "comparison.json").write_text("[" * 10**5, encoding="utf-8"),
        "comparison.json: not a comparison, or damaged: ",
    ),
    "foreign": (edit(lambda document: document.clear()), "comparison.json: kind: not a comparison, or damaged"),
    "unknown key": (edit(lambda document: document.update(x=1)), "comparison.json: x: not a comparison, or damaged"),
    "text for a number": (
        edit(lambda document: document["table"][0].update(mean="1")),
        "comparison.json: table.0.mean: not a comparison, or damaged",
    ),
    "a row is missing": (edit(lambda document: document["table"].pop()), "do not fit together"),
    "a run is missing": (edit(lambda document: document["scenarios"].pop()), "do not fit together"),
    "another seed": (edit(lambda document: document["seeds"].reverse()), "do not fit together"),
    "no replicates": (lambda folder: (folder / "replicates.csv").unlink(), "replicates.csv: cannot be read: "),
    "replicates cut short": (cut("replicates.csv"), "replicates.csv: damaged, or edited since it was written"),
    "courses cut short": (cut("courses.csv"), "courses.csv: damaged, or edited since it was written"),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_comparison_is_refused_with_its_path(folder: Path, damage: str):
    break_it, line = DAMAGE[damage]
    break_it(folder)
    with pytest.raises(InputError) as error:
        analysis.open_comparison(folder)
    assert str(error.value).startswith(str(folder))
    assert line in str(error.value)
    assert "\n" not in str(error.value)


def test_what_is_no_folder_is_refused(tmp_path: Path):
    with pytest.raises(InputError, match="no such comparison"):
        analysis.open_comparison(tmp_path / "nowhere")
