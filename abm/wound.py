"""Takes an injury into the tissue: what is removed, what dies, what is closed, what is spilled."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mendsim.abm import channel
from mendsim.abm.agents import heat_shock, melanocyte
from mendsim.abm.agents.fibroblast import Fibroblast
from mendsim.abm.agents.fibroblast_kernels import APOPTOTIC
from mendsim.abm.agents.keratinocyte import Keratinocyte
from mendsim.abm.agents.t_cell import TCell
from mendsim.abm.draws import uniforms
from mendsim.abm.tissue import CELL_KIND, CLOT, DERMIS, HYPODERMIS
from mendsim.common.errors import InputError
from mendsim.common.purposes import THERMAL_NECROSIS
from mendsim.thermal.injury import Injury

if TYPE_CHECKING:
    from mendsim.abm.model import HealingModel

_APART = 2**24
_REMOVED = 0.5  # a site with one cell cannot be half gone: it goes with the larger part


def injure(model: HealingModel, injury: Injury) -> None:
    """Apply an injury.

    Ablated sites lose their matrix and cells; in the dermis they fill with clot (fibrin) that sags from the mouth. A
    cell dies with the probability that the damage integral of its kind gives, drawn by its id. Dead cells leave their
    alarmin behind.
    """
    if injury.lattice != model.lattice:
        raise InputError(
            "the injury was computed on another lattice", value=str(injury.lattice), allowed=str(model.lattice)
        )
    removed = injury.ablated >= _REMOVED
    heat_shock.take(model, injury)
    model.alarmin_ng *= 1.0 - injury.ablated
    model.matrix.denature(injury.damage["collagen_denaturation"])
    model.matrix.remove(injury.ablated)
    _kill_keratinocytes(model, injury, removed)
    melanocyte.injure(model, injury, removed, draw_of(model))
    model.leukocytes.injure(injury)
    _kill_dermal(model, Fibroblast, injury.damage["fibroblast_necrosis"], removed)
    _kill_dermal(model, TCell, injury.damage["t_cell_apoptosis"], removed)
    code = model.tissue.code
    lost = removed & np.isin(code, (DERMIS, HYPODERMIS, CLOT))
    code[lost] = CLOT
    model.tissue.clot_since_h[lost] = model.time_h
    model.matrix.fibrin[lost] = model.parameters["fibrin.clot_mg_per_ml"]
    channel.hollow(model, removed)
    _settle(model)
    model.pigment.follow_bed(model)
    model.mends.look(model)
    model.injuries += 1
    model.vessels.coagulate(injury)


def draw_of(model: HealingModel) -> int:
    """Step that draws of this injury are made for: its own among several at one moment."""
    return model.step_index + _APART * model.injuries


def _dies(model: HealingModel, ids: np.ndarray, fraction: np.ndarray) -> np.ndarray:
    return uniforms(model.seed, ids, draw_of(model), THERMAL_NECROSIS) < fraction


def _kill_keratinocytes(model: HealingModel, injury: Injury, removed: np.ndarray) -> None:
    cells, tissue = model.population(Keratinocyte), model.tissue
    rows = np.arange(cells.n_rows)[cells.rows()]
    at = cells["iz"][rows], cells["iy"][rows], cells["ix"][rows]
    living = cells["kind"][rows] < CELL_KIND["corneocyte"]
    killed = living & _dies(model, cells.uid[rows], injury.damage["keratinocyte_necrosis"][at])
    cells["kind"][rows[killed]] = CELL_KIND["debris"]
    cells["activation"][rows[killed]] = 0.0
    cells["alarmin_ng"][rows[killed]] = _alarmin_ng(model)
    gone = removed[at]
    # what a beam removes, it removes from the top; a stack keeps no holes
    tissue.occupant[tuple(index[gone] for index in at)] = 0
    by_id = rows[gone][np.argsort(cells.uid[rows[gone]], kind="stable")]
    model.pigment.removed_pg += float(np.sum(cells["melanin_pg"][by_id]))
    cells.remove(rows[gone])


def close_stacks(model: HealingModel) -> None:
    """Clear the places of keratinocytes that were removed from outside the rules, and let their stacks sink."""
    occupant = model.tissue.occupant
    occupant[model.registry.row_of[occupant] < 0] = 0
    _settle(model)


def _settle(model: HealingModel) -> None:
    """Let stacks sink where cells beneath were removed."""
    tissue, cells = model.tissue, model.population(Keratinocyte)
    occupied = tissue.occupant > 0
    holes = np.argwhere((occupied.sum(axis=0) > 0) & (occupied.sum(axis=0) != _run_from_bed(occupied, tissue.bed_z)))
    for y, x in holes:
        ids = tissue.occupant[:, y, x][occupied[:, y, x]]
        bed = tissue.bed_z[y, x]
        tissue.occupant[:, y, x] = 0
        tissue.occupant[bed - len(ids) : bed, y, x] = ids
        cells["iz"][model.registry.row_of[ids]] = np.arange(bed - len(ids), bed)


def _run_from_bed(occupied: np.ndarray, bed_z: np.ndarray) -> np.ndarray:
    """Length of the gapless run of occupied sites that stands on the bed, ``(ny, nx)``."""
    z = np.arange(occupied.shape[0])[:, None, None]
    above_bed = np.where(z < bed_z, occupied, True)
    return (np.cumprod(above_bed[::-1], axis=0).sum(axis=0) - (occupied.shape[0] - bed_z)).astype(int)


def _alarmin_ng(model: HealingModel) -> float:
    return model.parameters["cytokine.alarmin_pg_per_dead_cell"] * 1e-3


def _kill_dermal(model: HealingModel, kind: type, fraction: np.ndarray, removed: np.ndarray) -> None:
    cells, spacing = model.population(kind), model.lattice.spacing_um
    rows = np.arange(cells.n_rows)[cells.rows()]
    at = tuple(
        np.clip((cells[name][rows] / spacing).astype(np.int64), 0, size - 1)
        for name, size in zip(("z_um", "y_um", "x_um"), model.lattice.shape, strict=True)
    )
    gone = removed[at]
    # what is apoptotic already has no alarm left to give
    alive = cells["state"][rows] != APOPTOTIC if kind is Fibroblast else np.ones(len(rows), np.bool_)
    killed = _dies(model, cells.uid[rows], fraction[at]) & ~gone & alive
    np.add.at(model.alarmin_ng, tuple(index[killed] for index in at), _alarmin_ng(model))
    buried = rows[killed]
    model.leukocytes.bury(np.stack([cells[name][buried] for name in ("x_um", "y_um", "z_um")], axis=1))
    cells.remove(rows[killed | gone])
