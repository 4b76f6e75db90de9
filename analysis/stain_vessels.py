"""Stained blood vessels, cut where the plane of the slide meets them: lumen with red cells, endothelium, wall."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from mendsim.analysis import stain_kernels, store
from mendsim.analysis.stain_cells import Painted
from mendsim.analysis.stain_sheet import Image, Sheet, hashed, step
from mendsim.analysis.vessel_table import thickness_um

_ARTERIOLE, _CAPILLARY, _VENULE = 0, 1, 2
_WALL = {_ARTERIOLE: (0.4, 2.0, 6.0), _CAPILLARY: (0.0, 1.0, 1.0), _VENULE: (0.12, 1.2, 3.0)}
"""Thickness of the wall by kind of vessel: share of the radius, least and most [um]."""
_ENDOTHELIUM_UM = (4.2, 0.95)
"""Half axes of nuclei of endothelium."""
_NUCLEUS_EVERY_UM = 22.0
"""Length of wall for each nucleus in it."""
_MUSCLE_UM = (5.0, 1.0)
_STACKED = 8


@dataclass(frozen=True, kw_only=True)
class Vessels:
    """Vessels at every pixel.

    Attributes
    ----------
    share : of the pixel that is lumen or wall, ``(rows, columns)``.
    materials : what stains in them.
    """

    share: Image
    materials: dict[str, Image]


@dataclass(frozen=True, kw_only=True)
class _Segments:
    """Segments near the plane: ends with depth from the plane in y, radius, kind and state, each ``(segment, ...)``."""

    ends: NDArray[np.float64]
    wall_um: NDArray[np.float64]
    kind: NDArray[np.int64]
    perfused: NDArray[np.bool_]
    coagulated: NDArray[np.bool_]
    number: NDArray[np.int64]

    def of(self, rows: NDArray[np.bool_]) -> _Segments:
        return replace(self, **{name: column[rows] for name, column in vars(self).items()})


def vessels(run: xr.DataTree, day: float, sheet: Sheet, antigen: str = "") -> Vessels | None:
    """Vessels that cross the middle plane of a block, or of the slab that a section's vessels fill."""
    segments = _segments(run, day, sheet)
    if segments is None or not len(segments.number):
        return None
    away, which = np.full(sheet.shape, 1e6, np.float32), np.zeros(sheet.shape, np.int32)
    stain_kernels.tubes(sheet.x_um, sheet.z_um, segments.ends, segments.wall_um + 4.0, away, which)
    wall = segments.wall_um.astype(np.float32)[which]
    blur = max(0.35, 0.5 / sheet.pixels_per_um)
    lumen = step(-away, -blur, blur)
    share = step(wall - away, -blur, blur)
    rim = share * (1.0 - lumen)
    flows, closed = segments.perfused[which], segments.coagulated[which]
    red = step(sheet.noise(3.0, 91), -0.75, -0.25) * (0.88 + 0.16 * sheet.noise(2.0, 92))
    arteriole = segments.kind[which] == _ARTERIOLE
    painted = Painted(sheet)
    _wall_nuclei(painted, segments)
    painted.images["chromatin"] = painted.images.get("chromatin", np.zeros(sheet.shape, np.float32)) * share
    materials = {
        **painted.images,
        "red_cells": np.where(flows, red, 0.0) * lumen,
        "necrotic": np.where(closed, 0.85, 0.0) * lumen,
        "serum": np.where(flows, 0.25, 0.0) * lumen,
        "muscle": rim * np.where(arteriole, 1.0 + 0.15 * sheet.noise(1.5, 93), 0.75),
    }
    if antigen == "alpha_sma":
        materials["antigen"] = rim * np.where(arteriole, 1.4, np.where(segments.kind[which] == _VENULE, 0.55, 0.0))
    return Vessels(share=share, materials=materials)


def lumen_um(run: xr.DataTree, table: dict[str, NDArray]) -> NDArray[np.float64]:
    """Radius of the lumen of each segment as it is now: at rest, and more as it is dilated."""
    radius = table["radius_um"].astype(float)
    if "dilation" not in table or "kind" not in table:
        return radius
    names = ("arteriole", "capillary", "venule")
    most = np.array([store.parameter(run, f"abm.vessel.{name}_dilation_ratio", 1.0) for name in names])
    now: NDArray[np.float64] = radius * (1.0 + (most[table["kind"].astype(int)] - 1.0) * table["dilation"])
    return now


def _segments(run: xr.DataTree, day: float, sheet: Sheet) -> _Segments | None:
    table = store.agents(run, "vessels", day)
    if not table or "y0_um" not in table or not len(table["y0_um"]):
        return None
    middle = 0.5 * thickness_um(run)
    radius = lumen_um(run, table)
    columns = [table[f"{axis}{end}_um"] - (middle if axis == "y" else 0.0) for end in (0, 1) for axis in "xyz"]
    ends = np.column_stack([*columns, radius]).astype(float)
    kind = table.get("kind", np.where(radius < 5.0, _CAPILLARY, _VENULE)).astype(np.int64)
    share, least, most = np.array([_WALL[code] for code in range(3)]).T
    wall = np.clip(share[kind] * radius, least[kind], most[kind])
    left, right, top, bottom = sheet.window
    room = radius + wall
    near = (np.minimum(ends[:, 1], ends[:, 4]) < room) & (np.maximum(ends[:, 1], ends[:, 4]) > -room)
    for (a, b), (low, high) in (((0, 3), (left, right)), ((2, 5), (top, bottom))):
        near &= (np.minimum(ends[:, a], ends[:, b]) < high + room) & (np.maximum(ends[:, a], ends[:, b]) > low - room)
    near &= table.get("growing", np.zeros(len(radius))) == 0
    places = np.round(ends[:, :6] * _STACKED).astype(np.int64)
    return _Segments(
        ends=ends,
        wall_um=wall,
        kind=kind,
        perfused=table["perfused"].astype(bool),
        coagulated=table.get("coagulated", np.zeros(len(radius))).astype(bool),
        number=np.abs(places @ np.array([73856093, 19349663, 83492791, 49979687, 86028121, 15485863])),
    ).of(near)


def _wall_nuclei(painted: Painted, segments: _Segments) -> None:
    """Set nuclei along the walls, where the plane cuts them; muscle of arterioles has a second row."""
    rows = ~segments.coagulated
    ends, wall, number = segments.ends[rows], segments.wall_um[rows], segments.number[rows]
    along = ends[:, 3:6] - ends[:, :3]
    length = np.maximum(np.linalg.norm(along, axis=1), 1e-6)
    way = along / length[:, None]
    flat = np.maximum(np.hypot(way[:, 0], way[:, 2]), 1e-3)
    steep = np.where(np.abs(way[:, 1]) < 1e-3, 1e-3, way[:, 1])
    in_plane = way[:, ::2] / flat[:, None]
    radius, out = ends[:, 6] + 0.3, flat * ends[:, 1]
    # places a along the cut, counted from the first end: the wall lies sqrt(radius^2 - (a steep + out)^2) beside it
    cut = np.sort(np.stack([(-radius - out) / steep, (radius - out) / steep]), axis=0)
    tube = (np.stack([np.zeros_like(length), length]) + ends[:, 1] * steep) / flat
    first, last = np.maximum(cut[0], tube[0]), np.minimum(cut[1], tube[1])
    wanted = np.pi * (0.5 * (last - first) + radius) / _NUCLEUS_EVERY_UM
    for turn in range(_STACKED):
        chance = [hashed(number * 16 + turn, 94 + k) for k in range(3)]
        here = np.flatnonzero((turn + chance[2] < wanted + 0.5) & (last > first))
        if not len(here):
            continue
        share = chance[0][here]
        short = (last - first)[here] < 6.0 * radius[here]
        share = np.where(short, 0.5 - 0.5 * np.cos(np.pi * share), share)  # evenly around what is nearly a circle
        a = first[here] + (last - first)[here] * share
        side = np.where(chance[1][here] < 0.5, -1.0, 1.0)
        off = a * steep[here] + out[here]
        half = np.sqrt(np.maximum(radius[here] ** 2 - off**2, 0.0))
        middle = ends[here, 0:3:2] + a[:, None] * in_plane[here]
        normal = np.column_stack([-in_plane[here, 1], in_plane[here, 0]])
        slope = -off * steep[here] / np.maximum(half, 0.05)
        tilt = np.arctan2(in_plane[here, 1], in_plane[here, 0]) + np.arctan(side * slope)
        for depth, half_um, dark in ((0.3, _ENDOTHELIUM_UM, 1.35), (0.65 * wall[here], _MUSCLE_UM, 0.9)):
            at = middle + (side * (half + depth))[:, None] * normal
            thick = np.ones(len(here), bool) if np.ndim(depth) == 0 else wall[here] > 2.0
            painted.add("chromatin", (at[thick, 0], at[thick, 1]), half_um, tilt[thick], dark)
