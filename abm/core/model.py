"""A Mesa Model whose agents live in populations."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NoReturn

import mesa
import numpy as np
from numpy.typing import NDArray

from mendsim.abm.core.agent import ColumnAgent, handle
from mendsim.abm.core.agentset import ColumnAgentSet
from mendsim.abm.core.mesa_clock import advance_to
from mendsim.abm.core.population import Population
from mendsim.abm.core.random_state import read_random_state, write_random_state
from mendsim.abm.core.registry import Registry


class ColumnModel(mesa.Model):
    """Base of models over columns; an ordinary Mesa model to its users.

    Parameters
    ----------
    rng : int, optional
        Seed of Mesa's own generators ``model.random`` and ``model.rng``.
    **options
        Whatever else the installed Mesa's Model takes.

    Attributes
    ----------
    time_h : float
        Model time in hours.  A model that knows time advances it, or makes it a property.
    """

    time_h: float = 0.0

    def __init__(self, *, rng: Any = None, **options: Any) -> None:
        super().__init__(rng=rng, **options)
        self._populations: dict[type, Population] = {}
        self.registry = Registry(self._clock_h)

    def _clock_h(self) -> float:
        return self.time_h

    def population(self, agent_type: type[ColumnAgent]) -> Population:
        """Return the population of a type; it is enrolled when first asked for."""
        try:
            return self._populations[agent_type]
        except KeyError:
            return self.enrol([agent_type])[0]

    def enrol(self, agent_types: Iterable[type[ColumnAgent]]) -> list[Population]:
        """Make empty populations, in this order, and return them.

        Births and saved states follow the order of enrolment, so a model enrols all its types when it is built.
        """
        wanted = list(agent_types)
        for agent_type in wanted:
            if agent_type.__name__ in {known.__name__ for known in self._populations if known is not agent_type}:
                raise ValueError(f"two types of agents are called {agent_type.__name__}")
            if agent_type not in self._populations:
                self._populations[agent_type] = Population(agent_type, agent_type.columns, self.registry)
        return [self._populations[agent_type] for agent_type in wanted]

    @property
    def populations(self) -> list[Population]:
        """All populations in the order they were enrolled."""
        return self.registry.populations

    def agent(self, uid: int) -> ColumnAgent:
        """Return the agent with this id."""
        return handle(self, uid)

    @property
    def agents(self) -> ColumnAgentSet:
        """All agents."""
        return ColumnAgentSet(self, self._populations)

    @agents.setter
    def agents(self, agents: object) -> NoReturn:  # noqa: ARG002 - a setter needs it
        raise AttributeError("model.agents is kept by Mesa; use another name")

    @property
    def agents_by_type(self) -> dict[type, ColumnAgentSet]:
        """All agents of each type that was enrolled."""
        return {agent_type: ColumnAgentSet(self, (agent_type,)) for agent_type in self._populations}

    @property
    def agent_types(self) -> list[type]:
        """Types that were enrolled."""
        return list(self._populations)

    def register_agent(self, agent: object) -> NoReturn:
        """Refuse an agent that is not over columns; Mesa's plain agents call this."""
        raise TypeError(f"{type(agent).__name__} must derive from ColumnAgent to join this model")

    def deregister_agent(self, agent: ColumnAgent) -> None:
        """Remove an agent from the model."""
        agent.remove()

    def remove_all_agents(self) -> None:
        """Remove every agent from the model."""
        self.agents.remove_from_model()
        self.compact()

    def apply_births(self) -> None:
        """Let queued children join: population by population, in each by the id of the parent."""
        for population in self.populations:
            population.apply_births()

    def compact(self) -> None:
        """Close the gaps that removed agents left in their populations."""
        for population in self.populations:
            population.compact()

    def state(self) -> dict[str, NDArray[Any]]:
        """Return everything the core holds as named arrays: agents, ids, Mesa's clock and generators.

        Restored into a model built the same way, the run goes on bit for bit.

        Raises
        ------
        RuntimeError
            If births are still queued; save between steps.
        """
        if any(len(population.births) for population in self.populations):
            raise RuntimeError("births are still queued; save a model between steps")
        state = {"next_id": np.array(self.registry.next_id), "steps": np.array(self.steps)}
        state.update(read_random_state(self))
        for population in self.populations:
            name = population.agent_type.__name__
            state.update({f"{name}/{column}": array for column, array in population.state().items()})
        return state

    def restore(self, state: dict[str, NDArray[Any]]) -> None:
        """Put back what :meth:`state` returned; every agent held so far is replaced.

        Raises
        ------
        ValueError
            If the state's types of agents or their columns are not this model's, or it is of an earlier step.
        """
        saved: dict[str, dict[str, NDArray[Any]]] = {p.agent_type.__name__: {} for p in self.populations}
        for key, array in state.items():
            kind, slash, column = key.partition("/")
            if not slash:
                continue
            if kind not in saved:
                raise ValueError(f"saved agents {kind} are unknown here; this model has {', '.join(saved)}")
            saved[kind][column] = array
        for population in self.populations:
            population.check(saved[population.agent_type.__name__])
        advance_to(self, int(state["steps"]))
        self.registry.clear(int(state["next_id"]))
        for population in self.populations:
            population.restore(saved[population.agent_type.__name__])
        write_random_state(self, state)
