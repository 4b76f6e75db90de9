"""Single values of a scenario replaced by dotted key: by ``[change]`` in a file, ``--set`` and ``with_values``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from mendsim.common.errors import InputError, printable

Origins = dict[tuple[str, ...], str]
"""The file or call that set a key, by the parts of the key."""

EVERY = "*"
"""The part of a key that stands for every item of a list."""


def change(data: dict[str, Any], origins: Origins, values: Mapping[str, Any], origin: str) -> None:
    """Replace values in the tables of a scenario, in place, one after the other.

    Parameters
    ----------
    data : the tables.
    origins : who set what; changed keys get the new origin.
    values : by dotted key, such as ``events.0.pulse_energy``; ``events.*.sham`` is that of every event.
    origin : the file or call that changes them.

    Raises
    ------
    InputError : there is no such item, or what should hold the key is no table. Keys that no scenario has are left to
        the schema.
    """
    for key, value in values.items():
        paths = list(_paths(data, tuple(key.split(".")), key, value, origin))
        for path in paths:
            _put(data, path, copied(value), key, origin)
        credit(origins, paths, origin)
    flatten_parameters(data)


def credit(origins: Origins, paths: Iterable[tuple[str, ...]], origin: str) -> None:
    """Say who set some keys, and with them all that is below them."""
    wanted = set(paths)
    for known in [known for known in origins if any(known[:end] in wanted for end in range(1, len(known) + 1))]:
        del origins[known]
    origins |= dict.fromkeys(wanted, origin)


def changes_of(data: dict[str, Any], file: str) -> dict[str, Any]:
    """Take the table ``[change]`` out of a file, by dotted key whether its keys are quoted or not.

    Raises
    ------
    InputError : it is no table, or it asks for what decides which data there is to change.
    """
    table = data.pop("change", {})
    if not isinstance(table, dict):
        raise InputError("wrong type", file=file, key="change", value=table, allowed="a table")
    values = dict(leaves(table))
    for key, value in values.items():
        if key.split(".")[0] in ("extends", "change", "name"):
            allowed = "a key of the data that the file has or inherits"
            raise _wrong("cannot be changed", f"change.{key}", value, file, allowed)
    return values


def flatten_parameters(data: dict[str, Any]) -> None:
    """Let ``abm.fibroblast.x = 1`` and ``"abm.fibroblast.x" = 1`` mean the same."""
    if isinstance(table := data.get("parameters"), dict):
        data["parameters"] = dict(leaves(table))


def leaves(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Walk through what is in a table and the tables in it, by dotted key."""
    for key, value in table.items():
        if isinstance(value, dict):
            yield from leaves(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def copied(value: Any) -> Any:
    """Copy tables and lists, so that a change in one place does not reach another."""
    if isinstance(value, Mapping):
        return {key: copied(item) for key, item in value.items()}
    return [copied(item) for item in value] if isinstance(value, (list, tuple)) else value


def _paths(data: Any, path: tuple[str, ...], key: str, value: object, origin: str) -> Iterator[tuple[str, ...]]:
    """Write out a key with ``*`` for each item that it stands for."""
    if EVERY not in path or path[0] == "parameters":
        yield path
        return
    place = path.index(EVERY)
    items: Any = data
    for part in path[:place]:
        if isinstance(items, list):
            items = items[_index(items, part, key, value, origin)]
        else:
            items = items.get(part) if isinstance(items, dict) else None
    if not isinstance(items, list):
        before = printable(".".join(path[:place])) or "a scenario"
        raise _wrong("unknown key", key, value, origin, f"{EVERY} for the items of a list, and {before} is not one")
    if not items:
        raise _wrong("there is no item", key, value, origin, "the list is empty")
    for number in range(len(items)):
        here = (*path[:place], str(number), *path[place + 1 :])
        yield from _paths(data, here, key, value, origin)


def _put(data: dict[str, Any], path: tuple[str, ...], value: Any, key: str, origin: str) -> None:
    if path[0] == "parameters" and len(path) > 1 and isinstance(table := data.setdefault("parameters", {}), dict):
        table[".".join(path[1:])] = value
        return
    place: Any = data
    for part in path[:-1]:
        if isinstance(place, list):
            place = place[_index(place, part, key, value, origin)]
        elif isinstance(place, dict):
            place = place.setdefault(part, {})
    last = path[-1]
    if isinstance(place, list):
        place[_index(place, last, key, value, origin)] = value
    elif isinstance(place, dict):
        place[last] = value
    else:
        raise _wrong("unknown key", key, value, origin, f"{printable('.'.join(path[:-1]))} is not a table")


def _index(items: list[Any], part: str, key: str, value: object, origin: str) -> int:
    # Long digits, signs, leading zeros and digits of other scripts are no numbers of items.
    if len(part) > 9 or not part.isdecimal() or str(int(part)) != part or int(part) >= len(items):
        allowed = f"0 to {len(items) - 1}" if items else "the list is empty"
        raise _wrong(f"there is no item {printable(part)}", key, value, origin, allowed)
    return int(part)


def _wrong(problem: str, key: str, value: object, origin: str, allowed: str) -> InputError:
    return InputError(problem, file=origin, key=key, value=value, allowed=allowed)
