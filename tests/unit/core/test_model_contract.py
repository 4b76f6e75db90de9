"""Models and agents over columns behave as Mesa's own."""

from __future__ import annotations

import gc
import inspect

import mesa
import pandas as pd
import pytest
from mesa.agent import AgentSet

from mendsim.abm.core import AgentRemovedError, ColumnAgent, ColumnModel

pytestmark = [
    pytest.mark.filterwarnings("ignore::PendingDeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
]


def ids(agents):
    return [agent.unique_id for agent in agents]


def methods_that_touch(cls, names):
    """Functions of a class in whose code one of the names occurs."""
    functions = {}
    for name, member in vars(cls).items():
        function = inspect.unwrap(member.fget if isinstance(member, property) else getattr(member, "__func__", member))
        if inspect.isfunction(function) and set(names) & set(function.__code__.co_names):
            functions[name] = function
    return set(functions)


def test_every_method_of_mesas_model_that_touches_agents_is_overridden():
    touching = methods_that_touch(mesa.Model, ["_agents", "_all_agents", "_agents_by_type", "agent_id_counter"])
    assert {"agents", "agents_by_type", "register_agent", "deregister_agent"} <= touching
    assert touching - {"__init__"} <= set(vars(ColumnModel))


def test_every_method_of_mesas_agent_that_needs_an_object_is_overridden():
    stateless = {"step", "advance", "random", "rng", "scenario", "__init_subclass__"}
    members = {n for n, v in vars(mesa.Agent).items() if inspect.isroutine(v) or isinstance(v, property)}
    assert members - stateless <= set(vars(ColumnAgent))


# Model and agents


def test_models_are_mesa_models(twins):
    model = twins.Model()
    assert isinstance(model, mesa.Model)
    assert isinstance(model.agents, AgentSet)
    assert isinstance(model.agents[0], mesa.Agent)
    assert model.agent_types == [twins.Cell, twins.TCell]
    assert list(model.agents_by_type) == [twins.Cell, twins.TCell]
    assert ids(model.agents_by_type[twins.TCell]) == ids(twins.PlainModel().agents_by_type[twins.PlainTCell])
    with pytest.raises(AttributeError, match="another name"):
        model.agents = 3
    with pytest.raises(TypeError, match="ColumnAgent"):
        twins.PlainCell(model)


def test_stepping_counts_and_stops_as_mesa_does(twins):
    plain, columns = twins.PlainModel(), twins.Model()
    for model in (plain, columns):
        for _ in range(3):
            model.step()
        model.user_data = 5
    assert columns.steps == plain.steps == 3
    assert columns.total == plain.total
    assert getattr(columns, "time", None) == getattr(plain, "time", None)
    assert columns.random.random() == plain.random.random()
    assert columns.rng.random() == plain.rng.random()
    for model in (plain, columns):
        model.reset_rng(3)
    assert columns.rng.random() == plain.rng.random()
    if hasattr(plain, "run_for"):
        for model in (plain, columns):
            model.run_for(4)
        assert columns.steps == plain.steps == 7
        assert columns.total == plain.total


def test_run_model_runs_until_told_to_stop(twins):
    class Brief(twins.Model):
        def step(self):
            super().step()
            self.running = self.steps < 4

    model = Brief()
    model.run_model()
    assert model.steps == 4


def test_new_agents_get_the_ids_mesa_gives(twins):
    plain, columns = twins.PlainModel(), twins.Model()
    for model in (plain, columns):
        model.kept[2].remove()
        model.kept[2].remove()
        model.deregister_agent(model.kept[5])
    assert ids(columns.agents) == ids(plain.agents)
    assert twins.Cell(columns, size=3.0).unique_id == twins.PlainCell(plain, size=3.0).unique_id
    assert twins.Cell(columns).size == 0.0
    frame = pd.DataFrame({"size": [1.0, 2.0]})
    assert twins.TCell.from_dataframe(columns, frame, kind=2).get(["size", "kind", "activation"]) == [
        [1.0, 2, 0.5],
        [2.0, 2, 0.5],
    ]
    with pytest.raises(TypeError, match="sequence"):
        twins.TCell.from_dataframe(columns, frame, kind=[1, 2])


def test_remove_all_agents(twins):
    plain, columns = twins.PlainModel(), twins.Model()
    plain.remove_all_agents()
    columns.remove_all_agents()
    assert len(columns.agents) == len(plain.agents) == 0
    assert columns.agents.get("size") == []
    assert twins.Cell(columns).unique_id == twins.PlainCell(plain).unique_id == twins.n_cells + twins.n_t_cells + 1


def test_agents_removed_before_their_turn_are_skipped(twins):
    plain, columns = twins.PlainModel(), twins.Model()
    plain.agents.do("kill_next", list(plain.agents))
    columns.agents.do("kill_next", list(columns.agents))
    assert ids(columns.agents) == ids(plain.agents)
    assert columns.agents.get("size") == plain.agents.get("size") == [99.0] * len(plain.agents)


def test_agents_born_during_a_call_wait_for_the_next(twins):
    model = twins.Model()
    model.agents.do(lambda a: twins.Cell(a.model, size=-1.0) and a.grow(10.0))
    assert len(model.agents) == 2 * (twins.n_cells + twins.n_t_cells)
    assert model.agents.agg("size", min) == -1.0


def test_reading_a_removed_agent_is_an_error_that_says_so(twins):
    model = twins.Model()
    agent = model.agents[0]
    agent.remove()
    assert agent not in model.agents
    with pytest.raises(AgentRemovedError, match="agent 1 has been removed"):
        _ = agent.size
    with pytest.raises(AgentRemovedError):
        model.agent(999)


def test_a_misspelt_attribute_is_an_error(twins):
    model = twins.Model()
    with pytest.raises(AttributeError, match="declare `sise = Column"):
        model.agents[0].sise = 1
    with pytest.raises(AttributeError, match="no column 'sise'"):
        model.agents.set("sise", 1)
    with pytest.raises(TypeError, match="no column sise; it has"):
        twins.Cell(model, sise=1)


# Identity


def test_an_agent_kept_in_a_dict_is_the_one_the_model_returns(twins):
    model = twins.Model()
    agent = model.agents[5]
    assert agent == model.agents[5]
    assert {agent: 1}[model.agents[5]] == 1
    assert model.agents[5] is agent
    assert agent != twins.Model().agents[5]


def test_mesas_own_agent_set_does_not_lose_agents_over_columns(twins):
    model = twins.Model()
    theirs = AgentSet(list(model.agents_by_type[twins.TCell]), random=model.random)
    gc.collect()
    assert len(theirs) == twins.n_t_cells
    next(iter(theirs)).remove()
    gc.collect()
    assert len(theirs) == twins.n_t_cells - 1
