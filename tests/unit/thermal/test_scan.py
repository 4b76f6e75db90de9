from __future__ import annotations

import numpy as np
import pytest

from mendsim.common.lattice import Lattice
from mendsim.thermal import LaserSession, SkinLayers, deliver, load_parameters
from mendsim.thermal.bulk import Bulk
from mendsim.thermal.pattern import place_zones
from mendsim.thermal.scan import firing_times
from mendsim.thermal.session import SCAN_ORDERS

PARAMETERS = load_parameters()
SKIN = SkinLayers(stratum_corneum_um=15, epidermis_um=75, dermis_um=2000)
BLOCK = Lattice.from_size(width_um=2000, length_um=2000, depth_um=500, air_um=40, spacing_um=20)
SECTION = Lattice.from_size(width_um=1500, depth_um=500, air_um=40, spacing_um=10)


def session(**change):
    settings = {
        "device": "co2_10600",
        "pulse_energy_mj": 5.0,
        "pulse_duration_ms": 1.0,
        "spot_diameter_um": 120.0,
        "pattern": "square",
        "density_per_cm2": 400.0,
    }
    return LaserSession(**(settings | change))


def times_of(chosen, lattice=BLOCK, seed=1):
    by_pass = place_zones(chosen, lattice, seed)
    passes = np.repeat(np.arange(len(by_pass)), [len(points) for points in by_pass])
    axes = np.concatenate(by_pass)
    return axes, passes, firing_times(chosen, lattice, axes, passes, seed)


def test_rows_are_fired_back_and_forth_over_the_whole_footprint():
    axes, _, times = times_of(session(spot_interval_ms=5.0, footprint_mm=10.0))
    rows = [times[axes[:, 1] == y] for y in np.unique(axes[:, 1])]
    steps = [
        np.diff(row[np.argsort(axes[axes[:, 1] == y, 0])]) for row, y in zip(rows, np.unique(axes[:, 1]), strict=True)
    ]
    for number, step in enumerate(steps):
        np.testing.assert_allclose(step, 5e-3 * (1 if np.mean(step) > 0 else -1))
        assert np.sign(np.mean(step)) == -np.sign(np.mean(steps[number - 1])) or number == 0
    # 20 zones of 0.5 mm in a row of 10 mm.
    assert np.mean(rows[1]) - np.mean(rows[0]) == pytest.approx(0.1)


@pytest.mark.parametrize("order", SCAN_ORDERS)
@pytest.mark.parametrize(
    "change", [{}, {"footprint_mm": 0.5}, {"passes": 3, "pass_interval_s": 0.0}, {"pattern": "random"}]
)
@pytest.mark.parametrize("lattice", [BLOCK, SECTION], ids=["block", "section"])
def test_one_laser_fires_one_zone_at_a_time(order, change, lattice):
    _, passes, times = times_of(session(scan_order=order, density_per_cm2=900.0, **change), lattice)
    ordered = np.sort(times)
    assert (np.diff(ordered) > 4.999e-3).all()
    assert (np.diff(passes[np.argsort(times)]) >= 0).all()


def test_a_stack_holds_up_the_next_zone():
    _, _, times = times_of(session(stacked_pulses=3, pulse_interval_ms=100.0))
    assert np.diff(np.sort(times)).min() > 0.2009


def test_an_interleaved_scan_leaves_neighbours_time_to_cool():
    gaps = {}
    for order in ("rows", "interleaved"):
        axes, _, times = times_of(session(scan_order=order))
        distance = np.hypot(*(axes[:, None] - axes[None]).transpose(2, 0, 1))
        near = (distance > 0) & (distance < 510)
        gaps[order] = np.abs(times[:, None] - times[None])[near].min()
    assert gaps["interleaved"] > 20 * gaps["rows"]


def test_the_seed_alone_decides_a_random_scan():
    one, again, other = (times_of(session(scan_order="random"), seed=seed)[2] for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, again)
    assert not np.array_equal(one, other)


def test_the_clock_of_a_session_never_runs_back(monkeypatch):
    """Each moment is lived through once, even where the next pass begins before the last has been looked at."""
    lived = []
    advance = Bulk.advance
    monkeypatch.setattr(Bulk, "advance", lambda bulk, time: (lived.append(time), advance(bulk, time))[1])
    monkeypatch.setattr("mendsim.thermal.treatment.COOLED_K", np.inf)
    lattice = Lattice.from_size(width_um=500, depth_um=300, air_um=40, spacing_um=10)
    chosen = session(passes=4, pass_interval_s=0.0, footprint_mm=0.5)
    passes = deliver(chosen, lattice, SKIN, PARAMETERS, 1).record["passes"]
    assert min(lived) >= 0
    assert sum(lived) == pytest.approx(passes[-1]["end_s"])
    assert (np.diff([each["end_s"] for each in passes]) > 0.05).all()


def test_zones_tell_their_size_in_skin_as_warm_as_it_was():
    lattice = Lattice.from_size(width_um=1000, depth_um=800, air_um=40, spacing_um=10)
    cooled = {"cooling_c": -20.0, "cooling_w_per_m2_k": 5000.0, "cooling_before_s": 2.0}
    chosen = {"device": "er_glass_1550", "pulse_energy_mj": 6.0, "pulse_duration_ms": 5.0, "density_per_cm2": 100.0}
    plain, cold = (
        deliver(session(**chosen, **more), lattice, SKIN, PARAMETERS, 1, zone_spacing_um=10.0) for more in ({}, cooled)
    )
    assert cold.zones["coagulation_depth_um"][0] < 0.95 * plain.zones["coagulation_depth_um"][0]


def test_tissue_between_zones_gets_no_hotter_than_boiling():
    # the zone of the test above, so that its light is solved once
    zone = {"device": "er_glass_1550", "pulse_energy_mj": 6.0, "pulse_duration_ms": 5.0}
    chosen = session(**zone, density_per_cm2=3600.0, passes=10, pass_interval_s=0.0)
    lattice = Lattice.from_size(width_um=300, depth_um=600, air_um=40, spacing_um=20)
    record = deliver(chosen, lattice, SKIN, PARAMETERS, 1, zone_spacing_um=10.0).record
    assert record["boiled_between_zones_j"] > 0
    assert max(each["hottest_c"] for each in record["passes"]) <= PARAMETERS["water.boiling_c"] + 1e-9
