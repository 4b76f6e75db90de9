"""Fibroblasts: woken by TGF-beta1, they crawl, divide, lay collagen and leave when the signal is gone."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from mendsim.abm.agents import fibroblast_kernels as kernels
from mendsim.abm.agents import moving_kernels
from mendsim.abm.agents.moving_cell import MovingCell, living
from mendsim.abm.core import Column
from mendsim.abm.matrix import MASS_QUANTUM_PG

if TYPE_CHECKING:
    from mendsim.abm.model import HealingModel

_HOURS_PER_DAY = 24.0


class Fibroblast(MovingCell):
    """A cell of the dermis that keeps and renews the matrix."""

    direction_x = Column("f8", unit="1", doc="last direction of movement along x")
    direction_y = Column("f8", unit="1", doc="last direction of movement across the section")
    direction_z = Column("f8", unit="1", doc="last direction of movement along depth")
    state = Column("i1", unit="1", doc="0 quiescent, 1 activated, 2 myofibroblast")
    activation = Column("f8", unit="1", doc="response to TGF-beta1, 0 to 1")
    differentiation = Column("f8", unit="1", doc="way to the myofibroblast, 0 to 1")
    resident = Column("i1", unit="1", doc="1 if the cell belongs to intact dermis, 0 for a newcomer")


def respond(model: HealingModel) -> None:
    """Follow TGF-beta1 into activation and differentiation (R17)."""
    cells, rows = living(model, Fibroblast)
    p, tgf = model.parameters, model.tgf_beta1
    kernels.respond(
        rows,
        cells["x_um"],
        cells["y_um"],
        cells["z_um"],
        tgf.concentration,
        cells["activation"],
        cells["differentiation"],
        cells["state"],
        model.lattice.spacing_um,
        tgf.factor,
        model.step_h,
        p["fibroblast.activation_half_effect_ng_per_ml"],
        p["fibroblast.activation_time_h"],
        _HOURS_PER_DAY * p["fibroblast.deactivation_time_d"],
        p["fibroblast.myofibroblast_half_effect_ng_per_ml"],
        _HOURS_PER_DAY * p["fibroblast.differentiation_time_d"],
    )


def migrate(model: HealingModel) -> None:
    """Crawl up the TGF-beta1 gradient and along fibres (R17, R18)."""
    cells, rows = living(model, Fibroblast)
    p, tgf = model.parameters, model.tgf_beta1
    kernels.migrate(
        rows,
        cells.uid,
        tgf.concentration,
        model.tissue.code,
        model.matrix.order_cos,
        model.matrix.order_sin,
        cells["x_um"],
        cells["y_um"],
        cells["z_um"],
        cells["direction_x"],
        cells["direction_y"],
        cells["direction_z"],
        cells["activation"],
        model.lattice.spacing_um,
        tgf.factor,
        model.seed,
        model.step_index,
        model.step_h,
        p["fibroblast.speed_um_per_h"],
        p["fibroblast.chemotaxis_weight"],
        p["fibroblast.persistence_h"],
    )


def renew(model: HealingModel) -> None:
    """Divide while stimulated and while there is room; newcomers die once the signal is gone (R17)."""
    cells, rows = living(model, Fibroblast)
    p, box = model.parameters, model.parameters["fibroblast.crowding_box_um"]
    extent = [max(1, int(np.ceil(n * model.lattice.spacing_um / box))) for n in model.lattice.shape]
    count = np.zeros(extent, np.int32)
    kernels.crowd(rows, cells["x_um"], cells["y_um"], cells["z_um"], count, box)
    volume_mm3 = box * box * min(box, model.lattice.ny * model.lattice.spacing_um) * 1e-9
    parents, gone = np.empty(len(rows), np.int64), np.empty(len(rows), np.int64)
    born, died = kernels.divide_or_die(
        rows,
        cells.uid,
        cells["x_um"],
        cells["y_um"],
        cells["z_um"],
        cells["activation"],
        cells["resident"],
        count,
        parents,
        gone,
        box,
        model.seed,
        model.step_index,
        model.step_h,
        np.log(2.0) / p["fibroblast.doubling_time_h"],
        p["fibroblast.max_density_per_mm3"] * volume_mm3,
        model.site.fibroblasts_per_mm3 * volume_mm3,
        p["fibroblast.apoptosis_per_d"] / _HOURS_PER_DAY,
        model.drug_effects.fibroblast_division,
    )
    if died:
        cells.remove(model.registry.row_of[gone[:died]])
    if born:
        parents = np.sort(parents[:born])
        mothers = model.registry.row_of[parents]
        inherited = {
            name: cells[name][mothers].copy()
            for name in ("x_um", "y_um", "z_um", "activation", "differentiation", "state")
        }
        cells.add(born, parent_id=parents, born_h=model.time_h, **inherited)


def lay_matrix(model: HealingModel) -> None:
    """Lay collagen, early with much type III, along the way the cell crawls (R17, R18)."""
    cells, rows = living(model, Fibroblast)
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
        p["fibroblast.collagen_ceiling_ratio"] * (site.collagen_1_mg_per_ml + site.collagen_3_mg_per_ml),
        matrix.deposit_1,
        matrix.deposit_3,
        matrix.deposit_elastin,
        matrix.deposit_cos,
        matrix.deposit_sin,
        model.lattice.spacing_um,
        p["fibroblast.footprint_um"],
        model.drug_effects.fibroblast_synthesis * p["fibroblast.collagen_pg_per_d"] * model.step_h / _HOURS_PER_DAY,
        p["fibroblast.early_collagen_3_share"],
        p["fibroblast.late_collagen_3_share"],
        p["fibroblast.elastin_share"],
        MASS_QUANTUM_PG,
    )
    edges = np.linspace(0, model.lattice.nz, 2 * model.pool.threads + 1).astype(int).tolist()
    model.pool.run([(kernels.lay_matrix, (top, bottom, *arguments)) for top, bottom in pairwise(edges)])


def secrete(model: HealingModel) -> None:
    """Secrete MMP9 by activation, and TGF-beta1 by differentiation (R14)."""
    cells, rows = living(model, Fibroblast)
    for field, level, rate in (
        (model.mmp9, "activation", "fibroblast.mmp9_secretion_pg_per_h"),
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
