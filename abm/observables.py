"""What a model reports: names, units and meaning of every time series and field."""

from __future__ import annotations

from dataclasses import dataclass

from mendsim.abm.tissue import CELL_KIND, TISSUE

__all__ = ["CELL_KIND", "DRUG_PLACES", "FIELDS", "OBSERVABLES", "TISSUE", "Quantity"]


@dataclass(frozen=True)
class Quantity:
    """Unit and meaning of a number; ``dermal`` marks outcomes of the dermis, which rest without injury (R12)."""

    unit: str
    meaning: str
    dermal: bool = False


OBSERVABLES = {
    "keratinocyte_count": Quantity("1", "living nucleated keratinocytes"),
    "basal_count": Quantity("1", "keratinocytes of the basal layer"),
    "corneocyte_count": Quantity("1", "corneocytes"),
    "debris_count": Quantity("1", "dead keratinocytes still in the skin"),
    "debris_depth_um": Quantity(
        "um", "mean depth of debris below the mean skin surface; negative when lifted above it; 0 without debris"
    ),
    "debris_shed_count": Quantity("1", "dead keratinocytes shed since the start"),
    "mend_count": Quantity("1", "MENDs (connected pieces of debris) of which at least a fifth is still in the skin"),
    "mitotic_fraction": Quantity("1", "share of basal keratinocytes in mitosis, by the rates of their cycles"),
    "epidermal_turnover_d": Quantity(
        "d", "living and cornified keratinocytes over those born in a day; not a number where none are born"
    ),
    "reepithelialised_fraction": Quantity("1", "share of the surface whose basal site holds a living keratinocyte"),
    "barrier_open_fraction": Quantity("1", "share of the surface without a corneocyte"),
    "epidermal_thickness_um": Quantity("um", "mean height of the stacks of living and cornified keratinocytes"),
    "epidermal_melanin_pg": Quantity("pg", "melanin in the epidermis, debris and melanocytes included"),
    "melanin_index_pg": Quantity(
        "pg", "melanin in living and cornified keratinocytes, for each living nucleated one; debris left out"
    ),
    "melanocyte_count": Quantity("1", "melanocytes"),
    "melanocyte_activity": Quantity("1", "mean synthesis of melanin, against normal skin of the phototype at rest"),
    "melanin_synthesised_pg": Quantity("pg", "melanin made since the start"),
    "melanin_degraded_pg": Quantity("pg", "melanin broken down in keratinocytes since the start"),
    "melanin_shed_pg": Quantity("pg", "melanin shed with corneocytes and debris since the start"),
    "melanin_removed_pg": Quantity("pg", "melanin taken by ablation, or lost as melanocytes died, since the start"),
    "water_loss_g_per_m2_h": Quantity("g/m2/h", "mean water loss through the surface, by evaporation"),
    "bare_bed_fraction": Quantity("1", "share of the surface where air lies directly on dermis or clot"),
    "microbial_load_log10_cfu_per_cm2": Quantity("1", "decimal logarithm of the mean bacteria on the surface per cm2"),
    "fibroblast_count": Quantity("1", "fibroblasts of every state but apoptotic", dermal=True),
    "activated_fibroblast_count": Quantity("1", "fibroblasts activated but not myofibroblasts", dermal=True),
    "myofibroblast_count": Quantity("1", "myofibroblasts", dermal=True),
    "apoptotic_fibroblast_count": Quantity("1", "apoptotic fibroblasts that are not eaten yet", dermal=True),
    "t_cell_count": Quantity("1", "T cells", dermal=True),
    "procollagen_1_ratio": Quantity(
        "1", "collagen I that fibroblasts are set to make, against that at rest", dermal=True
    ),
    "procollagen_3_ratio": Quantity(
        "1", "collagen III that fibroblasts are set to make, against that at rest", dermal=True
    ),
    "collagen_1_mg_per_ml": Quantity("mg/mL", "mean collagen I of the dermis as it was before injury", dermal=True),
    "collagen_3_mg_per_ml": Quantity("mg/mL", "mean collagen III of that dermis", dermal=True),
    "collagen_mg_per_ml": Quantity("mg/mL", "mean collagen I and III of that dermis", dermal=True),
    "denatured_collagen_mg_per_ml": Quantity("mg/mL", "mean denatured collagen of that dermis", dermal=True),
    "fragments_mg_per_ml": Quantity("mg/mL", "mean collagen fragments of that dermis", dermal=True),
    "elastin_mg_per_ml": Quantity("mg/mL", "mean elastin of that dermis", dermal=True),
    "orientation_order": Quantity("1", "mean order parameter of the fibres, weighted by collagen", dermal=True),
    "tension_kpa": Quantity("kPa", "mean tension that the fibres carry in the plane of the skin", dermal=True),
    "contraction_kpa": Quantity(
        "kPa",
        "mean stress with which myofibroblasts pull: their number times force times length over three",
        dermal=True,
    ),
    "elasticity_index": Quantity(
        "1",
        "root of the stiffness that collagen and its order give times elastin, each against intact skin of the site",
        dermal=True,
    ),
    "hsp70_positive_fraction": Quantity(
        "1", "share of living keratinocytes and fibroblasts that a stain for HSP70 would show", dermal=True
    ),
    "hsp70_epidermis_ratio": Quantity("1", "mean HSP70 of living keratinocytes against unstressed ones", dermal=True),
    "hsp70_dermis_ratio": Quantity("1", "mean HSP70 of fibroblasts against unstressed ones", dermal=True),
    "hsp47_ratio": Quantity("1", "HSP47 of all fibroblasts against that at rest", dermal=True),
    "scar_depth_um": Quantity(
        "um", "mean depression of the surface over the core of the scar, from matrix missing beneath it", dermal=True
    ),
    "scar_volume_mm3_per_mm2": Quantity("mm3/mm2", "mean depression of the surface", dermal=True),
    "neutrophils_per_mm3": Quantity("1/mm3", "mean neutrophils of the dermis", dermal=True),
    "macrophages_per_mm3": Quantity("1/mm3", "mean macrophages of the dermis, residents included", dermal=True),
    "inflammatory_macrophages_per_mm3": Quantity("1/mm3", "those that came and have not had their meal", dermal=True),
    "repairing_macrophages_per_mm3": Quantity("1/mm3", "those that turned to repair", dermal=True),
    "dead_cells_mg_per_ml": Quantity(
        "mg/mL", "mean protein of dead cells of the dermis, apoptotic fibroblasts left out", dermal=True
    ),
    "erythema_ratio": Quantity(
        "1", "blood in the vessels of the upper dermis, weighted by depth, against intact skin", dermal=True
    ),
    "oedema_um": Quantity("um", "mean thickness that excess fluid adds to the skin", dermal=True),
    "latent_tgf_beta1_ng_per_ml": Quantity("ng/mL", "mean latent TGF-beta1 of the dermis", dermal=True),
    "timp1_ng_per_ml": Quantity("ng/mL", "mean TIMP-1 of the dermis, bound or free", dermal=True),
    "pdgf_ng_per_ml": Quantity("ng/mL", "mean PDGF of the dermis", dermal=True),
    "tgf_beta1_ng_per_ml": Quantity("ng/mL", "mean active TGF-beta1 of the dermis", dermal=True),
    "mmp9_ng_per_ml": Quantity("ng/mL", "mean MMP9 of the dermis that no TIMP-1 holds", dermal=True),
    "cytokine_ng_per_ml": Quantity("ng/mL", "mean inflammatory cytokine of the dermis", dermal=True),
    "vegf_ng_per_ml": Quantity("ng/mL", "mean VEGF of the dermis", dermal=True),
    "oxygen_mmhg": Quantity("mmHg", "mean oxygen pressure of the dermis", dermal=True),
    "hypoxic_fraction": Quantity(
        "1", "share of the dermis below the oxygen at which VEGF secretion is half", dermal=True
    ),
    "perfused_vessel_length_mm_per_mm2": Quantity(
        "mm/mm2", "length of perfused vessels over the area of the skin surface", dermal=True
    ),
    "sprout_length_mm_per_mm2": Quantity(
        "mm/mm2", "length of vessels that grew since the start, with or without flow, over that area", dermal=True
    ),
    "tip_cell_count": Quantity("1", "tip cells of sprouts in the block or slab", dermal=True),
    "flow_nl_per_min": Quantity("nL/min", "blood that enters through feeding arterioles", dermal=True),
    "papilla_flow_ratio": Quantity(
        "1", "mean blood flow through the loops of hair papillae against healthy skin at rest; 1 without follicles"
    ),
    "doppler_ratio": Quantity(
        "1", "blood times its velocity in the upper dermis, as a laser Doppler sees it, against the start", dermal=True
    ),
    "exudate_ul_per_cm2": Quantity("uL/cm2", "interstitial fluid that left through open surfaces since the start"),
    "eliminated_fragments_ug_per_cm2": Quantity("ug/cm2", "collagen fragments carried out of the skin since the start"),
    "eliminated_elastotic_ug_per_cm2": Quantity("ug/cm2", "elastotic material carried out since the start"),
    "eliminated_particles_ug_per_cm2": Quantity("ug/cm2", "foreign particles carried out since the start"),
    "elastotic_mg_per_ml": Quantity("mg/mL", "mean elastotic material of the dermis as it was", dermal=True),
    "particles_mg_per_ml": Quantity("mg/mL", "mean foreign particles of that dermis", dermal=True),
    "anagen_fraction": Quantity("1", "share of follicles in anagen; not a number without follicles"),
    "catagen_fraction": Quantity("1", "share of follicles in catagen; not a number without follicles"),
    "telogen_fraction": Quantity("1", "share of follicles in telogen; not a number without follicles"),
    "kenogen_fraction": Quantity("1", "share of follicles that are empty; not a number without follicles"),
    "follicle_count": Quantity("1", "hair follicles that are followed"),
    "hair_density_per_cm2": Quantity("1/cm2", "hairs that stand out of the skin far enough to be counted"),
    "hair_length_mm": Quantity("mm", "mean length out of the skin of those hairs"),
    "autoreactive_t_cell_count": Quantity("1", "T cells that recognise hair bulbs"),
    "cd8_t_cell_count": Quantity("1", "CD8 T cells"),
    "clot_solid_share": Quantity("1", "mean share of the clot in channels and wounds that is solid; 0 without clot"),
    "drug_given_ug_per_cm2": Quantity("ug/cm2", "drug given so far; of a donor without end, what has entered"),
    "drug_donor_ug_per_cm2": Quantity("ug/cm2", "drug left on the surface"),
    "drug_removed_ug_per_cm2": Quantity("ug/cm2", "drug wiped off, leaked from an injection, or shed with the surface"),
    "drug_corneum_ug_per_cm2": Quantity("ug/cm2", "drug in the stratum corneum"),
    "drug_epidermis_ug_per_cm2": Quantity("ug/cm2", "drug in the epidermis below it"),
    "drug_channel_ug_per_cm2": Quantity("ug/cm2", "drug in the clot of channels"),
    "drug_dermis_ug_per_cm2": Quantity("ug/cm2", "drug in the dermis"),
    "drug_hypodermis_ug_per_cm2": Quantity("ug/cm2", "drug in the hypodermis"),
    "drug_cleared_ug_per_cm2": Quantity("ug/cm2", "drug carried off by blood and lymph"),
    "drug_degraded_ug_per_cm2": Quantity("ug/cm2", "drug degraded in any layer"),
    "drug_received_ug_per_cm2": Quantity("ug/cm2", "drug that has crossed the skin of a diffusion cell"),
    "drug_middle_dermis_ug_per_ml": Quantity("ug/mL", "mean drug in the middle third of the dermis of the sample"),
}

DRUG_PLACES = (
    "donor",
    "removed",
    "corneum",
    "epidermis",
    "channel",
    "dermis",
    "hypodermis",
    "cleared",
    "degraded",
    "received",
)
"""Where a drug can be: ``drug_<place>_ug_per_cm2`` over all of them is what was given."""

FIELDS = {
    "tissue": Quantity("1", "compartment: " + ", ".join(f"{code} {name}" for name, code in TISSUE.items())),
    "cell_kind": Quantity("1", "keratinocyte: " + ", ".join(f"{code} {name}" for name, code in CELL_KIND.items())),
    "collagen_1": Quantity("mg/mL", "collagen I"),
    "collagen_3": Quantity("mg/mL", "collagen III"),
    "denatured_collagen": Quantity("mg/mL", "collagen denatured by heat"),
    "fragments": Quantity("mg/mL", "collagen cut by collagenase"),
    "elastin": Quantity("mg/mL", "elastin"),
    "orientation_rad": Quantity("rad", "mean angle of the fibres from the plane of the skin"),
    "orientation_order": Quantity("1", "order parameter of the fibres"),
    "tgf_beta1": Quantity("ng/mL", "active TGF-beta1"),
    "latent_tgf_beta1": Quantity("ng/mL", "latent TGF-beta1"),
    "mmp9": Quantity("ng/mL", "MMP9 that no TIMP-1 holds"),
    "timp1": Quantity("ng/mL", "TIMP-1, bound or free"),
    "pdgf": Quantity("ng/mL", "PDGF"),
    "neutrophils": Quantity("1/mm3", "neutrophils"),
    "macrophages": Quantity("1/mm3", "macrophages, residents included"),
    "repairing_macrophages": Quantity("1/mm3", "macrophages that have turned to repair"),
    "cytokine": Quantity("ng/mL", "inflammatory cytokine"),
    "vegf": Quantity("ng/mL", "VEGF"),
    "oxygen": Quantity("mmHg", "oxygen pressure"),
    "drug": Quantity("ug/mL", "drug in the skin, free, bound and as particles"),
}
