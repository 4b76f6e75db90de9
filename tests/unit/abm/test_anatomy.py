"""Intact skin has the counts of the literature, and initial states what they promise."""

from __future__ import annotations

import numpy as np
import pytest

from mendsim.abm.agents.follicle import Follicle
from mendsim.abm.agents.t_cell import TCell
from mendsim.abm.dermal_report import depression_um
from mendsim.abm.observables import FIELDS, OBSERVABLES
from mendsim.abm.site import site_names
from mendsim.common.errors import InputError
from mendsim.common.lattice import Lattice

WIDE = Lattice.from_size(width_um=2000, depth_um=1400, spacing_um=10, air_um=100)
DEEP = Lattice.from_size(width_um=1000, depth_um=4400, spacing_um=10, air_um=100)


def test_counts_agree_with_hoath_and_leahy(assert_whole, make):
    model = make(lattice=WIDE)
    seen, area = model.observe(), WIDE.surface_area_mm2
    assert seen["keratinocyte_count"] / area == pytest.approx(75_346, rel=0.05)  # its own steady state
    assert seen["corneocyte_count"] / area == pytest.approx(17_778, rel=0.05)
    assert seen["t_cell_count"] / area == pytest.approx(10_000, rel=0.01)
    volume = np.count_nonzero(model.intact_dermis) * 1e-6
    assert seen["fibroblast_count"] / volume == pytest.approx(3000, rel=0.02)
    assert seen["collagen_3_mg_per_ml"] / seen["collagen_mg_per_ml"] == pytest.approx(0.12, abs=0.01)
    assert_whole(model)


@pytest.mark.parametrize("site", site_names())
def test_every_site_builds_with_its_ridges(make, site):
    model = make(site=site)
    assert np.ptp(model.tissue.bed_z) * 10 == pytest.approx(model.site.rete_ridge_depth_um, abs=10)
    assert set(model.observe()) == set(OBSERVABLES)
    assert set(model.fields()) == set(FIELDS)
    assert all(array.shape == model.lattice.shape for array in model.fields().values())
    known = {name: value for name, value in model.observe().items() if name != "anagen_fraction"}
    assert np.isfinite(list(known.values())).all()


def test_a_block_runs_the_same_code(assert_whole, make):
    block = Lattice(nz=45, ny=12, nx=16, spacing_um=10.0, air_sites=10)
    model = make(lattice=block)
    model.step()
    assert_whole(model)
    assert model.observe()["reepithelialised_fraction"] == 1.0


@pytest.mark.parametrize(
    ("kind", "depth", "width"), [("ice_pick_scar", 300, 400), ("boxcar_scar", 250, 1500), ("rolling_scar", 150, 1800)]
)
def test_a_scar_is_as_deep_as_asked(make, kind, depth, width):
    model = make(lattice=WIDE, initial_state=kind, scar_depth_um=depth, scar_width_um=width)
    surface = depression_um(model)
    one_site = 10.0 * model.parameters["matrix.scar_deficit"]
    assert surface.max() == pytest.approx(depth, abs=0.03 * depth + one_site)
    assert surface[0, 0] == pytest.approx(0.0, abs=1e-3)
    assert model.observe()["orientation_order"] < model.site.orientation_order


def test_alopecia_has_swarms_at_resting_bulbs(make):
    model = make(lattice=DEEP, site="scalp", initial_state="alopecia_areata")
    cells, hairs = model.population(TCell), model.population(Follicle)
    x, _, z = model.bulb_positions()
    swarm = cells["autoreactive"] == 1
    distance = np.hypot(cells["x_um"][swarm][:, None] - x, cells["z_um"][swarm][:, None] - z).min(axis=1)
    assert swarm.sum() > 0
    assert distance.max() <= model.parameters["t_cell.swarm_radius_um"]
    assert np.mean(hairs["stage"] == 0) < model.site.anagen_fraction


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"site": "knee"}, "cheek, forearm, scalp"),
        ({"phototype": 7}, "1 to 6"),
        ({"initial_state": "burn"}, "healthy"),
        ({"scar_depth_um": 100.0}, "boxcar_scar"),
        ({"initial_state": "boxcar_scar", "scar_depth_um": 900.0}, "at most"),
        ({"initial_state": "boxcar_scar", "scar_depth_um": -1.0}, "> 0"),
        ({"site": "scalp", "initial_state": "alopecia_areata"}, "4000 um"),
        ({"lattice": Lattice(nz=60, ny=1, nx=30, spacing_um=20.0, air_sites=5)}, "8 to 12"),
        ({"lattice": Lattice(nz=15, ny=1, nx=30, spacing_um=10.0, air_sites=10)}, "um with air"),
        ({"step_h": 5.0}, "> 0 to 2 h"),
    ],
)
def test_wrong_options_say_what_is_allowed(make, options, words):
    with pytest.raises(InputError, match=words):
        make(**options)
