"""The command ``mendsim``: its options, and what happens when something goes wrong.

Nothing heavy is imported here, so that help answers at once.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from typing import NoReturn

from mendsim.cli import commands
from mendsim.common.errors import InputError

BAD_INPUT, INTERRUPTED = 2, 130
"""Exit codes: input that cannot be used, and Ctrl-C."""


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

    listing = add("list", help="list the scenarios that come with mendsim", allow_abbrev=False)
    listing.set_defaults(command=commands.list_scenarios)

    show = add("show", help="print a scenario with every value and where it comes from", allow_abbrev=False)
    _scenario(show)
    show.set_defaults(command=commands.show)

    run = add("run", help="run a scenario and write its run store", allow_abbrev=False)
    _scenario(run)
    run.add_argument("--seed", type=_whole(0, 2**63 - 1), help="seed of every random draw (default: 1)")
    run.add_argument("--out", metavar="DIR", help="folder of the run store (default: runs/NAME-seedN)")
    run.add_argument(
        "--threads",
        type=_whole(1, 1024),
        metavar="N",
        help="threads that may work at once (default: every core); never changes a result",
    )
    run.add_argument("--overwrite", action="store_true", help="replace a run that is there already")
    run.set_defaults(command=commands.run)

    plot = add("plot", help="draw the pictures of a run", allow_abbrev=False)
    plot.add_argument("run", metavar="RUN", help="folder that mendsim run wrote")
    plot.add_argument("--out", metavar="DIR", help="folder for the pictures (default: beside the run)")
    plot.set_defaults(command=commands.plot)

    demo = add("demo", help="run the three protocols beside their controls and compare them", allow_abbrev=False)
    demo.add_argument("--out", metavar="DIR", default="demo", help="folder for runs and pictures (default: demo)")
    demo.add_argument("--workers", type=_whole(1, 1024), metavar="N", help="runs at a time (default: every core)")
    demo.set_defaults(command=commands.demo)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    parser = build_parser()
    arguments = parser.parse_args(argv)
    if arguments.command is None:
        parser.print_help()
        return 0
    try:
        arguments.command(arguments)
        sys.stdout.flush()
    except InputError as error:
        for line in str(error).splitlines():
            print(f"mendsim: {line}", file=sys.stderr)
        return BAD_INPUT
    except KeyboardInterrupt:
        print("mendsim: interrupted; the unfinished run was not kept", file=sys.stderr)
        return INTERRUPTED
    except MemoryError as error:
        print(f"mendsim: not enough memory: {error}; make the lattice smaller", file=sys.stderr)
        return BAD_INPUT
    except BrokenPipeError:
        # The reader of a pipe (head) has gone; what Python would flush at exit has nowhere to go either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _scenario(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("scenario", metavar="NAME_OR_FILE", help="a name from mendsim list, or a TOML file")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        dest="values",
        metavar="KEY=VALUE",
        help="replace a value, for example events.0.pulse_energy='20 mJ'; may be given more than once",
    )


def _whole(low: int, high: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not text.isascii() or not text.isdecimal() or len(text) > 20 or not low <= int(text) <= high:
            raise argparse.ArgumentTypeError(f"not a whole number (got {text[:40]!r}); allowed: {low} to {high}")
        return int(text)

    return read
