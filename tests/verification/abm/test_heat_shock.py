"""Message and proteins of heat shock against their solution by hand, for steps of any length."""

from __future__ import annotations

import math

import numpy as np
import pytest

from mendsim.abm.agents import heat_shock
from mendsim.abm.agents.fibroblast import Fibroblast
from mendsim.abm.agents.keratinocyte import Keratinocyte
from mendsim.abm.agents.stacks import CORNEOCYTE
from mendsim.abm.model import HealingModel
from mendsim.common.lattice import Lattice
from mendsim.thermal import DAMAGE_PROCESSES, Injury

LATTICE = Lattice.from_size(width_um=1200, depth_um=400, spacing_um=10, air_um=80)


@pytest.fixture
def skin():
    model = HealingModel(lattice=LATTICE)
    yield model
    model.close()


def rates(p):
    """Loss of the message and of both proteins, 1/h."""
    halves = p["hsp70.message_half_life_h"], p["hsp70.half_life_h"], p["hsp47.half_life_h"]
    return [math.log(2.0) / half for half in halves]


def peak_h(message_per_h, loss_per_h):
    """When a protein is highest that is made by a message that falls."""
    return math.log(message_per_h / loss_per_h) / (message_per_h - loss_per_h)


def course(hours, message_per_h, loss_per_h, peak):
    """Protein above rest, of a message that starts full at 0 h, scaled to its peak."""

    def shape(t):
        return math.exp(-loss_per_h * t) - math.exp(-message_per_h * t)

    return peak * shape(hours) / shape(peak_h(message_per_h, loss_per_h))


def follow(model, hours, steps):
    model.step_h = hours / steps
    for _ in range(steps):
        heat_shock.step(model)


@pytest.mark.parametrize("steps", [1, 7, 60])
def test_message_and_proteins_are_exact_for_any_step(skin, steps):
    p, cells = skin.parameters, skin.population(Fibroblast)
    message, loss_70, loss_47 = rates(p)
    dose = np.linspace(0.0, 1.0, len(cells))
    cells["heat_message"][...] = dose
    hours = 30.0
    follow(skin, hours, steps)
    np.testing.assert_allclose(cells["heat_message"], dose * math.exp(-message * hours), rtol=1e-12)
    for name, loss, peak in (("hsp70", loss_70, p["hsp70.peak_ratio"]), ("hsp47", loss_47, p["hsp47.heat_ratio"])):
        np.testing.assert_allclose(cells[name], dose * course(hours, message, loss, peak - 1.0), rtol=1e-9)


@pytest.mark.parametrize(("protein", "peak"), [("hsp70", "hsp70.peak_ratio"), ("hsp47", "hsp47.heat_ratio")])
def test_a_full_dose_peaks_at_the_ratio_of_its_parameter(skin, protein, peak):
    p, cells = skin.parameters, skin.population(Fibroblast)
    message, loss_70, loss_47 = rates(p)
    cells["heat_message"][...] = 1.0
    top_h = peak_h(message, loss_70 if protein == "hsp70" else loss_47)
    seen = []
    for _ in range(200):
        follow(skin, top_h / 100.0, 1)
        seen.append(cells[protein][0])
    assert np.argmax(seen) == 99
    assert max(seen) == pytest.approx(p[peak] - 1.0, rel=1e-12)


def test_keratinocytes_show_hsp70_alone(skin):
    cells, p = skin.population(Keratinocyte), skin.parameters
    assert "hsp47" not in cells.columns
    living = cells.alive & (cells["kind"] < CORNEOCYTE)
    cells["heat_message"][living] = 1.0
    message, loss, _ = rates(p)
    follow(skin, peak_h(message, loss), 3)
    np.testing.assert_allclose(cells["hsp70"][living], p["hsp70.peak_ratio"] - 1.0, rtol=1e-12)
    assert not cells["hsp70"][cells.alive & ~living].any()


@pytest.mark.parametrize("steps", [1, 50])
def test_hsp47_follows_activation_to_its_goal(skin, steps):
    p, cells = skin.parameters, skin.population(Fibroblast)
    level = np.linspace(0.0, 1.0, len(cells))
    cells["activation"][...] = level
    follow(skin, p["hsp47.half_life_h"], steps)
    goal = (p["hsp47.synthesis_ratio"] - 1.0) * level
    np.testing.assert_allclose(cells["hsp47"], 0.5 * goal, rtol=1e-12)
    follow(skin, 60.0 * p["hsp47.half_life_h"], steps)
    np.testing.assert_allclose(cells["hsp47"], goal, rtol=1e-12)
    assert not cells["hsp70"].any()


def test_a_dose_starts_the_message_where_it_fell_and_never_lowers_it(skin):
    dose = np.zeros(LATTICE.shape, np.float32)
    dose[:, :, :60] = 0.6
    injury = Injury(
        lattice=LATTICE,
        ablated=np.zeros(LATTICE.shape, np.float32),
        damage={name: dose if name == "heat_shock" else np.zeros_like(dose) for name in DAMAGE_PROCESSES},
        dose_min=np.zeros_like(dose),
        peak_temperature_c=np.full_like(dose, 42.0),
        zones=Injury.none(LATTICE).zones,
    )
    cells, skins = skin.population(Fibroblast), skin.population(Keratinocyte)
    cells["heat_message"][...] = np.where(np.arange(len(cells)) % 2 == 0, 0.9, 0.1)
    before = cells["heat_message"].copy()
    heat_shock.take(skin, injury)
    hit = cells["x_um"] < 600.0
    assert 0 < hit.sum() < len(cells)
    np.testing.assert_allclose(cells["heat_message"], np.where(hit, np.maximum(before, 0.6), before), rtol=1e-6)
    living = skins.alive & (skins["kind"] < CORNEOCYTE)
    np.testing.assert_allclose(skins["heat_message"], np.where(living & (skins["ix"] < 60), 0.6, 0.0), rtol=1e-6)
