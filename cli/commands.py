"""What each command does. Libraries are imported when a command needs them."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from mendsim.common.errors import InputError

if TYPE_CHECKING:
    from mendsim.scenarios import Scenario


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

    print(resolved_text(_scenario_of(arguments)))


def schema(arguments: argparse.Namespace) -> None:
    """Print the JSON Schema of a kind of file."""
    import json

    from mendsim.scenarios.json_schema import scenario_schema

    made = {"scenario": scenario_schema}[arguments.kind]()
    print(json.dumps(made, indent=2, ensure_ascii=False))


def run(arguments: argparse.Namespace) -> None:
    """Run a scenario and say where the run store is."""
    scenario = _scenario_of(arguments)
    import signal

    from mendsim import scenarios
    from mendsim.cli.interrupt import stoppable
    from mendsim.cli.progress import bar

    seed = scenarios.DEFAULT_SEED if arguments.seed is None else arguments.seed
    if arguments.out == "":
        raise InputError("no name for the output", key="--out", value="", allowed="a path")
    out = Path(arguments.out or f"runs/{scenario.name}-seed{seed}")
    with bar(scenario.name) as show, stoppable(signal.SIGINT) as look:

        def progress(done: int, total: int) -> None:
            look(done, total)
            show(done, total)

        done = scenarios.run(
            scenario, out, seed=seed, threads=arguments.threads, overwrite=arguments.overwrite, progress=progress
        )
    days, seconds = scenario.follow_up_h / 24, done.data.attrs["wall_time_s"]
    print(f"{out}: {scenario.title}; {days:g} days in {seconds:.1f} s; content {done.content_hash[:12]}")


def plot(arguments: argparse.Namespace) -> None:
    """Draw the pictures of a run and say where they are."""
    from mendsim import analysis

    for path in analysis.plot_run(Path(arguments.run), None if arguments.out is None else Path(arguments.out)):
        print(path)


def zone(arguments: argparse.Namespace) -> None:
    """Solve zones of a laser, print their sizes and draw one."""
    from mendsim.cli.zone import run_zone

    run_zone(arguments)


def treat(arguments: argparse.Namespace) -> None:
    """Fire the laser sessions of a scenario without the healing, print what they do and draw it."""
    scenario = _scenario_of(arguments)
    from mendsim.cli.treat import run_treat

    run_treat(
        scenario,
        event=arguments.event,
        seed=arguments.seed,
        out=arguments.out,
        csv=arguments.csv,
        draw=not arguments.no_picture,
    )


def deliver(arguments: argparse.Namespace) -> None:
    """Print where the drug of a scenario goes, beside intact skin."""
    scenario = _scenario_of(arguments)
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
    scenario = _scenario_of(arguments)
    from mendsim.cli.combine import run_combine

    run_combine(
        scenario,
        names=arguments.quantities,
        days=arguments.days,
        replicates=arguments.replicates,
        workers=arguments.workers,
        csv=arguments.csv,
    )


def demo(arguments: argparse.Namespace) -> None:
    """Run the three protocols beside their controls and compare them."""
    from mendsim.cli.demo import run_demo

    run_demo(Path(arguments.out), workers=arguments.workers)


def validate(arguments: argparse.Namespace) -> None:
    """Run what published targets ask for, and print them beside the model."""
    from mendsim.cli.validate import run_validate

    run_validate(arguments.ids, seeds=arguments.seeds, workers=arguments.workers, csv=arguments.csv)


def _scenario_of(arguments: argparse.Namespace) -> Scenario:
    from mendsim import scenarios
    from mendsim.scenarios.loading import parsed

    scenario = scenarios.load(arguments.scenario)
    values = {}
    for text in arguments.values:
        key, equals, value = text.partition("=")
        if not equals or not key.strip():
            raise InputError(
                "not key=value", file="--set", value=text, allowed="for example events.0.pulse_energy='20 mJ'"
            )
        values[key.strip()] = parsed(value.strip())
    return scenario.with_values(values, origin="--set") if values else scenario
