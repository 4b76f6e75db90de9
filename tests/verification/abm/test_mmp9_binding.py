"""Free MMP9 against the law of mass action."""

from __future__ import annotations

from decimal import Decimal, localcontext
from types import SimpleNamespace

import numpy as np
import pytest

from mendsim.abm import load_parameters, signals

P = load_parameters()
MMP9_KDA, TIMP1_KDA = P["mmp9.molar_mass_kda"], P["timp1.molar_mass_kda"]
HELD = P["timp1.dissociation_nmol_per_l"]


def free(mmp9, timp1):
    """Free MMP9 in ng/mL of some mixtures, given in ng/mL."""
    both = (SimpleNamespace(concentration=np.atleast_1d(np.asarray(each, float))) for each in (mmp9, timp1))
    model = SimpleNamespace(parameters=P, **dict(zip(("mmp9", "timp1"), both, strict=True)))
    signals.bind_mmp9(model)
    return model.mmp9_active


def by_hand(mmp9, timp1):
    """Root of ``free (timp1 - mmp9 + free) = held (mmp9 - free)`` in nmol/L, to 60 digits, in ng/mL."""
    with localcontext() as context:
        context.prec = 60
        total, inhibitor = Decimal(mmp9) / Decimal(MMP9_KDA), Decimal(timp1) / Decimal(TIMP1_KDA)
        b = Decimal(HELD) + inhibitor - total
        root = (-b + (b * b + 4 * Decimal(HELD) * total).sqrt()) / 2
        return float(root * Decimal(MMP9_KDA))


def test_free_mmp9_is_the_root_of_mass_action_at_any_amounts():
    exponents = np.random.default_rng(2).uniform(-12.0, 9.0, (2, 300))
    mmp9, timp1 = 10.0**exponents
    exact = [by_hand(m, t) for m, t in zip(mmp9.tolist(), timp1.tolist(), strict=True)]
    np.testing.assert_allclose(free(mmp9, timp1), exact, rtol=1e-12)


def test_without_inhibitor_all_is_free():
    mmp9 = np.array([0.0, 1e-9, 1.0, 50.0, 1e6])
    np.testing.assert_allclose(free(mmp9, np.zeros(5)), mmp9, rtol=1e-14)


def test_much_inhibitor_leaves_the_share_of_its_dissociation():
    timp1 = TIMP1_KDA * HELD * np.array([0.1, 1.0, 10.0, 1e5])
    trace = 1e-9
    np.testing.assert_allclose(free(np.full(4, trace), timp1), trace * HELD / (HELD + timp1 / TIMP1_KDA), rtol=1e-8)


def test_much_mmp9_is_held_one_to_one():
    mmp9 = MMP9_KDA * HELD * 1e8
    timp1 = 0.5 * TIMP1_KDA * HELD * 1e8
    assert free(mmp9, timp1)[0] == pytest.approx(0.5 * mmp9, rel=1e-7)


def test_more_inhibitor_leaves_less():
    left = free(np.full(200, 80.0), np.linspace(0.0, 400.0, 200))
    assert np.all(np.diff(left) < 0.0)
    assert left.min() > 0.0


def test_no_mmp9_stays_none():
    assert free(0.0, 0.0)[0] == 0.0
    assert free(0.0, 100.0)[0] == 0.0
