"""Where each agent of a model is: its id leads to its population and its row."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from mendsim.abm.core.population import Population

GONE = -1
"""Row of an agent that has been removed."""

FIRST_ID = 1
"""Mesa counts agents from 1; 0 stands for "nobody" (the parent of an agent that was placed, not born)."""


class AgentRemovedError(LookupError):
    """The agent was removed from the model; its columns no longer exist."""


class Registry:
    """Hands out ids, which are never used twice, and finds the row an id stands for.

    Parameters
    ----------
    clock : callable
        Returns the model's time in hours; new agents are stamped with it.

    Attributes
    ----------
    populations : list of Population
        In the order they were enrolled; a population's place is its ``code``.
    row_of, code_of : ndarray of int32, int8, indexed by id
        Row (``GONE`` once removed) and population of every agent; ``GONE`` if that was before the state was restored.
    next_id : int
        Id of the next agent.
    pinned : dict
        Handles a user keeps in a set or dict, so that they outlive the expression that made them.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self.clock = clock
        self.populations: list[Population] = []
        self.pinned: dict[int, Any] = {}
        self.clear(FIRST_ID)

    def clear(self, next_id: int) -> None:
        """Forget every agent and go on counting from ``next_id``."""
        self.row_of: NDArray[np.int32] = np.full(max(256, next_id), GONE, np.int32)
        self.code_of: NDArray[np.int8] = np.full(len(self.row_of), GONE, np.int8)
        self.next_id = next_id
        self.pinned.clear()

    def enrol(self, population: Population) -> int:
        """Add a population and return its code."""
        self.populations.append(population)
        return len(self.populations) - 1

    def new_ids(self, n: int) -> NDArray[np.int64]:
        """Return ``n`` ids that no agent has had; they stand for nobody until :meth:`place` is called."""
        first, self.next_id = self.next_id, self.next_id + n
        if self.next_id > len(self.row_of):
            capacity = max(self.next_id, 2 * len(self.row_of))
            self.row_of, self.code_of = enlarged(self.row_of, capacity, GONE), enlarged(self.code_of, capacity, GONE)
        return np.arange(first, self.next_id)

    def place(self, uids: NDArray[np.int64], code: int, rows: NDArray[np.int32]) -> None:
        """Record the rows of agents."""
        self.row_of[uids] = rows
        self.code_of[uids] = code

    def forget(self, uids: NDArray[np.int64]) -> None:
        """Record that agents are gone."""
        self.row_of[uids] = GONE
        if self.pinned:
            for uid in self.pinned.keys() & set(uids.tolist()):
                del self.pinned[uid]

    def row(self, uid: int) -> int:
        """Row of a living agent.

        Raises
        ------
        AgentRemovedError
            If it was removed.
        """
        row = self.row_of.item(uid)
        if row < 0:
            raise AgentRemovedError(f"agent {uid} has been removed from the model")
        return row


def enlarged(array: NDArray[Any], capacity: int, fill: Any) -> NDArray[Any]:
    """Return a longer copy of ``array``, its new end filled with ``fill``."""
    longer = np.full(capacity, fill, array.dtype)
    longer[: len(array)] = array
    return longer
