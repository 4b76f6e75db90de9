"""T cells: residents that patrol, recruits that follow inflammation, and autoreactive ones around hair bulbs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mendsim.abm.agents import moving_kernels
from mendsim.abm.agents import t_cell_kernels as kernels
from mendsim.abm.agents.moving_cell import MovingCell, living
from mendsim.abm.core import Column
from mendsim.abm.draws import uniforms
from mendsim.common.purposes import PLACEMENT, RECRUITMENT

if TYPE_CHECKING:
    from mendsim.abm.model import HealingModel

_HOURS_PER_DAY, _MINUTES_PER_HOUR = 24.0, 60.0


class TCell(MovingCell):
    """A T lymphocyte of the dermis."""

    activation = Column("f8", unit="1", doc="response to cytokine or antigen, 0 to 1")
    autoreactive = Column("i1", unit="1", doc="1 if it recognises an antigen of the hair bulb")
    recruited = Column("i1", unit="1", doc="1 if it came from the blood because of inflammation")


def walk(model: HealingModel) -> None:
    """Walk at random with a drift up the cytokine gradient (R21)."""
    cells, rows = living(model, TCell)
    p, cytokine, spacing = model.parameters, model.cytokine, model.lattice.spacing_um
    motility = p["t_cell.motility_um2_per_min"] * _MINUTES_PER_HOUR
    # a substep stays within one site of the cytokine's grid, so that a cell reads every gradient it crosses
    reach = spacing * cytokine.factor
    substeps = min(moving_kernels.MOST_SUBSTEPS, max(1, int(np.ceil(2.0 * motility * model.step_h / reach**2))))
    kernels.walk(
        rows,
        cells.uid,
        cytokine.concentration,
        model.tissue.code,
        cells["autoreactive"],
        cells["activation"],
        cells["x_um"],
        cells["y_um"],
        cells["z_um"],
        spacing,
        cytokine.factor,
        model.seed,
        model.step_index,
        model.step_h,
        substeps,
        motility,
        p["t_cell.chemotaxis_um_per_min"] * _MINUTES_PER_HOUR,
        p["t_cell.gradient_half_effect_ng_per_ml_per_um"],
    )


def respond(model: HealingModel) -> None:
    """Become active in cytokine among alarmed macrophages, or at a bulb if autoreactive (R21, R24)."""
    cells, rows = living(model, TCell)
    p, cytokine = model.parameters, model.cytokine
    bulbs = model.bulb_positions()
    kernels.respond(
        rows,
        cells["x_um"],
        cells["y_um"],
        cells["z_um"],
        cells["autoreactive"],
        *bulbs,
        cytokine.concentration,
        model.leukocytes.presenting(),
        cells["activation"],
        model.lattice.spacing_um,
        cytokine.factor,
        model.leukocytes.neutrophils.factor,
        model.step_h,
        p["t_cell.cytokine_half_effect_ng_per_ml"],
        p["t_cell.activation_time_h"],
        p["t_cell.swarm_radius_um"],
    )


def secrete(model: HealingModel) -> None:
    """Secrete the inflammatory cytokine by activation (R21)."""
    cells, rows = living(model, TCell)
    moving_kernels.secrete(
        rows,
        cells["x_um"],
        cells["y_um"],
        cells["z_um"],
        cells["activation"],
        model.cytokine.source,
        model.lattice.spacing_um,
        model.cytokine.factor,
        model.quanta(model.parameters["t_cell.cytokine_secretion_pg_per_h"] * model.drug_effects.cytokine_secretion),
    )


def die(model: HealingModel) -> None:
    """Die slowly as a resident, within days as a recruit without a signal or once activated (R13, R21)."""
    cells, rows = living(model, TCell)
    p = model.parameters
    gone = np.empty(len(rows), np.int64)
    n = kernels.die(
        rows,
        cells.uid,
        cells["activation"],
        cells["autoreactive"],
        cells["recruited"],
        gone,
        model.seed,
        model.step_index,
        model.step_h,
        1.0 / (_HOURS_PER_DAY * p["t_cell.lifetime_d"]),
        p["t_cell.withdrawal_death_per_d"] / _HOURS_PER_DAY,
        p["t_cell.activation_induced_death_per_d"] / _HOURS_PER_DAY,
        model.drug_effects.t_cell_death_per_h,
    )
    if n:
        cells.remove(model.registry.row_of[gone[:n]])


def recruit(model: HealingModel) -> None:
    """Enter from perfused vessels: into vacated niches, and where cytokine bathes the vessel (R13, R21)."""
    cells, rows = living(model, TCell)
    p = model.parameters
    vessels = model.vessels.perfused_midpoints()
    if len(vessels) == 0:
        return
    cytokine = model.sample(model.cytokine, vessels)
    bathed = float(np.mean(cytokine / (p["t_cell.cytokine_half_effect_ng_per_ml"] + cytokine)))
    settled = int(np.count_nonzero((cells["recruited"][rows] == 0) & (cells["autoreactive"][rows] == 0)))
    vacancies = max(0.0, model.niches - settled)
    days = model.step_h / _HOURS_PER_DAY
    for recruited, expected in (
        (0, vacancies * p["t_cell.recruitment_per_d"] * days),
        (1, bathed * p["t_cell.inflammatory_recruitment_per_mm2_d"] * model.lattice.surface_area_mm2 * days),
    ):
        lots = np.arange(int(np.ceil(expected)) + 1, dtype=np.int64)
        draw = uniforms(model.seed, 2 * lots + recruited, model.step_index, RECRUITMENT)
        n = int(np.count_nonzero(draw < expected / len(lots)))
        if n == 0:
            continue
        place = uniforms(model.seed, 2 * np.arange(n, dtype=np.int64) + recruited, model.step_index, PLACEMENT)
        if recruited:
            weight = np.cumsum(cytokine)
            chosen = np.searchsorted(weight, place * weight[-1], side="right")
        else:
            chosen = (place * len(vessels)).astype(np.int64)
        at = vessels[np.minimum(chosen, len(vessels) - 1)]
        cells.add(n, x_um=at[:, 0], y_um=at[:, 1], z_um=at[:, 2], recruited=recruited, born_h=model.time_h)
