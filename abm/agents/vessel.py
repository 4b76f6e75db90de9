"""Blood vessels and the cells at the tips of sprouts."""

from __future__ import annotations

from mendsim.abm.agents.moving_cell import MovingCell
from mendsim.abm.core import Column, ColumnAgent


class Vessel(ColumnAgent):
    """One segment between two nodes of the network."""

    node_a = Column("i8", unit="1", doc="node at one end")
    node_b = Column("i8", unit="1", doc="node at the other end; the tip while the segment grows")
    radius_um = Column("f8", unit="um", doc="lumen radius without dilation")
    rest_radius_um = Column("f8", unit="um", doc="lumen radius that it was built with")
    rest_shear_pa = Column("f8", unit="Pa", doc="wall shear stress that it is used to, 0 for a new vessel")
    dilation = Column("f8", unit="1", doc="0 at rest, 1 fully dilated")
    kind = Column("i1", unit="1", doc="0 arteriole, 1 capillary, 2 venule", default=1)
    follicle = Column(
        "i4", unit="1", doc="number of the follicle whose papilla it runs through, -1 if none", default=-1
    )
    flow_nl_per_min = Column("f8", unit="nL/min", doc="flow from node_a to node_b")
    oxygen_mmhg = Column("f8", unit="mmHg", doc="mean oxygen pressure of its blood, 0 without flow")
    perfused = Column("i1", unit="1", doc="1 if blood flows")
    coagulated = Column("i1", unit="1", doc="1 if heat closed it")
    growing = Column("i1", unit="1", doc="1 if node_b is the tip of a sprout")
    sprout = Column("i8", unit="1", doc="id of the first segment of its sprout, 0 for a vessel of intact skin")


class TipCell(MovingCell):
    """The endothelial cell that leads a sprout."""

    vessel = Column("i8", unit="1", doc="id of the growing segment behind it")
    sprout = Column("i8", unit="1", doc="id of the first segment of its sprout")
    left = Column("i1", unit="1", doc="kind of the vessel that the sprout left")
    searching_since_h = Column("f8", unit="h", doc="model time since which it searches for a vessel")
    direction_x = Column("f8", unit="1", doc="last direction along the section")
    direction_y = Column("f8", unit="1", doc="last direction across the section")
    direction_z = Column("f8", unit="1", doc="last direction along depth")
