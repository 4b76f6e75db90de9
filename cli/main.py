"""The command ``mendsim``: its options, and what happens when something goes wrong.

Nothing heavy is imported here, so that help answers at once.
"""

from __future__ import annotations

import argparse
import os
import sys
import warnings
from collections.abc import Callable, Sequence
from typing import NoReturn

from mendsim.cli.commands import GROUPS
from mendsim.common.errors import InputError, NumbersError, ScenarioWarning

BAD_INPUT, BAD_NUMBERS, INTERRUPTED = 2, 3, 130
"""Exit codes: input that cannot be used, a model that came to numbers that cannot be, and Ctrl-C or SIGTERM."""


class _Parser(argparse.ArgumentParser):
    """A parser whose errors are one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(BAD_INPUT, f"mendsim: {message}; see {self.prog} --help\n")


def build_parser() -> argparse.ArgumentParser:
    """Describe every command and option."""
    parser = _Parser(
        prog="mendsim",
        description="Simulate how skin heals after fractional laser treatment.",
        allow_abbrev=False,
    )
    parser.set_defaults(command=None)
    add = parser.add_subparsers(title="commands", metavar="COMMAND", parser_class=_Parser).add_parser

    for group in GROUPS:
        group.describe(add)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    parser = build_parser()
    arguments = parser.parse_args(argv)
    if arguments.command is None:
        parser.print_help()
        return 0
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("always", ScenarioWarning)
            warnings.showwarning = _tell(warnings.showwarning)
            arguments.command(arguments)
        sys.stdout.flush()
    except InputError as error:
        for line in str(error).splitlines():
            print(f"mendsim: {line}", file=sys.stderr)
        return BAD_INPUT
    except NumbersError as error:
        print(f"mendsim: {error}", file=sys.stderr)
        return BAD_NUMBERS
    except KeyboardInterrupt as stop:
        print(f"mendsim: interrupted; {str(stop) or 'nothing was kept'}", file=sys.stderr)
        return INTERRUPTED
    except MemoryError as error:
        print(f"mendsim: not enough memory: {error}; make the lattice smaller", file=sys.stderr)
        return BAD_INPUT
    except BrokenPipeError:
        # The reader of a pipe (head) has gone; what Python would flush at exit has nowhere to go either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _tell(as_usual: Callable[..., None]) -> Callable[..., None]:
    """Tell a warning about a scenario in one line, any other as usual."""

    def tell(message: Warning | str, category: type[Warning], *where: object) -> None:
        if issubclass(category, ScenarioWarning):
            sys.stderr.write(f"mendsim: warning: {message}\n")
        else:
            as_usual(message, category, *where)

    return tell
