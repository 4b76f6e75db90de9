"""Lasers: presets, and those that a user describes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mendsim.common.errors import InputError, choices
from mendsim.common.parameters import Parameter, Parameters

FIELDS = {
    "wavelength_nm": ("nm", 1.0, 1e6, "wavelength, which picks the table of light data"),
    "beam_quality": ("1", 1.0, 100.0, "M2: how much faster than an ideal Gaussian the beam widens below its waist"),
    "top_hat": ("1", 0.0, 1.0, "1 for a beam of even intensity, 0 for a Gaussian"),
    "spot_diameter_um": ("um", 10.0, 3000.0, "diameter of the beam on the skin, 1/e2 of a Gaussian"),
    "pulse_power_w": ("W", 1e-3, 1e6, "power during a pulse; its duration is energy over power"),
    "pulse_duration_ms": ("ms", 1e-4, 1e3, "duration of a pulse of any energy"),
}
"""What describes a device: unit, least, most, meaning. Only the wavelength has no default."""


@dataclass(frozen=True, kw_only=True)
class Device:
    """A laser.

    Parameters
    ----------
    name : of the group of parameters.
    wavelength_nm : wavelength [nm].
    beam_quality : M2.
    top_hat : whether the beam has even intensity over its spot.
    spot_diameter_um : usual diameter on the skin [um], or None.
    pulse_power_w, pulse_duration_ms : usual power [W] or duration [ms] of a pulse, or None.
    """

    name: str
    wavelength_nm: float
    beam_quality: float = 1.0
    top_hat: bool = False
    spot_diameter_um: float | None = None
    pulse_power_w: float | None = None
    pulse_duration_ms: float | None = None

    @classmethod
    def of(cls, name: str, parameters: Parameters) -> Device:
        """Device of a name among the parameters.

        Raises
        ------
        InputError : unknown device, or a wavelength without data.
        """
        values = parameters.group(name)
        if "wavelength_nm" not in values:
            known = device_names(parameters)
            raise InputError("unknown device", key="device", value=name, allowed=choices(known))
        if values["wavelength_nm"] not in wavelengths_nm(parameters):
            known = [f"{wavelength:.0f}" for wavelength in wavelengths_nm(parameters)]
            key = f"{name}.wavelength_nm"
            raise InputError("wavelength without data", key=key, value=values["wavelength_nm"], allowed=choices(known))
        return cls(name=name, top_hat=values.pop("top_hat", 0.0) > 0.5, **values)

    def spot_um(self, given: float | None) -> float:
        """Diameter of the spot [um]: the one given, or the usual one."""
        return self._usual("spot_diameter_um", given, self.spot_diameter_um)

    def duration_ms(self, given: float | None, energy_mj: float) -> float:
        """Duration of a pulse [ms]: the one given, or the usual one for its energy [mJ]."""
        if given is None and self.pulse_power_w is not None:
            return energy_mj / self.pulse_power_w
        return self._usual("pulse_duration_ms", given, self.pulse_duration_ms)

    def _usual(self, key: str, given: float | None, usual: float | None) -> float:
        if given is not None:
            return given
        if usual is None:
            raise InputError(f"{self.name} has no usual value, so one must be given", key=key, allowed="a value")
        return usual


def find_device(text: str, parameters: Parameters) -> str:
    """Name of the device that is called ``text``, or begins so; of several, the one whose name all others extend.

    Raises
    ------
    InputError : none begins so, or several that differ.
    """
    known = device_names(parameters)
    found = sorted((name for name in known if text and name.startswith(text.lower())), key=len)
    if found and all(name.startswith(found[0]) for name in found):
        return found[0]
    problem = "several devices begin so" if found else "unknown device"
    raise InputError(problem, key="device", value=text, allowed=choices(found or known))


def device_names(parameters: Parameters) -> list[str]:
    """Names of all devices among the parameters."""
    return [key.rpartition(".")[0] for key in parameters if key.endswith(".wavelength_nm")]


def wavelengths_nm(parameters: Parameters) -> list[float]:
    """Wavelengths with light data [nm]."""
    names = {key.split(".")[0] for key in parameters if key.startswith("light_")}
    return sorted(float(name.removeprefix("light_")) for name in names)


def with_device(parameters: Parameters, name: str, values: Mapping[str, float | None], *, origin: str) -> Parameters:
    """Add a device that a user describes by some of `FIELDS`; those that are None are left out.

    Raises
    ------
    InputError : the name is taken, a value is out of range, or the wavelength has no data.
    """
    if parameters.group(name):
        raise InputError("a name that is taken", file=origin, key=f"devices.{name}", value=name, allowed="another name")
    entries = dict(parameters.entries)
    for field, value in values.items():
        if value is None:
            continue
        unit, low, high, meaning = FIELDS[field]
        entries[f"{name}.{field}"] = Parameter(
            value=value, unit=unit, low=low, high=high, source="the user", evidence="assumed", meaning=meaning,
            origin=origin,
        )  # fmt: skip
        if not low <= value <= high:
            allowed = f"{low:g} to {high:g} {unit}"
            raise InputError("out of range", file=origin, key=f"devices.{name}.{field}", value=value, allowed=allowed)
    out = Parameters(entries)
    try:
        Device.of(name, out)
    except InputError as error:
        key = f"devices.{error.key}"
        raise InputError(error.problem, file=origin, key=key, value=error.value, allowed=error.allowed) from None
    return out
