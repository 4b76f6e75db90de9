"""What columns add to Mesa's sets: behaviours of a whole set, whole columns, rows for kernels."""

from __future__ import annotations

import numpy as np
import pytest

from mendsim.abm.core import Column, ColumnAgent, ColumnModel, bulk


class Cell(ColumnAgent):
    size = Column("f8", unit="um", doc="diameter")

    @bulk
    def swell(self, by, power=1):
        """Swell by an amount."""
        self.model.calls.append((self.population.agent_type.__name__, len(self)))
        sizes = self.population["size"]
        sizes[self.rows] += by**power
        return sizes[self.rows]

    @bulk
    def divide(self):
        self.population.add(len(self), size=-1.0)

    @bulk
    def die(self):
        self.population.remove(self.rows)


class TCell(Cell):
    def swell(self, by, power=1):
        """One at a time, and not at all."""
        return "never"


class Vessel(Cell):
    activation = Column("i4", unit="1", doc="code")


@pytest.fixture
def model():
    model = ColumnModel(rng=1)
    model.calls = []
    Cell.create_agents(model, 4, size=[1.0, 2.0, 3.0, 4.0])
    TCell.create_agents(model, 2, size=7.0)
    Vessel.create_agents(model, 3, size=9.0)
    return model


def test_one_agent_and_a_set_share_one_behaviour(model):
    assert model.agents[1].swell(2.0, power=3) == 10.0
    assert Cell.swell(model.agents_by_type[Cell], 1.0).tolist() == [2.0, 11.0, 4.0, 5.0]
    assert model.calls == [("Cell", 1), ("Cell", 4)]
    assert Cell.swell.__doc__ == "Swell by an amount."
    assert model.agents[1].divide() is None


def test_a_behaviour_is_called_once_for_each_type_and_overriding_it_one_by_one_works(model):
    model.agents.do("swell", 1.0)
    assert model.calls == [("Cell", 4), ("Vessel", 3)]
    assert model.agents.get("size") == [2, 3, 4, 5, 7, 7, 10, 10, 10]
    mixed = model.agents.sort("size")
    assert mixed.map("swell", 1.0) == [11, 11, 11, "never", "never", 6, 5, 4, 3]


def test_behaviours_that_give_birth_or_kill(model):
    assert model.agents.map("divide") == [None] * 9
    assert len(model.agents) == 18
    half = model.agents.select(at_most=0.5)
    half.do("die")
    assert len(half) == 0
    assert len(model.agents) == 9
    model.agents_by_type[Vessel].do("die")
    model.agents.do("die")
    assert len(model.agents) == 0
    model.agents.do("swell", 1.0)
    assert model.agents.map("swell", 1.0) == []


def test_rows_are_in_the_order_of_the_set(model):
    cells = model.agents_by_type[Cell]
    cells[1].remove()
    assert cells.rows.tolist() == [0, 2, 3]
    assert cells.sort("size").rows.tolist() == [3, 2, 0]
    with pytest.raises(TypeError, match="not of one type"):
        _ = model.agents.rows


def test_columns_of_sets(model):
    cells = model.agents_by_type[Cell]
    whole = cells.column("size")
    assert np.shares_memory(whole, model.population(Cell)["size"])
    with pytest.raises(ValueError, match="read-only"):
        whole[0] = 3.0
    assert model.agents.column("size").tolist() == [1, 2, 3, 4, 7, 7, 9, 9, 9]
    assert model.agents.column("unique_id").tolist() == list(range(1, 10))
    assert cells.select(whole > 2.5).get("unique_id") == [3, 4]
    assert model.agents.select(model.agents.column("size") > 2.5, at_most=2, agent_type=Vessel).get("size") == [9, 9]
    with pytest.raises(AttributeError, match="Cell has no column 'activation'"):
        model.agents.column("activation")
    nobody = model.agents_by_type[Vessel].select(at_most=0)
    assert nobody.column("activation").dtype == np.int32
    model.agents.set("size", np.arange(9))
    assert model.agents_by_type[Vessel].get("size") == [6, 7, 8]


def test_shuffling_follows_the_models_seed(model):
    def order(seed):
        other = ColumnModel(rng=seed)
        Cell.create_agents(other, 50)
        return [other.agents.shuffle().get("unique_id") for _ in range(2)]

    assert order(1) == order(1)
    assert order(1) != order(2)
    assert order(1)[0] != order(1)[1]
