"""From the events of a scenario to injuries of the skin."""

from __future__ import annotations

from mendsim.common.lattice import Lattice
from mendsim.common.parameters import Parameters
from mendsim.scenarios.delivery import deliver_session
from mendsim.scenarios.schema import ContactBurnEvent, IncisionEvent, InjuryEvent, PunchEvent
from mendsim.thermal.burn import contact_burn
from mendsim.thermal.injury import Injury
from mendsim.thermal.layers import SkinLayers
from mendsim.thermal.wounds import incision, punch


def injury_of(
    event: InjuryEvent, *, lattice: Lattice, layers: SkinLayers, parameters: Parameters, seed: int, sessions: int
) -> Injury:
    """Work out what an event does to the skin.

    Parameters
    ----------
    event : what happens.
    lattice, layers : the skin.
    parameters : numbers of the thermal stage.
    seed : of the run.
    sessions : number of laser sessions before this event.
    """
    if isinstance(event, PunchEvent):
        return punch(lattice, parameters, diameter_um=event.diameter_um, depth_um=event.depth_um)
    if isinstance(event, IncisionEvent):
        return incision(lattice, parameters, width_um=event.width_um, depth_um=event.depth_um)
    if isinstance(event, ContactBurnEvent):
        return contact_burn(
            lattice,
            layers,
            parameters,
            temperature_c=event.temperature_c,
            contact_s=event.contact_s,
            diameter_um=event.diameter_um,
        )
    if event.sham:
        return Injury.none(lattice)
    return deliver_session(event, sessions, lattice=lattice, layers=layers, parameters=parameters, seed=seed)
