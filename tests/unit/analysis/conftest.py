"""Small synthetic run stores that follow the store's contract, so that analysis is tested without a model."""

from __future__ import annotations

import json
import math
import warnings
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from mendsim import analysis, scenarios
from mendsim.analysis.comparison_document import ComparedRun, ComparedScenario
from mendsim.analysis.course_panels import PANELS
from mendsim.analysis.replicates import Replicate
from mendsim.scenarios.seal import write_seal

SNAPSHOTS_H = np.array([0.0, 6.0, 24.0, 72.0, 168.0, 336.0, 720.0, 1440.0, 2160.0])
SPACING_UM, AIR_SITES = 20.0, 2
REACH = {
    "keratinocyte_necrosis": 1.0,
    "fibroblast_necrosis": 1.15,
    "t_cell_apoptosis": 1.5,
    "vessel_coagulation": 0.8,
    "collagen_denaturation": 0.6,
    "heat_shock": 2.0,
}
UNITS = {
    "mm_per_mm2": "mm/mm2",
    "density_per_cm2": "1/cm2",
    "length_mm": "mm",
    "ug_per_cm2": "ug/cm2",
    "ul_per_cm2": "uL/cm2",
    "g_per_m2_h": "g/m2/h",
    "_um": "um",
    "mg_per_ml": "mg/mL",
    "ng_per_ml": "ng/mL",
    "mmhg": "mmHg",
    "_pg": "pg",
    "nl_per_min": "nL/min",
    "per_mm3": "1/mm3",
    "_kpa": "kPa",
}
DERMAL = ("collagen_mg_per_ml", "fibroblast_count", "oxygen_mmhg")


def _about(name: str) -> dict[str, object]:
    unit = next((unit for suffix, unit in UNITS.items() if name.endswith(suffix)), "1")
    return {"units": unit, "long_name": name.replace("_", " "), "dermal": int(name in DERMAL)}


def _series(time_h: np.ndarray, treated: bool) -> dict[str, np.ndarray]:
    day = time_h / 24.0
    wound = float(treated)
    hump = {peak: wound * (day / peak) * np.exp(1.0 - day / peak) for peak in (1.5, 2.0, 4.0, 12.0, 25.0)}
    opened = wound * np.clip(1.0 - day / 1.5, 0.0, 1.0) * (day > 0)
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
        "melanin_index_pg": 2.5 * (one + 0.1 * hump[25.0]),
        "mend_count": 2.0 * (debris > 1.0),
        "water_loss_g_per_m2_h": 6.0 * (one + 0.5 * opened),
        "microbial_load_log10_cfu_per_cm2": 2.9 + 0.2 * hump[1.5],
        "exudate_ul_per_cm2": wound * 60.0 * (1.0 - np.exp(-day / 0.5)),
        "eliminated_fragments_ug_per_cm2": 0.2 * wound * (1.0 - np.exp(-day)),
        "eliminated_elastotic_ug_per_cm2": 0.1 * wound * (1.0 - np.exp(-day)),
        "eliminated_particles_ug_per_cm2": 0.0 * one,
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
        "latent_tgf_beta1_ng_per_ml": 1.0 + 9.0 * hump[2.0],
        "timp1_ng_per_ml": 0.5 + 3.0 * hump[4.0],
        "pdgf_ng_per_ml": 0.01 + 0.4 * hump[2.0],
        "neutrophils_per_mm3": 900.0 * hump[1.5],
        "macrophages_per_mm3": 2000.0 + 800.0 * hump[4.0],
        "inflammatory_macrophages_per_mm3": 500.0 * hump[2.0],
        "repairing_macrophages_per_mm3": 400.0 * hump[12.0],
        "dead_cells_mg_per_ml": 0.8 * hump[1.5],
        "erythema_ratio": 1.0 + 0.6 * hump[1.5],
        "oedema_um": 40.0 * hump[1.5],
        "hsp70_positive_fraction": 0.1 * hump[1.5],
        "hsp70_epidermis_ratio": 1.0 + 0.5 * hump[1.5],
        "hsp70_dermis_ratio": 1.0 + 0.4 * hump[2.0],
        "hsp47_ratio": 1.0 + 1.2 * hump[12.0],
        "procollagen_1_ratio": 1.0 + 5.0 * hump[25.0],
        "procollagen_3_ratio": 1.0 + 9.0 * hump[12.0],
        "apoptotic_fibroblast_count": 7.0 * hump[25.0],
        "tension_kpa": 8.0 * collagen,
        "contraction_kpa": 3.0 * hump[12.0],
        "elasticity_index": 0.7 + 0.1 * wound * rise,
        "oxygen_mmhg": 40.0 - 5.0 * hump[2.0],
        "hypoxic_fraction": 0.02 + 0.05 * hump[2.0],
        "perfused_vessel_length_mm_per_mm2": 6.0
        - 0.7 * wound * np.exp(-day / 8.0) * np.clip(day, 0.0, 1.0)
        + 0.5 * hump[25.0],
        "flow_nl_per_min": 12.0 * (one + 0.4 * hump[4.0]),
        "sprout_length_mm_per_mm2": 0.8 * hump[12.0],
        "tip_cell_count": 9.0 * hump[4.0],
        "doppler_ratio": 1.0 + 0.7 * hump[1.5],
        "papilla_flow_ratio": 1.0 + 0.3 * hump[2.0],
        "anagen_fraction": 0.5 + 0.2 * wound * rise,
        "catagen_fraction": 0.1 * one,
        "telogen_fraction": 0.3 - 0.2 * wound * rise,
        "kenogen_fraction": 0.1 * one,
        "follicle_count": 2.0 * one,
        "hair_density_per_cm2": 60.0 + 30.0 * wound * rise,
        "hair_length_mm": 20.0 + 0.3 * day,
        "autoreactive_t_cell_count": 20.0 * (one - 0.2 * wound * rise),
        "drug_given_ug_per_cm2": 100.0 * one,
        "drug_donor_ug_per_cm2": 100.0 * np.exp(-day / (0.5 if treated else 5.0)),
        "drug_epidermis_ug_per_cm2": 5.0 * np.exp(-day / 2.0) * (1.0 - np.exp(-day / 0.2)),
        "drug_dermis_ug_per_cm2": (20.0 if treated else 2.0) * np.exp(-day / 4.0) * (1.0 - np.exp(-day / 0.2)),
        "drug_cleared_ug_per_cm2": (60.0 if treated else 5.0) * (1.0 - np.exp(-day / 4.0)),
    }


def _fields(depth: np.ndarray, x: np.ndarray, zones: np.ndarray, hours: float, treated: bool) -> dict[str, np.ndarray]:
    """Fields of a section with a pit in its middle and channels that heal from below."""
    day, hurt = hours / 24.0, treated
    depth, x = np.broadcast_arrays(depth[:, None], x[None, :])
    width = x.max() + x.min()
    radius = np.min(np.abs(x[None] - zones[:, None, None]), axis=0)
    kind = np.select([depth < 0, depth < 20, depth < 30, depth < 60, depth < 70], [0, 4, 3, 2, 1], 0)
    tissue = np.select([depth < 0, depth < 70], [0, 1], 2)
    channel = hurt & (radius < 50 * (1 - depth / 500)) & (depth > 0) & (depth < 400)
    gap = channel & (depth < 70)
    if day < 1:
        kind, tissue = np.where(gap, 0, kind), np.where(gap, 0, tissue)
    elif day < 7:
        kind = np.where(gap & (np.abs(depth - 50 + 6 * day) < 15), 5, kind)
    if day < 14:
        tissue = np.where(channel & (depth >= 70), 4, tissue)
    dermis = tissue >= 2
    healed = 1 - np.exp(-day / 30) if treated else 0.0
    pit = np.exp(-(((x - width / 2) / (0.18 * width)) ** 2) - np.maximum(depth - 70, 0) / 500)
    collagen = 180 * (1 - (0.6 - 0.2 * healed) * pit) * (1 - channel * np.exp(-day / 12)) * dermis
    rise = 1.5 * hurt * (day / 2) * np.exp(1 - day / 2)
    spread = np.exp(-np.maximum(radius - 50, 0) / 120 - np.maximum(depth, 0) / 600)
    soaked = 10.0 * hurt * day * np.exp(1 - day - np.maximum(depth, 0) / 300)
    burnt = dermis & (radius < 90) & (depth < 450) & hurt
    tgf_beta1 = (0.02 + rise * spread) * (tissue > 0)
    values = {
        "tissue": tissue.astype(np.uint8),
        "cell_kind": kind.astype(np.uint8),
        "collagen_1": 0.8 * collagen,
        "collagen_3": 0.2 * collagen,
        "denatured_collagen": 60 * np.exp(-day / 6) * burnt,
        "fragments": 5 * (1 - np.exp(-day / 6)) * burnt,
        "orientation_rad": 0.3 * np.sin(x / 120) + 0.2 * np.cos(depth / 90),
        "orientation_order": (0.5 - 0.3 * pit) * dermis,
        "tgf_beta1": tgf_beta1,
        "drug": soaked * (tissue > 0),
    }
    return {name: array.astype(np.float32) if array.dtype != np.uint8 else array for name, array in values.items()}


def _injury(depth: np.ndarray, x: np.ndarray, zones: np.ndarray) -> dict[str, np.ndarray]:
    radius = np.min(np.abs(x[None, :] - zones[:, None]), axis=0) + np.maximum(depth - 350, 0)[:, None]
    skin = depth[:, None] >= 0
    return {
        "ablated": (radius < 45) & skin & (depth < 350)[:, None],
        "peak_temperature": 34 + 90 * np.exp(-((radius / 70) ** 2)) * skin,
        **{f"damage_{name}": skin / (1 + np.exp((radius - 60 * reach) / 5)) for name, reach in REACH.items()},
    }


def _mends() -> dict[str, xr.Dataset]:
    """Two MENDs: one lifted and shed by day 8, one by day 6."""
    look = np.arange(12.0, 193.0, 12.0)
    shed = np.array([192.0, 144.0])
    table = {
        "number": [1, 2],
        "formed_h": [0.0, 0.0],
        "cells": [60, 60],
        "width_um": [90.0, 80.0],
        "melanin_pg": [100.0, 90.0],
        "covered_h": [18.0, 24.0],
        "shed_h": shed,
        "merged_into": [0, 0],
        "melanin_shed_pg": [100.0, 90.0],
    }
    track = {
        "time_h": np.tile(look, 2),
        "mend": np.repeat([1, 2], len(look)),
        "cells": np.full(2 * len(look), 50),
        "depth_um": np.concatenate([60.0 - look / 3.0, 50.0 - look / 3.0]),
    }
    return {
        "/mends": xr.Dataset({name: ("mend", values) for name, values in table.items()}),
        "/mends/track": xr.Dataset({name: ("look", values) for name, values in track.items()}),
    }


def _agents(width: float, depth: float, treated: bool) -> dict[str, dict[str, np.ndarray]]:
    rng = np.random.default_rng(3)
    index = np.repeat(np.arange(len(SNAPSHOTS_H)), 60)
    turn = rng.normal(0.0, 0.5, len(index))
    places = {"x_um": rng.uniform(0, width, len(index)), "z_um": rng.uniform(80, depth, len(index))}
    places["y_um"] = rng.uniform(0, 4 * SPACING_UM, len(index))
    hair = np.arange(len(SNAPSHOTS_H))
    far = np.full(len(hair), 0.78 * width)
    return {
        "/agents/fibroblast": {
            "snapshot_index": index,
            "unique_id": np.arange(len(index)),
            **places,
            "state": rng.integers(0, 3 if treated else 1, len(index)),
            "direction_x": np.cos(turn),
            "direction_y": 0.0 * turn,
            "direction_z": np.sin(turn),
        },
        "/agents/t_cell": {
            "snapshot_index": index,
            "unique_id": len(index) + np.arange(len(index)),
            **places,
            "cd8": (index + 1) % 2,
        },
        "/agents/follicle": {
            "snapshot_index": hair,
            "unique_id": np.full(len(hair), 2 * len(index)),
            "x_um": far,
            "y_um": 0.0 * far,
            "bulb_depth_um": np.full(len(hair), 0.8 * depth),
            "stage": np.minimum(hair[::-1] // 3, 2),
        },
        "/vessels": _vessels(width, depth, treated),
    }


def _vessels(width: float, depth: float, treated: bool) -> dict[str, np.ndarray]:
    """Two vessels across the section and, once treated, one that is coagulated and a sprout, at every snapshot."""
    shots, per_shot = len(SNAPSHOTS_H), 4 if treated else 2
    start = np.array([[0.1, 0.2, 0.4], [0.1, 0.8, 0.8], [0.5, 0.5, 0.2], [0.6, 0.5, 0.4]])[:per_shot]
    end = np.array([[0.9, 0.2, 0.4], [0.9, 0.8, 0.8], [0.5, 0.5, 0.4], [0.7, 0.6, 0.3]])[:per_shot]
    size = np.array([width, 300.0, depth])
    late = np.repeat(np.arange(shots), per_shot) >= 5
    number = np.tile(np.arange(per_shot), shots)
    flow = np.where(number > 1, 0.0, np.where((number == 0) & treated & ~late, 0.0, 10.0 ** (1.0 - 2.0 * number)))
    return {
        "snapshot_index": np.repeat(np.arange(shots), per_shot),
        **{
            f"{axis}{k}_um": np.tile(place[:, i] * size[i], shots)
            for k, place in ((0, start), (1, end))
            for i, axis in enumerate("xyz")
        },
        "radius_um": np.where(number == 0, 12.0, 4.0),
        "flow_nl_per_min": flow,
        "perfused": (flow > 0).astype(np.int8),
        "coagulated": (number == 2).astype(np.int8),
        "growing": ((number == 3) & ~late).astype(np.int8),
        "sprout": np.where(number == 3, 17, 0),
    }


def write_store(
    path: Path,
    *,
    treated: bool = True,
    nx: int = 40,
    ny: int = 1,
    nz: int = 34,
    title: str = "Synthetic <run>",
    description: str = "Made for tests.",
    scarce: bool = False,
) -> Path:
    """Write a run of 90 days over a section or block of 20 um sites and return its path.

    A scarce one holds two time series alone.
    """
    time_h = np.arange(0.0, 2160.1, 12.0)
    depth, x = (np.arange(nz) - AIR_SITES + 0.5) * SPACING_UM, (np.arange(nx) + 0.5) * SPACING_UM
    width, zones = nx * SPACING_UM, nx * SPACING_UM * np.array([0.25, 0.75])
    places = {
        "depth_um": ("z", depth, {"units": "um"}),
        "y_um": ("y", (np.arange(ny) + 0.5 * (ny > 1)) * SPACING_UM, {"units": "um"}),
        "x_um": ("x", x, {"units": "um"}),
    }
    shots = [_fields(depth, x, zones, hours, treated) for hours in SNAPSHOTS_H]
    axes = ("snapshot", "z", "y", "x")
    stacked = {name: np.stack([shot[name] for shot in shots])[:, :, None] for name in shots[0]}
    fields = {name: (axes, np.repeat(values, ny, axis=2)) for name, values in stacked.items()}
    groups = {
        "/series": xr.Dataset(
            {name: ("time", values, _about(name)) for name, values in _series(time_h, treated).items()},
            coords={"time": ("time", time_h, {"units": "h"})},
        ),
        "/fields": xr.Dataset(fields, {"snapshot": ("snapshot", SNAPSHOTS_H, {"units": "h"}), **places}),
    }
    for group, table in _agents(width, float(depth[-1]), treated).items():
        groups[group] = xr.Dataset({name: ("row", values) for name, values in table.items()})
    if treated:
        injury = {
            name: (("session", *axes[1:]), np.repeat(values[None, :, None], ny, axis=2).astype(np.float32))
            for name, values in _injury(depth, x, zones).items()
        }
        groups |= _mends()
        groups["/injury"] = xr.Dataset(injury, {"session": ("session", [0.0], {"units": "h"}), **places})
    if scarce:
        groups = {"/series": groups["/series"][["scar_depth_um", "collagen_mg_per_ml"]]}
    scenario = {
        "title": title,
        "description": description,
        "sources": ["A source"],
        "events": [{"kind": "laser", "at": "0 d", "pulse_energy": "20 mJ"}] if treated else [],
    }
    about = {"mendsim_version": "0.0", "scenario": json.dumps(scenario), "seed": 1, "content_hash": "0" * 64}
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Consolidated metadata", category=UserWarning)
        tree = xr.DataTree.from_dict({"/": xr.Dataset(attrs=about), **groups})
        tree.to_zarr(path, zarr_format=3, consolidated=True)
    write_seal(path)
    return path


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
def make_run() -> Callable[..., xr.DataTree]:
    """Return a function that makes a run in memory from given series; days give the time axis."""

    def make(days, *, sessions_h: tuple[float, ...] = (), **series) -> xr.DataTree:
        dataset = xr.Dataset(
            {name: ("time", np.asarray(values, float), _about(name)) for name, values in series.items()},
            coords={"time": ("time", 24.0 * np.asarray(days, float), {"units": "h"})},
        )
        groups = {"/series": dataset}
        if sessions_h:
            groups["/injury"] = xr.Dataset(coords={"session": ("session", list(sessions_h))})
        return xr.DataTree.from_dict(groups)

    return make


class Page(HTMLParser):
    """Collects what a reader, a screen reader and a browser would meet."""

    VOID = frozenset(("meta", "img", "br"))

    def __init__(self, text: str):
        super().__init__()
        self.tags, self.links, self.images, self.drawings = [], [], [], []
        self.ids, self.text, self.open, self.headings, self.saved = [], [], [], [], {}
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        about = dict(attrs)
        self.tags.append(tag)
        self.links += [about[key] for key in ("href", "src") if key in about]
        if tag == "img":
            self.images.append(about)
        if tag == "svg":
            self.drawings.append(about)
        if "download" in about:
            self.saved[about["download"]] = about["href"]
        if "id" in about:
            self.ids.append(about["id"])
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in self.VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)
        if self.open and self.open[-1] in ("h1", "h2", "h3"):
            self.headings.append((self.open[-1], data))


@pytest.fixture(scope="session")
def report(make_store, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the report of a treated run, with some of its time courses and days."""
    with pytest.MonkeyPatch.context() as patch:
        some = {name: PANELS[name] for name in ("closure", "signals", "mend_depth", "scar", "drug")}
        patch.setattr("mendsim.analysis.timecourses.PANELS", some)
        for name in ("DAYS", "_PER_ROW"):  # two sections in each picture take a third of the time of six
            patch.setattr(f"mendsim.analysis.reporting.tissue.{name}", 2)
        patch.setattr("mendsim.analysis.reporting.tissue._STAINS", {"he": ("keratinocyte_count", "debris_count")})
        return analysis.write_report(make_store(), tmp_path_factory.mktemp("report") / "new" / "report.html")


@pytest.fixture(scope="session")
def read_page() -> Callable[[Path], Page]:
    """Return a function that reads a page as a browser does."""
    return lambda path: Page(path.read_text(encoding="utf-8"))


COMPARED_SEEDS = range(1, 9)
COMPARED_MEANS = {
    "collagen_final": {"acne_scar": 100.0, "acne_scar_deep": 104.0},
    "redness_peak": {"acne_scar": 1.5, "acne_scar_deep": 1.5},
    "drug_delivered": {"acne_scar": math.nan, "acne_scar_deep": math.nan},
    "scar_depth_change_percent": {"acne_scar": -28.0, "acne_scar_deep": -28.02},
}
"""The first differs, the second is the same, the third applies to none, the fourth differs by noise."""


def _replicate(name: str, seed: int) -> Replicate:
    chance = np.random.default_rng(seed + 100 * (name == "acne_scar_deep"))
    values = {end: means[name] * (1.0 + 0.002 * chance.normal()) for end, means in COMPARED_MEANS.items()}
    values["redness_peak"] = 1.5
    days = np.linspace(0.0, 90.0, 31)
    depth = 300.0 * np.exp(-days / (200.0 + seed)) - (20.0 * days / 90.0 if name == "acne_scar_deep" else 0.0)
    series = xr.Dataset({"scar_depth_um": ("time", depth, {"units": "um"})}, coords={"time": 24.0 * days})
    return Replicate(values=values, series=series, content_hash=f"{name}-{seed}")


@pytest.fixture(scope="session")
def comparison_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a comparison of two scenarios whose end points differ, are the same, do not apply, or are noise."""
    names = ("acne_scar", "acne_scar_deep")
    compared = analysis.compare_replicates(
        {(name, seed): _replicate(name, seed) for name in names for seed in COMPARED_SEEDS}
    )
    described = []
    for name in names:
        about = scenarios.load(name)
        told = tuple(
            ComparedRun(seed=seed, content_hash=f"{name}-{seed}", store="/secret/place") for seed in COMPARED_SEEDS
        )
        described.append(
            ComparedScenario(
                name=name, title=f"<b>{name}</b>", follow_up_days=90.0, scenario=about.to_dict(), runs=told
            )
        )
    path = tmp_path_factory.mktemp("comparison") / "compare"
    analysis.write_comparison(compared, described, path)
    return path


@pytest.fixture(scope="session")
def comparison_report(comparison_folder: Path) -> Path:
    """Write the report of a comparison beside its folder."""
    return analysis.write_report(comparison_folder)
