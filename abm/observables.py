"""What a model reports: names, units and meaning of every time series and field."""

from __future__ import annotations

from dataclasses import dataclass

from mendsim.abm.agents.keratinocyte import CELL_KIND
from mendsim.abm.tissue import TISSUE

__all__ = ["CELL_KIND", "FIELDS", "OBSERVABLES", "TISSUE", "Quantity"]


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
    "fibroblast_count": Quantity("1", "fibroblasts of every state", dermal=True),
    "activated_fibroblast_count": Quantity("1", "fibroblasts activated but not myofibroblasts", dermal=True),
    "myofibroblast_count": Quantity("1", "myofibroblasts", dermal=True),
    "t_cell_count": Quantity("1", "T cells", dermal=True),
    "collagen_1_mg_per_ml": Quantity("mg/mL", "mean collagen I of the dermis as it was before injury", dermal=True),
    "collagen_3_mg_per_ml": Quantity("mg/mL", "mean collagen III of that dermis", dermal=True),
    "collagen_mg_per_ml": Quantity("mg/mL", "mean collagen I and III of that dermis", dermal=True),
    "denatured_collagen_mg_per_ml": Quantity("mg/mL", "mean denatured collagen of that dermis", dermal=True),
    "fragments_mg_per_ml": Quantity("mg/mL", "mean collagen fragments of that dermis", dermal=True),
    "elastin_mg_per_ml": Quantity("mg/mL", "mean elastin of that dermis", dermal=True),
    "orientation_order": Quantity("1", "mean order parameter of the fibres, weighted by collagen", dermal=True),
    "scar_depth_um": Quantity(
        "um", "mean depression of the surface over the core of the scar, from matrix missing beneath it", dermal=True
    ),
    "scar_volume_mm3_per_mm2": Quantity("mm3/mm2", "mean depression of the surface", dermal=True),
    "tgf_beta1_ng_per_ml": Quantity("ng/mL", "mean active TGF-beta1 of the dermis", dermal=True),
    "mmp9_ng_per_ml": Quantity("ng/mL", "mean MMP9 of the dermis", dermal=True),
    "cytokine_ng_per_ml": Quantity("ng/mL", "mean inflammatory cytokine of the dermis", dermal=True),
    "vegf_ng_per_ml": Quantity("ng/mL", "mean VEGF of the dermis", dermal=True),
    "oxygen_mmhg": Quantity("mmHg", "mean oxygen pressure of the dermis", dermal=True),
    "hypoxic_fraction": Quantity(
        "1", "share of the dermis below the oxygen at which VEGF secretion is half", dermal=True
    ),
    "perfused_vessel_length_mm_per_mm2": Quantity(
        "mm/mm2", "length of perfused vessels over the area of the skin surface", dermal=True
    ),
    "flow_nl_per_min": Quantity("nL/min", "blood that enters through the arterial ends", dermal=True),
    "exudate_ul_per_cm2": Quantity("uL/cm2", "interstitial fluid that left through open surfaces since the start"),
    "eliminated_fragments_ug_per_cm2": Quantity("ug/cm2", "collagen fragments carried out of the skin since the start"),
    "eliminated_elastotic_ug_per_cm2": Quantity("ug/cm2", "elastotic material carried out since the start"),
    "eliminated_particles_ug_per_cm2": Quantity("ug/cm2", "foreign particles carried out since the start"),
    "elastotic_mg_per_ml": Quantity("mg/mL", "mean elastotic material of the dermis as it was", dermal=True),
    "particles_mg_per_ml": Quantity("mg/mL", "mean foreign particles of that dermis", dermal=True),
    "anagen_fraction": Quantity("1", "share of follicles in anagen; not a number without follicles"),
    "follicle_count": Quantity("1", "hair follicles"),
    "drug_donor_ug_per_cm2": Quantity("ug/cm2", "drug left on the surface or wiped off"),
    "drug_epidermis_ug_per_cm2": Quantity("ug/cm2", "drug in the epidermis"),
    "drug_dermis_ug_per_cm2": Quantity("ug/cm2", "drug in dermis, hypodermis and clot"),
    "drug_cleared_ug_per_cm2": Quantity("ug/cm2", "drug carried off by blood and lymph"),
    "drug_degraded_ug_per_cm2": Quantity("ug/cm2", "drug degraded in any layer"),
}

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
    "mmp9": Quantity("ng/mL", "active MMP9"),
    "cytokine": Quantity("ng/mL", "inflammatory cytokine"),
    "vegf": Quantity("ng/mL", "VEGF"),
    "oxygen": Quantity("mmHg", "oxygen pressure"),
    "drug": Quantity("ug/mL", "drug"),
}
