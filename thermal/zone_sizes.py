"""Everything that is measured on one zone, each number with its unit and meaning."""

from __future__ import annotations

from collections.abc import Iterable

from mendsim.thermal.injury import DAMAGE_PROCESSES
from mendsim.thermal.summary import shell_size, summarise
from mendsim.thermal.zone import Zone

LETHAL_DOSE_MIN = 240.0
"""Thermal dose usually taken to kill soft tissue [min at 43 degC], a measure that lesions are compared by."""
ENERGY = {
    "stored": "heat left in the skin",
    "latent": "boiling of water",
    "carried_off": "heat of the removed tissue",
    "plume": "taken up by what is thrown out of the channel",
    "passed_on": "light that leaves the grid",
    "conducted": "passed to air and to the edge of the grid",
    "perfused": "carried off by blood",
    "reflected": "reflected",
}
"""What the entries of the ledger of a zone mean."""


def zone_sizes(zone: Zone) -> dict[str, float]:
    """Sizes of `summarise`, the shell of `LETHAL_DOSE_MIN`, and where the energy went as shares of what was delivered.

    ``energy_error`` is the share that the ledger misses.
    """
    depth, width = shell_size(zone.dose_min / LETHAL_DOSE_MIN, zone)
    delivered = zone.ledger["delivered"]
    shares = {f"energy_{name}": value / delivered for name, value in zone.ledger.items() if name != "delivered"}
    return {
        **summarise(zone),
        f"cem43_{LETHAL_DOSE_MIN:.0f}_depth_um": depth,
        f"cem43_{LETHAL_DOSE_MIN:.0f}_width_um": width,
        "delivered_mj": 1e3 * delivered,
        **shares,
        "energy_error": zone.energy_error,
    }


def law_sizes(zone: Zone, laws: Iterable[str]) -> tuple[list[float], list[float]]:
    """Depths and full widths [um] of Omega = 1 by each further law with which the zone was solved."""
    sizes = [shell_size(zone.omega[:, :, len(DAMAGE_PROCESSES) + n], zone) for n, _ in enumerate(laws)]
    return [depth for depth, _ in sizes], [width for _, width in sizes]


def meaning(name: str) -> dict[str, str]:
    """Give unit and long name of one of `zone_sizes`, for xarray."""
    for ending, unit in (("_um", "um"), ("_c", "degC"), ("_mj", "mJ")):
        if name.endswith(ending):
            return {"units": unit, "long_name": _words(name.removesuffix(ending))}
    if name == "energy_error":
        return {"units": "1", "long_name": "share of the delivered energy that the balance misses"}
    entry = name.removeprefix("energy_")
    return {"units": "1", "long_name": f"share of the delivered energy: {ENERGY.get(entry, _words(entry))}"}


def process_words(process: str) -> str:
    """Name of a damage process for readers."""
    return process.replace("_", " ").replace("t cell", "T cell")


def _words(name: str) -> str:
    for process in DAMAGE_PROCESSES:
        if name.startswith(process):
            return f"{process_words(process)} to Omega = 1,{name.removeprefix(process).replace('_', ' ')}"
    if name.startswith("cem43_"):
        return f"{LETHAL_DOSE_MIN:.0f} min at 43 degC, {name.rpartition('_')[2]}"
    known = {"delivered": "energy delivered, all pulses", "rim": "rim at half the depth of the channel"}
    return known.get(name, name.replace("_", " "))
