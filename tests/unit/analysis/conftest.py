"""Small synthetic run stores that follow the store's contract, so that analysis is tested without a model."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

SNAPSHOTS_H = np.array([0.0, 1.0, 24.0, 72.0, 168.0, 336.0, 720.0, 1440.0, 2160.0])
DAMAGE = {
    "keratinocyte_necrosis": 1.0,
    "fibroblast_necrosis": 1.15,
    "t_cell_apoptosis": 1.5,
    "vessel_coagulation": 0.8,
    "collagen_denaturation": 0.6,
    "heat_shock": 2.0,
}
UNITS = {
    "um": "um",
    "mg_per_ml": "mg/mL",
    "ng_per_ml": "ng/mL",
    "mmhg": "mmHg",
    "fraction": "1",
    "order": "1",
    "count": "1",
}


def _unit(name: str) -> str:
    return next((unit for suffix, unit in UNITS.items() if name.endswith(suffix)), "1")


def _series(time_h: np.ndarray, treated: bool) -> dict[str, np.ndarray]:
    day = time_h / 24.0
    wound = float(treated)
    hump = {peak: wound * (day / peak) * np.exp(1.0 - day / peak) for peak in (1.5, 2.0, 4.0, 12.0, 25.0)}
    opened = wound * np.clip(1.0 - day / 1.5, 0.0, 1.0)
    debris = wound * 120.0 * np.clip(day / 0.5, 0.0, 1.0) * np.clip((8.0 - day) / 3.0, 0.0, 1.0)
    fall, rise = np.exp(-(((day - 5.0) / 4.0) ** 2)), 1.0 - np.exp(-day / 30.0)
    collagen = 1.0 + wound * (0.12 * rise - 0.08 * fall * np.clip(day, 0.0, 1.0))
    scar = 300.0 * (1.0 - wound * 0.3 * rise)
    one = np.ones_like(day)
    return {
        "keratinocyte_count": 2000.0 * (one - 0.05 * opened),
        "basal_count": 250.0 * (one - 0.1 * opened),
        "corneocyte_count": 2400.0 * (one - 0.1 * opened),
        "debris_count": debris,
        "debris_depth_um": np.where(debris > 0, 60.0 - 8.0 * day, np.nan),
        "debris_shed_count": wound * 120.0 * np.clip((day - 5.0) / 3.0, 0.0, 1.0),
        "reepithelialised_fraction": 1.0 - opened,
        "barrier_open_fraction": 0.1 * opened,
        "epidermal_thickness_um": 60.0 * (one - 0.1 * opened + 0.1 * hump[4.0]),
        "epidermal_melanin_pg": 500.0 * (one - wound * 0.05 * np.clip(day / 7.0, 0.0, 1.0)),
        "fibroblast_count": 300.0 * (one + 0.8 * hump[12.0]),
        "activated_fibroblast_count": 160.0 * hump[4.0],
        "myofibroblast_count": 90.0 * hump[12.0],
        "t_cell_count": 80.0 * (one - 0.3 * wound * np.exp(-day / 5.0) * np.clip(day, 0.0, 1.0)),
        "collagen_1_mg_per_ml": 150.0 * collagen,
        "collagen_3_mg_per_ml": 30.0 * collagen + 12.0 * hump[12.0],
        "collagen_mg_per_ml": 180.0 * collagen + 12.0 * hump[12.0],
        "denatured_collagen_mg_per_ml": wound * 9.0 * np.exp(-day / 6.0),
        "fragments_mg_per_ml": 1.5 * hump[4.0],
        "elastin_mg_per_ml": 8.0 * collagen,
        "orientation_order": 0.35 + 0.05 * wound * rise,
        "scar_depth_um": scar,
        "scar_volume_mm3_per_mm2": scar * 4e-4,
        "tgf_beta1_ng_per_ml": 0.02 + 0.5 * hump[2.0],
        "mmp9_ng_per_ml": 0.05 + 2.0 * hump[4.0],
        "cytokine_ng_per_ml": 0.01 + 0.3 * hump[1.5],
        "vegf_ng_per_ml": 0.02 + 0.1 * hump[4.0],
        "oxygen_mmhg": 40.0 - 5.0 * hump[2.0],
        "hypoxic_fraction": 0.02 + 0.05 * hump[2.0],
        "perfused_vessel_length_mm_per_mm2": 6.0 - 0.7 * wound * np.exp(-day / 8.0) * np.clip(day, 0.0, 1.0),
        "flow_nl_per_min": 12.0 * (one + 0.4 * hump[4.0]),
        "anagen_fraction": 0.5 + 0.2 * wound * rise,
        "follicle_count": 2.0 * one,
        "drug_donor_ug_per_cm2": 100.0 * np.exp(-day / (0.5 if treated else 5.0)),
        "drug_epidermis_ug_per_cm2": 5.0 * np.exp(-day / 2.0) * (1.0 - np.exp(-day / 0.2)),
        "drug_dermis_ug_per_cm2": (20.0 if treated else 2.0) * np.exp(-day / 4.0) * (1.0 - np.exp(-day / 0.2)),
        "drug_cleared_ug_per_cm2": (60.0 if treated else 5.0) * (1.0 - np.exp(-day / 4.0)),
    }


def _fields(grid: dict[str, np.ndarray], snapshot_h: np.ndarray, treated: bool) -> dict[str, np.ndarray]:
    depth, x = grid["depth_um"][:, None], grid["x_um"][None, :]
    width = x.max() + x.min()
    radius = np.min(np.abs(x - np.array(grid["zone_x_um"])[:, None]), axis=0)[None, :]
    epidermis_um, corneum_um = 70.0, 20.0
    layers = np.select(
        [depth < 0, depth < corneum_um, depth < 30, depth < 60, depth < epidermis_um], [0, 4, 3, 2, 1], 0
    ) * np.ones_like(x, dtype=int)
    pit = np.exp(-(((x - width / 2) / (0.18 * width)) ** 2)) * np.exp(-np.maximum(depth - 70, 0) / 500.0)
    result: dict[str, list[np.ndarray]] = {}
    for hours in snapshot_h:
        day, kind = hours / 24.0, layers.copy()
        injured = treated and hours > 0
        tissue = np.where(depth < 0, 0, np.where(depth < epidermis_um, 1, 2)) * np.ones_like(kind)
        channel = injured & (radius < 50.0 * (1 - depth / 500.0)) & (depth > 0) & (depth < 400.0)
        gap = channel & (depth < epidermis_um)
        if day < 1:
            kind, tissue = np.where(gap, 0, kind), np.where(gap, 0, tissue)
        elif day < 7:
            plug = gap & (np.abs(depth - (50 - 6 * day)) < 15)
            kind = np.where(plug, 5, kind)
        if day < 14:
            tissue = np.where(channel & (depth >= epidermis_um), 4, tissue)
        dermis = (tissue == 2) | (tissue == 4)
        healed = 1 - np.exp(-day / 30.0) if treated else 0.0
        full = 180.0 * (1 - (0.6 - 0.2 * healed) * pit) * (1 + 0.1 * healed)
        void = np.where(channel, np.exp(-day / 12.0), 0.0)
        collagen = np.where(dermis, full * (1 - void), 0.0)
        tgf = 0.02 + 1.5 * injured * (day / 2) * np.exp(1 - day / 2) * np.exp(
            -np.maximum(radius - 50, 0) / 120.0
        ) * np.exp(-depth / 600)
        one = np.ones_like(collagen)
        values = {
            "tissue": tissue,
            "cell_kind": kind,
            "collagen_1": 0.8 * collagen,
            "collagen_3": 0.2 * collagen,
            "denatured_collagen": np.where(
                dermis & (radius < 90) & injured & (depth < 450), 60 * np.exp(-day / 6), 0.0
            ),
            "fragments": 0.02 * collagen,
            "elastin": 0.05 * collagen,
            "orientation_rad": 0.3 * np.sin(x / 120.0) + 0.2 * np.cos(depth / 90.0),
            "orientation_order": np.where(dermis, 0.5 - 0.3 * pit, 0.0),
            "tgf_beta1": np.where(tissue > 0, tgf, 0.0),
            "mmp9": np.where(tissue > 0, 3 * tgf, 0.0),
            "cytokine": np.where(tissue > 0, 0.5 * tgf, 0.0),
            "vegf": 0.02 * one,
            "oxygen": 40.0 * one,
            "drug": np.where(
                tissue > 0, 10 * treated * np.exp(-day / 4) * np.exp(-np.maximum(depth, 0) / 300) * one, 0.0
            ),
        }
        for name, array in values.items():
            result.setdefault(name, []).append(array[:, None, :])
    return {
        name: np.stack(arrays).astype(np.uint8 if name in ("tissue", "cell_kind") else np.float32)
        for name, arrays in result.items()
    }


def _agents(rng: np.random.Generator, count: int, width: float, depth: float) -> dict[str, np.ndarray]:
    """Cells scattered through the dermis at every snapshot."""
    index = np.repeat(np.arange(len(SNAPSHOTS_H)), count)
    rows = len(index)
    return {
        "snapshot_index": index,
        "x_um": rng.uniform(0, width, rows),
        "y_um": np.zeros(rows),
        "z_um": rng.uniform(80.0, depth, rows),
    }


def write_store(
    path: Path,
    *,
    treated: bool = True,
    nx: int = 40,
    nz: int = 34,
    spacing_um: float = 20.0,
    zones: int = 2,
    air_sites: int = 2,
) -> Path:
    """Write a run of 90 days over a section of ``nx`` by ``nz`` sites and return its path."""
    rng = np.random.default_rng(3)
    width, depth = nx * spacing_um, (nz - air_sites) * spacing_um
    time_h = np.arange(0.0, 2160.1, 12.0)
    series = _series(time_h, treated)
    grid = {
        "depth_um": (np.arange(nz) - air_sites + 0.5) * spacing_um,
        "y_um": np.zeros(1),
        "x_um": (np.arange(nx) + 0.5) * spacing_um,
        "zone_x_um": (np.arange(zones) + 0.5) * width / zones,
    }
    fields = _fields(grid, SNAPSHOTS_H, treated)
    coords = {
        name: (dim, grid[name], {"units": "um"}) for name, dim in (("depth_um", "z"), ("y_um", "y"), ("x_um", "x"))
    }
    agents = {name: _agents(rng, count, width, depth) for name, count in (("fibroblast", nx * 3), ("t_cell", nx))}
    rows = len(agents["fibroblast"]["x_um"])
    agents["fibroblast"] |= {"state": rng.integers(0, 3 if treated else 1, rows), "activation": rng.uniform(0, 1, rows)}
    turn = rng.normal(0.0, 0.5, rows)
    agents["fibroblast"] |= {"direction_x": np.cos(turn), "direction_z": np.sin(turn)}
    agents["t_cell"] |= {"activation": rng.uniform(0, 1, len(agents["t_cell"]["x_um"]))}
    snapshots = len(SNAPSHOTS_H)
    agents["follicle"] = {
        "snapshot_index": np.arange(snapshots),
        "x_um": np.full(snapshots, 0.78 * width),
        "y_um": np.zeros(snapshots),
        "bulb_depth_um": np.full(snapshots, 0.8 * depth),
        "stage": np.array([2] * 4 + [0] * (snapshots - 4)),
    }
    columns = np.arange(0, nx * spacing_um, 100.0)
    start, end = np.meshgrid(np.arange(snapshots), columns, indexing="ij")
    flow = np.where(treated & (np.arange(len(columns)) % 3 == 0)[None, :] & (start > 0) & (start < 5), 0.0, 1.0).ravel()
    vessels = {
        "snapshot_index": start.ravel(),
        "x0_um": end.ravel(),
        "y0_um": np.zeros(end.size),
        "z0_um": np.full(end.size, 0.3 * depth),
        "x1_um": end.ravel() + 80.0,
        "y1_um": np.zeros(end.size),
        "z1_um": np.full(end.size, 0.34 * depth),
        "radius_um": np.full(end.size, 6.0),
        "flow_nl_per_min": flow,
        "perfused": flow > 0,
    }
    groups = {
        "/series": xr.Dataset(
            {
                name: ("time", values, {"units": _unit(name), "long_name": name.replace("_", " ")})
                for name, values in series.items()
            },
            coords={"time": ("time", time_h, {"units": "h"})},
        ),
        "/fields": xr.Dataset(
            {name: (("snapshot", "z", "y", "x"), values, {"units": "1"}) for name, values in fields.items()},
            coords={"snapshot": ("snapshot", SNAPSHOTS_H, {"units": "h"}), **coords},
        ),
        "/vessels": xr.Dataset({name: ("row", values) for name, values in vessels.items()}),
        **{
            f"/agents/{kind}": xr.Dataset({name: ("row", values) for name, values in table.items()})
            for kind, table in agents.items()
        },
    }
    if treated:
        groups["/injury"] = _injury(grid, coords)
    scenario = {"name": "synthetic", "title": "Synthetic run", "seed": 1}
    root = xr.Dataset(
        attrs={"mendsim_version": "0", "scenario": json.dumps(scenario), "seed": 1, "content_hash": "0" * 64}
    )
    xr.DataTree.from_dict({"/": root, **groups}).to_zarr(path, zarr_format=3, consolidated=True)
    return path


def _injury(grid: dict[str, np.ndarray], coords: dict) -> xr.Dataset:
    depth, x = grid["depth_um"][:, None], grid["x_um"][None, :]
    radius = np.min(np.abs(x - grid["zone_x_um"][:, None]), axis=0)[None, :] + np.maximum(depth - 350.0, 0.0)
    heat = np.where(depth >= 0, 34.0 + 90.0 * np.exp(-((radius / 70.0) ** 2)), 34.0)
    variables = {"ablated": ((radius < 45) & (depth >= 0) & (depth < 350)).astype(np.float32), "peak_temperature": heat}
    for process, reach in DAMAGE.items():
        variables[f"damage_{process}"] = 1.0 / (1.0 + np.exp((radius - 60.0 * reach) / 5.0)) * (depth >= 0)
    return xr.Dataset(
        {
            name: (("session", "z", "y", "x"), values[None, :, None, :].astype(np.float32))
            for name, values in variables.items()
        },
        coords={"session": ("session", [0.0], {"units": "h"}), **coords},
    )


@pytest.fixture(scope="session")
def make_store(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Return a function that writes a store once for each set of options."""
    known: dict[str, Path] = {}

    def make(**options) -> Path:
        key = repr(sorted(options.items()))
        if key not in known:
            known[key] = write_store(tmp_path_factory.mktemp("run") / "run.zarr", **options)
        return known[key]

    return make


@pytest.fixture
def run_with_series(tmp_path: Path) -> Callable[..., xr.DataTree]:
    """Return a function that makes a run in memory from given series; days give the time axis."""

    def make(days, *, sessions_h: tuple[float, ...] = (0.0,), **series) -> xr.DataTree:
        dataset = xr.Dataset(
            {name: ("time", np.asarray(values, float), {"units": _unit(name)}) for name, values in series.items()},
            coords={"time": ("time", 24.0 * np.asarray(days, float), {"units": "h"})},
        )
        groups = {"/series": dataset}
        if sessions_h:
            groups["/injury"] = xr.Dataset(coords={"session": ("session", list(sessions_h))})
        return xr.DataTree.from_dict(groups)

    return make
