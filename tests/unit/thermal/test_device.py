from __future__ import annotations

import numpy as np
import pytest

from mendsim.common.errors import InputError
from mendsim.common.lattice import Lattice
from mendsim.thermal import LaserSession, SkinLayers, deliver, load_parameters
from mendsim.thermal.device import Device, device_names, find_device, with_device
from mendsim.thermal.light import Light, ray_edges, ray_share

PARAMETERS = load_parameters()


def added(name="mine", **values):
    return with_device(PARAMETERS, name, {"wavelength_nm": 10600.0, **values}, origin="test")


def test_a_device_of_ones_own_is_fired():
    p = added(beam_quality=1.5)
    session = LaserSession(
        device="mine", pulse_energy_mj=5.0, pulse_duration_ms=0.5, spot_diameter_um=120.0, pattern="square",
        density_per_cm2=100.0,
    )  # fmt: skip
    lattice = Lattice.from_size(width_um=600, depth_um=500, air_um=40, spacing_um=10)
    layers = SkinLayers(stratum_corneum_um=15, epidermis_um=75, dermis_um=2000)
    assert deliver(session, lattice, layers, p, 1).ablated.sum() > 10
    with pytest.raises(InputError, match=r"device: unknown device \(got 'mine'\); allowed: co2_10600"):
        deliver(session, lattice, layers, PARAMETERS, 1)


@pytest.mark.parametrize(
    ("name", "values", "message"),
    [
        ("co2_10600", {}, "devices.co2_10600: a name that is taken"),
        ("dermis", {}, "devices.dermis: a name that is taken"),
        ("mine", {"wavelength_nm": 532.0}, "mine.wavelength_nm: wavelength without data.*532.*allowed: 1440, 1540"),
        ("mine", {"beam_quality": 0.5}, "devices.mine.beam_quality: out of range.*allowed: 1 to 100"),
    ],
)
def test_a_device_that_cannot_be(name, values, message):
    with pytest.raises(InputError, match=message):
        added(name, **values)


def test_usual_spot_and_duration_stand_in_for_what_is_not_given():
    device = Device.of("mine", added(spot_diameter_um=300.0, pulse_power_w=30.0))
    assert device.spot_um(None) == 300.0
    assert device.spot_um(120.0) == 120.0
    assert device.duration_ms(None, 60.0) == pytest.approx(2.0)
    assert device.duration_ms(0.3, 60.0) == 0.3
    with pytest.raises(InputError, match=r"spot_diameter_um: bare has no usual value"):
        Device.of("bare", added("bare")).spot_um(None)


def test_every_preset_has_a_usual_spot_and_duration():
    for name in device_names(PARAMETERS):
        device = Device.of(name, PARAMETERS)
        assert 10 < device.spot_um(None) <= 3000
        assert 0.01 < device.duration_ms(None, 10.0) < 100


@pytest.mark.parametrize("top_hat", [0.0, 1.0])
def test_power_of_a_beam_within_its_radius(top_hat):
    light = Light.of("mine", added(top_hat=top_hat))
    edges = ray_edges(light, 64)
    share = ray_share(light, edges)
    assert share.sum() == pytest.approx(1.0)
    within = np.interp(1.0, edges, np.append(0.0, np.cumsum(share)))
    assert within == pytest.approx(1.0 if top_hat else 1 - np.exp(-2), rel=2e-3)


@pytest.mark.parametrize("name", device_names(PARAMETERS))
def test_every_preset_is_found_by_its_own_name(name):
    assert find_device(name, PARAMETERS) == name


def test_a_beginning_is_enough_if_one_name_is_the_beginning_of_the_rest():
    assert find_device("co2", PARAMETERS) == find_device("CO2", PARAMETERS) == "co2_10600"
    assert find_device("co2_10600_3", PARAMETERS) == "co2_10600_300um"
    with pytest.raises(InputError, match=r"several devices begin so \(got 'er_glass'\); allowed: .*er_glass_1550"):
        find_device("er_glass", PARAMETERS)


@pytest.mark.parametrize("text", ["ruby", "", "2_10600", "co2_10600_x"])
def test_an_unknown_device_is_told_with_the_choices(text):
    with pytest.raises(InputError, match=r"unknown device .*allowed: .*co2_10600.*thulium_1927"):
        find_device(text, PARAMETERS)
