"""The healing model: skin on a lattice, stepped for months."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mendsim.abm import anatomy, barrier, channel, load_parameters, model_state, report, signals, wound
from mendsim.abm.aftercare import Aftercare
from mendsim.abm.agents import fibroblast, follicle, heat_shock, keratinocyte, melanocyte, t_cell
from mendsim.abm.agents.vessel import TipCell
from mendsim.abm.core import ColumnModel, WorkPool
from mendsim.abm.drainage import Drainage
from mendsim.abm.drugs.action import ACTIONS
from mendsim.abm.drugs.delivery import Delivery
from mendsim.abm.drugs.drug import Drug
from mendsim.abm.fields.field import Field
from mendsim.abm.initial_state import InitialState
from mendsim.abm.leukocytes import Leukocytes
from mendsim.abm.matrix import Matrix
from mendsim.abm.mends import LOOK_EVERY_H, MendLog
from mendsim.abm.microbes import Microbes
from mendsim.abm.pigment import Pigment
from mendsim.abm.redness import Redness
from mendsim.abm.site import SkinSite
from mendsim.abm.swelling import Swelling
from mendsim.abm.tissue import AIR, DERMIS
from mendsim.abm.vessels.anatomy import Bed
from mendsim.abm.vessels.network import VesselNetwork
from mendsim.common.errors import InputError
from mendsim.common.lattice import Lattice
from mendsim.common.parameters import Parameters
from mendsim.thermal.injury import Injury
from mendsim.thermal.layers import SkinLayers

SCHEDULE = (
    ("sense", "cells follow the signals around them, and heat-shock proteins rise and fall"),
    ("surface", "the bed dries, microbes grow and are cleared, aftercare wears off"),
    ("epidermis", "keratinocytes crawl, divide, level out, ripen, take up melanin and are shed"),
    ("dermis", "fibroblasts crawl, divide or die, and lay matrix"),
    ("immunity", "T cells walk, die and are recruited; neutrophils and macrophages come, eat and leave; skin swells"),
    ("secretion", "cells and wounds feed the signals"),
    ("remodelling", "MMP9 lyses, clot dissolves, deposits become matrix"),
    ("transport", "signals, oxygen and drug diffuse, bind and decay"),
    ("drainage", "fluid leaves open channels and carries loose matter out"),
    ("vessels_and_hair", "sprouts grow, flow returns, follicles cycle"),
)
"""The order of one step: method and meaning."""


class HealingModel(ColumnModel):
    """Skin of one site on a lattice, as an ordinary Mesa model.

    Parameters
    ----------
    lattice : block or section of skin; its spacing must be the size of a keratinocyte.
    site : name of a skin site in ``sites.toml``.
    phototype : Fitzpatrick 1 to 6.
    initial_state : one of :data:`mendsim.abm.initial_state.INITIAL_STATES`.
    scar_depth_um, scar_width_um : size of a scar; its usual size if None.
    parameters : numbers of the model; those of the data files if None.
    seed : of every random draw.
    step_h : length of a step.
    threads : number of fields solved at once; never changes a result.

    Raises
    ------
    InputError : an unknown name or a size that does not fit.
    """

    def __init__(
        self,
        *,
        lattice: Lattice,
        site: str = "cheek",
        phototype: int = 2,
        initial_state: str = "healthy",
        scar_depth_um: float | None = None,
        scar_width_um: float | None = None,
        parameters: Parameters | None = None,
        seed: int = 0,
        step_h: float = 0.5,
        threads: int = 1,
    ):
        super().__init__(rng=seed)
        self.seed = seed
        self.lattice, self.step_h, self.step_index = lattice, step_h, 0
        self.parameters = p = load_parameters() if parameters is None else parameters
        size = p.entries["keratinocyte.size_um"]
        if not size.low <= lattice.spacing_um <= size.high:
            raise InputError(
                "a lattice site holds one keratinocyte",
                key="spacing",
                value=f"{lattice.spacing_um:g} um",
                allowed=f"{size.low:g} to {size.high:g} um",
            )
        if not 0.0 < step_h <= 2.0:
            raise InputError(
                "the step must resolve the biology", key="step", value=f"{step_h:g} h", allowed="> 0 to 2 h"
            )
        self.site = SkinSite.load(site, phototype)
        self.initial_state = InitialState.of(initial_state, p, scar_depth_um=scar_depth_um, scar_width_um=scar_width_um)
        self.tissue = anatomy.build_tissue(lattice, self.site)
        self.matrix = Matrix(lattice)
        self.pool = WorkPool(threads)
        self.delivery: Delivery | None = None
        self.debris_shed = 0
        self.melanin_shed_pg = 0.0
        self.mends = MendLog()
        self.injuries = 0
        self.niches = 0.0
        self.intact_dermis = self.tissue.code == DERMIS
        self.transit_h, self.half_layers, self.ripening_layers, self.corneum_layers = anatomy.homeostasis(self)
        self.niche = anatomy.stem_cell_niche(lattice, self.site, p["keratinocyte.stem_niche_share"])
        self.division_rate_per_h = 0.0
        signals.build(self)
        anatomy.populate_epidermis(self)
        anatomy.settle_epidermis(self)
        self.pigment = Pigment(self)
        anatomy.populate_dermis(self)
        anatomy.populate_matrix(self)
        anatomy.populate_follicles(self)
        bed_depth = (self.tissue.bed_z - lattice.air_sites).astype(np.float64) * lattice.spacing_um
        bed = Bed.of(
            lattice,
            bed_depth,
            (self.site.superficial_plexus_depth_um, self.site.deep_plexus_depth_um),
            self.site.capillary_loops_per_mm2,
            follicle.places(self),
            p,
        )
        self.vessels = VesselNetwork(self, bed)
        anatomy.populate_t_cells(self)
        self.leukocytes = Leukocytes(self)
        self.swelling = Swelling(self)
        self.redness = Redness(self)
        self.fibroblasts_at_rest = len(self.population(fibroblast.Fibroblast))
        self.aftercare = Aftercare()
        self.surface = barrier.Surface(self)
        self.microbes = Microbes(self)
        signals.settle(self)
        self.bulb_oxygen_mmhg = follicle.oxygen_mmhg(self)
        self.drainage = Drainage(self)
        self.enrol([TipCell])  # a saved state names every kind, also one of which there is none yet

    @property
    def intact_aligned(self) -> float:
        """Mean of ``cos 2a`` of the fibres of intact dermis, with a their angle from the plane of the skin."""
        lean = math.radians(self.parameters["matrix.basket_weave_deg"])
        return self.site.orientation_order * math.cos(2.0 * lean)

    @property
    def time_h(self) -> float:  # type: ignore[override]  # the base allows a property
        """Hours since the start."""
        return self.step_index * self.step_h

    @property
    def layers(self) -> SkinLayers:
        """Thicknesses that the thermal stage needs."""
        return self.site.layers

    @property
    def drug(self) -> Drug | None:
        """The drug that was given, if any was."""
        return None if self.delivery is None else self.delivery.drug

    def injure(self, injury: Injury) -> None:
        """Take in what heat or a blade has done."""
        self.drainage.carry()
        tissue = self.tissue.code != AIR
        wound.injure(self, injury)
        self.drainage.ablate(injury.ablated, tissue)

    def apply_drug(
        self, drug: Drug, concentration_ug_per_ml: float, duration_h: float, volume_ul_per_cm2: float
    ) -> None:
        """Put a drug on the skin for a time; what still lies there is wiped off first."""
        self._delivery_of(drug).put_on(concentration_ug_per_ml, duration_h, volume_ul_per_cm2)

    def inject_drug(self, drug: Drug, concentration_ug_per_ml: float, volume_ul: float, depth_um: float) -> float:
        """Inject a drug in the middle of the sample, at a depth; return the share of the depot that lies in it."""
        return self._delivery_of(drug).put_in(concentration_ug_per_ml, volume_ul, depth_um)

    def _delivery_of(self, drug: Drug) -> Delivery:
        if self.delivery is None:
            self.delivery = Delivery(self, drug)
        elif self.delivery.drug.name != drug.name:
            raise InputError("one drug in a run", key="drug", value=drug.name, allowed=self.delivery.drug.name)
        return self.delivery

    def drug_acts(self, action: str) -> bool:
        """Whether a drug was given that acts in this way."""
        return self.delivery is not None and action in self.delivery.drug.actions

    def drug_at(self, action: str, places: NDArray[np.float64]) -> NDArray[np.float64]:
        """Size of an action of the drug at places ``(n, 3)`` um; that without drug if none acts so."""
        if self.delivery is None or not self.drug_acts(action):
            return np.full(len(places), ACTIONS[action].neutral)
        return self.delivery.at(action, places)

    def drug_on(self, action: str, field: Field) -> NDArray[np.float64] | float:
        """Mean size of an action of the drug on the cells of a field; that without drug if none acts so."""
        if self.delivery is None or not self.drug_acts(action):
            return ACTIONS[action].neutral
        return field.restrict(self.delivery.over(action))

    def apply_aftercare(self, treatment: str, duration_h: float) -> None:
        """Put a treatment of ``aftercare.toml`` on the skin; again while it lasts, it counts until the later end."""
        self.aftercare.apply(treatment, self.time_h, duration_h)

    def state(self) -> dict[str, NDArray[Any]]:
        """Return everything that decides what comes next, as named arrays; call between steps."""
        return model_state.state_of(self)

    def restore(self, state: Mapping[str, NDArray[Any]], drug: Drug | None = None) -> None:
        """Put back what :meth:`state` returned; the run then goes on bit for bit.

        Parameters
        ----------
        state : of a model that was built of the same arguments.
        drug : that was given until then, if any.

        Raises
        ------
        StateError : a state that is damaged, or of another model.
        """
        model_state.restore(self, state, drug)

    def step(self) -> None:
        """Advance by ``step_h``, in the order of :data:`SCHEDULE`."""
        self.vessels.keep_order()
        if np.count_nonzero(self.tissue.occupant) != len(self.population(keratinocyte.Keratinocyte)):
            wound.close_stacks(self)  # keratinocytes were removed from outside the rules
        for name, _ in SCHEDULE:
            getattr(self, f"_{name}")()
        self.compact()
        self.step_index += 1
        if self.step_index % max(1, round(LOOK_EVERY_H / self.step_h)) == 0:
            self.mends.look(self)

    def _sense(self) -> None:
        keratinocyte.activate(self)
        melanocyte.respond(self)
        fibroblast.respond(self)
        t_cell.respond(self)
        heat_shock.step(self)

    def _surface(self) -> None:
        barrier.step(self)

    def _epidermis(self) -> None:
        keratinocyte.crawl(self)
        keratinocyte.divide(self)
        keratinocyte.level(self)
        keratinocyte.differentiate(self)
        melanocyte.pigment(self)
        melanocyte.renew(self)
        keratinocyte.shed(self)
        keratinocyte.crumble(self)

    def _dermis(self) -> None:
        fibroblast.migrate(self)
        fibroblast.renew(self)
        fibroblast.lay_matrix(self)

    def _immunity(self) -> None:
        t_cell.walk(self)
        t_cell.die(self)
        t_cell.recruit(self)
        self.leukocytes.step()
        fibroblast.clear_apoptotic(self)
        self.swelling.step()

    def _secretion(self) -> None:
        keratinocyte.secrete(self)
        fibroblast.secrete(self)
        t_cell.secrete(self)

    def _remodelling(self) -> None:
        left = self.matrix.turn_over(
            self.tissue.code,
            self.mmp9_active,
            self.mmp9.factor,
            self.site,
            self.step_h,
            self.parameters,
            self.pool,
        )
        channel.refill(self)
        signals.release(self, left)

    def _transport(self) -> None:
        signals.step(self)
        if self.delivery is not None:
            self.delivery.step()

    def _drainage(self) -> None:
        self.drainage.step()

    def _vessels_and_hair(self) -> None:
        self.vessels.step()
        follicle.cycle(self)

    def quanta(self, pg_per_h: float) -> float:
        """Secretion in pg/h as quanta of a field's source."""
        return pg_per_h * 1e-3 / signals.SOURCE_QUANTUM_NG_PER_H

    def bulb_positions(self) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Positions x, y, z (um from the corner of the lattice) of the hair bulbs."""
        at = follicle.places(self)
        return at[:, 0], at[:, 1], at[:, 2] + self.lattice.air_sites * self.lattice.spacing_um

    def index(self, field: Field, places: NDArray[np.float64]) -> tuple[NDArray[np.int64], ...]:
        """Cells of a field (z, y, x) that hold places ``(n, 3)`` um."""
        spacing = self.lattice.spacing_um * field.factor
        index = np.clip((places / spacing).astype(np.int64), 0, np.array(field.concentration.shape)[::-1] - 1)
        return index[:, 2], index[:, 1], index[:, 0]

    def sample(self, field: Field, places: NDArray[np.float64]) -> NDArray[np.float64]:
        """Concentration of a field at places ``(n, 3)`` um, shape ``(n,)``."""
        return field.concentration[self.index(field, places)].astype(np.float64)

    def gradient(self, field: Field, places: NDArray[np.float64]) -> NDArray[np.float64]:
        """Gradient of a field at places ``(n, 3)`` um, as x, y, z per um, shape ``(n, 3)``."""
        spacing = self.lattice.spacing_um * field.factor
        slope = np.zeros(places.shape)
        for axis in range(3):
            if field.concentration.shape[2 - axis] < 2:
                continue
            ahead, behind = places.copy(), places.copy()
            ahead[:, axis] += spacing
            behind[:, axis] -= spacing
            slope[:, axis] = (self.sample(field, ahead) - self.sample(field, behind)) / (2.0 * spacing)
        return slope

    def in_plane(self, places: NDArray[np.float64]) -> NDArray[np.float64]:
        """Places ``(n, 3)`` um of the slab that a section stands for, laid into its plane; of a block, as they are."""
        if self.lattice.ny > 1:
            return places
        laid = places.copy()
        laid[:, 1] = 0.5 * self.lattice.spacing_um
        return laid

    def sites(self, places: NDArray[np.float64]) -> tuple[NDArray[np.int64], ...]:
        """Sites (z, y, x) that hold places ``(n, 3)`` um, the nearest of the lattice for those outside."""
        limit = np.array(self.lattice.shape[::-1]) - 1
        site = np.clip((places / self.lattice.spacing_um).astype(np.int64), 0, limit)
        return site[:, 2], site[:, 1], site[:, 0]

    def cell_kinds(self) -> NDArray[np.uint8]:
        """Kind of keratinocyte in each site, shape ``(nz, ny, nx)``."""
        cells = self.population(keratinocyte.Keratinocyte)
        kinds = np.zeros(self.lattice.shape, np.uint8)
        rows = cells.rows()
        kinds[cells["iz"][rows], cells["iy"][rows], cells["ix"][rows]] = cells["kind"][rows]
        return kinds

    def observe(self) -> dict[str, float]:
        """Every observable now, by name."""
        return report.observe(self)

    def fields(self) -> dict[str, NDArray]:
        """Every field now at full resolution, by name."""
        return report.fields(self)

    def agent_columns(self) -> dict[str, dict[str, NDArray]]:
        """Columns of every kind of agent now, by type and column."""
        return report.agent_columns(self)

    def vessel_table(self) -> dict[str, NDArray]:
        """Segments of the vessel network now, by column."""
        return report.vessel_table(self)

    def close(self) -> None:
        """Stop the worker threads."""
        self.pool.close()
