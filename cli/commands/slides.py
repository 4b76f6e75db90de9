"""Commands that show skin as a microscope and a dermatoscope do: histology, surface."""

from __future__ import annotations

import argparse
from pathlib import Path

from mendsim.cli.commands.options import Add, name, number, numbers

_KINDS = ("gif", "mp4")


def describe(add: Add) -> None:
    """Describe the commands and their options."""
    parser = add("histology", help="draw stained sections of a run", allow_abbrev=False)
    _takes_run(parser)
    parser.add_argument(
        "--stain",
        action="append",
        metavar="NAME",
        help="he (default), masson, picrosirius, picrosirius_circular, hsp70, hsp47, cd3, cd4, cd8 or alpha_sma; "
        "may be given more than once",
    )
    parser.add_argument(
        "--window",
        type=numbers,
        metavar="LEFT,RIGHT,TOP,BOTTOM",
        help="part of the section, um (default: around one zone)",
    )
    parser.add_argument(
        "--resolution",
        type=number,
        metavar="PX_PER_UM",
        help="write each section as a picture of its own, too, with so many pixels for each um",
    )
    parser.set_defaults(command=histology)

    parser = add("surface", help="draw the skin of a run as seen from above", allow_abbrev=False)
    _takes_run(parser)
    parser.set_defaults(command=surface)


def _takes_run(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", type=name, metavar="RUN", help="folder that mendsim run wrote")
    parser.add_argument("--days", type=numbers, metavar="D,D,...", help="days to draw (default: up to eight)")
    parser.add_argument("--out", metavar="DIR", help="folder for the pictures (default: beside the run)")
    parser.add_argument("--animate", choices=_KINDS, help="write an animation over the snapshots, too")


def histology(arguments: argparse.Namespace) -> None:
    """Draw stained sections of a run and say where they are."""
    from mendsim.cli.histology import draw_slides

    for path in draw_slides(
        Path(arguments.run),
        arguments.out,
        stains=list(dict.fromkeys(arguments.stain or ["he"])),
        days=arguments.days,
        window=arguments.window,
        pixels_per_um=arguments.resolution,
        animate=arguments.animate,
    ):
        print(path)


def surface(arguments: argparse.Namespace) -> None:
    """Draw the surface of a run and say where it is."""
    from mendsim.cli.histology import draw_surface

    for path in draw_surface(Path(arguments.run), arguments.out, days=arguments.days, animate=arguments.animate):
        print(path)
