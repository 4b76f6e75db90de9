"""One small model twice: of Mesa's own agents, and of agents over columns."""

from __future__ import annotations

from types import SimpleNamespace

import mesa
import numpy as np
import pytest

from mendsim.abm.core import Column, ColumnAgent, ColumnDataCollector, ColumnModel, bulk

N_CELLS, N_T_CELLS = 12, 5


class Behaviour:
    """What both kinds of agents can do, one agent at a time."""

    def grow(self, by=1.0):
        self.size += by
        return self.size

    def kill_next(self, everyone):
        i = [a.unique_id for a in everyone].index(self.unique_id)
        if self.kind == 0:
            everyone[(i + 1) % len(everyone)].remove()
        self.size = 99.0


class PlainCell(Behaviour, mesa.Agent):
    def __init__(self, model, size=0.0, kind=0):
        super().__init__(model)
        self.size, self.kind = size, kind

    def shrink(self, by):
        self.size -= by
        return self.size


class PlainTCell(PlainCell):
    def __init__(self, model, size=0.0, kind=0, activation=0.5):
        super().__init__(model, size, kind)
        self.activation = activation


class Cell(Behaviour, ColumnAgent):
    size = Column("f8", unit="um", doc="diameter")
    kind = Column("i8", unit="1", doc="code")

    @bulk
    def shrink(self, by):
        sizes = self.population["size"]
        sizes[self.rows] -= by
        return sizes[self.rows]


class TCell(Cell):
    activation = Column("f8", unit="1", doc="share of full activation", default=0.5)


REPORTERS = {
    "model_reporters": {"agents": lambda m: len(m.agents), "total": "total"},
    "agent_reporters": {"size": "size", "twice": lambda a: 2 * a.size, "sum": [lambda a, x: a.size + x, [10.0]]},
}


class Stepping:
    """What both models share."""

    def build(self, cell, t_cell, collector, n):
        self.cell, self.t_cell = cell, t_cell
        sizes = [float((7 * i) % 5) for i in range(n)]
        kinds = [i % 3 for i in range(n)]
        self.kept = list(cell.create_agents(self, n, size=sizes, kind=kinds))
        self.kept += list(t_cell.create_agents(self, N_T_CELLS, size=np.arange(N_T_CELLS) + 0.25, kind=1))
        by_type = {t_cell: {"activation": "activation", "id": lambda a: a.unique_id}, cell: {"kind": "kind"}}
        self.datacollector = collector(**REPORTERS, agenttype_reporters=by_type, tables={"deaths": ["who"]})

    @property
    def total(self):
        return sum(self.agents.get("size"))

    def step(self):
        self.agents.do("grow", 0.5)
        if self.steps == 2:
            self.kept[3].remove()
            self.datacollector.add_table_row("deaths", {"who": 4})
        self.datacollector.collect(self)


class PlainModel(Stepping, mesa.Model):
    def __init__(self, n=N_CELLS, rng=1):
        super().__init__(rng=rng)
        self.build(PlainCell, PlainTCell, mesa.DataCollector, n)


class ColumnsModel(Stepping, ColumnModel):
    def __init__(self, n=N_CELLS, rng=1, collector=ColumnDataCollector):
        super().__init__(rng=rng)
        self.build(Cell, TCell, collector, n)


@pytest.fixture
def twins():
    """The classes of both models; ``Plain...`` are Mesa's own."""
    return SimpleNamespace(
        PlainCell=PlainCell,
        PlainTCell=PlainTCell,
        PlainModel=PlainModel,
        Cell=Cell,
        TCell=TCell,
        Model=ColumnsModel,
        n_cells=N_CELLS,
        n_t_cells=N_T_CELLS,
    )
