"""Stained epidermis: nucleated cells, corneocytes as lamellae, and debris as a smudged clump."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial import cKDTree

from mendsim.analysis import store
from mendsim.analysis.section_image import CELL_KIND
from mendsim.analysis.stain_sheet import Image, Sheet, hashed, step

BASAL, SPINOUS, GRANULAR, CORNEOCYTE, DEBRIS = CELL_KIND
_NUCLEUS = {BASAL: (0.40, 0.25), SPINOUS: (0.32, 0.28), GRANULAR: (0.34, 0.16)}
"""Half axes of nuclei against the edge of a site: the first along the height of a basal cell, across it above."""
_NUCLEAR_DYE = {BASAL: 1.55, SPINOUS: 0.80, GRANULAR: 0.62}
_CYTOPLASM = {BASAL: (0.34, 0.34), SPINOUS: (0.13, 0.42), GRANULAR: (0.20, 0.46)}
"""Haematoxylin and eosin of the cytoplasm."""
_LAMELLA = (1.5, 0.13)
"""Half length and half thickness of a corneocyte against the edge of a site: 30 um wide, about 2.6 um thick."""
_STEEPEST = 0.5
"""Steepest slope at which a lamella lies."""
_SHAKE = 0.29
"""How far the middle of a cell is moved from that of its site, against the edge of the site."""
_MELANIN_PER_PG = 0.07
"""Amount of the brown dye for a picogram of melanin in the area of a site of 10 um."""


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
    """

    x_um: NDArray[np.float64]
    z_um: NDArray[np.float64]
    kind: NDArray[np.int64]
    number: NDArray[np.int64]
    melanin_pg: NDArray[np.float64]
    fresh: NDArray[np.float64]

    def of(self, *kinds: int) -> Cells:
        """Cells of some kinds."""
        rows = np.isin(self.kind, kinds)
        return Cells(**{name: column[rows] for name, column in vars(self).items()})


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
        )
    y_um = store.fields(run)["y_um"].to_numpy()
    rows = np.ones(len(table["kind"]), bool)
    if len(y_um) > 1:
        rows = np.abs(table["y_um"] - y_um[len(y_um) // 2]) < 0.5 * (y_um[1] - y_um[0])
    alarmin = table.get("alarmin_ng", np.zeros(len(rows)))
    most = float(run["agents/keratinocyte"]["alarmin_ng"].max()) if "alarmin_ng" in table else 0.0
    return Cells(
        x_um=table["x_um"][rows].astype(float),
        z_um=table["z_um"][rows].astype(float),
        kind=table["kind"][rows].astype(np.int64),
        number=table["unique_id"][rows].astype(np.int64),
        melanin_pg=table.get("melanin_pg", np.zeros(len(rows)))[rows].astype(float),
        fresh=(alarmin[rows] / most if most > 0 else np.zeros(int(rows.sum()))).astype(float),
    )


def living(cells: Cells, section: xr.Dataset, sheet: Sheet) -> Image:
    """Dyes in nucleated cells: polygons with pale borders, nuclei, granules, and melanin above basal nuclei."""
    cells, edge = cells.of(BASAL, SPINOUS, GRANULAR), sheet.spacing_um
    out = np.zeros((*sheet.places[0].shape, 3))
    if not len(cells.number):
        return out
    x, z = sheet.bent
    middle_x, middle_z, away, nearest = _nearest(cells, sheet, min(2, len(cells.number)))
    own = nearest[:, 0].reshape(x.shape)
    border = (away[:, -1] - away[:, 0]).reshape(x.shape) / edge
    kind = cells.kind[own]
    angle = _tilt(cells, section, sheet)
    tilt = (angle + 0.35 * (2.0 * hashed(cells.number, 3) - 1.0))[own]
    dx, dz = (x - middle_x[own]) / edge, (z - middle_z[own]) / edge
    along, across = dx * np.cos(tilt) + dz * np.sin(tilt), dz * np.cos(tilt) - dx * np.sin(tilt)
    size = (0.88 + 0.24 * hashed(cells.number, 4))[own]
    half = np.array([_NUCLEUS.get(code, (1.0, 1.0)) for code in range(DEBRIS + 1)])
    far = np.hypot(along / (half[kind, 0] * size), across / (half[kind, 1] / size))
    nucleus = step(-far, -1.14, -0.90)
    chromatin = 1.0 + 0.22 * sheet.noise(1.0, 41) + np.where(kind == BASAL, 0.0, 0.35 * step(far, 0.45, 0.95) - 0.1)
    spot = np.hypot(along - 0.08 * (size - 1.0) * 8, across + 0.05) * edge
    nucleolus = np.where(kind == SPINOUS, 0.8 * step(-spot, -1.0, -0.5), 0.0)
    dye = np.array([_NUCLEAR_DYE.get(code, 0.0) for code in range(DEBRIS + 1)])[kind]
    dye = dye * (0.85 + 0.3 * hashed(cells.number, 5))[own]
    plasma = np.array([_CYTOPLASM.get(code, (0.0, 0.0)) for code in range(DEBRIS + 1)])[kind]
    gap = 1.0 - 0.45 * step(-border, -0.11, -0.02)
    tone = (0.9 + 0.2 * hashed(cells.number, 6))[own] * (1.0 + 0.08 * sheet.noise(2.2, 42))
    granules = np.where(kind == GRANULAR, 1.15 * step(sheet.noise(1.25, 43), 0.42, 0.75), 0.0) * (1.0 - nucleus)
    rest = (1.0 - nucleus) * gap * tone
    out[..., 0] = plasma[..., 0] * rest + nucleus * (dye * chromatin + nucleolus) + granules * gap
    out[..., 1] = plasma[..., 1] * rest + 0.30 * nucleus
    cap = np.where(kind == BASAL, 0.25 + 1.5 * step(-along, 0.0, 0.30), 1.0)
    grains = 2.0 * step(sheet.noise(0.9, 44), -0.3, 0.9)
    out[..., 2] = _MELANIN_PER_PG * (10.0 / edge) ** 2 * cells.melanin_pg[own] * cap * grains * gap**3
    return out


def _nearest(cells: Cells, sheet: Sheet, count: int) -> tuple[NDArray, NDArray, NDArray, NDArray]:
    """Shaken middles of cells ``(cell,)``; distance [um] and row of those nearest to each pixel ``(pixel, count)``."""
    shake = _SHAKE * sheet.spacing_um
    x = cells.x_um + shake * (2.0 * hashed(cells.number, 1) - 1.0)
    # basal cells keep their place on the bed
    z = cells.z_um + shake * (2.0 * hashed(cells.number, 2) - 1.0) * np.where(cells.kind == BASAL, 0.5, 1.0)
    pixels = np.column_stack([at.ravel() for at in sheet.bent])
    away, rows = cKDTree(np.column_stack([x, z])).query(pixels, k=[*range(1, count + 1)])
    return x, z, away, rows


def _tilt(cells: Cells, section: xr.Dataset, sheet: Sheet) -> NDArray[np.float64]:
    """Direction of the long axis of nuclei [rad]: towards the dermis in basal cells, along the surface above."""
    bed = (section["tissue"].to_numpy() >= 2).astype(float)
    smooth = ndimage.gaussian_filter(bed, 1.2, mode="nearest")
    slope_z, slope_x = np.gradient(smooth)
    iz = np.clip(np.rint((cells.z_um - sheet.first_z_um) / sheet.spacing_um).astype(int), 0, bed.shape[0] - 1)
    ix = np.clip(np.rint((cells.x_um - sheet.first_x_um) / sheet.spacing_um).astype(int), 0, bed.shape[1] - 1)
    down = np.arctan2(slope_z[iz, ix], slope_x[iz, ix])
    flat: NDArray[np.float64] = np.where(cells.kind == BASAL, down, 0.0)
    return flat


def debris(cells: Cells, section: xr.Dataset, sheet: Sheet) -> Image:
    """Dyes in dead cells: dense pink without borders, smudged nuclei that fade, brown grains of melanin."""
    cells, edge = cells.of(DEBRIS), sheet.spacing_um
    out = np.zeros((*sheet.places[0].shape, 3))
    if not len(cells.number):
        return out
    iz = np.rint((cells.z_um - sheet.first_z_um) / edge).astype(int)
    ix = np.rint((cells.x_um - sheet.first_x_um) / edge).astype(int)
    shape = section["cell_kind"].shape
    held, there = np.zeros(shape), np.zeros(shape)
    held[iz, ix], there[iz, ix] = cells.melanin_pg, 1.0
    share = np.maximum(sheet.sampled(there), 1e-3)
    smudge, swirl = sheet.noise(5.0, 51), sheet.noise(11.0, 52)
    cracks = step(np.abs(sheet.noise(8.0, 53)), 0.0, 0.10)
    out[..., 0] = 0.10 + 0.07 * swirl + 0.07 * smudge
    out[..., 1] = (0.98 + 0.13 * smudge + 0.14 * swirl) * (0.82 + 0.18 * cracks)
    _, _, away, own = _nearest(cells, sheet, 1)
    size = (0.7 + 0.5 * hashed(cells.number, 55))[own].reshape(share.shape)
    ghost = step(-away.reshape(share.shape) / (edge * size), -0.45, -0.12) * (0.6 + 0.4 * smudge)
    out[..., 0] += 0.85 * np.maximum(ghost, 0.0) * cells.fresh[own].reshape(share.shape)
    grains = 0.5 + 1.5 * step(sheet.noise(1.0, 54) + 0.5 * smudge, -0.2, 1.3)
    out[..., 2] = _MELANIN_PER_PG * (10.0 / edge) ** 2 * sheet.sampled(held) / share * grains
    return out


def corneum(cells: Cells, section: xr.Dataset, sheet: Sheet) -> Image:
    """Dyes in corneocytes: thin pink lamellae with gaps between them, each along the surface where it lies."""
    cells, edge = cells.of(CORNEOCYTE), sheet.spacing_um
    x, z = sheet.places
    out = np.zeros((*x.shape, 3))
    half, thick = _LAMELLA[0] * edge, _LAMELLA[1] * edge
    left, _, top, _ = sheet.window
    slope = np.clip(np.gradient(_surface(section)), -_STEEPEST, _STEEPEST)
    most = np.zeros(x.shape)
    for row in np.argsort(cells.number):
        chance = hashed(cells.number[row] * 8 + np.arange(5), 61)
        middle_x = cells.x_um[row] + 0.5 * edge * (chance[0] - 0.5)
        middle_z = cells.z_um[row] + 0.7 * edge * (chance[1] - 0.5)
        rows, columns = (
            slice(
                max(0, int((at - origin - reach) * sheet.pixels_per_um)),
                max(0, int((at - origin + reach) * sheet.pixels_per_um) + 1),
            )
            for at, origin, reach in ((middle_z, top, 1.5 * half), (middle_x, left, half))
        )
        dx, dz = x[rows, columns] - middle_x, z[rows, columns] - middle_z
        if not dx.size:
            continue
        ix = int(np.clip(round((cells.x_um[row] - sheet.first_x_um) / edge), 0, len(slope) - 1))
        lie = slope[ix] + 0.12 * (chance[2] - 0.5)
        line = lie * dx + 0.09 * edge * np.sin(dx / (0.55 * edge) + 6.28 * chance[3])
        width = thick * (0.8 + 0.5 * chance[4]) * np.sqrt(np.maximum(1.0 - (dx / half) ** 2, 0.0))
        inside = step(width - np.abs(dz - line), -0.35, 0.35) * (np.abs(dx) < half)
        most[rows, columns] = np.maximum(most[rows, columns], inside * (0.75 + 0.35 * chance[1]))
    inner = sheet.sampled(section["cell_kind"].to_numpy() == CORNEOCYTE)
    out[..., 0] = 0.04 * most
    out[..., 1] = 0.05 * inner + 0.60 * most * (1.0 + 0.08 * sheet.noise(3.0, 62))
    return out


def _surface(section: xr.Dataset) -> NDArray[np.float64]:
    """Row of the topmost cell of each column, smoothed."""
    filled = section["tissue"].to_numpy() > 0
    top = np.where(filled.any(axis=0), filled.argmax(axis=0), filled.shape[0]).astype(float)
    smooth: NDArray[np.float64] = ndimage.gaussian_filter1d(ndimage.median_filter(top, 5), 1.5, mode="nearest")
    return smooth
