"""Sizes of single zones beside measured ones: ``python -m mendsim.thermal.scoreboard``.

Where a paper does not give a setting, the one assumed is named. What is calibrated, and against which target, stands in
the data files; here nothing is fitted.
"""

from __future__ import annotations

import csv
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from mendsim.common.targets import Target, load_targets
from mendsim.thermal.damage import choose_sets
from mendsim.thermal.device import Device
from mendsim.thermal.layers import FACE
from mendsim.thermal.library import load_parameters
from mendsim.thermal.summary import summarise
from mendsim.thermal.zone import Pulse, solve_zone

STACK_INTERVAL_S = 10e-3
"""Time between stacked pulses where a paper does not give it: 100 Hz."""
FIRST = tuple(f"T{number:02}" for number in range(1, 20))
"""The targets by which zones were first judged."""
KINDS = {"depth": "_depth_um", "width": "_width_um", "rim": "rim_um"}


@dataclass(frozen=True, kw_only=True)
class Score:
    """One target and what the model gives for it."""

    id: str
    quantity: str
    setting: str
    target: Target
    model: float
    assumed: str

    @property
    def kind(self) -> str:
        """Whether it is a depth, a width or a rim."""
        return next(kind for kind, end in KINDS.items() if self.quantity.endswith(end))

    @property
    def measured(self) -> bool:
        """Whether somebody has seen the number in the paper that measured it."""
        return self.target.evidence != "recalled"

    @property
    def error(self) -> float:
        """Relative error of the model; where the target is a bound, none on its right side."""
        return self.target.error(self.model)


def scores(spacing: float = 5e-6, ids: tuple[str, ...] | None = None) -> list[Score]:
    """Solve the targets whose settings stand in ``target_settings.csv``; cells of ``spacing`` [m].

    All of them, or those named by ``ids``.
    """
    with (Path(__file__).parent / "target_settings.csv").open(newline="", encoding="utf-8") as stream:
        rows = [row for row in csv.DictReader(stream) if ids is None or row["id"] in ids]
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(lambda row: _score(row, spacing), rows))


def mean_errors(found: list[Score]) -> dict[str, tuple[float, int]]:
    """Mean absolute error and number of targets by kind; those merely recalled are left out."""
    out = {}
    for kind in KINDS:
        errors = [abs(score.error) for score in found if score.kind == kind and score.measured]
        if errors:
            out[kind] = sum(errors) / len(errors), len(errors)
    return out


def _score(row: dict[str, str], spacing: float) -> Score:
    energy, stack = float(row["pulse_energy_mj"]), int(row["stacked_pulses"])
    model = _size(row, energy, spacing)
    if row["base_energy_mj"]:
        model /= _size(row, float(row["base_energy_mj"]), spacing)
    pulses = f"{stack} x " if stack > 1 else ""
    duration = _duration_ms(row, energy)
    return Score(
        id=row["id"],
        quantity=row["quantity"],
        setting=f"{row['device']}, {pulses}{energy:g} mJ, {duration:.3g} ms, {row['spot_diameter_um']} um",
        target=load_targets()[row["id"]],
        model=model,
        assumed=row["assumed"],
    )


def _duration_ms(row: dict[str, str], energy_mj: float) -> float:
    given = float(row["pulse_duration_ms"]) if row["pulse_duration_ms"] else None
    return Device.of(row["device"], load_parameters()).duration_ms(given, energy_mj)


def _size(row: dict[str, str], energy_mj: float, spacing: float) -> float:
    stack = int(row["stacked_pulses"])
    pulse = Pulse(
        energy=1e-3 * energy_mj,
        duration=1e-3 * _duration_ms(row, energy_mj),
        spot_diameter=1e-6 * float(row["spot_diameter_um"]),
        count=stack,
        interval=STACK_INTERVAL_S if stack > 1 else 0.0,
    )
    p = load_parameters()
    zone = solve_zone(
        device=row["device"], pulse=pulse, layers=FACE, parameters=p, sets=choose_sets(p), spacing=spacing, cooling=0.3
    )
    return summarise(zone)[row["quantity"]]


def main() -> None:
    """Print model beside target."""
    found = scores()
    print(f"{'id':4} {'quantity':22} {'setting':46} {'target':>14} {'model':>7} {'error':>7}  assumed")
    for score in found:
        mark = "" if score.measured else " (recalled, not counted)"
        print(
            f"{score.id:4} {score.quantity:22} {score.setting:46} {score.target.said:>14} {score.model:7.3g} "
            f"{score.error:+7.0%}  {score.assumed}{mark}"
        )
    first = [score for score in found if score.id in FIRST]
    for name, scored in (("T01 to T19", first), ("all", found)):
        for kind, (mean, count) in mean_errors(scored).items():
            print(f"mean absolute error of {kind}, {name}: {mean:.0%} over {count} targets")


if __name__ == "__main__":
    main()
