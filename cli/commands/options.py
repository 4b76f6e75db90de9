"""Options that several commands share, and how their values are read."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from mendsim.common.errors import InputError

if TYPE_CHECKING:
    from mendsim.scenarios import Scenario

Add = Callable[..., argparse.ArgumentParser]
"""Adds a command to the parser: ``add_parser`` of its subparsers."""


def takes_scenario(parser: argparse.ArgumentParser) -> None:
    """Let a command take a scenario and values of it."""
    parser.add_argument("scenario", metavar="NAME_OR_FILE", help="a name from mendsim list, or a TOML file")
    takes_values(parser)


def takes_values(parser: argparse.ArgumentParser) -> None:
    """Let a command replace values of a scenario."""
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        dest="values",
        metavar="KEY=VALUE",
        help="replace a value, for example events.0.pulse_energy='20 mJ'; may be given more than once",
    )


def takes_threads_and_checkpoints(parser: argparse.ArgumentParser) -> None:
    """Let a command say how a run is carried out."""
    takes_threads(parser)
    takes_checkpoints(parser)


def takes_threads(parser: argparse.ArgumentParser) -> None:
    """Let a command say how many threads may work."""
    parser.add_argument(
        "--threads",
        type=whole(1, 1024),
        metavar="N",
        help="threads that may work at once (default: every core); never changes a result",
    )


def takes_yes(parser: argparse.ArgumentParser) -> None:
    """Let a command go on regardless of time."""
    parser.add_argument("--yes", action="store_true", help="go on however long it is predicted to take")


def takes_checkpoints(parser: argparse.ArgumentParser) -> None:
    """Let a command say how often a run is saved."""
    parser.add_argument(
        "--checkpoint-every",
        type=whole(0, 10**6),
        metavar="S",
        help="seconds between checkpoints (default: 60, or more where that would take over 1 %% of the time)",
    )


def takes_workers_and_cluster(parser: argparse.ArgumentParser) -> None:
    """Let a command say where the runs of a sweep are done."""
    parser.add_argument(
        "--workers", type=whole(1, 1024), metavar="N", help="runs of a sweep at a time (default: every core)"
    )
    parser.add_argument("--cluster", metavar="ADDRESS", help="Dask scheduler for a sweep, for example tcp://HOST:8786")
    parser.add_argument("--retry-failed", action="store_true", help="do runs of a sweep again that have failed")


def takes_replicates(parser: argparse.ArgumentParser) -> None:
    """Let a command repeat runs and write their table."""
    parser.add_argument(
        "--replicates", type=whole(1, 1000), default=3, metavar="N", help="runs of each arm (default: 3)"
    )
    parser.add_argument("--workers", type=whole(1, 1024), metavar="N", help="runs at a time (default: every core)")
    parser.add_argument("--csv", metavar="FILE", help="write the table as CSV; - for standard output")


def name(text: str) -> str:
    """Read a name, of a folder or of what a picture shows; an empty one would mean the folder where one stands."""
    if not text.strip():
        raise argparse.ArgumentTypeError(f"no name (got {text!r})")
    return text


def number(text: str) -> float:
    """Read a number."""
    try:
        return float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"not a number (got {text[:40]!r})") from None


def numbers(text: str) -> list[float]:
    """Read numbers with commas between them."""
    try:
        return [float(part) for part in text.split(",")]
    except ValueError:
        raise argparse.ArgumentTypeError(f"not numbers (got {text[:40]!r}); allowed: 20, or 5,10,20") from None


def whole(low: int, high: int) -> Callable[[str], int]:
    """Make a reader of whole numbers between two bounds."""

    def read(text: str) -> int:
        if not text.isascii() or not text.isdecimal() or len(text) > 20 or not low <= int(text) <= high:
            raise argparse.ArgumentTypeError(f"not a whole number (got {text[:40]!r}); allowed: {low} to {high}")
        return int(text)

    return read


def scenario_of(arguments: argparse.Namespace) -> Scenario:
    """Load the scenario that was asked for, with the values that were set."""
    from mendsim import scenarios

    scenario, values = scenarios.load(arguments.scenario), values_of(arguments)
    return scenario.with_values(values, origin="--set") if values else scenario


def values_of(arguments: argparse.Namespace) -> dict[str, Any]:
    """Read the values that were set, by dotted key."""
    from mendsim.scenarios.loading import parsed

    values = {}
    for text in arguments.values:
        key, equals, value = text.partition("=")
        if not equals or not key.strip():
            raise InputError(
                "not key=value", file="--set", value=text, allowed="for example events.0.pulse_energy='20 mJ'"
            )
        values[key.strip()] = parsed(value.strip())
    return values
