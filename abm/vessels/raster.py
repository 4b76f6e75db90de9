"""How vessels lie on the cells of the oxygen field: what they supply, how much blood they hold, what they deliver."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from mendsim.abm.tissue import HYPODERMIS
from mendsim.abm.vessels import oxygen

if TYPE_CHECKING:
    from mendsim.abm.vessels.network import VesselNetwork

_SAME_MMHG = 0.05
"""Blood is followed anew once tissue along a vessel has changed by this."""
_AROUND_A_LINE = 0.2
"""Equivalent radius of a square cell around a line that gives off oxygen, over its side."""


class Raster:
    """Length of vessels in each cell over its volume, as a matrix; a section gets its share of its slab's.

    Attributes
    ----------
    filled, open, mature : float64 of the field's shape, 1/um2: length over volume of the vessels that hold blood under
        pressure, of all that are open, and of those of them that are no sprouts.
    exchange_per_s : float64 of that shape, exchange of oxygen with flowing blood.
    delivery_mmhg_per_s : the same times the oxygen pressure of that blood.
    """

    def __init__(self, network: VesselNetwork):
        self.network = network
        self._per_healthy = 0.0
        self._shape = network.model.oxygen.shape

    def draw(self) -> None:
        """Lay the vessels on the cells; call after the network changed."""
        network, model = self.network, self.network.model
        field = model.oxygen
        a, b = network.ends()
        length = np.linalg.norm(a - b, axis=1)
        is_open = network.open_rows()
        side = model.lattice.spacing_um * field.factor
        pieces = np.where(is_open, np.maximum(1, np.ceil(2.0 * length / side).astype(int)), 0)
        row = np.repeat(np.arange(len(a)), pieces)
        along = (np.arange(len(row)) - np.repeat(np.cumsum(pieces) - pieces, pieces) + 0.5) / pieces[row]
        at = a[row] + (b - a)[row] * along[:, None]
        cell = np.ravel_multi_index(model.index(field, model.in_plane(at)), field.shape)
        volume = field.volume_um3.ravel()[cell]
        self._matrix = csr_array(
            ((length / np.maximum(pieces, 1))[row] * network.share / volume, (cell, row)),
            shape=(field.concentration.size, len(a)),
        )
        self._uid = network.segments.uid.copy()
        self.open = self._on_cells(is_open)
        self.mature = self._on_cells(is_open & (network.segments["sprout"] == 0))
        self.filled = self._on_cells(network.filled())
        seen = np.asarray(self._matrix.sum(axis=0)).ravel()
        # tissue along each segment: the transpose, with rows that add up to one
        self._along = csr_array((self._matrix @ _diagonal(1.0 / np.where(seen > 0.0, seen, 1.0))).T)
        self._length = length

    def calibrate(self) -> None:
        """Take the density of the vessels as they are now for that of the healthy dermis."""
        dermis = self.network.model.oxygen.restrict(self.network.model.intact_dermis)
        drawn = float(np.sum(self.filled * dermis))
        self._per_healthy = float(dermis.sum()) / drawn if drawn > 0.0 else 0.0

    def supply(self, codes: NDArray[np.uint8], density: NDArray[np.float64]) -> NDArray[np.float64]:
        """Density of some vessels over their mean in the healthy dermis, on the cells of the oxygen field.

        Parameters
        ----------
        codes : compartments; the capillaries among fat cells are not drawn as segments and count as the mean.
        density : :attr:`filled`, :attr:`open` or :attr:`mature`.
        """
        return self._per_healthy * density + self.network.model.oxygen.restrict(codes == HYPODERMIS)

    def blood(self) -> NDArray[np.float64]:
        """Volume of blood in open vessels over that of tissue, on the cells of the oxygen field."""
        return self._on_cells(self._now(np.where(self.network.open_rows(), np.pi * self.network.lumen_um() ** 2, 0.0)))

    def flux(self) -> NDArray[np.float64]:
        """Blood flow times length over volume of tissue, on the cells of the oxygen field; a laser Doppler sees it."""
        return self._on_cells(self._now(np.abs(self.network.segments["flow_nl_per_min"])))

    def _now(self, column: NDArray) -> NDArray[np.float64]:
        """Values of a column for the vessels that were drawn, 0 for those that are gone since."""
        rows = self.network.model.registry.row_of[self._uid]
        values = np.zeros(len(rows))
        values[rows >= 0] = column[rows[rows >= 0]]
        return values

    def _on_cells(self, values: NDArray) -> NDArray[np.float64]:
        out: NDArray[np.float64] = (self._matrix @ values.astype(np.float64)).reshape(self._shape)
        return out

    def follow_flow(self) -> None:
        """Find the exchange of each segment with tissue, and the order in which blood runs through them.

        Call after flow was solved.

        Between wall and tissue lies a cylinder of tissue as wide as a vessel supplies in the mean (in a section, where
        vessels are spread over the thickness of the slab), or as the cell is (in a block); in the blood itself oxygen
        has to reach the wall.

        References
        ----------
        Krogh (1919) J Physiol 52:409, doi:10.1113/jphysiol.1919.sp001839; for a cell around a line Peaceman (1978) Soc
        Pet Eng J 18:183, doi:10.2118/6893-PA; in the blood Hellums et al. (1996), doi:10.1007/BF02770991
        """
        network, model = self.network, self.network.model
        p, v = model.parameters, network.segments
        if model.lattice.ny == 1:
            reach = p["vessel.supplied_radius_um"] * np.exp(-0.75)
        else:
            reach = _AROUND_A_LINE * model.lattice.spacing_um * model.oxygen.factor
        lumen = network.lumen_um()
        resistance = np.log(np.maximum(reach / lumen, 1.0)) + 2.0 / p["oxygen.sherwood_number"]
        per_um = 2.0 * np.pi * p["oxygen.diffusivity_um2_per_s"] / resistance
        flowing = v["perfused"] == 1
        self._weight = np.where(flowing, per_um, 0.0)
        self.exchange_per_s = self._on_cells(self._weight)
        self._conductance = self._weight * self._length
        flow = v["flow_nl_per_min"]
        self._flow = np.abs(flow)
        self._from = np.where(flow >= 0.0, v["node_a"], v["node_b"])
        self._to = np.where(flow >= 0.0, v["node_b"], v["node_a"])
        upstream = network.pressure_mmhg[self._from]
        rows = np.flatnonzero(flowing)
        self._order = rows[np.lexsort((rows, -upstream[rows]))]
        self._tissue = np.zeros(0)
        self._mmhg = np.where(flowing, p["oxygen.arterial_mmhg"], 0.0)

    def deliver(self) -> None:
        """Follow the oxygen of the blood through the network, against tissue as it is now."""
        network, model = self.network, self.network.model
        p, v = model.parameters, network.segments
        tissue = self._along @ model.oxygen.concentration.ravel()
        if len(tissue) == len(self._tissue) and np.all(np.abs(tissue - self._tissue) < _SAME_MMHG):
            return
        self._tissue = tissue
        oxygen.follow(
            self._order,
            self._from,
            self._to,
            self._flow,
            self._conductance,
            tissue,
            ~np.isnan(network.fixed_pressure_mmhg),
            self._mmhg,
            p["oxygen.arterial_mmhg"],
            p["oxygen.half_saturation_mmhg"],
            p["oxygen.saturation_exponent"],
            p["oxygen.capacity_ml_per_ml"],
            p["oxygen.solubility_ml_per_ml_mmhg"],
        )
        rows = model.registry.row_of[self._uid]
        v["oxygen_mmhg"][rows[rows >= 0]] = self._mmhg[rows >= 0]
        self.delivery_mmhg_per_s = self._on_cells(self._weight * self._mmhg)


def _diagonal(values: NDArray[np.float64]) -> csr_array:
    n = len(values)
    return csr_array((values, (np.arange(n), np.arange(n))), shape=(n, n))
