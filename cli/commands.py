"""What each command does. Libraries are imported when a command needs them."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

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

    scenario = _scenario_of(arguments)
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


def run(arguments: argparse.Namespace) -> None:
    """Run a scenario and say where the run store is."""
    scenario = _scenario_of(arguments)
    from mendsim.cli.predict import allow_run
    from mendsim.cli.running import run_scenario

    allow_run(scenario, arguments.threads, yes=arguments.yes)

    run_scenario(
        scenario,
        seed=arguments.seed,
        out=arguments.out,
        threads=arguments.threads,
        overwrite=arguments.overwrite,
        every_s=arguments.checkpoint_every,
    )


def predict(arguments: argparse.Namespace) -> None:
    """Print how long a run or a sweep takes and what it needs."""
    from mendsim.cli.predict import run_predict

    run_predict(arguments.target, _values_of(arguments), threads=arguments.threads, workers=arguments.workers)


def resume(arguments: argparse.Namespace) -> None:
    """Go on with a run or a sweep that was interrupted."""
    from mendsim.scenarios.sweeping.folder import is_sweep

    path, every_s = Path(arguments.run), arguments.checkpoint_every
    others = {"--threads": arguments.threads}
    if not is_sweep(path):
        others = {"--workers": arguments.workers, "--cluster": arguments.cluster}
        others["--retry-failed"] = arguments.retry_failed or None
    for option, value in others.items():
        if value is not None:
            what = "a sweep" if is_sweep(path) else "a run"
            raise InputError(f"{what} has no such option", file=path, key=option, value=value)
    if is_sweep(path):
        from mendsim.cli.sweep import resume_sweep

        resume_sweep(
            path,
            workers=arguments.workers,
            cluster=arguments.cluster,
            retry_failed=arguments.retry_failed,
            every_s=every_s,
        )
        return
    from mendsim.cli.running import resume_run

    resume_run(path, threads=arguments.threads, every_s=every_s)


def sweep(arguments: argparse.Namespace) -> None:
    """Do the runs of a design that are not done yet."""
    from mendsim.cli.sweep import run_sweep

    run_sweep(
        arguments.design,
        out=arguments.out,
        workers=arguments.workers,
        cluster=arguments.cluster,
        retry_failed=arguments.retry_failed,
        every_s=arguments.checkpoint_every,
        yes=arguments.yes,
    )


def sensitivity(arguments: argparse.Namespace) -> None:
    """Print which factors of a sweep decide its outcomes."""
    from mendsim.cli.sensitivity import tell_sensitivity

    tell_sensitivity(Path(arguments.sweep), names=arguments.outcomes, csv=arguments.csv)


def branch(arguments: argparse.Namespace) -> None:
    """Continue a saved state in one or more other ways."""
    from mendsim.cli.running import branch_state

    branch_state(
        Path(arguments.state),
        arguments.scenarios,
        values=_values_of(arguments),
        seed=arguments.seed,
        out=arguments.out,
        threads=arguments.threads,
        overwrite=arguments.overwrite,
        every_s=arguments.checkpoint_every,
        yes=arguments.yes,
    )


def verify(arguments: argparse.Namespace) -> None:
    """Check every byte of run stores."""
    from mendsim.cli.verify import verify_stores

    verify_stores([Path(run) for run in arguments.runs])


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


def compare(arguments: argparse.Namespace) -> None:
    """Print how scenarios differ, from runs with the same seeds, and write what a report needs."""
    from mendsim import scenarios

    loaded, values = [scenarios.load(name) for name in arguments.scenarios], _values_of(arguments)
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

    scenario, values = scenarios.load(arguments.scenario), _values_of(arguments)
    return scenario.with_values(values, origin="--set") if values else scenario


def _values_of(arguments: argparse.Namespace) -> dict[str, Any]:
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
