"""``mendsim compare``: scenarios side by side, with the same random numbers (R31)."""

from __future__ import annotations

import time
import warnings
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from mendsim import analysis, scenarios
from mendsim.analysis.comparison_document import ComparedRun, ComparedScenario
from mendsim.analysis.comparison_files import FILES, check_comparison_target
from mendsim.analysis.replicates import Replicate
from mendsim.cli import kept_runs
from mendsim.cli.combine import check
from mendsim.cli.compare_text import lengths_differ, told
from mendsim.cli.predict import allow_runs
from mendsim.cli.tables import TO_STANDARD_OUTPUT, check_file, check_folder, write_csv
from mendsim.common.errors import InputError, ScenarioWarning, choices
from mendsim.scenarios import run_cache
from mendsim.scenarios.runner import cores

_LONGEST_NAME = 100
"""Characters of a folder that is named after the scenarios in it."""
_AT_A_TIME = run_cache.MOST_RUNS // 2
"""Runs that are made and then read: with more, the first would no longer be kept when the last is done."""
Key = tuple[str, int]
"""Name of a scenario, and seed."""


def run_compare(
    given: Sequence[scenarios.Scenario],
    *,
    reference: str | None,
    names: Sequence[str],
    replicates: int,
    workers: int | None,
    csv: str | None,
    out: str | None,
    yes: bool = False,
) -> None:
    """Run scenarios with the same seeds, print how they differ, and write what a report needs.

    Parameters
    ----------
    given : scenarios of different names, at least two.
    reference : from which differences are taken; the first scenario if not given.
    names : end points or time series; every end point that applies if none.
    replicates : runs of each scenario, with the seeds 1, 2, ...
    workers : runs at a time; every core if not given.
    csv : file for the table; ``-`` for standard output.
    out : folder for the data of the comparison; named after the scenarios if not given.
    yes : go on however long it is predicted to take.

    Raises
    ------
    InputError : nothing to compare, an unknown name, or a place that cannot be written.
    """
    began = time.perf_counter()
    named = by_name(given, reference)
    for scenario in given:
        check(scenario, names, ())
    place = _folder_of(given, out)
    if csv not in (None, TO_STANDARD_OUTPUT):
        check_file(str(csv), "--csv")
    allow_runs(_missing(named, range(1, replicates + 1)), workers or cores(), yes=yes)
    read, stores, new = _read(named, range(1, replicates + 1), names or None, workers or cores())
    compared = analysis.compare_replicates(read, names or None)
    if differ := lengths_differ(named, compared.end_points):
        warnings.warn(ScenarioWarning(differ), stacklevel=2)
    if len({str((scenario.patient.site, scenario.lattice)) for scenario in named.values()}) > 1:
        text = "the scenarios differ in site or sample: counts and amounts are of other pieces of skin"
        warnings.warn(ScenarioWarning(text), stacklevel=2)
    analysis.write_comparison(compared, [_described(scenario, read, stores) for scenario in named.values()], place)
    if csv != TO_STANDARD_OUTPUT:
        print(told({name: scenario.title for name, scenario in named.items()}, compared, every=bool(names)))
        print(f"\n{len(read)} runs, {new} of them new; {time.perf_counter() - began:.0f} s")
        print(f"{place}: {', '.join(FILES)}")
    if csv is not None:
        write_csv(compared.table, csv)


def by_name(given: Iterable[scenarios.Scenario], reference: str | None) -> dict[str, scenarios.Scenario]:
    """Order scenarios by name, the reference first.

    Raises
    ------
    InputError : one scenario alone, two of the same name, or a reference that is not among them.
    """
    named: dict[str, scenarios.Scenario] = {}
    for scenario in given:
        if scenario.name in named:
            allowed = "scenarios of different names; a file may set its own: name = ..."
            raise InputError("two scenarios have this name", key="SCENARIO", value=scenario.name, allowed=allowed)
        named[scenario.name] = scenario
    if len(named) < 2:
        allowed = "two scenarios or more"
        raise InputError("nothing to compare it with", key="SCENARIO", value=next(iter(named)), allowed=allowed)
    if reference is not None and reference not in named:
        raise InputError("not among the scenarios", key="--reference", value=reference, allowed=choices(named))
    first = reference or next(iter(named))
    return {first: named[first]} | named


def _folder_of(given: Sequence[scenarios.Scenario], out: str | None) -> Path:
    name = "-".join(["compare", *(scenario.name for scenario in given)])
    if len(name) > _LONGEST_NAME:
        name = f"compare-{given[0].name}-and-{len(given) - 1}-more"
    place = name if out is None else out
    check_folder(place, "--out")
    check_comparison_target(Path(place))
    return Path(place)


def _missing(named: Mapping[str, scenarios.Scenario], seeds: Sequence[int]) -> list[scenarios.Scenario]:
    """Scenarios of the runs that are not kept, each as often as it is to be run."""
    place = run_cache.folder()
    return [
        scenario
        for scenario in named.values()
        for seed in seeds
        if place is None or run_cache.find(scenario, seed, place) is None
    ]


def _read(
    named: Mapping[str, scenarios.Scenario], seeds: Sequence[int], names: Sequence[str] | None, workers: int
) -> tuple[dict[Key, Replicate], dict[Key, Path | None], int]:
    """Make the runs that are not kept, some at a time, and read each; tell where they are kept and how many are new."""
    read: dict[Key, Replicate] = {}
    stores: dict[Key, Path | None] = {}
    new, kept = 0, run_cache.folder() is not None
    seeds_at_a_time = max(1, _AT_A_TIME // len(named))
    with kept_runs.folder() as place:
        for first in range(0, len(seeds), seeds_at_a_time):
            wanted = [(name, seed) for seed in seeds[first : first + seeds_at_a_time] for name in named]
            # Scenarios that differ in name and title alone are one run.
            same = {(name, seed): run_cache.key_of(named[name], seed) for name, seed in wanted}
            jobs = {same[name, seed]: (named[name], seed) for name, seed in wanted}
            found, made = kept_runs.provide(jobs, workers=workers, place=place, label="compare")
            new += made
            for key in wanted:
                read[key] = analysis.read_replicate(analysis.open_run(found[same[key]]), names)
                stores[key] = found[same[key]] if kept else None
    return read, stores, new


def _described(
    scenario: scenarios.Scenario, read: Mapping[Key, Replicate], stores: Mapping[Key, Path | None]
) -> ComparedScenario:
    runs = [
        ComparedRun(
            seed=seed,
            content_hash=read[name, seed].content_hash,
            store=None if store is None else str(store.absolute()),
        )
        for (name, seed), store in stores.items()
        if name == scenario.name
    ]
    return ComparedScenario(
        name=scenario.name,
        title=scenario.title,
        follow_up_days=scenario.follow_up_h / 24.0,
        scenario=scenario.to_dict(),
        runs=tuple(runs),
    )
