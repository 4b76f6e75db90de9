"""Drainage against closed forms: pressure in a slab, balance of fluid, conservation and speed of what is carried."""

from __future__ import annotations

import math
from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest

from mendsim.abm import load_parameters
from mendsim.abm.drainage import KINDS, Drainage
from mendsim.abm.drainage_kernels import carry
from mendsim.abm.initial_state import InitialState
from mendsim.abm.matrix import Matrix
from mendsim.abm.model import HealingModel
from mendsim.abm.tissue import AIR, CLOT, DERMIS
from mendsim.common.lattice import Lattice
from mendsim.thermal import DAMAGE_PROCESSES, Injury

AIR_UM = 160.0


def skin(*, spacing=10.0, depth_um=1600.0, nx=8, ny=1, inflamed=0.0, state="photoaged"):
    """A bare slab of intact dermis with evenly spread vessels, as much of a model as drainage needs."""
    air = round(AIR_UM / spacing)
    lattice = Lattice(nz=air + round(depth_um / spacing), ny=ny, nx=nx, spacing_um=spacing, air_sites=air)
    p = load_parameters()
    code = np.full(lattice.shape, DERMIS, np.uint8)
    code[:air] = AIR
    matrix = Matrix(lattice)
    matrix.collagen_1[code == DERMIS] = 150.0
    tissue = SimpleNamespace(
        code=code,
        occupant=np.zeros(lattice.shape, np.int64),
        bed_z=np.full((ny, nx), air),
        codes=lambda: code,
    )
    coarse = tuple(math.ceil(n / 2) if n > 1 else 1 for n in lattice.shape)
    supply = np.zeros(coarse)
    supply[air // 2 :] = 1.0
    return SimpleNamespace(
        lattice=lattice,
        parameters=p,
        tissue=tissue,
        matrix=matrix,
        intact_dermis=code == DERMIS,
        site=SimpleNamespace(collagen_mg_per_ml=150.0),
        vessels=SimpleNamespace(supply=lambda _: supply),
        cytokine=SimpleNamespace(concentration=np.full(coarse, inflamed)),
        initial_state=InitialState.of(state, p),
        time_h=0.0,
        step_h=0.5,
    )


@pytest.mark.parametrize("inflamed", [0.0, 0.06])
def test_pressure_in_a_slab_has_its_closed_form(inflamed):
    """Pressure and outflow of a bare slab converge to those of a slab that filters everywhere, in second order.

    ``p = p_eff (1 - cosh((L - z) / l) / cosh(L / l))`` with ``l = sqrt(K / f)``.
    """
    errors = []
    for spacing in (40.0, 20.0, 10.0):
        model = skin(spacing=spacing, inflamed=inflamed)
        p = model.parameters
        drainage = Drainage(model)
        drainage.solve()
        strength = inflamed / (inflamed + p["drainage.cytokine_half_effect_ng_per_ml"])
        rest = p["drainage.resting_pressure_mmhg"]
        effective = rest + (p["drainage.inflamed_pressure_mmhg"] - rest) * strength
        f = p["drainage.filtration_per_mmhg_s"] * (1 + (p["drainage.inflamed_filtration_ratio"] - 1) * strength)
        conductivity, depth = p["drainage.dermis_conductivity_um2_per_mmhg_s"], 1600.0
        reach = math.sqrt(conductivity / f)
        air = model.lattice.air_sites // 2
        z = (np.arange(drainage.pressure.shape[0] - air) + 0.5) * 2.0 * spacing
        expected = effective * (1.0 - np.cosh((depth - z) / reach) / math.cosh(depth / reach))
        found = drainage.pressure.concentration[air:, 0, 0]
        flux = effective * conductivity / reach * math.tanh(depth / reach)
        area = model.lattice.nx * spacing * spacing
        errors.append([np.abs(found - expected).max() / expected.max(), abs(drainage._out.sum() / area / flux - 1.0)])
    for coarse, fine in pairwise(errors):
        assert coarse[0] / fine[0] > 3.0
        assert coarse[1] / fine[1] > 3.0
    assert errors[-1][0] < 1e-3


def test_what_vessels_filter_leaves():
    model = skin(ny=6, nx=10, depth_um=300.0)
    model.tissue.code[16:28, 2:4, 4:6] = CLOT
    drainage = Drainage(model)
    drainage.solve()
    field, p = drainage.pressure, model.parameters
    filtered = field.uptake * (p["drainage.resting_pressure_mmhg"] - field.concentration) * field.volume_um3
    assert drainage._out.sum() == pytest.approx(filtered.sum(), rel=1e-4)  # the solver stops at 1e-6 of its sources


@pytest.mark.parametrize("shape", [{"nx": 21, "ny": 1}, {"nx": 11, "ny": 9}])
def test_nothing_is_lost_on_the_way(shape):
    model = skin(depth_um=390.0, inflamed=0.2, **shape)
    rng = np.random.default_rng(5)
    model.tissue.code[20:40, :, 3:5] = AIR  # a channel, open at its walls
    model.tissue.code[40:44, :, 3:5] = CLOT
    inside = model.tissue.code == DERMIS
    model.matrix.collagen_1[inside] = rng.uniform(0.0, 150.0, inside.sum())
    model.matrix.collagen_1[~inside] = 0.0
    model.matrix.fragments[inside] = rng.uniform(0.0, 10.0, inside.sum())
    drainage = Drainage(model)
    drainage.particles[...] = drainage.pressure.restrict(inside * 4.0)
    ablated = np.where(inside & (rng.random(inside.shape) < 0.1), 0.7, 0.0)
    start = {name: drainage.content_mg(name) for name in KINDS}
    drainage.ablate(ablated, inside)
    for _ in range(30):
        drainage.step()
        model.time_h += 0.5
    for name in KINDS:
        rounding = 1e-6 if name == "fragments" else 1e-13  # fragments live in single precision
        left = drainage.eliminated_mg[name]
        total = drainage.content_mg(name) + left + drainage.ablated_mg.get(name, 0.0)
        assert total == pytest.approx(start[name], rel=rounding)
        assert left > 0.02 * start[name]
    assert drainage.elastotic.min() >= 0.0
    assert model.matrix.fragments.min() >= 0.0
    assert model.matrix.fragments[model.tissue.code == AIR].max() == 0.0


def test_a_pulse_moves_with_its_share_of_the_fluid():
    """The middle of a pulse in an even flow moves by ``m v t``, whatever the step and the smearing."""
    n, width, speed, mobility = 400, 20.0, 0.1, 0.3
    flow = np.zeros(n)
    flow[:-1] = speed * width**2
    out = np.zeros((n, 1, 1))
    out[-1] = speed * width**2
    content = np.zeros(n)
    content[5] = 7.0
    none, share, volume = np.zeros(n), np.full(n, mobility), np.full(n, width**3)
    left = 0.0
    for _ in range(10):
        left += carry(
            np.arange(n), flow, none, none, out, share, np.ones(n, bool), volume, content, np.zeros(n), 3600.0
        )
    moved = (np.sum(content * np.arange(n)) / content.sum() - 5.0) * width
    assert content.sum() * width**3 + left == pytest.approx(7.0 * width**3, rel=1e-13)
    assert moved == pytest.approx(mobility * speed * 36000.0, rel=1e-9)


def test_a_bare_surface_weeps_as_donor_sites_do():
    """Donor sites give off 0.38 mL/cm2 a day into foam (doi:10.14730/aaps.2019.25.1.22), open wounds 0.1 to 1."""
    lattice = Lattice.from_size(width_um=600, depth_um=1400, spacing_um=10, air_um=100)
    model = HealingModel(lattice=lattice, seed=4)
    z = np.arange(lattice.nz)[:, None, None]
    gone, dead = (np.broadcast_to(z < model.tissue.bed_z + rim, lattice.shape) for rim in (0, 2))
    model.injure(
        Injury(
            lattice=lattice,
            ablated=gone.astype(np.float32),
            damage={process: dead.astype(np.float32) for process in DAMAGE_PROCESSES},
            dose_min=np.where(dead, 1e6, 0.0).astype(np.float32),
            peak_temperature_c=np.where(dead, 90.0, 34.0).astype(np.float32),
            zones=Injury.none(lattice).zones,
            record={},
        )
    )
    for _ in range(48):
        model.step()
    model.close()
    assert 100.0 < model.observe()["exudate_ul_per_cm2"] < 1000.0
