"""Groups of agents that share a value."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

try:
    from mesa.agentset import GroupBy  # Mesa >= 3.5
except ImportError:
    from mesa.agent import GroupBy


class ColumnGroupBy(GroupBy):
    """Mesa's GroupBy, aggregating over columns."""

    def agg(self, attr_name: str, func: Callable[..., Any]) -> dict[Hashable, Any]:
        """Apply a function to the values of an attribute in each group."""
        return {
            key: func([getattr(a, attr_name) for a in group]) if isinstance(group, list) else group.agg(attr_name, func)
            for key, group in self.groups.items()
        }


def group_labels(values: NDArray[Any] | Sequence[Hashable]) -> tuple[list[Hashable], list[NDArray[np.int64]]]:
    """Return the distinct values in order of first appearance, and the places where each stands, ascending."""
    if not isinstance(values, np.ndarray):
        places: dict[Hashable, list[int]] = {}
        for place, value in enumerate(values):
            places.setdefault(value, []).append(place)
        return list(places), [np.array(place, np.int64) for place in places.values()]
    keys, first, label = np.unique(values, return_index=True, return_inverse=True)
    by_label = np.argsort(label, kind="stable")
    members = np.split(by_label, np.cumsum(np.bincount(label, minlength=len(keys)))[:-1]) if len(keys) else []
    appearance = np.argsort(first)
    return keys[appearance].tolist(), [members[i] for i in appearance]
