"""The run store's contents as one xarray tree, every variable with its unit and meaning."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr

from mendsim.abm.agents.fibroblast import Fibroblast
from mendsim.abm.agents.follicle import Follicle
from mendsim.abm.agents.keratinocyte import Keratinocyte
from mendsim.abm.agents.melanocyte import Melanocyte
from mendsim.abm.agents.t_cell import TCell
from mendsim.abm.agents.vessel import TipCell, Vessel
from mendsim.abm.core import Column
from mendsim.abm.mends import MEND_COLUMNS, TRACK_COLUMNS
from mendsim.abm.observables import FIELDS, OBSERVABLES
from mendsim.common.lattice import Lattice
from mendsim.scenarios.recording import Columns, Recording
from mendsim.thermal.injury import DAMAGE_PROCESSES, ZONE_COLUMNS, Injury

AGENTS = {
    "keratinocyte": Keratinocyte,
    "fibroblast": Fibroblast,
    "t_cell": TCell,
    "follicle": Follicle,
    "melanocyte": Melanocyte,
    "tip_cell": TipCell,
}

_PLACES = {
    "unique_id": ("1", "id, never used again in the run"),
    "x_um": ("um", "position along the section"),
    "y_um": ("um", "position across the section"),
    "z_um": ("um", "depth below the mean skin surface"),
}
"""Columns that are reported but not declared by a kind of agent, or reported from another origin."""


def build_tree(recording: Recording, lattice: Lattice) -> xr.DataTree:
    """Turn a recording into the tree of a run store, without its attributes."""
    nodes = {
        "/series": _series(recording),
        "/outcome": _outcome(recording),
        **_mends(recording),
        **_snapshots(recording, lattice),
        **injury_nodes(recording.injuries, lattice),
    }
    return xr.DataTree.from_dict(nodes)


def _about(unit: str, meaning: str, **more: Any) -> dict[str, Any]:
    return {"units": unit, "long_name": meaning, **more}


def _series(recording: Recording) -> xr.Dataset:
    time = ("time", np.array(recording.series_time_h), _about("h", "time since the start"))
    variables = {
        name: (
            "time",
            np.array(recording.series[name]),
            _about(about.unit, about.meaning, dermal=int(about.dermal)),
        )
        for name, about in OBSERVABLES.items()
        if name in recording.series
    }
    comment = "a row is taken before the events of its moment: the first one is the untouched skin"
    return xr.Dataset(variables, {"time": time}, {"comment": comment})


def _outcome(recording: Recording) -> xr.Dataset:
    last = {name: values[-1] for name, values in recording.series.items()}
    return xr.Dataset(
        {
            name: ((), np.float64(last[name]), _about(about.unit, f"{about.meaning}, at the end"))
            for name, about in OBSERVABLES.items()
            if name in last
        }
    )


def _mends(recording: Recording) -> dict[str, xr.Dataset]:
    """Lay out MENDs as ``/mends``, and where each was at every look as ``/mends/track``."""
    mends, track = recording.mends
    return {
        "/mends": xr.Dataset({name: ("mend", mends[name], _about(*MEND_COLUMNS[name])) for name in mends}),
        "/mends/track": xr.Dataset({name: ("look", track[name], _about(*TRACK_COLUMNS[name])) for name in track}),
    }


def _axes(lattice: Lattice) -> dict[str, Any]:
    return {
        "depth_um": ("z", lattice.depth_um, _about("um", "depth below the mean skin surface", positive="down")),
        "y_um": ("y", lattice.y_um, _about("um", "position across the section")),
        "x_um": ("x", lattice.x_um, _about("um", "position along the section")),
    }


def _snapshots(recording: Recording, lattice: Lattice) -> dict[str, xr.Dataset]:
    shots = recording.snapshots
    if not shots:
        return {}
    times = np.array([shot.time_h for shot in shots])
    coordinates = {"snapshot": ("snapshot", times, _about("h", "time since the start")), **_axes(lattice)}
    fields = {
        name: (
            ("snapshot", "z", "y", "x"),
            np.stack([shot.fields[name] for shot in shots]),
            _about(about.unit, about.meaning),
        )
        for name, about in FIELDS.items()
        if name in shots[0].fields
    }
    comment = "a snapshot is taken after the events of its moment: one on the day of a session shows the fresh injury"
    nodes = {"/fields": xr.Dataset(fields, coordinates, {"comment": comment})}
    for name, kind in AGENTS.items():
        if name in shots[0].agents:
            nodes[f"/agents/{name}"] = _ragged([shot.agents[name] for shot in shots], kind, times)
    if shots[0].vessels:
        nodes["/vessels"] = _ragged([shot.vessels for shot in shots], Vessel, times)
    return nodes


def _ragged(tables: Sequence[Columns], kind: type, times_h: np.ndarray) -> xr.Dataset:
    """Join tables of different lengths, one for each snapshot; ``snapshot_index`` tells the rows apart."""
    rows = [len(next(iter(table.values()))) for table in tables]
    index = np.repeat(np.arange(len(tables), dtype=np.int32), rows)
    variables: dict[str, Any] = {
        "snapshot_index": ("row", index, _about("1", "number of the snapshot that the row belongs to")),
    }
    for name in tables[0]:
        unit, meaning = _meaning(kind, name)
        variables[name] = ("row", np.concatenate([table[name] for table in tables]), _about(unit, meaning))
    return xr.Dataset(variables, {"snapshot": ("snapshot", times_h, _about("h", "time since the start"))})


def _meaning(kind: type, column: str) -> tuple[str, str]:
    if column in _PLACES:
        return _PLACES[column]
    declared = getattr(kind, column, None)
    if isinstance(declared, Column):
        return declared.unit, declared.doc
    end, axis = column[1:2], column[:1]
    return "um", f"{axis} of the {'first' if end == '0' else 'second'} end; z is depth below the mean skin surface"


def injury_nodes(sessions: Sequence[tuple[float, Injury]], lattice: Lattice) -> dict[str, xr.Dataset]:
    """Lay out injuries and the times [h] at which they came: maps as ``/injury``, zones as ``/zones``."""
    if not sessions:
        return {}
    times = np.array([time for time, _ in sessions])
    injuries = [injury for _, injury in sessions]
    sites = ("session", "z", "y", "x")
    variables: dict[str, Any] = {
        "ablated": (sites, np.stack([i.ablated for i in injuries]), _about("1", "share of the site that was removed")),
        "thermal_dose": (sites, np.stack([i.dose_min for i in injuries]), _about("min", "minutes at 43 degC (CEM43)")),
        "peak_temperature": (
            sites,
            np.stack([i.peak_temperature_c for i in injuries]),
            _about("degC", "highest temperature"),
        ),
    }
    for process in DAMAGE_PROCESSES:
        damage = np.stack([injury.damage[process] for injury in injuries])
        variables[f"damage_{process}"] = (sites, damage, _about("1", f"share lost to {process.replace('_', ' ')}"))
    session = {"session": ("session", times, _about("h", "time of the session since the start"))}
    records = json.dumps([_plain(injury.record) for injury in injuries], sort_keys=True)
    zones: dict[str, Any] = {
        name: (
            "zone",
            np.concatenate([injury.zones[name] for injury in injuries]),
            _about("um", name.removesuffix("_um").replace("_", " ")),
        )
        for name in ZONE_COLUMNS
    }
    index = np.repeat(np.arange(len(injuries), dtype=np.int32), [len(injury.zones["x_um"]) for injury in injuries])
    zones["session_index"] = ("zone", index, _about("1", "number of the session that made the zone"))
    return {
        "/injury": xr.Dataset(variables, {**session, **_axes(lattice)}, {"record": records}),
        "/zones": xr.Dataset(zones, session),
    }


def _plain(value: Any) -> Any:
    """Numpy numbers as Python ones, for JSON."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value.item() if isinstance(value, np.generic) else value
