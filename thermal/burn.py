"""A hot disc held against the skin: conduction from the surface, then cooling in air."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from mendsim.common.errors import InputError
from mendsim.common.lattice import Lattice
from mendsim.common.parameters import Parameters
from mendsim.thermal.canvas import Canvas
from mendsim.thermal.conduction import cell_properties, conduct, face_conductances
from mendsim.thermal.damage import TABLE_START_C, TABLE_STEP_C, accumulate, choose_sets, rate_table
from mendsim.thermal.grid import ZoneGrid, stretched_edges
from mendsim.thermal.injury import DAMAGE_PROCESSES, MOST_DOSE_MIN, ZONE_COLUMNS, Injury
from mendsim.thermal.layers import SkinLayers
from mendsim.thermal.phase import dermis_heat_capacity
from mendsim.thermal.place import position_um
from mendsim.thermal.stamp import Stamp, zone_maps
from mendsim.thermal.summary import summarise
from mendsim.thermal.tissue import layered_tissue
from mendsim.thermal.zone import LEDGER, Zone

FINE = 1e-4
"""Fine cells below the surface and beside the rim of the disc [m]."""
GROWTH = 1.05
"""Growth from cell to cell outside the fine ones."""
RINGS = 20
"""Least number of cells from the axis to the rim."""
FAR = 6.0
"""Distance from the disc to the edge of the grid, in lengths sqrt(diffusivity time) over which heat spreads."""
CHANGE_K = 1.0
"""No cell changes by more than about this in a step [K]."""
HARMLESS = 1e-3
"""Cooling ends when no damage integral would gain this much if the hottest cell stayed as hot for as long again."""
SHORTEST_S = 1e-3
"""Shortest contact [s]: heat has then crossed the stratum corneum only."""


def contact_burn(
    lattice: Lattice,
    layers: SkinLayers,
    parameters: Parameters,
    *,
    temperature_c: float,
    contact_s: float,
    diameter_um: float,
    damage_sets: Mapping[str, str] | None = None,
    position: tuple[float, float] | None = None,
    surface_depth_um: NDArray[np.float64] | None = None,
    spacing_um: float = 5.0,
) -> Injury:
    """Burn the skin of a lattice with a hot disc.

    Parameters
    ----------
    lattice : where the injury is wanted.
    layers : the skin.
    parameters : numbers of the thermal stage, from `load_parameters`.
    temperature_c : temperature of the disc [degC]; it keeps it, as a block of metal does.
    contact_s : time for which the disc touches the skin [s].
    diameter_um : diameter of the disc [um].
    damage_sets : other laws of damage for some processes.
    position : centre (x, y) [um]; the middle of the lattice if not given.
    surface_depth_um : depth of the skin surface below its mean (a scar), ``(ny, nx)``; flat if not given.
    spacing_um : side of the fine cells of the solution.

    Raises
    ------
    InputError : a disc that is no hotter than skin or boils it, no contact, a place outside the lattice, unknown law.
    """
    sets = choose_sets(parameters, damage_sets)
    x_um, y_um = position_um(lattice, position)
    canvas = Canvas(lattice, surface_depth_um)
    zone = solve_burn(
        layers=layers,
        parameters=parameters,
        sets=sets,
        temperature_c=temperature_c,
        contact_s=contact_s,
        diameter_um=diameter_um,
        spacing_um=spacing_um,
    )
    rest_c = parameters["skin.temperature_c"]
    canvas.lay(Stamp.of(zone.grid, zone_maps(zone, rest_c)), x_um, y_um)
    sizes = summarise(zone)
    return canvas.injury(
        rest_c,
        {"x_um": np.array([x_um]), "y_um": np.array([y_um])}
        | {name: np.array([sizes[name]]) for name in ZONE_COLUMNS[2:]},
        {
            "kind": "contact_burn",
            "temperature_c": temperature_c,
            "contact_s": contact_s,
            "diameter_um": diameter_um,
            "damage_sets": sets,
            "zone": sizes,
            "zone_energy_j": zone.ledger,
            "zone_energy_error": zone.energy_error,
        },
    )


def solve_burn(
    *,
    layers: SkinLayers,
    parameters: Parameters,
    sets: Mapping[str, str],
    temperature_c: float,
    contact_s: float,
    diameter_um: float,
    spacing_um: float = 5.0,
) -> Zone:
    """Solve conduction and damage under a hot disc; parameters as in `contact_burn`.

    Skin takes up heat through the contact conductance under the disc, and gives it to air beside the disc and, after
    the contact, everywhere. In the ledger ``delivered`` is what came through the contact.
    """
    rest_c, boiling_c = parameters["skin.temperature_c"], parameters["water.boiling_c"]
    if not rest_c < temperature_c < boiling_c:
        allowed = f"above {rest_c:g} and below {boiling_c:g} degC, between skin at rest and boiling"
        raise InputError(
            "a hot disc that does not boil skin", key="temperature_c", value=temperature_c, allowed=allowed
        )
    if not contact_s >= SHORTEST_S:
        raise InputError("too short a contact", key="contact_s", value=contact_s, allowed=f"at least {SHORTEST_S:g} s")
    if not diameter_um > 0:
        raise InputError("a disc has a size", key="diameter_um", value=diameter_um, allowed="> 0 um")
    grid = _grid(0.5e-6 * diameter_um, contact_s, 1e-6 * spacing_um, parameters)
    march = _Burn(layers, parameters, rate_table(parameters, sets), grid, 0.5e-6 * diameter_um)
    march.touch(temperature_c, contact_s)
    march.cool()
    return march.result()


def _grid(radius: float, contact: float, spacing: float, p: Parameters) -> ZoneGrid:
    """Cells with a face at the rim of the disc, out to where heat does not come."""
    across = radius / max(RINGS, int(np.ceil(0.2 * radius / spacing)))
    spread = FAR * np.sqrt(_diffusivity(p) * contact) + 10 * radius
    return ZoneGrid(
        stretched_edges(across, radius + FINE, radius + spread, GROWTH),
        stretched_edges(spacing, FINE, spread, GROWTH),
    )


def _diffusivity(p: Parameters) -> float:
    return p["dermis.conductivity_w_per_m_k"] / dermis_heat_capacity(p)


@dataclass
class _Burn:
    """State of the skin under the disc; arrays ``(nz, nr)``, temperatures as rise above rest [K]."""

    layers: SkinLayers
    parameters: Parameters
    table: NDArray[np.float64]
    grid: ZoneGrid
    radius: float
    ledger: dict[str, float] = field(default_factory=lambda: dict.fromkeys(LEDGER, 0.0))
    steps: int = 0

    def __post_init__(self) -> None:
        p, (nz, nr) = self.parameters, self.grid.shape
        tissue = layered_tissue(self.layers, self.grid.z_edges, p)
        self.rest_c = p["skin.temperature_c"]
        self.touched = self.grid.r < self.radius
        self.rise, self.peak = np.zeros((nz, nr)), np.full((nz, nr), self.rest_c)
        self.water = np.repeat(tissue.water[:, None], nr, axis=1)
        self.removed = np.zeros((nz, nr), np.bool_)
        self.omega = np.zeros((nz, nr, self.table.shape[1]))
        self.own, self.capacity, self.blood = (np.empty((nz, nr)) for _ in range(3))
        # No water leaves below boiling, so that tissue keeps its properties.
        cell_properties(
            tissue.water, tissue.dry_heat, tissue.conductivity, p["dried.conductivity_w_per_m_k"], tissue.perfusion,
            p["water.specific_heat_j_per_kg_k"], self.grid.volume, self.water, self.removed,
            self.own, self.capacity, self.blood,
        )  # fmt: skip
        self.radial, self.in_air, in_contact = np.empty((nz, nr + 1)), np.empty((nz + 1, nr)), np.empty((nz + 1, nr))
        for surface, axial in (
            (p["skin.surface_heat_transfer_w_per_m2_k"], self.in_air),
            (p["contact.conductance_w_per_m2_k"], in_contact),
        ):
            face_conductances(self.own, self.grid.r_edges, self.grid.z_edges, surface, self.radial, axial)
        self.under_disc = np.where(self.touched, in_contact, self.in_air)
        self.work, self.factor = np.empty((nz, nr)), np.empty((nz, nr))
        self.first = 0.1 * np.diff(self.grid.z_edges)[0] ** 2 / _diffusivity(p)

    def touch(self, temperature_c: float, duration: float) -> None:
        """Hold the disc against the skin."""
        above = np.where(self.touched, temperature_c - self.rest_c, 0.0)
        time, dt = 0.0, self.first
        while time < duration * (1 - 1e-12):
            dt = min(dt, duration - time)
            change = self._step(self.under_disc, above, dt)
            time += dt
            dt = _next(dt, change, time)

    def cool(self) -> None:
        """Let the skin cool until nothing more is damaged (`HARMLESS`)."""
        air = np.zeros(self.grid.r.size)
        time, dt = 0.0, self.first
        while self._still_harmful(time):
            change = self._step(self.in_air, air, dt)
            time += dt
            dt = _next(dt, change, time)

    def result(self) -> Zone:
        """Hand out what happened."""
        heat = self.capacity * self.rise
        self.ledger["stored"] = float(heat.sum())
        processes = len(DAMAGE_PROCESSES)
        dose = np.minimum(self.omega[:, :, processes], MOST_DOSE_MIN)
        return Zone(
            self.grid, self.removed, self.water, self.omega[:, :, :processes], dose, self.peak,
            self.rise + self.rest_c, heat, self.ledger, self.steps,
        )  # fmt: skip

    def _still_harmful(self, time: float) -> bool:
        """Whether damage integrals would still grow. What the law gives at rest is no damage by the burn."""
        axis = TABLE_START_C + TABLE_STEP_C * np.arange(len(self.table))
        hottest, rest = self.rest_c + self.rise.max(), max(self.rest_c, TABLE_START_C)
        if hottest <= rest:
            return False
        rates = self.table.T[: len(DAMAGE_PROCESSES)]
        gain = [np.interp(hottest, axis, rate) - np.interp(rest, axis, rate) for rate in rates]
        return bool(max(gain) * max(time, 1.0) > HARMLESS)

    def _step(self, axial: NDArray[np.float64], above: NDArray[np.float64], dt: float) -> float:
        """Conduct and damage for ``dt`` [s]; return the largest change of a cell [K]."""
        before, out = self.rise.copy(), np.zeros(2)
        conduct(
            self.rise, self.capacity, self.blood, self.radial, axial, above, self.work, self.factor, dt, out
        )  # fmt: skip
        mean = 0.5 * (before[0] + self.rise[0])
        through = float((dt * axial[0] * (above - mean))[above > 0].sum())
        self.ledger["delivered"] += through
        self.ledger["conducted"] += float(out[0]) + through
        self.ledger["perfused"] += float(out[1])
        accumulate(
            before + self.rest_c, self.rise + self.rest_c, self.removed, self.table, TABLE_START_C, TABLE_STEP_C,
            self.omega, self.peak, dt,
        )  # fmt: skip
        self.steps += 1
        return float(np.abs(self.rise - before).max())


def _next(dt: float, change: float, time: float) -> float:
    """Length of the next step: as the change allows, and no longer than a twentieth of the time so far."""
    return min(dt * min(1.15, max(0.5, CHANGE_K / max(change, 1e-9))), max(dt, 0.05 * time))
