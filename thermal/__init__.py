"""Laser physics, hot discs and blades: a treatment in, the injury of the skin out. Knows nothing of cells."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from mendsim.thermal.injury import DAMAGE_PROCESSES, Injury
from mendsim.thermal.layers import SkinLayers
from mendsim.thermal.library import load_parameters
from mendsim.thermal.session import PATTERNS, SCAN_ORDERS, LaserSession

if TYPE_CHECKING:
    from mendsim.thermal.single_zone import fire_zone, law_names
    from mendsim.thermal.treatment import deliver
    from mendsim.thermal.zone_maps import zone_dataset
    from mendsim.thermal.zone_table import zones

__all__ = [
    "DAMAGE_PROCESSES",
    "PATTERNS",
    "SCAN_ORDERS",
    "Injury",
    "LaserSession",
    "SkinLayers",
    "contact_burn",
    "deliver",
    "fire_zone",
    "incision",
    "law_names",
    "load_parameters",
    "punch",
    "zone_dataset",
    "zones",
]

_HOMES = {
    "contact_burn": "burn",
    "deliver": "treatment",
    "fire_zone": "single_zone",
    "incision": "wounds",
    "law_names": "single_zone",
    "punch": "wounds",
    "zone_dataset": "zone_maps",
    "zones": "zone_table",
}


def __getattr__(name: str) -> object:
    """Import what needs numba when it is first asked for."""
    if name in _HOMES:
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
