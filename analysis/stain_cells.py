"""Stained cells of the dermis: fibroblasts, T cells, and the leukocytes that the run keeps as densities."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from mendsim.abm.tissue import TISSUE
from mendsim.analysis import stain_kernels, store
from mendsim.analysis.drawn_anatomy import FIBROBLAST_STATES, drawn, spindle_um
from mendsim.analysis.stain_epidermis import stained_share
from mendsim.analysis.stain_sheet import Image, Sheet, hashed

_SPINDLE_UM = ((5.5, 1.3), (6.2, 1.9), (7.0, 2.0), (2.0, 1.8))
"""Half axes of nuclei of fibroblasts at rest, activated, myofibroblasts, and apoptotic ones ..."""
_SPINDLE_DARK = (1.05, 0.85, 0.85, 1.9)
"""... with their chromatin ..."""
_BODY_UM = tuple(spindle_um(state) for state in FIBROBLAST_STATES)
"""... and half axes of their cells ..."""
_BODY_DARK = ((0.06, 0.02), (0.22, 0.16), (0.34, 0.06), (0.9, 0.0))
"""... with the protein and RNA of their cytoplasm: those that make collagen show, the dying are dense."""
_ROUND_UM, _T_CELL_UM = (2.7, 2.5), drawn()["radius.t_cell"]
"""Half axes of the nucleus of a T cell, and radius of the cell."""
_MACROPHAGE_UM, _NEUTROPHIL_UM = (4.0, 2.6, drawn()["radius.macrophage"]), (1.55, drawn()["radius.neutrophil"])
"""Half axes of the nucleus of a macrophage and radius of the cell; radius of the lobes of a neutrophil and the cell."""
_LOBES = 3
_NUCLEUS_EDGE, _BODY_EDGE = (0.85, 1.2), (0.55, 1.15)
"""Shares of the radius between which nuclei and cells fade."""
_UM3_PER_MM3 = 1e9


@dataclass
class Painted:
    """What is painted of cells, each ``(rows, columns)``; grows by `add`."""

    sheet: Sheet
    images: dict[str, Image] = field(default_factory=dict)

    def add(
        self,
        material: str,
        places: tuple[NDArray, NDArray],
        half_um: tuple[float, float],
        tilt: NDArray | float,
        strength: NDArray | float,
        *,
        edge: tuple[float, float] = _NUCLEUS_EDGE,
        size: NDArray | float = 1.0,
        hole: float = 0.0,
    ) -> None:
        """Paint ellipses; a hole leaves a ring that begins at this share of the radius."""
        x, z = (np.asarray(at, float) for at in places)
        near = _near(self.sheet, x, z, 1.3 * max(half_um) * float(np.max(size, initial=0.0)))
        columns = (x, z, half_um[0] * size, half_um[1] * size, tilt, hole, strength)
        table = np.stack([np.broadcast_to(np.asarray(column, float), x.shape) for column in columns], axis=1)[near]
        image = self.images.setdefault(material, np.zeros(self.sheet.shape, np.float32))
        stain_kernels.spots(
            self.sheet.x_um,
            self.sheet.z_um,
            np.ascontiguousarray(table[:, :6]),
            np.ascontiguousarray(table[:, 6]),
            edge,
            image,
        )


def _near(sheet: Sheet, x: NDArray, z: NDArray, room_um: float) -> NDArray[np.bool_]:
    left, right, top, bottom = sheet.window
    near: NDArray[np.bool_] = (
        (x > left - room_um) & (x < right + room_um) & (z > top - room_um) & (z < bottom + room_um)
    )
    return near


def dermal_cells(
    run: xr.DataTree, day: float, section: xr.Dataset, sheet: Sheet, antigen: str = ""
) -> dict[str, Image]:
    """Cells of dermis, clot and fat: fibroblasts, macrophages and neutrophils."""
    painted = Painted(sheet)
    _leukocytes(painted, section)
    _fibroblasts(painted, run, day, antigen)
    if "chromatin" in painted.images:
        painted.images["chromatin"] *= 1.0 + 0.15 * sheet.noise(1.0, 34)
    return painted.images


def t_cells(run: xr.DataTree, day: float, sheet: Sheet, antigen: str = "") -> dict[str, Image]:
    """T cells, which swarm into follicles, too."""
    painted = Painted(sheet)
    _t_cells(painted, run, day, antigen)
    return painted.images


def _fibroblasts(painted: Painted, run: xr.DataTree, day: float, antigen: str) -> None:
    cells = _in_section(run, "fibroblast", day)
    if not cells:
        return
    ids = cells.get("unique_id", np.arange(len(cells["x_um"])))
    nothing = 0.0 * cells["x_um"]
    state = cells.get("state", nothing).astype(int)
    tilt = np.arctan2(cells.get("direction_z", nothing), cells.get("direction_x", nothing + 1.0))
    size = 0.8 + 0.4 * hashed(ids, 31)
    brown = {
        "hsp70": 1.4 * stained_share(cells.get("hsp70", nothing)),
        "hsp47": 0.12 + 1.4 * stained_share(cells.get("hsp47", nothing)),
        "alpha_sma": np.where(state == 2, 1.4, 0.0),
    }.get(antigen)
    for code in range(len(_SPINDLE_UM)):
        rows = state == code
        if not rows.any():
            continue
        places = (cells["x_um"][rows], cells["z_um"][rows])
        body = {"edge": _BODY_EDGE, "size": size[rows]}
        for material, dark in zip(("cytoplasm", "rna"), _BODY_DARK[code], strict=True):
            painted.add(material, places, _BODY_UM[code], tilt[rows], dark, **body)
        painted.add("chromatin", places, _SPINDLE_UM[code], tilt[rows], _SPINDLE_DARK[code], size=size[rows])
        if brown is not None:
            painted.add("antigen", places, _BODY_UM[code], tilt[rows], brown[rows], **body)


def _t_cells(painted: Painted, run: xr.DataTree, day: float, antigen: str) -> None:
    cells = _in_section(run, "t_cell", day)
    if not cells:
        return
    ids = cells.get("unique_id", np.arange(len(cells["x_um"])))
    places, size = (cells["x_um"], cells["z_um"]), 0.9 + 0.2 * hashed(ids, 32)
    tilt = np.pi * hashed(ids, 33)
    painted.add("chromatin", places, _ROUND_UM, tilt, 1.6, size=size)
    painted.add("cytoplasm", places, (_T_CELL_UM, _T_CELL_UM), 0.0, 0.10, size=size, edge=_BODY_EDGE)
    kinds = {
        "cd3": np.ones(len(ids), bool),
        "cd4": cells.get("cd8", 0 * ids) == 0,
        "cd8": cells.get("cd8", 0 * ids) == 1,
    }
    if antigen in kinds:
        rows = kinds[antigen]
        ring = (_T_CELL_UM, _T_CELL_UM)
        painted.add(
            "antigen", (places[0][rows], places[1][rows]), ring, 0.0, 1.5, size=size[rows], edge=(0.9, 1.2), hole=0.62
        )


def _leukocytes(painted: Painted, section: xr.Dataset) -> None:
    """Set cells at sites by lot, as many as the density says; a site keeps its lot in every picture."""
    x_um, z_um = section["x_um"].to_numpy(), section["depth_um"].to_numpy()
    volume = float(x_um[1] - x_um[0]) ** 3 / _UM3_PER_MM3
    bed = section["tissue"].to_numpy() >= TISSUE["dermis"]
    for name, purpose in (("macrophages", 81), ("neutrophils", 84)):
        if name not in section:
            continue
        sites = np.arange(bed.size).reshape(bed.shape)
        iz, ix = np.nonzero(bed & (hashed(sites, purpose) < section[name].to_numpy() * volume))
        ids = sites[iz, ix]
        edge = float(x_um[1] - x_um[0])
        x, z = (at + edge * (hashed(ids, purpose + k) - 0.5) for k, at in ((1, x_um[ix]), (2, z_um[iz])))
        turn, size = 2.0 * np.pi * hashed(ids, purpose + 10), 0.85 + 0.3 * hashed(ids, purpose + 11)
        if name == "macrophages":
            *nucleus, cell = _MACROPHAGE_UM
            painted.add("cytoplasm", (x, z), (cell, 0.75 * cell), turn, 0.22, size=size, edge=_BODY_EDGE)
            painted.add("chromatin", (x, z), (nucleus[0], nucleus[1]), turn, 0.75, size=size)
            continue
        lobe, cell = _NEUTROPHIL_UM
        painted.add("cytoplasm", (x, z), (cell, cell), 0.0, 0.28, size=size, edge=_BODY_EDGE)
        for number in range(_LOBES):
            angle, out = turn + 1.7 * number + 0.5 * hashed(ids, purpose + 12 + number), 1.35 * lobe
            places = (x + out * np.cos(angle), z + out * np.sin(angle))
            painted.add("chromatin", places, (lobe, lobe), 0.0, 1.7, size=size)


def _in_section(run: xr.DataTree, kind: str, day: float) -> dict[str, NDArray]:
    table = store.agents(run, kind, day)
    if not table or "x_um" not in table:
        return {}
    rows = store.in_plane(run, table)
    return {name: column[rows] for name, column in table.items()} if rows.any() else {}
