"""Narrow zones close before wide ones, and zones among living skin long before a full-field wound (R06, R11)."""

from __future__ import annotations

import importlib.util
import sys
from itertools import pairwise
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "benchmarks" / "closure.py"


@pytest.fixture(scope="module")
def closure():
    spec = importlib.util.spec_from_file_location("closure_series", SOURCE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # a dataclass looks up its module by name
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


def test_closure_takes_longer_the_wider_the_slit(closure):
    found = [closure.close(closure.Case("width", width, 1)) for width in (60.0, 200.0, 400.0)]
    for narrow, wide in pairwise(found):
        assert narrow["widest_bare_um"] < wide["widest_bare_um"]
        assert 0.0 < narrow["closure_h"] < wide["closure_h"] < float("inf")


def test_a_full_field_wound_of_equal_volume_takes_at_least_three_times_as_long(closure):
    slits = closure.close(closure.Case("density", 20.0, 1))
    assert slits["closure_h"] < float("inf")
    full = closure.close(closure.Case("full", closure.TREATED_UM, 1), longest_h=3.0 * slits["closure_h"])
    assert full["left_bare_um"] > 0


def test_slits_and_full_field_remove_the_same_volume(closure):
    removed = {}
    for case in (closure.Case("density", 20.0, 1), closure.Case("full", closure.TREATED_UM, 1)):
        injury = closure.wounded(case)[2]
        skin = injury.ablated[injury.lattice.air_sites :]
        removed[case.series] = float(skin.sum()) * injury.lattice.spacing_um**2
    assert removed["density"] == pytest.approx(removed["full"])
    assert removed["full"] == pytest.approx(closure.TREATED_UM * closure.VOLUME_UM)
