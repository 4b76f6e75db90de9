"""Closure time against width, energy and density of zones, and against a full-field wound of the same volume.

A wound is closed when every column that it laid bare has a living basal cell again, looked at after every step of half
an hour. All of it is on sections of healthy forearm skin, which show a zone as a slit: it closes from two sides only.

width     one slit of a blade, 300 um deep.
energy    one zone of a laser with its usual spot, at 100 zones per cm2.
density   slits 100 um wide that cover 5 to 60 % of 4 mm, each as deep as it takes to remove the same volume, 100 um3
          for each um2 of that width.
full      one wound of full field, 0.5 to 4 mm wide, 100 um deep; that of 4 mm removes the volume of the slits. Half a
          millimetre on either side is left alone, and it closes from there alone, so its time grows with its width;
          that of slits does not. The reservoir effect is its time at 4 mm over that of slits that cover 20 %.

Prints a table, writes ``docs/closure.csv``, draws ``docs/closure.png``. Run ``python benchmarks/closure.py [WORKERS]``.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd

from mendsim import scenarios
from mendsim.abm.model import HealingModel
from mendsim.analysis.zone_closure import is_covered
from mendsim.cli.processes import processes
from mendsim.common.lattice import Lattice
from mendsim.scenarios.border import session_of
from mendsim.scenarios.loading import validation_file
from mendsim.thermal import DAMAGE_PROCESSES, Injury, deliver
from mendsim.thermal import load_parameters as thermal_parameters
from mendsim.thermal.wounds import incision

DOCS = Path(__file__).parents[1] / "docs"
SEEDS = (1, 2, 3, 4)
LONGEST_D = 60
SLIT_UM, TREATED_UM, ASIDE_UM, VOLUME_UM = 100.0, 4000.0, 500.0, 100.0
WIDTHS_UM = (60.0, 100.0, 150.0, 200.0, 300.0, 400.0, 500.0)
ENERGIES_MJ = {"co2_10600": (5.0, 10.0, 20.0, 40.0, 80.0), "er_glass_1550": (10.0, 20.0, 40.0, 70.0)}
COVERAGES = (5.0, 10.0, 20.0, 40.0, 60.0)
FULL_UM = (500.0, 1000.0, 2000.0, 3000.0, TREATED_UM)


@dataclass(frozen=True)
class Case:
    """One point of a series: its name, the value on its axis, and the seed."""

    series: str
    value: float
    seed: int


def cases() -> list[Case]:
    """Every point for every seed, the longest first."""
    points = [("full", value) for value in reversed(FULL_UM)] + [("density", value) for value in reversed(COVERAGES)]
    points += [("width", value) for value in WIDTHS_UM]
    points += [(f"energy {device}", value) for device, values in ENERGIES_MJ.items() for value in values]
    return [Case(series, value, seed) for series, value in points for seed in SEEDS]


def slits(lattice: Lattice, centres_um: np.ndarray, width_um: float, depth_um: float) -> Injury:
    """Cut several slits at once."""
    cuts = [
        incision(lattice, thermal_parameters(), width_um=width_um, depth_um=depth_um, position=(centre, 0.0))
        for centre in centres_um
    ]
    return Injury(
        lattice=lattice,
        ablated=np.max([cut.ablated for cut in cuts], axis=0),
        damage={name: np.max([cut.damage[name] for cut in cuts], axis=0) for name in DAMAGE_PROCESSES},
        dose_min=np.max([cut.dose_min for cut in cuts], axis=0),
        peak_temperature_c=cuts[0].peak_temperature_c,
        zones={name: np.concatenate([cut.zones[name] for cut in cuts]) for name in cuts[0].zones},
    )


def wounded(case: Case) -> tuple[HealingModel, np.ndarray, Injury]:
    """Skin with its wound, the columns ``(y, x)`` that had a living basal cell before, and the injury."""
    if case.series.startswith("energy"):
        device = case.series.split()[1]
        spot = {"co2_10600": "120 um", "er_glass_1550": "140 um"}[device]
        event = {"device": device, "pulse_energy": f"{case.value:g} mJ", "spot_diameter": spot, "density": "100 /cm^2"}
        values = {f"events.0.{key}": value for key, value in event.items()} | {"lattice.width": "1 mm"}
        scenario = scenarios.load(validation_file("hantash_2007")).with_values(values)
        model = scenarios.build_model(scenario, seed=case.seed)
        session = session_of(scenario.events[0], thermal_parameters())
        injury = deliver(session, model.lattice, model.layers, thermal_parameters(), case.seed)
    elif case.series == "width":
        model = skin(1500.0, 800.0, case.seed)
        injury = slits(model.lattice, np.array([750.0]), case.value, 300.0)
    elif case.series == "full":
        model = skin(case.value + 2.0 * ASIDE_UM, 1000.0, case.seed)
        injury = slits(model.lattice, np.array([ASIDE_UM + 0.5 * case.value]), case.value, VOLUME_UM)
    else:
        depth, pitch = VOLUME_UM / (0.01 * case.value), SLIT_UM / (0.01 * case.value)
        model = skin(TREATED_UM + 2.0 * ASIDE_UM, max(1000.0, depth + 400.0), case.seed)
        injury = slits(model.lattice, ASIDE_UM + np.arange(0.5 * pitch, TREATED_UM, pitch), SLIT_UM, depth)
    before = is_covered(model.cell_kinds()[None])[0]
    model.injure(injury)
    return model, before, injury


def skin(width_um: float, depth_um: float, seed: int) -> HealingModel:
    """Make a section of healthy forearm."""
    lattice = Lattice.from_size(width_um=width_um, depth_um=depth_um, spacing_um=10, air_um=100)
    return HealingModel(lattice=lattice, site="forearm", seed=seed)


def close(case: Case, longest_h: float = 24.0 * LONGEST_D) -> dict[str, float | str]:
    """Heal one wound until it is closed, and report its width, its time (``inf`` if it stays open) and what is left."""
    model, before, _ = wounded(case)
    bare = before & ~is_covered(model.cell_kinds()[None])[0]
    hours, left = np.inf, bare
    while model.time_h <= longest_h:
        left = bare & ~is_covered(model.cell_kinds()[None])[0]
        if not left.any():
            hours = model.time_h
            break
        model.step()
    model.close()
    edges = np.flatnonzero(np.diff(np.r_[0, bare[0], 0]))
    spacing = model.lattice.spacing_um
    return {
        "series": case.series,
        "value": case.value,
        "seed": case.seed,
        "widest_bare_um": float(np.max(edges[1::2] - edges[::2], initial=0)) * spacing,
        "closure_h": hours,
        "left_bare_um": float(left.sum()) * spacing,
    }


UNITS = {"width": "um", "full": "um", "density": "% of the surface"}


def main() -> None:
    """Heal every wound, print the table, keep it and draw it."""
    workers = int(sys.argv[1]) if len(sys.argv) > 1 else 2
    with processes(workers) as executor:
        rows = list(executor.map(close, cases()))
    found = pd.DataFrame(rows).sort_values(["series", "value", "seed"])
    found.to_csv(DOCS / "closure.csv", index=False, lineterminator="\n")
    report(found)
    draw(found)


def report(found: pd.DataFrame) -> None:
    """Print the mean over seeds of every point, whether a series rises, and the reservoir effect."""
    mean = found.groupby(["series", "value"])[["widest_bare_um", "closure_h", "left_bare_um"]].mean()
    for series, rows in mean.groupby(level="series"):
        print(f"\n{series} [{UNITS.get(str(series), 'mJ')}]")
        for (_, value), row in rows.iterrows():
            still = f"still {row.left_bare_um:.0f} um bare after {LONGEST_D} d"
            closed = f"closed after {row.closure_h:6.1f} h" if np.isfinite(row.closure_h) else still
            print(f"  {value:6g}  bare {row.widest_bare_um:6.0f} um wide  {closed}")
        times = rows["closure_h"].to_numpy()
        rises = all(after > before or before == np.inf for before, after in pairwise(times))
        print(f"  rises all the way, where open is longest: {'yes' if rises else 'no'}")
    slits_h = mean.loc[("density", 20.0), "closure_h"]
    for width in FULL_UM:
        full_h = mean.loc[("full", width), "closure_h"]
        ratio = (
            f"{full_h / slits_h:.1f} times as long" if np.isfinite(full_h) else "does not close, so there is no ratio"
        )
        print(f"full field of {width:g} um against 20 % in slits: {ratio}")


def draw(found: pd.DataFrame) -> None:
    """Draw the series beside each other: dots are single wounds, marks their means."""
    from mendsim.analysis import plots, style

    panels = (
        ("width of the slit [µm]", ("width",)),
        ("energy of the pulse [mJ]", tuple(f"energy {device}" for device in ENERGIES_MJ)),
        ("surface removed [%],\nat equal volume", ("density",)),
        ("width of a full field [µm]", ("full",)),
    )
    with style.for_print():
        figure = style.figure(style.TWO_COLUMNS_IN, 2.3)
        axes = figure.subplots(1, 4)
        for ax, (label, names) in zip(axes, panels, strict=True):
            rows = found[found.series.isin(names)]
            rows = rows.assign(laser=rows.series.str.removeprefix("energy ").str.replace("_", " "))
            plots.dose_response(rows, "value", "closure_h", ax, hue="laser" if len(names) > 1 else None)
            ax.set(xlabel=label, ylabel="", ylim=(0, None), xlim=(0, 1.12 * rows.value.max()))
            ax.set_title("", loc="right")
        axes[0].set_ylabel("closed after [h]")
        figure.suptitle(f"dots: wounds; {plots.INTERVAL}", fontsize="medium", ha="right", x=0.99, color=style.MUTED)
        style.save(figure, DOCS / "closure.png", dpi=200)


if __name__ == "__main__":
    main()
