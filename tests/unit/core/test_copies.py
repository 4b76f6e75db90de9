"""Copied and pickled models, and models that are done with."""

from __future__ import annotations

import copy
import gc
import pickle
import weakref

import pytest
from mesa.agent import AgentSet

pytestmark = pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")


def ids(agents):
    return [agent.unique_id for agent in agents]


def running_model(twins):
    """A model with everything that is hard to pickle: sets, kept handles, agents that reach the model and back."""
    model = twins.Model()
    model.datacollector = None
    model.chosen = model.agents.select(at_most=4)
    model.mesa_set = AgentSet(list(model.agents_by_type[twins.TCell]), random=model.random)
    model.by_agent = {model.agents[2]: "two"}
    model.agents[6].remove()
    return model


def pickled(model):
    return pickle.loads(pickle.dumps(model))  # noqa: S301 - our own bytes


@pytest.mark.parametrize("clone", [copy.deepcopy, pickled])
def test_a_copied_model_goes_on_alone_and_alike(twins, clone):
    model = running_model(twins)
    twin = clone(model)
    gc.collect()
    assert len(twin.mesa_set) == twins.n_t_cells
    assert all(agent.model is twin for agent in twin.mesa_set)
    assert twin.by_agent[twin.agents[2]] == "two"
    for m in (model, twin):
        m.agents.shuffle_do("shrink", 0.25)
        twins.Cell(m, size=m.random.random())
    assert twin.agents.get("size") == model.agents.get("size")
    assert ids(twin.agents) == ids(model.agents)
    assert ids(twin.chosen) == ids(model.chosen)
    twin.agents.set("size", -1.0)
    assert model.agents.agg("size", min) > -1.0


def test_models_of_a_sweep_are_not_kept_alive(twins):
    references = []
    for seed in range(3):
        model = twins.Model(rng=seed)
        model.step()
        hash(model.agents[0])
        references.append(weakref.ref(model))
    del model
    gc.collect()
    assert [reference() for reference in references] == [None] * 3
