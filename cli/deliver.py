"""``mendsim deliver``: what becomes of the drug of a scenario, beside the same drug on intact skin."""

from __future__ import annotations

import math

import pandas as pd

from mendsim import analysis, scenarios
from mendsim.analysis.paired import Estimate, written
from mendsim.analysis.uptake import uptake_table
from mendsim.cli import kept_runs
from mendsim.cli.tables import TO_STANDARD_OUTPUT, aligned, check_file, write_csv
from mendsim.common.errors import InputError
from mendsim.scenarios.arms import first_days, intact
from mendsim.scenarios.runner import cores


def run_deliver(
    scenario: scenarios.Scenario, *, days: float, replicates: int, workers: int | None, csv: str | None
) -> None:
    """Run a scenario with and without its injuries, and print where the drug went.

    Parameters
    ----------
    scenario : with a drug.
    days : after the last drug that are simulated.
    replicates : runs of each arm, with the seeds 1, 2, ...
    workers : runs at a time; every core if not given.
    csv : file for the table; ``-`` for standard output.

    Raises
    ------
    InputError : no drug in the scenario, or a file that cannot be written.
    """
    if not 0.0 < days <= 3650.0:
        raise InputError("out of range", key="--days", value=days, allowed="more than 0 to 3650")
    if csv not in (None, TO_STANDARD_OUTPUT):
        check_file(str(csv), "--csv")
    with_injury = first_days(scenario, days)
    without = intact(with_injury)
    arms = {"treated": with_injury} | ({} if without is None else {"intact": without})
    seeds = range(1, replicates + 1)
    jobs = {(arm, seed): (each, seed) for arm, each in arms.items() for seed in seeds}
    with kept_runs.folder() as place:
        stores, _ = kept_runs.provide(jobs, workers=workers or cores(), place=place, label="deliver")
        runs = {arm: [analysis.open_run(stores[arm, seed]) for seed in seeds] for arm in arms}
        table = uptake_table(runs["treated"], runs.get("intact", ()))
    if csv != TO_STANDARD_OUTPUT:
        print(_told(scenario, with_injury, replicates, table))
    if csv is not None:
        write_csv(table, csv)


def _told(scenario: scenarios.Scenario, shown: scenarios.Scenario, replicates: int, table: pd.DataFrame) -> str:
    compared = "fold" in table
    headings = ("quantity", "unit", *(("treated", "intact skin", "fold") if compared else ("treated",)))
    columns = ("treated", "intact", "fold") if compared else ("treated",)
    lines = [
        (str(row["quantity"]), str(row["unit"]), *(_cell(row, name) for name in columns)) for _, row in table.iterrows()
    ]
    about = [f"{scenario.title}: {shown.follow_up_h / 24.0:.3g} days, {_of(replicates)}"]
    if scenario.lattice.length_um is None and compared:
        about.append("A section cuts channels as slits and takes up more than skin; a block (lattice.length) does not.")
    return "\n\n".join(["\n".join(about), aligned(headings, lines, texts=2)])


def _of(replicates: int) -> str:
    return "one run" if replicates == 1 else f"mean of {replicates} runs [95 % interval]"


def _cell(row: pd.Series, name: str) -> str:
    found = Estimate(mean=float(row[name]), low=float(row[f"{name}_low"]), high=float(row[f"{name}_high"]))
    return "none enters intact" if math.isinf(found.mean) else written(found)
