"""Runs that are cut off, and go on: their content is that of a run in one go."""

from __future__ import annotations

import errno
import io
import json
import math
import os
import resource
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

from mendsim import analysis, scenarios
from mendsim.abm.drugs.excised import ExcisedSkin
from mendsim.abm.model import HealingModel
from mendsim.cli.main import main
from mendsim.common.errors import InputError, NumbersError
from mendsim.scenarios import Scenario, checkpoint, lock, store
from mendsim.scenarios.checkpoint import Checkpoint, Description, StateFileError
from mendsim.scenarios.seal import check_seal
from mendsim.scenarios.unfinished import FinishedError, UnfinishedRun

SMALL = {"lattice.width": "0.4 mm", "lattice.depth": "0.6 mm", "step": "1 h", "save.series_every": "2 h"}
SHORT = {"follow_up": "8 h", "save.snapshots": ["0 h", "4 h", "8 h"]}
VALUES: dict[str, dict[str, Any]] = {
    "ladd": {**SMALL, **SHORT, "patient.scar_width": "0.2 mm", "patient.scar_depth": "150 um"},
    "diffusion_cell": {
        **SHORT,
        "step": "1 h",
        "save.series_every": "2 h",
        "lattice.width": "0.3 mm",
        "lattice.length": "0.3 mm",
        "lattice.depth": "0.4 mm",
        "events.0.density": "1200 /cm^2",
        "events.0.spot_diameter": "120 um",
    },
}
LAST = 8
"""Steps of the scenarios."""


@pytest.fixture(scope="module")
def whole() -> dict[str, scenarios.Run]:
    """Every scenario, run in one go."""
    loaded = {name: scenarios.load(name).with_values(values) for name, values in VALUES.items()}
    return {name: scenarios.run(scenario, seed=3, threads=1) for name, scenario in loaded.items()}


@pytest.fixture(autouse=True)
def _quick_stores(monkeypatch: pytest.MonkeyPatch) -> None:
    """Write stores of one series, which still tell the content of all, and do not wait for the disk."""
    write = store.write

    def write_little(tree: xr.DataTree, path: Path, **options: Any) -> None:
        series = tree["series"].to_dataset()
        little = xr.DataTree.from_dict({"/series": series[list(series.data_vars)[:1]]})
        little.attrs = tree.attrs
        write(little, path, **options)

    monkeypatch.setattr(store, "write", write_little)
    monkeypatch.setattr(os, "fsync", lambda _handle: None)


@pytest.fixture
def scar(whole: dict[str, scenarios.Run]) -> Scenario:
    return whole["ladd"].scenario


def interrupt(step: int, error: type[BaseException] = KeyboardInterrupt) -> Callable[[int, int], None]:
    def progress(done: int, _total: int) -> None:
        if done == step:
            raise error

    return progress


def begun(scenario: Scenario, out: Path, step: int = 3, **options: Any) -> Path:
    """Interrupt a run at a step; return its folder."""
    with pytest.raises(KeyboardInterrupt):
        scenarios.run(scenario, out, seed=3, threads=1, progress=interrupt(step), **options)
    return store.folder_of(out)


def check_finished(out: Path, expected: scenarios.Run) -> None:
    """The store is whole and that of a run in one go, and nothing else lies beside it."""
    assert [path.name for path in out.parent.iterdir()] == [out.name]
    check_seal(out)
    assert analysis.open_run(out).attrs["content_hash"] == expected.content_hash


@pytest.mark.parametrize(
    ("name", "steps"), [("ladd", [1]), ("ladd", [LAST]), ("ladd", [2, 3, 7]), ("diffusion_cell", [1, 5])], ids=str
)
def test_an_interrupted_run_goes_on_to_the_same_content(
    name: str, steps: list[int], whole: dict[str, scenarios.Run], tmp_path: Path
) -> None:
    out = tmp_path / "run"
    first, *later = steps
    folder = begun(whole[name].scenario, out, first)
    for step in later:
        if step > first:
            with pytest.raises(KeyboardInterrupt):
                scenarios.resume(folder, threads=2, progress=interrupt(step))
        assert Checkpoint.read(folder / "state.npz").about.step == step
        assert not out.exists()
    run = scenarios.resume(out, threads=2)
    assert run.content_hash == whole[name].content_hash
    assert run.path == out
    check_finished(out, whole[name])


@pytest.mark.parametrize("name", VALUES)
def test_a_checkpoint_may_be_older_than_the_end(
    name: str, whole: dict[str, scenarios.Run], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def look(self: UnfinishedRun, model: HealingModel, recording: Any) -> None:
        if model.step_index == 3:
            self.save(model, recording)

    monkeypatch.setattr(UnfinishedRun, "look", look)
    out = tmp_path / "run"
    with pytest.raises(ZeroDivisionError):
        scenarios.run(whole[name].scenario, out, seed=3, progress=interrupt(6, ZeroDivisionError))
    assert Checkpoint.read(store.folder_of(out) / "state.npz").about.step == 3
    scenarios.resume(out)
    check_finished(out, whole[name])


def test_checkpoints_change_nothing_and_are_gone_at_the_end(
    scar: Scenario, whole: dict[str, scenarios.Run], tmp_path: Path
) -> None:
    seen = []
    out = tmp_path / "run"
    scenarios.run(
        scar,
        out,
        seed=3,
        checkpoint_every_s=0,
        progress=lambda done, _: seen.append(Checkpoint.read(store.folder_of(out) / "state.npz").about.step == done),
    )
    assert seen == [True] * LAST
    check_finished(out, whole["ladd"])


def test_time_spent_before_counts(scar: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun(scar, tmp_path / "run")
    read = Checkpoint.read

    def slow(path: Path) -> Checkpoint:
        from dataclasses import replace

        state = read(path)
        return replace(state, about=replace(state.about, elapsed_s=1000.0))

    monkeypatch.setattr(Checkpoint, "read", slow)
    assert 1000.0 < scenarios.resume(tmp_path / "run").data.attrs["wall_time_s"] < 1060.0


def test_what_a_killed_process_left_is_gone_at_the_end(
    scar: Scenario, whole: dict[str, scenarios.Run], tmp_path: Path
) -> None:
    out = tmp_path / "run"
    folder = begun(scar, out)
    (folder / ".run.partial-1").mkdir()
    (folder / ".run.partial-1/chunk").write_text("half")
    (folder / ".state.npz.partial-2").write_text("half")
    scenarios.resume(out)
    check_finished(out, whole["ladd"])


def test_a_place_with_an_unfinished_run_is_not_taken_by_another(
    scar: Scenario, whole: dict[str, scenarios.Run], tmp_path: Path
) -> None:
    out = tmp_path / "run"
    folder = begun(scar, out)
    before = (folder / "state.npz").read_bytes()
    with pytest.raises(InputError, match=r"run\.unfinished: an unfinished run is there; allowed: mendsim resume"):
        scenarios.run(scar, out, seed=3)
    assert (folder / "state.npz").read_bytes() == before
    with pytest.raises(InputError, match=f"{out}: this run is not finished; allowed: after mendsim resume"):
        analysis.open_run(out)
    scenarios.run(scar, out, seed=3, overwrite=True)
    check_finished(out, whole["ladd"])


def test_a_run_that_is_to_be_replaced_stays_until_the_new_one_is_whole(
    scar: Scenario, whole: dict[str, scenarios.Run], tmp_path: Path
) -> None:
    out = tmp_path / "run"
    old = scenarios.run(scar, out, seed=4)
    with pytest.raises(InputError, match="the output exists already"):
        scenarios.run(scar, out, seed=3)
    begun(scar, out, overwrite=True)
    assert analysis.open_run(out).attrs["content_hash"] == old.content_hash
    scenarios.resume(out)
    check_finished(out, whole["ladd"])


def test_a_kill_after_the_store_is_in_place_loses_nothing(
    scar: Scenario, whole: dict[str, scenarios.Run], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(_self: UnfinishedRun) -> None:
        raise ZeroDivisionError

    out = tmp_path / "run"
    with monkeypatch.context() as patch:
        patch.setattr(UnfinishedRun, "finish", killed)
        with pytest.raises(ZeroDivisionError):
            scenarios.run(scar, out, seed=3, checkpoint_every_s=0)
    assert store.folder_of(out).exists()
    with pytest.raises(InputError, match="this run is finished"):
        scenarios.resume(out)
    check_finished(out, whole["ladd"])


@pytest.mark.parametrize("every_s", [None, 0.0])
def test_a_run_that_fails_leaves_nothing_but_a_checkpoint(
    every_s: float | None, scar: Scenario, tmp_path: Path
) -> None:
    with pytest.raises(ZeroDivisionError):
        scenarios.run(
            scar, tmp_path / "deep" / "run", progress=interrupt(2, ZeroDivisionError), checkpoint_every_s=every_s
        )
    left = sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file())
    inside = "deep/run.unfinished"
    assert left == ([] if every_s is None else [f"{inside}/{name}" for name in ("lock", "run.json", "state.npz")])
    assert every_s == 0.0 or list(tmp_path.iterdir()) == []


# Two processes


@pytest.fixture
def other_process() -> Iterator[Callable[[Path], None]]:
    """Let another process take the lock of a folder, until the end of the test."""
    running = []
    code = """
import sys
from pathlib import Path
from mendsim.scenarios.lock import FolderLock
lock = FolderLock(Path(sys.argv[1]), Path("run"))
print("locked", flush=True)
sys.stdin.read()
"""

    def hold(folder: Path) -> None:
        command = [sys.executable, "-c", code, str(folder)]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603
        running.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == b"locked\n"

    yield hold
    for process in running:
        process.kill()
        process.communicate()


def test_only_one_process_writes(
    scar: Scenario, whole: dict[str, scenarios.Run], other_process: Callable[[Path], None], tmp_path: Path
) -> None:
    out = tmp_path / "run"
    folder = begun(scar, out)
    other_process(folder)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    message = f"^{out}: another process is writing this; allowed: to wait for it$"
    for attempt in (
        lambda: scenarios.resume(out),
        lambda: scenarios.run(scar, out),
        lambda: scenarios.run(scar, out, overwrite=True),
    ):
        with pytest.raises(InputError, match=message):
            attempt()
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_the_lock_is_free_once_its_holder_is_killed(
    scar: Scenario, whole: dict[str, scenarios.Run], tmp_path: Path
) -> None:
    out = tmp_path / "run"
    folder = begun(scar, out)
    code = "import os,sys;from pathlib import Path;from mendsim.scenarios.lock import FolderLock as F"
    code += ";F(Path(sys.argv[1]),Path());os.kill(os.getpid(),9)"
    assert subprocess.run([sys.executable, "-c", code, str(folder)], check=False).returncode == -9  # noqa: S603
    scenarios.resume(out)
    check_finished(out, whole["ladd"])


def test_a_process_in_the_way_between_folder_and_lock_is_noticed(
    scar: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last holder removes the folder just after its lock was opened: the lock of a folder that is gone is none."""
    folder = tmp_path / "run.unfinished"
    folder.mkdir()
    taken = []
    flock = lock.fcntl.flock

    def late(handle: int, how: int) -> None:
        flock(handle, how)
        if not taken:
            taken.append(handle)
            (folder / "lock").unlink()
            folder.rmdir()

    monkeypatch.setattr(lock.fcntl, "flock", late)
    held = lock.FolderLock(folder, tmp_path / "run")
    assert (folder / "lock").exists()
    monkeypatch.undo()
    with pytest.raises(InputError, match="another process"):
        lock.FolderLock(folder, tmp_path / "run")
    held.release()


# States that cannot be used


def rewritten(path: Path, **changed: Any) -> None:
    """Write an archive again with other arrays."""
    with np.load(path, allow_pickle=False) as archive:
        arrays = {name: archive[name] for name in archive.files}
    stream = io.BytesIO()
    np.savez(stream, **{name: value for name, value in (arrays | changed).items() if value is not None})
    path.write_bytes(stream.getvalue())


class Wicked:
    """Leaves a file when it is unpickled."""

    def __reduce__(self) -> tuple[Any, ...]:
        return (Path.touch, (Path("executed"),))


def other_members(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("about", b"no array")


def other_about(path: Path, **changed: Any) -> None:
    with np.load(path) as archive:
        about = json.loads(archive["about"].tobytes()) | changed
    rewritten(path, about=np.frombuffer(json.dumps(about).encode(), np.uint8))


DAMAGE: dict[str, Callable[[Path], object]] = {
    "empty": lambda path: path.write_bytes(b""),
    "text": lambda path: path.write_text("a state"),
    "one array": lambda path: np.save(path.open("wb"), np.zeros(3)),
    "foreign archive": lambda path: np.savez(path, a=np.zeros(3)),
    "members that are no arrays": other_members,
    "pickled objects": lambda path: rewritten(path, about=np.array([Wicked()], object)),
    "a pickled array of the skin": lambda path: rewritten(path, **{"model/core/rng": np.array([Wicked()], object)}),
    "no agents": lambda path: rewritten(path, **{"model/core/Keratinocyte/kind": None}),
    "no field": lambda path: rewritten(path, **{"model/skin/matrix.collagen_1": None}),
    "no recording": lambda path: rewritten(path, **{"recording/.structure": None}),
    "another recording": lambda path: rewritten(path, **{"recording/.structure": np.frombuffer(b"[1]", np.uint8)}),
    "another seed": lambda path: other_about(path, seed=99),
    "no number as seed": lambda path: other_about(path, seed=math.inf),
    "another step": lambda path: other_about(path, step=math.inf),
    "an unknown drug": lambda path: other_about(path, drug="snake_oil"),
    "a wrong scenario": lambda path: other_about(path, scenario={"title": 3}),
    "no scenario": lambda path: other_about(path, scenario=None),
    "a folder": lambda path: (path.unlink(), path.mkdir()),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=list(DAMAGE))
def test_a_damaged_or_foreign_state_is_refused_by_its_path(
    damage: Callable[[Path], object], interrupted: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = store.folder_of(interrupted) / "state.npz"
    damage(path)
    with pytest.raises(StateFileError) as caught:
        scenarios.resume(interrupted)
    assert str(caught.value).startswith(f"{path}: ")
    assert "\n" not in str(caught.value)
    assert not Path("executed").exists()
    assert path.exists()  # nothing is thrown away
    assert not interrupted.exists()


@pytest.fixture(scope="module")
def _begun_once(whole: dict[str, scenarios.Run], tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = begun(whole["ladd"].scenario, tmp_path_factory.mktemp("begun") / "run")
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture
def interrupted(_begun_once: dict[str, bytes], tmp_path: Path) -> Path:
    """A run that was interrupted."""
    out = tmp_path / "run"
    store.folder_of(out).mkdir()
    for name, content in _begun_once.items():
        (store.folder_of(out) / name).write_bytes(content)
    return out


def test_a_state_cut_off_or_with_a_wrong_byte_anywhere_is_refused(interrupted: Path) -> None:
    """Or the byte does not count, as that of a date, and the run goes on as it would."""
    path = store.folder_of(interrupted) / "state.npz"
    content = path.read_bytes()
    kept = Checkpoint.read(path)
    rng = np.random.default_rng(5)
    with zipfile.ZipFile(path) as archive:
        heads = [info.header_offset for info in archive.infolist()]
        places = [*rng.choice(heads, 40) + rng.integers(0, 250, 40), *rng.integers(archive.start_dir, len(content), 30)]
    refused, tried = 0, 0
    for place in [*places, *rng.integers(0, len(content), 10)]:
        for damaged in (content[:place], content[:place] + bytes([content[place] ^ 12]) + content[place + 1 :]):
            path.write_bytes(damaged)
            tried += 1
            try:
                state = Checkpoint.read(path)
            except StateFileError as error:
                refused += str(error).startswith(f"{path}: ")
                continue
            tried -= 1
            assert state.about == kept.about
            assert all(state.model[name].tobytes() == array.tobytes() for name, array in kept.model.items())
    assert refused == tried > 120


def test_what_is_no_unfinished_run_is_not_resumed(
    scar: Scenario, tmp_path: Path, interrupted: Path, whole: dict[str, scenarios.Run]
) -> None:
    with pytest.raises(InputError, match=r"nowhere: no unfinished run; allowed: a run that was interrupted"):
        scenarios.resume(tmp_path / "nowhere")
    scenarios.resume(interrupted)
    for path in (interrupted, store.folder_of(interrupted)):
        with pytest.raises(InputError, match="this run is finished"):
            scenarios.resume(path)
    check_finished(interrupted, whole["ladd"])


@pytest.mark.parametrize("text", ["", "[]", "{}", "null", '{"format": "mendsim state 1"}', "[" * 100_000])
def test_a_damaged_description_is_refused(text: str, interrupted: Path) -> None:
    path = store.folder_of(interrupted) / "run.json"
    path.write_text(text)
    with pytest.raises(StateFileError, match=r"run\.json: "):
        scenarios.resume(interrupted)


def test_a_run_of_another_version_is_not_mixed_with_this_one(
    interrupted: Path, monkeypatch: pytest.MonkeyPatch, whole: dict[str, scenarios.Run]
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(checkpoint, "code_digest", lambda: "another")
        with pytest.raises(StateFileError, match=r"run\.json: this run was begun by another version of mendsim"):
            scenarios.resume(interrupted)
        with pytest.raises(StateFileError, match=r"state\.npz: this run was begun by another version"):
            Checkpoint.read(store.folder_of(interrupted) / "state.npz")
    scenarios.resume(interrupted)
    check_finished(interrupted, whole["ladd"])


def test_a_run_killed_before_its_first_checkpoint_begins_anew(
    interrupted: Path, whole: dict[str, scenarios.Run]
) -> None:
    (store.folder_of(interrupted) / "state.npz").unlink()
    scenarios.resume(interrupted)
    check_finished(interrupted, whole["ladd"])


@pytest.mark.parametrize("damage", [None, "state.npz", "run.json"])
def test_kept_runs_go_on_from_a_state_or_begin_anew(
    damage: str | None, scar: Scenario, interrupted: Path, whole: dict[str, scenarios.Run]
) -> None:
    folder = store.folder_of(interrupted)
    if damage == "state.npz":
        (folder / damage).write_bytes(b"nonsense")
    elif damage is not None:
        (folder / damage).unlink()
    told: list[int] = []
    with UnfinishedRun.take_up(interrupted, Description(scenario=scar, seed=3)) as work:
        scenarios.runner.complete(work, progress=lambda done, _: told.append(done))
    assert told[0] == (4 if damage is None else 1)
    check_finished(interrupted, whole["ladd"])


# Disks


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """Let the system refuse to write larger files, in the middle of writing them."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_disk_that_is_full_at_a_checkpoint_keeps_the_last_one(
    scar: Scenario, whole: dict[str, scenarios.Run], tmp_path: Path
) -> None:
    out = tmp_path / "run"

    def progress(done: int, _total: int) -> None:
        if done == 3:
            resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, resource.RLIM_INFINITY))

    with (
        largest_file(1 << 30),
        pytest.raises(
            InputError, match=r"run\.unfinished/state\.npz: the state of the run cannot be written: File too"
        ),
    ):
        scenarios.run(scar, out, seed=3, checkpoint_every_s=0, progress=progress)
    folder = store.folder_of(out)
    assert sorted(path.name for path in folder.iterdir()) == ["lock", "run.json", "state.npz"]
    assert Checkpoint.read(folder / "state.npz").about.step == 3
    scenarios.resume(out)
    check_finished(out, whole["ladd"])


@pytest.mark.parametrize("moment", ["write", "fsync"])
def test_a_disk_that_is_full_at_the_end_keeps_the_last_checkpoint(
    moment: str, interrupted: Path, whole: dict[str, scenarios.Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch, largest_file(2_000 if moment == "write" else 1 << 30):
        if moment == "fsync":
            patch.setattr(os, "fsync", full)
        with pytest.raises(InputError, match=rf"{interrupted}: cannot be written: (File too large|No space left)"):
            scenarios.resume(interrupted)
    assert [path.name for path in interrupted.parent.iterdir()] == ["run.unfinished"]
    scenarios.resume(interrupted)
    check_finished(interrupted, whole["ladd"])


def test_a_disk_that_is_full_at_the_beginning_leaves_nothing(
    scar: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(InputError, match=r"deep/run: cannot be written: No space left on device"):
        scenarios.run(scar, tmp_path / "deep" / "run")
    assert list(tmp_path.iterdir()) == []


def test_output_that_may_only_be_read_is_refused_at_once(
    scar: Scenario, interrupted: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Permissions do not bind the superuser, so the system's answers are played."""
    before = (store.folder_of(interrupted) / "state.npz").read_bytes()

    def read_only(*_arguments: Any, **_options: Any) -> int:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    with monkeypatch.context() as patch:
        patch.setattr(os, "access", lambda *_: False)
        with pytest.raises(InputError, match="is read-only"):
            scenarios.run(scar, interrupted.with_name("new"))
    monkeypatch.setattr(lock.os, "open", read_only)
    with pytest.raises(InputError, match=f"^{interrupted}: cannot be written: Read-only file system$"):
        scenarios.resume(interrupted)
    monkeypatch.setattr(Path, "mkdir", read_only)
    with pytest.raises(InputError, match="new: cannot be written: Read-only file system"):
        scenarios.run(scar, interrupted.with_name("new"))
    assert (store.folder_of(interrupted) / "state.npz").read_bytes() == before
    assert len(list(interrupted.parent.iterdir())) == 1


# Numbers that cannot be


@contextmanager
def broken(kind: type, step: int) -> Iterator[None]:
    """Let a model come to a number that is none in one of its steps."""
    sound = kind.step

    def step_(self: Any) -> None:
        sound(self)
        if self.step_index == step:
            (self.denatured if kind is ExcisedSkin else self.matrix.collagen_1)[9, 0, 4] = math.nan

    kind.step = step_
    try:
        yield
    finally:
        kind.step = sound


@pytest.mark.parametrize(("name", "kind"), [("ladd", HealingModel), ("diffusion_cell", ExcisedSkin)])
def test_wrong_numbers_stop_a_run_and_a_mended_program_goes_on(
    name: str, kind: type, whole: dict[str, scenarios.Run], tmp_path: Path
) -> None:
    out = tmp_path / "run"
    with broken(kind, 6), pytest.raises(NumbersError) as caught:
        scenarios.run(whole[name].scenario, out, seed=3, checkpoint_every_s=0)
    said = str(caught.value)
    assert said.startswith("step 6 (6 h): ")
    assert "is nan" in said
    assert " at depth " in said
    assert said.endswith(f"; the last good checkpoint is kept in {store.folder_of(out)}")
    assert Checkpoint.read(store.folder_of(out) / "state.npz").about.step == 5
    scenarios.resume(out)
    check_finished(out, whole[name])


def test_wrong_numbers_before_the_first_checkpoint_leave_nothing(scar: Scenario, tmp_path: Path) -> None:
    with broken(HealingModel, 2), pytest.raises(NumbersError, match=r"um$"):
        scenarios.run(scar, tmp_path / "run")
    assert list(tmp_path.iterdir()) == []


def test_the_command_tells_wrong_numbers_by_its_exit_code(
    interrupted: Path, capsys: pytest.CaptureFixture[str], whole: dict[str, scenarios.Run]
) -> None:
    with broken(HealingModel, 6):
        assert main(["resume", str(interrupted), "--threads", "1"]) == 3
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 1
    assert said[0].startswith("mendsim: step 6 (6 h): collagen_1 [mg/mL] is nan, outside 0 to ")
    assert main(["resume", str(interrupted), "--threads", "1"]) == 0
    check_finished(interrupted, whole["ladd"])


def test_a_kill_while_the_folder_is_removed_leaves_nothing_that_passes_for_a_run(
    interrupted: Path, whole: dict[str, scenarios.Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without its state, the description alone would begin a branch from its start."""
    removed = []

    def killed(path: Path, **_options: Any) -> None:
        removed.append(path.name)
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", killed)
        with pytest.raises(ZeroDivisionError):
            lock.remove_locked(store.folder_of(interrupted), "run.json")
    assert removed == ["run.json"]
    (store.folder_of(interrupted) / "run.json").unlink()
    with pytest.raises(InputError, match="no unfinished run"):
        scenarios.resume(interrupted)
    scenarios.run(whole["ladd"].scenario, interrupted, seed=3)
    check_finished(interrupted, whole["ladd"])


def test_what_a_kill_left_of_the_folder_of_a_finished_run_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "run.zarr"
    folder = store.folder_of(out)
    out.mkdir()
    folder.mkdir()
    (folder / "lock").touch()
    (folder / "state.npz").write_bytes(b"half removed")
    monkeypatch.setattr(store, "is_store", lambda path: path == out)
    with pytest.raises(FinishedError):
        UnfinishedRun.reopen(out)
    assert not folder.exists()
