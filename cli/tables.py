"""Tables as text and as CSV."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mendsim.common.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

TO_STANDARD_OUTPUT = "-"


def aligned(headings: Sequence[str], rows: Sequence[Sequence[str]], texts: int = 0) -> str:
    """Set rows below their headings; the first ``texts`` columns are flushed left, the rest right."""
    widths = [max(map(len, column)) for column in zip(headings, *rows, strict=True)]
    lines = []
    for row in (headings, *rows):
        cells = [
            cell.ljust(width) if number < texts else cell.rjust(width)
            for number, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def check_file(path: str, option: str, endings: Sequence[str] = ()) -> None:
    """Refuse a file that could not be written, before the work begins.

    Raises
    ------
    InputError : no name, a folder, inside a file, or an ending that is not among ``endings``.
    """
    place = Path(path)
    if endings and place.suffix.lower() not in endings:
        raise InputError("unknown kind of file", key=option, value=path, allowed=" or ".join(endings))
    if not path or place.is_dir():
        raise InputError("not the name of a file", key=option, value=path, allowed="a file")
    _check_place(place, option)


def check_folder(path: str, option: str) -> None:
    """Refuse a folder in which nothing could be written, before the work begins.

    Raises
    ------
    InputError : no name, a file, or inside a file.
    """
    place = Path(path)
    if not path or (place.exists() and not place.is_dir()):
        raise InputError("not the name of a folder", key=option, value=path, allowed="a folder")
    _check_place(place, option)


def _check_place(place: Path, option: str) -> None:
    parent = place.absolute()
    while not parent.exists():
        parent = parent.parent
        if parent.exists() and not parent.is_dir():
            raise InputError(f"cannot be written: {parent} is not a folder", key=option, value=str(place))
    if not os.access(parent, os.W_OK):
        raise InputError("cannot be written: read-only", key=option, value=str(place))


def write_csv(table: pd.DataFrame, path: str) -> None:
    """Write a table to a file, or to standard output if its name is ``-``.

    Raises
    ------
    InputError : the file cannot be written.
    """
    text = table.to_csv(index=False, float_format="%.6g", lineterminator="\n")
    if path == TO_STANDARD_OUTPUT:
        sys.stdout.write(text)
        return
    try:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(f"cannot be written: {error.strerror}", file=path) from None
