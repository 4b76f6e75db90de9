"""``mendsim validate``: run what published targets ask for, and set them beside the model."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mendsim import analysis
from mendsim.analysis.scoreboard import read_scoreboard, scoreboard
from mendsim.analysis.validation import Question, chosen
from mendsim.analysis.verdict import Verdict, judge, leave_out
from mendsim.cli import kept_runs
from mendsim.cli.tables import TO_STANDARD_OUTPUT, check_file, write_csv
from mendsim.cli.validate_text import report
from mendsim.cli.validation_runs import Stores, provide_runs, provide_zones
from mendsim.common.errors import InputError
from mendsim.scenarios.runner import cores

if TYPE_CHECKING:
    import pandas as pd

PICTURES = (".png", ".pdf", ".svg")
USUAL_SEEDS = 2


@dataclass(frozen=True, kw_only=True)
class Work:
    """What was done for a scoreboard."""

    runs: int
    new_runs: int
    zones: int
    wall_s: float
    processor_s: float

    def __str__(self) -> str:
        done = f"{self.runs} runs, {self.new_runs} of them new; {self.zones} zones"
        return f"{done}; {self.wall_s:.0f} s, {self.processor_s:.0f} s of processors"


def run_validate(
    ids: Sequence[str],
    *,
    seeds: int | None = None,
    workers: int | None = None,
    quick: bool = False,
    csv: str | None = None,
    picture: str | None = None,
) -> None:
    """Judge targets and print them.

    Parameters
    ----------
    ids : targets; every one if none is named.
    seeds : runs of each setting, with the seeds 1, 2, ...; `USUAL_SEEDS` if not given, one if ``quick``.
    workers : runs at a time; every core if not given.
    quick : judge only what takes a few minutes in all.
    csv : file for the table; ``-`` for standard output.
    picture : file for the picture.

    Raises
    ------
    InputError : an unknown target, several seeds that are to be quick, or a file that cannot be written.
    """
    asked = chosen(ids)
    if quick and seeds not in (None, 1):
        raise InputError("--quick makes one run of each kind", key="--seeds", value=seeds, allowed="1")
    _check_files(csv, picture)
    seeds = seeds or (1 if quick else USUAL_SEEDS)
    verdicts, work = _judge_all(asked, seeds=seeds, workers=workers or cores(), quick=quick)
    _tell(scoreboard(verdicts), csv, picture, work)


def show_table(path: str, *, csv: str | None, picture: str | None) -> None:
    """Print and draw a table that was written before; nothing is run.

    Raises
    ------
    InputError : not such a table, or a file that cannot be written.
    """
    board = read_scoreboard(path)
    _check_files(csv, picture)
    _tell(board, csv, picture)


def _judge_all(asked: Sequence[Question], *, seeds: int, workers: int, quick: bool) -> tuple[list[Verdict], Work]:
    began, spent_s = time.perf_counter(), _processor_s()
    left_out: dict[str, str] = {}
    if quick:
        from mendsim.cli.quick import plan

        found = plan()
        left_out = {
            each.target.id: found.why_not(each.target.id) for each in asked if each.target.id not in found.taken
        }
    judged = [question for question in asked if question.target.id not in left_out]
    sizes = provide_zones(judged, workers=workers)
    with kept_runs.folder() as place:
        stores, new = provide_runs(judged, seeds=seeds, workers=workers, place=place)
        verdicts = [
            leave_out(question, left_out[question.target.id])
            if question.target.id in left_out
            else _judged(question, stores, sizes)
            for question in asked
        ]
    runs = sum(len(paths) for paths in stores.values())
    spent_s = _processor_s() - spent_s
    wall_s = time.perf_counter() - began
    return verdicts, Work(runs=runs, new_runs=new, zones=len(sizes), wall_s=wall_s, processor_s=spent_s)


def _judged(question: Question, stores: Stores, sizes: dict[str, float]) -> Verdict:
    runs = {setting: [analysis.open_run(path) for path in stores[setting]] for setting in question.needs}
    return judge(question, runs, sizes)


def _processor_s() -> float:
    """Time of processors that this process and its children that have ended have used [s]."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def _check_files(csv: str | None, picture: str | None) -> None:
    if csv not in (None, TO_STANDARD_OUTPUT):
        check_file(str(csv), "--csv")
    if picture is not None:
        check_file(picture, "--picture", PICTURES)


def _tell(board: pd.DataFrame, csv: str | None, picture: str | None, work: Work | None = None) -> None:
    if csv != TO_STANDARD_OUTPUT:
        print(report(board))
        if work is not None:
            print(f"\n{work}")
    if csv is not None:
        write_csv(board, csv)
    if picture is not None:
        _draw(board, Path(picture))
        # With --csv - standard output holds CSV and nothing else.
        print(picture, file=sys.stderr if csv == TO_STANDARD_OUTPUT else sys.stdout)


def _draw(board: pd.DataFrame, path: Path) -> None:
    from mendsim.analysis import style

    try:
        with style.applied():
            style.save(analysis.scoreboard_figure(board), path)
    except OSError as error:
        raise InputError(f"cannot be written: {error.strerror}", file=path) from None
