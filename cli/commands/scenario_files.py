"""Commands that look at scenario files: list, show, schema, predict."""

from __future__ import annotations

import argparse

from mendsim.cli.commands.options import Add, scenario_of, takes_scenario, takes_threads, takes_values, values_of, whole


def describe(add: Add) -> None:
    """Describe the commands and their options."""
    parser = add("list", help="list the scenarios that come with mendsim", allow_abbrev=False)
    parser.set_defaults(command=list_scenarios)

    parser = add("show", help="print a scenario with every value and where it comes from", allow_abbrev=False)
    takes_scenario(parser)
    parser.set_defaults(command=show)

    parser = add("schema", help="print the JSON Schema of scenario or design files, for editors", allow_abbrev=False)
    parser.add_argument(
        "kind", nargs="?", choices=("scenario", "design"), default="scenario", help="kind of file (default: scenario)"
    )
    parser.set_defaults(command=schema)

    parser = add("predict", help="how long a run or a sweep takes, and what memory it needs", allow_abbrev=False)
    parser.add_argument("target", metavar="NAME_OR_FILE", help="a scenario, or the design of a sweep")
    takes_values(parser)
    takes_threads(parser)
    parser.add_argument(
        "--workers", type=whole(1, 1024), metavar="N", help="runs of a sweep at a time (default: every core)"
    )
    parser.set_defaults(command=predict)


def list_scenarios(_arguments: argparse.Namespace) -> None:
    """Print name and title of every scenario that comes with mendsim."""
    from mendsim.scenarios.loading import titles

    known = titles()
    width = max(map(len, known))
    for name, title in known.items():
        print(f"{name:<{width}}  {title}")


def show(arguments: argparse.Namespace) -> None:
    """Print a scenario with the origin of every value."""
    from mendsim.scenarios.show import resolved_text

    scenario = scenario_of(arguments)
    print(resolved_text(scenario))
    from mendsim.cli.predict import warn_if_too_large

    warn_if_too_large(scenario)


def schema(arguments: argparse.Namespace) -> None:
    """Print the JSON Schema of a kind of file."""
    import json

    from mendsim.scenarios.json_schema import scenario_schema
    from mendsim.scenarios.sweeping import design_schema

    made = {"scenario": scenario_schema, "design": design_schema}[arguments.kind]()
    print(json.dumps(made, indent=2, ensure_ascii=False))


def predict(arguments: argparse.Namespace) -> None:
    """Print how long a run or a sweep takes and what it needs."""
    from mendsim.cli.predict import run_predict

    run_predict(arguments.target, values_of(arguments), threads=arguments.threads, workers=arguments.workers)
