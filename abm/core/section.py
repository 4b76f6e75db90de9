"""A vertical section of the skin as a space that Mesa can draw."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from mesa.discrete_space import OrthogonalMooreGrid
from numpy.typing import NDArray

from mendsim.abm.core.agent import ColumnAgent, placed_handle
from mendsim.abm.core.agentset import ColumnAgentSet
from mendsim.abm.core.layers import FieldLayer
from mendsim.abm.core.population import Population
from mendsim.common.lattice import Lattice

if TYPE_CHECKING:
    from mendsim.abm.core.model import ColumnModel


class SectionView(OrthogonalMooreGrid):
    """What ``model.grid`` may be, so that Mesa's SpaceRenderer and SolaraViz draw a model over columns.

    To Mesa it is a grid one site thick, ``(nx, nz)``, with the skin surface on top.  It makes no cell objects, which
    would cost a thousand times the memory of the fields.

    Parameters
    ----------
    model : ColumnModel
        The model.
    lattice : Lattice
        Its lattice.
    layers : mapping of str to callable
        For each property layer a function that returns the field, shape ``(nz, ny, nx)``, or coarser by a whole
        factor along each axis (then the layer is a copy that cannot be written).
    agents : callable, optional
        Returns the agents to draw; all of them without it.  They need columns ``x_um, z_um`` (from the corner of the
        lattice) or ``ix, iz`` (site indices).
    iy : int
        Which section of a block.
    at_most : int
        Draw every second, third ... agent, so that no more than this many are drawn.
    """

    def __init__(
        self,
        model: ColumnModel,
        lattice: Lattice,
        *,
        layers: Mapping[str, Callable[[], NDArray[Any]]],
        agents: Callable[[], ColumnAgentSet] | None = None,
        iy: int = 0,
        at_most: int = 5_000,
    ) -> None:
        # Mesa's constructor would make one cell object for each site.
        self.model, self.lattice, self.iy = model, lattice, iy
        self.dimensions = (lattice.nx, lattice.nz)
        self.random, self.torus, self.capacity = model.random, False, None
        self._choose, self._at_most = agents, at_most
        self._mesa_property_layers = {
            name: FieldLayer(name, partial(_window, field, lattice, iy)) for name, field in layers.items()
        }

    @property
    def agents(self) -> SectionAgents:
        """The agents to draw; their ``pos`` is their place in this section."""
        chosen = self.model.agents if self._choose is None else self._choose()
        stride = max(1, -(-len(chosen) // self._at_most))
        return SectionAgents(chosen.select(np.arange(len(chosen)) % stride == 0), self.lattice)


class SectionAgents:
    """Agents of a section, each with its place in it, in sites from the bottom left."""

    def __init__(self, agents: ColumnAgentSet, lattice: Lattice) -> None:
        self._agents, self._lattice = agents, lattice

    def __len__(self) -> int:
        return len(self._agents)

    def __iter__(self) -> Iterator[ColumnAgent]:
        for population, rows, _ in self._agents.blocks():
            column, depth = _sites(population, rows, self._lattice.spacing_um)
            height = self._lattice.nz - 1 - depth
            for uid, place in zip(
                population.uid[rows].tolist(), zip(column.tolist(), height.tolist(), strict=True), strict=True
            ):
                yield placed_handle(self._agents.model, uid, place)


def _sites(population: Population, rows: Any, spacing_um: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Places in sites along x and z, counted from the centre of the first site."""
    if {"x_um", "z_um"} <= population.columns.keys():
        return population["x_um"][rows] / spacing_um - 0.5, population["z_um"][rows] / spacing_um - 0.5
    if {"ix", "iz"} <= population.columns.keys():
        return population["ix"][rows].astype(float), population["iz"][rows].astype(float)
    raise TypeError(f"{population.agent_type.__name__} has no place: neither columns x_um, z_um nor ix, iz")


def _window(read: Callable[[], NDArray[Any]], lattice: Lattice, iy: int) -> NDArray[Any]:
    """View of a section as Mesa wants it: x first, then height from below."""
    field = read()
    if field.shape == lattice.shape:
        return field[::-1, iy, :].T
    factors = [max(1, round(fine / coarse)) for fine, coarse in zip(lattice.shape, field.shape, strict=True)]
    section = field[:, min(iy // factors[1], field.shape[1] - 1), :]
    fine = section.repeat(factors[0], axis=0).repeat(factors[2], axis=1)[: lattice.nz, : lattice.nx]
    fine.flags.writeable = False
    return fine[::-1].T
