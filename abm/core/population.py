"""All agents of one type as a table: one row for each agent, one array for each column."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mendsim.abm.core.births import BirthQueue
from mendsim.abm.core.columns import Column
from mendsim.abm.core.registry import GONE, Registry, enlarged

_SMALLEST = 256  # rows of the first allocation


class Population:
    """The agents of one type.

    Rows of removed agents stay in place, marked by ``alive``, until :meth:`compact`.  Nothing a model computes may
    depend on the order of rows (:meth:`permute` is there to test it); identity is the id in ``uid``.

    Views returned by ``population["name"]``, ``uid`` and ``alive`` share memory with the population.  Adding,
    compacting or permuting may move rows, so take views afresh afterwards.
    """

    def __init__(self, agent_type: type, columns: dict[str, Column], registry: Registry) -> None:
        self.agent_type, self.columns, self.registry = agent_type, columns, registry
        self.code = registry.enrol(self)
        self.births = BirthQueue(columns)
        self._arrays: dict[str, NDArray[Any]] = {name: np.empty(0, column.dtype) for name, column in columns.items()}
        self._uid = np.empty(0, np.int64)
        self._alive = np.empty(0, np.bool_)
        self.n_rows = 0
        self.n_dead = 0

    def __len__(self) -> int:
        """Return the number of the living."""
        return self.n_rows - self.n_dead

    def __getitem__(self, name: str) -> NDArray[Any]:
        """Return a column over all rows, shape ``(n_rows,)``: what kernels are given."""
        try:
            return self._arrays[name][: self.n_rows]
        except KeyError:
            raise AttributeError(
                f"{self.agent_type.__name__} has no column {name!r}; it has {', '.join(self.columns)}"
            ) from None

    @property
    def uid(self) -> NDArray[np.int64]:
        """Ids, shape ``(n_rows,)``."""
        return self._uid[: self.n_rows]

    @property
    def alive(self) -> NDArray[np.bool_]:
        """False in rows whose agent was removed, shape ``(n_rows,)``."""
        return self._alive[: self.n_rows]

    def rows(self) -> NDArray[np.int64] | slice:
        """Rows of the living: a slice, hence zero-copy, when no row is empty."""
        return np.flatnonzero(self.alive) if self.n_dead else slice(0, self.n_rows)

    def add(self, n: int, **values: ArrayLike) -> NDArray[np.int64]:
        """Append ``n`` agents.

        Parameters
        ----------
        n : int
            How many.
        **values : scalar or array, shape (n,)
            Columns; those not named start at their default, ``born_h`` at the model's time.

        Returns
        -------
        ndarray of int64, shape (n,)
            Their ids.

        Raises
        ------
        TypeError
            For a column the type does not have, or a value it cannot hold.
        ValueError
            For an array of another length.
        """
        if unknown := values.keys() - self.columns.keys():
            kind, names = self.agent_type.__name__, ", ".join(sorted(unknown))
            raise TypeError(f"{kind} has no column {names}; it has {', '.join(self.columns)}")
        if "born_h" in self.columns:
            values.setdefault("born_h", self.registry.clock())
        given = {name: self._fitting(name, value, n) for name, value in values.items()}
        first, last = self.n_rows, self.n_rows + n
        self._reserve(last)
        for name, column in self.columns.items():
            self._arrays[name][first:last] = given.get(name, column.default)
        uids = self.registry.new_ids(n)
        self.registry.place(uids, self.code, np.arange(first, last, dtype=np.int32))
        self._uid[first:last], self._alive[first:last] = uids, True
        self.n_rows = last
        return uids

    def apply_births(self) -> NDArray[np.int64]:
        """Let queued children join, in the order of their parents' ids; return the children's ids."""
        if len(self.births) == 0:
            return np.empty(0, np.int64)
        parents, values = self.births.take()
        return self.add(len(parents), parent_id=parents, **values)

    def remove(self, rows: ArrayLike) -> NDArray[np.int64]:
        """Remove the agents in ``rows`` (indices or one boolean for each row); those already gone are passed over.

        Returns
        -------
        ndarray of int64
            Ids of those removed, ascending, so that what follows from a death does not depend on row order.
        """
        index = np.atleast_1d(rows)
        index = np.flatnonzero(index) if index.dtype == np.bool_ else np.unique(index.astype(np.int64))
        index = index[index != GONE]
        if len(index) and not 0 <= index[0] <= index[-1] < self.n_rows:
            raise IndexError(f"{self.agent_type.__name__} has {self.n_rows} rows, not {index[0]} to {index[-1]}")
        index = index[self.alive[index]]
        self._alive[index] = False
        self.n_dead += len(index)
        uids = np.sort(self._uid[index])
        self.registry.forget(uids)
        return uids

    def compact(self) -> None:
        """Close the gaps the dead left, keeping the order of rows.  Handles and sets hold ids, so they stay valid."""
        if self.n_dead:
            self._rearrange(np.flatnonzero(self.alive))

    def permute(self, order: ArrayLike) -> None:
        """Put the agent of row ``order[i]`` into row ``i``; to show that results do not depend on the order of rows."""
        index = np.asarray(order, np.int64)
        if not np.array_equal(np.sort(index), np.arange(self.n_rows)):
            raise ValueError(f"order must name each of the {self.n_rows} rows once")
        self._rearrange(index)

    def state(self) -> dict[str, NDArray[Any]]:
        """Return copies of ``uid`` and every column of the living, in row order."""
        rows = self.rows()
        return {"uid": self.uid[rows].copy(), **{name: self[name][rows].copy() for name in self.columns}}

    def check(self, state: dict[str, NDArray[Any]]) -> None:
        """Refuse a state that is not of this type.

        Raises
        ------
        ValueError
            If its columns are others, in name, dtype or length.
        """
        kind = self.agent_type.__name__
        expected = {"uid": np.dtype(np.int64), **{name: column.dtype for name, column in self.columns.items()}}
        found = {name: array.dtype for name, array in state.items()}
        if found != expected:
            wrong = sorted(name for name in found.keys() | expected.keys() if found.get(name) != expected.get(name))
            raise ValueError(f"saved {kind} has other columns than this version: {', '.join(wrong)}")
        if len({array.shape for array in state.values()}) > 1:
            raise ValueError(f"saved {kind} has columns of different lengths")

    def restore(self, state: dict[str, NDArray[Any]]) -> None:
        """Replace all agents by those of a state that :meth:`check` let pass, in a registry that was cleared."""
        n = len(state["uid"])
        self._reserve(n)
        for name in self.columns:
            self._arrays[name][:n] = state[name]
        self._uid[:n], self._alive[:n] = state["uid"], True
        self.n_rows, self.n_dead = n, 0
        self.births.take()
        self.registry.place(self.uid, self.code, np.arange(n, dtype=np.int32))

    def _fitting(self, name: str, value: ArrayLike, n: int) -> NDArray[Any]:
        array = self.columns[name].checked(value)
        if array.ndim and array.shape != (n,):
            raise ValueError(f"{self.agent_type.__name__}.{name} needs one value or {n}, got shape {array.shape}")
        return array

    def _rearrange(self, order: NDArray[np.int64]) -> None:
        n = len(order)
        for array in (*self._arrays.values(), self._uid, self._alive):
            array[:n] = array[order]
        self.n_rows = n
        self.n_dead = n - int(np.count_nonzero(self.alive))
        living = np.flatnonzero(self.alive)
        self.registry.place(self.uid[living], self.code, living.astype(np.int32))

    def _reserve(self, n: int) -> None:
        if n <= len(self._alive):
            return
        capacity = max(n, 2 * len(self._alive), _SMALLEST)
        self._arrays = {name: enlarged(array, capacity, 0) for name, array in self._arrays.items()}
        self._uid, self._alive = enlarged(self._uid, capacity, 0), enlarged(self._alive, capacity, False)
