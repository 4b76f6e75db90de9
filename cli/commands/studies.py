"""Commands that set runs side by side: compare, combine, deliver, sensitivity, validate."""

from __future__ import annotations

import argparse
from pathlib import Path

from mendsim.cli.commands.options import (
    Add,
    name,
    number,
    numbers,
    scenario_of,
    takes_replicates,
    takes_scenario,
    takes_values,
    takes_yes,
    values_of,
    whole,
)
from mendsim.common.errors import InputError


def describe(add: Add) -> None:
    """Describe the commands and their options."""
    parser = add(
        "deliver", help="where the drug of a scenario goes, layer by layer, beside intact skin", allow_abbrev=False
    )
    takes_scenario(parser)
    parser.add_argument(
        "--days", type=number, default=7.0, metavar="D", help="days after the last drug that are run (default: 7)"
    )
    takes_replicates(parser)
    parser.set_defaults(command=deliver)

    parser = add(
        "combine",
        help="laser and drug together, either alone, neither: effects and how they add up",
        allow_abbrev=False,
    )
    takes_scenario(parser)
    parser.add_argument(
        "--of",
        action="append",
        dest="quantities",
        required=True,
        metavar="NAME",
        help="a time series or an end point, for example scar_depth_um; may be given more than once",
    )
    parser.add_argument(
        "--at", type=numbers, default=[], dest="days", metavar="DAYS", help="days: 30,90 (default: the end of the run)"
    )
    takes_replicates(parser)
    parser.set_defaults(command=combine)

    parser = add(
        "compare",
        help="scenarios side by side, with the same random numbers: differences, and which are more than noise",
        allow_abbrev=False,
    )
    parser.add_argument("scenarios", nargs="+", metavar="NAME_OR_FILE", help="names from mendsim list, or TOML files")
    takes_values(parser)
    parser.add_argument(
        "--reference", metavar="NAME", help="scenario from which differences are taken (default: the first)"
    )
    parser.add_argument(
        "--of",
        action="append",
        default=[],
        dest="quantities",
        metavar="NAME",
        help="an end point, or a time series at its end; may be given more than once (default: every end point)",
    )
    takes_replicates(parser)
    parser.add_argument("--out", metavar="DIR", help="folder for the data of the comparison (default: compare-A-B-C)")
    takes_yes(parser)
    parser.set_defaults(command=compare)

    parser = add("sensitivity", help="print which factors of a sweep decide its outcomes", allow_abbrev=False)
    parser.add_argument("sweep", type=name, metavar="SWEEP", help="the folder that mendsim sweep wrote")
    parser.add_argument(
        "--of",
        action="append",
        dest="outcomes",
        required=True,
        metavar="NAME",
        help="an outcome: a column of the table; may be given more than once",
    )
    parser.add_argument("--csv", metavar="FILE", help="write the tables as CSV; - for standard output")
    parser.set_defaults(command=sensitivity)

    _validate(add("validate", help="set published targets beside what the model gives", allow_abbrev=False))


def _validate(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(command=validate)
    parser.add_argument("ids", nargs="*", metavar="IDS", help="targets, for example T20 T24 (default: every one)")
    parser.add_argument(
        "--seeds", type=whole(1, 100), metavar="N", help="runs of each kind (default: 2, with --quick 1)"
    )
    parser.add_argument("--workers", type=whole(1, 1024), metavar="N", help="runs at a time (default: every core)")
    parser.add_argument(
        "--quick", action="store_true", help="judge only what takes less than five minutes on two cores in all"
    )
    parser.add_argument("--csv", metavar="FILE", help="write the table as CSV; - for standard output")
    parser.add_argument("--picture", metavar="FILE", help="draw the scoreboard: PNG, PDF or SVG")
    parser.add_argument(
        "--from",
        dest="table",
        type=name,
        metavar="FILE",
        help="print and draw a table that --csv wrote, and run nothing",
    )


def deliver(arguments: argparse.Namespace) -> None:
    """Print where the drug of a scenario goes, beside intact skin."""
    scenario = scenario_of(arguments)
    from mendsim.cli.deliver import run_deliver

    run_deliver(
        scenario,
        days=arguments.days,
        replicates=arguments.replicates,
        workers=arguments.workers,
        csv=arguments.csv,
    )


def combine(arguments: argparse.Namespace) -> None:
    """Print what laser and drug do together, each alone, and neither."""
    scenario = scenario_of(arguments)
    from mendsim.cli.combine import run_combine

    run_combine(
        scenario,
        names=arguments.quantities,
        days=arguments.days,
        replicates=arguments.replicates,
        workers=arguments.workers,
        csv=arguments.csv,
    )


def compare(arguments: argparse.Namespace) -> None:
    """Print how scenarios differ, from runs with the same seeds, and write what a report needs."""
    from mendsim import scenarios

    loaded, values = [scenarios.load(name) for name in arguments.scenarios], values_of(arguments)
    if values:
        loaded = [each.with_values(values, origin=f"{each.name} with --set") for each in loaded]
    from mendsim.cli.compare import run_compare

    run_compare(
        loaded,
        reference=arguments.reference,
        names=arguments.quantities,
        replicates=arguments.replicates,
        workers=arguments.workers,
        csv=arguments.csv,
        out=arguments.out,
        yes=arguments.yes,
    )


def sensitivity(arguments: argparse.Namespace) -> None:
    """Print which factors of a sweep decide its outcomes."""
    from mendsim.cli.sensitivity import tell_sensitivity

    tell_sensitivity(Path(arguments.sweep), names=arguments.outcomes, csv=arguments.csv)


def validate(arguments: argparse.Namespace) -> None:
    """Run what published targets ask for, and set them beside the model."""
    if arguments.table is not None:
        given = {"IDS": arguments.ids, "--seeds": arguments.seeds, "--workers": arguments.workers}
        for key in [name for name, value in {**given, "--quick": arguments.quick}.items() if value]:
            raise InputError("nothing is run with --from", key=key, allowed="--csv, --picture")
        from mendsim.cli.validate import show_table

        show_table(arguments.table, csv=arguments.csv, picture=arguments.picture)
        return
    from mendsim.cli.validate import run_validate

    run_validate(
        arguments.ids,
        seeds=arguments.seeds,
        workers=arguments.workers,
        quick=arguments.quick,
        csv=arguments.csv,
        picture=arguments.picture,
    )
