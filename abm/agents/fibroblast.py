"""Fibroblasts: woken by TGF-beta1, they crawl, divide, lay collagen and leave when the signal is gone."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mendsim.abm.agents import fibroblast_kernels as kernels
from mendsim.abm.agents import moving_kernels
from mendsim.abm.agents.moving_cell import MovingCell, living
from mendsim.abm.core import Column, Population
from mendsim.abm.draws import uniforms
from mendsim.abm.matrix import MASS_QUANTUM_PG
from mendsim.common.purposes import ENGULFMENT

if TYPE_CHECKING:
    from mendsim.abm.model import HealingModel

_HOURS_PER_DAY, _MM3_PER_ML = 24.0, 1e3
_INHERITED = (
    "x_um", "y_um", "z_um", "activation", "stimulation", "differentiation", "state", "heat_message", "hsp70", "hsp47"
)  # fmt: skip


class Fibroblast(MovingCell):
    """A cell of the dermis that keeps and renews the matrix."""

    direction_x = Column("f8", unit="1", doc="last direction of movement along x")
    direction_y = Column("f8", unit="1", doc="last direction of movement across the section")
    direction_z = Column("f8", unit="1", doc="last direction of movement along depth")
    state = Column("i1", unit="1", doc="0 quiescent, 1 activated, 2 myofibroblast, 3 apoptotic")
    activation = Column("f8", unit="1", doc="response to TGF-beta1, 0 to 1")
    stimulation = Column("f8", unit="1", doc="will to crawl and divide, by TGF-beta1 and PDGF, 0 to 1")
    differentiation = Column("f8", unit="1", doc="way to the myofibroblast, 0 to 1")
    resident = Column("i1", unit="1", doc="1 if the cell belongs to intact dermis, 0 for a newcomer")
    heat_message = Column("f8", unit="1", doc="message of heat shock, 1 after a full sublethal dose")
    hsp70 = Column("f8", unit="1", doc="HSP70 above the level of an unstressed cell, which is 1")
    hsp47 = Column("f8", unit="1", doc="HSP47 above the level of a cell at rest, which is 1")


def alive(model: HealingModel) -> tuple[Population, NDArray[np.int64]]:
    """Return the population and the rows of fibroblasts that are not apoptotic."""
    cells, rows = living(model, Fibroblast)
    return cells, rows[cells["state"][rows] != kernels.APOPTOTIC]


def apoptotic(model: HealingModel) -> tuple[Population, NDArray[np.int64]]:
    """Return the population and the rows of apoptotic fibroblasts that nothing has eaten yet."""
    cells, rows = living(model, Fibroblast)
    return cells, rows[cells["state"][rows] == kernels.APOPTOTIC]


def apoptotic_places(model: HealingModel) -> NDArray[np.float64]:
    """Places of apoptotic fibroblasts, x, y, z in um, ``(n, 3)``."""
    cells, rows = apoptotic(model)
    return np.stack([cells[name][rows] for name in ("x_um", "y_um", "z_um")], axis=1)


def _tension(model: HealingModel) -> tuple[float, float, float, float]:
    """Collagen and alignment of intact dermis, its tension, and the tension at which cells respond by half."""
    p, site = model.parameters, model.site
    return (
        site.collagen_mg_per_ml,
        model.intact_aligned,
        p["tension.resting_kpa"],
        p["fibroblast.tension_half_effect_kpa"],
    )


def respond(model: HealingModel) -> None:
    """Follow TGF-beta1 and PDGF into activation and differentiation (R17)."""
    cells, rows = alive(model)
    p, tgf, matrix = model.parameters, model.tgf_beta1, model.matrix
    kernels.respond(
        rows,
        cells["x_um"],
        cells["y_um"],
        cells["z_um"],
        tgf.concentration,
        model.pdgf.concentration,
        matrix.collagen_1,
        matrix.collagen_3,
        matrix.order_cos,
        cells["activation"],
        cells["stimulation"],
        cells["differentiation"],
        cells["state"],
        model.lattice.spacing_um,
        tgf.factor,
        model.pdgf.factor,
        model.step_h,
        p["fibroblast.activation_half_effect_ng_per_ml"],
        p["fibroblast.activation_time_h"],
        _HOURS_PER_DAY * p["fibroblast.deactivation_time_d"],
        p["fibroblast.myofibroblast_half_effect_ng_per_ml"],
        _HOURS_PER_DAY * p["fibroblast.differentiation_time_d"],
        p["fibroblast.pdgf_half_effect_ng_per_ml"],
        *_tension(model),
    )


def migrate(model: HealingModel) -> None:
    """Crawl up the gradients of TGF-beta1 and PDGF, along fibres and along tension (R17, R18)."""
    cells, rows = alive(model)
    p, tgf, matrix = model.parameters, model.tgf_beta1, model.matrix
    if not cells["stimulation"][rows].any():
        return
    near, volume_mm3 = _near(model, rows)
    kernels.migrate(
        rows,
        cells.uid,
        _call(model),
        model.tissue.code,
        matrix.collagen_1,
        matrix.collagen_3,
        matrix.order_cos,
        matrix.order_sin,
        cells["x_um"],
        cells["y_um"],
        cells["z_um"],
        cells["direction_x"],
        cells["direction_y"],
        cells["direction_z"],
        cells["stimulation"],
        near,
        p["fibroblast.max_density_per_mm3"] * volume_mm3,
        model.lattice.spacing_um,
        tgf.factor,
        model.seed,
        model.step_index,
        model.step_h,
        p["fibroblast.speed_um_per_h"],
        p["fibroblast.chemotaxis_weight"],
        p["fibroblast.gradient_half_effect_per_um"],
        p["fibroblast.persistence_h"],
        *_tension(model),
    )


def _call(model: HealingModel) -> NDArray[np.float64]:
    """Add up what fibroblasts climb: the responses to TGF-beta1 and to PDGF, on the cells of TGF-beta1."""
    p, tgf = model.parameters, model.tgf_beta1.concentration
    pdgf = model.pdgf.on(model.tgf_beta1)
    to_tgf: NDArray[np.float64] = tgf / (p["fibroblast.activation_half_effect_ng_per_ml"] + tgf)
    return to_tgf + pdgf / (p["fibroblast.pdgf_half_effect_ng_per_ml"] + pdgf)


def _near(model: HealingModel, rows: NDArray[np.int64]) -> tuple[NDArray[np.int32], float]:
    """Fibroblasts around each site, and the volume in which they are counted, mm3."""
    cells, lattice = model.population(Fibroblast), model.lattice
    reach = round(0.5 * (model.parameters["fibroblast.crowding_box_um"] / lattice.spacing_um - 1.0))
    near = np.empty(lattice.shape, np.int32)
    kernels.crowd_near(rows, cells["x_um"], cells["y_um"], cells["z_um"], near, lattice.spacing_um, reach)
    sites = math.prod(min(n, 2 * reach + 1) for n in lattice.shape)
    return near, sites * lattice.site_volume_ml * _MM3_PER_ML


def renew(model: HealingModel) -> None:
    """Divide while stimulated and while there is room; newcomers die once the signal is gone (R17)."""
    cells, rows = alive(model)
    p, lattice = model.parameters, model.lattice
    near, near_mm3 = _near(model, rows)
    box = p["fibroblast.settling_box_um"]
    around = np.zeros([max(1, int(np.ceil(n * lattice.spacing_um / box))) for n in lattice.shape], np.int32)
    kernels.crowd(rows, cells["x_um"], cells["y_um"], cells["z_um"], around, box)
    around_mm3 = box * box * min(box, lattice.ny * lattice.spacing_um) * 1e-9
    parents, gone = np.empty(len(rows), np.int64), np.empty(len(rows), np.int64)
    born, died = kernels.divide_or_die(
        rows,
        cells.uid,
        cells["x_um"],
        cells["y_um"],
        cells["z_um"],
        cells["stimulation"],
        cells["resident"],
        model.matrix.collagen_1,
        model.matrix.collagen_3,
        near,
        around,
        parents,
        gone,
        model.lattice.spacing_um,
        box,
        model.seed,
        model.step_index,
        model.step_h,
        np.log(2.0) / p["fibroblast.doubling_time_h"],
        p["fibroblast.max_density_per_mm3"] * near_mm3,
        p["fibroblast.dense_density_per_mm3"] * near_mm3,
        model.site.collagen_mg_per_ml,
        model.site.fibroblasts_per_mm3 * around_mm3,
        p["fibroblast.apoptosis_per_d"] / _HOURS_PER_DAY,
        model.drug_at("fibroblast_division", places(cells)),
    )
    cells["state"][model.registry.row_of[gone[:died]]] = kernels.APOPTOTIC
    if born:
        parents = np.sort(parents[:born])
        mothers = model.registry.row_of[parents]
        inherited = {name: cells[name][mothers].copy() for name in _INHERITED}
        cells.add(born, parent_id=parents, born_h=model.time_h, **inherited)


def clear_apoptotic(model: HealingModel) -> None:
    """Remove apoptotic cells that macrophages have eaten (R13)."""
    cells, rows = apoptotic(model)
    if len(rows) == 0:
        return
    share = model.leukocytes.eaten[model.index(model.leukocytes.neutrophils, apoptotic_places(model))]
    cells.remove(rows[uniforms(model.seed, cells.uid[rows], model.step_index, ENGULFMENT) < share])


def places(cells: Population) -> NDArray[np.float64]:
    """Positions of every row, ``(n_rows, 3)`` um."""
    return np.stack([cells["x_um"], cells["y_um"], cells["z_um"]], axis=1)


def lay_matrix(model: HealingModel) -> None:
    """Lay collagen, early with much type III, along the way the cell crawls (R17, R18)."""
    cells, rows = alive(model)
    p, matrix, site = model.parameters, model.matrix, model.site
    arguments = (
        rows,
        cells["x_um"],
        cells["y_um"],
        cells["z_um"],
        cells["direction_x"],
        cells["direction_z"],
        cells["activation"],
        cells["differentiation"],
        model.tissue.code,
        matrix.collagen_1,
        matrix.collagen_3,
        site.collagen_mg_per_ml,
        p["fibroblast.collagen_ceiling_ratio"] * site.collagen_mg_per_ml,
        matrix.deposit_1,
        matrix.deposit_3,
        matrix.deposit_elastin,
        matrix.deposit_cos,
        matrix.deposit_sin,
        matrix.turned,
        model.lattice.spacing_um,
        p["fibroblast.footprint_um"],
        model.drug_at("fibroblast_synthesis", places(cells))
        * p["fibroblast.collagen_pg_per_d"]
        * model.step_h
        / _HOURS_PER_DAY,
        p["fibroblast.pulled_collagen_pg_per_d"] * model.step_h / _HOURS_PER_DAY,
        p["fibroblast.early_collagen_3_share"],
        p["fibroblast.late_collagen_3_share"],
        p["fibroblast.elastin_share"],
        MASS_QUANTUM_PG,
    )
    edges = np.linspace(0, model.lattice.nz, 2 * model.pool.threads + 1).astype(int).tolist()
    model.pool.run([(kernels.lay_matrix, (top, bottom, *arguments)) for top, bottom in pairwise(edges)])


def secrete(model: HealingModel) -> None:
    """Secrete MMP9 and TIMP-1 by activation, and TGF-beta1 by differentiation (R14)."""
    cells, rows = alive(model)
    for field, level, rate in (
        (model.mmp9, "activation", "fibroblast.mmp9_secretion_pg_per_h"),
        (model.timp1, "activation", "fibroblast.timp1_secretion_pg_per_h"),
        (model.tgf_beta1, "differentiation", "fibroblast.tgf_beta1_secretion_pg_per_h"),
    ):
        moving_kernels.secrete(
            rows,
            cells["x_um"],
            cells["y_um"],
            cells["z_um"],
            cells[level],
            field.source,
            model.lattice.spacing_um,
            field.factor,
            model.quanta(model.parameters[rate]),
        )
