"""Populations: rows come, go, move and close up, while ids stay what they are."""

from __future__ import annotations

import numpy as np
import pytest

from mendsim.abm.core import Column, ColumnAgent, ColumnModel


class Cell(ColumnAgent):
    size = Column("f8", unit="um", doc="diameter", default=1.0)
    tag = Column("i8", unit="1", doc="number told to the cell")


class TCell(ColumnAgent):
    tag = Column("i8", unit="1", doc="number told to the cell")


@pytest.fixture
def model():
    model = ColumnModel(rng=1)
    model.enrol([Cell, TCell])
    return model


@pytest.fixture
def cells(model):
    population = model.population(Cell)
    population.add(10, tag=np.arange(10))
    return population


def tags_by_id(population):
    rows = population.rows()
    return dict(zip(population.uid[rows].tolist(), population["tag"][rows].tolist(), strict=True))


def test_new_agents_get_consecutive_ids_defaults_and_the_models_time(model, cells):
    model.time_h = 3.5
    assert cells.add(2, size=[4.0, 5.0]).tolist() == [11, 12]
    assert model.population(TCell).add(1).tolist() == [13]
    assert cells["size"].tolist() == [1.0] * 10 + [4.0, 5.0]
    assert cells["born_h"].tolist() == [0.0] * 10 + [3.5] * 2
    assert cells["parent_id"].tolist() == [0] * 12
    assert cells.add(1, born_h=1.25).tolist() == [14]
    assert cells["born_h"][-1] == 1.25


def test_what_cannot_be_added_leaves_the_population_as_it_was(cells):
    with pytest.raises(TypeError, match=r"Cell has no column colour, shape; it has parent_id, born_h, size, tag"):
        cells.add(1, shape=1, colour=2)
    with pytest.raises(ValueError, match=r"Cell.tag needs one value or 3, got shape \(2,\)"):
        cells.add(3, tag=[1, 2])
    assert len(cells) == cells.n_rows == 10
    assert cells.add(1).tolist() == [11]


def test_views_share_memory_with_the_population(cells):
    view = cells["tag"]
    view[3] = 77
    assert cells["tag"][3] == 77
    assert np.shares_memory(view, cells["tag"])
    assert len(cells.uid) == len(cells.alive) == len(view) == cells.n_rows
    with pytest.raises(AttributeError, match="no column 'tagg'"):
        cells["tagg"]


def test_growth_keeps_every_value(cells):
    cells.add(5_000, tag=np.arange(10, 5_010))
    assert cells["tag"].tolist() == list(range(5_010))
    assert cells.uid.tolist() == list(range(1, 5_011))


def test_removed_agents_leave_gaps_that_compacting_closes(model, cells):
    removed = cells.remove([7, 2, 7])
    assert removed.tolist() == [3, 8]
    assert cells.remove(np.isin(cells["tag"], [2, 4])).tolist() == [5]
    assert (len(cells), cells.n_rows, cells.n_dead) == (7, 10, 3)
    before = tags_by_id(cells)
    last = model.agent(10)
    cells.compact()
    assert (len(cells), cells.n_rows, cells.n_dead) == (7, 7, 0)
    assert isinstance(cells.rows(), slice)
    assert tags_by_id(cells) == before
    assert last.tag == 9
    assert cells.add(1).tolist() == [11]  # ids of the dead are not used again


def test_rows_of_the_gone_are_passed_over_and_rows_that_never_were_are_refused(model, cells):
    cells.remove([4])
    assert cells.remove(model.registry.row_of[[5, 6]]).tolist() == [6]
    for rows in ([10], [-2]):
        with pytest.raises(IndexError, match="Cell has 10 rows"):
            cells.remove(rows)
    assert len(cells) == 8


def test_permuting_moves_rows_and_nothing_else(model, cells):
    cells.remove([1, 8])
    before, agent = tags_by_id(cells), model.agent(5)
    order = np.random.default_rng(0).permutation(10)
    old = cells.uid.copy()
    cells.permute(order)
    assert cells.uid.tolist() == old[order].tolist()
    assert tags_by_id(cells) == before
    assert agent.tag == 4
    assert (len(cells), cells.n_dead) == (8, 2)
    cells.compact()
    assert tags_by_id(cells) == before
    for wrong in ([0, 1], [0] * cells.n_rows):
        with pytest.raises(ValueError, match="each of the 8 rows once"):
            cells.permute(wrong)


def test_selections_survive_death_growth_and_compaction(model, cells):
    chosen = model.agents_by_type[Cell].select(model.agents_by_type[Cell].column("tag") >= 4)
    cells.remove([4])
    model.compact()
    Cell.create_agents(model, 5_000, tag=-1)
    cells.permute(np.random.default_rng(0).permutation(cells.n_rows))
    assert chosen.get("tag") == [5, 6, 7, 8, 9]
    assert chosen.rows.tolist() == model.registry.row_of[chosen.uids].tolist()


def test_births_join_in_the_order_of_their_parents_whatever_the_order_of_rows(model, cells):
    def family(order):
        m = ColumnModel(rng=1)
        p, t = m.enrol([Cell, TCell])
        p.add(10, tag=np.arange(10))
        p.permute(order)
        m.time_h = 2.0
        dividing = np.flatnonzero(p["tag"] % 3 == 0)
        t.births.queue(p.uid[dividing], tag=5)
        for part in np.array_split(dividing, 2):
            p.births.queue(p.uid[part], tag=100 + p["tag"][part])
        p.births.queue(p.uid[dividing], size=2.0)
        assert len(p.births) == 8
        m.apply_births()
        assert len(p.births) == 0
        daughters = p.uid > 10
        return [p[name][daughters].tolist() for name in p.columns] + [
            p.uid[daughters].tolist(),
            t["parent_id"].tolist(),
        ]

    parents, born, sizes, tags, uids, t_parents = family(np.arange(10))
    assert parents == [1, 1, 4, 4, 7, 7, 10, 10]
    assert born == [2.0] * 8
    assert sizes == [1.0, 2.0] * 4
    assert tags == [100, 0, 103, 0, 106, 0, 109, 0]
    assert uids == list(range(11, 19))
    assert t_parents == [1, 4, 7, 10]
    for seed in range(3):
        assert family(np.random.default_rng(seed).permutation(10)) == [parents, born, sizes, tags, uids, t_parents]


def test_births_are_checked_when_they_are_queued(cells):
    with pytest.raises(TypeError, match="cannot set 'colour'"):
        cells.births.queue([1], colour=1)
    with pytest.raises(TypeError, match="holds int64"):
        cells.births.queue([1], tag=0.5)
    with pytest.raises(ValueError, match="broadcast"):
        cells.births.queue([1, 2], tag=[1, 2, 3])
    cells.births.queue([])
    assert len(cells.births) == 0
    assert cells.apply_births().tolist() == []


def test_two_types_of_one_name_are_refused(model):
    with pytest.raises(ValueError, match="two types of agents are called Cell"):
        model.population(type("Cell", (ColumnAgent,), {}))
