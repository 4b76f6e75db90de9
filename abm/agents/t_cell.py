"""T cells: residents that patrol, recruits that follow inflammation, and autoreactive ones around hair bulbs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mendsim.abm.agents import follicle, moving_kernels
from mendsim.abm.agents import t_cell_kernels as kernels
from mendsim.abm.agents.moving_cell import MovingCell, living
from mendsim.abm.core import Column
from mendsim.abm.draws import uniforms
from mendsim.common.purposes import PLACEMENT, RECRUITMENT, T_CELL_KIND

if TYPE_CHECKING:
    from mendsim.abm.model import HealingModel

_HOURS_PER_DAY, _MINUTES_PER_HOUR = 24.0, 60.0


class TCell(MovingCell):
    """A T lymphocyte of the dermis."""

    activation = Column("f8", unit="1", doc="response to cytokine or antigen, 0 to 1")
    autoreactive = Column("i1", unit="1", doc="1 if it recognises an antigen of the hair bulb")
    recruited = Column("i1", unit="1", doc="1 if it came from the blood because of inflammation; others are retained")
    cd8 = Column("i1", unit="1", doc="1 for a CD8 cell, 0 for a CD4 cell")
    home_x_um = Column("f8", unit="um", doc="place around which it is retained, along the section")
    home_y_um = Column("f8", unit="um", doc="that place across the section")
    home_z_um = Column("f8", unit="um", doc="that place from the top of the lattice")


def settle(
    model: HealingModel, places: NDArray[np.float64], cd8_share: float, **values: ArrayLike
) -> NDArray[np.int64]:
    """Add T cells at places ``(n, 3)`` um, where they are at home; returns their ids."""
    cells = model.population(TCell)
    ids = cells.add(
        len(places),
        **{f"{axis}_um": places[:, k] for k, axis in enumerate("xyz")},
        **{f"home_{axis}_um": places[:, k] for k, axis in enumerate("xyz")},
        **values,
    )
    cells["cd8"][model.registry.row_of[ids]] = uniforms(model.seed, ids, 0, T_CELL_KIND) < cd8_share
    return ids


def walk(model: HealingModel) -> None:
    """Walk at random, around home if retained, with a drift up the cytokine gradient (R21)."""
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
        cells["recruited"],
        cells["autoreactive"],
        cells["activation"],
        *(cells[f"{axis}_um"] for axis in "xyz"),
        *(cells[f"home_{axis}_um"] for axis in "xyz"),
        spacing,
        cytokine.factor,
        model.seed,
        model.step_index,
        model.step_h,
        substeps,
        motility,
        p["t_cell.resident_motility_um2_per_min"] * _MINUTES_PER_HOUR,
        p["t_cell.retention_um"],
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
        follicle.antigen(model) if len(bulbs[0]) else np.zeros(0),
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
    """Secrete the inflammatory cytokine by activation, CD8 cells more than CD4 cells (R21)."""
    cells, rows = living(model, TCell)
    p = model.parameters
    level = cells["activation"] * np.where(cells["cd8"] == 1, 1.0, p["t_cell.cd4_secretion_ratio"])
    level *= model.drug_at("cytokine_secretion", np.stack([cells[f"{axis}_um"] for axis in "xyz"], axis=1))
    moving_kernels.secrete(
        rows,
        cells["x_um"],
        cells["y_um"],
        cells["z_um"],
        level,
        model.cytokine.source,
        model.lattice.spacing_um,
        model.cytokine.factor,
        model.quanta(p["t_cell.cytokine_secretion_pg_per_h"]),
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
        model.drug_at("t_cell_death", np.stack([cells[f"{axis}_um"][rows] for axis in "xyz"], axis=1)),
        gone,
        model.seed,
        model.step_index,
        model.step_h,
        1.0 / (_HOURS_PER_DAY * p["t_cell.lifetime_d"]),
        p["t_cell.withdrawal_death_per_d"] / _HOURS_PER_DAY,
        p["t_cell.activation_induced_death_per_d"] / _HOURS_PER_DAY,
        p["t_cell.autoreactive_death_per_d"] * model.initial_state.autoreactive_death_ratio(p) / _HOURS_PER_DAY,
    )
    if n:
        cells.remove(model.registry.row_of[gone[:n]])


def _home_weight(model: HealingModel, vessels: NDArray[np.float64]) -> NDArray[np.float64]:
    """Weight of vessels at places ``(n, 3)`` um as homes: the superficial plexus and above has its share."""
    high, share = model.vessels.superficial(vessels), model.parameters["t_cell.perivascular_share"]
    return np.where(high, share / max(int(high.sum()), 1), (1.0 - share) / max(int((~high).sum()), 1))


def recruit(model: HealingModel) -> None:
    """Enter from perfused vessels: into vacated niches, and where cytokine bathes the vessel (R13, R21)."""
    cells, rows = living(model, TCell)
    p = model.parameters
    vessels = model.vessels.entrances()
    if len(vessels) == 0:
        return
    cytokine = model.sample(model.cytokine, vessels)
    bathed = cytokine / (p["t_cell.cytokine_half_effect_ng_per_ml"] + cytokine)
    bathed *= model.drug_at("leukocyte_entry", vessels)
    # arrivals over an area of skin are those from its upper vessels, however deep the sample goes
    upper = bathed[model.vessels.superficial(vessels)]
    calling = float(np.mean(upper)) if len(upper) else 0.0
    home = _home_weight(model, vessels)
    settled = int(np.count_nonzero((cells["recruited"][rows] == 0) & (cells["autoreactive"][rows] == 0)))
    vacancies = max(0.0, model.niches - settled)
    days = model.step_h / _HOURS_PER_DAY
    for recruited, expected in (
        (0, vacancies * p["t_cell.recruitment_per_d"] * days),
        (
            1,
            calling * p["t_cell.inflammatory_recruitment_per_mm2_d"] * model.lattice.surface_area_mm2 * days,
        ),
    ):
        lots = np.arange(int(np.ceil(expected)) + 1, dtype=np.int64)
        draw = uniforms(model.seed, 2 * lots + recruited, model.step_index, RECRUITMENT)
        n = int(np.count_nonzero(draw < expected / len(lots)))
        if n == 0:
            continue
        place = uniforms(model.seed, 2 * np.arange(n, dtype=np.int64) + recruited, model.step_index, PLACEMENT)
        weight = np.cumsum(bathed if recruited else home)
        chosen = np.searchsorted(weight, place * weight[-1], side="right")
        at = vessels[np.minimum(chosen, len(vessels) - 1)]
        settle(model, at, p["t_cell.cd8_share"], recruited=recruited, born_h=model.time_h)
