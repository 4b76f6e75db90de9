"""Finding a scenario by name or file, following ``extends`` and ``[change]``, and remembering who set each value."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from mendsim.common.errors import InputError
from mendsim.scenarios.changes import Origins, change, changes_of, copied, credit, flatten_parameters
from mendsim.scenarios.problems import close_names, told
from mendsim.scenarios.reading import read_toml
from mendsim.scenarios.schema import NO_CONTROL, Scenario

_FOLDER = Path(__file__).parent


def names() -> list[str]:
    """Names of the scenarios that come with mendsim."""
    return sorted(path.stem for path in _FOLDER.glob("*.toml"))


def validation_file(name: str) -> Path:
    """Find the scenario of a published study, of those that `mendsim validate` runs."""
    return _FOLDER / "validation" / f"{name}.toml"


def titles() -> dict[str, str]:
    """Titles of the scenarios that come with mendsim, by name; read without checking the files."""
    return {name: str(_resolved(*_locate(name), ())[0]["title"]) for name in names()}


def load(name_or_path: str | Path) -> Scenario:
    """Load a scenario by name, or from a TOML file.

    Raises
    ------
    ScenarioError : everything that is wrong with it, one line each.
    """
    return _loaded(*_locate(name_or_path))


def _loaded(path: Path, label: str) -> Scenario:
    data, origins = _resolved(path, label, ())
    if "kind" in data and "scenario" in data:
        raise InputError("this is the design of a sweep", file=label, allowed="mendsim sweep, or a scenario here")
    data.setdefault("name", path.stem)
    origins.setdefault(("name",), label)
    return _checked(data, origins, label)


def load_beside(name: object, path: Path, label: str, *, key: str) -> Scenario:
    """Load a scenario that a file names: one that comes with mendsim, or a file in the same folder.

    Parameters
    ----------
    name : what stands in the file.
    path, label : the file, and its name in errors.
    key : where in the file the name stands.

    Raises
    ------
    ScenarioError : no such scenario, or everything that is wrong with it.
    """
    found, found_label = _neighbour(key, name, path, label)
    return _loaded(found, found_label)


def load_written(data: Mapping[str, Any], label: str) -> Scenario:
    """Make a scenario again from the tables that `Scenario.written` gave.

    Raises
    ------
    ScenarioError : everything that is wrong with them, one line each.
    """
    return _checked(copied(data), {}, label)


def changed(scenario: Scenario, values: Mapping[str, Any], *, origin: str) -> Scenario:
    """Copy a scenario with some values replaced, addressed by dotted key (see `mendsim.scenarios.changes.change`)."""
    data, origins = copied(scenario.written), dict(scenario.origins)
    change(data, origins, values, origin)
    return _checked(data, origins, scenario.name)


def parsed(text: str) -> Any:
    """Read a value from the command line: as TOML if it is (``3``, ``true``, ``[]``), else as plain text."""
    try:
        table = tomllib.loads(f"value = {text}")
    except (ValueError, RecursionError):
        return text
    return table["value"] if len(table) == 1 else text


def _locate(name_or_path: str | Path) -> tuple[Path, str]:
    text = str(name_or_path)
    looks_like_file = isinstance(name_or_path, Path) or text.endswith(".toml") or "/" in text or "\\" in text
    if not looks_like_file:
        if text in names():
            return _FOLDER / f"{text}.toml", f"{text}.toml"
        if "\0" in text or not Path(text).exists():
            raise InputError(
                "unknown scenario", value=text, allowed=f"{close_names(text, names())} (mendsim list), or a TOML file"
            )
    return Path(text), text


def _resolved(path: Path, label: str, visited: tuple[Path, ...]) -> tuple[dict[str, Any], Origins]:
    here = path.resolve()
    data = read_toml(path, label)
    flatten_parameters(data)
    changes = changes_of(data, label)
    if here in visited:
        chain = " -> ".join(step.stem for step in (*visited[visited.index(here) :], here))
        raise InputError(f"extends goes in a circle: {chain}", file=label, key="extends")
    base: dict[str, Any] = {}
    origins: Origins = {}
    if "extends" in data:
        base, origins = _resolved(*_neighbour("extends", data.pop("extends"), path, label), (*visited, here))
        base.pop("name", None)
        origins.pop(("name",), None)
    _merge(base, data, (), origins, label)
    change(base, origins, changes, label)
    if origins.get(("control",)) == label and (control := base["control"]) != NO_CONTROL:
        beside, _ = _neighbour("control", control, path, label)
        if not beside.is_file():
            raise InputError("file not found", file=label, key="control", value=control)
    return base, origins


def _neighbour(key: str, name: object, path: Path, label: str) -> tuple[Path, str]:
    """Find a scenario that a file names: one that comes with mendsim, or a file in the same folder."""
    allowed = "a name from mendsim list, or a TOML file in the same folder"
    if not isinstance(name, str):
        raise InputError("wrong type", file=label, key=key, value=name, allowed=allowed)
    if name in names():
        return _FOLDER / f"{name}.toml", f"{name}.toml"
    if not name.endswith(".toml"):
        likely = close_names(name, names())
        likely += " (mendsim list), or a TOML file in the same folder"
        raise InputError("unknown scenario", file=label, key=key, value=name, allowed=likely)
    if "\0" in name or "\\" in name or Path(name).name != name:
        raise InputError("outside the folder of this file", file=label, key=key, value=name, allowed=allowed)
    return path.parent / name, str(Path(label).parent / name)


def _merge(base: dict[str, Any], over: Mapping[str, Any], path: tuple[str, ...], origins: Origins, label: str) -> None:
    """Lay one table over another: tables merge, everything else replaces."""
    for key, value in over.items():
        here = (*path, *key.split("."))
        if isinstance(value, dict):
            kept = base.get(key)
            base[key] = kept if isinstance(kept, dict) else {}
            origins.setdefault(here, label)
            _merge(base[key], value, here, origins, label)
        else:
            base[key] = value
            credit(origins, [here], label)


def _checked(data: dict[str, Any], origins: Origins, label: str) -> Scenario:
    try:
        scenario = Scenario.model_validate(data)
    except ValidationError as error:
        raise told(error, origins, label) from None
    scenario._written, scenario._origins = data, origins
    return scenario
