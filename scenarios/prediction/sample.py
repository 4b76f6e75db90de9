"""What of a scenario decides its cost, and the table of costs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from mendsim.common.parameters import Parameters
from mendsim.scenarios.border import lattice_of, parameters_of
from mendsim.scenarios.schema import Scenario

_UM2_PER_MM2 = 1e6
_FIELD_FACTOR = 2
"""Fields live on cells twice as wide as a site."""


@cache
def costs() -> Parameters:
    """Costs on the machine on which they were measured."""
    return Parameters.load(Path(__file__).parent / "cost.toml")


@dataclass(frozen=True)
class Size:
    """How large the skin of a scenario is.

    Parameters
    ----------
    sites, columns : of the lattice.
    cells : of the fields.
    vessel_mm2 : skin that the network of vessels lies under; of a section, the slab that it stands for.
    block : whether it is one.
    """

    sites: int
    columns: int
    cells: float
    vessel_mm2: float
    block: bool

    @classmethod
    def of(cls, scenario: Scenario) -> Size:
        """Size of the skin of a scenario; nothing of that size is made."""
        lattice = lattice_of(scenario.lattice)
        columns = lattice.nx * lattice.ny
        sites = columns * lattice.nz
        block = lattice.ny > 1
        length_um = lattice.ny * lattice.spacing_um
        if not block:
            length_um = parameters_of(scenario)["abm"]["vessel.section_thickness_um"]
        return cls(
            sites=sites,
            columns=columns,
            cells=sites / _FIELD_FACTOR ** (3 if block else 2),
            vessel_mm2=lattice.nx * lattice.spacing_um * length_um / _UM2_PER_MM2,
            block=block,
        )
