"""Latent TGF-beta1 that becomes active: to the last molecule, at its rate, and held by decorin."""

from __future__ import annotations

import numpy as np
import pytest

from mendsim.abm import load_parameters, signals
from mendsim.abm.model import HealingModel
from mendsim.common.lattice import Lattice

LATTICE = Lattice.from_size(width_um=160, depth_um=300, spacing_um=10, air_um=80)
SOLVER = 1e-5  # the solver stops at a relative residual of 1e-6
SECONDS = 3600.0


@pytest.fixture
def skin():
    """Make a small skin with latent TGF-beta1 here and there, and MMP9 elsewhere."""
    made = []

    def build(off=(), decays=True):
        model = HealingModel(lattice=LATTICE, parameters=load_parameters().with_zeros(off, origin="test"))
        rng = np.random.default_rng(7)
        model.latent_tgf_beta1.concentration[...] = rng.uniform(0.0, 5.0, model.latent_tgf_beta1.shape)
        model.mmp9_active[...] = rng.uniform(0.0, 500.0, model.mmp9.shape)
        if not decays:
            model.latent_tgf_beta1.decay_per_s = model.tgf_beta1.decay_per_s = 0.0
        made.append(model)
        return model

    yield build
    for model in made:
        model.close()


def step(model):
    """Activate and transport, with nothing set free from clot or matrix."""
    signals.release(model, np.zeros((2, *LATTICE.shape), np.float32))
    for field in (model.latent_tgf_beta1, model.tgf_beta1):
        field.step(model.step_h)


def test_what_latent_lost_in_one_step_active_gains_in_the_next(skin):
    model = skin(("tgf_beta1.decorin_binding_per_h",), decays=False)
    latent, active = model.latent_tgf_beta1, model.tgf_beta1
    start, lost, gained = latent.total_amount(), [], []
    for _ in range(12):
        before = latent.total_amount(), active.total_amount()
        step(model)
        lost.append(before[0] - latent.total_amount())
        gained.append(active.total_amount() - before[1])
    assert gained[0] == 0.0
    np.testing.assert_allclose(gained[1:], lost[:-1], rtol=0.0, atol=SOLVER * start)
    assert min(lost) > 100.0 * SOLVER * start


def test_without_decay_all_that_was_latent_ends_active(skin):
    model = skin(("tgf_beta1.decorin_binding_per_h",), decays=False)
    latent, active = model.latent_tgf_beta1, model.tgf_beta1
    start = latent.total_amount()
    for _ in range(400):
        on_the_way = latent.total_amount()
        step(model)
        assert active.total_amount() + on_the_way == pytest.approx(start, rel=100 * SOLVER)
    by_itself = (1.0 + model.parameters["tgf_beta1.activation_per_h"] * model.step_h) ** -400
    assert latent.total_amount() < by_itself * start


def test_decay_and_decorin_are_accounted_for(skin):
    model = skin()
    latent, active = model.latent_tgf_beta1, model.tgf_beta1
    start, decayed, held, activated = latent.total_amount(), 0.0, 0.0, 0.0
    for _ in range(60):
        arriving = activated
        step(model)
        by_itself = latent.decay_per_s * latent.total_amount() * SECONDS * model.step_h
        activated += latent.decayed - by_itself
        decayed += by_itself
        held += active.decayed
        assert latent.total_amount() + decayed + activated == pytest.approx(start, rel=60 * SOLVER)
        assert active.total_amount() + held == pytest.approx(arriving, rel=60 * SOLVER)
    assert min(decayed, held, activated) > 0.01 * start


@pytest.mark.parametrize("mmp9_over_half_effect", [0.0, 1.0, 1e12])
def test_activation_runs_at_its_rate(skin, mmp9_over_half_effect):
    model = skin(decays=False)
    p, latent = model.parameters, model.latent_tgf_beta1
    latent.concentration[...] = 3.0
    model.mmp9_active[...] = mmp9_over_half_effect * p["mmp9.half_effect_ng_per_ml"]
    share = mmp9_over_half_effect / (1.0 + mmp9_over_half_effect)
    per_h = p["tgf_beta1.activation_per_h"] + share * p["tgf_beta1.mmp9_activation_per_h"]
    for _ in range(10):
        step(model)
    np.testing.assert_allclose(latent.concentration, 3.0 / (1.0 + per_h * model.step_h) ** 10, rtol=10 * SOLVER)


def test_decorin_holds_active_in_proportion_to_collagen(skin):
    model = skin(decays=False)
    model.latent_tgf_beta1.concentration[...] = 0.0
    for share in (0.0, 0.5, 1.0):
        model.matrix.collagen_1[...] = share * model.site.collagen_mg_per_ml
        model.matrix.collagen_3[...] = 0.0
        model.tgf_beta1.concentration[...] = 2.0
        step(model)
        per_h = share * model.parameters["tgf_beta1.decorin_binding_per_h"]
        np.testing.assert_allclose(model.tgf_beta1.concentration, 2.0 / (1.0 + per_h * model.step_h), rtol=SOLVER)


def test_plasmin_sets_a_share_of_what_clot_holds_free_as_active(skin):
    model = skin(("tgf_beta1.decorin_binding_per_h",), decays=False)
    p, latent, active = model.parameters, model.latent_tgf_beta1, model.tgf_beta1
    latent.concentration[...] = 0.0
    left = np.zeros((2, *LATTICE.shape), np.float32)
    left[0, 20:30], left[1, 14:18] = 0.02, 0.3
    signals.release(model, left)
    for field in (latent, active):
        field.step(model.step_h)
    lysed, fibrin = (float(np.sum(each, dtype=float)) * LATTICE.site_volume_ml for each in left)
    clot = p["tgf_beta1.clot_content_ng_per_mg_fibrin"] * fibrin
    matrix = p["tgf_beta1.matrix_content_ng_per_mg_collagen"] * lysed
    share = p["tgf_beta1.plasmin_active_share"]
    assert active.total_amount() == pytest.approx(share * clot, rel=SOLVER)
    assert latent.total_amount() + latent.decayed == pytest.approx((1.0 - share) * clot + matrix, rel=SOLVER)
