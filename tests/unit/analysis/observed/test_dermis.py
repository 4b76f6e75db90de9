"""Dermis and surface: against the numbers that made the run."""

from __future__ import annotations

import numpy as np
import pytest

from mendsim.analysis import observe, profiles, relief
from mendsim.common.errors import InputError

from .conftest import DEPTH

DERMIS = (DEPTH > 60) & (DEPTH < 360)


def test_the_dermis_is_that_before_the_injury(known):
    assert int(profiles.intact_dermis(known).sum()) == 15 * 30


def test_dermis_that_was_opened_before_the_first_snapshot_is_found_again(known):
    late = known.copy(deep=True)
    kept = late["fields"].to_dataset().isel(snapshot=[1, 2, 3])
    # The mouth of one zone stands open for good; that of the other fills until the end.
    kept["tissue"][:, DEPTH == 70, :, 6:9] = 0
    kept["tissue"][:2, DEPTH == 70, :, 21:24] = 0
    late["fields"] = kept
    assert int(profiles.intact_dermis(late).sum()) == 15 * 30


def test_signals_are_means_at_each_distance_and_depth(known):
    far = observe(known, "signals_by_distance").sel(day=4.0, signal="tgf_beta1")
    assert far["distance_um"].to_numpy() == pytest.approx(np.arange(10.0, 151.0, 20.0))
    assert far.to_numpy() == pytest.approx(4.0 * np.arange(0.0, 141.0, 20.0))
    deep = observe(known, "signals_by_depth").sel(day=4.0, signal="mmp9")
    assert deep.to_numpy()[DERMIS] == pytest.approx(DEPTH[DERMIS])
    assert np.isnan(deep.to_numpy()[~DERMIS]).all()


def test_matrix_is_missing_in_the_channel_alone(known):
    far = observe(known, "matrix_by_distance").sel(matter="collagen_1")
    # Seven sites of the dermis lie above the coagulation, two of them in the channel.
    assert far.sel(day=1.0).to_numpy()[:3] == pytest.approx([80.0 * 5 / 7, 80.0 * 5 / 7, 80.0])
    assert far.sel(day=0.0).to_numpy() == pytest.approx([80.0] * 8)
    deep = observe(known, "matrix_by_depth").sel(matter="collagen_3", day=2.0)
    assert float(deep.sel(depth_um=90.0)) == pytest.approx(20.0 * 24 / 30)
    assert float(deep.sel(depth_um=110.0)) == pytest.approx(20.0)


def test_new_collagen_is_the_sum_of_rises(known):
    new = observe(known, "new_collagen_by_depth")
    assert new.sel(depth_um=70.0).to_numpy() == pytest.approx([0.0, 0.0, 20.0 * 6 / 30, 50.0 * 6 / 30])
    assert new.sel(depth_um=110.0).to_numpy() == pytest.approx([0.0] * 4)


def test_order_of_fibres_by_depth(known):
    order = observe(known, "orientation_by_depth").sel(day=0.0)
    assert [float(order.sel(depth_um=depth)) for depth in (110.0, 210.0)] == [0.25, 0.75]


def test_collagen_1_to_3_over_time(known):
    assert observe(known, "collagen_1_to_3").to_numpy() == pytest.approx([4.0, 6.0, 4.0, 3.5])


def test_drifts_are_the_largest_changes(known):
    drift = observe(known, "dermal_drifts")
    assert drift.sel(quantity="collagen_1_mg_per_ml").item() == pytest.approx(25.0)
    assert drift.sel(quantity="collagen_3_mg_per_ml").item() == pytest.approx(50.0)


def test_heat_shock_proteins_are_means_of_cells_at_each_distance(known):
    near = observe(known, "heat_shock_by_distance").sel(day=2.0)
    assert near["hsp70_epidermis"].to_numpy() == pytest.approx(1.0 + np.arange(0.0, 141.0, 20.0) / 100.0)
    # At 0 um one resting cell, at 40 um an active one and a myofibroblast; the apoptotic one is deeper.
    assert near["hsp70_dermis"].to_numpy()[[0, 2]] == pytest.approx([2.0, 5.0])
    assert near["hsp47_dermis"].to_numpy()[[0, 2]] == pytest.approx([1.0, 4.0])
    assert np.isnan(near["hsp47_dermis"].to_numpy()[1])


def test_fibroblasts_are_counted_by_state_and_depth(known):
    cells = observe(known, "fibroblasts_by_depth").sel(day=1.0)
    assert float(cells.sel(state="quiescent", depth_um=125.0)) == 1
    assert float(cells.sel(state="apoptotic", depth_um=325.0)) == 1
    assert float(cells.sum()) == 4


def test_the_surface_sinks_by_half_of_what_is_missing(known):
    sunk = observe(known, "surface_depression").sel(y_um=10.0)
    assert sunk.sel(x_um=150.0).to_numpy() == pytest.approx([0.0, 20.0, 16.0, 10.0])
    assert sunk.sel(x_um=210.0).to_numpy() == pytest.approx([0.0] * 4)


def test_a_channel_is_no_step_and_a_wall_is_one(known):
    assert observe(known, "scar_edge_step").to_numpy() == pytest.approx([0.0] * 4)
    lost = known.copy(deep=True)
    right = lost["fields"]["x_um"].to_numpy() > 300
    for name in ("collagen_1", "collagen_3"):
        lost["fields"][name][:, :, :, right] = 0.0
    # 15 sites of the dermis, 20 um each, and half of what is missing shows.
    assert observe(lost, "scar_edge_step").to_numpy() == pytest.approx([150.0] * 4)
    assert relief.odd(15.0) == 15
    assert relief.odd(14.0) == 15


def test_each_session_has_its_gain(known, untreated):
    gain = observe(known, "scar_depth_by_session").sel(session=1)
    assert [float(gain[name]) for name in ("day", "before_um", "after_um")] == [1.0, 300.0, 270.0]
    assert float(gain["gain_percent"]) == pytest.approx(10.0)
    with pytest.raises(InputError, match="nothing was injured"):
        observe(untreated, "scar_depth_by_session")
    known["series"]["scar_depth_um"][:] = 0.0
    for name in ("scar_depth_by_session", "scar_edge_step"):
        with pytest.raises(InputError, match="no scar"):
            observe(known, name)
