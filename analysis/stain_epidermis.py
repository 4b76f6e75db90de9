"""Stained epidermis: nucleated cells, corneocytes as lamellae, and debris as a smudged clump.

Each function returns amounts of materials (`stains.toml`) at every pixel of a sheet.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy import ndimage

from mendsim.abm.tissue import CELL_KIND, TISSUE
from mendsim.analysis import stain_kernels, store
from mendsim.analysis.stain_sheet import Image, Sheet, hashed, step

_LIVING_TO_DEAD = ("basal", "spinous", "granular", "corneocyte", "debris")
BASAL, SPINOUS, GRANULAR, CORNEOCYTE, DEBRIS = (CELL_KIND[name] for name in _LIVING_TO_DEAD)
Materials = dict[str, Image]

_NUCLEUS = {BASAL: (0.40, 0.25), SPINOUS: (0.32, 0.28), GRANULAR: (0.34, 0.16)}
"""Half axes of nuclei against the edge of a site: the first along the height of a basal cell, across it above."""
_CHROMATIN = {BASAL: 1.55, SPINOUS: 0.80, GRANULAR: 0.62}
_RNA = {BASAL: 0.34, SPINOUS: 0.13, GRANULAR: 0.20}
_PROTEIN = {BASAL: 0.34, SPINOUS: 0.42, GRANULAR: 0.46}
_LAMELLA = (1.6, 0.085)
"""Half length and half thickness of a corneocyte against the edge of a site: 32 um wide, under 2 um thick."""
_WEAVE = (0.15, 0.42)
"""Size and length of the waves of lamellae against the edge of a site; layers that wave in turn weave a basket."""
_STEEPEST = 0.5
"""Steepest slope at which a lamella lies."""
_SHAKE = 0.29
"""How far the middle of a cell is moved from that of its site, against the edge of the site."""
_MELANIN = 0.07
"""Amount of the brown dye for a picogram of melanin in the area of a site of 10 um."""
_HALF_STAINED = 2.0
"""Heat-shock protein above rest at which a cell is half as brown as can be."""


@dataclass(frozen=True, kw_only=True)
class Cells:
    """Keratinocytes of the section, in equal shapes ``(cell,)``.

    Attributes
    ----------
    x_um, z_um : middle of the site.
    kind : code of `CELL_KIND`.
    number : id, from which the looks of the cell follow.
    melanin_pg : melanin in the cell.
    fresh : 1 for debris that has only just died, falling to 0 as its alarmin leaves.
    hsp70 : heat-shock protein above that of an unstressed cell.
    """

    x_um: NDArray[np.float64]
    z_um: NDArray[np.float64]
    kind: NDArray[np.int64]
    number: NDArray[np.int64]
    melanin_pg: NDArray[np.float64]
    fresh: NDArray[np.float64]
    hsp70: NDArray[np.float64]

    def of(self, *kinds: int) -> Cells:
        """Cells of some kinds."""
        rows = np.isin(self.kind, kinds)
        return Cells(**{name: column[rows] for name, column in vars(self).items()})


def stained_share(level: NDArray[np.float64]) -> NDArray[np.float64]:
    """How brown a cell is, 0 to 1, by its heat-shock protein above rest; a stain saturates."""
    share: NDArray[np.float64] = np.maximum(level, 0.0) / (np.maximum(level, 0.0) + _HALF_STAINED)
    return share


def cells_of(run: xr.DataTree, day: float, section: xr.Dataset) -> Cells:
    """Keratinocytes of the section; from its sites, without melanin, where the run keeps no table of cells."""
    table = store.agents(run, "keratinocyte", day)
    x_um, depth_um = section["x_um"].to_numpy(), section["depth_um"].to_numpy()
    if "kind" not in table:
        kind = section["cell_kind"].to_numpy().astype(np.int64)
        iz, ix = np.nonzero(kind)
        nothing = np.zeros(len(iz))
        return Cells(
            x_um=x_um[ix],
            z_um=depth_um[iz],
            kind=kind[iz, ix],
            number=iz * len(x_um) + ix,
            melanin_pg=nothing,
            fresh=nothing,
            hsp70=nothing,
        )
    rows = store.in_plane(run, table)
    nothing = np.zeros(len(rows))
    alarmin = table.get("alarmin_ng", nothing)
    most = float(run["agents/keratinocyte"]["alarmin_ng"].max()) if "alarmin_ng" in table else 0.0
    return Cells(
        x_um=table["x_um"][rows].astype(float),
        z_um=table["z_um"][rows].astype(float),
        kind=table["kind"][rows].astype(np.int64),
        number=table["unique_id"][rows].astype(np.int64),
        melanin_pg=table.get("melanin_pg", nothing)[rows].astype(float),
        fresh=(alarmin[rows] / most if most > 0 else nothing[rows]).astype(float),
        hsp70=table.get("hsp70", nothing)[rows].astype(float),
    )


def living(cells: Cells, section: xr.Dataset, sheet: Sheet, antigen: str = "") -> Materials:
    """Nucleated cells: polygons with pale borders, nuclei, granules, and melanin above basal nuclei."""
    cells, edge = cells.of(BASAL, SPINOUS, GRANULAR), sheet.spacing_um
    if not len(cells.number):
        return {}
    x, z = sheet.bent
    middle_x, middle_z = _middles(cells, edge)
    own, _, apart = _nearest(cells, (middle_x, middle_z), section, sheet)
    kind = cells.kind[own]
    tilt = (_tilt(cells, section, sheet) + 0.35 * (2.0 * hashed(cells.number, 3) - 1.0)).astype(np.float32)
    cos, sin = np.cos(tilt)[own], np.sin(tilt)[own]
    dx, dz = ((at - middle.astype(np.float32)[own]) / edge for at, middle in ((x, middle_x), (z, middle_z)))
    along, across = dx * cos + dz * sin, dz * cos - dx * sin
    size = (0.88 + 0.24 * hashed(cells.number, 4)).astype(np.float32)
    half = np.array([_NUCLEUS.get(code, (1.0, 1.0)) for code in range(DEBRIS + 1)], np.float32)[cells.kind]
    far = np.hypot(along / (half[:, 0] * size)[own], across / (half[:, 1] / size)[own])
    nucleus = step(-far, -1.14, -0.90)
    rim = np.where(kind == BASAL, 0.0, 0.35 * step(far, 0.45, 0.95) - 0.1)
    dye = _by_kind(_CHROMATIN)[cells.kind] * (0.85 + 0.3 * hashed(cells.number, 5))
    spot = np.hypot(along - 0.64 * (size[own] - 1.0), across + 0.05) * edge
    nucleolus = np.where(kind == SPINOUS, 0.8 * step(-spot, -1.0, -0.5), 0.0)
    gap = 1.0 - 0.32 * step(-apart / edge, -0.11, -0.02)
    tone = (0.9 + 0.2 * hashed(cells.number, 6)).astype(np.float32)[own] * (1.0 + 0.08 * sheet.noise(2.2, 42))
    rest = (1.0 - nucleus) * gap * tone
    granules = np.where(kind == GRANULAR, 1.15 * step(sheet.noise(1.25, 43), 0.42, 0.75), 0.0) * (1.0 - nucleus)
    cap = np.where(kind == BASAL, 0.25 + 1.5 * step(-along, 0.0, 0.30), 1.0)
    grains = 2.0 * step(sheet.noise(0.9, 44), -0.3, 0.9)
    melanin = (_MELANIN * (10.0 / edge) ** 2 * cells.melanin_pg).astype(np.float32)
    out = {
        "rna": _by_kind(_RNA)[cells.kind][own] * rest,
        "cytoplasm": _by_kind(_PROTEIN)[cells.kind][own] * rest,
        "chromatin": nucleus * (dye.astype(np.float32)[own] * (1.0 + 0.22 * sheet.noise(1.0, 41) + rim) + nucleolus),
        "keratohyalin": granules * gap,
        "melanin": melanin[own] * cap * grains * gap**3,
    }
    if antigen == "hsp70":
        level = stained_share(cells.hsp70).astype(np.float32)
        out["antigen"] = 1.5 * level[own] * (0.55 * nucleus + gap * (1.0 - nucleus)) * tone
    return out


def _by_kind(values: dict[int, float]) -> NDArray[np.float32]:
    return np.array([values.get(code, 0.0) for code in range(DEBRIS + 1)], np.float32)


def _middles(cells: Cells, edge: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Middle of each cell, moved off that of its site."""
    x, z = (
        at + edge * _SHAKE * (2.0 * hashed(cells.number, purpose) - 1.0)
        for at, purpose in ((cells.x_um, 1), (cells.z_um, 2))
    )
    return x, z


def _sites(cells: Cells, sheet: Sheet, shape: tuple[int, ...]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Row and column of the site of each cell."""
    iz = np.rint((cells.z_um - sheet.first_z_um) / sheet.spacing_um).astype(np.int64)
    ix = np.rint((cells.x_um - sheet.first_x_um) / sheet.spacing_um).astype(np.int64)
    return np.clip(iz, 0, shape[0] - 1), np.clip(ix, 0, shape[1] - 1)


def _nearest(
    cells: Cells, middles: tuple[NDArray[np.float64], NDArray[np.float64]], section: xr.Dataset, sheet: Sheet
) -> tuple[NDArray[np.int64], Image, Image]:
    """Nearest cell of every pixel, its distance [um], and by how much the next one is farther [um]."""
    shape = section["cell_kind"].shape
    cell_at = np.full(shape, -1, np.int64)
    cell_at[_sites(cells, sheet, shape)] = np.arange(len(cells.number))
    x, z = (at.astype(np.float32) for at in sheet.bent)
    own, away, apart = np.zeros(sheet.shape, np.int64), np.empty(sheet.shape, np.float32), np.empty_like(x)
    origin = (sheet.first_x_um, sheet.first_z_um, sheet.spacing_um)
    stain_kernels.nearest(cell_at, *middles, x, z, origin, own, away, apart)
    return own, away, apart


def _tilt(cells: Cells, section: xr.Dataset, sheet: Sheet) -> NDArray[np.float64]:
    """Direction of the long axis of nuclei [rad]: towards the dermis in basal cells, along the surface above."""
    bed = (section["tissue"].to_numpy() >= TISSUE["dermis"]).astype(float)
    smooth = ndimage.gaussian_filter(bed, 1.2, mode="nearest")
    slope_z, slope_x = np.gradient(smooth)
    at = _sites(cells, sheet, bed.shape)
    down = np.arctan2(slope_z[at], slope_x[at])
    flat: NDArray[np.float64] = np.where(cells.kind == BASAL, down, 0.0)
    return flat


def debris(cells: Cells, section: xr.Dataset, sheet: Sheet) -> Materials:
    """Dead cells: dense and without borders, smudged nuclei that fade, brown grains of melanin."""
    cells, edge = cells.of(DEBRIS), sheet.spacing_um
    if not len(cells.number):
        return {}
    shape = section["cell_kind"].shape
    held, there = np.zeros(shape), np.zeros(shape)
    at = _sites(cells, sheet, shape)
    held[at], there[at] = cells.melanin_pg, 1.0
    share, melanin = sheet.sampled(np.stack([there, held]))
    smudge, swirl = sheet.noise(5.0, 51), sheet.noise(11.0, 52)
    cracks = step(np.abs(sheet.noise(8.0, 53)), 0.0, 0.10)
    own, away, _ = _nearest(cells, _middles(cells, edge), section, sheet)
    size = (0.7 + 0.5 * hashed(cells.number, 55)).astype(np.float32)[own]
    ghost = step(-away / (edge * size), -0.45, -0.12) * (0.6 + 0.4 * smudge)
    grains = 0.5 + 1.5 * step(sheet.noise(1.0, 54) + 0.5 * smudge, -0.2, 1.3)
    return {
        "necrotic": (0.98 + 0.13 * smudge + 0.14 * swirl) * (0.82 + 0.18 * cracks),
        "chromatin": 0.85 * np.maximum(ghost, 0.0) * cells.fresh.astype(np.float32)[own],
        "melanin": np.float32(_MELANIN * (10.0 / edge) ** 2) * melanin / np.maximum(share, 1e-3) * grains,
    }


def corneum(cells: Cells, section: xr.Dataset, sheet: Sheet) -> Materials:
    """Corneocytes: thin lamellae with gaps between them, each along the surface where it lies, woven like a basket."""
    cells, edge = cells.of(CORNEOCYTE), sheet.spacing_um
    slope = np.clip(np.gradient(_surface(section)), -_STEEPEST, _STEEPEST)
    iz, ix = _sites(cells, sheet, section["cell_kind"].shape)
    chance = [hashed(cells.number * 8 + number, 61) for number in range(5)]
    middle_x = cells.x_um + 0.5 * edge * (chance[0] - 0.5)
    wave = _WEAVE[1] * edge
    shape = np.column_stack(
        [
            middle_x,
            cells.z_um + 0.7 * edge * (chance[1] - 0.5),
            np.full(len(iz), _LAMELLA[0] * edge),
            _LAMELLA[1] * edge * (0.75 + 0.5 * chance[4]),
            slope[ix] + 0.10 * (chance[2] - 0.5),
            np.full(len(iz), _WEAVE[0] * edge),
            np.full(len(iz), wave),
            middle_x / wave + np.pi * (iz % 2) + 1.2 * (chance[3] - 0.5),
            0.75 + 0.35 * chance[1],
        ]
    )
    most = np.zeros(sheet.shape, np.float32)
    stain_kernels.lamellae(sheet.x_um, sheet.z_um, shape, most)
    inner = sheet.sampled(section["cell_kind"].to_numpy() == CORNEOCYTE)
    return {"keratin": 0.06 * inner + 0.66 * most * (1.0 + 0.08 * sheet.noise(3.0, 62))}


def _surface(section: xr.Dataset) -> NDArray[np.float64]:
    """Row of the topmost cell of each column, smoothed."""
    filled = section["tissue"].to_numpy() > 0
    top = np.where(filled.any(axis=0), filled.argmax(axis=0), filled.shape[0]).astype(float)
    smooth: NDArray[np.float64] = ndimage.gaussian_filter1d(ndimage.median_filter(top, 5), 1.5, mode="nearest")
    return smooth
