"""The files of a comparison: what a report needs, written whole or not at all, and read back with checks."""

from __future__ import annotations

import hashlib
import io
import json
import stat
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import pandas as pd
from pydantic import ValidationError

from mendsim.analysis.comparison_document import (
    ABOUT,
    COURSES,
    KIND,
    REPLICATES,
    ComparedScenario,
    Document,
    Row,
    SavedEndPoint,
)
from mendsim.analysis.folders import folder_written_whole
from mendsim.analysis.paired import CONFIDENCE
from mendsim.analysis.paired_tests import FALSE_DISCOVERY_RATE
from mendsim.analysis.replicate_comparison import ReplicateComparison
from mendsim.analysis.replicates import EndPoint
from mendsim.common.errors import InputError

FILES = (ABOUT, REPLICATES, COURSES)
"""Every file of a comparison."""
_WANTED = "the folder that `mendsim compare` wrote"
_LARGEST_BYTES = 500_000_000


@dataclass(frozen=True, kw_only=True)
class SavedComparison:
    """A comparison read back from its folder.

    Parameters
    ----------
    comparison : table, replicates and courses.
    scenarios : what was compared, the reference first.
    mendsim_version, created : by what it was written, and when (ISO 8601).
    """

    comparison: ReplicateComparison
    scenarios: tuple[ComparedScenario, ...]
    mendsim_version: str
    created: str


def check_comparison_target(path: Path) -> None:
    """Refuse a place where something else than a comparison stands, before the runs begin.

    Raises
    ------
    InputError : a file, a link, or a folder that is not a comparison or holds more than one.
    """
    try:
        if not path.exists() and not path.is_symlink():
            return
        if path.is_symlink() or _kind(path / ABOUT) != KIND:
            problem = "exists and is not a comparison, so it is not replaced"
            raise InputError(problem, file=path, allowed="another --out")
        if more := sorted({each.name for each in path.iterdir()} - set(FILES)):
            raise InputError("holds more than a comparison, so it is not replaced", file=path, value=more[0])
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", file=path) from None


def _kind(path: Path) -> object:
    try:
        return json.loads(_bytes(path)).get("kind")
    except (InputError, ValueError, AttributeError, RecursionError):
        return None


def write_comparison(comparison: ReplicateComparison, scenarios: Sequence[ComparedScenario], path: Path) -> None:
    """Write a comparison to a folder: beside it first, then in its place; one that is there is replaced.

    Parameters
    ----------
    comparison : from `compare_replicates`.
    scenarios : what was compared, in the order of the comparison.
    path : the folder.

    Raises
    ------
    InputError : something else stands there, or it cannot be written.
    """
    check_comparison_target(path)
    tables = {
        REPLICATES: comparison.replicates.to_csv(index=False, lineterminator="\n").encode(),
        COURSES: comparison.courses.to_csv(index=False, lineterminator="\n", float_format="%.9g").encode(),
    }
    document = Document(
        kind="mendsim comparison",
        mendsim_version=version("mendsim"),
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        confidence=CONFIDENCE,
        false_discovery_rate=FALSE_DISCOVERY_RATE,
        seeds=comparison.seeds,
        scenarios=tuple(scenarios),
        end_points=tuple(SavedEndPoint(**asdict(each)) for each in comparison.end_points),
        table=tuple(Row.model_validate(row) for row in comparison.table[list(Row.model_fields)].to_dict("records")),
        sha256={name: hashlib.sha256(content).hexdigest() for name, content in tables.items()},
    )
    tables[ABOUT] = document.model_dump_json(indent=1).encode()
    with folder_written_whole(path) as folder:
        for name, content in tables.items():
            (folder / name).write_bytes(content)


def open_comparison(path: str | Path) -> SavedComparison:
    """Read a comparison back.

    Parameters
    ----------
    path : the folder that ``mendsim compare`` wrote.

    Raises
    ------
    InputError : no such folder, a file of it is missing, damaged or edited, or it is no comparison.
    """
    folder = Path(path)
    if not folder.is_dir():
        raise InputError("no such comparison", file=folder, allowed=_WANTED)
    try:
        document = Document.model_validate_json(_bytes(folder / ABOUT))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        key = ".".join(map(str, first["loc"])) or None
        problem = f"not a comparison, or damaged: {first['msg']}"
        raise InputError(problem, file=folder / ABOUT, key=key, allowed=_WANTED) from None
    read = {name: _table_of(folder / name, document.sha256[name]) for name in (REPLICATES, COURSES)}
    about = pd.DataFrame([each.model_dump() for each in document.end_points], columns=list(SavedEndPoint.model_fields))
    table = pd.DataFrame([row.model_dump() for row in document.table], columns=list(Row.model_fields))
    table.insert(1, "label", table["end_point"].map(about.set_index("name")["label"]))
    table.insert(2, "unit", table["end_point"].map(about.set_index("name")["unit"]))
    comparison = ReplicateComparison(
        scenarios=tuple(each.name for each in document.scenarios),
        seeds=document.seeds,
        end_points=tuple(EndPoint(**each.model_dump()) for each in document.end_points),
        table=table,
        replicates=read[REPLICATES],
        courses=read[COURSES],
    )
    return SavedComparison(
        comparison=comparison,
        scenarios=document.scenarios,
        mendsim_version=document.mendsim_version,
        created=document.created,
    )


def _table_of(path: Path, sha256: str) -> pd.DataFrame:
    content = _bytes(path)
    if hashlib.sha256(content).hexdigest() != sha256:
        raise InputError("damaged, or edited since it was written", file=path, allowed=_WANTED)
    # An empty cell is a number that is not known, except in a column of text.
    return pd.read_csv(
        io.BytesIO(content),
        dtype={"scenario": str, "end_point": str, "quantity": str, "unit": str},
        keep_default_na=False,
        na_values={name: [""] for name in ("value", "mean", "low", "high")},
    )


def _bytes(path: Path) -> bytes:
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode) or found.st_size > _LARGEST_BYTES:
            raise InputError("not a file of a comparison", file=path, allowed=_WANTED)
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", file=path, allowed=_WANTED) from None
