"""Every public method of Mesa's AgentSet, called on both twins: results and errors must agree."""

from __future__ import annotations

import copy
import inspect
import operator

import numpy as np
import pytest
from mesa.agent import AgentSet

from mendsim.abm.core import ColumnAgentSet

pytestmark = [
    pytest.mark.filterwarnings("ignore::PendingDeprecationWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]


def plain_set(model):
    """Mesa's own AgentSet; in Mesa 3.5 ``model.agents`` is a private class with fewer methods."""
    return AgentSet(model.agents, random=model.random)


def ids(agents):
    return [agent.unique_id for agent in agents]


def ids_of_groups(groups):
    return {key: ids(group) for key, group in groups}


def some(s, *wanted):
    return s.select(lambda a: a.unique_id in wanted)


def first(s):
    return next(iter(s))


def stranger(s):
    """A living agent that is no member."""
    agent = next(iter(s))
    s.discard(agent)
    return agent


# For each public method of AgentSet, calls whose result (or error) must be the same for both.
CALLS = {
    "select": [
        lambda s, m: ids(s.select()),
        lambda s, m: s.select() is s,
        lambda s, m: s.select(inplace=True) is s,
        lambda s, m: ids(s.select(lambda a: a.size > 2)),
        lambda s, m: ids(s.select(lambda a: a.size > 2, at_most=3)),
        lambda s, m: ids(s.select(at_most=4)),
        lambda s, m: ids(s.select(at_most=0.5)),
        lambda s, m: ids(s.select(at_most=1.0)),
        lambda s, m: ids(s.select(at_most=1)),
        lambda s, m: ids(s.select(at_most=0)),
        lambda s, m: ids(s.select(at_most=0.0)),
        lambda s, m: ids(s.select(lambda a: a.kind == 1, at_most=0.2)),
        lambda s, m: ids(s.select(agent_type=m.t_cell)),
        lambda s, m: ids(s.select(agent_type=m.cell)),
        lambda s, m: ids(s.select(lambda a: a.kind == 1, agent_type=m.t_cell, at_most=2)),
        lambda s, m: (ids(s.select(lambda a: a.kind == 1, inplace=True)), ids(s)),
    ],
    "shuffle": [
        lambda s, m: sorted(ids(s.shuffle())),
        lambda s, m: ids(s.shuffle()) != ids(s),
        lambda s, m: (s.shuffle(inplace=True) is s, ids(s) != list(range(1, 18)), sorted(ids(s))),
    ],
    "sort": [
        lambda s, m: ids(s.sort("size")),
        lambda s, m: ids(s.sort("size", ascending=True)),
        lambda s, m: ids(s.sort(lambda a: a.kind)),
        lambda s, m: ids(s.sort(lambda a: (a.kind, -a.size), ascending=True)),
        lambda s, m: (s.sort("kind", inplace=True) is s, ids(s)),
        lambda s, m: ids(s.sort("unique_id")),
        lambda s, m: s.sort("nothing"),
    ],
    "do": [
        lambda s, m: (s.do("grow") is s, s.get("size")),
        lambda s, m: s.do("grow", 2.0).do("grow", by=3.0).get("size"),
        lambda s, m: s.do(lambda a, x, y: a.grow(x * y), 2.0, y=4.0).get("size"),
        lambda s, m: s.do("shrink", 1.5).get("size"),
        lambda s, m: s.do("shrink", by=1.5).get("size"),
        lambda s, m: some(s, 2, 3, 15).do("shrink", 1.0).get("size"),
        lambda s, m: s.do("nothing"),
    ],
    "shuffle_do": [
        lambda s, m: (s.shuffle_do("grow", 2.0) is s, s.get("size")),
        lambda s, m: s.shuffle_do("shrink", 2.0).get("size"),
        lambda s, m: s.shuffle_do(lambda a: a.grow()).get("size"),
        lambda s, m: ids(s.shuffle_do("grow")),
    ],
    "map": [
        lambda s, m: s.map("grow"),
        lambda s, m: s.map("grow", by=3.0),
        lambda s, m: s.map(lambda a, x: (a.unique_id, x), 5),
        lambda s, m: s.map("shrink", 1.0),
        lambda s, m: s.sort("size").map("shrink", 1.0),
        lambda s, m: s.map("nothing"),
    ],
    "agg": [
        lambda s, m: s.agg("size", min),
        lambda s, m: s.agg("kind", [min, max, sum, len]),
        lambda s, m: s.agg("size", [sum, np.mean, np.median]),
        lambda s, m: s.agg("size", lambda values: values.count(3.0)),
        lambda s, m: s.agg("unique_id", max),
        lambda s, m: some(s).agg("size", sum),
        lambda s, m: some(s).agg("size", max),
        lambda s, m: s.agg("nothing", max),
    ],
    "get": [
        lambda s, m: s.get("size"),
        lambda s, m: s.get("unique_id"),
        lambda s, m: s.get(["size", "kind"]),
        lambda s, m: s.get([]),
        lambda s, m: s.get("activation"),
        lambda s, m: s.get("activation", handle_missing="default", default_value=-1),
        lambda s, m: s.get(["activation", "size"], "default"),
        lambda s, m: s.get("size", handle_missing="other"),
        lambda s, m: all(model is m for model in s.get("model")),
    ],
    "set": [
        lambda s, m: (s.set("size", 4.0) is s, s.get("size")),
        lambda s, m: (len(some(s, 1, 14).set("kind", 9)), s.get("kind")),
    ],
    "add": [
        lambda s, m: (s.add(stranger(s)), ids(s)),
        lambda s, m: (s.add(first(s)), ids(s)),
        lambda s, m: (t := some(s, 1), t.add(s[14]), ids(t), t.get("size"))[2:],
    ],
    "discard": [
        lambda s, m: (s.discard(s[2]), ids(s)),
        lambda s, m: (s.discard(stranger(s)), ids(s)),
    ],
    "remove": [
        lambda s, m: (s.remove(s[2]), ids(s)),
        lambda s, m: s.remove(stranger(s)),
    ],
    "pop": [lambda s, m: (s.pop().unique_id, ids(s)), lambda s, m: some(s).pop()],
    "clear": [lambda s, m: (s.clear(), ids(s))],
    "groupby": [
        lambda s, m: ids_of_groups(s.groupby("kind")),
        lambda s, m: list(s.groupby("kind").groups),
        lambda s, m: list(s.groupby("size").groups),
        lambda s, m: ids_of_groups(s.groupby(lambda a: a.size > 2)),
        lambda s, m: ids_of_groups(s.groupby(lambda a: ("kind", a.kind))),
        lambda s, m: ids_of_groups(s.groupby("kind", result_type="list")),
        lambda s, m: isinstance(s.groupby("kind", result_type="list").groups[0], list),
        lambda s, m: (s.groupby("kind").count(), len(s.groupby("kind"))),
        lambda s, m: s.groupby("kind").agg("size", sum),
        lambda s, m: s.groupby("kind", result_type="list").agg("size", max),
        lambda s, m: s.groupby("kind").map(len),
        lambda s, m: s.groupby("kind").map("agg", "size", max),
        lambda s, m: (s.groupby("kind").do("do", "grow").count(), s.get("size")),
        lambda s, m: (s.groupby("kind").do(lambda g, x: g.set("size", x), 8.0).count(), s.get("size")),
    ],
    "to_list": [lambda s, m: ids(s.to_list())],
    "index": [
        lambda s, m: s.index(s[5]),
        lambda s, m: s.index(s[5], 2),
        lambda s, m: s.index(s[5], 6),
        lambda s, m: s.index(s[5], 2, 5),
        lambda s, m: s.index(s[5], -14, -2),
    ],
    "count": [lambda s, m: s.count(s[5]), lambda s, m: s.count(stranger(s))],
    "isdisjoint": [
        lambda s, m: s.isdisjoint(some(s, 3)),
        lambda s, m: some(s, 1, 2).isdisjoint(some(s, 3, 4)),
        lambda s, m: some(s, 1, 2).isdisjoint(list(s.select(agent_type=m.t_cell))),
    ],
    "special methods": [
        lambda s, m: (len(s), ids(s), ids(reversed(s))),
        lambda s, m: (s[0].unique_id, s[-1].unique_id, ids(s[2:9:3]), ids(s[::-1])),
        lambda s, m: s[99],
        lambda s, m: (first(s) in s, stranger(s) in s, "agent" in s, None in s),
        lambda s, m: ids(some(s, 1, 2, 14) & some(s, 14, 2, 5)),
        lambda s, m: ids(some(s, 1, 14) | some(s, 2, 14, 15)),
        lambda s, m: ids(some(s, 1, 2, 14) - some(s, 14)),
        lambda s, m: ids(some(s, 1, 2, 14) ^ some(s, 14, 3)),
        lambda s, m: ids(some(s, 1, 2) | [s[15], s[1]]),
        lambda s, m: ids(some(s, 1, 2) & [s[15], s[1]]),
        lambda s, m: ids(operator.ior(some(s, 1, 2), some(s, 2, 16))),
        lambda s, m: ids(operator.iand(some(s, 1, 2), some(s, 2, 16))),
        lambda s, m: ids(operator.isub(some(s, 1, 2), some(s, 2, 16))),
        lambda s, m: sorted(ids(operator.ixor(some(s, 1, 2), some(s, 2, 16)))),
        lambda s, m: [op(some(s, 1, 2), some(s, 1, 2)) for op in (operator.lt, operator.le, operator.eq, operator.ne)],
        lambda s, m: [op(some(s, 1), some(s, 1, 2)) for op in (operator.lt, operator.le, operator.gt, operator.ge)],
        lambda s, m: [op(some(s, 1, 3), some(s, 1, 2)) for op in (operator.lt, operator.le, operator.gt, operator.eq)],
        lambda s, m: hash(s),
        lambda s, m: ids(copy.copy(s)),
        lambda s, m: s.random is m.random,
    ],
}
CASES = [pytest.param(call, id=f"{name}-{i}") for name, calls in CALLS.items() for i, call in enumerate(calls)]


def answer(call, agents, model):
    try:
        return call(agents, model)
    except Exception as error:
        return type(error)


@pytest.mark.parametrize("live", [True, False], ids=["live", "selection"])
@pytest.mark.parametrize("call", CASES)
def test_agent_set_answers_as_mesas_own(twins, call, live):
    plain, columns = twins.PlainModel(), twins.Model()
    ours = columns.agents if live else ColumnAgentSet(columns, columns.agent_types, columns.agents.uids)
    if "to_list" in call.__code__.co_names and not hasattr(AgentSet, "to_list"):
        pytest.skip("this Mesa has no to_list")
    theirs, got = answer(call, plain_set(plain), plain), answer(call, ours, columns)
    if isinstance(theirs, type) and issubclass(theirs, AttributeError):
        assert issubclass(got, AttributeError)
    else:
        assert got == theirs
    assert columns.agents.get("size") == plain.agents.get("size")
    assert len(columns.agents) == len(plain.agents)  # no call on a set changes who lives


def public(cls):
    return {name for name, _ in inspect.getmembers(cls, inspect.isroutine) if not name.startswith("_")}


def test_every_public_method_of_mesas_agent_set_is_compared_above():
    assert public(AgentSet) <= set(CALLS)


def test_no_method_of_mesas_agent_set_is_left_to_visit_objects():
    left = {name for name in public(AgentSet) if getattr(ColumnAgentSet, name).__module__.startswith("mesa")}
    assert left == set()
