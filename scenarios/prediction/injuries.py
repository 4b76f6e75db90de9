"""What the injuries of a scenario cost: solving their zones, firing them at the skin."""

from __future__ import annotations

import math

from mendsim.abm.site import SkinSite
from mendsim.common.parameters import Parameters
from mendsim.scenarios.border import parameters_of, session_of
from mendsim.scenarios.prediction.sample import Size, costs
from mendsim.scenarios.schema import AftercareEvent, DrugEvent, InjectionEvent, InjuryEvent, LaserEvent, Scenario
from mendsim.thermal import LaserSession
from mendsim.thermal.grid import ZoneGrid
from mendsim.thermal.light import Light
from mendsim.thermal.phase import dermis_heat_capacity
from mendsim.thermal.treatment import BULK_SPACING_UM
from mendsim.thermal.zone import pulse_steps, zone_grid
from mendsim.thermal.zone_library import HANDOVER, is_kept, pulse_of

_GENTLE = DrugEvent | InjectionEvent | AftercareEvent
_FINE_M = 5e-6
"""Side of the cells in which the zones of a run are solved."""


def injuries_of(scenario: Scenario) -> list[InjuryEvent]:
    """Events that injure the skin: a sham session does not."""
    events = [event for event in scenario.events if not isinstance(event, _GENTLE)]
    return [event for event in events if not getattr(event, "sham", False)]


def firing_s(scenario: Scenario, size: Size) -> float:
    """Time for all injuries, the zones of lasers being known [s]."""
    cost = costs()
    each_site = cost[f"session.{'block' if size.block else 'section'}_site_s"]
    return len(injuries_of(scenario)) * (cost["session.fire_s"] + each_site * size.sites)


def zones_s(scenario: Scenario, *, afresh: bool = False) -> float:
    """Time for solving the zones that are not on the disk, or every one ``afresh`` [s]."""
    thermal = parameters_of(scenario)["thermal"]
    found = _needed(scenario, thermal) if afresh else _unsolved(scenario, thermal)
    return sum(count * solving_s(session, thermal) for session, count in found.items())


def firing_bytes(scenario: Scenario, size: Size) -> float:
    """Memory that the session which needs most takes on its way [B]; 0 without laser."""
    cost, thermal = costs(), parameters_of(scenario)["thermal"]
    unsolved, most = _unsolved(scenario, thermal), 0.0
    for session in _sessions(scenario, thermal):
        grid = _grid(session, thermal)
        cells, rings = math.prod(grid.shape), grid.shape[1]
        across = 2.0 * float(grid.r_edges[-1]) / (1e-6 * BULK_SPACING_UM)
        needed = cost["memory.firing_ring_bytes"] * across**2 * rings
        if unsolved[session]:
            needed += cost["memory.zone_cell_bytes"] * cells
        most = max(most, cost["memory.firing_bytes"] + cost["memory.firing_site_bytes"] * size.sites + needed)
    return most


def _sessions(scenario: Scenario, thermal: Parameters) -> list[LaserSession]:
    """Sessions that differ."""
    lasers = [event for event in injuries_of(scenario) if isinstance(event, LaserEvent)]
    return list(dict.fromkeys(session_of(event, thermal) for event in lasers))


def _needed(scenario: Scenario, thermal: Parameters) -> dict[LaserSession, int]:
    """Count the zones of each session: one for skin at rest, one more for warmed skin."""
    return {session: 2 if _warms(session, scenario) else 1 for session in _sessions(scenario, thermal)}


def _unsolved(scenario: Scenario, thermal: Parameters) -> dict[LaserSession, int]:
    """Count the zones of each session that are not on the disk."""
    layers = SkinSite.load(scenario.patient.site, scenario.patient.phototype).layers
    return {
        session: sum(not is_kept(session, layers, thermal, level=level) for level in range(count))
        for session, count in _needed(scenario, thermal).items()
    }


def _warms(session: LaserSession, scenario: Scenario) -> bool:
    """Whether zones are fired after the heat of others has come to them: a row of a section is often done before."""
    if session.passes > 1 or session.cooling_c is not None:
        return True
    in_a_row = scenario.lattice.width_um / session.pitch_um
    if scenario.lattice.length_um is not None:
        return in_a_row * scenario.lattice.length_um / session.row_um > 1.5
    interval_s = max(1e-3 * session.spot_interval_ms, session.zone_s)
    return (in_a_row - 1.0) * interval_s > session.zone_s + HANDOVER


def _grid(session: LaserSession, thermal: Parameters) -> ZoneGrid:
    return zone_grid(Light.of(session.device, thermal), pulse_of(session), thermal, _FINE_M)


def solving_s(session: LaserSession, thermal: Parameters) -> float:
    """Time for solving one zone of a session [s]: heat steps through its cells, light through its layers or photons."""
    cost, pulse, light = costs(), pulse_of(session), Light.of(session.device, thermal)
    layers, rings = _grid(session, thermal).shape
    packet_s, packets = pulse_steps(light, pulse, thermal, _FINE_M)
    steps = max(1, round(pulse.duration / (packets * packet_s)))
    spent = cost["zone.conduction_s"] * layers * rings * pulse.count * (steps + cost["zone.cooling_steps"])
    if not light.scatters:
        return spent + cost["zone.light_s"] * layers * packets * steps * pulse.count
    water = thermal["dermis.water_fraction"] * thermal["dermis.density_kg_per_m3"] / thermal["water.density_kg_per_m3"]
    absorption = water * light.water_absorption + light.dry_absorption
    collisions = light.reduced_scattering / (1.0 - light.anisotropy) / absorption
    fluence = pulse.count * pulse.energy / (math.pi * (0.5 * pulse.spot_diameter) ** 2)
    warming_k = absorption * fluence / dermis_heat_capacity(thermal)
    tracings = cost["zone.tracings"] + cost["zone.tracings_per_k"] * warming_k / collisions ** cost["zone.spreading"]
    return spent + cost["zone.tracing_s"] * collisions * tracings
