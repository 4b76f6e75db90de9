"""Births that kernels ask for, held back until the whole step is known."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mendsim.abm.core.columns import Column


class BirthQueue:
    """Children waiting to join a population.

    Kernels and rules queue children in whatever order their rows lie in; they leave the queue sorted by the id of
    their parent (children of one parent in the order they were queued).  So the ids they get do not depend on row
    order, chunks or threads.
    """

    def __init__(self, columns: dict[str, Column]) -> None:
        self._columns = columns
        self._parents: list[NDArray[np.int64]] = []
        self._values: list[dict[str, NDArray[Any]]] = []

    def __len__(self) -> int:
        return sum(map(len, self._parents))

    def queue(self, parent_id: ArrayLike, **values: ArrayLike) -> None:
        """Queue one child for each entry of ``parent_id``.

        Parameters
        ----------
        parent_id : array of int64, shape (n,)
            Ids (not rows) of the parents, of this or another population.
        **values : scalar or array, shape (n,)
            Columns of the children; those not named start at their default.
        """
        parents = np.array(parent_id, np.int64, ndmin=1)
        if len(parents) == 0:
            return
        given = {}
        for name, value in values.items():
            column = self._columns.get(name)
            if column is None:
                raise TypeError(f"a birth cannot set {name!r}; it may set {sorted(self._columns)}")
            given[name] = np.array(np.broadcast_to(column.checked(value), parents.shape), column.dtype)
        self._parents.append(parents)
        self._values.append(given)

    def take(self) -> tuple[NDArray[np.int64], dict[str, NDArray[Any]]]:
        """Empty the queue: the parents' ids in ascending order, and the children's columns in that order."""
        parents = np.concatenate(self._parents) if self._parents else np.empty(0, np.int64)
        order = np.argsort(parents, kind="stable")
        values = {}
        for name in dict.fromkeys(name for given in self._values for name in given):
            column = self._columns[name]
            parts = [
                given.get(name, np.full(len(batch), column.default, column.dtype))
                for batch, given in zip(self._parents, self._values, strict=True)
            ]
            values[name] = np.concatenate(parts)[order]
        self._parents, self._values = [], []
        return parents[order], values
