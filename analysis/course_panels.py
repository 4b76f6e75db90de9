"""What each panel of time courses asks, and the series that answer it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Panel:
    """What a panel shows.

    Parameters
    ----------
    title : the question.
    lines : series of the store and their names in the legend.
    number : what a pure number means, in place of the unit.
    relative : whether to show percent of the start in place of the unit of the series.
    logarithmic : whether the y axis is logarithmic, for series of different size.
    downwards : whether the y axis points down, for depths.
    each_mend : whether the depth of each MEND is drawn behind the lines.
    if_moved : whether a run has nothing to show in it as long as its series stay where they began.
    of_hair : whether it is about hair, and only shown of skin where hair matters.
    """

    title: str
    lines: tuple[tuple[str, str], ...]
    number: str = "number"
    relative: bool = False
    logarithmic: bool = False
    downwards: bool = False
    each_mend: bool = False
    if_moved: bool = False
    of_hair: bool = False


PANELS: dict[str, Panel] = {
    "closure": Panel(
        title="Surface",
        number="share of the surface",
        lines=(("reepithelialised_fraction", "re-epithelialised"), ("barrier_open_fraction", "barrier open")),
    ),
    "debris": Panel(
        title="Debris (MEND)", lines=(("debris_count", "in the epidermis"), ("debris_shed_count", "shed in all"))
    ),
    "mends": Panel(title="Number of MENDs", lines=(("mend_count", "MENDs"),)),
    "mend_depth": Panel(
        title="Depth of MENDs", lines=(("debris_depth_um", "mean of all debris"),), downwards=True, each_mend=True
    ),
    "barrier": Panel(title="Water loss", lines=(("water_loss_g_per_m2_h", "water loss"),)),
    "microbes": Panel(
        title="Bacteria on the skin",
        number="log₁₀ of CFU/cm²",
        lines=(("microbial_load_log10_cfu_per_cm2", "bacteria"),),
        if_moved=True,
    ),
    "epidermis": Panel(title="Epidermal thickness", lines=(("epidermal_thickness_um", "epidermis"),)),
    "pigment": Panel(
        title="Epidermal melanin",
        lines=(("epidermal_melanin_pg", "all, debris included"), ("melanin_index_pg", "for each living cell")),
        relative=True,
    ),
    "fluid": Panel(title="Fluid through channels", lines=(("exudate_ul_per_cm2", "fluid in all"),)),
    "eliminated": Panel(
        title="Carried out through channels",
        lines=(
            ("eliminated_fragments_ug_per_cm2", "collagen fragments"),
            ("eliminated_elastotic_ug_per_cm2", "elastotic material"),
            ("eliminated_particles_ug_per_cm2", "particles"),
        ),
    ),
    "signals": Panel(
        title="Signals",
        lines=(
            ("tgf_beta1_ng_per_ml", "TGF-β1"),
            ("mmp9_ng_per_ml", "MMP9"),
            ("cytokine_ng_per_ml", "cytokine"),
            ("vegf_ng_per_ml", "VEGF"),
        ),
        logarithmic=True,
    ),
    "growth_factors": Panel(
        title="Growth factors and TIMP-1",
        lines=(
            ("latent_tgf_beta1_ng_per_ml", "latent TGF-β1"),
            ("pdgf_ng_per_ml", "PDGF"),
            ("timp1_ng_per_ml", "TIMP-1"),
        ),
        logarithmic=True,
    ),
    "redness": Panel(
        title="Redness", lines=(("erythema_ratio", "redness"),), number="times that of intact skin", if_moved=True
    ),
    "swelling": Panel(title="Swelling", lines=(("oedema_um", "swelling"),), if_moved=True),
    "leukocytes": Panel(
        title="White blood cells",
        lines=(
            ("neutrophils_per_mm3", "neutrophils"),
            ("macrophages_per_mm3", "macrophages, all"),
            ("inflammatory_macrophages_per_mm3", "inflammatory"),
            ("repairing_macrophages_per_mm3", "repairing"),
        ),
        if_moved=True,
    ),
    "dead_cells": Panel(title="Dead cells of the dermis", lines=(("dead_cells_mg_per_ml", "protein"),)),
    "heat_shock": Panel(
        title="Heat-shock protein 70",
        lines=(("hsp70_epidermis_ratio", "epidermis"), ("hsp70_dermis_ratio", "fibroblasts")),
        number="times that at rest",
        if_moved=True,
    ),
    "hsp70_cells": Panel(
        title="Cells that show HSP70",
        lines=(("hsp70_positive_fraction", "HSP70"),),
        number="share of living cells",
        if_moved=True,
    ),
    "hsp47": Panel(
        title="HSP47 of fibroblasts",
        lines=(("hsp47_ratio", "HSP47"),),
        number="times that at rest",
        if_moved=True,
    ),
    "fibroblasts": Panel(
        title="Fibroblasts",
        lines=(
            ("fibroblast_count", "all"),
            ("activated_fibroblast_count", "activated"),
            ("myofibroblast_count", "myofibroblasts"),
        ),
    ),
    "apoptosis": Panel(title="Dying fibroblasts", lines=(("apoptotic_fibroblast_count", "apoptotic"),), if_moved=True),
    "t_cells": Panel(title="T cells", lines=(("t_cell_count", "T cells"),)),
    "collagen": Panel(title="Collagen I and III", lines=(("collagen_mg_per_ml", "collagen"),), relative=True),
    "collagen_types": Panel(
        title="Collagen by type",
        lines=(("collagen_1_mg_per_ml", "collagen I"), ("collagen_3_mg_per_ml", "collagen III")),
    ),
    "collagen_synthesis": Panel(
        title="Collagen synthesis",
        lines=(("procollagen_1_ratio", "procollagen I"), ("procollagen_3_ratio", "procollagen III")),
        number="times that at rest",
        if_moved=True,
    ),
    "damaged_collagen": Panel(
        title="Damaged collagen",
        lines=(("denatured_collagen_mg_per_ml", "denatured"), ("fragments_mg_per_ml", "fragments")),
    ),
    "fibres": Panel(title="Fibre alignment", lines=(("orientation_order", "order"),), number="0 all ways, 1 parallel"),
    "tension": Panel(
        title="Tension and contraction",
        lines=(("tension_kpa", "tension of fibres"), ("contraction_kpa", "pull of myofibroblasts")),
    ),
    "elasticity": Panel(
        title="Elasticity", lines=(("elasticity_index", "elasticity"),), number="times that of intact skin"
    ),
    "scar": Panel(title="Scar depth", lines=(("scar_depth_um", "depth"),)),
    "blood": Panel(
        title="Blood flow",
        lines=(("doppler_ratio", "upper dermis (Doppler)"), ("papilla_flow_ratio", "hair papillae")),
        number="times that at rest",
        if_moved=True,
    ),
    "inflow": Panel(title="Blood that enters", lines=(("flow_nl_per_min", "flow"),), relative=True),
    "vessels": Panel(
        title="Blood vessels",
        lines=(
            ("perfused_vessel_length_mm_per_mm2", "with flow"),
            ("sprout_length_mm_per_mm2", "grown since the start"),
        ),
    ),
    "sprouts": Panel(title="Tips of growing vessels", lines=(("tip_cell_count", "tip cells"),), if_moved=True),
    "oxygen": Panel(title="Oxygen", lines=(("oxygen_mmhg", "mean"),)),
    "hair": Panel(
        title="Follicles by stage",
        lines=(
            ("anagen_fraction", "anagen"),
            ("catagen_fraction", "catagen"),
            ("telogen_fraction", "telogen"),
            ("kenogen_fraction", "empty"),
        ),
        number="share of follicles",
        of_hair=True,
    ),
    "hair_density": Panel(title="Hairs to be seen", lines=(("hair_density_per_cm2", "hairs"),), of_hair=True),
    "drug": Panel(
        title="Drug",
        lines=(
            ("drug_donor_ug_per_cm2", "on the skin"),
            ("drug_epidermis_ug_per_cm2", "in the epidermis"),
            ("drug_dermis_ug_per_cm2", "in the dermis"),
            ("drug_cleared_ug_per_cm2", "carried away"),
        ),
    ),
}
"""Every panel by name."""

MOST_TELLING = (
    "closure",
    "debris",
    "barrier",
    "pigment",
    "redness",
    "leukocytes",
    "signals",
    "heat_shock",
    "fibroblasts",
    "collagen",
    "scar",
    "drug",
    "hair",
    "hair_density",
    "t_cells",
    "mend_depth",
    "collagen_synthesis",
    "hsp47",
    "tension",
    "swelling",
    "fluid",
    "microbes",
    "blood",
    "vessels",
    "damaged_collagen",
    "eliminated",
    "elasticity",
    "growth_factors",
    "epidermis",
    "oxygen",
    "inflow",
    "sprouts",
)
"""Panels of a comparison, most telling first; as many as fit are drawn."""
