"""Laser sessions without the healing."""

from __future__ import annotations

import numpy as np
import pytest

from mendsim import scenarios
from mendsim.common.errors import InputError
from mendsim.common.lattice import Lattice
from mendsim.scenarios.treatment_sizes import overlap_share, treatment_sizes
from mendsim.thermal import DAMAGE_PROCESSES, Injury, SkinLayers

LAYERS = SkinLayers(stratum_corneum_um=10, epidermis_um=40, dermis_um=500)
LATTICE = Lattice.from_size(width_um=200, length_um=100, depth_um=300, spacing_um=10, air_um=50)


@pytest.fixture(scope="module")
def twice(tmp_path_factory, small_text):
    """A scenario with two sessions and nothing to wait for."""
    path = tmp_path_factory.mktemp("treat") / "small.toml"
    path.write_text(small_text, encoding="utf-8")
    small = scenarios.load(path)
    laser = small.to_dict()["events"][0]
    events = [laser | {"at": "0 h"}, laser | {"at": "1 h", "passes": 2}]
    return small.with_values({"events": events, "follow_up": "1.5 h", "save.snapshots": ["0 h"]})


def test_it_fires_the_sessions_of_a_run(twice):
    run, tree = scenarios.run(twice, seed=3, threads=1).data, scenarios.treat(twice, seed=3)
    for node in ("injury", "zones"):
        assert tree[node].to_dataset().identical(run[node].to_dataset())
    second = scenarios.treat(twice, seed=3, event=1)
    np.testing.assert_array_equal(second["injury"]["ablated"][0], run["injury"]["ablated"][1])
    assert second["treatment"]["event"].to_numpy().tolist() == [1]
    assert second["treatment"]["session"].to_numpy().tolist() == [1.0]


def test_it_tells_each_session_and_each_pass(twice):
    sizes = scenarios.treat(twice, seed=3)["treatment"].to_dataset()
    one = twice.events[0]
    np.testing.assert_array_equal(sizes["zones"], [1, 2])
    pulse_j, radius_cm = 1e-3 * one.pulse_energy_mj, 0.5e-4 * one.spot_diameter_um
    np.testing.assert_allclose(sizes["energy_mj"], [1e3 * pulse_j, 2e3 * pulse_j])
    np.testing.assert_allclose(sizes["fluence_j_per_cm2"], pulse_j * one.density_per_cm2 * np.array([1, 2]))
    np.testing.assert_allclose(sizes["spot_fluence_j_per_cm2"], pulse_j / (np.pi * radius_cm**2))
    np.testing.assert_allclose(sizes["pitch_um"], 1e4 / np.sqrt(one.density_per_cm2))
    assert np.isnan(sizes["pass_hottest_c"].to_numpy()).tolist() == [[False, True], [False, False]]
    assert (sizes["pass_hottest_c"][:, 0] > sizes["pass_between_c"][:, 0]).all()
    assert 0 < float(sizes["living_epidermis"][1]) < float(sizes["living_epidermis"][0]) < 1
    assert all(values.attrs["long_name"] for values in sizes.variables.values())


def injury(**maps):
    """Damage of one zone on a small block; what is not given is nothing."""
    nothing = Injury.none(LATTICE)
    session = {"pulse_energy_mj": 2.0, "stacked_pulses": 3, "passes": 1, "density_per_cm2": 100.0}
    zone = {"coagulation_depth_um": 150.0, "coagulation_width_um": 60.0}
    zone |= {"channel_depth_um": 0.0, "channel_width_um": 0.0}
    record = {
        "session": session | {"spot_diameter_um": 100.0},
        "pitch_um": 1000.0,
        "treated_fraction": 0.1,
        "passes": [{"end_s": 1.0, "between_c": 35.0, "hottest_c": 40.0}],
    }
    damage = {process: maps.get(process, nothing.damage[process]) for process in DAMAGE_PROCESSES}
    return Injury(
        lattice=LATTICE,
        ablated=nothing.ablated,
        damage=damage,
        dose_min=nothing.dose_min,
        peak_temperature_c=nothing.peak_temperature_c,
        zones={"x_um": np.array([50.0]), "y_um": np.array([50.0])}
        | {name: np.array([size]) for name, size in zone.items()},
        record=record,
    )


def test_what_is_left_alive_is_counted_in_its_own_layer():
    killed = np.zeros(LATTICE.shape, np.float32)
    depth = LATTICE.depth_um
    killed[(depth > 10) & (depth < 50), :, :5] = (
        0.6  # a quarter of the living epidermis, and half is not enough to live
    )
    killed[(depth > 10) & (depth < 50), :, 5:10] = 0.5
    fibroblasts = np.zeros(LATTICE.shape, np.float32)
    fibroblasts[depth > 50, :, :4] = 1.0  # a fifth of the dermis, deeper than coagulation goes
    hurt = injury(keratinocyte_necrosis=killed, fibroblast_necrosis=fibroblasts)
    sizes = treatment_sizes([(0.0, hurt)], [0], LAYERS).squeeze()
    assert float(sizes["living_epidermis"]) == pytest.approx(0.75)
    assert float(sizes["living_dermis"]) == pytest.approx(0.8)
    assert float(sizes["energy_mj"]) == 6.0
    shallow = injury()
    shallow.zones["coagulation_depth_um"][:] = 30.0
    assert np.isnan(treatment_sizes([(0.0, shallow)], [0], LAYERS)["living_dermis"])


def test_zones_overlap_if_another_is_nearer_than_their_width():
    axes = np.array([[0.0, 0.0], [0.0, 90.0], [300.0, 0.0], [420.0, 0.0]])
    assert overlap_share(axes, 100.0) == 0.5
    assert overlap_share(axes, 121.0) == 1.0
    assert overlap_share(axes, 0.0) == 0.0
    assert overlap_share(axes[:1], 100.0) == 0.0


@pytest.mark.parametrize(
    ("name", "event", "message"),
    [
        ("ladd_untreated", None, "ladd_untreated: events: no laser session in this scenario"),
        ("ladd", 1, "ladd: events.1: not a laser session; allowed: 0"),
        ("ladd", -1, "ladd: events.-1: not a laser session; allowed: 0"),
        ("no_such", None, r"unknown scenario \(got 'no_such'\)"),
    ],
)
def test_what_cannot_be_treated_is_told(name, event, message):
    with pytest.raises(InputError, match=message):
        scenarios.treat(name, event=event)
