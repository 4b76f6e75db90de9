from __future__ import annotations

import json

import numpy as np
import pytest

from mendsim.common.errors import InputError
from mendsim.common.lattice import Lattice
from mendsim.thermal import DAMAGE_PROCESSES, SkinLayers, contact_burn, load_parameters
from mendsim.thermal.burn import solve_burn
from mendsim.thermal.damage import choose_sets

PARAMETERS = load_parameters()
SKIN = SkinLayers(stratum_corneum_um=15, epidermis_um=75, dermis_um=2000)
HOT = {"temperature_c": 80.0, "contact_s": 5.0, "diameter_um": 600.0}
SECTION = Lattice.from_size(width_um=2000, depth_um=1000, air_um=40, spacing_um=10)


def burn(lattice=SECTION, **change):
    return contact_burn(lattice, SKIN, PARAMETERS, **(HOT | {"spacing_um": 10.0} | change))


def test_the_injury_is_complete_and_lies_below_the_disc():
    injury = burn()
    injury.validate()
    assert injury.ablated.max() == 0
    air = SECTION.depth_um < 0
    peak = injury.peak_temperature_c
    assert peak[air] == pytest.approx(PARAMETERS["skin.temperature_c"])
    assert 60 < peak.max() < 80
    top = injury.damage["keratinocyte_necrosis"][~air][0, 0]
    assert top[90:110].min() > 0.99  # under the disc
    assert top[:60].max() < 0.01
    for process in DAMAGE_PROCESSES:
        np.testing.assert_allclose(injury.damage[process], injury.damage[process][:, :, ::-1], atol=1e-5)
    dose = injury.dose_min[~air][0, 0]
    assert dose[100] > PARAMETERS["keratinocyte_dose.cem43_min"] > 100 * dose[40]
    record = json.loads(json.dumps(injury.record))
    assert (record["kind"], record["contact_s"]) == ("contact_burn", 5.0)
    assert injury.zones["channel_depth_um"].tolist() == [0]


def test_a_section_and_a_block_through_its_middle_agree():
    block = Lattice.from_size(width_um=1400, length_um=30, depth_um=400, air_um=20, spacing_um=10)
    flat = Lattice.from_size(width_um=1400, depth_um=400, air_um=20, spacing_um=10)
    middle = burn(block).damage["t_cell_apoptosis"][:, 1, :]
    np.testing.assert_allclose(middle, burn(flat).damage["t_cell_apoptosis"][:, 0, :], atol=0.02)


def test_position_and_relief_move_the_burn():
    usual = burn().damage["fibroblast_necrosis"]
    moved = burn(position=(900.0, 0.0)).damage["fibroblast_necrosis"]
    np.testing.assert_allclose(moved[:, :, :-10], usual[:, :, 10:], atol=1e-5)
    floor = np.full((1, SECTION.nx), 100.0)
    deep = burn(surface_depth_um=floor).damage["fibroblast_necrosis"]
    np.testing.assert_allclose(deep[10:], usual[:-10], atol=1e-5)


def test_hotter_longer_and_better_contact_burn_deeper():
    def area(parameters=PARAMETERS, **change):
        injury = contact_burn(SECTION, SKIN, parameters, **(HOT | {"spacing_um": 10.0} | change))
        return injury.damage["fibroblast_necrosis"].sum(dtype=float)

    usual = area()
    assert area(temperature_c=90.0) > 1.2 * usual
    assert area(contact_s=20.0) > 1.2 * usual
    assert area(diameter_um=900.0) > 1.2 * usual
    assert area(PARAMETERS.with_overrides({"contact.conductance_w_per_m2_k": 500}, origin="test")) < 0.8 * usual


def test_another_law_changes_only_its_process():
    usual = burn()
    other = burn(damage_sets={"keratinocyte_necrosis": "epidermis_mehta_wong"})
    assert other.damage["keratinocyte_necrosis"].sum() != pytest.approx(usual.damage["keratinocyte_necrosis"].sum())
    np.testing.assert_array_equal(other.damage["heat_shock"], usual.damage["heat_shock"])


def test_cooling_goes_on_until_nothing_more_is_damaged(monkeypatch):
    """A hundredth of the cut-off changes no damage integral by more than the cut-off promises."""

    def omega():
        zone = solve_burn(layers=SKIN, parameters=PARAMETERS, sets=choose_sets(PARAMETERS), spacing_um=10.0, **HOT)
        return np.minimum(zone.omega, 10), zone.steps

    usual, steps = omega()
    monkeypatch.setattr("mendsim.thermal.burn.HARMLESS", 1e-5)
    longer, more_steps = omega()
    assert more_steps > steps
    assert 0 <= (longer - usual).max() < 1e-3


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"temperature_c": 30.0}, r"temperature_c: .*\(got 30.0\); allowed: above 34 and below 120 degC"),
        ({"temperature_c": 120.0}, r"temperature_c: .*does not boil.*\(got 120.0\)"),
        ({"contact_s": 0.0}, r"contact_s: too short a contact \(got 0.0\); allowed: at least 0.001 s"),
        ({"diameter_um": -5.0}, r"diameter_um: a disc has a size \(got -5.0\); allowed: > 0 um"),
        ({"position": (-1.0, 0.0)}, r"position.x: outside the lattice"),
        ({"damage_sets": {"heat_shock": "none"}}, r"heat_shock: unknown law of damage"),
    ],
)
def test_bad_input_is_told(change, line):
    with pytest.raises(InputError, match=line):
        burn(**change)
