"""Commands that look at what was done: plot, cite."""

from __future__ import annotations

import argparse
from pathlib import Path

from mendsim.cli.commands.options import Add


def describe(add: Add) -> None:
    """Describe the commands and their options."""
    parser = add("plot", help="draw the pictures of a run", allow_abbrev=False)
    parser.add_argument("run", metavar="RUN", help="folder that mendsim run wrote")
    parser.add_argument("--out", metavar="DIR", help="folder for the pictures (default: beside the run)")
    parser.set_defaults(command=plot)

    parser = add("cite", help="print what to cite with a run, as BibTeX", allow_abbrev=False)
    parser.add_argument(
        "run", nargs="?", metavar="RUN", help="folder that mendsim run wrote (default: the program alone)"
    )
    parser.set_defaults(command=cite)


def plot(arguments: argparse.Namespace) -> None:
    """Draw the pictures of a run and say where they are."""
    from mendsim import analysis

    for path in analysis.plot_run(Path(arguments.run), None if arguments.out is None else Path(arguments.out)):
        print(path)


def cite(arguments: argparse.Namespace) -> None:
    """Print what to cite with a run."""
    from mendsim.cli.cite import cite as print_citations

    print_citations(arguments.run)
