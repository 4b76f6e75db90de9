"""A place on the body: thicknesses, densities and composition of intact skin, as data."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from mendsim.common.errors import InputError, choices
from mendsim.common.parameters import Parameters
from mendsim.thermal.layers import SkinLayers


@cache
def load_sites() -> Parameters:
    """Every number of every site, keyed ``site.quantity``."""
    return Parameters.load(Path(__file__).parent / "sites.toml")


def site_names() -> list[str]:
    """Names of the sites that can be simulated."""
    return sorted({key.split(".")[0] for key in load_sites()})


@dataclass(frozen=True, kw_only=True)
class SkinSite:
    """Intact skin of one site and phototype; fields are named as in ``sites.toml``, with their units."""

    name: str
    phototype: int
    stratum_corneum_um: float
    viable_epidermis_um: float
    dermis_um: float
    rete_ridge_depth_um: float
    rete_ridge_period_um: float
    nucleated_cells_per_mm2: float
    corneocytes_per_mm2: float
    stratum_corneum_transit_d: float
    melanin_pg: float
    fibroblasts_per_mm3: float
    t_cells_per_mm2: float
    capillary_loops_per_mm2: float
    blood_flow_ml_per_min_per_100ml: float
    superficial_plexus_depth_um: float
    deep_plexus_depth_um: float
    follicles_per_mm2: float
    bulb_depth_um: float
    collagen_1_mg_per_ml: float
    collagen_3_mg_per_ml: float
    elastin_mg_per_ml: float
    orientation_order: float
    anagen_fraction: float

    @property
    def collagen_mg_per_ml(self) -> float:
        """Collagen I and III of intact dermis."""
        return self.collagen_1_mg_per_ml + self.collagen_3_mg_per_ml

    @property
    def layers(self) -> SkinLayers:
        """Thicknesses that the thermal stage needs."""
        return SkinLayers(
            stratum_corneum_um=self.stratum_corneum_um,
            epidermis_um=self.viable_epidermis_um,
            dermis_um=self.dermis_um,
        )

    @classmethod
    def load(cls, name: str, phototype: int) -> SkinSite:
        """Read a site by name, with the melanin of a Fitzpatrick phototype 1 to 6.

        Raises
        ------
        InputError : unknown site or phototype.
        """
        if name not in site_names():
            raise InputError("unknown skin site", key="site", value=name, allowed=choices(site_names()))
        if phototype not in range(1, 7):
            raise InputError("unknown phototype", key="phototype", value=phototype, allowed="1 to 6")
        values = load_sites().group(name)
        melanin = values[f"melanin_pg_per_cell_phototype_{phototype}"]
        plain = {key: value for key, value in values.items() if not key.startswith("melanin_pg_per_cell")}
        return cls(name=name, phototype=phototype, melanin_pg=melanin, **plain)
