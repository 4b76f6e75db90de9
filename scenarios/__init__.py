"""Scenarios: load one by name or file, change it, run it, keep the run, go on with one that was cut off.

>>> from mendsim import scenarios
>>> scar = scenarios.load("acne_scar").with_values({"events.0.pulse_energy": "20 mJ"})
>>> scar.events[0].pulse_energy_mj
20.0
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mendsim.scenarios.delivery import DEFAULT_SEED
    from mendsim.scenarios.loading import load, names
    from mendsim.scenarios.problems import ScenarioError
    from mendsim.scenarios.runner import Run, branch, build_model, resume, run
    from mendsim.scenarios.schema import Scenario
    from mendsim.scenarios.simulation import simulate
    from mendsim.scenarios.treating import treat

__all__ = [
    "DEFAULT_SEED",
    "Run",
    "Scenario",
    "ScenarioError",
    "branch",
    "build_model",
    "load",
    "names",
    "resume",
    "run",
    "simulate",
    "treat",
]

_HOMES = {
    "delivery": ("DEFAULT_SEED",),
    "loading": ("load", "names"),
    "problems": ("ScenarioError",),
    "runner": ("Run", "branch", "build_model", "resume", "run"),
    "schema": ("Scenario",),
    "simulation": ("simulate",),
    "treating": ("treat",),
}


def __getattr__(name: str) -> object:
    """Import what is asked for when it is asked for: loading needs no numba, listing needs next to nothing."""
    for module, members in _HOMES.items():
        if name in members:
            return getattr(import_module(f"{__name__}.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
