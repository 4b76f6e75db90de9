"""Laser sessions of a scenario, fired at its piece of skin."""

from __future__ import annotations

from mendsim.common.errors import InputError
from mendsim.common.lattice import Lattice
from mendsim.common.parameters import Parameters
from mendsim.common.philox import bits64
from mendsim.common.purposes import PATTERN
from mendsim.scenarios.border import lattice_of, session_of
from mendsim.scenarios.schema import LaserEvent, Scenario
from mendsim.thermal import Injury, SkinLayers
from mendsim.thermal.pattern import place_zones
from mendsim.thermal.treatment import deliver

DEFAULT_SEED = 1
"""Seed of a run that is given none."""


def check_patterns(scenario: Scenario, thermal: Parameters) -> None:
    """Refuse a pattern that does not fit the skin now, not months into the run."""
    for number, event in enumerate(scenario.events):
        if isinstance(event, LaserEvent):
            try:
                place_zones(session_of(event, thermal), lattice_of(scenario.lattice), DEFAULT_SEED)
            except InputError as error:
                key = f"events.{number}.density"
                got = f"a sample of {error.value} um" if error.key != "density_per_cm2" else error.value
                raise InputError(error.problem, file=scenario.name, key=key, value=got, allowed=error.allowed) from None


def deliver_session(
    event: LaserEvent, number: int, *, lattice: Lattice, layers: SkinLayers, parameters: Parameters, seed: int
) -> Injury:
    """Fire a laser session at intact skin.

    Parameters
    ----------
    event : what the operator sets.
    number : of the session among those of the scenario, from 0. Each lays its zones anew; the first is centred and
        uses the seed itself.
    lattice, layers : the skin.
    parameters : numbers of the thermal stage.
    seed : of the run.
    """
    own = seed if number == 0 else int(bits64(seed, number, 0, PATTERN) >> 1)
    return deliver(session_of(event, parameters), lattice, layers, parameters, own, centred=number == 0)
