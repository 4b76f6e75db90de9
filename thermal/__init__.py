"""Laser physics, hot discs and blades: a treatment in, the injury of the skin out. Knows nothing of cells."""

from __future__ import annotations

from importlib import import_module

from mendsim.thermal.injury import DAMAGE_PROCESSES, Injury
from mendsim.thermal.layers import SkinLayers
from mendsim.thermal.library import load_parameters
from mendsim.thermal.session import PATTERNS, SCAN_ORDERS, LaserSession

__all__ = [
    "DAMAGE_PROCESSES",
    "PATTERNS",
    "SCAN_ORDERS",
    "Injury",
    "LaserSession",
    "SkinLayers",
    "contact_burn",
    "deliver",
    "incision",
    "load_parameters",
    "punch",
]

_HOMES = {"contact_burn": "burn", "deliver": "treatment", "incision": "wounds", "punch": "wounds"}


def __getattr__(name: str) -> object:
    """Import what makes injuries (and numba with it) when it is first asked for."""
    if name in _HOMES:
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(name)
