"""Devices as a user names them, and the settings they usually have."""

from __future__ import annotations

from mendsim.common.errors import InputError, choices
from mendsim.common.parameters import Parameters
from mendsim.thermal.library import device_names


def find_device(text: str) -> str:
    """Name of the preset that is called ``text`` or is the only one to begin with it.

    Raises
    ------
    InputError : none begins so, or several do.
    """
    if text in device_names():
        return text
    found = [name for name in device_names() if text and name.startswith(text.lower())]
    if len(found) == 1:
        return found[0]
    problem = "several devices begin so" if found else "unknown device"
    raise InputError(problem, key="device", value=text, allowed=choices(found or device_names()))


def usual_spot_um(device: str, parameters: Parameters) -> float:
    """Spot diameter at which a device is usually run [um].

    Raises
    ------
    InputError : the preset has none.
    """
    preset = parameters.group(device)
    if "spot_diameter_um" not in preset:
        raise InputError(f"{device} has no usual spot, so it must be given", key="spot_um", allowed="a diameter in um")
    return preset["spot_diameter_um"]


def usual_pulse_ms(device: str, energy_mj: float, parameters: Parameters) -> float:
    """Pulse duration at which a device usually gives an energy [ms]: its own, or the energy over its power.

    Raises
    ------
    InputError : the preset has neither.
    """
    preset = parameters.group(device)
    if "pulse_duration_ms" in preset:
        return preset["pulse_duration_ms"]
    if "pulse_power_w" in preset:
        return energy_mj / preset["pulse_power_w"]
    problem = f"{device} has no usual pulse duration, so it must be given"
    raise InputError(problem, key="pulse_ms", allowed="a time in ms")
