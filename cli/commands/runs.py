"""Commands that do, continue and check runs: run, resume, sweep, branch, verify, demo."""

from __future__ import annotations

import argparse
from pathlib import Path

from mendsim.cli.commands.options import (
    Add,
    scenario_of,
    takes_checkpoints,
    takes_scenario,
    takes_threads_and_checkpoints,
    takes_values,
    takes_workers_and_cluster,
    takes_yes,
    values_of,
    whole,
)
from mendsim.common.errors import InputError


def describe(add: Add) -> None:
    """Describe the commands and their options."""
    parser = add("run", help="run a scenario and write its run store", allow_abbrev=False)
    takes_scenario(parser)
    parser.add_argument("--seed", type=whole(0, 2**63 - 1), help="seed of every random draw (default: 1)")
    parser.add_argument("--out", metavar="DIR", help="folder of the run store (default: runs/NAME-seedN)")
    takes_threads_and_checkpoints(parser)
    parser.add_argument("--overwrite", action="store_true", help="replace a run that is there already")
    takes_yes(parser)
    parser.set_defaults(command=run)

    parser = add("resume", help="go on with a run or a sweep that was interrupted", allow_abbrev=False)
    parser.add_argument("run", metavar="RUN_OR_SWEEP", help="the folder that mendsim run or mendsim sweep was to write")
    takes_threads_and_checkpoints(parser)
    takes_workers_and_cluster(parser)
    parser.set_defaults(command=resume)

    parser = add("sweep", help="do the runs of a design, on this machine or a cluster", allow_abbrev=False)
    parser.add_argument("design", metavar="DESIGN", help="a TOML file")
    parser.add_argument("--out", metavar="DIR", help="folder of the sweep (default: sweeps/NAME_OF_THE_FILE)")
    takes_workers_and_cluster(parser)
    takes_checkpoints(parser)
    takes_yes(parser)
    parser.set_defaults(command=sweep)

    parser = add("branch", help="continue a saved state with other events, or another chance", allow_abbrev=False)
    parser.add_argument("state", metavar="STATE", help="a file that a run kept because of save.states")
    parser.add_argument(
        "scenarios", metavar="NAME_OR_FILE", nargs="*", help="to continue with (default: the scenario of the state)"
    )
    takes_values(parser)
    parser.add_argument(
        "--seed", type=whole(0, 2**63 - 1), help="seed of every random draw from then on (default: as before)"
    )
    parser.add_argument("--out", metavar="DIR", help="folder of the run store (default: runs/NAME-from-STATE-seedN)")
    takes_threads_and_checkpoints(parser)
    parser.add_argument("--overwrite", action="store_true", help="replace a run that is there already")
    takes_yes(parser)
    parser.set_defaults(command=branch)

    parser = add("verify", help="check that run stores are whole", allow_abbrev=False)
    parser.add_argument("runs", metavar="RUN", nargs="+", help="folder that mendsim run wrote")
    parser.set_defaults(command=verify)

    parser = add("demo", help="run the three protocols beside their controls and compare them", allow_abbrev=False)
    parser.add_argument("--out", metavar="DIR", default="demo", help="folder for runs and pictures (default: demo)")
    parser.add_argument("--workers", type=whole(1, 1024), metavar="N", help="runs at a time (default: every core)")
    parser.set_defaults(command=demo)


def run(arguments: argparse.Namespace) -> None:
    """Run a scenario and say where the run store is."""
    scenario = scenario_of(arguments)
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


def branch(arguments: argparse.Namespace) -> None:
    """Continue a saved state in one or more other ways."""
    from mendsim.cli.running import branch_state

    branch_state(
        Path(arguments.state),
        arguments.scenarios,
        values=values_of(arguments),
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


def demo(arguments: argparse.Namespace) -> None:
    """Run the three protocols beside their controls and compare them."""
    from mendsim.cli.demo import run_demo

    run_demo(Path(arguments.out), workers=arguments.workers)
