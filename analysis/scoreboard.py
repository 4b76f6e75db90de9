"""The scoreboard: a row for each published target with what the model gives, as a table that a CSV file holds.

``python -m mendsim.analysis.scoreboard docs/scoreboard.csv`` prints the score of a table as Markdown.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from mendsim.analysis.verdict import STATUSES, Verdict
from mendsim.common.errors import InputError
from mendsim.common.targets import PARTS

NUMBERS = ("model", "model_low", "model_high", "target", "target_low", "target_high", "tolerance", "error")
"""Columns of numbers; the others hold text."""
_NO_EXPONENT = 999.5
FIRST_HAND = "abstract"
"""Evidence of a target whose number was read in the abstract of the paper that measured it."""


def scoreboard(verdicts: Iterable[Verdict]) -> pd.DataFrame:
    """Lay out every verdict as a row, with all that is known of its target.

    Returns
    -------
    A row for each verdict. ``model`` is infinite if something did not happen within a run, and not a number if there is
    nothing to show; ``interval`` says what ``model_low`` and ``model_high`` were taken over; ``target_low`` and
    ``target_high`` are the bounds, or not a number; ``fitted`` names parameters that were chosen by the target.
    """
    return pd.DataFrame([_row(verdict) for verdict in verdicts])


def _row(verdict: Verdict) -> dict[str, object]:
    question = verdict.question
    target = question.target
    return {
        "id": target.id,
        "part": target.part,
        "rows": target.mechanism,
        "quantity": target.quantity,
        "condition": target.condition,
        "unit": target.unit,
        "model": verdict.model,
        "model_low": verdict.low,
        "model_high": verdict.high,
        "interval": verdict.interval,
        "target": target.value,
        "target_low": float("nan") if target.low is None else target.low,
        "target_high": float("nan") if target.high is None else target.high,
        "tolerance": question.tolerance,
        "said": target.said,
        "evidence": target.evidence,
        "checked": target.checked,
        "fitted": " ".join(question.fitted),
        "error": verdict.error,
        "status": verdict.status,
        "reason": verdict.reason,
        "assumed": question.assumed,
        "measured_as": question.measured_as,
        "source": target.source,
    }


def read_scoreboard(path: str | Path) -> pd.DataFrame:
    """Read a table that ``mendsim validate --csv`` wrote.

    Raises
    ------
    InputError : no such file, or not such a table.
    """
    wanted = "a table that mendsim validate --csv wrote"
    try:
        read = pd.read_csv(path, dtype=str, keep_default_na=False)
        read[list(NUMBERS)] = read[list(NUMBERS)].apply(pd.to_numeric)
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", file=path, allowed=wanted) from None
    except (ValueError, KeyError):
        raise InputError("not a scoreboard", file=path, allowed=wanted) from None
    if missing := sorted(set(_COLUMNS) - set(read.columns)):
        raise InputError("not a scoreboard: a column is missing", file=path, key=missing[0], allowed=wanted)
    if read.empty:
        raise InputError("a scoreboard without targets", file=path, allowed=wanted)
    for column, known in (("status", STATUSES), ("part", tuple(PARTS))):
        for value in read[column]:
            if value not in known:
                raise InputError("not a scoreboard", file=path, key=column, value=value, allowed=", ".join(known))
    return read


_COLUMNS = (
    *("id", "part", "rows", "quantity", "condition", "unit", "interval", "said", "evidence", "checked", "fitted"),
    *("status", "reason", "assumed", "measured_as", "source"),
    *NUMBERS,
)


def plain(value: float) -> str:
    """Write a value of the model: three figures, never an exponent."""
    if math.isinf(value):
        return "never"
    return f"{value:.3g}" if abs(value) < _NO_EXPONENT else f"{value:.0f}"


def score(board: pd.DataFrame) -> pd.DataFrame:
    """Count targets by part and status.

    Parameters
    ----------
    board : from `scoreboard` or `read_scoreboard`.

    Returns
    -------
    A row for each part that has targets, in the order of the model, and one for ``all``; a column for each status.
    """
    counts = pd.crosstab(board["part"], board["status"]).reindex(
        index=[part for part in PARTS if part in set(board["part"])], columns=list(STATUSES), fill_value=0
    )
    counts.loc["all"] = counts.sum()
    return counts.rename_axis(index=None, columns=None)


def remarks(board: pd.DataFrame) -> list[str]:
    """Say how much of a score to believe: how well targets are known, which were fitted, how far off zones are."""
    judged = board[board["status"].isin(("hit", "missed"))]
    known, fitted = judged[judged["evidence"] == FIRST_HAND], judged[judged["fitted"] != ""]
    out = []
    for told, which in (
        ("judged targets were read in the abstract of their paper", known),
        ("judged targets had a number of the model chosen by them", fitted),
    ):
        hit = int((which["status"] == "hit").sum())
        out.append(f"{len(which)} of {len(judged)} {told}: {hit} hit, {len(which) - hit} missed")
    sizes = known[(known["part"] == "injury") & (known["unit"] == "um")]
    for kind in ("depth", "width", "rim"):
        errors = sizes.loc[sizes["quantity"].str.contains(kind), "error"].abs()
        if len(errors):
            count = f"{len(errors)} zone{'s' if len(errors) > 1 else ''}"
            out.append(f"mean absolute error of {kind}: {errors.mean():.0%} over {count} (fitted ones included)")
    return out


def score_markdown(board: pd.DataFrame) -> str:
    """Write the score of a table as Markdown: what stands in the README."""
    counts = score(board)
    lines = ["| | targets | " + " | ".join(STATUSES) + " |", "|---" * (2 + len(STATUSES)) + "|"]
    for part, row in counts.iterrows():
        cells = " | ".join(str(int(row[status])) for status in STATUSES)
        lines.append(f"| {part} | {int(row.sum())} | {cells} |")
    return "\n".join([*lines, "", *(f"- {remark}" for remark in remarks(board))])


if __name__ == "__main__":
    try:
        print(score_markdown(read_scoreboard(" ".join(sys.argv[1:]))))
    except InputError as error:
        sys.exit(f"mendsim: {error}")
