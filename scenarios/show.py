"""A scenario as text: every value that a run would use, and where it came from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from mendsim.scenarios.problems import origin
from mendsim.scenarios.schema import Scenario


def resolved_text(scenario: Scenario) -> str:
    """Write a scenario as TOML, each line with its origin as a comment."""
    lines: list[str] = []
    _table(lines, scenario, (), scenario.to_dict(), scenario.written)
    return "\n".join(lines)


def _table(
    lines: list[str], scenario: Scenario, path: tuple[str, ...], values: Mapping[str, Any], written: Any
) -> None:
    written = written if isinstance(written, Mapping) else {}
    tables = []
    for key, value in values.items():
        here = (*path, key)
        if isinstance(value, Mapping) or (isinstance(value, list) and value and isinstance(value[0], Mapping)):
            tables.append((key, value))
            continue
        source = origin(scenario.origins, here if path[:1] != ("parameters",) else ("parameters", *key.split(".")))
        given = key in written
        name = key if key.replace("_", "").isalnum() else _text(key)
        lines.append(
            f"{name} = {_text(written[key] if given else value)}  # {source if given and source else 'default'}"
        )
    for key, value in tables:
        here = (*path, key)
        if isinstance(value, Mapping):
            if value:
                lines += ["", f"[{'.'.join(here)}]"]
                _table(lines, scenario, here, value, written.get(key))
            continue
        for number, item in enumerate(value):
            lines += ["", f"[[{'.'.join(here)}]]"]
            _table(lines, scenario, (*here, str(number)), item, written[key][number])


def _text(value: Any) -> str:
    """Write a value as TOML; JSON's text and lists are TOML too."""
    return json.dumps(value, ensure_ascii=False)
