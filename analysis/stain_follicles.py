"""Stained hair follicles cut along their axis.

Place, depth and stage come from the run, and whether there is a hair; the sheaths are drawn. A follicle of the run
has no shape of its own: the dermis around it goes on through it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from mendsim.analysis import store
from mendsim.analysis.drawn_anatomy import drawn, hair_radius_um, hair_size
from mendsim.analysis.stain_cells import Painted
from mendsim.analysis.stain_sheet import Image, Sheet, hashed, step

_ANAGEN, _CATAGEN, _TELOGEN, _KENOGEN = range(4)
_SHAFT_UM = hair_radius_um(terminal=True)
_INNER_UM, _OUTER_UM, _BULB_UM = (drawn()[f"follicle.{part}"] for part in ("inner_sheath", "outer_sheath", "bulb"))
"""Radius of shaft, inner root sheath, outer root sheath and bulb of a terminal hair."""
_RESTING_UM = drawn()["follicle.resting"]
"""Radius of its follicle without a bulb."""
_PAPILLA_UM = (25.0, 52.0)
_ISTHMUS = 0.3
"""Share of the depth above which there is no inner root sheath."""
_BORN_UM = 420.0
"""Height over the bulb at which the hair is hard."""
_NUCLEI_UM = 6.2
_HAIR_UM = 90.0
"""Hair above the skin that a slide keeps."""
_SHEATH_UM = 11.0
_MOUTH_UM = 80.0


@dataclass(frozen=True, kw_only=True)
class Follicle:
    """A follicle of the section.

    Attributes
    ----------
    x_um, end_um, top_um : position, depth of its lower end, and depth of the skin surface at its mouth.
    stage : 0 anagen, 1 catagen, 2 telogen, 3 empty.
    hair : whether it holds one.
    size : of it across, against a terminal follicle.
    """

    x_um: float
    end_um: float
    stage: int
    hair: bool
    size: float
    top_um: float


def follicles_of(run: xr.DataTree, day: float, section: xr.Dataset) -> list[Follicle]:
    """Follicles of the section, one for each place, in the stage that most of those of the place are in."""
    table = store.agents(run, "follicle", day)
    if not table or not len(table["x_um"]):
        return []
    short = store.parameter(run, "abm.follicle.telogen_depth_ratio", 0.4)
    size = hair_size(terminal=store.has_hair(run))
    found = []
    spots, of_spot = np.unique(np.stack([table["x_um"], table["bulb_depth_um"]], axis=1), axis=0, return_inverse=True)
    for number, (x, depth) in enumerate(spots):
        rows = of_spot.ravel() == number
        stage = int(np.argmax(np.bincount(table["stage"][rows].astype(int), minlength=4)))
        ratio = {_ANAGEN: 1.0, _CATAGEN: 0.5 * (1.0 + short)}.get(stage, short)
        shafts = table["shaft_um"][rows & (table["stage"] == stage)] if "shaft_um" in table else np.ones(1)
        hair = stage != _KENOGEN and bool((shafts > 0).any())
        found.append(
            Follicle(
                x_um=float(x),
                end_um=float(depth) * ratio,
                stage=stage,
                hair=hair,
                size=size,
                top_um=_top_um(section, x),
            )
        )
    return found


def _top_um(section: xr.Dataset, x_um: float) -> float:
    """Depth of the living epidermis, or of what is left, around a place."""
    near = np.abs(section["x_um"].to_numpy() - x_um) < _MOUTH_UM
    filled = (section["tissue"].to_numpy() > 0)[:, near]
    rows = np.where(filled.any(axis=0), filled.argmax(axis=0), len(filled) - 1)
    return float(section["depth_um"].to_numpy()[int(np.median(rows))]) if near.any() else 0.0


def follicles(run: xr.DataTree, day: float, section: xr.Dataset, sheet: Sheet) -> tuple[Image, dict[str, Image]] | None:
    """Share of each pixel that a follicle fills, and what stains in it; None if there is none in the sheet."""
    left, right, _, bottom = sheet.window
    room = _BULB_UM + _SHEATH_UM
    near = [each for each in follicles_of(run, day, section) if left - room < each.x_um < right + room]
    if not near or bottom < -_HAIR_UM:
        return None
    share, total = np.zeros(sheet.shape, np.float32), dict[str, Image]()
    x, z = sheet.bent
    painted = Painted(sheet)
    for follicle in near:
        away = np.abs(x - np.float32(follicle.x_um)) / np.float32(follicle.size)
        filled, materials = _draw(follicle, (away, z), sheet, painted)
        share = np.maximum(share, filled)
        for name, image in materials.items():
            total[name] = total.get(name, np.float32(0.0)) + filled * image
    for name, image in painted.images.items():
        total[name] = total.get(name, np.float32(0.0)) + image * share
    return share, total


def _outer_um(follicle: Follicle, z: NDArray) -> NDArray:
    """Radius of the follicle at a depth, 0 below its end."""
    neck: NDArray | float = 0.0
    if follicle.stage == _ANAGEN:
        end = follicle.end_um + 70.0
        body = _OUTER_UM + (_BULB_UM - _OUTER_UM) * np.exp(-(((z - follicle.end_um) / 95.0) ** 2))
        neck = -9.0 * np.exp(-(((z - follicle.end_um + 230.0) / 120.0) ** 2))
    else:
        end = follicle.end_um + 40.0
        body = _RESTING_UM + 10.0 * np.exp(-(((z - follicle.end_um) / 60.0) ** 2))
    mouth = 24.0 * np.exp(-np.maximum(z - follicle.top_um, 0.0) / 60.0)
    rounded = np.sqrt(np.clip((end - z) / 75.0, 0.0, 1.0))
    return (body + neck + mouth) * rounded


def _draw(
    follicle: Follicle, at: tuple[Image, Image], sheet: Sheet, painted: Painted
) -> tuple[Image, dict[str, Image]]:
    """Layers of one follicle from the axis outwards; ``at`` is the distance from the axis and the depth."""
    away, z = at
    soft = max(0.8, 0.6 / sheet.pixels_per_um) / follicle.size

    def within(radius: Image | float) -> Image:
        edge = np.asarray(radius, np.float32)
        return step(-away, -edge - soft, -edge + soft) * np.clip(edge / soft, 0.0, 1.0)

    outer = _outer_um(follicle, z)
    growing = follicle.stage == _ANAGEN
    body = within(outer) * step(z, follicle.top_um - 6.0, follicle.top_um + 4.0)
    sheath = np.clip(
        within(outer + _SHEATH_UM * np.clip(outer / 20.0, 0.0, 1.0)) * step(z, 40.0, 90.0) - body, 0.0, 1.0
    )
    born = follicle.end_um - (_BORN_UM if growing else 25.0)
    hard = (1.0 - step(z, born - 60.0, born + 60.0)) * step(
        z - 0.03 * away**2, follicle.top_um - _HAIR_UM, follicle.top_um - _HAIR_UM + 4.0
    )
    widen = 0.0 if growing else 9.0 * np.exp(-(((z - born) / 30.0) ** 2))
    shaft = within(_SHAFT_UM + widen) * hard * float(follicle.hair)
    lower = step(z, _ISTHMUS * follicle.end_um - 60.0, _ISTHMUS * follicle.end_um + 60.0)
    inner = within(_INNER_UM) * lower * float(growing) * (1.0 - step(z, born + 120.0, born + 300.0)) * (1.0 - shaft)
    canal_um = _canal_um(follicle, z)
    closed = lower if growing else step(z, born - 40.0, born)
    canal = within(canal_um) * (1.0 - closed) * (1.0 - shaft) * body
    papilla = within(_papilla_um(follicle, z)) if growing else np.zeros_like(body)
    matrix = body * step(z, born + 120.0, born + 300.0) * (1.0 - papilla) if growing else 0.0 * body
    cells = np.clip(body - shaft - inner - canal - papilla, 0.0, 1.0)
    _nuclei(follicle, sheet, painted, born)
    flakes = step(np.abs(sheet.noise(6.0, 101)), 0.0, 0.16)
    glassy = np.exp(-(((away - outer) / 3.0) ** 2)) * (0.9 if follicle.stage == _CATAGEN else 0.35)
    filled = np.clip(np.maximum(body + sheath, shaft), 0.0, 1.0)
    parts = {
        "hair": (follicle.size**0.7) * shaft * (1.0 + 0.12 * sheet.noise(2.5, 102) - 0.35 * within(5.0)),
        "sheath": inner * (0.95 + 0.10 * sheet.noise(2.0, 103)),
        "keratin": 0.45 * canal * (1.0 - flakes) + (0.0 if growing else 0.8) * _club(away, z, born),
        "cytoplasm": cells * (0.26 + 0.10 * matrix) * (1.0 + 0.1 * sheet.noise(3.0, 104)),
        "rna": cells * (0.10 + 0.30 * matrix),
        "collagen": sheath * (0.9 + 0.2 * sheet.noise(3.0, 105)) + 0.12 * papilla,
        "ground": sheath + papilla,
        "muscle": glassy * np.maximum(body, sheath) * step(z, 60.0, 120.0),
    }
    return filled, parts


def _canal_um(follicle: Follicle, z: NDArray) -> NDArray:
    """Radius of the canal around the hair."""
    funnel = 20.0 * np.exp(-np.maximum(z - follicle.top_um, 0.0) / 60.0)
    canal: NDArray = (_SHAFT_UM + 5.0 + funnel) * (1.0 if follicle.hair else 0.35)
    return canal


def _club(away: Image, z: Image, born: float) -> Image:
    """Horny sac around the root of a resting hair."""
    return np.exp(-(((away - 34.0) / 6.0) ** 2) - ((z - born) / 40.0) ** 2)


def _papilla_um(follicle: Follicle, z: Image) -> Image:
    """Half width of the dermal papilla, which reaches into the bulb from below."""
    half, tall = _PAPILLA_UM
    inside = np.clip(1.0 - ((z - follicle.end_um - 12.0) / tall) ** 2, 0.0, 1.0)
    return half * np.sqrt(inside) + np.where(z > follicle.end_um + 40.0, 0.5 * half, 0.0) - 1.0


def _nuclei(follicle: Follicle, sheet: Sheet, painted: Painted, born: float) -> None:
    """Set nuclei of the outer sheath, the matrix and the papilla on a jittered grid that stays in its place."""
    top, bottom = max(sheet.window[2], follicle.top_um) - 10.0, min(sheet.window[3] + 10.0, follicle.end_um + 80.0)
    if bottom <= top:
        return
    rows = np.arange(int(top / _NUCLEI_UM), int(bottom / _NUCLEI_UM) + 1)
    half = int(1.2 * _BULB_UM * follicle.size / _NUCLEI_UM) + 1
    iz, ix = (grid.ravel() for grid in np.meshgrid(rows, np.arange(-half, half + 1), indexing="ij"))
    ids = (ix + 4096) * (1 << 20) + iz + 4096
    u = (ix + 0.7 * (hashed(ids, 111) - 0.5)) * _NUCLEI_UM
    z = (iz + 0.5 + 0.7 * (hashed(ids, 112) - 0.5)) * _NUCLEI_UM
    away, outer = np.abs(u) / follicle.size, _outer_um(follicle, z)
    growing = follicle.stage == _ANAGEN
    inside = away < outer - 3.0 / follicle.size
    papilla = growing & (away < _papilla_um(follicle, z) - 2.0)
    matrix = inside & growing & (z > born + 200.0) & ~papilla
    lower = z > _ISTHMUS * follicle.end_um if growing else z > born
    inner = np.where(lower, _INNER_UM if growing else 0.0, _canal_um(follicle, z))
    core = inner + 2.0 / follicle.size
    wall = inside & ~papilla & ~matrix & (away > core) & (z > follicle.top_um + 3.0)
    places = (follicle.x_um + u, z)
    size, dark = 0.9 + 0.25 * hashed(ids, 113), 0.9 + 0.3 * hashed(ids, 114)
    basal = away > outer - 10.0 / follicle.size
    for rows_of, half_um, tilt, strength in (
        (wall & basal, (3.3, 2.0), 0.25 * np.sign(u), 1.25),
        (wall & ~basal, (2.9, 2.4), 0.5 * np.pi, 0.85),
        (matrix, (3.2, 2.4), 0.5 * np.pi, 1.5),
        (papilla, (3.6, 1.2), 0.5 * np.pi, 1.0),
    ):
        picked = np.flatnonzero(rows_of)
        turn = tilt[picked] if isinstance(tilt, np.ndarray) else tilt
        painted.add(
            "chromatin",
            (places[0][picked], places[1][picked]),
            half_um,
            turn,
            strength * dark[picked],
            size=size[picked],
        )
