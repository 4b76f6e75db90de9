"""Drainage: interstitial fluid leaves through open surfaces and carries loose matter out (R09)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mendsim.abm import drainage_kernels as kernels
from mendsim.abm.fields.field import Field
from mendsim.abm.tissue import AIR, CLOT, DERMIS, EPIDERMIS, HYPODERMIS, TISSUE

if TYPE_CHECKING:
    from mendsim.abm.model import HealingModel

KINDS = ("fragments", "elastotic", "particles")
"""What a channel can drain: collagen fragments, elastotic material, foreign particles."""

_COARSENING = 2
_SUBSTEPS = 4
_SHORTEST_H, _LONGEST_H, _SHARE_OF_AGE = 2.0, 12.0, 0.25
"""Pressure is solved anew after a quarter of the time for which skin lies open, within these limits: a wound changes
the more slowly the older it is. Until then the flow is taken as steady; closure ends it at once."""
_OPEN = 1e3
"""Air conducts this much better than clot: an open surface is held at atmospheric pressure by the air over it."""
_SECONDS_PER_HOUR = 3600.0
_ML_PER_UM3 = 1e-12


class Drainage:
    """Flow of interstitial fluid to open surfaces, and the loose matter that it carries.

    Pressure p (mmHg, over that of air) obeys ``div(K grad p) = f (p_eff - p)`` with p = 0 in air, no flux through
    epidermis, living or dead, nor through the sides; f is the filtration coefficient of the vessels under
    pressure and ``p_eff`` their net pressure (Starling), both higher where cytokine is. Matter moves with ``m / phi``
    times the flux ``-K grad p``, with phi the share of fluid and m the mobility of the matter in the matrix around it.

    Attributes
    ----------
    pressure : field of p on cells twice as wide as sites.
    elastotic, particles : float64 on those cells, mg in a mL of the cell; fragments are those of the matrix.
    eliminated_mg : amount of each of :data:`KINDS` carried out since the start.
    ablated_mg : amount of elastotic material and particles removed by injuries.
    exudate_ml : fluid that left through open surfaces since the start.

    References
    ----------
    Baxter and Jain (1989) Microvasc Res 37:77-104, doi:10.1016/0026-2862(89)90074-5
    """

    def __init__(self, model: HealingModel):
        self.model = model
        self.pressure = Field(
            name="interstitial pressure", unit="mmHg", lattice=model.lattice, factor=_COARSENING, decay_per_s=0.0
        )
        self.elastotic = self._initial(*model.initial_state.elastosis(model.parameters))
        self.particles = self._initial(*model.initial_state.pigment(model.parameters))
        self.eliminated_mg = dict.fromkeys(KINDS, 0.0)
        self.ablated_mg = dict.fromkeys(KINDS[1:], 0.0)
        self.exudate_ml = 0.0
        self._open_since_h = math.nan
        self._flowing_h, self._interval_h = 0.0, 0.0
        self._arriving = np.zeros(self.pressure.concentration.size)
        self._order = np.arange(self.pressure.concentration.size)

    def _initial(self, mg_per_ml: float, top_um: float, bottom_um: float) -> NDArray[np.float64]:
        """Content of a layer of dermis between two depths below the epidermis, on the coarse cells."""
        lattice, tissue = self.model.lattice, self.model.tissue
        depth = (np.arange(lattice.nz)[:, None, None] - tissue.bed_z + 0.5) * lattice.spacing_um
        layer = self.model.intact_dermis & (depth > top_um) & (depth < bottom_um)
        return mg_per_ml * self.pressure.restrict(layer)

    def ablate(self, ablated: NDArray[np.floating], tissue: NDArray[np.bool_]) -> None:
        """Remove what an injury takes away, and look at the surface anew.

        ``ablated`` is the share of each lattice site that goes, ``tissue`` where there was dermis or fat before;
        :meth:`carry` comes before.
        """
        share = self.pressure.restrict(ablated * tissue) / np.maximum(self.pressure.restrict(tissue), 1e-12)
        for name in self.ablated_mg:
            content = getattr(self, name)
            self.ablated_mg[name] += self._amount_mg(content * share)
            content *= 1.0 - share
        self._open_since_h = math.nan

    def content_mg(self, name: str) -> float:
        """Amount of one of :data:`KINDS` in the skin."""
        return self._amount_mg(self._content(name))

    def step(self) -> None:
        """Let fluid flow for one step of the model; nothing where nothing is open.

        What is loose is carried when the flow changes, for the whole time for which it was steady.
        """
        model = self.model
        if not kernels.lies_open(model.tissue.code, model.tissue.occupant):
            self.carry()
            self._open_since_h = math.nan
            return
        if math.isnan(self._open_since_h):
            self._open_since_h = model.time_h
            self._start_flow()
        self._flowing_h += model.step_h
        self.exudate_ml += float(np.sum(self._out)) * model.step_h * _SECONDS_PER_HOUR * _ML_PER_UM3
        if self._flowing_h > self._interval_h - 0.5 * model.step_h:
            self.carry()
            self._start_flow()

    def _start_flow(self) -> None:
        self.solve()
        age = self.model.time_h - self._open_since_h
        self._interval_h = min(max(_SHARE_OF_AGE * age, _SHORTEST_H), _LONGEST_H)

    def carry(self) -> None:
        """Carry what is loose for the time for which the flow has been as it is."""
        if self._flowing_h == 0.0:
            return
        for name in KINDS:
            before = self._content(name)
            if before.any():
                after = before.copy()
                self.eliminated_mg[name] += self._carry_kind(name, after, self._flowing_h * _SECONDS_PER_HOUR)
                self._put(name, before, after)
        self._flowing_h = 0.0

    def solve(self) -> None:
        """Find pressure and flow for the tissue as it is now."""
        model, p, field = self.model, self.model.parameters, self.pressure
        codes, matrix = model.tissue.codes(), model.matrix
        full = model.site.collagen_mg_per_ml
        carrying = (codes == DERMIS) | (codes == CLOT)
        loose = np.clip(1.0 - matrix.collagen / full, 0.0, 1.0) * carrying
        self.pressure.set_diffusivity(self.conductivity(codes))
        field.hold(codes == AIR, 0.0)
        cytokine = model.cytokine.concentration
        inflamed = cytokine / (p["drainage.cytokine_half_effect_ng_per_ml"] + cytokine)
        leak = 1.0 + (p["drainage.inflamed_filtration_ratio"] - 1.0) * inflamed
        rest = p["drainage.resting_pressure_mmhg"]
        field.uptake[...] = p["drainage.filtration_per_mmhg_s"] * model.vessels.supply(codes) * leak
        field.add_source(field.uptake * (rest + (p["drainage.inflamed_pressure_mmhg"] - rest) * inflamed))
        field.step(math.inf)
        self._flow, self._out = field.flows()
        share = field.restrict(carrying)
        self._carrier = share > 0.0
        self._loose = np.divide(field.restrict(loose), share, out=np.zeros(field.shape), where=self._carrier)
        # from the last order, which is nearly right: far quicker to sort
        self._order = self._order[np.argsort(-field.concentration.ravel()[self._order], kind="stable")]
        self._air = field.restrict(codes == AIR) > 1.0 - 1e-9

    def conductivity(self, codes: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Hydraulic conductivity of every site, um2/mmHg/s."""
        p, matrix = self.model.parameters, self.model.matrix
        dermis, clot = p["drainage.dermis_conductivity_um2_per_mmhg_s"], p["drainage.clot_conductivity_um2_per_mmhg_s"]
        by_code = np.zeros(len(TISSUE))
        by_code[[DERMIS, HYPODERMIS]], by_code[CLOT], by_code[AIR] = dermis, clot, _OPEN * clot
        by_code[EPIDERMIS] = 0.0
        conductivity = by_code[codes]
        ratio = p["drainage.denatured_conductivity_ratio"]
        if ratio != 1.0:
            denatured = matrix.denatured_collagen / np.maximum(matrix.denatured_collagen + matrix.collagen, 1e-12)
            conductivity *= np.where(codes == DERMIS, ratio**denatured, 1.0)
        return conductivity

    def _carry_kind(self, name: str, content: NDArray[np.float64], seconds: float) -> float:
        """Carry content (changed in place) for one step and return what left, mg."""
        p, field = self.model.parameters, self.pressure
        intact, loose = p[f"drainage.{name}_mobility_intact"], p[f"drainage.{name}_mobility_loose"]
        fluid = p["drainage.dermis_fluid_share"]
        mobility = (intact + (loose - intact) * self._loose) / (fluid + (1.0 - fluid) * self._loose)
        # what clings to a wall that is now air lies outside
        left = float(np.sum((content * field.volume_um3)[self._air]))
        content[self._air] = 0.0
        for _ in range(_SUBSTEPS):
            left += kernels.carry(
                self._order,
                *(flow.ravel() for flow in self._flow),
                self._out,
                mobility.ravel(),
                self._carrier.ravel(),
                field.volume_um3.ravel(),
                content.ravel(),
                self._arriving,
                seconds / _SUBSTEPS,
            )
        return left * _ML_PER_UM3

    def _content(self, name: str) -> NDArray[np.float64]:
        if name == "fragments":
            return self.pressure.restrict(self.model.matrix.fragments)
        content: NDArray[np.float64] = getattr(self, name)
        return content

    def _put(self, name: str, before: NDArray[np.float64], after: NDArray[np.float64]) -> None:
        if name == "fragments":
            code = self.model.tissue.code
            kernels.spread_change(self.model.matrix.fragments, code, DERMIS, CLOT, before, after, _COARSENING)
        else:
            setattr(self, name, after)

    def _amount_mg(self, content: NDArray[np.float64]) -> float:
        return float(np.sum(content * self.pressure.volume_um3)) * _ML_PER_UM3
