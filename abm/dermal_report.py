"""Reads the dermis of a model: cells, matrix, mechanics, heat-shock proteins, inflammation."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mendsim.abm.agents import fibroblast, heat_shock
from mendsim.abm.agents.fibroblast_kernels import ACTIVATED, MYOFIBROBLAST, collagen_3_share
from mendsim.abm.agents.t_cell import TCell
from mendsim.abm.tension import efficiency

if TYPE_CHECKING:
    from mendsim.abm.model import HealingModel

_DAYS_PER_YEAR = 365.25
_MM3_PER_ML = 1e3
_PG_PER_MG = 1e9
_KPA_PER_UN_UM2 = 1e3
_MM3_PER_UM3 = 1e-9


def depression_um(model: HealingModel) -> NDArray[np.float64]:
    """Depth of the surface under the flat one, ``(ny, nx)`` um, from missing matrix; negative where it bulges."""
    m = model.matrix
    present = (m.collagen_1 + m.collagen_3 + m.denatured_collagen) / model.site.collagen_mg_per_ml
    missing: NDArray[np.float64] = np.sum((1.0 - present) * model.intact_dermis, axis=0, dtype=np.float64)
    return missing * model.lattice.spacing_um * model.parameters["matrix.surface_per_missing_matrix"]


def observe(model: HealingModel) -> dict[str, float]:
    """Every observable of dermis and inflammation now."""
    return {**_cells(model), **_matrix(model), **_mechanics(model), **_heat_shock(model), **_inflammation(model)}


def _mean(model: HealingModel, array: NDArray) -> float:
    return float(np.mean(array[model.intact_dermis], dtype=np.float64))


def resting_collagen_pg_per_d(model: HealingModel) -> float:
    """Collagen that one fibroblast lays at rest: as much as intact dermis loses."""
    loss_per_d = math.log(2.0) / (_DAYS_PER_YEAR * model.parameters["matrix.collagen_half_life_y"])
    site = model.site
    return site.collagen_mg_per_ml * _PG_PER_MG * loss_per_d / (site.fibroblasts_per_mm3 * _MM3_PER_ML)


def _cells(model: HealingModel) -> dict[str, float]:
    cells, rows = fibroblast.alive(model)
    state, p, site = cells["state"][rows], model.parameters, model.site
    rest = resting_collagen_pg_per_d(model)
    rows = rows[np.argsort(cells.uid[rows], kind="stable")]
    laid = model.drug_at("fibroblast_synthesis", fibroblast.places(cells)[rows])
    laid = laid * p["fibroblast.collagen_pg_per_d"] * cells["activation"][rows]
    early, late = p["fibroblast.early_collagen_3_share"], p["fibroblast.late_collagen_3_share"]
    share = collagen_3_share(cells["differentiation"][rows], early, late)
    intact_share = site.collagen_3_mg_per_ml / site.collagen_mg_per_ml
    n = max(model.fibroblasts_at_rest, 1)
    t_cells = model.population(TCell)
    return {
        "fibroblast_count": len(rows),
        "activated_fibroblast_count": int(np.count_nonzero(state == ACTIVATED)),
        "myofibroblast_count": int(np.count_nonzero(state == MYOFIBROBLAST)),
        "apoptotic_fibroblast_count": len(fibroblast.apoptotic(model)[1]),
        "t_cell_count": len(t_cells),
        "cd8_t_cell_count": int(np.count_nonzero(t_cells["cd8"] & t_cells.alive)),
        "autoreactive_t_cell_count": int(np.count_nonzero(t_cells["autoreactive"] & t_cells.alive)),
        "procollagen_1_ratio": float(
            np.sum(rest * (1.0 - intact_share) + laid * (1.0 - share)) / (n * rest * (1.0 - intact_share))
        ),
        "procollagen_3_ratio": float(np.sum(rest * intact_share + laid * share) / (n * rest * intact_share)),
    }


def _matrix(model: HealingModel) -> dict[str, float]:
    m, inside = model.matrix, model.intact_dermis
    collagen_1, collagen_3 = _mean(model, m.collagen_1), _mean(model, m.collagen_3)
    weight = m.collagen[inside].astype(np.float64)
    start = model.initial_state.depression_um(model.lattice)
    core = start >= 0.5 * start.max()
    depression = depression_um(model)
    return {
        "collagen_1_mg_per_ml": collagen_1,
        "collagen_3_mg_per_ml": collagen_3,
        "collagen_mg_per_ml": collagen_1 + collagen_3,
        "denatured_collagen_mg_per_ml": _mean(model, m.denatured_collagen),
        "fragments_mg_per_ml": _mean(model, m.fragments),
        "elastin_mg_per_ml": _mean(model, m.elastin),
        "orientation_order": float(np.sum(m.order[inside] * weight) / max(np.sum(weight), 1e-12)),
        "scar_depth_um": float(depression[core].mean()),
        "scar_volume_mm3_per_mm2": float(depression.mean()) * 1e-3,
    }


def _mechanics(model: HealingModel) -> dict[str, float]:
    """Tension of the fibres, pull of the myofibroblasts, and the elasticity that composition and order give."""
    m, site, p = model.matrix, model.site, model.parameters
    share = efficiency(m.order_cos) / efficiency(model.intact_aligned)
    stiffness = _mean(model, m.collagen * share) / site.collagen_mg_per_ml
    cells, rows = fibroblast.alive(model)
    rows = rows[np.argsort(cells.uid[rows], kind="stable")]
    volume_mm3 = np.count_nonzero(model.intact_dermis) * model.lattice.site_volume_ml * _MM3_PER_ML
    pulling = float(np.sum(cells["differentiation"][rows])) / volume_mm3
    length_um = 2.0 * p["fibroblast.footprint_um"]
    dipoles = pulling * _MM3_PER_UM3 * p["fibroblast.force_un"] * length_um
    elastin = _mean(model, m.elastin) / site.elastin_mg_per_ml
    return {
        "tension_kpa": p["tension.resting_kpa"] * stiffness,
        "contraction_kpa": dipoles / 3.0 * _KPA_PER_UN_UM2,
        "elasticity_index": math.sqrt(max(stiffness, 0.0) * max(elastin, 0.0)),
    }


def _heat_shock(model: HealingModel) -> dict[str, float]:
    (keratinocytes, top), (fibroblasts, deep) = heat_shock.living(model)
    top = top[np.argsort(keratinocytes.uid[top], kind="stable")]
    deep = deep[np.argsort(fibroblasts.uid[deep], kind="stable")]

    def mean(values: NDArray[np.float64]) -> float:
        return 1.0 + float(np.mean(values)) if len(values) else 1.0

    positive = model.parameters["hsp70.positive_ratio"] - 1.0
    shown = np.concatenate([keratinocytes["hsp70"][top], fibroblasts["hsp70"][deep]])
    return {
        "hsp70_positive_fraction": float(np.mean(shown >= positive)) if len(shown) else 0.0,
        "hsp70_epidermis_ratio": mean(keratinocytes["hsp70"][top]),
        "hsp70_dermis_ratio": mean(fibroblasts["hsp70"][deep]),
        "hsp47_ratio": float(np.sum(1.0 + fibroblasts["hsp47"][deep])) / max(model.fibroblasts_at_rest, 1),
    }


def _inflammation(model: HealingModel) -> dict[str, float]:
    cells, inside = model.leukocytes, model.intact_dermis
    weight = cells.neutrophils.restrict(inside)

    def mean(array: NDArray[np.float64]) -> float:
        return float(np.sum(array * weight) / np.sum(weight))

    return {
        "neutrophils_per_mm3": mean(cells.neutrophils.concentration),
        "macrophages_per_mm3": mean(cells.macrophages),
        "inflammatory_macrophages_per_mm3": mean(cells.inflammatory.concentration),
        "repairing_macrophages_per_mm3": mean(cells.repairing.concentration),
        "dead_cells_mg_per_ml": mean(cells.necrotic + cells.apoptotic),
        "erythema_ratio": model.redness.now(),
        "oedema_um": float(np.mean(model.swelling.thickness_um())),
    }
