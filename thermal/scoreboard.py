"""Sizes of single zones beside measured ones: ``python -m mendsim.thermal.scoreboard``.

Nothing is fitted to these targets. Where a paper does not give a setting, the one assumed is named.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from mendsim.common.targets import load_targets
from mendsim.thermal.damage import choose_sets
from mendsim.thermal.layers import FACE
from mendsim.thermal.library import load_parameters
from mendsim.thermal.summary import summarise
from mendsim.thermal.zone import Pulse, solve_zone

STACK_INTERVAL_S = 20e-3


@dataclass(frozen=True, kw_only=True)
class Score:
    """One target and what the model gives for it."""

    id: str
    quantity: str
    setting: str
    unit: str
    target: float
    model: float
    source: str
    assumed: str

    @property
    def error(self) -> float:
        """Relative error of the model."""
        return self.model / self.target - 1


def scores(spacing: float = 5e-6) -> list[Score]:
    """Solve every target whose settings stand in ``target_settings.csv``; cells of ``spacing`` [m]."""
    with (Path(__file__).parent / "target_settings.csv").open(newline="", encoding="utf-8") as stream:
        return [_score(row, spacing) for row in csv.DictReader(stream)]


def _score(row: dict[str, str], spacing: float) -> Score:
    energy, stack = float(row["pulse_energy_mj"]), int(row["stacked_pulses"])
    model = _size(row, energy, spacing)
    if row["base_energy_mj"]:
        model /= _size(row, float(row["base_energy_mj"]), spacing)
    pulses = f"{stack} x " if stack > 1 else ""
    target = load_targets()[row["id"]]
    return Score(
        id=row["id"],
        quantity=row["quantity"],
        setting=f"{row['device']}, {pulses}{energy:g} mJ, {row['pulse_duration_ms']} ms, {row['spot_diameter_um']} um",
        unit=target.unit,
        target=target.value,
        model=model,
        source=target.source,
        assumed=row["assumed"],
    )


def _size(row: dict[str, str], energy_mj: float, spacing: float) -> float:
    stack = int(row["stacked_pulses"])
    pulse = Pulse(
        energy=1e-3 * energy_mj,
        duration=1e-3 * float(row["pulse_duration_ms"]),
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
    print(f"{'id':4} {'quantity':22} {'setting':44} {'target':>7} {'model':>7} {'error':>7}  assumed")
    for score in found:
        print(
            f"{score.id:4} {score.quantity:22} {score.setting:44} {score.target:7.4g} {score.model:7.3g} "
            f"{score.error:+7.0%}  {score.assumed}"
        )
    mean = sum(abs(score.error) for score in found) / len(found)
    print(f"mean absolute error {mean:.0%} over {len(found)} rows")


if __name__ == "__main__":
    main()
