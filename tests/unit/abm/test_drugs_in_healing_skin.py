"""A drug in living skin: put on, injected, given again; what there is of it adds up and is free up to solubility."""

from __future__ import annotations

import math

import numpy as np
import pytest

from mendsim.abm.drugs.drug import drug_by_name
from mendsim.abm.drugs.injection import inject
from mendsim.abm.observables import DRUG_PLACES
from mendsim.abm.tissue import AIR, DERMIS, EPIDERMIS
from mendsim.common.errors import InputError
from mendsim.common.lattice import Lattice

SKIN = Lattice.from_size(width_um=400, depth_um=600, spacing_um=10, air_um=100)


def library(model, name):
    return drug_by_name(name, model.parameters)


def total(model):
    row = model.observe()
    return sum(row[f"drug_{place}_ug_per_cm2"] for place in DRUG_PLACES)


@pytest.fixture
def wounded(make, injury):
    """Make skin with a fresh open channel in its middle."""

    def build(**options):
        model = make(lattice=SKIN, **options)
        model.injure(injury(SKIN, width_um=120.0, depth_um=250.0, ablated_um=80.0))
        return model

    return build


@pytest.mark.parametrize("name", ["triamcinolone", "fluorouracil", "lidocaine", "platelet_rich_plasma"])
def test_all_places_together_hold_what_was_given_while_a_wound_heals(wounded, name):
    model = wounded()
    drug = library(model, name)
    model.apply_drug(drug, 2000.0, duration_h=3.0, volume_ul_per_cm2=20.0)
    model.inject_drug(drug, 500.0, volume_ul=1e-4, depth_um=350.0)
    for step in range(60):
        model.step()
        if step == 30:
            model.apply_drug(drug, 2000.0, duration_h=12.0, volume_ul_per_cm2=10.0)
        row = model.observe()
        assert total(model) == pytest.approx(row["drug_given_ug_per_cm2"], rel=1e-5)
        assert min(row[f"drug_{place}_ug_per_cm2"] for place in DRUG_PLACES) > -1e-6
    assert row["drug_given_ug_per_cm2"] > 60.0
    assert row["drug_donor_ug_per_cm2"] < 20.0
    assert row["drug_received_ug_per_cm2"] == 0.0


def test_of_a_donor_without_end_given_is_what_has_entered(wounded):
    model = wounded()
    model.apply_drug(library(model, "lidocaine"), 500.0, duration_h=4.0, volume_ul_per_cm2=math.inf)
    given = []
    for _ in range(12):
        model.step()
        given.append(model.observe()["drug_given_ug_per_cm2"])
        assert total(model) == pytest.approx(given[-1], rel=1e-5)
    assert np.all(np.diff(given[:8]) > 0.0)
    assert given[8:] == [given[7]] * 4


@pytest.mark.parametrize("name", ["triamcinolone", "lidocaine"])
def test_no_more_is_free_than_dissolves(wounded, name):
    model = wounded()
    drug = library(model, name)
    model.apply_drug(drug, 20_000.0, duration_h=6.0, volume_ul_per_cm2=20.0)
    for _ in range(8):
        model.step()
        free = model.delivery.transport.field.concentration
        assert free.max() <= 1.001 * min(drug["solubility_ug_per_ml"], 20_000.0)


def test_more_comes_through_an_open_channel_than_through_corneum(make, wounded):
    found = []
    for model in (make(lattice=SKIN), wounded()):
        model.apply_drug(library(model, "methotrexate"), 1000.0, duration_h=2.0, volume_ul_per_cm2=50.0)
        for _ in range(4):
            model.step()
        row = model.observe()
        found.append(row["drug_dermis_ug_per_cm2"] + row["drug_cleared_ug_per_cm2"])
    assert found[1] > 20.0 * found[0] > 0.0


def test_the_field_of_a_drug_is_what_skin_holds_and_leaves_out_what_lies_on_it(wounded):
    model = wounded()
    assert not model.fields()["drug"].any()
    model.apply_drug(library(model, "lidocaine"), 1000.0, duration_h=2.0, volume_ul_per_cm2=50.0)
    model.step()
    shown, codes, row = model.fields()["drug"], model.tissue.codes(), model.observe()
    assert not shown[codes == AIR].any()
    inside = sum(
        row[f"drug_{place}_ug_per_cm2"] for place in ("corneum", "epidermis", "channel", "dermis", "hypodermis")
    )
    area_cm2 = SKIN.surface_area_mm2 * 1e-2
    assert float(shown.sum(dtype=float)) * SKIN.site_volume_ml / area_cm2 == pytest.approx(inside, rel=1e-5)
    assert row["drug_donor_ug_per_cm2"] > inside


def test_a_drug_that_comes_twice_is_wiped_off_before(make):
    model = make(lattice=SKIN)
    for concentration in (1000.0, 400.0):
        model.apply_drug(library(model, "dextran_20kda"), concentration, duration_h=1.0, volume_ul_per_cm2=10.0)
    row = model.observe()
    assert row["drug_given_ug_per_cm2"] == pytest.approx(14.0)
    assert row["drug_removed_ug_per_cm2"] == pytest.approx(10.0)
    assert row["drug_donor_ug_per_cm2"] == pytest.approx(4.0)


def test_one_drug_in_a_run_also_by_injection(make):
    model = make(lattice=SKIN)
    model.inject_drug(library(model, "lidocaine"), 1000.0, volume_ul=1e-4, depth_um=300.0)
    with pytest.raises(InputError, match=r"^drug: one drug in a run \(got 'minoxidil'\); allowed: lidocaine$"):
        model.apply_drug(library(model, "minoxidil"), 1000.0, duration_h=1.0, volume_ul_per_cm2=1.0)


def test_particles_need_a_volume(make):
    model = make(lattice=SKIN)
    with pytest.raises(InputError, match=r"^volume: particles need a volume"):
        model.apply_drug(library(model, "poly_l_lactic_acid"), 1000.0, duration_h=1.0, volume_ul_per_cm2=math.inf)


def tip_in(model, kind, depth_um):
    z = SKIN.air_sites + int(depth_um / SKIN.spacing_um)
    assert model.tissue.codes()[z, 0, SKIN.nx // 2] == kind


def test_an_injection_into_the_dermis_lies_there_and_is_carried_off(make):
    model = make(lattice=SKIN)
    tip_in(model, DERMIS, 300.0)
    model.inject_drug(library(model, "lidocaine"), 1000.0, volume_ul=1e-4, depth_um=300.0)
    start = model.observe()
    assert start["drug_dermis_ug_per_cm2"] == pytest.approx(start["drug_given_ug_per_cm2"], rel=1e-6)
    assert start["drug_donor_ug_per_cm2"] == start["drug_removed_ug_per_cm2"] == 0.0
    for _ in range(8):
        model.step()
    after = model.observe()
    assert after["drug_cleared_ug_per_cm2"] > 0.5 * start["drug_given_ug_per_cm2"]


def test_a_tip_in_the_epidermis_goes_on_to_the_dermis(make):
    model = make(lattice=SKIN)
    tip_in(model, EPIDERMIS, 30.0)
    model.inject_drug(library(model, "lidocaine"), 1000.0, volume_ul=1e-5, depth_um=30.0)
    row = model.observe()
    assert row["drug_dermis_ug_per_cm2"] == pytest.approx(row["drug_given_ug_per_cm2"])
    z, _, x = np.argwhere(model.delivery.in_skin_ug_per_ml() > 0.0).mean(axis=0)
    assert abs(x - SKIN.nx // 2) < 5.0
    assert 0.0 < SKIN.depth_um[round(z)] < 200.0


def test_what_is_injected_into_an_open_channel_runs_out_of_it(make, injury):
    model = make(lattice=SKIN)
    model.injure(injury(SKIN, width_um=120.0, depth_um=400.0, ablated_um=120.0))
    tip_in(model, AIR, 60.0)
    depot = inject(model, 1e-5, 60.0)
    assert depot.leaked_share == pytest.approx(1.0)
    assert not depot.share.any()
    model.inject_drug(library(model, "lidocaine"), 1000.0, volume_ul=1e-5, depth_um=60.0)
    row = model.observe()
    assert row["drug_given_ug_per_cm2"] == row["drug_removed_ug_per_cm2"] > 0.0


def test_the_dose_of_an_injection_is_the_same_wherever_it_runs(make, injury):
    given = []
    for channel_um in (0.0, 60.0, 120.0):
        model = make(lattice=SKIN)
        model.injure(injury(SKIN, width_um=channel_um, depth_um=300.0, ablated_um=channel_um))
        model.inject_drug(library(model, "lidocaine"), 1000.0, volume_ul=1e-4, depth_um=400.0)
        given.append(model.observe()["drug_given_ug_per_cm2"])
        assert total(model) == pytest.approx(given[-1])
    assert given == pytest.approx([given[0]] * 3)
