"""A scenario as text: every value that a run would use, and where it came from."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from mendsim.scenarios.problems import origin
from mendsim.scenarios.schema import Scenario

Line = Callable[[tuple[str, ...], Any], str]
"""Writes a value, given its keys from the top of the scenario."""


def resolved_text(scenario: Scenario) -> str:
    """Write a scenario as TOML, each line with its origin as a comment."""

    def line(keys: tuple[str, ...], value: Any) -> str:
        place = keys if keys[:1] != ("parameters",) else ("parameters", *keys[1].split("."))
        given, written = _written(scenario.written, keys)
        source = origin(scenario.origins, place)
        return f"{_text(written if given else value)}  # {source if given and source else 'default'}"

    return _tables(scenario.to_dict(), line)


def toml_text(values: Mapping[str, Any]) -> str:
    """Write the scenario of a run store as a file that `mendsim.scenarios.load` takes.

    Parameters
    ----------
    values : every value, as `Scenario.to_dict` gives them.
    """
    return _tables(values, lambda _, value: _text(value)) + "\n"


def _tables(values: Mapping[str, Any], line: Line) -> str:
    lines: list[str] = []
    _table(lines, (), (), values, line)
    return "\n".join(lines)


def _table(
    lines: list[str], heading: tuple[str, ...], keys: tuple[str, ...], values: Mapping[str, Any], line: Line
) -> None:
    """Write a table: its keys count the items of lists, its heading leaves them out."""
    tables = []
    for key, value in values.items():
        if isinstance(value, Mapping) or (isinstance(value, list) and value and isinstance(value[0], Mapping)):
            tables.append((key, value))
        else:
            lines.append(f"{_key(key)} = {line((*keys, key), value)}")
    for key, value in tables:
        here, name = (*keys, key), (*heading, _key(key))
        if isinstance(value, Mapping):
            if value:
                lines += ["", f"[{'.'.join(name)}]"]
                _table(lines, name, here, value, line)
            continue
        for place, item in enumerate(value):
            lines += ["", f"[[{'.'.join(name)}]]"]
            _table(lines, name, (*here, str(place)), item, line)


def _written(written: Any, keys: tuple[str, ...]) -> tuple[bool, Any]:
    """Find a value as it stands in the files: whether it is there, and what it is."""
    for key in keys:
        if isinstance(written, Mapping) and key in written:
            written = written[key]
        elif isinstance(written, list) and key.isdecimal():
            written = written[int(key)]
        else:
            return False, None
    return True, written


def _key(key: str) -> str:
    return key if key.isascii() and key.replace("_", "").isalnum() else _text(key)


def _text(value: Any) -> str:
    """Write a value as TOML; JSON's text and lists are TOML too."""
    return json.dumps(value, ensure_ascii=False)
