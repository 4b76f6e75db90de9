"""A whole session on the lattice: zones one after the other, each into skin that those before it have warmed."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import asdict

import numpy as np
from numpy.typing import NDArray

from mendsim.common.lattice import Lattice
from mendsim.common.parameters import Parameters
from mendsim.thermal.bulk import NO_DAMAGE, Bulk
from mendsim.thermal.canvas import Canvas
from mendsim.thermal.damage import choose_sets, rate_table
from mendsim.thermal.injury import DAMAGE_PROCESSES, MOST_DOSE_MIN, ZONE_COLUMNS, Injury
from mendsim.thermal.layers import SkinLayers
from mendsim.thermal.pattern import place_zones
from mendsim.thermal.scan import firing_times
from mendsim.thermal.session import LaserSession
from mendsim.thermal.summary import summarise
from mendsim.thermal.zone_library import HANDOVER, FiredZone, ZoneLibrary

BULK_SPACING_UM = 40.0
"""Side of the cells of the block through which heat spreads between zones; `HANDOVER` later it is twice as wide."""
COOLED_K = 2.0
"""A session is over once no part of the skin is warmer by this much [K]."""
LONGEST_COOLING = 600.0
"""Time after the last zone at which the session is over in any case [s]."""


def deliver(
    session: LaserSession,
    lattice: Lattice,
    layers: SkinLayers,
    parameters: Parameters,
    seed: int,
    *,
    damage_sets: Mapping[str, str] | None = None,
    surface_depth_um: NDArray[np.float64] | None = None,
    zone_spacing_um: float = 5.0,
    centred: bool = True,
) -> Injury:
    """Treat the skin of a lattice.

    Zones are fired one after the other. Each is a cylinder of skin, solved for the temperature that the zones before it
    left along its axis. A moment after its last pulse its heat goes over to a block of skin, in which the heat of all
    zones spreads and adds up; there, damage goes on until the skin has cooled. What is removed or damaged by several
    zones combines as `mendsim.thermal.canvas.Canvas` says.

    In a section, rows of zones beside it are taken as fired together with the one in it.

    Parameters
    ----------
    session : what the operator sets.
    lattice : where the injury is wanted.
    layers : the skin.
    parameters : numbers of the thermal stage, from `load_parameters`.
    seed : of the random pattern, of the offset between passes, of jitter and of a random scan.
    damage_sets : other laws of damage for some processes.
    surface_depth_um : depth of the skin surface below its mean (a scar), ``(ny, nx)``; flat if not given.
    zone_spacing_um : side of the cells in which zones are solved.
    centred : whether the first pass lies in the middle of the lattice; a later session does not find it again.

    Raises
    ------
    InputError : skin too small for the pattern, wavelength without data, unknown law of damage.
    """
    sets = choose_sets(parameters, damage_sets)
    canvas = Canvas(lattice, surface_depth_um)
    by_pass = place_zones(session, lattice, seed, centred=centred)
    axes = np.concatenate(by_pass)
    passes = np.repeat(np.arange(len(by_pass)), [len(points) for points in by_pass])
    times = firing_times(session, lattice, axes, passes, seed)
    table = rate_table(parameters, sets)
    depth = 1e-6 * (lattice.depth_um[-1] + 0.5 * lattice.spacing_um)
    across = lattice.ny * lattice.spacing_um if lattice.ny > 1 else 0.5 * session.row_um
    size = (1e-6 * lattice.nx * lattice.spacing_um, 1e-6 * across)
    bulk = Bulk(layers, parameters, size, depth, 1e-6 * BULK_SPACING_UM, table)
    zones = ZoneLibrary(session, layers, parameters, sets, zone_spacing_um)
    if session.cooling_c is not None:
        bulk.cover(session.cooling_c, session.cooling_w_per_m2_k)
        bulk.advance(session.cooling_before_s)
    # The plane of a section is one side of its half row, on which the axes lie.
    heat, found = _fire(zones, bulk, canvas, 1.0 if lattice.ny > 1 else 0.5, axes, passes, times)
    _add_bulk(canvas, bulk, 0.0 if lattice.ny == 1 else None)
    columns = dict(zip(ZONE_COLUMNS[2:], found.T.copy(), strict=True))
    return canvas.injury(
        parameters["skin.temperature_c"],
        {"x_um": axes[:, 0].copy(), "y_um": axes[:, 1].copy(), **columns},
        {
            "kind": "laser",
            "session": asdict(session),
            "pitch_um": session.pitch_um,
            "damage_sets": sets,
            "seed": seed,
            "zone_count": len(axes),
            "zone": summarise(zones.at_rest),
            "zone_energy_j": zones.at_rest.ledger,
            "zone_energy_error": zones.at_rest.energy_error,
            "passes": heat,
            "boiled_between_zones_j": bulk.boiled,
        },
    )


def _fire(
    zones: ZoneLibrary,
    bulk: Bulk,
    canvas: Canvas,
    share: float,
    axes: NDArray[np.float64],
    passes: NDArray[np.int64],
    times: NDArray[np.float64],
) -> tuple[list[dict[str, float]], NDArray[np.float64]]:
    """Fire every zone in its turn, then let the skin cool; return how warm it was after each pass, and sizes of zones.

    Sizes ``(zones, 4)`` are those of `ZONE_COLUMNS` after the place.
    """
    sizes = np.zeros((len(axes), len(ZONE_COLUMNS) - 2))
    order = np.lexsort((np.arange(times.size), times))
    waiting: deque[tuple[float, int, FiredZone]] = deque()
    heat: list[dict[str, float]] = []
    now = 0.0

    def wait(until: float) -> None:
        nonlocal now
        while waiting and waiting[0][0] <= until:
            due, index, fired = waiting.popleft()
            bulk.advance(due - now)
            x, y = 1e-6 * axes[index]
            bulk.open(share * fired.channel, share * fired.coagulated, zones.grid.z_edges)
            bulk.take(share * fired.heat, zones.grid, x, y)
            now = due
        bulk.advance(until - now)
        now = until

    for number, index in enumerate(order):
        # The end of a pass is told once the heat of its last zone has spread, so the next pass may wait for that.
        wait(max(now, float(times[index])))
        x_um, y_um = axes[index]
        fired = zones.fire(bulk.on_axis(1e-6 * x_um, 1e-6 * y_um, zones.grid.z))
        canvas.lay_in_pattern(fired.stamp, float(x_um), float(y_um))
        sizes[index] = [fired.sizes[name] for name in ZONE_COLUMNS[2:]]
        waiting.append((now + zones.duration + HANDOVER, int(index), fired))
        if number + 1 == order.size or passes[order[number + 1]] > passes[index]:
            wait(now + zones.duration + HANDOVER)
            heat.append({"end_s": now} | bulk.warmth())
    bulk.cover()
    end = now + LONGEST_COOLING
    while bulk.rise.max() > COOLED_K and now < end:
        wait(now + max(0.1, 0.1 * bulk.since))
    return heat, sizes


def _add_bulk(canvas: Canvas, bulk: Bulk, section_y: float | None) -> None:
    """Add to the lattice what the heat of all zones together did after they were fired."""
    lattice = canvas.lattice
    x = 1e-6 * lattice.x_um
    y = 1e-6 * lattice.y_um if section_y is None else np.array([section_y])
    depth = 1e-6 * canvas.depth_um()
    for number, process in enumerate(DAMAGE_PROCESSES):
        omega = bulk.omega[..., number]
        if omega.max() > 1e-4:
            logarithm = bulk.at(np.log(np.maximum(omega, np.exp(NO_DAMAGE))), x, y, depth)
            canvas.survival[process] *= np.where(depth >= 0, np.exp(-np.exp(logarithm)), 1.0).astype(np.float32)
    dose = bulk.at(np.log(np.maximum(bulk.omega[..., -1], 1e-12)), x, y, depth)
    canvas.dose += np.where(depth >= 0, np.minimum(np.exp(dose), MOST_DOSE_MIN), 0.0).astype(np.float32)
    canvas.rise = np.maximum(canvas.rise, bulk.at(bulk.peak, x, y, depth))
