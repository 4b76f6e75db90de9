"""The scoreboard as text."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from mendsim.analysis.scoreboard import plain, remarks, score
from mendsim.analysis.verdict import RANGE
from mendsim.cli.tables import aligned
from mendsim.common.targets import PARTS

if TYPE_CHECKING:
    import pandas as pd

_HEADINGS = ("id", "rows", "quantity", "unit", "model", "interval", "target", "evidence", "error", "status")
_TEXTS, _LONGEST = 4, 44


def report(board: pd.DataFrame) -> str:
    """Write a scoreboard: the targets of each part, why some are not hit, what is assumed, and the score.

    Parameters
    ----------
    board : from `mendsim.analysis.scoreboard.scoreboard` or `read_scoreboard`.
    """
    rows = board.to_dict("records")
    reasons = _grouped((f"{row['status']}: {row['reason']}", row) for row in rows if row["reason"])
    assumed = _grouped((f"assumed: {row['assumed']}", row) for row in rows if row["assumed"])
    fitted = _grouped((f"fitted with {row['fitted'].replace(' ', ', ')}", row) for row in rows if row["fitted"])
    intervals = _grouped((f"interval: {row['interval']}", row) for row in rows if row["interval"].startswith(RANGE))
    blocks = [
        _by_part(rows),
        *("\n".join(lines) for lines in (reasons, assumed, fitted, intervals) if lines),
        "\n".join([_score(board), "", *remarks(board)]),
    ]
    return "\n\n".join(blocks)


def _by_part(rows: Sequence[Mapping[Hashable, Any]]) -> str:
    """Set the targets of each part below its name."""
    groups = {part: [row for row in rows if row["part"] == part] for part in PARTS}
    ordered = [row for group in groups.values() for row in group]
    heading, *lines = aligned(_HEADINGS, [_row(row) for row in ordered], texts=_TEXTS).splitlines()
    out, taken = [heading], iter(lines)
    for part, group in groups.items():
        if group:
            out += ["", part, *(next(taken) for _ in group)]
    return "\n".join(out)


def _row(row: Mapping[Hashable, Any]) -> tuple[str, ...]:
    shown = not math.isnan(row["model"])
    low, high = plain(row["model_low"]), plain(row["model_high"])
    quantity = str(row["quantity"])
    return (
        row["id"],
        row["rows"],
        quantity if len(quantity) <= _LONGEST else f"{quantity[: _LONGEST - 3]}...",
        row["unit"],
        plain(row["model"]) if shown else "-",
        f"{low} to {high}" if shown and low != high else "-",
        row["said"],
        row["evidence"] if row["checked"] == "verified" else f"{row['evidence']}, {row['checked']}",
        f"{row['error']:+.0%}" if math.isfinite(row["error"]) else "-",
        row["status"],
    )


def _score(board: pd.DataFrame) -> str:
    counts = score(board)
    lines = [(str(part), str(int(row.sum())), *(str(int(count)) for count in row)) for part, row in counts.iterrows()]
    return aligned(("score", "targets", *counts.columns), lines, texts=1)


def _grouped(told: Iterable[tuple[str, Mapping[Hashable, Any]]]) -> list[str]:
    """Say each thing once, after the ids of all the targets that it is true of."""
    ids: dict[str, list[str]] = {}
    for text, row in told:
        ids.setdefault(text, []).append(str(row["id"]))
    return [f"{', '.join(names)} {text}" for text, names in ids.items()]
