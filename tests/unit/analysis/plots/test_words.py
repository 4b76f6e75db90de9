"""Names of the store as words with printed units."""

from importlib import import_module
from pathlib import Path

import pytest

from mendsim.abm.observables import OBSERVABLES
from mendsim.analysis import plots
from mendsim.analysis.plots.words import column_label, series_label

WRITTEN = {
    "tgf_beta1_ng_per_ml": "TGF-β1 [ng/mL]",
    "collagen_1_mg_per_ml": "collagen I [mg/mL]",
    "scar_depth_um": "scar depth [µm]",
    "perfused_vessel_length_mm_per_mm2": "perfused vessel length [mm/mm²]",
    "neutrophils_per_mm3": "neutrophils [1/mm³]",
    "water_loss_g_per_m2_h": "water loss [g/m²/h]",
    "drug_middle_dermis_ug_per_ml": "drug middle dermis [µg/mL]",
    "t_cell_count": "T cell count",
    "reepithelialised_fraction": "re-epithelialised fraction",
    "erythema_ratio": "redness ratio",
    "microbial_load_log10_cfu_per_cm2": "log₁₀ of CFU/cm²",
}


@pytest.mark.parametrize("name", WRITTEN)
def test_series(name):
    assert series_label(name, OBSERVABLES[name].unit) == WRITTEN[name]


def test_no_label_of_a_series_repeats_its_unit_or_keeps_underscores():
    labels = {name: series_label(name, about.unit) for name, about in OBSERVABLES.items()}
    assert not [label for label in labels.values() if "_" in label]
    doubled = [name for name, label in labels.items() if " per " in label or label.count("um]") > 1]
    assert doubled == []


def test_columns_of_a_sweep():
    assert column_label("events.0.pulse_energy", "mJ") == "pulse energy [mJ]"
    assert column_label("events.2.density", "1/cm2") == "density, event 2 [1/cm²]"
    assert column_label("events.*.passes", "1") == "passes"
    assert column_label("parameters.abm.fibroblast.speed_um_per_h", "um/h") == "speed [µm/h]"
    assert column_label("downtime_days") == "downtime [days]"
    assert column_label("energy_mj", "mJ") == "energy [mJ]"


def test_every_public_name_of_the_plots_is_found_however_their_files_were_imported():
    for path in sorted(Path(plots.__file__).parent.glob("*.py")):
        import_module(f"mendsim.analysis.plots.{path.stem}".removesuffix(".__init__"))
    assert [name for name in plots.__all__ if not callable(getattr(plots, name))] == ["INTERVAL"]
    with pytest.raises(AttributeError, match="no attribute 'pie'"):
        _ = plots.pie
