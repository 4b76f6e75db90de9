"""Aggregates of a column, as fast as numpy and as Mesa would give them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from mendsim.abm.core.agentset import ColumnAgentSet


def aggregate(agents: ColumnAgentSet, attribute: str, func: Callable[..., Any]) -> Any:
    """Apply ``func`` to the values of an attribute.

    ``min``, ``max``, ``sum``, ``len`` and numpy functions work on the column itself; any other function is given the
    list of Python numbers that Mesa would give it.
    """
    if not agents.has_column(attribute):
        return func(agents.get(attribute))
    if func in _VECTORISED:
        return _VECTORISED[func](agents.column(attribute))
    if isinstance(func, np.ufunc) or (getattr(func, "__module__", None) or "").startswith("numpy"):
        return func(agents.column(attribute))
    return func(agents.column(attribute).tolist())


def _sum(values: NDArray[Any]) -> Any:
    # Python sums floats in double precision, whatever the column's.
    return values.sum(dtype=np.float64 if values.dtype.kind == "f" else None).item()


_VECTORISED: dict[Callable[..., Any], Callable[[NDArray[Any]], Any]] = {
    min: lambda values: values.min().item(),
    max: lambda values: values.max().item(),
    sum: _sum,
    len: len,
}
