"""Injected liquid against closed forms: what leaks, how much stays, and where it lies."""

from __future__ import annotations

import math
from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest
from scipy.integrate import quad

from mendsim.abm import load_parameters
from mendsim.abm.drainage import Drainage
from mendsim.abm.drugs.drug import described, drug_of, resolved
from mendsim.abm.drugs.injection import inject
from mendsim.abm.matrix import Matrix
from mendsim.abm.model import HealingModel
from mendsim.abm.tissue import AIR, CLOT, DERMIS, EPIDERMIS
from mendsim.common.lattice import Lattice
from mendsim.thermal import DAMAGE_PROCESSES, Injury

P = load_parameters()
FLUID = P["drug.depot_fluid_share"]
REACH_UM = math.sqrt(P["drainage.dermis_conductivity_um2_per_mmhg_s"] / P["drainage.filtration_per_mmhg_s"])


def skin(shape, *, spacing=10.0, air_sites=0, covered=False):
    """Dermis under air or under one layer of epidermis, as much of a model as an injection needs."""
    nz, ny, nx = shape
    lattice = Lattice(nz=nz, ny=ny, nx=nx, spacing_um=spacing, air_sites=air_sites)
    code = np.full(lattice.shape, DERMIS, np.uint8)
    code[:air_sites] = AIR
    if covered:
        code[air_sites] = EPIDERMIS
    model = SimpleNamespace(
        lattice=lattice, parameters=P, matrix=Matrix(lattice), tissue=SimpleNamespace(code=code, codes=lambda: code)
    )
    drained = SimpleNamespace(model=model)
    model.drainage = SimpleNamespace(conductivity=lambda codes: Drainage.conductivity(drained, codes))
    return model


def held_ul(model, depot):
    return float(depot.share.sum()) * model.lattice.site_volume_ml * 1e3


def ball_ul(radius_um):
    """Volume that fills the fluid space of a ball."""
    return 4.0 / 3.0 * math.pi * radius_um**3 * FLUID * 1e-9


def distances(model, z_um):
    """Distance of every site from a depth in the middle, um."""
    lattice = model.lattice
    z, y, x = lattice.depth_um[:, None, None] - z_um, lattice.y_um[None, :, None], lattice.x_um[None, None, :]
    y0, x0 = y.ravel()[lattice.ny // 2], x.ravel()[lattice.nx // 2]
    return np.sqrt(z**2 + (y - y0) ** 2 + (x - x0) ** 2)


@pytest.mark.parametrize("depth_um", [300.0, 1100.0, 3500.0])
def test_what_leaks_through_a_bare_surface_has_its_closed_form(depth_um):
    """``cosh((L - d) / l) / cosh(L / l)`` with ``l = sqrt(K / f)``; second order in spacing."""
    length, errors = 4000.0, []
    for spacing in (80.0, 40.0, 20.0):
        model = skin((2 + round(length / spacing), 1, 1), spacing=spacing, air_sites=2)
        depth = model.lattice.depth_um[2 + int(depth_um / spacing)]
        exact = math.cosh((length - depth) / REACH_UM) / math.cosh(length / REACH_UM)
        errors.append(abs(inject(model, 1e-3, depth_um).leaked_share / exact - 1.0))
    assert errors[-1] < 2e-4
    assert [math.log2(coarse / fine) for coarse, fine in pairwise(errors)] == pytest.approx([2.0, 2.0], abs=0.1)


def test_the_deeper_the_tip_the_less_leaks_and_nothing_leaks_through_epidermis():
    bare, covered = (skin((402, 1, 1), spacing=20.0, air_sites=2, covered=cover) for cover in (False, True))
    leaked = [inject(bare, 1e-3, depth_um).leaked_share for depth_um in (30.0, 300.0, 2000.0, 7500.0)]
    assert all(deeper < 0.8 * shallower for shallower, deeper in pairwise(leaked))
    assert leaked[0] > 0.95
    assert leaked[-1] < 3e-3
    for depth_um in (30.0, 7500.0):
        assert inject(covered, 1e-3, depth_um).leaked_share == 0.0


@pytest.mark.parametrize("filling", [AIR, CLOT])
def test_an_open_channel_lets_out_the_more_the_nearer_the_tip_is(filling):
    """From a tip beside it nearly all, from one some of the reach of pressure below it much less."""
    model = skin((124, 1, 41), spacing=50.0, air_sites=2, covered=True)
    model.tissue.code[2:12, :, 20:22] = filling
    model.tissue.code[2:12, :, 20] = DERMIS
    leaked = [inject(model, 1e-3, depth_um).leaked_share for depth_um in (275.0, 525.0, 1025.0, 2525.0, 5525.0)]
    assert leaked[0] > 0.95
    assert all(deeper < shallower for shallower, deeper in pairwise(leaked))
    assert leaked[-1] < 0.05
    model.tissue.code[2:12, :, 21] = CLOT
    model.tissue.code[2, :, 20:22] = EPIDERMIS
    assert inject(model, 1e-3, 275.0).leaked_share == 0.0


@pytest.mark.parametrize("volume_ul", [1e-6, 3.3e-5, 1e-3])
def test_a_block_holds_the_volume_that_did_not_leak(volume_ul):
    model = skin((32, 15, 15), air_sites=2, covered=True)
    model.tissue.code[2:12, 6:9, 9:11] = CLOT
    depot = inject(model, volume_ul, 200.0)
    assert 0.05 < depot.leaked_share < 0.995
    assert held_ul(model, depot) == pytest.approx(volume_ul * (1.0 - depot.leaked_share), rel=1e-9)
    assert depot.share.min() == 0.0
    assert depot.share.max() <= FLUID
    assert not depot.share[~np.isin(model.tissue.code, (DERMIS, CLOT))].any()


def test_a_volume_beyond_the_sample_fills_all_of_it():
    model = skin((12, 5, 5), air_sites=2, covered=True)
    depot = inject(model, 1.0, 50.0)
    assert np.array_equal(depot.share, np.where(model.tissue.code == DERMIS, FLUID, 0.0))


@pytest.mark.parametrize("radius_um", [60.0, 110.0])
@pytest.mark.parametrize("ny", [1, 41])
def test_a_depot_in_even_dermis_is_round_about_the_tip(radius_um, ny):
    """To within a site, and half of one of the depth that was asked for."""
    model = skin((41, ny, 41))
    depot = inject(model, ball_ul(radius_um), 203.0)
    r, filled = distances(model, 205.0), depot.share > 0.0
    assert depot.leaked_share == 0.0
    assert r[filled].max() < radius_um + 10.0
    assert r[~filled].min() > radius_um - 10.0
    z, y, x = (np.average(at, weights=depot.share) for at in np.indices(depot.share.shape))
    assert (z, y, x) == pytest.approx((20.0, ny // 2, 20.0), abs=0.1)
    assert abs(model.lattice.depth_um[20] - 203.0) <= 5.0


def test_in_a_section_a_deep_depot_is_the_disc_of_the_middle_of_a_ball():
    model = skin((61, 1, 61))
    for radius_um in (30.0, 100.0, 173.0):
        depot = inject(model, ball_ul(radius_um), 300.0)
        assert depot.share.sum() * 100.0 == pytest.approx(FLUID * math.pi * radius_um**2, rel=1e-9)


@pytest.mark.parametrize(("radius_um", "depth_um"), [(150.0, 80.0), (250.0, 30.0), (99.0, 100.0)])
def test_in_a_section_a_shallow_depot_is_the_disc_of_a_ball_that_the_surface_cuts(radius_um, depth_um):
    """By quadrature over depth: volume of the ball below the surface, and area of its middle plane."""
    model = skin((62, 1, 101), air_sites=1, covered=True)
    top = -min(radius_um, depth_um)
    volume, _ = quad(lambda z: math.pi * (radius_um**2 - z**2), top, radius_um)
    area, _ = quad(lambda z: 2.0 * math.sqrt(radius_um**2 - z**2), top, radius_um)
    depot = inject(model, volume * FLUID * 1e-9, depth_um)
    assert depot.leaked_share == 0.0
    assert depot.share.sum() * 100.0 == pytest.approx(FLUID * area, rel=1e-6)


def healing(*, channel_um=0.0, length_um=None, width_um=400.0):
    """Healing skin with a channel of some depth beside its middle, open or just clotted."""
    lattice = Lattice.from_size(width_um=width_um, length_um=length_um, depth_um=700, spacing_um=10, air_um=100)
    model = HealingModel(lattice=lattice, seed=4)
    if channel_um > 0.0:
        across = np.abs(lattice.x_um - 0.5 * width_um - 50.0)[None, None, :]
        inside = np.broadcast_to((across < 25.0) & (lattice.depth_um[:, None, None] < channel_um), lattice.shape)
        hot = inside.astype(np.float32)
        model.injure(
            Injury(
                lattice=lattice,
                ablated=hot,
                damage=dict.fromkeys(DAMAGE_PROCESSES, hot),
                dose_min=np.where(inside, 1e6, 0.0).astype(np.float32),
                peak_temperature_c=np.where(inside, 90.0, 34.0).astype(np.float32),
                zones=Injury.none(lattice).zones,
                record={},
            )
        )
    return model


@pytest.mark.parametrize("length_um", [None, 160.0])
def test_healing_skin_leaks_from_a_channel_and_not_when_intact(length_um):
    intact, opened = healing(length_um=length_um), healing(length_um=length_um, channel_um=300.0)
    closed = inject(intact, 1e-5, 400.0)
    assert closed.leaked_share == 0.0
    if length_um is not None:
        assert held_ul(intact, closed) == pytest.approx(1e-5, rel=1e-9)
    beside, below = inject(opened, 1e-5, 250.0), inject(opened, 1e-5, 650.0)
    assert beside.leaked_share > 0.95
    assert below.leaked_share < beside.leaked_share - 0.02
    intact.close()
    opened.close()


def test_what_is_injected_into_a_block_is_booked_whole():
    """Dose is concentration times volume; what leaked is wiped off, and the rest is in the skin."""
    model = healing(length_um=160.0, channel_um=300.0)
    given = {"molar_mass_g_per_mol": 300.0, "log_octanol_water": 0.0, "solubility_ug_per_ml": 20.0}
    drug = drug_of("tracer", resolved("tracer", (described("tracer", given, None, origin="test"),), P))
    leaked = inject(model, 2e-3, 600.0).leaked_share
    model.inject_drug(drug, 1000.0, 2e-3, 600.0)
    dose = 1000.0 * 2e-6 / (model.lattice.surface_area_mm2 * 1e-2)
    after = model.observe()
    assert after["drug_given_ug_per_cm2"] == pytest.approx(dose, rel=1e-6)
    assert after["drug_removed_ug_per_cm2"] == pytest.approx(leaked * dose, rel=1e-6)
    inside = sum(after[f"drug_{place}_ug_per_cm2"] for place in ("channel", "dermis", "hypodermis"))
    assert inside == pytest.approx((1.0 - leaked) * dose, rel=1e-5)
    assert model.delivery.transport.field.concentration.max() <= 20.0 * (1.0 + 1e-12)
    assert 0.1 < leaked < 1.0
    model.close()
