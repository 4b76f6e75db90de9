"""One quantity that every agent of a type carries, declared once: dtype, unit, meaning, default, source."""

from __future__ import annotations

from typing import Any, overload

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray


class Column:
    """A quantity of an agent type, stored as one contiguous array over all agents of that type.

    Declared in the body of a :class:`~mendsim.abm.core.agent.ColumnAgent`.  On the class it is this description; on
    an agent it reads and writes that agent's row.

    Parameters
    ----------
    dtype : numpy dtype
        Type of the array's elements.
    unit : str
        Unit, ``"1"`` for a pure number or code.
    doc : str
        Meaning, in a few words.
    default : scalar
        Value of an agent that is given none.
    ref : str, optional
        Source of the definition or the default (DOI).

    Examples
    --------
    >>> from mendsim.abm.core import Column, ColumnAgent
    >>> class Fibroblast(ColumnAgent):
    ...     x_um = Column("f8", unit="um", doc="position along the skin surface")
    >>> Fibroblast.x_um.unit
    'um'
    """

    __slots__ = ("default", "doc", "dtype", "name", "ref", "unit")

    def __init__(self, dtype: DTypeLike, *, unit: str, doc: str, default: Any = 0, ref: str | None = None) -> None:
        self.dtype = np.dtype(dtype)
        if self.dtype.kind not in "biuf":
            raise TypeError(f"a column holds booleans, integers or floats, not {self.dtype}")
        self.unit, self.doc, self.default, self.ref = unit, doc, default, ref
        self.name = ""
        self.checked(default)

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, agent: None, owner: type | None = None) -> Column: ...
    @overload
    def __get__(self, agent: object, owner: type | None = None) -> Any: ...
    def __get__(self, agent: Any, owner: type | None = None) -> Any:
        if agent is None:
            return self
        return agent._population[self.name].item(agent._row())

    def __set__(self, agent: Any, value: Any) -> None:
        agent._population[self.name][agent._row()] = self.checked(value)

    def checked(self, value: ArrayLike) -> NDArray[Any]:
        """Return ``value`` as an array that this column can hold.

        Raises
        ------
        TypeError
            For a fraction in a column of whole numbers, which numpy would silently cut off, or for no number at all.
        """
        array = np.asarray(value)
        if array.dtype.kind not in "biuf" or (array.dtype.kind == "f" and self.dtype.kind in "biu"):
            raise TypeError(f"column {self.name!r} holds {self.dtype}, not {array.dtype} (got {value!r:.80})")
        return array

    def describe(self) -> dict[str, Any]:
        """Return what the declaration says, ready for JSON."""
        default = np.asarray(self.default).item()
        return {"dtype": self.dtype.str, "unit": self.unit, "doc": self.doc, "default": default, "ref": self.ref}

    def __repr__(self) -> str:
        return f"Column({self.name}: {self.dtype} [{self.unit}] {self.doc})"
