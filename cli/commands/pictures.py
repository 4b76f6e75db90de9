"""Commands that look at what was done: outcomes, plot, report, export, cite."""

from __future__ import annotations

import argparse
from pathlib import Path

from mendsim.cli.commands.options import Add, name, numbers


def describe(add: Add) -> None:
    """Describe the commands and their options."""
    parser = add("outcomes", help="list what can be measured in a run, or measure it", allow_abbrev=False)
    parser.add_argument(
        "runs", nargs="*", type=name, metavar="RUN", help="folder that mendsim run wrote (default: only list)"
    )
    parser.add_argument("--row", metavar="ROW", help="only outcomes of this mechanism row, for example R07")
    parser.add_argument(
        "--of", type=name, metavar="NAME", help="one outcome, as a tidy table (default: every end point)"
    )
    parser.add_argument("--csv", metavar="FILE", help="write the table as CSV; - for standard output")
    parser.set_defaults(command=outcomes)

    parser = add("plot", help="draw pictures of a run, a comparison or a sweep", allow_abbrev=False)
    parser.add_argument("path", type=name, metavar="PATH", help="folder that mendsim run, compare or sweep wrote")
    parser.add_argument(
        "--kind",
        metavar="NAME",
        help="one plot: of a run time_course, depth_profile, depth_change, kymograph, depth_kymograph, vessels, block;"
        " of a comparison forest, time_course; of a sweep curve, sensitivity, morris (default: the usual pictures)",
    )
    parser.add_argument(
        "--of", type=name, metavar="NAME", help="time series, field or outcome of the plot, for example scar_depth_um"
    )
    parser.add_argument("--days", type=numbers, default=[], metavar="DAYS", help="days to draw, for example 0,7,30")
    parser.add_argument("--x", type=name, metavar="NAME", help="factor or outcome along the x axis, of a sweep")
    parser.add_argument("--y", type=name, metavar="NAME", help="outcome along the y axis, of a sweep")
    parser.add_argument("--hue", type=name, metavar="NAME", help="factor by which colours are told apart, of a sweep")
    parser.add_argument(
        "--lowest",
        action="store_true",
        help="of one outcome against another, the lowest --y is best",
    )
    parser.add_argument(
        "--out", metavar="PLACE", help="folder for the usual pictures, or a png, pdf or svg (default: beside PATH)"
    )
    parser.set_defaults(command=plot)

    parser = add("report", help="write a run or a comparison as one HTML file", allow_abbrev=False)
    parser.add_argument(
        "run", type=name, metavar="RUN_OR_COMPARISON", help="folder that mendsim run or mendsim compare wrote"
    )
    parser.add_argument("--out", metavar="FILE", help="the file (default: beside the folder, NAME_report.html)")
    parser.set_defaults(command=report)

    parser = add("export", help="write a run for ParaView (vtk), Simularium or as tables (csv)", allow_abbrev=False)
    parser.add_argument("run", type=name, metavar="RUN", help="folder that mendsim run wrote")
    parser.add_argument("--to", required=True, choices=("vtk", "simularium", "csv"), help="kind of files")
    parser.add_argument("--out", metavar="DIR", help="folder for the files (default: beside the run)")
    parser.add_argument(
        "--days", type=numbers, metavar="DAYS", help="snapshots of these days: 0,7,30 (default: every one)"
    )
    parser.set_defaults(command=export)

    parser = add("cite", help="print what to cite with a run, as BibTeX", allow_abbrev=False)
    parser.add_argument(
        "run", nargs="?", type=name, metavar="RUN", help="folder that mendsim run wrote (default: the program alone)"
    )
    parser.set_defaults(command=cite)


def outcomes(arguments: argparse.Namespace) -> None:
    """List outcomes, or measure them in runs."""
    from mendsim.cli.outcomes import run_outcomes

    row = None if arguments.row is None else arguments.row.upper()
    run_outcomes(arguments.runs, row=row, of=arguments.of, csv=arguments.csv)


def plot(arguments: argparse.Namespace) -> None:
    """Draw pictures of a run, a comparison or a sweep, and say where they are."""
    from mendsim.cli.plot import Asked, run_plot

    asked = Asked(
        of=arguments.of or "",
        days=tuple(arguments.days),
        x=arguments.x or "",
        y=arguments.y or "",
        hue=arguments.hue or "",
        lowest=arguments.lowest,
    )
    for path in run_plot(Path(arguments.path), asked, kind=arguments.kind, out=arguments.out):
        print(path)


def report(arguments: argparse.Namespace) -> None:
    """Write the report of a run or a comparison and say where it is."""
    from mendsim import analysis
    from mendsim.cli.tables import check_file

    if arguments.out is not None:
        check_file(arguments.out, "--out", (".html", ".htm"))
    print(analysis.write_report(Path(arguments.run), None if arguments.out is None else Path(arguments.out)))


def export(arguments: argparse.Namespace) -> None:
    """Write a run for another program and say where."""
    from mendsim import analysis

    print(analysis.export_run(arguments.run, arguments.to, arguments.out, arguments.days))


def cite(arguments: argparse.Namespace) -> None:
    """Print what to cite with a run."""
    from mendsim.cli.cite import cite as print_citations

    print_citations(arguments.run)
