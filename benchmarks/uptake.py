"""How much of a drug the laser lets in: by molecule, density, depth of channels, and delay of the application (R27).

Molecules, density and depth are told by excised skin in a diffusion cell, one cell of the square pattern; the delay by
a section of living skin. The donor is never used up. Prints a table for each, and with ``--picture FILE`` draws them.

    python benchmarks/uptake.py [--workers N] [--csv FILE] [--picture FILE]
"""

from __future__ import annotations

import argparse
import math
from pathlib import Path

import numpy as np
import pandas as pd

from mendsim import analysis, scenarios
from mendsim.analysis import plots, store, style, uptake
from mendsim.cli import kept_runs
from mendsim.cli.tables import aligned
from mendsim.scenarios.arms import intact
from mendsim.scenarios.loading import validation_file
from mendsim.scenarios.runner import cores
from mendsim.scenarios.schema import Scenario

MOLECULES = (
    "lidocaine",
    "minoxidil",
    "triamcinolone",
    "fluorouracil",
    "ascorbic_acid",
    "methotrexate",
    "dextran_20kda",
)
DENSITIES = (0.01, 0.024, 0.05, 0.1, 0.2)
PULSES = (1, 2, 4, 8, 16, 32)
DELAYS_H = (0.0, 0.5, 6.0, 24.0, 72.0, 168.0)
SPOT_UM, HOURS = 225.0, 6.0
_PLACES = ("corneum", "epidermis", "dermis", "hypodermis", "received")


def cell(drug: str, density: float, pulses: int) -> Scenario:
    """One cell of the pattern in excised skin under a drug for six hours."""
    base = scenarios.load(validation_file("taudorf_2015"))
    spacing = base.lattice.spacing_um
    pitch_um = spacing * round(math.sqrt(math.pi * SPOT_UM**2 / 4.0 / density) / spacing)
    laser, put_on = (dict(event) for event in base.written["events"])
    laser |= {"density": f"{1e8 / pitch_um**2:.9g} /cm^2", "stacked_pulses": pulses}
    put_on |= {"drug": drug, "concentration": "10 mg/mL"}
    del put_on["volume"]
    values = {
        "events": [laser, put_on],
        "lattice.width": f"{pitch_um:g} um",
        "lattice.length": f"{pitch_um:g} um",
        "follow_up": f"{HOURS:g} h",
        "save.snapshots": [f"{HOURS:g} h"],
    }
    return base.with_values(values, origin="benchmark")


def delayed(delay_h: float) -> Scenario:
    """Living skin that gets a dye some time after the laser, for three hours."""
    base = scenarios.load(validation_file("delayed_application"))
    at_h = base.events[0].at_h + delay_h
    return base.with_values({"events.1.at": f"{at_h:g} h", "follow_up": f"{at_h + 3.0:g} h"}, origin="benchmark")


def taken_up(run) -> float:
    """Drug that excised skin took up, in it and through it, ug/cm2."""
    return float(sum(uptake.amount(run, place)[-1] for place in _PLACES))


def entered(run) -> float:
    """Drug that living skin took up, ug/cm2."""
    return float(uptake.amount(run, "given")[-1] - uptake.amount(run, "removed")[-1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--workers", type=int, default=cores())
    parser.add_argument("--csv")
    parser.add_argument("--picture")
    arguments = parser.parse_args()
    jobs = {}
    for name in MOLECULES:
        opened = cell(name, 0.024, 16)
        jobs["molecule", name] = opened
        jobs["molecule intact", name] = intact(opened)
    jobs |= {("density", density): cell("methotrexate", density, 16) for density in DENSITIES}
    jobs |= {("pulses", pulses): cell("methotrexate", 0.024, pulses) for pulses in PULSES}
    jobs |= {("delay", delay): delayed(delay) for delay in DELAYS_H}
    jobs["delay", math.inf] = intact(delayed(0.0))
    with kept_runs.folder() as place:
        asked = {key: (scenario, 1) for key, scenario in jobs.items()}
        stores, _ = kept_runs.provide(asked, workers=arguments.workers, place=place, label="uptake")
        runs = {key: analysis.open_run(path) for key, path in stores.items()}
        table = tabled(runs)
    for what, rows in table.groupby("varied", sort=False):
        shown = [(str(r.setting), f"{r.uptake_ug_per_cm2:.3g}", f"{r.fold:.3g}") for r in rows.itertuples()]
        print(aligned((str(what), "uptake [ug/cm2]", "against " + rows["against"].iloc[0]), shown, texts=1), end="\n\n")
    if arguments.csv:
        table.to_csv(arguments.csv, index=False)
    if arguments.picture:
        draw(table, Path(arguments.picture))


def tabled(runs) -> pd.DataFrame:
    rows = []

    def add(varied: str, setting: object, amount: float, fold: float, against: str) -> None:
        rows.append(
            {"varied": varied, "setting": setting, "uptake_ug_per_cm2": amount, "fold": fold, "against": against}
        )

    for name in MOLECULES:
        amount, without = taken_up(runs["molecule", name]), taken_up(runs["molecule intact", name])
        add("molecule", name, amount, amount / without, "intact skin")
    no_laser = taken_up(runs["molecule intact", "methotrexate"])
    for density in DENSITIES:
        amount = taken_up(runs["density", density])
        add("density [% by area of the beam]", 100.0 * density, amount, amount / no_laser, "intact skin")
    for pulses in PULSES:
        run = runs["pulses", pulses]
        depth_um = float(run["zones"]["channel_depth_um"].mean())
        amount = taken_up(run)
        add("depth of channels [um]", round(depth_um), amount, amount / no_laser, "intact skin")
    at_once = entered(runs["delay", 0.0])
    for delay in DELAYS_H:
        amount = entered(runs["delay", delay])
        add("delay [h]", delay, amount, amount / at_once, "application at once")
    amount = entered(runs["delay", math.inf])
    add("delay [h]", "no laser", amount, amount / at_once, "application at once")
    return pd.DataFrame(rows)


def draw(table: pd.DataFrame, path: Path) -> None:
    with style.for_print():
        figure = style.figure(style.TWO_COLUMNS_IN, 2.3)
        axes = figure.subplots(1, 4)
        for ax, (what, rows) in zip(axes, table.groupby("varied", sort=False), strict=True):
            title, _, unit = str(what).partition(" [")
            numbers = rows[rows["setting"] != "no laser"]
            if what == "molecule":
                numbers = numbers.assign(setting=numbers["setting"].str.replace("_", " ")).sort_values("fold")
            else:
                numbers = numbers.assign(setting=numbers["setting"].astype(float))
            plots.dose_response(numbers, "setting", "fold", ax)
            label = f"{title} [{store.pretty_unit(unit)}" if unit else ""
            ax.set(title=title[0].upper() + title[1:], xlabel=label, ylabel=f"against {rows['against'].iloc[0]}")
            if what == "molecule":
                ax.set(yscale="log", ylabel="uptake against intact skin")
                ax.tick_params(axis="x", rotation=90)
                continue
            ax.set_ylim(0.0, 1.1 * float(np.max(numbers["fold"])))
            if len(numbers) < len(rows):
                ax.axhline(rows["fold"].iloc[-1], color=style.SERIES_COLOURS[1], ls="--", label="no laser")
                ax.legend()
        style.save(figure, path, dpi=200)
        print(path)


if __name__ == "__main__":
    main()
