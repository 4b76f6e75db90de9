"""Blood vessels: segments of a network that loses flow where heat coagulates it and regains it by sprouting."""

from __future__ import annotations

from mendsim.abm.core import Column, ColumnAgent


class Vessel(ColumnAgent):
    """One segment between two nodes of the network."""

    node_a = Column("i8", unit="1", doc="node at one end")
    node_b = Column("i8", unit="1", doc="node at the other end; the tip while the segment grows")
    radius_um = Column("f8", unit="um", doc="lumen radius")
    kind = Column("i1", unit="1", doc="0 arteriole, 1 capillary, 2 venule", default=1)
    flow_nl_per_min = Column("f8", unit="nL/min", doc="flow from node_a to node_b")
    perfused = Column("i1", unit="1", doc="1 if blood flows")
    coagulated = Column("i1", unit="1", doc="1 if heat closed it")
    growing = Column("i1", unit="1", doc="1 if node_b is the tip of a sprout")
    sprout = Column("i8", unit="1", doc="id of the first segment of its sprout, 0 for a vessel of intact skin")
