"""Every outcome keeps the same contract, and every row of mechanisms has outcomes and tests that exist."""

from __future__ import annotations

import re

import numpy as np
import pytest
import xarray as xr

from mendsim import analysis
from mendsim.abm.observables import FIELDS, OBSERVABLES
from mendsim.analysis import mechanism_rows
from mendsim.analysis.catalogue import CELLS, catalogue, describe, observe
from mendsim.analysis.endpoints import registered
from mendsim.analysis.measures import MEASURES
from mendsim.analysis.observed import OBSERVED
from mendsim.analysis.observed_dermis import FIBROBLASTS
from mendsim.analysis.observed_vessels_hair import STAGES
from mendsim.analysis.outcome import BY_COLUMN, KINDS
from mendsim.common.errors import InputError

NUMBERS = ("end point", "target")


def test_the_list_holds_everything_once():
    table = analysis.list_outcomes()
    assert len(table) == len(registered()) + len(MEASURES) + len(OBSERVABLES) + len(OBSERVED) + len(FIELDS) + len(CELLS)
    assert table.index.is_unique
    assert list(table.columns) == ["kind", "label", "unit", "rows", "definition"]
    assert set(table["kind"]) == set(KINDS)


def test_an_outcome_says_what_it_is():
    for name, outcome in catalogue().items():
        assert outcome.name == name
        assert outcome.label, name
        assert outcome.unit, name
        assert re.fullmatch(r"[A-Z0-9].*[.]", outcome.definition), name
        assert mechanism_rows.rows_of()[name], name
        assert set(mechanism_rows.rows_of()[name]) <= set(mechanism_rows.rows()), name


def test_what_is_measured_has_named_axes_units_and_numbers(known):
    for name, outcome in catalogue().items():
        found = observe(known, name)
        for each in found.data_vars.values() if isinstance(found, xr.Dataset) else [found]:
            assert np.issubdtype(each.dtype, np.number), name
            assert each.size, name
            assert each.attrs["units"], name
            assert each.attrs["long_name"], name
            for axis in each.dims:
                assert axis in each.coords, (name, axis)
                if np.issubdtype(each[axis].dtype, np.number):
                    assert each[axis].attrs["units"], (name, axis)
        assert isinstance(found, xr.Dataset) == (outcome.unit == BY_COLUMN), name
        assert found.attrs["definition"] == outcome.definition, name
        if outcome.kind not in NUMBERS:
            assert np.isfinite(found.to_dataframe().to_numpy(float)).any(), name


def test_a_saved_series_comes_by_day_and_a_map_by_depth(known):
    depth = observe(known, "scar_depth_um")
    assert depth.sel(day=2.0).item() == 280.0
    assert depth.attrs["units"] == "um"
    assert depth.name == "scar_depth_um"
    tgf = observe(known, "tgf_beta1_map")
    assert tgf.sel(day=4.0, x_um=190.0, depth_um=110.0).item() == 160.0


def test_cells_come_with_their_day(known):
    cells = observe(known, "t_cells")
    assert cells["day"].to_numpy() == pytest.approx(np.repeat([0.0, 1.0, 2.0, 4.0], 3))
    assert cells["autoreactive"].sum().item() == 4


def test_an_end_point_is_an_array_of_one_value(known):
    change = observe(known, "scar_depth_change_percent")
    assert change.item() == pytest.approx(-10.0)
    assert change.to_dataframe().loc["known"].item() == pytest.approx(-10.0)
    assert observe(known, "hsp47_peak_h").item() == pytest.approx(np.nan, nan_ok=True)


def test_names_that_are_none_get_the_close_ones(known):
    with pytest.raises(InputError, match=r"unknown outcome.*mend_dept.*mend_depth"):
        observe(known, "mend_dept")
    with pytest.raises(InputError, match=r"unknown mechanism row.*R35.*R01 to R34"):
        analysis.list_outcomes("R35")


def test_a_run_without_what_is_asked_for_says_so_in_a_line(untreated):
    for name, each in catalogue().items():
        if each.kind in NUMBERS or name == "keratinocyte_count":
            continue
        with pytest.raises(InputError) as caught:
            observe(untreated, name)
        assert "\n" not in str(caught.value), name


def test_states_and_stages_are_in_the_order_of_their_codes():
    from mendsim.abm.agents import follicle
    from mendsim.abm.agents.fibroblast import Fibroblast
    from mendsim.scenarios.tree import AGENTS

    assert Fibroblast.state.doc == ", ".join(f"{code} {state}" for code, state in enumerate(FIBROBLASTS))
    assert follicle.STAGES == STAGES
    assert {*CELLS.values()} == {*AGENTS, "vessels"}


def test_an_outcome_of_a_target_belongs_to_the_row_of_the_target():
    assert mechanism_rows.rows_of()["mend_diameter_um"] == ("R07",)
    assert describe("mend_diameter_um").kind == "target"


def test_a_label_leaves_out_the_unit_of_the_name():
    names = ("scar_depth_um", "water_loss_g_per_m2_h", "neutrophils_per_mm3", "basal_count", "oxygen_mmhg")
    assert [describe(name).label for name in names] == [
        "scar depth",
        "water loss",
        "neutrophils",
        "basal count",
        "oxygen",
    ]
