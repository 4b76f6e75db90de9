"""Running scenarios one at a time: from the start, from a checkpoint, from a saved state."""

from __future__ import annotations

import signal
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from mendsim import scenarios
from mendsim.cli.interrupt import stoppable
from mendsim.cli.predict import allow_run
from mendsim.cli.progress import bar
from mendsim.common.errors import InputError
from mendsim.scenarios.branching import check_branch
from mendsim.scenarios.checkpoint import Checkpoint
from mendsim.scenarios.runner import Run
from mendsim.scenarios.store import check_target, folder_of, store_of
from mendsim.scenarios.unfinished import FinishedError

_HOURS_PER_DAY = 24


def run_scenario(
    scenario: scenarios.Scenario,
    *,
    seed: int | None,
    out: str | None,
    threads: int | None,
    overwrite: bool,
    every_s: float | None,
) -> None:
    """Run a scenario and say where the run store is."""
    seed = scenarios.DEFAULT_SEED if seed is None else seed
    path = _path(out, f"runs/{scenario.name}-seed{seed}")
    go = partial(
        scenarios.run,
        scenario,
        path,
        seed=seed,
        threads=threads,
        overwrite=overwrite,
        checkpoint_every_s=every_s,
    )
    _carry_out(scenario.name, path, go)


def resume_run(path: Path, *, threads: int | None, every_s: float | None) -> None:
    """Go on with a run that was interrupted; the path is that of its store, or of the unfinished folder beside it."""
    path = store_of(path)
    go = partial(scenarios.resume, path, threads=threads, checkpoint_every_s=every_s)
    try:
        _carry_out(path.name, path, go)
    except FinishedError as error:
        print(error)


def branch_state(
    state: Path,
    names: Sequence[str],
    *,
    values: Mapping[str, object],
    seed: int | None,
    out: str | None,
    threads: int | None,
    overwrite: bool,
    every_s: float | None,
    yes: bool = False,
) -> None:
    """Continue a saved state, with each of some scenarios or with its own."""
    about = Checkpoint.read(state).about
    chosen = [scenarios.load(name) for name in names] or [about.scenario]
    if out is not None and len(chosen) > 1:
        raise InputError("one name for several runs", key="--out", value=out, allowed="no --out with several scenarios")
    wanted = [scenario.with_values(values, origin="branch") if values else scenario for scenario in chosen]
    now_h = about.step * about.scenario.step_h
    for scenario in wanted:
        check_branch(about.scenario, scenario, now_h)
        allow_run(scenario, threads, yes=yes, from_h=now_h)
    chance = about.seed if seed is None else seed
    paths = [_path(out, f"runs/{scenario.name}-from-{state.stem}-seed{chance}") for scenario in wanted]
    for path in paths:
        if paths.count(path) > 1:
            raise InputError("two scenarios of the same name", value=str(path), allowed="name = '...' in their files")
        check_target(path, overwrite=overwrite)
    for scenario, path in zip(wanted, paths, strict=True):
        go = partial(
            scenarios.branch,
            state,
            path,
            scenario,
            seed=seed,
            threads=threads,
            overwrite=overwrite,
            checkpoint_every_s=every_s,
        )
        _carry_out(scenario.name, path, go)


def _path(out: str | None, usual: str) -> Path:
    if out == "":
        raise InputError("no name for the output", key="--out", value="", allowed="a path")
    return Path(out or usual)


def _carry_out(name: str, path: Path, go: Callable[..., Run]) -> None:
    """Run with a bar until it ends or is interrupted, and say what there is then."""
    try:
        with bar(name) as show, stoppable(signal.SIGINT, signal.SIGTERM) as look:

            def progress(done: int, total: int) -> None:
                look(done, total)
                show(done, total)

            done = go(progress=progress)
    except KeyboardInterrupt:
        if folder_of(path).exists():
            raise KeyboardInterrupt(f"go on with: mendsim resume {path}") from None
        raise
    days, seconds = done.scenario.follow_up_h / _HOURS_PER_DAY, done.data.attrs["wall_time_s"]
    where = done.path if done.path is not None else path
    print(f"{where}: {done.scenario.title}; {days:g} days in {seconds:.1f} s; content {done.content_hash[:12]}")
