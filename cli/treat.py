"""``mendsim treat``: the laser sessions of a scenario without the healing."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from mendsim import scenarios
from mendsim.cli.progress import bar
from mendsim.cli.tables import TO_STANDARD_OUTPUT, aligned, check_file, check_folder, write_csv
from mendsim.common.errors import InputError

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr


def run_treat(
    scenario: scenarios.Scenario,
    *,
    event: int | None,
    seed: int | None,
    out: str | None,
    csv: str | None,
    draw: bool,
) -> None:
    """Treat the skin of a scenario, print what each session does, and draw it.

    Parameters
    ----------
    scenario : what to fire.
    event, seed : as in `mendsim.scenarios.treat`.
    out : folder of the pictures.
    csv : file for the numbers; ``-`` for standard output.
    draw : whether to draw.
    """
    folder = Path(f"treat-{scenario.name}" if out is None else out)
    if draw:
        check_folder(str(folder) if out is None else out, "--out")
    if csv not in (None, TO_STANDARD_OUTPUT):
        check_file(csv, "--csv")
    with bar(scenario.name, "session") as progress:
        tree = scenarios.treat(scenario, event=event, seed=seed, progress=progress)
    to_standard_output = csv == TO_STANDARD_OUTPUT
    if not to_standard_output:
        print(report(tree))
    if csv is not None:
        write_csv(table(tree), csv)
    for path in _draw(tree, folder) if draw else ():
        # With --csv - standard output holds CSV and nothing else.
        print(path, file=sys.stderr if to_standard_output else sys.stdout)


def report(tree: xr.DataTree) -> str:
    """Write what each session does."""
    return "\n\n".join(_session_text(tree, number) for number in range(tree["treatment"].sizes["session"]))


def table(tree: xr.DataTree) -> pd.DataFrame:
    """Lay out the numbers of each session as a row; those of its passes get columns of their own."""
    sizes = tree["treatment"].to_dataset()
    of_session = [name for name, values in sizes.data_vars.items() if values.dims == ("session",)]
    flat = sizes[of_session].to_dataframe().reset_index().rename(columns={"session": "time_h"})
    for number in range(sizes.sizes["pass"]):
        for name in ("end_s", "between_c", "hottest_c"):
            flat[f"pass_{number + 1}_{name}"] = sizes[f"pass_{name}"].isel({"pass": number}).to_numpy()
    return flat


def _session_text(tree: xr.DataTree, number: int) -> str:
    sizes = tree["treatment"].to_dataset().isel(session=number)
    one = {str(name): float(value) for name, value in sizes.data_vars.items() if value.ndim == 0}
    block = tree["injury"].sizes["y"] > 1
    surface = "surface" if block else "row"
    rows: Sequence[tuple[str, str]] = [
        ("zones", f"{one['zones']:.0f}, {one['pitch_um']:.0f} um apart"),
        ("channel", _extent(one, "channel")),
        ("coagulation", _extent(one, "coagulation")),
        (f"share of the {surface} that is treated", f"{100 * one['treated_fraction']:.1f} %"),
        ("zones that overlap a neighbour", f"{100 * one['overlap_fraction']:.1f} %"),
        ("epidermis left alive", _percent(one["living_epidermis"])),
        ("dermis left alive, down to the coagulation", _percent(one["living_dermis"])),
        ("energy", f"{one['energy_mj']:.4g} mJ on this skin"),
        ("fluence", f"{one['fluence_j_per_cm2']:.3g} J/cm2 of skin, {one['spot_fluence_j_per_cm2']:.3g} in a spot"),
    ]
    for place in range(sizes.sizes["pass"]):
        end, between, hottest = (float(sizes[f"pass_{name}"][place]) for name in ("end_s", "between_c", "hottest_c"))
        if not np.isnan(end):
            warm = f"{between:.1f} degC between zones, {hottest:.1f} hottest, {end:.1f} s from the start"
            rows = [*rows, (f"after pass {place + 1}", warm)]
    return f"{_title(tree, number)}\n{aligned(('', ''), rows, texts=2).lstrip()}"


def _extent(one: dict[str, float], name: str) -> str:
    depth, width = one[f"{name}_depth_um"], one[f"{name}_width_um"]
    return f"{depth:.0f} um deep, {width:.0f} um wide" if depth > 0 else "none"


def _percent(share: float) -> str:
    return "none was reached" if np.isnan(share) else f"{100 * share:.1f} %"


def _title(tree: xr.DataTree, number: int) -> str:
    record: dict[str, Any] = json.loads(tree["injury"].attrs["record"])[number]["session"]
    sizes = tree["treatment"].to_dataset().isel(session=number)
    stack = f"{record['stacked_pulses']} x " if record["stacked_pulses"] > 1 else ""
    passes = f", {record['passes']} passes" if record["passes"] > 1 else ""
    return (
        f"{tree.attrs['scenario_name']}, event {int(sizes['event'])}, day {float(sizes['session']) / 24:g}:"
        f" {record['device']}, {stack}{record['pulse_energy_mj']:g} mJ in {record['pulse_duration_ms']:g} ms,"
        f" spot {record['spot_diameter_um']:g} um, {record['density_per_cm2']:g} per cm2{passes}"
    )


def _draw(tree: xr.DataTree, folder: Path) -> list[Path]:
    from mendsim.analysis import style, treatment_figure

    paths = []
    for number, event in enumerate(tree["treatment"]["event"].to_numpy()):
        path = folder / f"event-{event}.png"
        try:
            with style.applied():
                picture = treatment_figure(tree, number, _title(tree, number).replace(": ", "\n").replace(" um", " µm"))
                paths.append(style.save(picture, path))
        except OSError as error:
            raise InputError(f"cannot be written: {error.strerror}", file=path) from None
    return paths
