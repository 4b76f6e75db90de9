"""Errors that a user can act on."""

from __future__ import annotations

from collections.abc import Iterable

_LONGEST_KEY, _LONGEST_PROBLEM, _LONGEST_HINT = 80, 160, 300
"""Letters of a message that a file may fill with what it says."""


class InputError(ValueError):
    """Bad input, told in one line: where it stands, what it is, what is allowed.

    Parameters
    ----------
    problem : what is wrong, in a few words.
    file : the file that holds the input.
    key : dotted key inside the file.
    value : the offending value.
    allowed : what would be accepted.
    """

    def __init__(
        self,
        problem: str,
        *,
        file: object = None,
        key: str | None = None,
        value: object = None,
        allowed: str | None = None,
    ):
        self.problem, self.file, self.key, self.value, self.allowed = problem, file, key, value, allowed
        place = None if key is None else printable(key)
        where = ": ".join(str(part) for part in (file, place) if part is not None)
        shown = "" if value is None else f" (got {_short(value)})"
        hint = "" if allowed is None else f"; allowed: {_cut(allowed, _LONGEST_HINT)}"
        super().__init__(_one_line(f"{where + ': ' if where else ''}{_cut(problem, _LONGEST_PROBLEM)}{shown}{hint}"))


class WriteError(InputError):
    """A place that cannot be written: full, read-only, gone."""


class WorkerError(InputError):
    """A worker that cannot work, or is lost: no fault of what it was to do."""


class NumbersError(ArithmeticError):
    """Numbers of a run that cannot be: what, where and in which step, in one line."""


class ScenarioWarning(UserWarning):
    """Something that a scenario asks for and that is likely not what its author wants."""


def _short(value: object, limit: int = 80) -> str:
    return _cut(repr(value), limit)


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[: limit - 3]}..."


def printable(key: str) -> str:
    """Keep a key to one short line, whatever the file calls it."""
    return _cut(key if key.isprintable() else ascii(key), _LONGEST_KEY)


def _one_line(text: str) -> str:
    """Keep line breaks and what steers a terminal out of a message."""
    text = text.replace("\n", " ")
    return text if text.isprintable() else "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def choices(names: Iterable[object]) -> str:
    """List what may be chosen, for the ``allowed`` part of an error."""
    return ", ".join(str(name) for name in names)
