"""Carrying out a sweep: every run once, whatever fails, dies or is there already."""

from __future__ import annotations

import errno
import json
import os
import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest
import xarray as xr

from mendsim.analysis.sweep_outcomes import every_outcome
from mendsim.analysis.sweep_table import open_sweep
from mendsim.cli.processes import processes
from mendsim.common.errors import InputError, WorkerError
from mendsim.scenarios import runner, store
from mendsim.scenarios.sweeping import engine, load_design, worker
from mendsim.scenarios.sweeping.engine import Progress, carry_out_sweep
from mendsim.scenarios.sweeping.folder import SweepFolder, read_row, write_row
from mendsim.scenarios.sweeping.table import TABLE, make_table, write_table

CUT = """
title = "A small cut"
follow_up = "2 h"
[patient]
site = "cheek"
phototype = 2
initial_state = "healthy"
[lattice]
width = "0.3 mm"
depth = "0.4 mm"
[[events]]
kind = "incision"
at = "0 h"
width = "50 um"
depth = "200 um"
[save]
snapshots = ["2 h"]
"""
DESIGN = """
scenario = "cut.toml"
kind = "list"
replicates = 2
[[points]]
"events.0.depth" = "100 um"
[[points]]
"events.0.depth" = "200 um"
"""


@pytest.fixture
def design_file(tmp_path: Path) -> Path:
    (tmp_path / "cut.toml").write_text(CUT, encoding="utf-8")
    (tmp_path / "depths.toml").write_text(DESIGN, encoding="utf-8")
    return tmp_path / "depths.toml"


@pytest.fixture
def folder(design_file: Path) -> SweepFolder:
    return SweepFolder.create(design_file.parent / "sweep", load_design(design_file))


@contextmanager
def one_thread() -> Iterator[Executor]:
    with ThreadPoolExecutor(1) as executor:
        yield executor


def carry_out(folder: SweepFolder, **options: object) -> Progress:
    return carry_out_sweep(folder, one_thread, 1, measure=every_outcome, **options)  # type: ignore[arg-type]


def test_each_run_is_done_once_and_its_row_is_that_of_the_run(folder: SweepFolder) -> None:
    told: list[Progress] = []
    end = carry_out(folder, tell=told.append)
    assert (end.done, end.failed, end.left, end.new) == (4, 0, 0, 4)
    assert [(told[0].done, told[0].left), told[0].left_s] == [(0, 4), None]
    table = make_table(folder)
    assert table["status"].tolist() == ["done"] * 4
    assert table[["point", "replicate", "seed"]].to_numpy().tolist() == [[0, 0, 1], [0, 1, 2], [1, 0, 1], [1, 1, 2]]
    assert table["events.0.depth"].tolist() == [100.0, 100.0, 200.0, 200.0]
    assert table.attrs["units"]["events.0.depth"] == "um"
    for job, row in folder.rows():
        done = runner.run(job.scenario(), seed=job.seed, threads=1)
        assert row is not None
        assert row["content_hash"] == done.content_hash
        assert row["outcomes"]["keratinocyte_count"] == [float(done.data["outcome"]["keratinocyte_count"]), "1"]
    assert list((folder.path / "runs").iterdir()) == []

    again = carry_out(folder)
    assert (again.done, again.new) == (4, 0)


def test_a_design_that_grew_does_only_what_is_new(folder: SweepFolder, design_file: Path) -> None:
    carry_out(folder)
    more = DESIGN.replace("replicates = 2", "replicates = 3") + '[[points]]\n"events.0.depth" = "150 um"\n'
    design_file.write_text(more, encoding="utf-8")
    grown = SweepFolder.create(folder.path, load_design(design_file))
    end = carry_out(grown)
    assert (end.done, end.new) == (9, 5)
    assert len(make_table(grown)) == 9


def test_points_that_are_the_same_run_are_done_once(folder: SweepFolder, design_file: Path) -> None:
    factor = '[factors."patient.phototype"]\nlow = 1\nhigh = 2\n'
    kind = 'scenario = "cut.toml"\nkind = "morris"\nsize = 2\nlevels = 2\n'
    design_file.write_text(kind + factor, encoding="utf-8")
    design = load_design(design_file)
    twice = SweepFolder.create(folder.path.with_name("twice"), design)
    end = carry_out(twice)
    assert end.done == len({point["patient.phototype"] for point in design.points}) == 2
    assert (make_table(twice)["status"] == "done").sum() == design.size == 4


def _fails(tree: xr.DataTree) -> Mapping[str, tuple[float, str]]:
    if json.loads(tree.attrs["scenario"])["events"][0]["depth"] == "100 um":
        raise ZeroDivisionError("no outcome")
    return every_outcome(tree)


def test_a_run_that_fails_is_recorded_and_done_again_only_when_asked(folder: SweepFolder) -> None:
    end = carry_out_sweep(folder, one_thread, 1, measure=_fails)
    assert (end.done, end.failed) == (2, 2)
    table = make_table(folder)
    assert table["status"].tolist() == ["failed", "failed", "done", "done"]
    assert table["error"].tolist()[:2] == ["ZeroDivisionError: no outcome"] * 2
    assert "_fails" in next(row["traceback"] for _, row in folder.rows() if row and row["status"] == "failed")
    assert carry_out(folder).new == 0
    retried = carry_out(folder, retry_failed=True)
    assert (retried.done, retried.failed, retried.new) == (4, 0, 2)


def test_a_point_that_is_not_valid_fails_in_one_line(folder: SweepFolder) -> None:
    task = next(_tasks(folder))
    row = worker.carry_out(_changed(task, values={"events.0.depth": "9 mm"}))
    assert row["status"] == "failed"
    assert "events.0.depth" in row["error"]
    assert "traceback" not in row
    with pytest.raises(WorkerError, match="another version"):
        worker.carry_out(_changed(task, code="another", key="b" * 64))


def _tasks(folder: SweepFolder) -> Iterator[worker.Task]:
    course = engine._Course(folder, 1, every_outcome, None, None)
    list(course._ended())
    return course._todo(set())


def _changed(task: worker.Task, **values: object) -> worker.Task:
    return worker.Task(**{**vars(task), **values})  # type: ignore[arg-type]


def test_a_worker_that_does_not_see_the_folder_returns_the_row(folder: SweepFolder, tmp_path: Path) -> None:
    here, elsewhere = list(_tasks(folder))[:1] * 2
    row = worker.carry_out(_changed(elsewhere, folder=str(tmp_path / "nowhere")))
    assert not (tmp_path / "nowhere").exists()
    assert folder.row(here.key) is None
    assert row["content_hash"] == worker.carry_out(here)["content_hash"]


def test_the_engine_writes_rows_that_workers_could_not(folder: SweepFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "is_sweep", lambda _path: False)
    assert carry_out(folder).done == 4
    assert all(row is not None for _, row in folder.rows())


def test_a_run_goes_on_from_its_checkpoint(folder: SweepFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    task = _changed(next(_tasks(folder)), checkpoint_every_s=0.0)
    seen: list[int] = []

    def stop(done: int, _total: int) -> None:
        seen.append(done)
        if len(seen) == 2:
            raise ValueError("away")

    @contextmanager
    def stopping() -> Iterator[Callable[[int, int], None]]:
        yield stop

    monkeypatch.setattr(worker, "_stopped_by_terminate", stopping)
    assert worker.carry_out(task)["status"] == "failed"
    assert [path.suffix for path in (folder.path / "runs").iterdir()] == [store.UNFINISHED]
    row = worker.carry_out(task)
    assert seen == [1, 2, 3, 4]
    job = folder.design.job(0, 0)
    assert row["content_hash"] == runner.run(job.scenario(), seed=job.seed, threads=1).content_hash


def test_stores_are_kept_where_the_design_asks_for_them(folder: SweepFolder, design_file: Path) -> None:
    one = DESIGN.replace("replicates = 2", "replicates = 1")
    design_file.write_text("keep_stores = true\n" + one, encoding="utf-8")
    kept = SweepFolder.create(folder.path.with_name("kept"), load_design(design_file))
    carry_out(kept)
    for _, row in kept.rows():
        assert row is not None
        assert store.is_store(kept.store_path(row["key"]))


def _kills(tree: xr.DataTree) -> Mapping[str, tuple[float, str]]:
    if json.loads(tree.attrs["scenario"])["events"][0]["depth"] == "100 um" and tree.attrs["seed"] == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    return every_outcome(tree)


def test_a_run_that_kills_its_worker_is_given_up_and_the_others_are_done(
    folder: SweepFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "_ATTEMPTS", 2)
    monkeypatch.setattr(engine, "_TOGETHER", 1)
    end = carry_out_sweep(folder, partial(processes, 2), 2, measure=_kills)
    assert (end.done, end.failed) == (3, 1)
    row = folder.row(folder.key(folder.design.job(0, 0)))
    assert row is not None
    assert row["error"] == "its worker was killed from outside 2 times: perhaps out of memory"


def test_two_processes_do_not_work_on_one_sweep(folder: SweepFolder) -> None:
    entered, leave = threading.Event(), threading.Event()

    @contextmanager
    def slow() -> Iterator[Executor]:
        entered.set()
        leave.wait(60)
        with one_thread() as executor:
            yield executor

    first = threading.Thread(target=carry_out_sweep, args=(folder, slow, 1), kwargs={"measure": every_outcome})
    first.start()
    try:
        assert entered.wait(60)
        with pytest.raises(InputError, match="another process is writing this"):
            carry_out(folder)
    finally:
        leave.set()
        first.join()


def test_what_is_no_sweep_or_damaged_or_of_another_version_is_refused(
    folder: SweepFolder, design_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    design = folder.design
    (design_file.parent / "other").mkdir()
    (design_file.parent / "other" / "notes.txt").touch()
    with pytest.raises(InputError, match="this is not a sweep"):
        SweepFolder.create(design_file.parent / "other", design)
    with pytest.raises(InputError, match="no such sweep"):
        SweepFolder.open(design_file.parent / "nothing")
    monkeypatch.setattr("mendsim.scenarios.sweeping.folder.code_digest", lambda: "newer")
    with pytest.raises(InputError, match="another version of mendsim"):
        SweepFolder.create(folder.path, design)
    (folder.path / "sweep.json").write_text('{"format": "mendsim sweep 1", "design": 3}', encoding="utf-8")
    with pytest.raises(InputError, match=r"sweep\.json|design"):
        SweepFolder.open(folder.path)
    (folder.path / "sweep.json").write_text("[]", encoding="utf-8")
    with pytest.raises(InputError, match=r"sweep\.json: not a sweep"):
        open_sweep(folder.path)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"status": "odd", "outcomes": {}}', '{"status": "done"}'])
def test_a_damaged_row_is_named(folder: SweepFolder, text: str) -> None:
    path = folder.row_path("a" * 64)
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="the row of a run is damaged") as caught:
        read_row(path)
    assert str(path) in str(caught.value)


def test_the_table_is_the_same_from_rows_and_from_its_file_and_tells_what_is_missing(folder: SweepFolder) -> None:
    assert make_table(folder)["status"].tolist() == ["waiting"] * 4
    outcomes = {"closure_days": [float("inf"), "day"], "hair": [float("nan"), "1"], "scar_depth_um": [3.25, "um"]}
    for number, (job, _) in enumerate(list(folder.rows())):
        row = {"key": folder.key(job), "seed": job.seed, "status": "done", "error": "", "content_hash": str(number)}
        write_row(folder.row_path(row["key"]), {**row, "outcomes": outcomes, "wall_time_s": 0.5})
    made = make_table(folder)
    written = write_table(folder)
    read = open_sweep(folder.path)
    assert (folder.path / TABLE).is_file()
    assert made.equals(written)
    assert read.equals(written)
    assert read.attrs == written.attrs
    assert read["closure_days"].tolist() == [float("inf")] * 4
    assert read["hair"].isna().all()
    (folder.path / TABLE).write_bytes(b"PAR1 and nothing")
    with pytest.raises(InputError, match="table of the sweep is damaged"):
        open_sweep(folder.path)


def test_a_full_disk_ends_the_sweep_and_fails_no_run(folder: SweepFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", full)
        with pytest.raises(InputError, match="cannot be written: No space left on device"):
            carry_out(folder)
    assert make_table(folder)["status"].tolist() == ["waiting"] * 4
    assert carry_out(folder).done == 4


def test_lost_workers_end_the_sweep_and_fail_no_run(folder: SweepFolder) -> None:
    class Gone(Executor):
        def submit(self, _function: object, /, *_: object, **__: object) -> Future:  # type: ignore[override]
            future: Future = Future()
            future.set_exception(ConnectionError("scheduler closed"))
            return future

    @contextmanager
    def gone() -> Iterator[Executor]:
        yield Gone()

    with pytest.raises(WorkerError, match="the workers are lost: ConnectionError scheduler closed"):
        carry_out_sweep(folder, gone, 1, measure=every_outcome)
    assert make_table(folder)["status"].tolist() == ["waiting"] * 4


def test_the_table_is_that_of_the_design_as_it_is_now(folder: SweepFolder, design_file: Path) -> None:
    carry_out(folder)
    write_table(folder)
    design_file.write_text(DESIGN.replace("replicates = 2", "replicates = 3"), encoding="utf-8")
    SweepFolder.create(folder.path, load_design(design_file))
    assert open_sweep(folder.path)["status"].tolist() == ["done", "done", "waiting"] * 2


def test_a_design_without_the_runs_that_are_there_is_refused(folder: SweepFolder, design_file: Path) -> None:
    design_file.write_text(DESIGN.replace("100 um", "110 um"), encoding="utf-8")
    with pytest.raises(InputError, match="another sweep is there"):
        SweepFolder.create(folder.path, load_design(design_file))
    assert SweepFolder.open(folder.path).design.points[0] == {"events.0.depth": "100 um"}


def test_a_sweep_that_was_killed_before_its_plan_was_written_begins_anew(folder: SweepFolder) -> None:
    (folder.path / "sweep.json").unlink()
    (folder.path / ".sweep.json.partial-1").touch()
    again = SweepFolder.create(folder.path, folder.design)
    assert carry_out(again).done == 4
    (folder.path / "sweep.json").unlink()
    with pytest.raises(InputError, match="this is not a sweep"):
        SweepFolder.create(folder.path, folder.design)


def test_other_ways_to_measure_outcomes_are_another_sweep(folder: SweepFolder) -> None:
    with pytest.raises(InputError, match="another version of mendsim"):
        SweepFolder.create(folder.path, folder.design, measured_by="newer end points")
    with pytest.raises(InputError, match="another version of mendsim"):
        folder.check_code("newer end points")


def test_an_outcome_that_a_run_does_not_have_is_no_number(folder: SweepFolder, design_file: Path) -> None:
    design_file.write_text('outcomes = ["nowhere"]\n' + DESIGN, encoding="utf-8")
    wanted = SweepFolder.create(folder.path.with_name("wanted"), load_design(design_file))
    carry_out(wanted)
    assert make_table(wanted)["nowhere"].isna().all()
