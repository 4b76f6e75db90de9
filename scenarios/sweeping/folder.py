"""The folder of a sweep: its design, a row for each finished run, runs on their way, and the table.

Each run is known by what decides it, not by its place in the design: a design that grew finds the runs of its smaller
self again.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import time
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic_core import from_json

from mendsim.common.errors import InputError, WriteError
from mendsim.scenarios.lock import LOCK, FolderLock
from mendsim.scenarios.provenance import code_digest
from mendsim.scenarios.replace import written_whole
from mendsim.scenarios.sweeping.design import Design, Job
from mendsim.scenarios.sweeping.loading import design_from_dict

if TYPE_CHECKING:
    from collections.abc import Mapping

Row = dict[str, Any]
"""What is kept of a run: key, seed, status, error, seconds, content hash, outcomes with values and units."""

DONE, FAILED = "done", "failed"
_PLAN, _ROWS, _RUNS = "sweep.json", "rows", "runs"
_FORMAT = "mendsim sweep 1"
_ABANDONED_S = 3600.0
_WANTED = "the folder that mendsim sweep wrote"


class SweepFolder:
    """One sweep on disk.

    Parameters
    ----------
    path : the folder.
    design : what is run.
    """

    def __init__(self, path: Path, design: Design):
        self.path, self.design = path, design

    @classmethod
    def create(cls, path: Path, design: Design, *, measured_by: str = "") -> SweepFolder:
        """Make the folder of a sweep, or find that of the same sweep again, or of a smaller one.

        Parameters
        ----------
        path : of the folder.
        design : what is run.
        measured_by : digest of the sources that measure outcomes.

        Raises
        ------
        InputError : something else is there, another version of mendsim began it, or it cannot be written.
        """
        if is_sweep(path):
            _check_code(_plan(path), path, measured_by)
            _check_contains(cls(path, design), cls.open(path))
        elif path.exists() and not _is_unused(path):
            problem = "this is not a sweep, so nothing is written into it"
            raise InputError(problem, file=path, allowed="another --out")
        try:
            (path / _RUNS).mkdir(parents=True, exist_ok=True)
            lock = FolderLock(path, path)
            try:
                plan = {
                    "format": _FORMAT,
                    "code": code_digest(),
                    "measured_by": measured_by,
                    "design": design.to_dict(),
                }
                with written_whole(path / _PLAN) as stream:
                    stream.write(json.dumps(plan).encode())
            finally:
                lock.release()
        except OSError as error:
            raise WriteError(f"cannot be written: {error.strerror or error}", file=path) from None
        return cls(path, design)

    @classmethod
    def open(cls, path: Path) -> SweepFolder:
        """Open the folder of a sweep.

        Raises
        ------
        InputError : it is none, or damaged.
        """
        plan = _plan(path)
        try:
            return cls(path, design_from_dict(plan["design"]))
        except (KeyError, TypeError, AttributeError) as error:
            raise InputError("not a sweep, or a damaged one", file=path / _PLAN, allowed=_WANTED) from error

    def check_code(self, measured_by: str = "") -> None:
        """Refuse to go on with a sweep that another version of mendsim began.

        Raises
        ------
        InputError : it was.
        """
        _check_code(_plan(self.path), self.path, measured_by)

    def tidy(self) -> None:
        """Remove what killed processes left half written, once it is too old to be still in the making."""
        for pattern in (".*.partial-*", f"{_ROWS}/*/.*.partial-*"):
            for part in self.path.glob(pattern):
                with contextlib.suppress(OSError):
                    if part.stat().st_mtime < time.time() - _ABANDONED_S:
                        part.unlink()

    def key(self, job: Job) -> str:
        """Name of a run by all that decides it."""
        text = json.dumps([self._base, dict(job.values), job.seed], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    @cached_property
    def _base(self) -> str:
        told = [self.design.base.written, dict(self.design.table.fixed)]
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()

    def keys(self) -> set[str]:
        """Names of all runs."""
        return {self.key(job) for job in self.design.jobs()}

    def row_path(self, key: str) -> Path:
        """File of the row of a run."""
        return row_path(self.path, key)

    def store_path(self, key: str) -> Path:
        """Run store of a run, if it is kept."""
        return store_path(self.path, key)

    def row(self, key: str) -> Row | None:
        """Read the row of a run; None if it has not ended.

        Raises
        ------
        InputError : the row is damaged.
        """
        return read_row(self.row_path(key))

    def rows(self) -> Iterator[tuple[Job, Row | None]]:
        """Every run of the design with its row, in the order of points and replicates."""
        known: dict[str, Row | None] = {}
        for point in range(self.design.size):
            for replicate in range(self.design.table.replicates):
                job = self.design.job(point, replicate)
                key = self.key(job)
                if key not in known:
                    known[key] = self.row(key)
                yield job, known[key]


def is_sweep(path: Path) -> bool:
    """Whether a folder is that of a sweep."""
    return (path / _PLAN).is_file()


def digest_of(path: Path) -> str:
    """Digest of the design of a sweep.

    Raises
    ------
    InputError : no sweep there, or a damaged one.
    """
    design = _plan(path).get("design")
    return str(design.get("digest")) if isinstance(design, dict) else ""


def _is_unused(path: Path) -> bool:
    """Whether a folder is empty, but for what a sweep makes before its plan: it may have been cut off then."""
    return path.is_dir() and all(
        entry.name in (_RUNS, LOCK) or entry.name.startswith(f".{_PLAN}.partial-") for entry in path.iterdir()
    )


def _check_contains(new: SweepFolder, old: SweepFolder) -> None:
    if new.design.digest != old.design.digest and not old.keys() <= new.keys():
        problem = "another sweep is there, with runs that this design does not have"
        raise InputError(problem, file=new.path, allowed="another --out, or a design that grew")


def row_path(folder: Path, key: str) -> Path:
    """File of the row of a run; few enough in a folder that every file system copes."""
    return folder / _ROWS / key[:2] / f"{key}.json"


def store_path(folder: Path, key: str) -> Path:
    """Run store of a run of a sweep."""
    return folder / _RUNS / f"{key}.zarr"


def read_row(path: Path) -> Row | None:
    """Read a row; None if there is none.

    Raises
    ------
    InputError : it is damaged.
    """
    try:
        row = from_json(path.read_bytes())  # several times as fast as json for the many numbers of thousands of rows
        known = row["status"] in (DONE, FAILED) and isinstance(row["outcomes"], dict)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        known = False
    if not known:
        raise InputError(
            "the row of a run is damaged", file=path, allowed="a row as it was written; remove it to run it anew"
        )
    return row


def write_row(path: Path, row: Mapping[str, Any]) -> None:
    """Write a row, whole or not at all.

    Raises
    ------
    WriteError : it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with written_whole(path) as stream:
            stream.write(json.dumps(row).encode())
    except OSError as error:
        raise WriteError(f"cannot be written: {error.strerror or error}", file=path) from None


def _plan(path: Path) -> dict[str, Any]:
    file = path / _PLAN
    try:
        plan = json.loads(file.read_bytes())
        known = plan["format"] == _FORMAT
    except FileNotFoundError:
        raise InputError("no such sweep", file=path, allowed=_WANTED) from None
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        known = False
    if not known:
        raise InputError("not a sweep, or a damaged one", file=file, allowed=_WANTED)
    return plan


def _check_code(plan: dict[str, Any], path: Path, measured_by: str) -> None:
    if (plan.get("code"), plan.get("measured_by", "")) != (code_digest(), measured_by):
        problem = "this sweep was begun by another version of mendsim, and its runs would not be comparable"
        raise InputError(problem, file=path, allowed="that version, or another --out")
