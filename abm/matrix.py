"""Extracellular matrix: collagens, their debris, elastin, fibrin and fibre orientation on the lattice."""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import pairwise

import numpy as np
from numba import njit
from numpy.typing import NDArray

from mendsim.abm.core import WorkPool
from mendsim.abm.site import SkinSite
from mendsim.abm.tissue import CLOT, DERMIS
from mendsim.common.lattice import Lattice

MASS_QUANTUM_PG = 1e-6
"""Deposits are counted in whole quanta, so that the order of the depositing cells cannot matter."""


class Matrix:
    """Matrix densities in mg/mL, each float32 ``(nz, ny, nx)``.

    Orientation is a nematic tensor in the plane of the section, kept as ``order_cos = s cos 2a`` and
    ``order_sin = s sin 2a`` with s the order parameter (0 isotropic, 1 parallel) and a the angle from the x axis.
    """

    collagen_1: NDArray[np.float32]
    collagen_3: NDArray[np.float32]
    denatured_collagen: NDArray[np.float32]
    fragments: NDArray[np.float32]
    elastin: NDArray[np.float32]
    fibrin: NDArray[np.float32]
    order_cos: NDArray[np.float32]
    order_sin: NDArray[np.float32]

    FIELDS = (
        "collagen_1",
        "collagen_3",
        "denatured_collagen",
        "fragments",
        "elastin",
        "fibrin",
        "order_cos",
        "order_sin",
    )

    def __init__(self, lattice: Lattice):
        self.lattice = lattice
        for name in self.FIELDS:
            setattr(self, name, np.zeros(lattice.shape, np.float32))
        self.deposit_1 = np.zeros(lattice.shape, np.int64)
        self.deposit_3 = np.zeros(lattice.shape, np.int64)
        self.deposit_elastin = np.zeros(lattice.shape, np.int64)
        self.deposit_cos = np.zeros(lattice.shape, np.int64)
        self.deposit_sin = np.zeros(lattice.shape, np.int64)
        self.turned = np.zeros(lattice.shape, np.int64)

    @property
    def collagen(self) -> NDArray[np.float32]:
        """Collagen I and III, mg/mL."""
        return self.collagen_1 + self.collagen_3

    @property
    def order(self) -> NDArray[np.float32]:
        """Order parameter of the fibres, 0 to 1."""
        return np.hypot(self.order_cos, self.order_sin)

    def denature(self, fraction: NDArray[np.floating]) -> None:
        """Turn a share of each collagen into denatured collagen; its fibres lose their direction."""
        keep = (1.0 - fraction).astype(np.float32)
        self.denatured_collagen += (self.collagen_1 + self.collagen_3) * (1 - keep)
        for array in (self.collagen_1, self.collagen_3, self.order_cos, self.order_sin):
            array *= keep

    def remove(self, fraction: NDArray[np.floating]) -> None:
        """Ablate a share of everything."""
        keep = (1.0 - fraction).astype(np.float32)
        for name in self.FIELDS:
            getattr(self, name)[...] *= keep

    def turn_over(
        self,
        code: NDArray[np.uint8],
        mmp9: NDArray[np.floating],
        factor: int,
        site: SkinSite,
        dt_h: float,
        p: Mapping[str, float],
        pool: WorkPool,
    ) -> NDArray[np.float32]:
        """Lyse, and take in one step's deposits; clot that holds more collagen than fibrin becomes dermis.

        Parameters
        ----------
        code : compartments of the tissue, changed in place.
        mmp9 : active MMP9 in ng/mL on a grid coarser by ``factor``.
        site : intact dermis; fibres as ordered as there are not cut, nor collagen III in its share there.
        dt_h : step in hours.
        p : parameters of the healing model.
        pool : threads that share the layers; every site is on its own.

        Returns
        -------
        What left in this step, mg/mL, float32 ``(2, nz, ny, nx)``: collagen lysed, fibrin lysed.
        """
        left = np.zeros((2, *self.lattice.shape), np.float32)
        per_day = 1.0 / 24.0
        arguments = (
            mmp9,
            code,
            *(getattr(self, name) for name in self.FIELDS),
            *(self.deposit_1, self.deposit_3, self.deposit_elastin, self.deposit_cos, self.deposit_sin, self.turned),
            left,
            factor,
            site.orientation_order,
            dt_h,
            p["mmp9.half_effect_ng_per_ml"],
            p["mmp9.denatured_lysis_per_d"] * per_day,
            p["mmp9.disordered_lysis_per_d"] * per_day,
            p["mmp9.immature_lysis_per_d"] * per_day,
            site.collagen_3_mg_per_ml / site.collagen_mg_per_ml,
            math.log(2.0) / (24.0 * p["fibrin.lysis_half_life_d"]),
            MASS_QUANTUM_PG * 1e-9 / self.lattice.site_volume_ml,
        )
        edges = np.linspace(0, self.lattice.nz, 2 * pool.threads + 1).astype(int).tolist()
        pool.run([(_turn_over, (top, bottom, *arguments)) for top, bottom in pairwise(edges)])
        return left


@njit(cache=True, nogil=True)
def _turn_over(
    top,
    bottom,
    mmp9,
    code,
    collagen_1,
    collagen_3,
    denatured,
    fragments,
    elastin,
    fibrin,
    order_cos,
    order_sin,
    deposit_1,
    deposit_3,
    deposit_elastin,
    deposit_cos,
    deposit_sin,
    turned,
    left,
    factor,
    intact_order,
    dt,
    half_effect,
    denatured_rate,
    disordered_rate,
    immature_rate,
    intact_share,
    fibrinolysis,
    mg_per_ml,
):
    _, ny, nx = code.shape
    fibrin_share = 1.0 - math.exp(-fibrinolysis * dt)
    for z in range(top, bottom):
        for y in range(ny):
            for x in range(nx):
                if code[z, y, x] != DERMIS and code[z, y, x] != CLOT:
                    continue
                m = mmp9[z // factor, y // factor, x // factor]
                if m > 0.0:
                    saturation = m / (half_effect + m)
                    lost = 0.0
                    if denatured[z, y, x] > 0.0:
                        rate = denatured_rate * saturation * dt
                        lost = denatured[z, y, x] * rate / (1.0 + rate)
                        denatured[z, y, x] -= lost
                    order = math.sqrt(order_cos[z, y, x] ** 2 + order_sin[z, y, x] ** 2)
                    if order < intact_order:
                        rate = disordered_rate * (1.0 - order / intact_order) * saturation * dt
                        lost_1 = collagen_1[z, y, x] * rate / (1.0 + rate)
                        lost_3 = collagen_3[z, y, x] * rate / (1.0 + rate)
                        collagen_1[z, y, x] -= lost_1
                        collagen_3[z, y, x] -= lost_3
                        lost += lost_1 + lost_3
                    # collagen III beyond its share of intact fibres lies on none of them
                    immature = collagen_3[z, y, x] - intact_share * (collagen_1[z, y, x] + collagen_3[z, y, x])
                    if immature > 0.0:
                        rate = immature_rate * saturation * dt
                        lost_3 = immature * rate / (1.0 + rate)
                        collagen_3[z, y, x] -= lost_3
                        lost += lost_3
                    fragments[z, y, x] += lost
                    left[0, z, y, x] = lost
                if fibrin[z, y, x] > 0.0:
                    dissolved = fibrin[z, y, x] * fibrin_share
                    fibrin[z, y, x] -= dissolved
                    left[1, z, y, x] = dissolved
                laid = (deposit_1[z, y, x] + deposit_3[z, y, x]) * mg_per_ml
                grasped = turned[z, y, x] * mg_per_ml
                if laid + grasped > 0.0:
                    before = collagen_1[z, y, x] + collagen_3[z, y, x]
                    collagen_1[z, y, x] += deposit_1[z, y, x] * mg_per_ml
                    collagen_3[z, y, x] += deposit_3[z, y, x] * mg_per_ml
                    elastin[z, y, x] += deposit_elastin[z, y, x] * mg_per_ml
                    whole = before + laid + grasped
                    order_cos[z, y, x] = (before * order_cos[z, y, x] + deposit_cos[z, y, x] * mg_per_ml) / whole
                    order_sin[z, y, x] = (before * order_sin[z, y, x] + deposit_sin[z, y, x] * mg_per_ml) / whole
                    deposit_1[z, y, x] = 0
                    deposit_3[z, y, x] = 0
                    deposit_elastin[z, y, x] = 0
                    deposit_cos[z, y, x] = 0
                    deposit_sin[z, y, x] = 0
                    turned[z, y, x] = 0
                if code[z, y, x] == CLOT and collagen_1[z, y, x] + collagen_3[z, y, x] > fibrin[z, y, x]:
                    code[z, y, x] = DERMIS
