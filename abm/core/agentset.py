"""A Mesa AgentSet over columns."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from mendsim.abm.core.aggregation import aggregate
from mendsim.abm.core.bulk import bulk
from mendsim.abm.core.groupby import ColumnGroupBy, group_labels
from mendsim.abm.core.members import MemberSet

Method = str | Callable[..., Any]


class ColumnAgentSet(MemberSet):
    """Agents of one or more types, in order.

    It has the methods of Mesa's AgentSet and the same results, but works on whole columns wherever it can.  Who
    belongs to it is told by :class:`~mendsim.abm.core.members.MemberSet`.
    """

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
            keep = np.isin(self.model.registry.code_of[uids], [self.model.population(t).code for t in types])
        if callable(filter_func):
            keep[keep] = [bool(filter_func(self.model.agent(uid))) for uid in uids[keep].tolist()]
        elif filter_func is not None:
            keep &= filter_func
        chosen = uids[keep]
        if limit < len(chosen):
            chosen = chosen[: int(limit)]
        return self._with(chosen, types, inplace=inplace)

    def shuffle(self, inplace: bool = False) -> ColumnAgentSet:
        """Put the agents in random order."""
        # One number from the set's own generator seeds numpy's, which shuffles a million ids in milliseconds.
        order = np.random.default_rng(self.random.getrandbits(64)).permutation(len(self))
        return self._with(self.uids[order], inplace=inplace)

    def sort(self, key: Method, ascending: bool = False, inplace: bool = False) -> ColumnAgentSet:
        """Sort by a column or by what a function returns for each agent; equal agents keep their order."""
        if isinstance(key, str) and self.has_column(key):
            values = self.column(key)
            order = np.argsort(values, kind="stable") if ascending else _descending(values)
        else:
            keys = self._values(key)
            order = np.array(sorted(range(len(keys)), key=keys.__getitem__, reverse=not ascending), np.int64)
        return self._with(self.uids[order], inplace=inplace)

    def groupby(self, by: Method, result_type: Literal["agentset", "list"] = "agentset") -> ColumnGroupBy:
        """Group by a column or by what a function returns for each agent; groups in order of first appearance."""
        whole = isinstance(by, str) and self.has_column(by)
        keys, members = group_labels(self.column(str(by)) if whole else self._values(by))
        uids = self.uids
        groups: dict[Any, Any] = {key: self._with(uids[member]) for key, member in zip(keys, members, strict=True)}
        if result_type == "list":
            groups = {key: group.to_list() for key, group in groups.items()}
        return ColumnGroupBy(groups)

    def _values(self, of: Method) -> list[Any]:
        return self.get(of) if isinstance(of, str) else [of(agent) for agent in self]

    # Reading and writing

    def has_column(self, name: str) -> bool:
        """Whether every type of this set has the column."""
        return name == "unique_id" or all(name in t.columns for t in self.types)

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
            dtypes = [self.model.population(t)[name].dtype for t in self.types]
            values = np.empty(len(self), np.result_type(*dtypes) if dtypes else float)
            for population, rows, where in blocks:
                values[where] = population[name][rows]
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
            return list(map(list, zip(*columns, strict=True))) if columns else [[] for _ in range(len(self))]
        if handle_missing not in ("error", "default"):
            raise ValueError(f"Unknown handle_missing option: {handle_missing}, should be one of 'error' or 'default'")
        if self.has_column(attr_names):
            return self.column(attr_names).tolist()
        if handle_missing == "error":
            return [getattr(agent, attr_names) for agent in self]
        return [getattr(agent, attr_names, default_value) for agent in self]

    def set(self, attr_name: str, value: Any) -> ColumnAgentSet:
        """Set a column of all agents to a value, or to an array with one value for each agent.

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

    def do(self, method: Method, *args: Any, **kwargs: Any) -> ColumnAgentSet:
        """Call a method or function on each agent; a :class:`bulk` method is called once for each type."""
        self._act(method, args, kwargs)
        return self

    def shuffle_do(self, method: Method, *args: Any, **kwargs: Any) -> ColumnAgentSet:
        """Call a method or function on each agent in random order."""
        self.shuffle()._act(method, args, kwargs)
        return self

    def _act(self, method: Method, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        if not self._is_bulk(method):
            self.map(method, *args, **kwargs)
            return
        for of_type in self._by_type():
            behaviour = getattr(of_type.types[0], str(method))
            if isinstance(behaviour, bulk):
                behaviour(of_type, *args, **kwargs)
            else:
                of_type.map(method, *args, **kwargs)

    def map(self, method: Method, *args: Any, **kwargs: Any) -> list[Any]:
        """Call a method or function on each agent and return the results, one for each agent.

        Agents that are removed before their turn are left out, as in Mesa.
        """
        if self._is_bulk(method):
            return self._map_by_type(str(method), args, kwargs)
        if isinstance(method, str):
            call: Callable[[Any], Any] = operator.methodcaller(method, *args, **kwargs)
        else:
            call = lambda agent: method(agent, *args, **kwargs)  # noqa: E731
        registry = self.model.registry  # its arrays are looked up afresh, for births may move them
        return [call(self.model.agent(uid)) for uid in self.uids.tolist() if registry.row_of[uid] >= 0]

    def _is_bulk(self, method: Method) -> bool:
        return isinstance(method, str) and any(isinstance(getattr(t, method, None), bulk) for t in self.types)

    def _map_by_type(self, method: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[Any]:
        uids = self.uids
        result_of: dict[int, Any] = {}
        for of_type in self._by_type():
            behaviour, acting = getattr(of_type.types[0], method), of_type.uids
            if isinstance(behaviour, bulk):
                values = behaviour(of_type, *args, **kwargs)
                values = [None] * len(acting) if values is None else np.asarray(values).tolist()
            else:
                values = of_type.map(method, *args, **kwargs)
            result_of.update(zip(acting.tolist(), values, strict=True))
        return [result_of[uid] for uid in uids.tolist() if uid in result_of]

    def _by_type(self) -> list[ColumnAgentSet]:
        """Return the members of each type; if live and of one type, this set itself, which spares a look-up of ids."""
        if len(self.types) == 1:
            return [self]
        uids, registry = self.uids, self.model.registry
        code = registry.code_of[uids]
        return [self._with(uids[code == c], (registry.populations[c].agent_type,)) for c in np.unique(code)]


def _descending(values: NDArray[Any]) -> NDArray[np.int64]:
    """Order from large to small in which equal values keep their order, as ``sorted(reverse=True)`` does."""
    return len(values) - 1 - np.argsort(values[::-1], kind="stable")[::-1]
