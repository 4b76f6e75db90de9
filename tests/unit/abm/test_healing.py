"""Whole small runs: closure, debris, rest, determinism, and what each mechanism is for."""

from __future__ import annotations

import numpy as np
import pytest

from mendsim.abm import load_parameters
from mendsim.abm.agents import fibroblast, keratinocyte
from mendsim.abm.drugs.drug import drug_by_name
from mendsim.abm.observables import DRUG_PLACES, OBSERVABLES
from mendsim.common.errors import InputError
from mendsim.common.lattice import Lattice
from mendsim.thermal import Injury

STEPS_PER_DAY = 48


def run(model, days):
    for _ in range(round(days * STEPS_PER_DAY)):
        model.step()
    return model.observe()


def changed(**values):
    return load_parameters().with_overrides(
        {key.replace("__", "."): value for key, value in values.items()}, origin="test"
    )


def everything(model):
    """All content of a model as bytes, agents in order of id."""
    parts = [array.tobytes() for table in model.agent_columns().values() for array in table.values()]
    parts += [array.tobytes() for array in model.fields().values()]
    return parts + [array.tobytes() for array in model.vessel_table().values()] + [repr(model.observe()).encode()]


def test_a_zone_closes_and_lifts_and_sheds_its_debris(make, injury):
    model = make()
    model.injure(injury(model.lattice))
    start = model.observe()
    assert start["reepithelialised_fraction"] == pytest.approx(0.8, abs=0.03)
    early = run(model, 0.125)
    assert early["reepithelialised_fraction"] < 0.95
    day = run(model, 1.875)
    assert day["reepithelialised_fraction"] == 1.0
    assert day["debris_depth_um"] < start["debris_depth_um"] - 15.0
    late = run(model, 12)
    assert late["debris_count"] < 0.3 * start["debris_count"]
    assert late["debris_shed_count"] + late["debris_count"] == start["debris_count"]


def test_matrix_falls_before_it_rises(make, injury):
    model = make()
    before = model.observe()["collagen_mg_per_ml"]
    model.injure(injury(model.lattice))
    start = model.observe()
    later = run(model, 14)
    assert start["collagen_mg_per_ml"] < before
    assert later["denatured_collagen_mg_per_ml"] < 0.3 * start["denatured_collagen_mg_per_ml"]
    assert later["collagen_mg_per_ml"] > start["collagen_mg_per_ml"] + 0.5
    assert later["collagen_3_mg_per_ml"] / later["collagen_mg_per_ml"] > 0.12
    assert later["fibroblast_count"] > start["fibroblast_count"]


def test_untouched_skin_rests(make):
    model = make(lattice=Lattice.from_size(width_um=1500, depth_um=1400, spacing_um=10, air_um=100))
    before, after = model.observe(), run(model, 15)
    for name, about in OBSERVABLES.items():
        if about.dermal:
            assert after[name] == pytest.approx(before[name], rel=0.02, abs=1e-9), name
    assert after["keratinocyte_count"] == pytest.approx(before["keratinocyte_count"], rel=0.05)
    assert after["epidermal_melanin_pg"] == pytest.approx(before["epidermal_melanin_pg"], rel=0.05)


def test_a_sham_injury_changes_nothing(make):
    treated, untouched = make(), make()
    treated.injure(Injury.none(treated.lattice))
    run(treated, 0.5)
    run(untouched, 0.5)
    assert everything(treated) == everything(untouched)


@pytest.mark.parametrize("shuffled", [False, True])
def test_threads_and_row_order_do_not_matter(make, injury, shuffled):
    results = []
    for variant in (False, True):
        model = make(threads=2 if variant and not shuffled else 1)
        model.injure(injury(model.lattice, ablated_um=60.0))
        for day in range(4):
            if variant and shuffled:
                for kind in list(model.agents_by_type):
                    cells = model.population(kind)
                    cells.permute(np.random.default_rng(day).permutation(cells.n_rows))
            run(model, 1)
        results.append(everything(model))
    assert results[0] == results[1]


def test_another_seed_gives_another_run(make, injury):
    a, b = make(seed=1), make(seed=2)
    for model in (a, b):
        model.injure(injury(model.lattice))
        run(model, 0.5)
    assert everything(a) != everything(b)


def test_without_crawling_nothing_closes_in_two_days(make, injury, monkeypatch):
    monkeypatch.setattr(keratinocyte, "crawl", lambda model: None)
    model = make()
    model.injure(injury(model.lattice))
    start = model.observe()["reepithelialised_fraction"]
    assert run(model, 2)["reepithelialised_fraction"] == start


def test_without_division_debris_is_not_lifted(make, injury, monkeypatch):
    usual = make()
    usual.injure(injury(usual.lattice))
    start = usual.observe()
    lifted = start["debris_depth_um"] - run(usual, 3)["debris_depth_um"]
    monkeypatch.setattr(keratinocyte, "divide", lambda model: None)
    model = make()
    model.injure(injury(model.lattice))
    later = run(model, 3)
    assert start["debris_depth_um"] - later["debris_depth_um"] < 0.7 * lifted
    assert later["keratinocyte_count"] < start["keratinocyte_count"] < usual.observe()["keratinocyte_count"]
    assert run(model, 11)["epidermal_thickness_um"] < 0.7 * start["epidermal_thickness_um"]


def test_if_growing_cells_cannot_lift_debris_the_zone_stays_open(make, injury, monkeypatch):
    """Dead cells are put back on the bed after every step: what grows goes over them, not under."""
    usual, model = make(), make()
    for one in (usual, model):
        one.injure(injury(one.lattice))
    healthy = model._epidermis

    def weighed_down():
        healthy()
        cells, tissue = model.population(keratinocyte.Keratinocyte), model.tissue
        for x in range(model.lattice.nx):
            ids = tissue.occupant[:, 0, x][tissue.occupant[:, 0, x] > 0]
            rows = model.registry.row_of[ids]
            order = np.argsort(cells["kind"][rows] == keratinocyte.DEAD, kind="stable")
            tissue.occupant[tissue.bed_z[0, x] - len(ids) : tissue.bed_z[0, x], 0, x] = ids[order]
            cells["iz"][rows[order]] = np.arange(tissue.bed_z[0, x] - len(ids), tissue.bed_z[0, x])

    monkeypatch.setattr(model, "_epidermis", weighed_down)
    start = usual.observe()["debris_count"]
    open_, closed = run(model, 9), run(usual, 9)
    assert closed["reepithelialised_fraction"] == 1.0
    assert open_["reepithelialised_fraction"] < 0.9
    assert open_["debris_count"] > 0.8 * start
    assert closed["debris_count"] < 0.3 * start


def test_without_waking_fibroblasts_lay_nothing(make, injury, monkeypatch):
    monkeypatch.setattr(fibroblast, "respond", lambda model: None)
    model = make()
    model.injure(injury(model.lattice))
    start = model.observe()["collagen_mg_per_ml"]
    assert run(model, 5)["collagen_mg_per_ml"] <= start


def test_coagulated_vessels_lose_flow(make, injury):
    lattice = Lattice.from_size(width_um=1500, depth_um=1400, spacing_um=10, air_um=100)
    model = make(lattice=lattice)
    before = model.observe()
    model.injure(injury(lattice, width_um=300.0, depth_um=900.0))
    after = model.observe()
    assert after["flow_nl_per_min"] < before["flow_nl_per_min"]
    assert after["perfused_vessel_length_mm_per_mm2"] < before["perfused_vessel_length_mm_per_mm2"]
    assert run(model, 21)["perfused_vessel_length_mm_per_mm2"] > after["perfused_vessel_length_mm_per_mm2"]


def test_flow_is_conserved_at_every_inner_node(make):
    network = make().vessels
    v = network.segments
    balance = np.zeros(len(network.position_um))
    np.add.at(balance, v["node_a"], v["flow_nl_per_min"])
    np.add.at(balance, v["node_b"], -v["flow_nl_per_min"])
    inner = np.isnan(network.fixed_pressure_mmhg)
    assert np.abs(balance[inner]).max() < 1e-9 * np.abs(v["flow_nl_per_min"]).max()
    assert network.graph().number_of_edges() == len(v)


def dextran(model):
    return drug_by_name("dextran_20kda", model.parameters)


def everywhere(row):
    return sum(row[f"drug_{place}_ug_per_cm2"] for place in DRUG_PLACES)


def test_drug_is_neither_made_nor_lost_and_enters_through_channels(make, injury):
    totals, delivered = {}, {}
    for channel in (0.0, 80.0):
        model = make()
        model.injure(injury(model.lattice, width_um=channel, ablated_um=channel))
        model.apply_drug(dextran(model), 1000.0, duration_h=6.0, volume_ul_per_cm2=20.0)
        seen = [run(model, 0.125) for _ in range(4)]
        totals[channel] = [everywhere(row) for row in seen]
        delivered[channel] = seen[0]["drug_dermis_ug_per_cm2"] + seen[0]["drug_cleared_ug_per_cm2"]
    assert np.array(list(totals.values())) == pytest.approx(20.0, rel=1e-3)
    assert delivered[80.0] > 20.0 * delivered[0.0]


def test_a_second_application_adds_a_dose_and_no_second_physics(make, injury):
    once, twice = make(), make()
    for model in (once, twice):
        model.injure(injury(model.lattice, width_um=80.0, ablated_um=80.0))
        model.apply_drug(dextran(model), 1000.0, duration_h=6.0, volume_ul_per_cm2=20.0)
        run(model, 0.125)
    twice.apply_drug(dextran(twice), 0.0, duration_h=6.0, volume_ul_per_cm2=20.0)
    once.apply_drug(dextran(once), 1000.0, duration_h=6.0, volume_ul_per_cm2=20.0)
    rows = [run(model, 0.125) for model in (once, twice)]
    assert [everywhere(row) for row in rows] == pytest.approx([40.0, 20.0], rel=1e-3)
    assert [row["drug_given_ug_per_cm2"] for row in rows] == pytest.approx([40.0, 20.0])
    assert rows[0]["drug_dermis_ug_per_cm2"] > rows[1]["drug_dermis_ug_per_cm2"]
    with pytest.raises(InputError, match="one drug in a run"):
        once.apply_drug(drug_by_name("ascorbic_acid", once.parameters), 1.0, duration_h=1.0, volume_ul_per_cm2=1.0)


def test_a_cell_removed_from_outside_leaves_no_hole(make):
    model = make()
    ids = model.tissue.occupant[:, 0, 20]
    model.agent(int(ids[ids > 0][3])).remove()
    model.step()
    kept = model.tissue.occupant[:, 0, 20]
    inside = np.flatnonzero(kept > 0)
    assert len(inside) == inside[-1] - inside[0] + 1
    assert np.all(model.registry.row_of[kept[kept > 0]] >= 0)


def test_an_unknown_drug_lists_the_library():
    with pytest.raises(InputError, match="methotrexate"):
        drug_by_name("snake_oil", load_parameters())


def test_an_injury_on_another_lattice_is_refused(make, injury):
    other = Lattice(nz=60, ny=1, nx=20, spacing_um=10.0, air_sites=10)
    with pytest.raises(InputError, match="another lattice"):
        make().injure(injury(other))
