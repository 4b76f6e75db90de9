"""The dip of the surface over a scar, for drawing.

The lattice is flat: a scar is dermis with matrix missing. Drawn to scale, the missing matrix becomes a dip: each column
of the section sinks in proportion to the matrix that it lacks, by the scar depth of the run where the scar is deepest.
Tissue under the dip is squeezed evenly towards the bottom of the section, which stays where it is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy.ndimage import median_filter, uniform_filter1d

from mendsim.analysis import store

Array = NDArray[np.float64]

_MATRIX = ("collagen_1", "collagen_3", "denatured_collagen")
_SOLID = (2, 4)
"""Codes of the ``tissue`` field that hold matrix: dermis and clot."""
_FULL_PERCENTILE = 95
"""Share of the sites up to which density may be less than full: a scar is in a minority of them."""
BRIDGED_UM = 300.0
"""A gap narrower than half of this does not show in the surface: a laser channel is no scar."""
_SMOOTHING_UM = 60.0
"""Width over which neighbouring columns share a surface; skin does not dip cell by cell."""


@dataclass(frozen=True, kw_only=True)
class Relief:
    """How far each column of a section sinks.

    Parameters
    ----------
    dip_um : dip of the surface at each column [um], shape ``(nx,)``.
    x_um, depth_um : centres of the lattice sites [um], shapes ``(nx,)`` and ``(nz,)``.
    """

    dip_um: Array
    x_um: Array
    depth_um: Array

    @property
    def spacing_um(self) -> float:
        """Edge of a lattice site."""
        return float(self.x_um[1] - self.x_um[0])

    @property
    def bottom_um(self) -> float:
        """Depth of the lower face of the section."""
        return float(self.depth_um[-1]) + 0.5 * self.spacing_um

    @property
    def extent_um(self) -> tuple[float, float, float, float]:
        """Left, right, bottom and top of the section, as ``imshow`` wants it."""
        half = 0.5 * self.spacing_um
        return float(self.x_um[0]) - half, float(self.x_um[-1]) + half, self.bottom_um, float(self.depth_um[0]) - half

    def sink(self, x_um: Array, depth_um: Array) -> Array:
        """Depth at which a point of the lattice is drawn."""
        dip = np.interp(x_um, self.x_um, self.dip_um)
        return np.where(depth_um < 0, depth_um + dip, dip + depth_um * (1.0 - dip / self.bottom_um))

    def image(self, array: NDArray, above: float) -> NDArray:
        """Resample a lattice array ``(nz, nx)`` to the drawn depths.

        Parameters
        ----------
        array : values on the lattice.
        above : value where the dip opens more air than the lattice holds.
        """
        drawn, dip = self.depth_um[:, None], self.dip_um[None, :]
        source = np.where(drawn < dip, drawn - dip, (drawn - dip) / (1.0 - dip / self.bottom_um))
        row = np.floor((source - self.depth_um[0]) / self.spacing_um + 0.5).astype(int)
        picked = np.take_along_axis(array, np.clip(row, 0, len(self.depth_um) - 1), axis=0)
        return np.where(row < 0, above, picked)


def flat(run: xr.DataTree) -> Relief:
    """Relief without a dip: the lattice as it is, depth counted from the local surface."""
    grid = store.grid(run)
    x, depth = grid["x_um"].to_numpy(), grid["depth_um"].to_numpy()
    return Relief(dip_um=np.zeros(len(x)), x_um=x, depth_um=depth)


def of_run(run: xr.DataTree, day: float) -> Relief:
    """Relief of a run at the snapshot nearest to a day; flat where there is no scar."""
    scar = store.values(run, "scar_depth_um")
    if scar is None or not store.has_scar(run):
        return flat(run)
    start, full = _missing(run, 0.0, None)
    core = start >= 0.5 * start.max()
    missing, _ = _missing(run, day, full)
    width = odd(_SMOOTHING_UM / flat(run).spacing_um)
    return replace(flat(run), dip_um=uniform_filter1d(missing, width, mode="nearest") * (scar[0] / start[core].mean()))


def _missing(run: xr.DataTree, day: float, full: float | None) -> tuple[Array, float]:
    """Matrix that each column lacks, as the thickness of a full layer [um], and the density of full matrix [mg/mL]."""
    section = store.snapshot(run, day, ("tissue", *_MATRIX))
    matrix = sum((section[name] for name in _MATRIX), xr.zeros_like(section["tissue"], float)).to_numpy()
    solid = np.isin(section["tissue"].to_numpy(), _SOLID)
    if full is None:
        full = float(np.percentile(matrix[solid], _FULL_PERCENTILE))
    spacing = float(section["x_um"][1] - section["x_um"][0])
    missing = np.sum(np.where(solid, 1.0 - matrix / full, 0.0), axis=0) * spacing
    return np.maximum(0.0, median_filter(missing, size=odd(BRIDGED_UM / spacing), mode="nearest")), full


def odd(sites: float) -> int:
    """Nearest odd number of sites, for filters that have a middle."""
    return 2 * int(sites / 2) + 1
