"""A behaviour written once, for one agent or a million."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mendsim.abm.core.agentset import ColumnAgentSet


class bulk:  # noqa: N801 - a decorator
    """Decorator for a behaviour of a set of agents of one type, usually one numba kernel.

    In the method, ``self`` is a :class:`~mendsim.abm.core.agentset.ColumnAgentSet`: ``self.population`` and
    ``self.rows`` are what a kernel needs.  It returns nothing, or an array with one value for each agent.

    ``agents.do("name")`` calls it once for all agents of a type, ``agents.map("name")`` hands out its values agent by
    agent, and ``agent.name()`` calls it on the set of that one agent.

    Examples
    --------
    >>> from mendsim.abm.core import Column, ColumnAgent, bulk
    >>> class Cell(ColumnAgent):
    ...     age_h = Column("f8", unit="h", doc="time since birth")
    ...
    ...     @bulk
    ...     def grow_older(self, dt_h):
    ...         self.population["age_h"][self.rows] += dt_h
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function
        functools.update_wrapper(self, function)

    def __get__(self, agent: Any, owner: type | None = None) -> Any:
        return self if agent is None else functools.partial(self._on_one, agent)

    def __call__(self, agents: ColumnAgentSet, *args: Any, **kwargs: Any) -> Any:
        """Act on a set of agents of one type."""
        return self.function(agents, *args, **kwargs)

    def _on_one(self, agent: Any, /, *args: Any, **kwargs: Any) -> Any:
        values = self.function(agent.as_set(), *args, **kwargs)
        return None if values is None else values[0]
