"""Which agents a set holds: an array of ids, or everyone alive."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from mesa.agent import AgentSet
from numpy.typing import ArrayLike, NDArray

if TYPE_CHECKING:
    from mendsim.abm.core.agent import ColumnAgent
    from mendsim.abm.core.model import ColumnModel
    from mendsim.abm.core.population import Population


class MemberSet(AgentSet):
    """The membership half of :class:`~mendsim.abm.core.agentset.ColumnAgentSet`: a Python set of agents, kept as ids.

    Parameters
    ----------
    model : ColumnModel
        The model the agents live in.
    types : iterable of type
        Types of agents that may be members.
    uids : array of int64, optional
        Ids of the members: a fixed selection that agents leave when they are removed from the model.  Without it, the
        live set of everyone alive (``model.agents``, ``model.agents_by_type[T]``).
    """

    def __init__(self, model: ColumnModel, types: Iterable[type[ColumnAgent]], uids: ArrayLike | None = None) -> None:
        self.model, self.types = model, tuple(types)
        self._selection = None if uids is None else np.asarray(uids, np.int64)
        self.random = model.random

    @property
    def uids(self) -> NDArray[np.int64]:
        """Ids of the members alive now, in order, shape ``(len(self),)``."""
        if self._selection is not None:
            return self._selection[self.model.registry.row_of[self._selection] >= 0]
        parts = [p.uid[p.rows()] for p in map(self.model.population, self.types)]
        return np.concatenate(parts) if parts else np.empty(0, np.int64)

    def blocks(self) -> Iterator[tuple[Population, Any, Any]]:
        """Yield ``(population, rows, where)`` for each type.

        ``rows`` are the rows of the members, an array or a slice; ``where`` is where they stand in this set.
        """
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
            raise TypeError(f"{self!r} is not of one type; select one")
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
        """Return the place of an agent in this set, as for a list."""
        uids = self.uids
        first, last, _ = slice(start, stop).indices(len(uids))
        found = np.flatnonzero(uids[first:last] == value.unique_id) if value in self else np.empty(0, np.int64)
        if len(found) == 0:
            raise ValueError(f"{value!r} is not in the set")
        return first + int(found[0])

    def count(self, value: Any) -> int:
        """Return 1 if the agent is a member, else 0."""
        return int(value in self)

    def to_list(self) -> list[ColumnAgent]:
        """Return the agents as a list."""
        return list(self)

    # Membership: a selection can shrink or grow; a live set that is told to becomes a selection

    def add(self, agent: ColumnAgent) -> None:
        """Add an agent to this set, not to the model."""
        if agent not in self:
            self._with(np.append(self.uids, agent.unique_id), (*self.types, type(agent)), inplace=True)

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
        self._with((), inplace=True)

    def remove_from_model(self) -> None:
        """Remove every member from the model."""
        for population, rows, _ in list(self.blocks()):
            population.remove(np.arange(population.n_rows)[rows])

    # Set algebra on ids; with anything but such a set of the same model, Python's own, agent by agent

    def _peers(self, other: object) -> bool:
        return isinstance(other, MemberSet) and other.model is self.model

    def __and__(self, other: Any) -> Any:
        if not self._peers(other):
            return super().__and__(other)
        uids = other.uids
        return self._with(uids[np.isin(uids, self.uids)])

    def __or__(self, other: Any) -> Any:
        if not self._peers(other):
            return super().__or__(other)
        extra = other - self
        return self._with(np.concatenate((self.uids, extra.uids)), (*self.types, *other.types))

    def __sub__(self, other: Any) -> Any:
        if not self._peers(other):
            return super().__sub__(other)
        uids = self.uids
        return self._with(uids[~np.isin(uids, other.uids)])

    def __xor__(self, other: Any) -> Any:
        return (self - other) | (other - self) if self._peers(other) else super().__xor__(other)

    def __le__(self, other: Any) -> Any:
        return bool(np.isin(self.uids, other.uids).all()) if self._peers(other) else super().__le__(other)

    def __ge__(self, other: Any) -> Any:
        return other <= self if self._peers(other) else super().__ge__(other)

    def __ior__(self, other: Any) -> Self:
        return self._become(self | other)

    def __iand__(self, other: Any) -> Self:
        return self._become(self & other)

    def __isub__(self, other: Any) -> Self:
        return self._become(self - other)

    def __ixor__(self, other: Any) -> Self:
        return self._become(self ^ other)

    def isdisjoint(self, other: Any) -> bool:
        """Whether the sets have no agent in common."""
        return not np.isin(self.uids, other.uids).any() if self._peers(other) else super().isdisjoint(other)

    # What Mesa and Python need underneath

    def _with(self, uids: ArrayLike, types: Iterable[type] | None = None, *, inplace: bool = False) -> Self:
        types = self.types if types is None else tuple(dict.fromkeys(types))
        if not inplace:
            return type(self)(self.model, types, uids)
        self._selection, self.types = np.asarray(uids, np.int64), types
        return self

    def _become(self, other: MemberSet) -> Self:
        self._with(other.uids, other.types, inplace=True)
        return self

    @property
    def _agents(self) -> dict[ColumnAgent, None]:
        # For a method of a newer Mesa that is not overridden here: correct, but one object for each agent.
        return dict.fromkeys(self)

    def _update(self, agents: Iterable[ColumnAgent]) -> Self:
        return self._become(self._from_iterable(agents))

    def _from_iterable(self, agents: Iterable[ColumnAgent]) -> Self:
        # Python's set operators build their result with this.
        types = {agent.unique_id: type(agent) for agent in agents}
        return self._with(list(types), (*self.types, *types.values()))

    def copy(self) -> Self:
        """Return a selection of the present members."""
        return self._with(self.uids)

    __copy__ = copy

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {len(self)}: {', '.join(t.__name__ for t in self.types)}>"
