"""A saved state goes on in several ways; with the same events and seed it is the run in one go."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

from mendsim import scenarios
from mendsim.common.errors import InputError
from mendsim.scenarios import Scenario, store
from mendsim.scenarios.branching import check_branch
from mendsim.scenarios.checkpoint import Checkpoint
from mendsim.scenarios.unfinished import UnfinishedRun, states_of

LASER = {
    "kind": "laser",
    "at": "1 h",
    "device": "co2_10600",
    "pulse_energy": "5 mJ",
    "pulse_duration": "1 ms",
    "spot_diameter": "120 um",
    "pattern": "square",
    "density": "600 /cm^2",
}
DRUG = {
    "kind": "drug",
    "at": "1 h",
    "drug": "ascorbic_acid",
    "concentration": "150 mg/mL",
    "volume": "2 uL/cm^2",
    "duration": "2 h",
}
LATER = {"kind": "aftercare", "at": "6 h", "treatment": "antiseptic", "duration": "2 h"}
VALUES = {
    "step": "1 h",
    "follow_up": "8 h",
    "events": [LASER, DRUG],
    "save.series_every": "2 h",
    "save.snapshots": ["1 h", "8 h"],
    "save.states": ["0 h", "4 h"],
}


@pytest.fixture(autouse=True)
def _quick_stores(monkeypatch: pytest.MonkeyPatch) -> None:
    """Write no arrays, and do not wait for the disk."""

    def write_little(tree: xr.DataTree, path: Path, **options: Any) -> None:
        write(xr.DataTree(xr.Dataset(attrs=tree.attrs)), path, **options)

    write = store.write
    monkeypatch.setattr(store, "write", write_little)
    monkeypatch.setattr(os, "fsync", lambda _handle: None)


@pytest.fixture(scope="module")
def base(small_text: str, tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    path = tmp_path_factory.mktemp("files") / "small.toml"
    path.write_text(small_text)
    return scenarios.load(path).with_values(VALUES)


@pytest.fixture(scope="module")
def whole(base: Scenario, tmp_path_factory: pytest.TempPathFactory) -> scenarios.Run:
    """The run in one go, with its states beside it."""
    out = tmp_path_factory.mktemp("runs") / "run"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, "write", lambda *_, **__: None)
        return scenarios.run(base, out, seed=3)


@pytest.fixture
def state(whole: scenarios.Run) -> Path:
    """The state after four hours."""
    assert whole.path is not None
    folder = states_of(whole.path)
    assert sorted(path.name for path in folder.iterdir()) == ["0h.npz", "4h.npz"]
    return folder / "4h.npz"


@pytest.mark.parametrize("moment", ["0h.npz", "4h.npz"])
def test_a_branch_that_changes_nothing_is_the_run_in_one_go(
    moment: str, state: Path, whole: scenarios.Run, tmp_path: Path
) -> None:
    run = scenarios.branch(state.with_name(moment), tmp_path / "branch", threads=2)
    assert run.content_hash == whole.content_hash
    assert run.data.attrs["past"] == "[]"
    assert (tmp_path / "branch").is_dir()
    assert not (tmp_path / "branch.unfinished").exists()


def test_other_events_from_then_on_are_a_run_of_that_scenario_in_one_go(
    state: Path, base: Scenario, whole: scenarios.Run, tmp_path: Path
) -> None:
    values = {
        "events": [LASER, DRUG, LASER | {"at": "4 h"}, DRUG | {"at": "5 h"}, LATER],
        "follow_up": "9 h",
        "save.snapshots": ["1 h", "5 h"],
    }
    run = scenarios.branch(state, tmp_path / "branch", values=values)
    assert run.content_hash == scenarios.run(base.with_values(values), seed=3).content_hash != whole.content_hash
    assert len(run.data["injury"]["session"]) == 2


def test_another_seed_differs_after_the_state_and_is_told(state: Path, whole: scenarios.Run, tmp_path: Path) -> None:
    run = scenarios.branch(state, tmp_path / "branch", seed=8, values={"save.states": ["6 h"]})
    assert run.content_hash != whole.content_hash
    before, after = (each.data["series"].to_dataset() for each in (whole, run))
    early = before["time"] <= 4
    xr.testing.assert_identical(before.isel(time=early), after.isel(time=early))
    assert not before.isel(time=~early).equals(after.isel(time=~early))
    assert (run.data.attrs["seed"], json.loads(run.data.attrs["past"])) == (8, [[3, 4.0]])
    assert run.model.seed == 8
    kept = states_of(tmp_path / "branch") / "6h.npz"
    again = scenarios.branch(kept, tmp_path / "again", seed=9)
    assert json.loads(again.data.attrs["past"]) == [[3, 4.0], [8, 6.0]]
    same = scenarios.branch(kept, tmp_path / "same")
    assert same.content_hash == run.content_hash
    assert json.loads(same.data.attrs["past"]) == [[3, 4.0]]


def test_every_draw_to_come_is_of_the_new_seed(state: Path, tmp_path: Path) -> None:
    """Nothing keeps the old seed: two branches with one other seed are the same, whatever theirs was before."""
    one = scenarios.branch(state, tmp_path / "one", seed=8)
    two = scenarios.branch(state, tmp_path / "two", seed=8, threads=2)
    assert one.content_hash == two.content_hash


@pytest.mark.parametrize("seed", [3, 8])
def test_a_branch_can_be_cut_off_and_go_on(seed: int, state: Path, tmp_path: Path) -> None:
    whole = scenarios.branch(state, tmp_path / "whole", seed=seed)
    out = tmp_path / "branch"

    def progress(done: int, _total: int) -> None:
        if done == 6:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        scenarios.branch(state, out, seed=seed, progress=progress)
    assert scenarios.resume(out).content_hash == whole.content_hash


def test_a_branch_that_is_killed_before_its_first_checkpoint_keeps_its_past(state: Path, tmp_path: Path) -> None:
    """From the start it would be another run: the past of a branch had another seed."""
    whole = scenarios.branch(state, tmp_path / "whole", seed=8)
    out = tmp_path / "branch"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(UnfinishedRun, "__exit__", lambda self, *_: self._lock.release())
        with pytest.raises(ZeroDivisionError):
            scenarios.branch(state, out, seed=8, progress=lambda *_: 1 // 0)
    told: list[int] = []
    assert scenarios.resume(out, progress=lambda done, _: told.append(done)).content_hash == whole.content_hash
    assert told[0] == 5


def test_a_branch_that_fails_leaves_nothing(state: Path, tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        scenarios.branch(state, tmp_path / "deep" / "branch", values={"save.states": []}, progress=lambda *_: 1 // 0)
    assert list(tmp_path.iterdir()) == []


OTHER_DRUG = {"molar_mass": "300 g/mol", "log_octanol_water": 1.0, "solubility": "2 mg/mL"}
REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "patient": ({"patient.phototype": 5}, "patient"),
    "lattice": ({"lattice.width": "0.5 mm"}, "lattice"),
    "step": ({"step": "0.5 h"}, "step"),
    "parameters": ({"parameters.abm.fibroblast.speed_um_per_h": 33}, "parameters"),
    "without": ({"without": ["mmp9"]}, "without"),
    "series": ({"save.series_every": "1 h"}, "save.series_every"),
    "an event changed": ({"events.0.pulse_energy": "6 mJ"}, "events"),
    "an event less": ({"events": [DRUG]}, "events"),
    "an event more": ({"events": [LASER, DRUG, LATER | {"at": "3 h"}]}, "events"),
    "a snapshot more": ({"save.snapshots": ["1 h", "2 h", "8 h"]}, "save.snapshots"),
    "a snapshot less": ({"save.snapshots": ["8 h"]}, "save.snapshots"),
    "follow-up": ({"follow_up": "2 h", "save.snapshots": ["1 h"], "save.states": ["0 h"]}, "follow_up"),
}


@pytest.mark.parametrize("case", REFUSED.values(), ids=list(REFUSED))
def test_another_past_is_refused_by_its_key(case: tuple[dict[str, Any], str], state: Path, tmp_path: Path) -> None:
    values, key = case
    with pytest.raises(InputError, match=rf"^small: {key}: ") as caught:
        scenarios.branch(state, tmp_path / "branch", values=values)
    assert len(str(caught.value).splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_a_drug_with_other_numbers_is_refused(base: Scenario, tmp_path: Path, state: Path) -> None:
    changed = {"drugs": {"ascorbic_acid": OTHER_DRUG}}
    with pytest.raises(InputError, match=r"^small: drugs\.ascorbic_acid: a drug that was given has other numbers"):
        scenarios.branch(state, tmp_path / "branch", values=changed)
    early = state.with_name("0h.npz")  # before it was given, it may be another
    run = scenarios.branch(early, tmp_path / "branch", values=changed)
    assert run.content_hash == scenarios.run(base.with_values(changed), seed=3).content_hash


def test_a_branch_may_end_where_it_begins(state: Path, base: Scenario, tmp_path: Path) -> None:
    values = {"follow_up": "4 h", "save.snapshots": ["1 h", "4 h"]}
    run = scenarios.branch(state, tmp_path / "branch", values=values)
    assert run.content_hash == scenarios.run(base.with_values(values), seed=3).content_hash


def test_what_differs_is_told_all_at_once(state: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        scenarios.branch(state, tmp_path / "branch", values={"patient.phototype": 5, "without": ["mmp9"]})
    assert [line.split(": ")[1] for line in str(caught.value).splitlines()] == ["patient", "without"]


@pytest.mark.parametrize("damage", [lambda path: path.write_bytes(b""), Path.unlink])
def test_a_damaged_or_missing_state_is_refused_by_its_path(
    damage: Callable[[Path], object], state: Path, tmp_path: Path
) -> None:
    path = tmp_path / "4h.npz"
    path.write_bytes(state.read_bytes())
    damage(path)
    with pytest.raises(InputError, match=f"^{path}: "):
        scenarios.branch(path, tmp_path / "branch")


def test_a_place_that_is_taken_is_refused(state: Path, tmp_path: Path) -> None:
    scenarios.branch(state, tmp_path / "branch")
    with pytest.raises(InputError, match="the output exists already"):
        scenarios.branch(state, tmp_path / "branch")
    scenarios.branch(state, tmp_path / "branch", overwrite=True)


def test_a_state_that_was_kept_twice_is_the_same(state: Path, base: Scenario, tmp_path: Path) -> None:
    scenarios.run(base, tmp_path / "run", seed=3, threads=2)
    one, two = (Checkpoint.read(path) for path in (state, states_of(tmp_path / "run") / "4h.npz"))
    assert one.model.keys() == two.model.keys()
    assert all(one.model[name].tobytes() == two.model[name].tobytes() for name in one.model)
    assert one.about.drug == "ascorbic_acid"
    assert np.isclose(one.about.step, 4)


def test_a_laser_of_ones_own_that_was_fired_must_be_the_same(base: Scenario) -> None:
    own = {"devices": {"mine": {"wavelength": "10600 nm", "spot_diameter": "120 um", "pulse_power": "5 W"}}}
    past = base.with_values({**own, "events": [{**LASER, "device": "mine"}]})
    for change, hour, allowed in (("200 um", 4.0, False), ("200 um", 1.0, True), ("120 um", 4.0, True)):
        wanted = past.with_values({"devices.mine.spot_diameter": change})
        if allowed:
            check_branch(past, wanted, hour)
        else:
            with pytest.raises(InputError, match=r"devices\.mine: a laser that was fired has other numbers"):
                check_branch(past, wanted, hour)
