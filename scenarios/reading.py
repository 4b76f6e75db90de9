"""Reading a scenario file: whatever is in it, the answer is a table or one clear line."""

from __future__ import annotations

import stat
import tomllib
from pathlib import Path
from typing import Any

from mendsim.common.errors import InputError

_LARGEST_BYTES = 1_000_000
_DEEPEST = 50
"""Tables and lists in each other; no file needs ten."""


def read_toml(path: Path, label: str) -> dict[str, Any]:
    """Read a TOML file.

    Parameters
    ----------
    path : where it is.
    label : its name in errors.

    Raises
    ------
    InputError : no such file, a directory or device, too large, not UTF-8, not TOML, nested too deeply.
    """
    try:
        found = path.stat()
        if stat.S_ISDIR(found.st_mode):
            raise InputError("this is a directory", file=label, allowed="a TOML file")
        if not stat.S_ISREG(found.st_mode):
            raise InputError("this is not a plain file", file=label, allowed="a TOML file")
        if found.st_size > _LARGEST_BYTES:
            raise InputError("file too large", file=label, value=found.st_size, allowed=f"up to {_LARGEST_BYTES} bytes")
        data = path.read_bytes()
    except FileNotFoundError:
        raise InputError("file not found", file=label) from None
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", file=label) from None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"not UTF-8 text at byte {error.start}", file=label, allowed="a TOML file in UTF-8") from None
    try:
        table = tomllib.loads(text)
    except RecursionError:
        raise InputError("nested too deeply", file=label) from None
    except ValueError as error:  # a TOMLDecodeError, or a whole number with too many digits
        raise InputError(f"not TOML: {error}", file=label) from None
    if _is_deep(table):
        raise InputError("tables nested too deeply", file=label, allowed=f"up to {_DEEPEST} levels")
    return table


def _is_deep(table: dict[str, Any]) -> bool:
    """Find tables that a long dotted key nests: TOML reads them without recursion, what follows does not."""
    level: list[Any] = [table]
    for _ in range(_DEEPEST):
        inner = [place.values() if isinstance(place, dict) else place for place in level]
        level = [value for values in inner for value in values if isinstance(value, dict | list)]
    return bool(level)
