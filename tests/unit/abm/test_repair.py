"""What the epidermis is made of and repairs itself with: stem cells, levelling, plug, refill, MENDs."""

from __future__ import annotations

import numpy as np
import pytest

from mendsim.abm import load_parameters
from mendsim.abm.agents import keratinocyte_crawl
from mendsim.abm.agents.keratinocyte import Keratinocyte
from mendsim.abm.agents.melanocyte import Melanocyte
from mendsim.abm.mends import MEND_COLUMNS, TRACK_COLUMNS
from mendsim.abm.tissue import AIR, CELL_KIND, CLOT
from mendsim.common.lattice import Lattice

STEPS_PER_DAY = 48
BLOCK = Lattice.from_size(width_um=240, length_um=200, depth_um=500, spacing_um=10, air_um=100)


def changed(**values):
    named = {key.replace("__", "."): value for key, value in values.items()}
    return load_parameters().with_overrides(named, origin="test")


def run(model, days):
    for _ in range(round(days * STEPS_PER_DAY)):
        model.step()
    return model.observe()


@pytest.mark.parametrize("lattice", [None, BLOCK], ids=["section", "block"])
def test_stacks_stay_whole_through_two_injuries(make, injury, assert_whole, lattice):
    model = make(**({} if lattice is None else {"lattice": lattice}))
    for _ in range(2):
        model.injure(injury(model.lattice, width_um=100.0, ablated_um=60.0))
        assert_whole(model)
        for _ in range(5):
            run(model, 0.5)
            assert_whole(model)


def test_a_wound_of_the_whole_surface_leaves_a_bed_and_no_epidermis(make, injury, assert_whole):
    model = make()
    model.injure(injury(model.lattice, width_um=1e4, ablated_um=1e4, depth_um=200.0))
    assert model.observe()["keratinocyte_count"] == 0
    later = run(model, 1)
    assert_whole(model)
    assert later["reepithelialised_fraction"] == 0.0
    assert later["bare_bed_fraction"] == 1.0


def test_without_stem_cells_the_basal_layer_tires(make):
    tired = {}
    for divisions in (1, 4):
        model = make(parameters=changed(keratinocyte__amplifying_divisions=divisions, keratinocyte__basal_push_um=20.0))
        model.niche[...] = False
        before = model.observe()["keratinocyte_count"]
        after = run(model, 20)
        tired[divisions] = after["keratinocyte_count"] / before
    assert tired[1] < 0.8
    assert tired[1] < tired[4]


def test_tired_cells_are_pushed_off_the_membrane_by_a_line_from_a_niche(make):
    model = make()
    cells = model.population(Keratinocyte)
    cells["divisions_left"][...] = 0
    assert run(model, 14)["keratinocyte_count"] > 0.9 * make().observe()["keratinocyte_count"]
    cells = model.population(Keratinocyte)
    basal = (cells["kind"] == CELL_KIND["basal"]) & cells.alive
    assert np.mean(cells["divisions_left"][basal] > 0) > 0.5


def test_the_top_of_the_living_sheet_levels_out(make):
    rough = {}
    lattice = Lattice.from_size(width_um=1500, depth_um=400, spacing_um=10, air_um=100)
    for hours in (1.0, 12.0):
        steps = []
        for seed in range(3):
            model = make(lattice=lattice, seed=seed, parameters=changed(keratinocyte__levelling_h=hours))
            for _ in range(5):
                run(model, 1)
                kinds = model.cell_kinds()[:, 0]
                top = np.argmax((kinds > 0) & (kinds < CELL_KIND["corneocyte"]), axis=0)
                steps.append(np.mean(np.abs(np.diff(top)) >= 2))
        rough[hours] = np.mean(steps)
    assert rough[1.0] < 0.75 * rough[12.0]


def test_clot_sags_from_the_mouth_and_the_bed_rises_again(make, injury):
    model = make()
    model.injure(injury(model.lattice, width_um=160.0, ablated_um=120.0))
    sunk = model.tissue.bed_z - model.tissue.intact_bed_z
    assert sunk.max() >= 3
    assert sunk[0, :20].max() == 0
    open_ = np.flatnonzero(sunk[0])
    assert np.abs(np.diff(sunk[0, open_[0] - 1 : open_[-1] + 2])).max() == 1  # 45 degrees, so that cells can climb
    column = int(open_[len(open_) // 2])
    top = int(model.tissue.bed_z[0, column])
    assert model.tissue.code[top, 0, column] == CLOT
    assert model.tissue.code[top - 1, 0, column] == AIR
    plugged = run(model, 2)
    assert plugged["reepithelialised_fraction"] == 1.0
    assert (model.tissue.bed_z - model.tissue.intact_bed_z).max() > 0  # the plug reaches below the old border
    run(model, 26)
    left = model.tissue.bed_z - model.tissue.intact_bed_z
    assert left.min() == 0
    assert left.sum() < 0.8 * sunk.sum()


def test_lost_neighbours_call_cells_where_no_alarmin_does(make, injury, monkeypatch):
    closed = {}
    quiet = load_parameters().with_zeros(
        (
            "cytokine.alarmin_pg_per_dead_cell",
            "cytokine.clot_content_ng_per_mg_fibrin",
            "macrophage.cytokine_secretion_pg_per_h",
            "neutrophil.cytokine_secretion_pg_per_h",
            "microbe.cytokine_release_pg_per_million_cfu_h",
        ),
        origin="test",
    )
    for senses_edge in (True, False):
        model = make(parameters=quiet)
        model.injure(injury(model.lattice, width_um=300.0, ablated_um=300.0, depth_um=150.0))
        if not senses_edge:
            monkeypatch.setattr(keratinocyte_crawl, "near_gap", lambda *arguments: arguments[-1].fill(False))
        closed[senses_edge] = run(model, 1)["reepithelialised_fraction"]
    assert closed[True] > closed[False] + 0.1


def test_a_mend_is_followed_from_its_death_until_it_is_shed(make, injury):
    model = make(site="forearm")
    model.injure(injury(model.lattice))
    start = model.observe()
    run(model, 14)
    mends, track = model.mends.tables()
    assert set(mends) == set(MEND_COLUMNS)
    assert set(track) == set(TRACK_COLUMNS)
    first = int(np.argmax(mends["cells"]))
    assert mends["cells"][first] > 0.9 * start["debris_count"]
    assert mends["formed_h"][first] == 0.0
    assert 4.0 <= mends["covered_h"][first] <= 24.0
    assert 72.0 < mends["shed_h"][first] < 240.0
    assert mends["melanin_shed_pg"][first] == pytest.approx(mends["melanin_pg"][first], rel=0.15)
    own = track["mend"] == mends["number"][first]
    depth = track["depth_um"][own]
    day = track["time_h"][own] / 24.0
    assert np.all(np.diff(track["time_h"][own]) > 0)
    assert depth[day >= 3.0][0] < depth[0] - 20.0
    assert model.observe()["mend_count"] == 0


def test_a_second_injury_onto_shed_debris_makes_mends_of_its_own(make, injury):
    model = make(site="forearm")
    model.injure(injury(model.lattice))
    run(model, 12)
    first = len(model.mends.mends)
    assert model.mends.present() == 0
    model.injure(injury(model.lattice))
    seen = model.observe()
    assert seen["mend_count"] > 0
    new = model.mends.mends[first:]
    assert sum(mend.cells for mend in new) > 0.9 * seen["debris_count"]
    run(model, 12)
    shed = sum(mend.melanin_shed_pg for mend in new)
    assert shed == pytest.approx(sum(mend.melanin_pg for mend in new), rel=0.15)


def test_a_second_injury_onto_debris_adds_to_its_mend(make, injury):
    model = make()
    model.injure(injury(model.lattice, width_um=80.0))
    run(model, 0.25)
    before = model.observe()["debris_count"]
    model.injure(injury(model.lattice, width_um=160.0))
    after = model.observe()["debris_count"]
    assert after > before
    biggest = max(mend.cells for mend in model.mends.mends)
    assert biggest > 0.9 * after


def test_several_injuries_at_one_moment_are_each_drawn(make, injury):
    model = make()
    weak = injury(model.lattice, width_um=1e4)
    for name in weak.damage:
        weak.damage[name] = 0.3 * weak.damage[name]
    counts = [model.observe()["keratinocyte_count"]]
    for _ in range(2):
        model.injure(weak)
        counts.append(model.observe()["keratinocyte_count"])
    assert counts[1] == pytest.approx(0.7 * counts[0], rel=0.1)
    assert counts[2] == pytest.approx(0.7 * counts[1], rel=0.1)


def test_melanocytes_stay_on_a_bed_that_moves(make, injury):
    model = make(parameters=changed(melanocyte__division_time_d=2.0))
    model.injure(injury(model.lattice, width_um=160.0, ablated_um=120.0))
    run(model, 14)
    cells = model.population(Melanocyte)
    alive = cells.alive
    bed = model.tissue.bed_z[cells["iy"][alive], cells["ix"][alive]]
    assert np.array_equal(cells["iz"][alive], bed - 1)


def test_a_run_begins_at_time_zero_with_cells_of_no_later_birth(make):
    assert make().population(Keratinocyte)["born_h"].max() == 0.0


def test_no_side_is_favoured(make):
    """Corneocytes that spread and cells that level out go either way: the mean column of a living line stays put."""
    lattice = Lattice.from_size(width_um=1500, depth_um=400, spacing_um=10, air_um=100)
    moved = 0.0
    for seed in range(3):
        model = make(lattice=lattice, seed=seed)
        cells = model.population(Keratinocyte)
        start = dict(zip(cells.uid.tolist(), cells["ix"].tolist(), strict=True))
        run(model, 12)
        cells = model.population(Keratinocyte)
        ids = cells.uid[cells.alive].tolist()
        steps = [x - start[uid] for uid, x in zip(ids, cells["ix"][cells.alive].tolist(), strict=True) if uid in start]
        moved += np.mean(np.sign(steps))
    assert abs(moved / 3) < 0.03


def test_two_zones_are_two_mends(make, injury):
    model = make()
    once = injury(model.lattice, width_um=80.0)
    twice = {name: np.maximum(np.roll(a, 15, axis=2), np.roll(a, -15, axis=2)) for name, a in once.damage.items()}
    once.damage.update(twice)
    model.injure(once)
    large = [mend for mend in model.mends.mends if mend.cells > 5]
    assert len(large) == 2
    assert abs(large[0].cells - large[1].cells) < 0.3 * large[0].cells
