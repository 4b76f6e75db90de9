"""One micro-thermal zone: a pulse, or a stack of them, on the axis of a cylinder of skin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from mendsim.common.parameters import Parameters
from mendsim.thermal.conduction import cell_properties, conduct, face_conductances
from mendsim.thermal.damage import TABLE_START_C, TABLE_STEP_C, accumulate, rate_table
from mendsim.thermal.grid import ZoneGrid, stretched_edges
from mendsim.thermal.injury import DAMAGE_PROCESSES, MOST_DOSE_MIN
from mendsim.thermal.layers import SkinLayers
from mendsim.thermal.light import Light, beam_radius, peak, ray_edges, ray_share, shine, through_plume
from mendsim.thermal.phase import boil, dermis_heat_capacity, phase_constants, removal_heat
from mendsim.thermal.scattered_light import ScatteredLight, warm
from mendsim.thermal.tissue import layered_tissue

LEDGER = ("stored", "latent", "carried_off", "plume", "passed_on", "conducted", "perfused", "reflected", "delivered")
"""Where the energy of a zone goes [J]; all but the last sum to the last."""

DEEPEST = 4e-3
"""Fine cells never reach deeper than this [m]."""
MARGIN = 1e-4
"""Fine cells around what light reaches, for the heat that spreads in the first 100 ms [m]."""
FAR = 1.5e-3
"""Distance from the fine cells to the edge of the grid [m]: heat spreads about 0.7 mm in the first second."""
GROWTH = 1.15
"""Growth from cell to cell outside the fine ones."""
VESSELS = DAMAGE_PROCESSES.index("vessel_coagulation")
RAYS = 64
"""Bundles of rays."""


@dataclass(frozen=True, kw_only=True)
class Pulse:
    """Light on one zone, SI units: energy [J] of each pulse, durations [s], 1/e2 spot diameter [m]."""

    energy: float
    duration: float
    spot_diameter: float
    count: int = 1
    interval: float = 0.0


@dataclass(frozen=True)
class Zone:
    """What a stack of pulses did to a cylinder of skin; arrays are ``(nz, nr)``.

    Parameters
    ----------
    grid : the cells.
    removed : cells that became channel.
    water : water left in unit volume [kg/m3].
    omega : damage integral of each of `DAMAGE_PROCESSES` and of further laws if asked for, ``(nz, nr, processes +
        laws)``; meaningless where removed.
    dose_min : thermal dose [min at 43 degC]; `MOST_DOSE_MIN` where removed.
    peak_c : highest temperature [degC].
    final_c : temperature at the end [degC].
    heat : heat at the end above that of the skin before the first pulse [J]; none where removed.
    ledger : energies [J] by the names of `LEDGER`.
    steps : number of conduction steps.
    """

    grid: ZoneGrid
    removed: NDArray[np.bool_]
    water: NDArray[np.float64]
    omega: NDArray[np.float64]
    dose_min: NDArray[np.float64]
    peak_c: NDArray[np.float64]
    final_c: NDArray[np.float64]
    heat: NDArray[np.float64]
    ledger: dict[str, float]
    steps: int

    def damage(self, process: str) -> NDArray[np.float64]:
        """Fraction ``1 - exp(-Omega)`` of one process; 1 where tissue was removed."""
        omega = self.omega[:, :, DAMAGE_PROCESSES.index(process)]
        return np.where(self.removed, 1.0, -np.expm1(-omega))

    @property
    def energy_error(self) -> float:
        """Share of the delivered energy that the ledger misses."""
        parts = sum(value for name, value in self.ledger.items() if name != "delivered")
        return abs(parts / self.ledger["delivered"] - 1)


def solve_zone(
    *,
    device: str,
    pulse: Pulse,
    layers: SkinLayers,
    parameters: Parameters,
    sets: dict[str, str],
    laws: Sequence[str] = (),
    spacing: float = 5e-6,
    background: float = 0.0,
    cooling: float = 1.0,
    transfer: float | None = None,
) -> Zone:
    """Solve light, ablation, conduction and damage of one zone.

    Parameters
    ----------
    device : preset whose light is used.
    pulse : what is fired.
    layers : the skin.
    parameters : numbers of the thermal stage.
    sets : law of damage for each process.
    laws : further laws of damage to accumulate, for comparison.
    spacing : side of the fine cells [m].
    background : by how much the skin is warmer than at rest when the first pulse comes [K].
    cooling : time after the last pulse [s].
    transfer : of heat from the surface to what covers it [W/m2/K]; to air if not given.

    Raises
    ------
    InputError : unknown device, or a wavelength without data.
    """
    light = Light.of(device, parameters)
    grid = zone_grid(light, pulse, parameters, spacing)
    table = rate_table(parameters, sets, laws)
    march = _March(light, pulse, layers, parameters, table, grid, background, transfer)
    dt_light, packets = pulse_steps(light, pulse, parameters, spacing)
    for number in range(pulse.count):
        march.fire(dt_light, packets)
        last = number + 1 == pulse.count
        march.cool(cooling if last else pulse.interval - pulse.duration, packets * dt_light)
    return march.result()


def zone_grid(light: Light, pulse: Pulse, p: Parameters, spacing: float) -> ZoneGrid:
    """Grid of a zone: fine cells of side ``spacing`` [m] where light acts, larger ones around them."""
    depth, radius = _reach(light, pulse, p)
    return ZoneGrid(
        stretched_edges(spacing, radius, radius + FAR, GROWTH), stretched_edges(spacing, depth, depth + FAR, GROWTH)
    )


def pulse_steps(light: Light, pulse: Pulse, p: Parameters, spacing: float) -> tuple[float, int]:
    """Duration of a packet of light [s], and packets between two steps of conduction.

    A packet warms tissue on the axis by no more than 5 K, or moves the front by no more than half a cell, whichever
    takes longer; conduction steps stay below a tenth of the time in which heat crosses a cell.
    """
    intensity = peak(light) * pulse.energy / pulse.duration / (np.pi * (0.5 * pulse.spot_diameter) ** 2)
    front = 0.5 * spacing * removal_heat(p) / intensity
    warming = 5.0 * dermis_heat_capacity(p) / (light.water_absorption * intensity)
    dt_light = min(max(front, warming), 0.05 * pulse.duration)
    crossing = spacing**2 * dermis_heat_capacity(p) / p["dermis.conductivity_w_per_m_k"]
    return dt_light, max(1, int(0.1 * crossing / dt_light))


def _reach(light: Light, pulse: Pulse, p: Parameters) -> tuple[float, float]:
    """Depth and radius [m] for the fine cells: where light may remove tissue or warm it by a few kelvin.

    A bound for the mesh only: losses to the side are left out, so it lies outside what the solution reaches.
    """
    z = np.linspace(0.0, DEEPEST, 1001)
    width = beam_radius(light, pulse.spot_diameter, z)
    fluence = peak(light) * pulse.energy * pulse.count / (np.pi * width**2)
    water = p["dermis.water_fraction"] * p["dermis.density_kg_per_m3"] / p["water.density_kg_per_m3"]
    absorption = water * light.water_absorption
    warm = absorption * fluence * np.exp(-absorption * z) > 5.0 * dermis_heat_capacity(p)
    depth = float(z[warm][-1]) if warm.any() else 0.0
    if light.dry_absorption > 0:
        left = through_plume(light, pulse.spot_diameter, z)
        removed_by = np.cumsum(removal_heat(p) / np.maximum(left * fluence, 1e-9) * z[1])
        depth = max(depth, float(z[min(int(np.searchsorted(removed_by, 1.0)), z.size - 1)]))
    radius = pulse.spot_diameter + 0.3 * float(np.interp(depth, z, width))
    return depth + MARGIN, min(radius, max(6e-4, pulse.spot_diameter)) + MARGIN


@dataclass
class _March:
    """State of a zone on its way through pulses and cooling."""

    light: Light
    pulse: Pulse
    layers: SkinLayers
    parameters: Parameters
    table: NDArray[np.float64]
    grid: ZoneGrid
    background: float
    transfer: float | None
    ledger: NDArray[np.float64] = field(default_factory=lambda: np.zeros(len(LEDGER)))
    steps: int = 0

    def __post_init__(self) -> None:
        p, grid, light = self.parameters, self.grid, self.light
        nz, nr = grid.shape
        self.tissue = layered_tissue(self.layers, grid.z_edges, p)
        self.phase = phase_constants(p)
        self.optics = np.array([light.water_absorption / p["water.density_kg_per_m3"], light.dry_absorption])
        self.rho = ray_edges(light, RAYS)
        self.share = ray_share(light, self.rho)
        self.width = beam_radius(light, self.pulse.spot_diameter, grid.z)
        self.scattered = None
        if light.scatters:
            density = p["water.density_kg_per_m3"]
            self.scattered = ScatteredLight(light, self.pulse.spot_diameter, self.layers, grid, density)
        # Heat spreads, and goes to air and blood, from what this zone adds; the background runs its course elsewhere.
        self.rest_c = p["skin.temperature_c"] + self.background
        self.temperature = np.full((nz, nr), self.rest_c)
        self.peak = self.temperature.copy()
        self.water = np.repeat(self.tissue.water[:, None], nr, axis=1)
        self.removed = np.zeros((nz, nr), np.bool_)
        self.omega = np.zeros((nz, nr, self.table.shape[1]))
        self.volume = grid.volume
        self.own, self.capacity, self.blood = (np.empty((nz, nr)) for _ in range(3))
        self.radial, self.axial = np.empty((nz, nr + 1)), np.empty((nz + 1, nr))
        self.work, self.factor = np.empty((nz, nr)), np.empty((nz, nr))

    def fire(self, dt_light: float, packets: int) -> None:
        """Fire one pulse."""
        count = max(1, round(self.pulse.duration / (packets * dt_light)))
        dt = self.pulse.duration / count
        for _ in range(count):
            before = self.temperature.copy()
            for _ in range(packets):
                self._shine(self.pulse.energy / count / packets)
            self._conduct(dt, before)

    def cool(self, duration: float, dt: float) -> None:
        """Let heat spread, in steps that grow while no cell changes by more than 3 K in one."""
        time = 0.0
        while time < duration * (1 - 1e-12):
            dt = min(dt, duration - time)
            before = self.temperature.copy()
            self._conduct(dt, before)
            time += dt
            change = np.abs(np.where(self.removed, 0.0, self.temperature - before)).max()
            dt = min(dt * min(1.15, max(0.5, 3.0 / max(change, 1e-9))), 0.02 * duration)

    def result(self) -> Zone:
        """Hand out the zone as it stands."""
        ledger = dict(zip(LEDGER, self.ledger.tolist(), strict=True))
        dose = np.where(self.removed, MOST_DOSE_MIN, np.minimum(self.omega[:, :, -1], MOST_DOSE_MIN))
        peak = np.where(self.removed, np.maximum(self.peak, self.phase[3]), self.peak)
        heat = np.where(self.removed, 0.0, self.capacity * (self.temperature - self.rest_c))
        return Zone(
            self.grid, self.removed, self.water, self.omega[:, :, :-1], dose, peak, self.temperature, heat,
            ledger, self.steps,
        )  # fmt: skip

    def _shine(self, energy: float) -> None:
        if self.scattered is not None:
            self._scatter(self.scattered, energy)
            return
        depth = self.grid.z_edges[int(np.count_nonzero(self.removed[:, 0]))]
        arrives = energy * float(through_plume(self.light, self.pulse.spot_diameter, depth))
        reflected = arrives * self.light.reflectance
        shine(
            arrives - reflected, self.rho, self.share, self.width, self.grid.r_edges, self.grid.z_edges,
            self.volume, self.tissue.dry_heat, self.optics, self.phase,
            self.temperature, self.water, self.removed, self.ledger,
        )  # fmt: skip
        self.ledger[LEDGER.index("plume")] += energy - arrives
        self.ledger[LEDGER.index("reflected")] += reflected
        self.ledger[LEDGER.index("delivered")] += energy

    def _scatter(self, scattered: ScatteredLight, energy: float) -> None:
        tally = scattered.tally(self.temperature, self.water, self.removed)
        warm(
            energy, tally.absorbed, self.volume, self.tissue.dry_heat, self.phase,
            self.temperature, self.water, self.removed, self.ledger,
        )  # fmt: skip
        back = tally.specular_reflectance + tally.diffuse_reflectance
        self.ledger[LEDGER.index("reflected")] += energy * back
        self.ledger[LEDGER.index("passed_on")] += energy * (1.0 - back - tally.absorbed.sum())
        self.ledger[LEDGER.index("delivered")] += energy

    def _conduct(self, dt: float, before: NDArray[np.float64]) -> None:
        p, tissue, out = self.parameters, self.tissue, np.zeros(2)
        cell_properties(
            tissue.water, tissue.dry_heat, tissue.conductivity, p["dried.conductivity_w_per_m_k"], tissue.perfusion,
            self.phase[0], self.volume, self.water, self.removed, self.omega[:, :, VESSELS], self.own, self.capacity,
            self.blood,
        )  # fmt: skip
        surface = p["skin.surface_heat_transfer_w_per_m2_k"] if self.transfer is None else self.transfer
        face_conductances(self.own, self.grid.r_edges, self.grid.z_edges, surface, self.radial, self.axial)
        self.temperature -= self.rest_c
        conduct(
            self.temperature, self.capacity, self.blood, self.radial, self.axial, np.zeros(self.grid.r.size),
            self.work, self.factor, dt, out,
        )  # fmt: skip
        self.temperature += self.rest_c
        self.ledger[LEDGER.index("conducted")] += out[0]
        self.ledger[LEDGER.index("perfused")] += out[1]
        self.ledger[LEDGER.index("stored")] -= out.sum()
        boil(self.volume, tissue.dry_heat, self.phase, self.temperature, self.water, self.removed, self.ledger)
        accumulate(
            before, self.temperature, self.removed, self.table, TABLE_START_C, TABLE_STEP_C, self.omega, self.peak, dt
        )  # fmt: skip
        self.steps += 1
