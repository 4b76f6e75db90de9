"""A hot disc against closed solutions: energy, one dimension under its middle, convergence."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from scipy.special import erfc, erfcx

from mendsim.thermal import SkinLayers, load_parameters
from mendsim.thermal.burn import solve_burn
from mendsim.thermal.damage import choose_sets
from mendsim.thermal.summary import summarise
from mendsim.thermal.tissue import layered_tissue
from mendsim.thermal.zone import Zone

PARAMETERS = load_parameters()
SKIN = SkinLayers(stratum_corneum_um=15, epidermis_um=75, dermis_um=2000)


@cache
def burn(spacing_um: float = 5.0, contact_s: float = 5.0, diameter_um: float = 1000.0) -> Zone:
    return solve_burn(
        layers=SKIN,
        parameters=PARAMETERS,
        sets=choose_sets(PARAMETERS),
        temperature_c=80.0,
        contact_s=contact_s,
        diameter_um=diameter_um,
        spacing_um=spacing_um,
    )


def test_energy_is_accounted_for():
    """What came through the contact is stored in the final state, carried by blood, or left through the other edges."""
    zone = burn()
    p, tissue = PARAMETERS, layered_tissue(SKIN, zone.grid.z_edges, PARAMETERS)
    heat = tissue.dry_heat + tissue.water * p["water.specific_heat_j_per_kg_k"]
    stored = (heat[:, None] * (zone.final_c - p["skin.temperature_c"]) * zone.grid.volume).sum()
    assert zone.ledger["stored"] == pytest.approx(stored, rel=1e-12)
    assert zone.energy_error < 1e-11
    assert min(zone.ledger[part] for part in ("stored", "conducted", "perfused", "delivered")) > 0


def test_peak_under_a_wide_disc_is_that_of_a_half_space():
    """On the axis, before heat comes in from the rim: contact conductance on one layer (Carslaw and Jaeger 2.7)."""
    contact_s, hot = 1.0, 46.0
    dermis = SkinLayers(stratum_corneum_um=0, epidermis_um=0, dermis_um=50_000)
    p = PARAMETERS.with_overrides({"dermis.perfusion_per_s": 0.0}, origin="test")
    zone = solve_burn(
        layers=dermis,
        parameters=p,
        sets=choose_sets(p),
        temperature_c=p["skin.temperature_c"] + hot,
        contact_s=contact_s,
        diameter_um=6000.0,
    )
    capacity = p["dermis.density_kg_per_m3"] * p["dermis.specific_heat_j_per_kg_k"]
    conductivity = p["dermis.conductivity_w_per_m_k"]
    length = 2 * np.sqrt(conductivity / capacity * contact_s)
    scaled, held = zone.grid.z / length, p["contact.conductance_w_per_m2_k"] / conductivity * 0.5 * length
    exact = hot * (erfc(scaled) - np.exp(-(scaled**2)) * erfcx(scaled + held))
    near = zone.grid.z < 50e-6  # the peak is reached as the disc leaves; deeper, heat still arrives
    rise = zone.peak_c[near, 0] - p["skin.temperature_c"]
    np.testing.assert_allclose(rise, exact[near], rtol=2e-3)


def test_shells_converge_as_the_grid_is_refined():
    sizes = [summarise(burn(spacing_um)) for spacing_um in (20.0, 10.0, 5.0)]
    for process in ("keratinocyte_necrosis", "t_cell_apoptosis", "heat_shock"):
        for size in (f"{process}_depth_um", f"{process}_width_um"):
            coarse, usual, fine = (solved[size] for solved in sizes)
            assert fine > 0
            assert usual == pytest.approx(fine, rel=0.02)
            assert abs(usual - fine) <= abs(coarse - fine)


def test_a_brief_touch_hurts_less_than_a_long_one_and_a_wide_disc_reaches_deeper():
    brief, usual, wide = (
        summarise(burn(10.0, contact_s, diameter_um))
        for contact_s, diameter_um in ((0.5, 1000.0), (5.0, 1000.0), (5.0, 4000.0))
    )
    depths = [solved["t_cell_apoptosis_depth_um"] for solved in (brief, usual, wide)]
    assert depths == sorted(depths)
    assert depths[1] > 1.5 * depths[0]
    assert depths[2] > 1.05 * depths[1]
