"""Zones that papers have measured: the settings of each, and what the thermal stage gives for it.

The settings stand in ``target_settings.csv``, by the id of their target in ``targets.csv``; where a paper does not give
a setting, the one assumed is named. What is calibrated, and against which target, stands in the data files; here
nothing is fitted.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

import numpy as np

from mendsim.thermal.layers import FACE
from mendsim.thermal.library import load_parameters
from mendsim.thermal.session import LaserSession
from mendsim.thermal.single_zone import lone_session, solve_alone
from mendsim.thermal.summary import summarise

STACK_INTERVAL_MS = 10.0
"""Time between stacked pulses where a paper does not give it: 100 Hz."""
LAW_OF_DEPTH = "law_of_depth"
"""In place of a size: whether depth goes with the logarithm of the total energy of stacked pulses."""


@dataclass(frozen=True, kw_only=True)
class PublishedZone:
    """What a paper measured, and with what.

    Parameters
    ----------
    id : of the target.
    quantity : a size of `mendsim.thermal.summary.summarise`, or `LAW_OF_DEPTH`.
    sessions : zones that are solved: one; two, whose ratio is asked for; or a zone for each number of pulses.
    assumed : settings that the paper does not give.
    """

    id: str
    quantity: str
    sessions: tuple[LaserSession, ...]
    assumed: str

    @property
    def setting(self) -> str:
        """The settings of its first zone, in words."""
        zone = self.sessions[0]
        pulses = f"{zone.stacked_pulses} x " if zone.stacked_pulses > 1 else ""
        timing = f"{zone.pulse_duration_ms:.3g} ms, {zone.spot_diameter_um:g} um"
        return f"{zone.device}, {pulses}{zone.pulse_energy_mj:g} mJ, {timing}"


@cache
def published_zones() -> Mapping[str, PublishedZone]:
    """Every zone whose settings are known well enough to be solved, by the id of its target."""
    with (Path(__file__).parent / "target_settings.csv").open(newline="", encoding="utf-8") as stream:
        return MappingProxyType({row["id"]: _read(row) for row in csv.DictReader(stream)})


def solve_published(
    ids: Iterable[str],
    *,
    spacing_um: float = 5.0,
    threads: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, float]:
    """Solve published zones, or recall those that have been solved before.

    Parameters
    ----------
    ids : of targets in `published_zones`.
    spacing_um : side of the fine cells [um].
    threads : zones that are solved at a time.
    progress : called after each with the number done and of all.

    Returns
    -------
    By id the size [um], the ratio of two sizes, or for `LAW_OF_DEPTH` 1 or -1.
    """
    wanted, out = [published_zones()[name] for name in ids], {}
    with ThreadPoolExecutor(threads) as pool:
        running = {pool.submit(_size, zone, spacing_um): zone.id for zone in wanted}
        for done, future in enumerate(as_completed(running), start=1):
            out[running[future]] = future.result()
            if progress is not None:
                progress(done, len(running))
    return out


def _read(row: dict[str, str]) -> PublishedZone:
    energy, stack = float(row["pulse_energy_mj"]), int(row["stacked_pulses"])
    fired = [(energy, stack)]
    if row["base_energy_mj"]:
        fired.append((float(row["base_energy_mj"]), stack))
    if row["quantity"] == LAW_OF_DEPTH:
        fired = [(energy, 2**power) for power in reversed(range(stack.bit_length()))]
    sessions = tuple(_session(row, *each) for each in fired)
    return PublishedZone(id=row["id"], quantity=row["quantity"], sessions=sessions, assumed=row["assumed"])


def _session(row: dict[str, str], energy_mj: float, stack: int) -> LaserSession:
    return lone_session(
        row["device"],
        energy_mj=energy_mj,
        spot_um=float(row["spot_diameter_um"]),
        pulse_ms=float(row["pulse_duration_ms"]) if row["pulse_duration_ms"] else None,
        stack=stack,
        interval_ms=STACK_INTERVAL_MS,
        parameters=load_parameters(),
    )


def _size(zone: PublishedZone, spacing_um: float) -> float:
    solved = [summarise(solve_alone(each, FACE, load_parameters(), None, (), spacing_um)) for each in zone.sessions]
    if zone.quantity == LAW_OF_DEPTH:
        energy_mj = [each.pulse_energy_mj * each.stacked_pulses for each in zone.sessions]
        return law_of_depth(energy_mj, [sizes["channel_depth_um"] for sizes in solved])
    first, *base = [sizes[zone.quantity] for sizes in solved]
    return first / base[0] if base else first


def law_of_depth(energy_mj: Iterable[float], depth_um: Iterable[float]) -> float:
    """1 if a straight line through depth over the logarithm of energy fits better than one over energy, else -1.

    Parameters
    ----------
    energy_mj, depth_um : total energy [mJ] and depth [um] of channels, ``(n,)``.
    """
    energy, depth = np.fromiter(energy_mj, float), np.fromiter(depth_um, float)

    def unexplained(x: np.ndarray) -> float:
        return float(np.sum((depth - np.polyval(np.polyfit(x, depth, 1), x)) ** 2))

    return 1.0 if unexplained(np.log(energy)) < unexplained(energy) else -1.0
