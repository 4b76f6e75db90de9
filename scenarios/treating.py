"""The laser sessions of a scenario without the healing: what each does to intact skin."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import xarray as xr

from mendsim.abm.site import SkinSite
from mendsim.common.errors import InputError, choices
from mendsim.scenarios.border import lattice_of, parameters_of
from mendsim.scenarios.delivery import DEFAULT_SEED, check_patterns, deliver_session
from mendsim.scenarios.loading import load
from mendsim.scenarios.prediction.limits import check_memory
from mendsim.scenarios.schema import LaserEvent, Scenario
from mendsim.scenarios.treatment_sizes import treatment_sizes
from mendsim.scenarios.tree import injury_nodes


def treat(
    scenario: Scenario | str | Path,
    *,
    event: int | None = None,
    seed: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> xr.DataTree:
    """Fire the laser sessions of a scenario at its skin and let nothing heal.

    Each session meets intact skin, as in a run, and is the one that a run with the same seed would get.

    Parameters
    ----------
    scenario : a scenario, or the name or file of one.
    event : number of one event, from 0; every laser session if not given.
    seed : of every random draw; that of a run if not given.
    progress : called after each session with the number done and of all.

    Returns
    -------
    A tree with ``treatment`` (a row for each session, see `treatment_sizes`) and, as in a run store, ``injury`` (maps
    on the lattice) and ``zones`` (a row for each zone).

    Raises
    ------
    InputError : a scenario that is not valid, no laser session in it, or an event that is none.
    """
    scenario = scenario if isinstance(scenario, Scenario) else load(scenario)
    seed = DEFAULT_SEED if seed is None else seed
    chosen = _chosen(scenario, event)
    check_memory(scenario)
    lattice, parameters = lattice_of(scenario.lattice), parameters_of(scenario)["thermal"]
    check_patterns(scenario, parameters)
    layers = SkinSite.load(scenario.patient.site, scenario.patient.phototype).layers
    injuries = []
    for number, laser in chosen.values():
        injury = deliver_session(laser, number, lattice=lattice, layers=layers, parameters=parameters, seed=seed)
        injuries.append((laser.at_h, injury))
        if progress is not None:
            progress(len(injuries), len(chosen))
    tree = xr.DataTree.from_dict(
        {
            "/treatment": treatment_sizes(injuries, list(chosen), layers),
            **injury_nodes(injuries, lattice),
        }
    )
    tree.attrs = {
        "title": scenario.title,
        "scenario_name": scenario.name,
        "scenario": json.dumps(scenario.to_dict(), sort_keys=True),
        "seed": seed,
    }
    return tree


def _chosen(scenario: Scenario, event: int | None) -> dict[int, tuple[int, LaserEvent]]:
    """Find the chosen sessions: the number among the sessions and the settings of each, by the number of the event."""
    places = [place for place, each in enumerate(scenario.events) if isinstance(each, LaserEvent) and not each.sham]
    if not places:
        raise InputError("no laser session in this scenario", file=scenario.name, key="events")
    if event is not None and event not in places:
        raise InputError("not a laser session", file=scenario.name, key=f"events.{event}", allowed=choices(places))
    found = {}
    for number, place in enumerate(places):
        laser = scenario.events[place]
        if isinstance(laser, LaserEvent) and event in (None, place):
            found[place] = (number, laser)
    return found
