"""Refusing what cannot fit into memory, or would take longer than anyone waits without being asked."""

from __future__ import annotations

import psutil

from mendsim.common.errors import InputError, WorkerError
from mendsim.scenarios.prediction.calibration import slowness_of_machine
from mendsim.scenarios.prediction.machine import available_bytes
from mendsim.scenarios.prediction.run import memory_bytes
from mendsim.scenarios.prediction.sample import Size
from mendsim.scenarios.schema import Scenario


class MemoryShortageError(WorkerError):
    """A run that this machine cannot hold now."""


LONGEST_H = 8.0
"""Wall time that needs no ``--yes`` [h]."""
_SLOWEST = 10.0
"""No machine is slower than that of the costs by this; what is short even then needs no measurement."""
_GB, _HOUR_S, _DAY_S = 1e9, 3600.0, 86400.0


def check_memory(scenario: Scenario) -> None:
    """Refuse a run that this process cannot hold, before anything of its size is made.

    Raises
    ------
    InputError : it needs more memory than this machine has available.
    """
    held = psutil.Process().memory_info().rss
    _check(scenario, memory_bytes(scenario), available_bytes() + held)


def _check(scenario: Scenario, needed_bytes: float, most_bytes: float) -> None:
    if needed_bytes <= most_bytes:
        return
    sites, shots = Size.of(scenario).sites, len(scenario.save.snapshots_h)
    problem = f"{sites:,} sites and {shots} snapshots need about {size_text(needed_bytes)} of memory"
    allowed = f"{size_text(most_bytes)}, which this machine has available: a smaller sample, fewer snapshots"
    raise MemoryShortageError(problem, file=scenario.name, key="lattice", allowed=allowed)


def check_workers(largest: Scenario, workers: int) -> None:
    """Refuse runs side by side that this machine cannot hold.

    Parameters
    ----------
    largest : the scenario that needs most.
    workers : runs at a time.

    Raises
    ------
    InputError : they need more memory than this machine has available.
    """
    each, available = memory_bytes(largest), available_bytes()
    _check(largest, each, available)
    if workers * each > available:
        problem = f"{workers} runs at a time need about {size_text(workers * each)} of memory, {size_text(each)} each"
        allowed = f"{size_text(available)}, which this machine has available: --workers {int(available // each)}"
        raise InputError(problem, file=largest.name, key="--workers", allowed=allowed)


def check_time(what: str, time_s: float) -> None:
    """Refuse what takes long.

    Parameters
    ----------
    what : is done.
    time_s : that it takes on the machine on which the costs were measured [s].

    Raises
    ------
    InputError : it takes longer than `LONGEST_H` here.
    """
    if time_s * _SLOWEST <= LONGEST_H * _HOUR_S:
        return
    here_s = time_s * slowness_of_machine()
    if here_s > LONGEST_H * _HOUR_S:
        allowed = f"{LONGEST_H:g} h, or --yes to go on regardless"
        raise InputError(f"this takes about {time_text(here_s)}", file=what, allowed=allowed)


def size_text(size_bytes: float) -> str:
    """Write a size in memory or on a disk."""
    return f"{size_bytes / _GB:,.3g} GB" if size_bytes >= 0.9995 * _GB else f"{1e3 * size_bytes / _GB:.3g} MB"


def time_text(time_s: float) -> str:
    """Write a time."""
    for unit_s, unit in ((_DAY_S, "days"), (_HOUR_S, "h"), (60.0, "min")):
        if time_s >= 2.0 * unit_s:
            return f"{time_s / unit_s:,.3g} {unit}"
    return f"{time_s:.2g} s" if time_s < 10.0 else f"{time_s:.0f} s"
