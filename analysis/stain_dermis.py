"""Stained dermis: fibres along their direction, coagulated collagen, clot, and nuclei of its cells."""

from __future__ import annotations

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy.special import ndtr

from mendsim.analysis import store
from mendsim.analysis.stain_sheet import Image, Sheet, hashed, step

_DERMIS = 2
_FILLED = 0.93
"""Share of intact dermis that fibres cover in a slide; the rest is clefts."""
_SPINDLE_UM, _ROUND_UM = (5.5, 1.3), (2.7, 2.5)
"""Half axes of nuclei of fibroblasts and of T cells."""


def intact_collagen(run: xr.DataTree) -> float:
    """Usual density of collagen I and III in the dermis of the first snapshot [mg/mL]."""
    first = store.fields(run)[["tissue", "collagen_1", "collagen_3"]].isel(snapshot=0)
    density = (first["collagen_1"] + first["collagen_3"]).to_numpy()[first["tissue"].to_numpy() == _DERMIS]
    return float(np.median(density)) if density.size else 1.0


def collagen(section: xr.Dataset, sheet: Sheet, intact: float) -> Image:
    """Dyes in collagen: pink bundles; what heat denatured is paler, bluish and without fibres.

    Parameters
    ----------
    intact : density that counts as whole [mg/mL].
    """
    bed = section["tissue"].to_numpy() >= _DERMIS
    density = (section["collagen_1"] + section["collagen_3"]).to_numpy()
    held, cooked, cut = (
        np.clip(sheet.sampled(values, bed) / intact, 0.0, 1.0)
        for values in (density, section["denatured_collagen"].to_numpy(), section["fragments"].to_numpy())
    )
    angle = _directions(section, sheet, bed)
    bundles = ndtr(sheet.streaked(sheet.noise(3.6, 11), angle, 18.0))
    fibrils = sheet.streaked(sheet.noise(1.5, 12), angle, 8.0)
    filled = _FILLED * held
    fibre = step(bundles, 1.0 - filled - 0.12, 1.0 - filled + 0.16)
    fibre = fibre + cooked * (0.95 - fibre)
    shade = 1.0 + (1.0 - cooked) * 0.13 * fibrils + 0.10 * sheet.noise(30.0, 13)
    bits = step(sheet.noise(1.0, 16), -0.4, 1.0)
    out = np.zeros((*angle.shape, 3))
    out[..., 0] = 0.04 + 0.02 * fibre + 0.19 * cooked * (1.0 + 0.2 * sheet.noise(9.0, 14)) + 0.55 * cut * bits
    out[..., 1] = 0.09 + 0.02 * sheet.noise(3.0, 17) + fibre * shade * (0.50 - 0.16 * cooked) + 0.25 * cut * bits
    return out


def _directions(section: xr.Dataset, sheet: Sheet, bed: NDArray[np.bool_]) -> Image:
    """Direction of the fibres at every pixel [rad]; they waver more where they are less parallel."""
    angle, order = section["orientation_rad"].to_numpy(), section["orientation_order"].to_numpy()
    cos, sin = (sheet.sampled(order * f(2.0 * angle), bed) for f in (np.cos, np.sin))
    parallel = np.clip(np.hypot(cos, sin), 0.0, 1.0)
    mean: Image = 0.5 * np.arctan2(sin, cos)
    return mean + (1.0 - parallel) * 0.75 * sheet.noise(24.0, 15)


def clot(sheet: Sheet) -> Image:
    """Dyes in clot: a purple-red mesh of fibrin with red cells in it."""
    coarse, fine = np.abs(sheet.noise(7.0, 21)), np.abs(sheet.noise(3.5, 22))
    mesh = np.maximum(step(0.30 - coarse, 0.0, 0.25), 0.7 * step(0.30 - fine, 0.0, 0.25))
    red = step(sheet.noise(5.5, 23), 0.45, 0.65)
    out = np.zeros((*mesh.shape, 3))
    out[..., 0] = 0.10 + 0.34 * mesh
    out[..., 1] = 0.30 + 0.62 * mesh + 0.45 * red
    return out


def nuclei(run: xr.DataTree, day: float, sheet: Sheet) -> Image:
    """Dyes in nuclei of fibroblasts (spindles along the way they lie) and of T cells (round and dark)."""
    x, z = sheet.bent
    out = np.zeros((*x.shape, 3))
    for kind, axes, dark in (("fibroblast", _SPINDLE_UM, 1.05), ("t_cell", _ROUND_UM, 1.5)):
        cells = store.agents(run, kind, day)
        if not cells:
            continue
        ids = cells.get("unique_id", np.arange(len(cells["x_um"])))
        tilt = np.arctan2(cells.get("direction_z", 0.0 * ids), cells.get("direction_x", 0.0 * ids + 1.0))
        left, right, top, bottom = sheet.window
        near = (cells["x_um"] > left - 8) & (cells["x_um"] < right + 8)
        near &= (cells["z_um"] > top - 8) & (cells["z_um"] < bottom + 8)
        for row in np.flatnonzero(near):
            size = 0.8 + 0.4 * hashed(ids[row], 31)
            dx, dz = x - cells["x_um"][row], z - cells["z_um"][row]
            along = dx * np.cos(tilt[row]) + dz * np.sin(tilt[row])
            across = dz * np.cos(tilt[row]) - dx * np.sin(tilt[row])
            away = np.hypot(along / (axes[0] * size), across / (axes[1] * size))
            out[..., 0] = np.maximum(out[..., 0], dark * step(-away, -1.2, -0.85))
    return out
