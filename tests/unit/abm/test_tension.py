"""Tension that fibres carry in the plane of the skin."""

from __future__ import annotations

import numpy as np
import pytest

from mendsim.abm.tension import efficiency, tension_kpa


def test_fibres_that_lie_anyhow_give_three_eighths_and_those_in_the_plane_all():
    assert efficiency(0.0) == 3.0 / 8.0
    assert efficiency(1.0) == 1.0


@pytest.mark.parametrize("spread_rad", [0.05, 0.3, 0.6, 1.0, 3.0])
def test_efficiency_is_the_mean_over_fibres_that_scatter_around_the_plane(spread_rad):
    angle = np.linspace(-20.0, 20.0, 400_001)
    weight = np.exp(-0.5 * (angle / spread_rad) ** 2)
    aligned, by_hand = (np.sum(weight * each) / np.sum(weight) for each in (np.cos(2.0 * angle), np.cos(angle) ** 4))
    assert efficiency(aligned) == pytest.approx(by_hand, rel=1e-9)


def test_the_better_fibres_lie_in_the_plane_the_more_they_carry():
    assert np.all(np.diff(efficiency(np.linspace(-0.7, 1.0, 50))) > 0.0)


def test_intact_fibres_carry_the_resting_tension():
    assert tension_kpa(150.0, 0.4, 150.0, 0.4, 5.0) == 5.0


def test_tension_is_in_proportion_to_collagen_and_none_without():
    whole = tension_kpa(150.0, 0.7, 150.0, 0.4, 5.0)
    assert whole > 5.0
    assert tension_kpa(45.0, 0.7, 150.0, 0.4, 5.0) == pytest.approx(0.3 * whole, rel=1e-14)
    assert tension_kpa(0.0, 0.7, 150.0, 0.4, 5.0) == 0.0


def test_intact_dermis_is_under_resting_tension(make):
    model = make()
    # bundles scatter by a tenth of a rad around their lean: a fifth of a per cent
    assert model.observe()["tension_kpa"] == pytest.approx(model.parameters["tension.resting_kpa"], rel=4e-3)


def test_heat_that_denatures_collagen_takes_its_tension(make, injury):
    model = make()
    model.injure(injury(model.lattice, width_um=1e5, depth_um=1e5))
    assert model.observe()["tension_kpa"] == 0.0


def test_a_scar_of_disordered_fibres_carries_less(make):
    healthy, scar = make(), make(initial_state="boxcar_scar", scar_depth_um=60.0, scar_width_um=300.0)
    assert scar.observe()["tension_kpa"] < 0.98 * healthy.observe()["tension_kpa"]


def test_fibres_across_the_plane_carry_nothing_and_never_push():
    assert efficiency(-1.0) == pytest.approx(0.0, abs=1e-12)
    assert efficiency(np.linspace(-1.0, 1.0, 201)).min() >= 0.0
