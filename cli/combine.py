"""``mendsim combine``: laser and drug together, either alone and neither, with the same random numbers (R29)."""

from __future__ import annotations

import difflib
import math
from collections.abc import Sequence

import pandas as pd

from mendsim import analysis, scenarios
from mendsim.analysis.combined_arms import ARMS, combination
from mendsim.analysis.paired import Estimate, written
from mendsim.cli import kept_runs
from mendsim.cli.tables import TO_STANDARD_OUTPUT, aligned, check_file, write_csv
from mendsim.common.errors import InputError
from mendsim.scenarios.arms import arms
from mendsim.scenarios.runner import cores


def run_combine(
    scenario: scenarios.Scenario,
    *,
    names: Sequence[str],
    days: Sequence[float],
    replicates: int,
    workers: int | None,
    csv: str | None,
) -> None:
    """Run the four arms of a scenario and print the effect of each.

    Parameters
    ----------
    scenario : with an injury and a drug.
    names : time series or end points.
    days : on which time series are read; the end of the run if none.
    replicates : runs of each arm, with the seeds 1, 2, ...
    workers : runs at a time; every core if not given.
    csv : file for the table; ``-`` for standard output.

    Raises
    ------
    InputError : nothing to combine, an unknown quantity, or a file that cannot be written.
    """
    if csv not in (None, TO_STANDARD_OUTPUT):
        check_file(str(csv), "--csv")
    check(scenario, names, days)
    four, seeds = arms(scenario), range(1, replicates + 1)
    for name in names:
        if scenario.patient.excised and not name.startswith("drug_"):
            allowed = "a time series of the drug, such as drug_dermis_ug_per_cm2"
            raise InputError("excised skin does not have this", key="--of", value=name, allowed=allowed)
    jobs = {(arm, seed): (each, seed) for arm, each in four.items() for seed in seeds}
    with kept_runs.folder() as place:
        stores, _ = kept_runs.provide(jobs, workers=workers or cores(), place=place, label="combine")
        runs = {arm: [analysis.open_run(stores[arm, seed]) for seed in seeds] for arm in four}
        table = combination(runs, names, list(days) or [None])
    if csv != TO_STANDARD_OUTPUT:
        print(told(scenario, replicates, table))
    if csv is not None:
        write_csv(table, csv)


def check(scenario: scenarios.Scenario, names: Sequence[str], days: Sequence[float]) -> None:
    """Refuse quantities and days that the runs will not have, before they begin.

    Raises
    ------
    InputError : an unknown quantity, or a day after the end of follow-up.
    """
    from mendsim.abm.observables import OBSERVABLES
    from mendsim.analysis.endpoints import registered

    for name in names:
        if name not in OBSERVABLES and name not in registered():
            close = difflib.get_close_matches(name[:100], [*OBSERVABLES, *registered()], n=3, cutoff=0.5)
            meant = f"{' or '.join(close)}?" if close else "a time series or an end point, such as scar_depth_um"
            raise InputError("unknown quantity", key="--of", value=name, allowed=meant)
        if days and name not in OBSERVABLES:
            raise InputError("an end point has no day", key="--at", value=name, allowed="a time series")
    end = scenario.follow_up_h / 24.0
    for day in days:
        if not 0.0 <= day <= end:
            raise InputError("outside the run", key="--at", value=f"{day:g}", allowed=f"0 to {end:g} days")


def told(scenario: scenarios.Scenario, replicates: int, table: pd.DataFrame) -> str:
    """Write a block for each quantity and day: the four arms, what each does, and how they combine."""
    runs = "one run of each arm" if replicates == 1 else f"mean of {replicates} runs of each arm [95 % interval]"
    return "\n\n".join([f"{scenario.title}: {runs}", *(_block(row) for _, row in table.iterrows())])


def _block(row: pd.Series) -> str:
    lines = [
        (label, _cell(row, arm), "" if arm == "neither" else _cell(row, f"effect_{arm}")) for arm, label in ARMS.items()
    ]
    title = f"{row['quantity']}, day {row['day']:g}"
    index = row["index"]
    said = "not told from noise" if math.isnan(index) else f"{index:.3g}"
    return "\n".join(
        [
            title,
            aligned(("arm", "value", "effect"), lines, texts=1),
            f"what the drug adds to the laser: {_cell(row, 'added')}",
            f"interaction (effect of both less the sum of the two): {_cell(row, 'interaction')}",
            f"combination index (effect of both over the sum of the two): {said}",
        ]
    )


def _cell(row: pd.Series, name: str) -> str:
    return written(Estimate(mean=float(row[name]), low=float(row[f"{name}_low"]), high=float(row[f"{name}_high"])))
