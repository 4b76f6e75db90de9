"""A small run whose every number is known: two zones, four snapshots, the first of untouched skin.

Sites of 20 um: 30 along, 22 down. Air above 0, epidermis to 60, dermis to 360, hypodermis below. The session is on day
1; zones stand at 150 and 450 um, so columns lie 0, 20, ..., 140 um from the nearest.
"""

from __future__ import annotations

import json

import numpy as np
import pytest
import xarray as xr

from mendsim.abm.observables import FIELDS, OBSERVABLES
from mendsim.thermal.injury import DAMAGE_PROCESSES

HOURS = np.array([0.0, 24.0, 48.0, 96.0])
DAYS = HOURS / 24.0
X = 20.0 * np.arange(30) + 10.0
DEPTH = 20.0 * np.arange(22) - 30.0
ZONES = np.array([150.0, 450.0])
AWAY = np.abs(X[:, None] - ZONES).min(axis=1)
REACH = dict(zip(DAMAGE_PROCESSES, (40.0, 60.0, 80.0, 40.0, 20.0, 100.0), strict=True))
"""How far from its axis a zone damages each target."""
COAGULATED, CHANNEL, CHANNEL_HALF = 200.0, 100.0, 30.0
DRUG = {"given": 100.0, "donor": 60.0, "removed": 5.0, "corneum": 10.0, "epidermis": 4.0, "channel": 1.0}
DRUG |= {"dermis": 15.0, "hypodermis": 2.0, "cleared": 2.0, "degraded": 1.0, "received": 0.0}

_DEEP, _FAR = np.broadcast_arrays(DEPTH[:, None], AWAY[None, :])
_DERMIS = (_DEEP > 60) & (_DEEP < 360)
_HOLE = (_DEEP > 0) & (_DEEP < CHANNEL) & (_FAR < CHANNEL_HALF)


def _tissue(day: float) -> np.ndarray:
    code = np.select([_DEEP < 0, _DEEP < 60, _DEEP < 360], [0, 1, 2], 3)
    return np.where(_HOLE & (code == 2) & (day >= 1), 4, code)


def _kinds(day: float) -> np.ndarray:
    """One layer of each; zone 1 is covered on day 2, zone 2 on day 4."""
    kind = np.select([_DEEP == 10, _DEEP == 30, _DEEP == 50], [4, 2, 1], 0)
    opened = (_FAR <= 20) & (kind > 0) & (day >= 1)
    closed_on = np.where(X < 300, 2.0, 4.0)
    return np.where(opened & (day < closed_on), 5, kind)


def _field(name: str, day: float) -> np.ndarray:
    if name == "collagen_1":
        filled = {0.0: 80.0, 1.0: 0.0, 2.0: 20.0, 4.0: 50.0}[day]
        return np.where(_HOLE, filled, 80.0) * _DERMIS
    values = {
        "tissue": _tissue(day),
        "cell_kind": _kinds(day),
        "collagen_3": 20.0 * _DERMIS * ~(_HOLE & (day >= 1)),
        "elastin": 5.0 * _DERMIS,
        "orientation_order": np.where(_DEEP < 200, 0.25, 0.75) * _DERMIS,
        "tgf_beta1": day * _FAR,
        "mmp9": _DEEP,
        "oxygen": np.where(_DEEP < 200, 40.0, 10.0),
        "drug": 2.0 * np.isin(_DEEP, (110, 150)) * np.isin(X, (290, 310))[None, :] * (day >= 1),
    }
    return np.broadcast_to(values.get(name, np.float64(0.0)), _DEEP.shape)


def _series() -> dict[str, list[float]]:
    stages = {"anagen": 0.5, "catagen": 0.25, "telogen": 0.25, "kenogen": 0.0}
    return dict.fromkeys(OBSERVABLES, [1.0] * 4) | {
        "scar_depth_um": [300.0, 300.0, 280.0, 270.0],
        "collagen_1_mg_per_ml": [80.0, 60.0, 64.0, 70.0],
        "collagen_3_mg_per_ml": [20.0, 10.0, 16.0, 20.0],
        "eliminated_fragments_ug_per_cm2": [0.0, 0.0, 1.0, 2.0],
        "eliminated_elastotic_ug_per_cm2": [0.0, 0.0, 3.0, 3.0],
        "eliminated_particles_ug_per_cm2": [0.0, 0.0, 0.0, 0.5],
        "follicle_count": [4.0] * 4,
        **{f"{stage}_fraction": [share] * 4 for stage, share in stages.items()},
        **{f"drug_{place}_ug_per_cm2": [0.0, amount, amount, amount] for place, amount in DRUG.items()},
    }


def _injury() -> dict[str, np.ndarray]:
    warm = _DEEP < COAGULATED
    skin = _DEEP > 0
    return {
        "ablated": 1.0 * _HOLE,
        "peak_temperature": 34.0 + np.where(warm, np.maximum(0.0, 100.0 - _FAR), 0.0) * skin,
        "thermal_dose": 5.0 * (warm & (_FAR < 40.0) & skin),
        **{f"damage_{name}": 1.0 * (warm & (reach >= _FAR) & skin) for name, reach in REACH.items()},
    }


def _zones() -> dict[str, list[float]]:
    return {
        "x_um": list(ZONES),
        "y_um": [0.0, 0.0],
        "channel_depth_um": [CHANNEL, CHANNEL],
        "channel_width_um": [60.0, 60.0],
        "coagulation_depth_um": [COAGULATED, COAGULATED],
        "coagulation_width_um": [80.0, 80.0],
        "session_index": [0, 0],
    }


def _agents() -> dict[str, dict[str, np.ndarray]]:
    """The same at every snapshot: a basal cell over each column, fibroblasts, T cells, two follicles."""
    shot, n = np.repeat(np.arange(4), len(X)), len(X)
    basal = {"x_um": X, "y_um": 0.0 * X, "z_um": np.full(n, 50.0), "kind": np.full(n, 1), "hsp70": AWAY / 100.0}
    basal["melanin_pg"] = np.full(n, 2.0)
    fibroblasts = {
        "x_um": np.array([150.0, 190.0, 190.0, 190.0]),
        "y_um": np.zeros(4),
        "z_um": np.array([110.0, 110.0, 130.0, 310.0]),
        "state": np.array([0, 1, 2, 3]),
        "hsp70": np.array([1.0, 3.0, 5.0, 9.0]),
        "hsp47": np.array([0.0, 2.0, 4.0, 9.0]),
    }
    t_cells = {
        "x_um": np.array([10.0, 20.0, 30.0]),
        "y_um": np.zeros(3),
        "z_um": np.array([110.0, 140.0, 340.0]),
        "autoreactive": np.array([0, 0, 1]),
        "cd8": np.array([1, 0, 1]),
    }
    hair = {
        "x_um": np.array([150.0, 150.0, 310.0]),
        "y_um": np.zeros(3),
        "bulb_depth_um": np.array([190.0, 190.0, 350.0]),
    }
    tables = {"keratinocyte": basal, "fibroblast": fibroblasts, "t_cell": t_cells, "follicle": hair}
    tables |= {kind: {"x_um": np.array([150.0])} for kind in ("melanocyte", "tip_cell")}
    return {
        kind: {
            "snapshot_index": shot if kind == "keratinocyte" else np.repeat(np.arange(4), len(table["x_um"])),
            **{name: np.tile(column, 4) for name, column in table.items()},
        }
        for kind, table in tables.items()
    }


def _vessels() -> dict[str, np.ndarray]:
    """One segment with flow, straight down from 0 to 100 um, and one without, 200 um long at 225 um."""
    ends = {"x0": (300, 100), "y0": (150, 150), "z0": (0, 225), "x1": (300, 300), "y1": (150, 150), "z1": (100, 225)}
    columns = {f"{name}_um": np.tile(np.array(both, float), 4) for name, both in ends.items()}
    return {
        "snapshot_index": np.repeat(np.arange(4), 2),
        "perfused": np.tile([1, 0], 4),
        "flow_nl_per_min": np.ones(8),
        **columns,
    }


def _mends() -> dict[str, xr.Dataset]:
    """MEND 1 is shed on day 4, MEND 2 stays; 3 grew into 1."""
    table = {
        "number": [1, 2, 3],
        "formed_h": [24.0, 24.0, 24.0],
        "covered_h": [36.0, 48.0, np.nan],
        "shed_h": [96.0, np.nan, np.nan],
        "width_um": [80.0, 60.0, 100.0],
        "merged_into": [0, 0, 1],
        "cells": [40, 30, 10],
        "melanin_pg": [80.0, 60.0, 20.0],
        "melanin_shed_pg": [75.0, 0.0, 0.0],
    }
    track = {
        "time_h": [24.0, 48.0, 96.0, 24.0, 96.0],
        "mend": [1, 1, 1, 2, 2],
        "depth_um": [30.0, 10.0, -10.0, 30.0, 20.0],
    }
    return {
        "/mends": xr.Dataset({name: ("mend", values) for name, values in table.items()}),
        "/mends/track": xr.Dataset({name: ("look", values) for name, values in track.items()}),
    }


_PARAMETERS = {
    "abm.doppler.depth_um": 500.0,
    "abm.matrix.surface_per_missing_matrix": 0.5,
    "abm.vegf.hypoxia_half_effect_mmhg": 20.0,
    "abm.vessel.section_thickness_um": 300.0,
    "site.cheek.collagen_1_mg_per_ml": 80.0,
    "site.cheek.collagen_3_mg_per_ml": 20.0,
}
DRUG_EVENT = {"kind": "drug", "at": "24 h"}
RECORD = {
    "kind": "laser",
    "session": {"pulse_energy_mj": 20.0, "density_per_cm2": 400.0, "passes": 2},
    "passes": [
        {"end_s": 1.0, "between_c": 36.0, "hottest_c": 60.0},
        {"end_s": 12.0, "between_c": 41.0, "hottest_c": 70.0},
    ],
}


def _table(columns: dict[str, np.ndarray]) -> xr.Dataset:
    return xr.Dataset({name: ("row", values, {"units": "1", "long_name": name}) for name, values in columns.items()})


@pytest.fixture
def known() -> xr.DataTree:
    """Make the run in memory."""
    places = {"depth_um": ("z", DEPTH), "y_um": ("y", [10.0]), "x_um": ("x", X)}
    axes = ("snapshot", "z", "y", "x")
    saved = {
        name: (axes, np.stack([_field(name, day) for day in DAYS])[:, :, None, :], {"units": about.unit})
        for name, about in FIELDS.items()
    }
    injury = {name: (("session", *axes[1:]), values[None, :, None, :]) for name, values in _injury().items()}
    groups = {
        "/series": xr.Dataset(
            {name: ("time", values, {"dermal": int("collagen" in name)}) for name, values in _series().items()},
            {"time": ("time", HOURS)},
        ),
        "/fields": xr.Dataset(saved, {"snapshot": ("snapshot", HOURS), **places}),
        "/injury": xr.Dataset(injury, {"session": ("session", [24.0]), **places}, {"record": json.dumps([RECORD])}),
        "/zones": xr.Dataset({name: ("zone", values) for name, values in _zones().items()}),
        "/vessels": _table(_vessels()),
        **{f"/agents/{kind}": _table(table) for kind, table in _agents().items()},
        **_mends(),
    }
    run = xr.DataTree.from_dict(groups)
    run.attrs = {
        "scenario_name": "known",
        "scenario": json.dumps({"title": "Known", "patient": {"site": "cheek"}, "events": [DRUG_EVENT]}),
        "parameters": json.dumps({key: {"value": value} for key, value in _PARAMETERS.items()}),
    }
    return run


@pytest.fixture
def untreated() -> xr.DataTree:
    """Make a run that recorded hardly anything."""
    return xr.DataTree.from_dict(
        {"/series": xr.Dataset({"keratinocyte_count": ("time", [1.0, 1.0])}, {"time": ("time", [0.0, 24.0])})}
    )
