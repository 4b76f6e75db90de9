"""Reads a model: observables, fields and columns, for stores and pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mendsim.abm import barrier, dermal_report
from mendsim.abm.agents import follicle
from mendsim.abm.agents.fibroblast import Fibroblast
from mendsim.abm.agents.follicle import Follicle
from mendsim.abm.agents.keratinocyte import Keratinocyte
from mendsim.abm.agents.melanocyte import Melanocyte
from mendsim.abm.agents.t_cell import TCell
from mendsim.abm.agents.vessel import TipCell
from mendsim.abm.drugs.media import solid_share
from mendsim.abm.fields.field import spread
from mendsim.abm.observables import OBSERVABLES
from mendsim.abm.tissue import CELL_KIND, CLOT

if TYPE_CHECKING:
    from mendsim.abm.model import HealingModel


def observe(model: HealingModel) -> dict[str, float]:
    """Every observable of :data:`OBSERVABLES` now; sums run over sites or ids in order, so rows cannot matter."""
    values = {
        **_epidermis(model),
        **_pigment(model),
        **barrier.observe(model),
        **dermal_report.observe(model),
        **_signals(model),
    }
    values |= {**_vessels(model), **_drainage(model), **_hair_and_drug(model)}
    return {name: float(values[name]) for name in OBSERVABLES}


def _epidermis(model: HealingModel) -> dict[str, float]:
    kinds, lattice, bed = model.cell_kinds(), model.lattice, model.tissue.bed_z
    counts = {name: int(np.count_nonzero(kinds == code)) for name, code in CELL_KIND.items()}
    debris = np.argwhere(kinds == CELL_KIND["debris"])[:, 0]
    basal_site = np.take_along_axis(kinds, (bed - 1)[None], axis=0)[0]
    living_and_cornified = np.count_nonzero((kinds > 0) & (kinds != CELL_KIND["debris"]), axis=0)
    cells, rate = model.population(Keratinocyte), model.division_rate_per_h
    return {
        "keratinocyte_count": counts["basal"] + counts["spinous"] + counts["granular"],
        "basal_count": counts["basal"],
        "corneocyte_count": counts["corneocyte"],
        "debris_count": int(np.sum(cells["packed"][cells.alive & (cells["kind"] == CELL_KIND["debris"])])),
        "debris_depth_um": float(lattice.depth_um[debris].mean()) if len(debris) else 0.0,
        "debris_shed_count": model.debris_shed,
        "mend_count": model.mends.present(),
        "mitotic_fraction": rate * model.parameters["keratinocyte.mitosis_h"] / max(counts["basal"], 1),
        "epidermal_turnover_d": float(living_and_cornified.sum()) / (24.0 * rate) if rate > 0.0 else float("nan"),
        "reepithelialised_fraction": np.mean((basal_site > 0) & (basal_site < CELL_KIND["corneocyte"])),
        "barrier_open_fraction": np.mean(~(kinds == CELL_KIND["corneocyte"]).any(axis=0)),
        "epidermal_thickness_um": np.mean(living_and_cornified) * lattice.spacing_um,
    }


def _pigment(model: HealingModel) -> dict[str, float]:
    state, cells, kinds = model.pigment, model.population(Melanocyte), model.cell_kinds()
    whole, debris, own = state.melanin_pg(model)
    living = np.count_nonzero((kinds > 0) & (kinds < CELL_KIND["corneocyte"]))
    rows = np.arange(cells.n_rows)[cells.rows()]
    by_id = rows[np.argsort(cells.uid[rows], kind="stable")]
    return {
        "epidermal_melanin_pg": whole + debris + own,
        "melanin_index_pg": whole / living if living else float("nan"),
        "melanocyte_count": len(cells),
        "melanocyte_activity": float(np.mean(cells["activity"][by_id])) if len(by_id) else 0.0,
        "melanin_synthesised_pg": state.synthesised_pg,
        "melanin_degraded_pg": state.degraded_pg,
        "melanin_shed_pg": model.melanin_shed_pg,
        "melanin_removed_pg": state.removed_pg,
    }


def _signals(model: HealingModel) -> dict[str, float]:
    inside = model.intact_dermis
    means = {}
    for name, unit in (
        ("tgf_beta1", "ng_per_ml"),
        ("latent_tgf_beta1", "ng_per_ml"),
        ("timp1", "ng_per_ml"),
        ("pdgf", "ng_per_ml"),
        ("cytokine", "ng_per_ml"),
        ("vegf", "ng_per_ml"),
        ("oxygen", "mmhg"),
    ):
        means[f"{name}_{unit}"] = float(np.mean(getattr(model, name).on_lattice()[inside], dtype=np.float64))
    active = spread(model.mmp9_active, model.lattice.shape, model.mmp9.factor)
    means["mmp9_ng_per_ml"] = float(np.mean(active[inside], dtype=np.float64))
    threshold = model.parameters["vegf.hypoxia_half_effect_mmhg"]
    return {**means, "hypoxic_fraction": np.mean(model.oxygen.on_lattice()[inside] < threshold)}


def _vessels(model: HealingModel) -> dict[str, float]:
    network, v, area = model.vessels, model.vessels.segments, model.lattice.surface_area_mm2
    by_id = np.argsort(v.uid, kind="stable")
    papilla = network.papilla_flow()
    return {
        "perfused_vessel_length_mm_per_mm2": network.perfused_length_um() * 1e-3 * network.share / area,
        "sprout_length_mm_per_mm2": np.sum((network.length_um() * (v.alive & (v["sprout"] > 0)))[by_id])
        * 1e-3
        * network.share
        / area,
        "tip_cell_count": len(model.population(TipCell)),
        "flow_nl_per_min": network.entering_nl_per_min(),
        "papilla_flow_ratio": float(np.mean(papilla)) if len(papilla) else 1.0,
        "doppler_ratio": model.redness.doppler(),
    }


def _drainage(model: HealingModel) -> dict[str, float]:
    drainage, cm2 = model.drainage, model.lattice.surface_area_mm2 * 1e-2
    dermis_ml = np.count_nonzero(model.intact_dermis) * model.lattice.site_volume_ml
    out = {f"eliminated_{name}_ug_per_cm2": 1e3 * mg / cm2 for name, mg in drainage.eliminated_mg.items()}
    inside = {f"{name}_mg_per_ml": drainage.content_mg(name) / dermis_ml for name in drainage.ablated_mg}
    return {**out, **inside, "exudate_ul_per_cm2": 1e3 * drainage.exudate_ml / cm2}


def _hair_and_drug(model: HealingModel) -> dict[str, float]:
    amounts = dict.fromkeys([name for name in OBSERVABLES if name.startswith("drug_")], 0.0)
    if model.delivery is not None:
        amounts.update(model.delivery.observe())
    clot = model.tissue.code == CLOT
    solid = solid_share(model.time_h - model.tissue.clot_since_h[clot], model.parameters)
    return {
        **follicle.observe(model),
        "clot_solid_share": float(np.mean(solid)) if len(solid) else 0.0,
        **amounts,
    }


def fields(model: HealingModel) -> dict[str, NDArray]:
    """Every field of :data:`FIELDS` now, each ``(nz, ny, nx)``."""
    m = model.matrix
    return {
        "tissue": model.tissue.codes(),
        "cell_kind": model.cell_kinds(),
        "collagen_1": m.collagen_1.copy(),
        "collagen_3": m.collagen_3.copy(),
        "denatured_collagen": m.denatured_collagen.copy(),
        "fragments": m.fragments.copy(),
        "elastin": m.elastin.copy(),
        "orientation_rad": (0.5 * np.arctan2(m.order_sin, m.order_cos)).astype(np.float32),
        "orientation_order": m.order.astype(np.float32),
        **{
            name: getattr(model, name).on_lattice().astype(np.float32)
            for name in ("tgf_beta1", "latent_tgf_beta1", "timp1", "pdgf", "cytokine", "vegf", "oxygen")
        },
        "drug": _drug(model),
        "mmp9": spread(model.mmp9_active, model.lattice.shape, model.mmp9.factor).astype(np.float32),
        **{
            name: model.leukocytes.on_lattice(density).astype(np.float32)
            for name, density in (
                ("neutrophils", model.leukocytes.neutrophils.concentration),
                ("macrophages", model.leukocytes.macrophages),
                ("repairing_macrophages", model.leukocytes.repairing.concentration),
            )
        },
    }


def _drug(model: HealingModel) -> NDArray[np.float32]:
    """Drug that the skin holds, ug/mL; what lies on it is left out."""
    if model.delivery is None:
        return np.zeros(model.lattice.shape, np.float32)
    return model.delivery.in_skin_ug_per_ml().astype(np.float32)


def agent_columns(model: HealingModel) -> dict[str, dict[str, NDArray]]:
    """Columns of each kind of agent, in order of id; positions in um, depth counted from the mean skin surface."""
    air_um = model.lattice.air_sites * model.lattice.spacing_um
    tables = {}
    for name, kind in (
        ("keratinocyte", Keratinocyte),
        ("fibroblast", Fibroblast),
        ("t_cell", TCell),
        ("follicle", Follicle),
        ("melanocyte", Melanocyte),
        ("tip_cell", TipCell),
    ):
        cells = model.population(kind)
        rows = np.arange(cells.n_rows)[cells.rows()]
        rows = rows[np.argsort(cells.uid[rows], kind="stable")]
        table = {
            "unique_id": cells.uid[rows].copy(),
            **{column: cells[column][rows].copy() for column in cells.columns},
        }
        if "ix" in table:
            for axis in "xyz":
                table[f"{axis}_um"] = (table.pop(f"i{axis}") + 0.5) * model.lattice.spacing_um
        if "z_um" in table:
            table["z_um"] = table["z_um"] - air_um
        tables[name] = table
    return tables


def vessel_table(model: HealingModel) -> dict[str, NDArray]:
    """Segments of the vessel network in order of id; depth counted from the mean skin surface."""
    v = model.vessels.segments
    rows = np.arange(v.n_rows)[v.rows()]
    rows = rows[np.argsort(v.uid[rows], kind="stable")]
    air = np.array([0.0, 0.0, model.lattice.air_sites * model.lattice.spacing_um])
    ends = (end[rows] - air for end in model.vessels.ends())
    table = {f"{axis}{k}_um": end[:, i] for k, end in enumerate(ends) for i, axis in enumerate("xyz")}
    return {
        **table,
        **{
            name: v[name][rows].copy()
            for name in (
                "radius_um",
                "dilation",
                "kind",
                "follicle",
                "flow_nl_per_min",
                "oxygen_mmhg",
                "perfused",
                "coagulated",
                "growing",
                "sprout",
            )
        },
    }
