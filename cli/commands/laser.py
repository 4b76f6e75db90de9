"""Commands that ask the laser stage alone: zone, treat."""

from __future__ import annotations

import argparse

from mendsim.cli.commands.options import Add, number, numbers, scenario_of, takes_scenario, whole


def describe(add: Add) -> None:
    """Describe the commands and their options."""
    _zone(add("zone", help="solve one zone of a laser: its channel, shells of damage and heat", allow_abbrev=False))

    parser = add(
        "treat", help="fire the laser sessions of a scenario at its skin, without the healing", allow_abbrev=False
    )
    takes_scenario(parser)
    parser.add_argument("--event", type=whole(0, 10**6), metavar="N", help="only this event (default: every session)")
    parser.add_argument("--seed", type=whole(0, 2**63 - 1), help="seed of every random draw (default: 1)")
    parser.add_argument("--csv", metavar="FILE", help="write the numbers as CSV; - for standard output")
    pictures = parser.add_mutually_exclusive_group()
    pictures.add_argument("--out", metavar="DIR", help="folder for the pictures (default: treat-NAME)")
    pictures.add_argument("--no-picture", action="store_true", help="draw nothing")
    parser.set_defaults(command=treat)


def _zone(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(command=zone)
    parser.add_argument("--list", action="store_true", help="list lasers and laws of damage, and do nothing else")
    parser.add_argument("--laser", metavar="NAME", help="a preset, or a beginning of one: co2")
    usual = "(default: the laser's usual one)"
    parser.add_argument("--energy", type=numbers, metavar="MJ", help="energy of a pulse [mJ], or several: 5,10,20")
    parser.add_argument("--spot", type=numbers, metavar="UM", help=f"1/e2 beam diameter [um], or several {usual}")
    parser.add_argument("--pulse", type=numbers, metavar="MS", help=f"pulse duration [ms], or several {usual}")
    parser.add_argument("--stack", type=whole(1, 100), default=1, metavar="N", help="pulses on the zone (default: 1)")
    parser.add_argument("--interval", type=number, default=20.0, metavar="MS", help="time between them (default: 20)")
    parser.add_argument("--site", metavar="NAME", help="take the skin of this site (default: that of a face)")
    parser.add_argument(
        "--law",
        action="append",
        default=[],
        metavar="PROCESS=LAW",
        help="another law of damage for a process; may be given more than once",
    )
    parser.add_argument("--laws", action="store_true", help="compare all laws of damage")
    parser.add_argument("--spacing", type=number, default=5.0, metavar="UM", help="side of the cells (default: 5)")
    parser.add_argument("--csv", metavar="FILE", help="write every size as CSV; - for standard output")
    picture = parser.add_mutually_exclusive_group()
    picture.add_argument("--out", metavar="FILE", help="picture (default: zone-LASER-ENERGYmJ.png)")
    picture.add_argument("--no-picture", action="store_true", help="draw nothing")


def zone(arguments: argparse.Namespace) -> None:
    """Solve zones of a laser, print their sizes and draw one."""
    from mendsim.cli.zone import run_zone

    run_zone(arguments)


def treat(arguments: argparse.Namespace) -> None:
    """Fire the laser sessions of a scenario without the healing, print what they do and draw it."""
    scenario = scenario_of(arguments)
    from mendsim.cli.treat import run_treat

    run_treat(
        scenario,
        event=arguments.event,
        seed=arguments.seed,
        out=arguments.out,
        csv=arguments.csv,
        draw=not arguments.no_picture,
    )
