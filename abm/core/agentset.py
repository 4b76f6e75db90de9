"""A Mesa AgentSet over columns: an array of ids, or everyone alive."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from mesa.agent import AgentSet
from numpy.typing import ArrayLike, NDArray

from mendsim.abm.core.aggregation import aggregate
from mendsim.abm.core.bulk import bulk
from mendsim.abm.core.groupby import ColumnGroupBy, group_labels

if TYPE_CHECKING:
    from mendsim.abm.core.agent import ColumnAgent
    from mendsim.abm.core.model import ColumnModel
    from mendsim.abm.core.population import Population

    Rows = NDArray[np.int64] | slice


class ColumnAgentSet(AgentSet):
    """Agents of one or more types, in order.

    It has the methods of Mesa's AgentSet and the same results, but works on whole columns wherever it can.

    Parameters
    ----------
    model : ColumnModel
        The model the agents live in.
    types : iterable of type
        Types of agents that may be members.
    uids : array of int64, optional
        Ids of the members, a fixed selection that agents leave when they are removed from the model.  Without it, the
        live set of everyone alive (``model.agents``, ``model.agents_by_type[T]``).
    """

    def __init__(self, model: ColumnModel, types: Iterable[type], uids: ArrayLike | None = None) -> None:
        self.model, self.types = model, tuple(types)
        self._selection = None if uids is None else np.asarray(uids, np.int64)
        self.random = model.random

    # Which agents

    @property
    def uids(self) -> NDArray[np.int64]:
        """Ids of the members alive now, in order, shape ``(len(self),)``."""
        if self._selection is not None:
            return self._selection[self.model.registry.row_of[self._selection] >= 0]
        parts = [p.uid[p.rows()] for p in map(self.model.population, self.types)]
        return np.concatenate(parts) if parts else np.empty(0, np.int64)

    def blocks(self) -> Iterator[tuple[Population, Rows, Any]]:
        """Yield ``(population, rows, where)`` for each type: rows of the members, and where they stand in this set."""
        if self._selection is None:
            start = 0
            for population in map(self.model.population, self.types):
                if len(population):
                    yield population, population.rows(), slice(start, start + len(population))
                start += len(population)
            return
        uids, registry = self.uids, self.model.registry
        code = registry.code_of[uids]
        for c in np.unique(code):
            where = slice(None) if len(self.types) == 1 else np.flatnonzero(code == c)
            yield registry.populations[c], registry.row_of[uids[where]].astype(np.int64), where

    @property
    def population(self) -> Population:
        """The population of a set of one type.

        Raises
        ------
        TypeError
            If the set is of several types.
        """
        if len(self.types) != 1:
            raise TypeError(f"{self!r} is of several types; select one")
        return self.model.population(self.types[0])

    @property
    def rows(self) -> NDArray[np.int64]:
        """Rows of the members of a set of one type, in the set's order: what a kernel is given."""
        population = self.population
        if self._selection is not None:
            return self.model.registry.row_of[self.uids].astype(np.int64)
        rows = population.rows()
        return np.arange(population.n_rows) if isinstance(rows, slice) else rows

    def __len__(self) -> int:
        if self._selection is not None:
            return len(self.uids)
        return sum(len(self.model.population(t)) for t in self.types)

    def __iter__(self) -> Iterator[ColumnAgent]:
        return map(self.model.agent, self.uids.tolist())

    def __reversed__(self) -> Iterator[ColumnAgent]:
        return map(self.model.agent, self.uids[::-1].tolist())

    def __contains__(self, agent: Any) -> bool:
        if getattr(agent, "model", None) is not self.model or not agent.alive:
            return False
        if self._selection is None:
            return type(agent) in self.types
        return bool(np.any(self._selection == agent.unique_id))

    def __getitem__(self, item: Any) -> Any:
        uids = self.uids[item]
        return self.model.agent(int(uids)) if np.ndim(uids) == 0 else [self.model.agent(u) for u in uids.tolist()]

    def index(self, value: Any, start: int = 0, stop: int | None = None) -> int:
        """Return the place of an agent in this set; as for a list."""
        uids = self.uids
        first, last, _ = slice(start, stop).indices(len(uids))
        found = np.flatnonzero(uids[first:last] == value.unique_id) if value in self else ()
        if len(found) == 0:
            raise ValueError(f"{value!r} is not in the set")
        return first + int(found[0])

    def count(self, value: Any) -> int:
        """Return 1 if the agent is a member, else 0."""
        return int(value in self)

    def to_list(self) -> list[ColumnAgent]:
        """Return the agents as a list."""
        return list(self)

    # Choosing and ordering

    def select(
        self,
        filter_func: Callable[[Any], bool] | NDArray[np.bool_] | None = None,
        at_most: float = float("inf"),
        inplace: bool = False,
        agent_type: type | None = None,
    ) -> ColumnAgentSet:
        """Select agents, as Mesa does.

        ``filter_func`` may also be an array of booleans, one for each member:
        ``agents.select(agents.column("z_um") < 100)``.
        """
        uids = self.uids
        limit = int(len(uids) * at_most) if isinstance(at_most, float) and at_most <= 1 else at_most
        types = self.types if agent_type is None else tuple(t for t in self.types if issubclass(t, agent_type))
        keep = np.ones(len(uids), np.bool_)
        if agent_type is not None:
            codes = [self.model.population(t).code for t in types]
            keep = np.isin(self.model.registry.code_of[uids], codes)
        if callable(filter_func):
            keep[keep] = [bool(filter_func(self.model.agent(uid))) for uid in uids[keep].tolist()]
        elif filter_func is not None:
            keep &= filter_func
        chosen = uids[keep]
        if limit < len(chosen):
            chosen = chosen[: int(limit)]
        result = self._with(chosen, inplace)
        result.types = types
        return result

    def shuffle(self, inplace: bool = False) -> ColumnAgentSet:
        """Put the agents in random order."""
        # One number from the set's own generator seeds numpy's, which shuffles a million ids in milliseconds.
        order = np.random.default_rng(self.random.getrandbits(64)).permutation(len(self))
        return self._with(self.uids[order], inplace)

    def sort(
        self, key: Callable[[Any], Any] | str, ascending: bool = False, inplace: bool = False
    ) -> ColumnAgentSet:
        """Sort by a column or by what a function returns for each agent; equal agents keep their order."""
        if self._is_column(key):
            values = self.column(key)
            order = np.argsort(values, kind="stable") if ascending else _descending(values)
        else:
            keys = self.get(key) if isinstance(key, str) else [key(agent) for agent in self]
            order = np.array(sorted(range(len(keys)), key=keys.__getitem__, reverse=not ascending), np.int64)
        return self._with(self.uids[order], inplace)

    def groupby(
        self, by: Callable[[Any], Any] | str, result_type: Literal["agentset", "list"] = "agentset"
    ) -> ColumnGroupBy:
        """Group by a column or by what a function returns for each agent; groups in order of first appearance."""
        if self._is_column(by):
            values: Any = self.column(by)
        else:
            values = self.get(by) if isinstance(by, str) else [by(agent) for agent in self]
        keys, members = group_labels(values)
        uids = self.uids
        groups: dict[Any, Any] = {key: self._with(uids[member]) for key, member in zip(keys, members, strict=True)}
        if result_type == "list":
            groups = {key: group.to_list() for key, group in groups.items()}
        return ColumnGroupBy(groups)

    # Reading and writing

    def column(self, name: str) -> NDArray[Any]:
        """Return a column in this set's order, read-only, shape ``(len(self),)``; zero-copy for all agents of a type.

        Raises
        ------
        AttributeError
            If a type of this set has no such column.
        """
        blocks = list(self.blocks())
        if name == "unique_id":
            values: NDArray[Any] = self.uids
        elif len(blocks) == 1:
            population, rows, _ = blocks[0]
            values = population[name][rows]
        else:
            parts = [(where, population[name][rows]) for population, rows, where in blocks]
            declared = [t.columns[name].dtype for t in self.types if name in t.columns]
            values = np.empty(len(self), np.result_type(*(part for _, part in parts)) if parts else (declared or [float])[0])
            for where, part in parts:
                values[where] = part
        values = values.view()
        values.flags.writeable = False
        return values

    def get(
        self,
        attr_names: str | Iterable[str],
        handle_missing: Literal["error", "default"] = "error",
        default_value: Any = None,
    ) -> list[Any]:
        """Return attributes as a list of values, or as a list of lists for several names."""
        if not isinstance(attr_names, str):
            columns = [self.get(name, handle_missing, default_value) for name in attr_names]
            return [list(values) for values in zip(*columns, strict=True)] if columns else [[] for _ in range(len(self))]
        if handle_missing not in ("error", "default"):
            raise ValueError(f"Unknown handle_missing option: {handle_missing}, should be one of 'error' or 'default'")
        if self._is_column(attr_names):
            return self.column(attr_names).tolist()
        if handle_missing == "error":
            return [getattr(agent, attr_names) for agent in self]
        return [getattr(agent, attr_names, default_value) for agent in self]

    def set(self, attr_name: str, value: Any) -> ColumnAgentSet:
        """Set an attribute of all agents to a value, or to an array with one value for each agent.

        Raises
        ------
        AttributeError
            If a type of this set has no such column.
        """
        for population, rows, where in self.blocks():
            target = population[attr_name]
            values = population.columns[attr_name].checked(value)
            target[rows] = values[where] if values.ndim else values
        return self

    def agg(self, attribute: str, func: Callable[..., Any] | Iterable[Callable[..., Any]]) -> Any:
        """Apply a function, or several, to the values of an attribute."""
        if callable(func):
            return aggregate(self, attribute, func)
        return [aggregate(self, attribute, f) for f in func]

    # Acting

    def do(self, method: str | Callable[..., Any], *args: Any, **kwargs: Any) -> ColumnAgentSet:
        """Call a method or function on each agent; a :class:`bulk` method is called once for each type."""
        self._call(method, args, kwargs)
        return self

    def shuffle_do(self, method: str | Callable[..., Any], *args: Any, **kwargs: Any) -> ColumnAgentSet:
        """Call a method or function on each agent in random order."""
        self.shuffle()._call(method, args, kwargs)
        return self

    def map(self, method: str | Callable[..., Any], *args: Any, **kwargs: Any) -> list[Any]:
        """Call a method or function on each agent and return the results, one for each agent."""
        return self._call(method, args, kwargs)

    def _call(self, method: str | Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[Any]:
        if isinstance(method, str) and any(isinstance(getattr(t, method, None), bulk) for t in self.types):
            return self._call_by_type(method, args, kwargs)
        call = operator.methodcaller(method, *args, **kwargs) if isinstance(method, str) else lambda a: method(a, *args, **kwargs)
        registry = self.model.registry  # its arrays are looked up afresh, for births may move them
        return [call(self.model.agent(uid)) for uid in self.uids.tolist() if registry.row_of[uid] >= 0]

    def _call_by_type(self, method: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[Any]:
        results = np.full(len(self), None, object)
        for population, _, where in list(self.blocks()):
            one_type = self._of_type(population.agent_type, where)
            behaviour = getattr(population.agent_type, method)
            if not isinstance(behaviour, bulk):
                results[where] = one_type._call(method, args, kwargs)
            elif (values := behaviour(one_type, *args, **kwargs)) is not None:
                results[where] = np.asarray(values).tolist()
        return results.tolist()

    def _of_type(self, agent_type: type, where: Any) -> ColumnAgentSet:
        # A live set stays live, so that kernels over a whole population need no array of ids.
        return ColumnAgentSet(self.model, (agent_type,), None if self._selection is None else self.uids[where])

    # Membership: a selection can shrink or grow; a live set becomes a selection when it is told to

    def add(self, agent: ColumnAgent) -> None:
        """Add an agent to this set, not to the model."""
        if agent not in self:
            self._with(np.append(self.uids, agent.unique_id), inplace=True)
            self.types = tuple(dict.fromkeys((*self.types, type(agent))))

    def discard(self, agent: Any) -> None:
        """Drop an agent from this set, not from the model, if it is a member."""
        if agent in self:
            uids = self.uids
            self._with(uids[uids != agent.unique_id], inplace=True)

    def remove(self, agent: Any) -> None:
        """Drop an agent from this set, not from the model.

        Raises
        ------
        KeyError
            If it is no member.
        """
        if agent not in self:
            raise KeyError(agent)
        self.discard(agent)

    def clear(self) -> None:
        """Empty this set; the agents stay in the model."""
        self._with(np.empty(0, np.int64), inplace=True)

    def remove_from_model(self) -> None:
        """Remove every member from the model."""
        for population, rows, _ in list(self.blocks()):
            population.remove(np.arange(population.n_rows)[rows])

    # What Mesa and Python need underneath

    def _is_column(self, name: Any) -> bool:
        return isinstance(name, str) and (name == "unique_id" or all(name in t.columns for t in self.types))

    def _with(self, uids: ArrayLike, inplace: bool = False) -> ColumnAgentSet:
        if inplace:
            self._selection = np.asarray(uids, np.int64)
            return self
        return ColumnAgentSet(self.model, self.types, uids)

    @property
    def _agents(self) -> dict[ColumnAgent, None]:
        # For a method of a newer Mesa that is not overridden here: correct, but one object for each agent.
        return dict.fromkeys(self)

    def _update(self, agents: Iterable[ColumnAgent]) -> ColumnAgentSet:
        return self._with(list(dict.fromkeys(agent.unique_id for agent in agents)), inplace=True)

    def _from_iterable(self, agents: Iterable[ColumnAgent]) -> ColumnAgentSet:
        # The operators & | - ^ build their result with this.
        types = {agent.unique_id: type(agent) for agent in agents}
        return ColumnAgentSet(self.model, dict.fromkeys((*self.types, *types.values())), list(types))

    def copy(self) -> ColumnAgentSet:
        """Return a selection of the present members."""
        return self._with(self.uids)

    __copy__ = copy

    def __deepcopy__(self, memo: dict[int, Any]) -> ColumnAgentSet:
        import copy

        twin = object.__new__(ColumnAgentSet)
        memo[id(self)] = twin
        twin.__dict__.update({name: copy.deepcopy(value, memo) for name, value in vars(self).items()})
        return twin

    def __getstate__(self) -> dict[str, Any]:
        return dict(vars(self))

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)

    def __repr__(self) -> str:
        return f"<ColumnAgentSet of {len(self)}: {', '.join(t.__name__ for t in self.types)}>"


def _descending(values: NDArray[Any]) -> NDArray[np.int64]:
    """Order from large to small in which equal values keep their order, as ``sorted(reverse=True)`` does."""
    return len(values) - 1 - np.argsort(values[::-1], kind="stable")[::-1]
