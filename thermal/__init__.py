"""Laser physics: a session in, the injury of the skin out. Knows nothing of cells."""

from __future__ import annotations

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
    "deliver",
    "load_parameters",
]


def __getattr__(name: str) -> object:
    """Import ``deliver`` (and numba with it) when it is first asked for."""
    if name == "deliver":
        from mendsim.thermal.treatment import deliver

        return deliver
    raise AttributeError(name)
