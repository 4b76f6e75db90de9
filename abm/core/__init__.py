"""Mesa agents over columns: the face of ordinary Mesa, the memory layout numba kernels want.

All knowledge of Mesa's insides stays in this package.
"""

from mendsim.abm.core.agent import ColumnAgent
from mendsim.abm.core.agentset import ColumnAgentSet
from mendsim.abm.core.births import BirthQueue
from mendsim.abm.core.bulk import bulk
from mendsim.abm.core.collector import ColumnDataCollector
from mendsim.abm.core.columns import Column
from mendsim.abm.core.groupby import ColumnGroupBy
from mendsim.abm.core.layers import FieldLayer
from mendsim.abm.core.model import ColumnModel
from mendsim.abm.core.parallel import WorkPool, row_chunks
from mendsim.abm.core.population import Population
from mendsim.abm.core.registry import AgentRemovedError, Registry
from mendsim.abm.core.section import SectionView

__all__ = [
    "AgentRemovedError",
    "BirthQueue",
    "Column",
    "ColumnAgent",
    "ColumnAgentSet",
    "ColumnDataCollector",
    "ColumnGroupBy",
    "ColumnModel",
    "FieldLayer",
    "Population",
    "Registry",
    "SectionView",
    "WorkPool",
    "bulk",
    "row_chunks",
]
