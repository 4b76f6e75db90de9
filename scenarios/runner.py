"""Running a scenario: build the skin, step it through follow-up, write the run store; go on with what was cut off."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import xarray as xr

from mendsim.abm.drugs.excised import ExcisedSkin
from mendsim.abm.model import HealingModel
from mendsim.common.errors import InputError, NumbersError
from mendsim.scenarios import provenance, store
from mendsim.scenarios.border import lattice_of, library_of, parameters_of
from mendsim.scenarios.branching import check_branch
from mendsim.scenarios.checkpoint import Checkpoint, Description
from mendsim.scenarios.delivery import DEFAULT_SEED, check_patterns
from mendsim.scenarios.loading import load
from mendsim.scenarios.prediction.limits import check_memory
from mendsim.scenarios.schema import Scenario
from mendsim.scenarios.simulation import Progress, simulate
from mendsim.scenarios.tree import build_tree
from mendsim.scenarios.unfinished import UnfinishedRun

Write = Callable[[xr.DataTree, Path], None]
"""Keeps what is wanted of a finished run, given its tree and the place of its store."""


@dataclass(frozen=True, kw_only=True)
class Run:
    """A finished run.

    Parameters
    ----------
    scenario : what was run.
    seed : of every random draw.
    model : the skin at the end of follow-up, an ordinary Mesa model (excised skin is none).
    data : what was recorded, as it stands in the store.
    content_hash : equal for runs with equal content, whatever the number of threads.
    path : the store, if one was written.
    """

    scenario: Scenario
    seed: int
    model: HealingModel | ExcisedSkin
    data: xr.DataTree
    content_hash: str
    path: Path | None


def run(
    scenario: Scenario | str | Path,
    out: str | Path | None = None,
    *,
    seed: int | None = None,
    threads: int | None = None,
    overwrite: bool = False,
    progress: Progress | None = None,
    checkpoint_every_s: float | None = None,
) -> Run:
    """Run a scenario to the end of follow-up.

    Parameters
    ----------
    scenario : a scenario, or the name or file of one.
    out : folder of the run store; nothing is written without it, and nothing is left to go on from.
    seed : of every random draw; `DEFAULT_SEED` if not given.
    threads : that may work at once; every core if not given. Never changes the content.
    overwrite : replace a run that is there already.
    progress : called after each step.
    checkpoint_every_s : time between checkpoints [s]; by default a minute, or more where that would take over 1 %.

    Raises
    ------
    InputError : a scenario that is not valid, or an output that cannot be written.
    NumbersError : the model came to numbers that cannot be.
    """
    scenario = scenario if isinstance(scenario, Scenario) else load(scenario)
    seed = DEFAULT_SEED if seed is None else seed
    about = Description(scenario=scenario, seed=seed, overwrite=overwrite)
    check_patterns(scenario, parameters_of(scenario)["thermal"])
    if out is None:
        return _finish(_Course(about, None), threads, progress, None)
    with UnfinishedRun.begin(Path(out), about, every_s=checkpoint_every_s) as work:
        return complete(work, threads=threads, progress=progress)


def resume(
    out: str | Path,
    *,
    threads: int | None = None,
    progress: Progress | None = None,
    checkpoint_every_s: float | None = None,
) -> Run:
    """Go on with a run that was interrupted, from its last checkpoint; its content is that of a run in one go.

    Parameters
    ----------
    out : the folder that the run was to write, or the unfinished one beside it.
    threads, progress, checkpoint_every_s : as for :func:`run`.

    Raises
    ------
    InputError : no such run, a damaged one, one of another version of mendsim, or one that another process works on.
    """
    with UnfinishedRun.reopen(Path(out), every_s=checkpoint_every_s) as work:
        return complete(work, threads=threads, progress=progress)


def branch(
    state: str | Path,
    out: str | Path,
    scenario: Scenario | str | Path | None = None,
    *,
    values: Mapping[str, Any] | None = None,
    seed: int | None = None,
    threads: int | None = None,
    overwrite: bool = False,
    progress: Progress | None = None,
    checkpoint_every_s: float | None = None,
) -> Run:
    """Continue a saved state in another way: other events from then on, another follow-up, other chance.

    Parameters
    ----------
    state : a file that a run kept because of ``save.states``.
    out : folder of the run store.
    scenario : to continue with; by default that of the state. What came before the state must be the same in both.
    values : replaced in it, by dotted key.
    seed : of the random draws from then on; by default that of the state, and the content is then that of a run of the
        scenario in one go.
    threads, overwrite, progress, checkpoint_every_s : as for :func:`run`.

    Raises
    ------
    InputError : a damaged state, or a scenario with another past.
    """
    saved = Checkpoint.read(Path(state))
    base = saved.about.scenario if scenario is None else scenario
    wanted = base if isinstance(base, Scenario) else load(base)
    wanted = wanted.with_values(values, origin="branch") if values else wanted
    hour = saved.about.step * saved.about.scenario.step_h
    check_branch(saved.about.scenario, wanted, hour)
    check_patterns(wanted, parameters_of(wanted)["thermal"])
    past = saved.about.past
    if seed is not None and seed != saved.about.seed:
        past = (*past, (saved.about.seed, hour))
    seed = saved.about.seed if seed is None else seed
    about = replace(saved.about, scenario=wanted, seed=seed, past=past, overwrite=overwrite, elapsed_s=0.0)
    with UnfinishedRun.begin(Path(out), about, saved, every_s=checkpoint_every_s) as work:
        return complete(work, threads=threads, progress=progress)


def complete(
    work: UnfinishedRun,
    *,
    threads: int | None = None,
    progress: Progress | None = None,
    write: Write | None = None,
) -> Run:
    """Carry an unfinished run to its end.

    Parameters
    ----------
    work : the run, and the right to work on it.
    threads, progress : as for :func:`run`.
    write : puts in place what is to be kept of the run, all at once; by default the whole run store.
    """
    return _finish(_Course(work.about, work.start), threads, progress, work, write)


@dataclass(frozen=True)
class _Course:
    """What is run, and where it goes on."""

    about: Description
    start: Checkpoint | None

    def model(self, threads: int) -> HealingModel | ExcisedSkin:
        about = self.about
        model = build_model(about.scenario, seed=about.seed, threads=threads)
        if self.start is not None:
            self.start.fill(model)
        return model


def _finish(
    course: _Course,
    threads: int | None,
    progress: Progress | None,
    work: UnfinishedRun | None,
    write: Write | None = None,
) -> Run:
    """Carry a run to its end, and write its store."""
    began = time.perf_counter()
    about, threads = course.about, cores() if threads is None else threads
    scenario, parameters = about.scenario, parameters_of(about.scenario)
    model = course.model(threads)
    try:
        recording = simulate(
            model,
            scenario,
            thermal_parameters=parameters["thermal"],
            progress=progress,
            recording=None if course.start is None else course.start.recording,
            work=work,
        )
    except NumbersError as error:
        raise NumbersError(_with_remedy(str(error), work)) from error
    finally:
        model.close()
    tree = build_tree(recording, model.lattice)
    tree.attrs = provenance.attributes(
        scenario,
        {**parameters, **library_of(scenario)},
        seed=about.seed,
        past=about.past,
        threads=threads,
        wall_time_s=time.perf_counter() - began if work is None else work.elapsed_s,
    )
    tree.attrs["content_hash"] = provenance.content_hash(tree)
    if work is not None:
        if write is None:
            store.write(tree, work.out, overwrite=about.overwrite, workplace=work.folder)
        else:
            write(tree, work.out)
        work.finish()
    return Run(
        scenario=scenario,
        seed=about.seed,
        model=model,
        data=tree,
        content_hash=tree.attrs["content_hash"],
        path=None if work is None else work.out,
    )


def _with_remedy(problem: str, work: UnfinishedRun | None) -> str:
    if work is None or not work.saved:
        return problem
    return f"{problem}; the last good checkpoint is kept in {work.folder}"


def cores() -> int:
    """Count the cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def build_model(scenario: Scenario, *, seed: int = DEFAULT_SEED, threads: int = 1) -> HealingModel | ExcisedSkin:
    """Build the skin of a scenario as it is before the first event.

    Raises
    ------
    InputError : a size that does not fit the site, or the memory of this machine.
    """
    check_memory(scenario)
    patient = scenario.patient
    try:
        if patient.excised:
            return ExcisedSkin(
                lattice=lattice_of(scenario.lattice),
                site=patient.site,
                phototype=patient.phototype,
                parameters=parameters_of(scenario)["abm"],
                seed=seed,
                step_h=scenario.step_h,
            )
        return HealingModel(
            lattice=lattice_of(scenario.lattice),
            site=patient.site,
            phototype=patient.phototype,
            initial_state=patient.initial_state,
            scar_depth_um=patient.scar_depth_um,
            scar_width_um=patient.scar_width_um,
            parameters=parameters_of(scenario)["abm"],
            seed=seed,
            step_h=scenario.step_h,
            threads=threads,
        )
    except InputError as error:
        raise InputError(
            error.problem, file=scenario.name, key=error.key, value=error.value, allowed=error.allowed
        ) from None
