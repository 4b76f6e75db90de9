"""The agent a user holds: a Mesa Agent without state of its own, only the address of its row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
from mesa import Agent

from mendsim.abm.core.agentset import ColumnAgentSet
from mendsim.abm.core.columns import Column
from mendsim.abm.core.registry import AgentRemovedError

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import ArrayLike

    from mendsim.abm.core.model import ColumnModel
    from mendsim.abm.core.population import Population

_POSITION_COLUMNS = ("x_um", "y_um", "z_um")


class ColumnAgent(Agent):
    """A Mesa agent whose attributes are columns of its type's population.

    Subclasses declare :class:`~mendsim.abm.core.columns.Column` objects and behaviours; they have no constructor of
    their own, since most agents are made by the thousand and never exist as objects.  An agent object is a handle,
    made when asked for: two handles on one agent are equal, and all of them see the same row.
    """

    __slots__ = ("_place", "model", "unique_id")
    columns: ClassVar[dict[str, Column]] = {}
    model: ColumnModel
    unique_id: int

    parent_id = Column("i8", unit="1", doc="id of the agent it was born from, 0 if it was placed", default=0)
    born_h = Column("f8", unit="h", doc="model time when it joined", default=0.0)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "__init__" in vars(cls):
            raise TypeError(
                f"{cls.__name__}: declare columns with defaults instead of __init__, which bulk creation skips"
            )
        for name, value in vars(cls).items():
            if isinstance(value, Column) and not isinstance(getattr(ColumnAgent, name, value), Column):
                raise TypeError(f"{cls.__name__}.{name}: a column may not hide an attribute of every agent")
        cls.columns = {
            name: value
            for base in reversed(cls.__mro__)
            for name, value in vars(base).items()
            if isinstance(value, Column)
        }

    def __init__(self, model: ColumnModel, **values: Any) -> None:
        # Mesa's constructor would register an object for every agent, so it is not called.
        population = model.population(type(self))
        _address(self, model, int(population.add(1, **values)[0]))

    @classmethod
    def create_agents(cls, model: ColumnModel, n: int, **values: ArrayLike) -> ColumnAgentSet:
        """Create ``n`` agents at once, each value a scalar or an array of length ``n``."""
        return ColumnAgentSet(model, (cls,), model.population(cls).add(n, **values))

    @classmethod
    def from_dataframe(cls, model: ColumnModel, df: pd.DataFrame, **constants: Any) -> ColumnAgentSet:
        """Create one agent for each row of a table whose columns are named as this type's.

        Raises
        ------
        TypeError
            If a constant is a sequence, as in Mesa.
        """
        for name, value in constants.items():
            if np.ndim(value):
                raise TypeError(
                    f"from_dataframe takes constants, but {name!r} is a sequence; make it a column of the table"
                )
        return cls.create_agents(model, len(df), **{str(name): df[name].to_numpy() for name in df.columns}, **constants)

    @classmethod
    def describe(cls) -> dict[str, dict[str, Any]]:
        """Return the declaration of every column, ready for JSON."""
        return {name: column.describe() for name, column in cls.columns.items()}

    @property
    def pos(self) -> tuple[float, ...] | None:
        """Where Mesa's renderers draw it: its place in the section it was taken from, else its position in um."""
        place = getattr(self, "_place", None)
        if place is not None:
            return place
        return tuple(getattr(self, axis) for axis in _POSITION_COLUMNS if axis in self.columns) or None

    @property
    def alive(self) -> bool:
        """Whether it is still in the model."""
        return self.model.registry.row_of.item(self.unique_id) >= 0

    def as_set(self) -> ColumnAgentSet:
        """Return the set of this one agent."""
        return ColumnAgentSet(self.model, (type(self),), [self.unique_id])

    def remove(self) -> None:
        """Remove the agent from the model; a second call does nothing."""
        if self.alive:
            self._population.remove(self._row())

    @property
    def _population(self) -> Population:
        return self.model.population(type(self))

    def _row(self) -> int:
        return self.model.registry.row(self.unique_id)

    def __setattr__(self, name: str, value: Any) -> None:
        if not hasattr(getattr(type(self), name, None), "__set__"):
            raise AttributeError(
                f"{type(self).__name__} has no column {name!r}; declare `{name} = Column(...)` on the class"
            )
        object.__setattr__(self, name, value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ColumnAgent) and self.unique_id == other.unique_id and self.model is other.model

    def __hash__(self) -> int:
        # Sets, dicts and Mesa's own weak AgentSet need an agent that outlives the expression that made it, and all
        # of them hash it first: keep it until it is removed.  While a model is being unpickled its registry brings
        # the kept agents itself.
        registry = getattr(getattr(self, "model", None), "registry", None)
        if registry is not None and registry.row_of.item(self.unique_id) >= 0:
            registry.pinned.setdefault(self.unique_id, self)
        return hash(self.unique_id)

    def __reduce__(self) -> tuple[Any, ...]:
        # In two parts, because an agent may be reached while the model that holds it is still being rebuilt.
        return _without_model, (type(self), self.unique_id), self.model

    def __setstate__(self, model: ColumnModel) -> None:
        object.__setattr__(self, "model", model)

    def __copy__(self) -> Self:
        return self

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.unique_id}>"


def handle(model: ColumnModel, uid: int) -> ColumnAgent:
    """Return the agent with this id: the handle a user keeps, else a new one."""
    registry = model.registry
    if registry.pinned and (kept := registry.pinned.get(uid)) is not None:
        return kept
    return _new_handle(model, uid)


def placed_handle(model: ColumnModel, uid: int, place: tuple[float, float]) -> ColumnAgent:
    """Return a new handle that carries its place in a drawn section."""
    agent = _new_handle(model, uid)
    object.__setattr__(agent, "_place", place)
    return agent


def _new_handle(model: ColumnModel, uid: int) -> ColumnAgent:
    registry = model.registry
    if not 0 < uid < registry.next_id:
        raise AgentRemovedError(f"there was never an agent {uid} in the model")
    code = registry.code_of.item(uid)
    if code < 0:
        raise AgentRemovedError(f"agent {uid} was removed before the model was saved")
    agent: ColumnAgent = object.__new__(registry.populations[code].agent_type)
    _address(agent, model, uid)
    return agent


def _address(agent: ColumnAgent, model: ColumnModel, uid: int) -> None:
    object.__setattr__(agent, "model", model)
    object.__setattr__(agent, "unique_id", uid)


def _without_model(agent_type: type[ColumnAgent], uid: int) -> ColumnAgent:
    agent = object.__new__(agent_type)
    object.__setattr__(agent, "unique_id", uid)
    return agent
