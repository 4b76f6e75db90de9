"""What fibroblasts and T cells share as agents: a place that is not bound to a site."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mendsim.abm.core import Column, ColumnAgent, Population

if TYPE_CHECKING:
    from mendsim.abm.model import HealingModel


class MovingCell(ColumnAgent):
    """A cell that moves freely through the dermis."""

    x_um = Column("f8", unit="um", doc="position along the section")
    y_um = Column("f8", unit="um", doc="position across the section")
    z_um = Column("f8", unit="um", doc="position from the top of the lattice")


def living(model: HealingModel, kind: type[MovingCell]) -> tuple[Population, NDArray[np.int64]]:
    """Return the population of a kind and the rows of its living cells."""
    cells = model.population(kind)
    return cells, np.arange(cells.n_rows)[cells.rows()]
