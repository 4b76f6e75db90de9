"""Errors that a user can act on."""

from __future__ import annotations

from collections.abc import Iterable


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
        where = ": ".join(str(part) for part in (file, key) if part is not None)
        shown = "" if value is None else f" (got {_short(value)})"
        hint = "" if allowed is None else f"; allowed: {allowed}"
        super().__init__(f"{where + ': ' if where else ''}{problem}{shown}{hint}".replace("\n", " "))


class NumbersError(ArithmeticError):
    """Numbers of a run that cannot be: what, where and in which step, in one line."""


class ScenarioWarning(UserWarning):
    """Something that a scenario asks for and that is likely not what its author wants."""


def _short(value: object, limit: int = 80) -> str:
    text = repr(value)
    return text if len(text) <= limit else text[: limit - 3] + "..."


def choices(names: Iterable[object]) -> str:
    """List what may be chosen, for the ``allowed`` part of an error."""
    return ", ".join(str(name) for name in names)
