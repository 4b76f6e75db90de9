"""The scoreboard as a table, its CSV, its score, and its picture."""

from __future__ import annotations

import math
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mendsim.analysis import scoreboard_picture as picture
from mendsim.analysis.scoreboard import read_scoreboard, remarks, score, score_markdown, scoreboard
from mendsim.analysis.validation import questions
from mendsim.analysis.verdict import UNKNOWN, Verdict, judge
from mendsim.cli.tables import write_csv
from mendsim.common.errors import InputError
from mendsim.common.targets import load_targets

ROOT = Path(__file__).parents[3]
KEPT = ROOT / "docs" / "scoreboard.csv"
needs_kept = pytest.mark.skipif(not KEPT.is_file(), reason="docs/scoreboard.csv has not been made")


def verdict(name: str, model: float, low: float | None = None, high: float | None = None) -> Verdict:
    question = questions()[name]
    hit = question.target.admits(model, question.tolerance)
    return Verdict(
        question=question,
        model=model,
        low=model if low is None else low,
        high=model if high is None else high,
        interval="range over 2 seeds",
        status="hit" if hit else "missed",
    )


@pytest.fixture(scope="module")
def board() -> pd.DataFrame:
    """Return a board of every target: some judged, the others as if left out."""
    given = {
        "T01": verdict("T01", 1.2 * 520.0),
        "T03": verdict("T03", 450.0),
        "T16": verdict("T16", 150.0),
        "T22": verdict("T22", math.inf, 6.0, math.inf),
        "T38": verdict("T38", 0.0114),
        "T39": verdict("T39", -27.7, -30.0, -20.0),
        "T48": verdict("T48", 9.9, 9.0, 11.0),
        "T41": verdict("T41", 17.5),
        "T44": verdict("T44", -1.0),
        "T72": verdict("T72", 400.0),
    }
    left = {name: Verdict(question=question, status="not judged") for name, question in questions().items()}
    gone = {name: judge(questions()[name]) for name in ("T55", "T70", "T11", "T80")}
    return scoreboard((left | gone | given).values())


def test_every_target_appears_once_with_its_evidence(board: pd.DataFrame) -> None:
    targets = load_targets()
    assert list(board["id"]) == list(targets)
    assert list(board["evidence"]) == [target.evidence for target in targets.values()]
    assert list(board["checked"]) == [target.checked for target in targets.values()]
    assert set(board["status"]) == {"hit", "missed", "not modelled", "not judged"}


def test_a_row_holds_the_verdict(board: pd.DataFrame) -> None:
    row = board.set_index("id").loc["T39"]
    assert (row["model"], row["model_low"], row["model_high"]) == (-27.7, -30.0, -20.0)
    assert (row["target"], row["target_low"], row["target_high"], row["said"]) == (-29, -45, -15, "-29 (-45 to -15)")
    assert (row["status"], row["fitted"], row["part"]) == ("hit", "fibroblast.collagen_pg_per_d", "dermis")
    assert board.set_index("id").loc["T22", "reason"] == questions()["T22"].missed_because


def test_a_table_comes_back_from_its_file(board: pd.DataFrame, tmp_path: Path) -> None:
    write_csv(board, str(tmp_path / "board.csv"))
    read = read_scoreboard(tmp_path / "board.csv")
    pd.testing.assert_frame_equal(read, board, check_dtype=False, rtol=1e-5)
    assert score_markdown(read) == score_markdown(board)
    for (drawn, x), (again, y) in zip(markers(read), markers(board), strict=True):
        assert drawn == again
        assert x == pytest.approx(y, rel=1e-5)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "not a scoreboard"),
        ("id,status\nT01,hit\n", "not a scoreboard"),
        (None, "cannot be read"),
    ],
)
def test_another_file_is_refused(text: str | None, problem: str, tmp_path: Path) -> None:
    if text is not None:
        (tmp_path / "x.csv").write_text(text)
    with pytest.raises(InputError, match=problem):
        read_scoreboard(tmp_path / "x.csv")


def test_a_table_with_an_unknown_status_is_refused(board: pd.DataFrame, tmp_path: Path) -> None:
    write_csv(board.replace({"status": {"hit": "won"}}), str(tmp_path / "x.csv"))
    with pytest.raises(InputError, match=r"status.*'won'"):
        read_scoreboard(tmp_path / "x.csv")
    write_csv(board.drop(columns="evidence"), str(tmp_path / "x.csv"))
    with pytest.raises(InputError, match=r"evidence: .*a column is missing"):
        read_scoreboard(tmp_path / "x.csv")
    write_csv(board[:0], str(tmp_path / "x.csv"))
    with pytest.raises(InputError, match="without targets"):
        read_scoreboard(tmp_path / "x.csv")


def test_the_score_counts_by_part(board: pd.DataFrame) -> None:
    counts = score(board)
    assert list(counts.loc["injury"]) == [1, 2, 0, 25]
    assert list(counts.loc["drugs"]) == [1, 1, 0, 14]
    assert counts.loc["all"].sum() == len(load_targets())
    assert (counts.drop("all").sum() == counts.loc["all"]).all()
    told = score_markdown(board)
    assert "| injury | 28 | 1 | 2 | 0 | 25 |" in told
    assert f"| all | {len(load_targets())} | 4 | 6 | 2 | 71 |" in told


def test_remarks_leave_out_what_is_only_recalled(board: pd.DataFrame) -> None:
    first, fitted, depth, width = remarks(board)
    assert first == "10 of 10 judged targets were read in the abstract of their paper: 4 hit, 6 missed"
    assert fitted == "5 of 10 judged targets had a number of the model chosen by them: 2 hit, 3 missed"
    assert depth == "mean absolute error of depth: 35% over 2 zones (fitted ones included)"
    assert width == "mean absolute error of width: 6% over 1 zone (fitted ones included)"


def markers(board: pd.DataFrame) -> list[tuple[str, float]]:
    """Id and place of every marker of the picture."""
    figure = picture.scoreboard_figure(board)
    return [
        (str(line.get_gid()), float(np.asarray(line.get_xdata())[0]))
        for ax in figure.axes
        for line in ax.lines
        if re.fullmatch(r"T\d\d", str(line.get_gid()))
    ]


def test_every_target_has_a_marker_at_its_ratio(board: pd.DataFrame) -> None:
    places = dict(markers(board))
    assert sorted(places) == sorted(load_targets())
    assert places["T01"] == pytest.approx(1.2)
    assert places["T03"] == pytest.approx(0.5)
    assert places["T39"] == pytest.approx(27.7 / 29.0)
    assert places["T22"] == picture.NEVER
    assert places["T38"] == picture.BELOW
    assert places["T72"] == picture.ABOVE
    assert (places["T41"], places["T44"]) == (1.0, -1.0)
    assert (places["T55"], places["T43"]) == (picture.NOTHING, picture.NO_SIGN)


def test_hits_and_misses_differ_in_colour_and_shape_and_bands_are_what_hits(board: pd.DataFrame) -> None:
    rows = board[board["id"].isin(["T01", "T03", "T16", "T39", "T48"])]
    ax = picture.draw_panel(rows)
    marks = {str(line.get_gid()): line for line in ax.lines if str(line.get_gid()).startswith("T")}
    assert marks["T01"].get_marker() != marks["T03"].get_marker()
    assert marks["T01"].get_color() != marks["T03"].get_color()
    bands = [(box.get_x(), box.get_x() + box.get_width()) for box in ax.patches]
    assert bands[0] == pytest.approx((0.75, 1.25))  # no bounds: the tolerance
    assert bands[2] == pytest.approx((0.8, 1.0))  # between bounds
    assert bands[3] == pytest.approx((15.0 / 29.0, 45.0 / 29.0))  # of a negative target
    intervals = [line.get_xdata() for line in ax.lines if line.get_gid() == "interval"]
    assert [tuple(each) for each in intervals] == [
        pytest.approx((20.0 / 29.0, 30.0 / 29.0)),
        pytest.approx((1.0, 11.0 / 9.0)),
    ]


def test_a_bound_is_open_on_its_right_side() -> None:
    rows = scoreboard([verdict("T38", 4.0), verdict("T72", 4.0)])
    ax = picture.draw_panel(rows)
    (low, high), (start, end) = [(box.get_x(), box.get_x() + box.get_width()) for box in ax.patches]
    assert (low, start) == pytest.approx((1.0, picture.OPEN_ENDS[0]))
    assert (high, end) == pytest.approx((picture.OPEN_ENDS[1], 1.0))


def test_a_target_that_nobody_read_in_its_paper_is_hollow() -> None:
    ax = picture.draw_panel(scoreboard([verdict("T24", 40.0), verdict("T56", 16.0)]))
    faces = {line.get_gid(): line.get_markerfacecolor() for line in ax.lines}
    assert faces["T24"] == picture.style.BACKGROUND
    assert faces["T56"] != picture.style.BACKGROUND


@needs_kept
def test_the_kept_scoreboard_is_complete_and_every_miss_has_a_reason() -> None:
    kept = read_scoreboard(KEPT)
    assert list(kept["id"]) == list(load_targets())
    assert list(kept["target"]) == [target.value for target in load_targets().values()]
    told = kept[kept["status"] != "hit"]
    assert (told["reason"] != "").all()
    assert list(told.loc[told["reason"] == UNKNOWN, "id"]) == []
    assert KEPT.with_suffix(".png").is_file()


@needs_kept
def test_the_readme_quotes_the_score_as_it_is() -> None:
    found = re.search(
        r"<!-- score -->\n(.*?)\n<!-- /score -->", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL
    )
    assert found, "README.md has no block between <!-- score --> and <!-- /score -->"
    assert found.group(1).strip() == score_markdown(read_scoreboard(KEPT)).strip()
