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

from mendsim.cli import commands
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

    listing = add("list", help="list the scenarios that come with mendsim", allow_abbrev=False)
    listing.set_defaults(command=commands.list_scenarios)

    show = add("show", help="print a scenario with every value and where it comes from", allow_abbrev=False)
    _scenario(show)
    show.set_defaults(command=commands.show)

    schema = add("schema", help="print the JSON Schema of scenario or design files, for editors", allow_abbrev=False)
    schema.add_argument(
        "kind", nargs="?", choices=("scenario", "design"), default="scenario", help="kind of file (default: scenario)"
    )
    schema.set_defaults(command=commands.schema)

    run = add("run", help="run a scenario and write its run store", allow_abbrev=False)
    _scenario(run)
    run.add_argument("--seed", type=_whole(0, 2**63 - 1), help="seed of every random draw (default: 1)")
    run.add_argument("--out", metavar="DIR", help="folder of the run store (default: runs/NAME-seedN)")
    _carrying_out(run)
    run.add_argument("--overwrite", action="store_true", help="replace a run that is there already")
    _yes(run)
    run.set_defaults(command=commands.run)

    predict = add("predict", help="how long a run or a sweep takes, and what memory it needs", allow_abbrev=False)
    predict.add_argument("target", metavar="NAME_OR_FILE", help="a scenario, or the design of a sweep")
    _values(predict)
    _threads(predict)
    predict.add_argument(
        "--workers", type=_whole(1, 1024), metavar="N", help="runs of a sweep at a time (default: every core)"
    )
    predict.set_defaults(command=commands.predict)

    resume = add("resume", help="go on with a run or a sweep that was interrupted", allow_abbrev=False)
    resume.add_argument("run", metavar="RUN_OR_SWEEP", help="the folder that mendsim run or mendsim sweep was to write")
    _carrying_out(resume)
    _sweeping(resume)
    resume.set_defaults(command=commands.resume)

    sweep = add("sweep", help="do the runs of a design, on this machine or a cluster", allow_abbrev=False)
    sweep.add_argument("design", metavar="DESIGN", help="a TOML file")
    sweep.add_argument("--out", metavar="DIR", help="folder of the sweep (default: sweeps/NAME_OF_THE_FILE)")
    _sweeping(sweep)
    _checkpoints(sweep)
    _yes(sweep)
    sweep.set_defaults(command=commands.sweep)

    sensitivity = add("sensitivity", help="print which factors of a sweep decide its outcomes", allow_abbrev=False)
    sensitivity.add_argument("sweep", metavar="SWEEP", help="the folder that mendsim sweep wrote")
    sensitivity.add_argument(
        "--of",
        action="append",
        dest="outcomes",
        required=True,
        metavar="NAME",
        help="an outcome: a column of the table; may be given more than once",
    )
    sensitivity.add_argument("--csv", metavar="FILE", help="write the tables as CSV; - for standard output")
    sensitivity.set_defaults(command=commands.sensitivity)

    branch = add("branch", help="continue a saved state with other events, or another chance", allow_abbrev=False)
    branch.add_argument("state", metavar="STATE", help="a file that a run kept because of save.states")
    branch.add_argument(
        "scenarios", metavar="NAME_OR_FILE", nargs="*", help="to continue with (default: the scenario of the state)"
    )
    _values(branch)
    branch.add_argument(
        "--seed", type=_whole(0, 2**63 - 1), help="seed of every random draw from then on (default: as before)"
    )
    branch.add_argument("--out", metavar="DIR", help="folder of the run store (default: runs/NAME-from-STATE-seedN)")
    _carrying_out(branch)
    branch.add_argument("--overwrite", action="store_true", help="replace a run that is there already")
    _yes(branch)
    branch.set_defaults(command=commands.branch)

    verify = add("verify", help="check that run stores are whole", allow_abbrev=False)
    verify.add_argument("runs", metavar="RUN", nargs="+", help="folder that mendsim run wrote")
    verify.set_defaults(command=commands.verify)

    plot = add("plot", help="draw the pictures of a run", allow_abbrev=False)
    plot.add_argument("run", metavar="RUN", help="folder that mendsim run wrote")
    plot.add_argument("--out", metavar="DIR", help="folder for the pictures (default: beside the run)")
    plot.set_defaults(command=commands.plot)

    _zone(add("zone", help="solve one zone of a laser: its channel, shells of damage and heat", allow_abbrev=False))

    treat = add(
        "treat", help="fire the laser sessions of a scenario at its skin, without the healing", allow_abbrev=False
    )
    _scenario(treat)
    treat.add_argument("--event", type=_whole(0, 10**6), metavar="N", help="only this event (default: every session)")
    treat.add_argument("--seed", type=_whole(0, 2**63 - 1), help="seed of every random draw (default: 1)")
    treat.add_argument("--csv", metavar="FILE", help="write the numbers as CSV; - for standard output")
    pictures = treat.add_mutually_exclusive_group()
    pictures.add_argument("--out", metavar="DIR", help="folder for the pictures (default: treat-NAME)")
    pictures.add_argument("--no-picture", action="store_true", help="draw nothing")
    treat.set_defaults(command=commands.treat)

    deliver = add(
        "deliver", help="where the drug of a scenario goes, layer by layer, beside intact skin", allow_abbrev=False
    )
    _scenario(deliver)
    deliver.add_argument(
        "--days", type=_number, default=7.0, metavar="D", help="days after the last drug that are run (default: 7)"
    )
    _replicates(deliver)
    deliver.set_defaults(command=commands.deliver)

    combine = add(
        "combine",
        help="laser and drug together, either alone, neither: effects and how they add up",
        allow_abbrev=False,
    )
    _scenario(combine)
    combine.add_argument(
        "--of",
        action="append",
        dest="quantities",
        required=True,
        metavar="NAME",
        help="a time series or an end point, for example scar_depth_um; may be given more than once",
    )
    combine.add_argument(
        "--at", type=_numbers, default=[], dest="days", metavar="DAYS", help="days: 30,90 (default: the end of the run)"
    )
    _replicates(combine)
    combine.set_defaults(command=commands.combine)

    compare = add(
        "compare",
        help="scenarios side by side, with the same random numbers: differences, and which are more than noise",
        allow_abbrev=False,
    )
    compare.add_argument("scenarios", nargs="+", metavar="NAME_OR_FILE", help="names from mendsim list, or TOML files")
    _values(compare)
    compare.add_argument(
        "--reference", metavar="NAME", help="scenario from which differences are taken (default: the first)"
    )
    compare.add_argument(
        "--of",
        action="append",
        default=[],
        dest="quantities",
        metavar="NAME",
        help="an end point, or a time series at its end; may be given more than once (default: every end point)",
    )
    _replicates(compare)
    compare.add_argument("--out", metavar="DIR", help="folder for the data of the comparison (default: compare-A-B-C)")
    _yes(compare)
    compare.set_defaults(command=commands.compare)

    demo = add("demo", help="run the three protocols beside their controls and compare them", allow_abbrev=False)
    demo.add_argument("--out", metavar="DIR", default="demo", help="folder for runs and pictures (default: demo)")
    demo.add_argument("--workers", type=_whole(1, 1024), metavar="N", help="runs at a time (default: every core)")
    demo.set_defaults(command=commands.demo)

    validate = add("validate", help="print published targets beside what the model gives", allow_abbrev=False)
    validate.add_argument("ids", nargs="*", metavar="IDS", help="targets, for example T20 T24 (default: every one)")
    validate.add_argument("--seeds", type=_whole(1, 100), default=2, metavar="N", help="runs of each kind (default: 2)")
    validate.add_argument("--workers", type=_whole(1, 1024), metavar="N", help="runs at a time (default: every core)")
    validate.add_argument("--csv", metavar="FILE", help="write the table as CSV; - for standard output")
    validate.set_defaults(command=commands.validate)
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


def _scenario(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("scenario", metavar="NAME_OR_FILE", help="a name from mendsim list, or a TOML file")
    _values(parser)


def _carrying_out(parser: argparse.ArgumentParser) -> None:
    _threads(parser)
    _checkpoints(parser)


def _threads(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--threads",
        type=_whole(1, 1024),
        metavar="N",
        help="threads that may work at once (default: every core); never changes a result",
    )


def _yes(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--yes", action="store_true", help="go on however long it is predicted to take")


def _checkpoints(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--checkpoint-every",
        type=_whole(0, 10**6),
        metavar="S",
        help="seconds between checkpoints (default: 60, or more where that would take over 1 %% of the time)",
    )


def _sweeping(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--workers", type=_whole(1, 1024), metavar="N", help="runs of a sweep at a time (default: every core)"
    )
    parser.add_argument("--cluster", metavar="ADDRESS", help="Dask scheduler for a sweep, for example tcp://HOST:8786")
    parser.add_argument("--retry-failed", action="store_true", help="do runs of a sweep again that have failed")


def _values(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        dest="values",
        metavar="KEY=VALUE",
        help="replace a value, for example events.0.pulse_energy='20 mJ'; may be given more than once",
    )


def _replicates(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--replicates", type=_whole(1, 1000), default=3, metavar="N", help="runs of each arm (default: 3)"
    )
    parser.add_argument("--workers", type=_whole(1, 1024), metavar="N", help="runs at a time (default: every core)")
    parser.add_argument("--csv", metavar="FILE", help="write the table as CSV; - for standard output")


def _zone(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(command=commands.zone)
    parser.add_argument("--list", action="store_true", help="list lasers and laws of damage, and do nothing else")
    parser.add_argument("--laser", metavar="NAME", help="a preset, or a beginning of one: co2")
    usual = "(default: the laser's usual one)"
    parser.add_argument("--energy", type=_numbers, metavar="MJ", help="energy of a pulse [mJ], or several: 5,10,20")
    parser.add_argument("--spot", type=_numbers, metavar="UM", help=f"1/e2 beam diameter [um], or several {usual}")
    parser.add_argument("--pulse", type=_numbers, metavar="MS", help=f"pulse duration [ms], or several {usual}")
    parser.add_argument("--stack", type=_whole(1, 100), default=1, metavar="N", help="pulses on the zone (default: 1)")
    parser.add_argument("--interval", type=_number, default=20.0, metavar="MS", help="time between them (default: 20)")
    parser.add_argument("--site", metavar="NAME", help="take the skin of this site (default: that of a face)")
    parser.add_argument(
        "--law",
        action="append",
        default=[],
        metavar="PROCESS=LAW",
        help="another law of damage for a process; may be given more than once",
    )
    parser.add_argument("--laws", action="store_true", help="compare all laws of damage")
    parser.add_argument("--spacing", type=_number, default=5.0, metavar="UM", help="side of the cells (default: 5)")
    parser.add_argument("--csv", metavar="FILE", help="write every size as CSV; - for standard output")
    picture = parser.add_mutually_exclusive_group()
    picture.add_argument("--out", metavar="FILE", help="picture (default: zone-LASER-ENERGYmJ.png)")
    picture.add_argument("--no-picture", action="store_true", help="draw nothing")


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"not a number (got {text[:40]!r})") from None


def _numbers(text: str) -> list[float]:
    try:
        return [float(part) for part in text.split(",")]
    except ValueError:
        raise argparse.ArgumentTypeError(f"not numbers (got {text[:40]!r}); allowed: 20, or 5,10,20") from None


def _whole(low: int, high: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not text.isascii() or not text.isdecimal() or len(text) > 20 or not low <= int(text) <= high:
            raise argparse.ArgumentTypeError(f"not a whole number (got {text[:40]!r}); allowed: {low} to {high}")
        return int(text)

    return read
