"""Everything that is wrong with a scenario, one line each."""

from __future__ import annotations

import difflib
import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

from mendsim.common.errors import InputError, choices
from mendsim.scenarios.units import Quantity

if TYPE_CHECKING:
    from pydantic import BaseModel, ValidationError
    from pydantic.fields import FieldInfo

_LONGEST_NAME, _LONGEST_LIST = 80, 190
_MOST_TOLD = 50


class ScenarioError(InputError):
    """One or more problems with a scenario; prints one line for each."""

    def __init__(self, problems: Iterable[InputError]):
        self.problems = tuple(problems)
        super().__init__(self.problems[0].problem)

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)


def close_names(name: str, names: Iterable[str]) -> str:
    """List the names that may be meant: close ones, those that hold what was written, or as many as a line takes."""
    names = sorted(names)
    close = difflib.get_close_matches(name[:_LONGEST_NAME], names, n=3, cutoff=0.6)
    close = close or [known for known in names if name and name in known][:3]
    if close:
        return f"{' or '.join(close)}?"
    lengths = itertools.accumulate(len(known) + 2 for known in names)
    told = sum(length <= _LONGEST_LIST for length in lengths)
    return choices(names if told == len(names) else [*names[:told], "..."])


def told(
    error: ValidationError,
    file_of: Mapping[tuple[str, ...], str],
    file: str,
    table_of: Callable[[Sequence[str | int]], type[BaseModel]] | None = None,
) -> ScenarioError:
    """Tell the errors of pydantic in the words of a scenario file.

    Parameters
    ----------
    error : what pydantic found.
    file_of : the file or call that set each key.
    file : the file that was asked for.
    table_of : finds the table that a key belongs to; the tables of a scenario if not given.
    """
    found: list[InputError] = []
    untold = 0
    for detail in error.errors(include_url=False):
        if len(found) >= _MOST_TOLD:
            untold += 1
            continue
        path = _path(detail["loc"])
        cause = detail.get("ctx", {}).get("error")
        if isinstance(cause, ScenarioError):
            inner = cause.problems
        elif isinstance(cause, InputError):
            inner = (cause,)
        else:
            inner = (_in_words(detail, path, table_of or _table),)
        untold += max(0, len(inner) - _MOST_TOLD)
        for problem in inner[:_MOST_TOLD]:
            key = ".".join([*path, *([problem.key] if problem.key else [])])
            place = origin(file_of, tuple(key.split("."))) or file
            found.append(
                InputError(
                    problem.problem,
                    file=place,
                    key=key or None,
                    value=problem.value,
                    allowed=problem.allowed,
                )
            )
    if untold:
        found.append(InputError(f"{untold} more problems", file=file))
    return ScenarioError(found)


def origin(file_of: Mapping[tuple[str, ...], str], path: tuple[str, ...]) -> str | None:
    """Name the file or call that set a key, or the list or table that it is in."""
    for length in range(len(path), 0, -1):
        if path[:length] in file_of:
            return file_of[path[:length]]
    return None


def _path(loc: Sequence[str | int]) -> tuple[str, ...]:
    """Keys of the file: without the tag that pydantic puts after the number of an event."""
    parts = [str(part) for part in loc]
    if len(parts) > 2 and parts[0] == "events":
        del parts[2]
    if parts and parts[-1] == "[key]":  # the name of a table itself
        parts.pop()
    return tuple(parts)


_TYPES = {
    "string_type": "text",
    "model_type": "a table",
    "model_attributes_type": "a table",
    "dict_type": "a table",
    "tuple_type": "a list",
    "bool_type": "true or false",
    "int_type": "a whole number",
}
_LIMITS = {"greater_than_equal": ("ge", "or more"), "less_than_equal": ("le", "or less")}


def _in_words(
    detail: Mapping[str, Any], path: tuple[str, ...], table_of: Callable[[Sequence[str | int]], type[BaseModel]]
) -> InputError:
    kind, value, context = detail["type"], detail["input"], detail.get("ctx", {})
    if kind == "extra_forbidden":
        return InputError("unknown key", allowed=close_names(path[-1], file_keys(table_of(detail["loc"]))))
    if kind == "missing":
        return InputError("missing key", allowed=_wanted(table_of(detail["loc"]), detail["loc"][-1]))
    if kind == "literal_error":
        return InputError("unknown choice", value=value, allowed=str(context["expected"]).replace(" or ", ", "))
    if kind == "union_tag_not_found":
        return InputError("missing key kind", allowed=_kinds())
    if kind == "union_tag_invalid":
        return InputError("unknown kind", value=context["tag"], allowed=_kinds())
    if kind == "string_pattern_mismatch":
        return InputError(
            "not a name",
            value=value,
            allowed="up to 64 of a-z A-Z 0-9 _ . - (the name of the file if no name = '...' is given)",
        )
    if kind == "too_short":
        return InputError(f"empty {'table' if value == {} else 'list'}", value=value, allowed="at least one")
    if kind == "too_long":
        return InputError(f"{len(value)} of them", allowed=f"up to {context['max_length']}")
    if kind in _LIMITS:
        limit, words = _LIMITS[kind]
        return InputError("out of range", value=value, allowed=f"{context[limit]} {words}")
    if kind in _TYPES:
        return InputError("wrong type", value=value, allowed=_TYPES[kind])
    return InputError(detail["msg"], value=value)


def _table(loc: Sequence[str | int]) -> type[BaseModel]:
    """Find the table that a key belongs to."""
    from mendsim.scenarios import schema

    if len(loc) == 1:
        return schema.Scenario
    first = str(loc[0])
    if first == "events":
        return schema.EVENT_KINDS[str(loc[2])]
    if first == "drugs":
        return schema.ActionTable if len(loc) > 4 else schema.DrugTable
    tables: dict[str, type[BaseModel]] = {
        "patient": schema.Patient,
        "lattice": schema.Sample,
        "save": schema.Save,
        "devices": schema.DeviceTable,
    }
    return tables[first]


def _kinds() -> str:
    from mendsim.scenarios.schema import EVENT_KINDS

    return choices(f"'{kind}'" for kind in EVENT_KINDS)


def _wanted(table: type[BaseModel], key: str | int) -> str:
    """Say what a missing key should hold."""
    name, field = next((name, field) for name, field in table.model_fields.items() if (field.alias or name) == key)
    if (example := example_of(table, name)) is not None:
        return example
    if get_origin(field.annotation) is Literal:
        return choices(get_args(field.annotation))
    return field.description or "this key is required"


def example_of(table: type[BaseModel], name: str) -> str | None:
    """Say what quantity a field of a table holds, and how one writes it; None if it is no quantity."""
    quantity = quantity_of(table.model_fields[name])
    return None if quantity is None else f"{quantity.kind} such as {quantity.example!r}"


def quantity_of(field: FieldInfo) -> Quantity | None:
    """Say what quantity a field of a table, or each item of it, holds; None if it is no quantity."""
    return next((hint for hint in hints_of(field) if isinstance(hint, Quantity)), None)


def hints_of(field: FieldInfo) -> list[Any]:
    """List what ``Annotated`` says of a field of a table, whether it may be left out or not."""
    options = [hint for option in get_args(field.annotation) for hint in getattr(option, "__metadata__", ())]
    return [*field.metadata, *options]


def file_keys(table: type[BaseModel]) -> list[str]:
    """List the keys of a table as they stand in a file."""
    keys = [field.alias or name for name, field in table.model_fields.items()]
    return [*keys, "extends", "change"] if table.__name__ == "Scenario" else keys
