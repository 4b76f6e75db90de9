"""Numbers and tables as they stand on a page."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd

from mendsim.analysis.reporting.blocks import Data, Table

NOTHING = "\N{EN DASH}"
_PLAIN_FROM, _PLAIN_BELOW = 1e-3, 1e6


def number(value: float, digits: int = 3) -> str:
    """Write a number for readers: as many digits as tell something, a true minus sign.

    Parameters
    ----------
    value : not a number is a dash, infinite "not within the run".
    digits : that count.
    """
    if math.isnan(value):
        return NOTHING
    if math.isinf(value):
        return "not within the run"
    if value == 0.0:
        return "0"
    size = abs(value)
    if size >= 10.0 ** (digits - 1) and size < _PLAIN_BELOW:
        text = f"{value:,.0f}"
    elif size >= _PLAIN_FROM:
        text = f"{value:.{digits}g}"
    else:
        mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
        text = f"{mantissa} \N{MULTIPLICATION SIGN} 10^{int(exponent)}"
    return text.replace("-", "\N{MINUS SIGN}")


def with_unit(text: str, unit: str) -> str:
    """Put a unit behind a number."""
    return f"{text} {unit}".rstrip()


def csv(frame: pd.DataFrame, name: str) -> Data:
    """Keep a table as a file, six digits of each number."""
    return Data(name=name, text=frame.to_csv(index=False, float_format="%.6g", lineterminator="\n"))


def table(
    frame: pd.DataFrame, caption: str, *, texts: int = 1, digits: int = 3, groups: Sequence[tuple[str, int]] = ()
) -> Table:
    """Set out a table of texts and numbers; its columns are the headings.

    Parameters
    ----------
    frame : the table.
    caption : what it shows.
    texts : columns of text, from the left.
    digits : of each number.
    groups : headings over several columns.
    """
    rows = [
        tuple(number(float(cell), digits) if at >= texts else str(cell) for at, cell in enumerate(row))
        for row in frame.itertuples(index=False, name=None)
    ]
    return Table(
        caption=caption,
        head=tuple(map(str, frame.columns)),
        rows=rows,
        numbers=frozenset(range(texts, frame.shape[1])),
        groups=tuple(groups),
    )
