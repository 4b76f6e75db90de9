"""One laser session in the clinic's units."""

from __future__ import annotations

import math
from dataclasses import dataclass
from numbers import Real

from mendsim.common.errors import InputError, choices

PATTERNS = ("square", "hexagonal", "random")
"""How zones are laid out."""
SCAN_ORDERS = ("rows", "interleaved", "random")
"""In which order the zones of a pass are fired."""


@dataclass(frozen=True, kw_only=True)
class LaserSession:
    """What the operator sets.

    Parameters
    ----------
    device : name of a preset in ``devices.toml``, or of a device that was added to the parameters.
    pulse_energy_mj : energy of one pulse [mJ].
    pulse_duration_ms : duration of one pulse [ms].
    spot_diameter_um : diameter of the beam at 1/e2 of its peak on the skin [um].
    pattern : one of `PATTERNS`.
    density_per_cm2 : zones per cm2 of skin in one pass.
    passes : how often the area is covered; later passes are not aligned with the first.
    stacked_pulses : pulses on each zone.
    pulse_interval_ms : time from the start of one stacked pulse to the start of the next [ms].
    scan_order : one of `SCAN_ORDERS`: row by row and back again, each zone far from the last, or at random.
    spot_interval_ms : time from one zone to the next [ms].
    pass_interval_s : time from the end of one pass to the start of the next [s].
    footprint_mm : side of the square that is covered in one pass [mm]; decides how much later the next row comes.
    cooling_c : temperature of a plate, spray or stream of air that cools the skin during the session [degC]; none if
        not given.
    cooling_w_per_m2_k : heat transfer to it [W/m2/K]: cold air some 100, a sapphire plate or spray some 1000.
    cooling_before_s : how long it cools before the first zone [s].
    jitter_um : standard deviation of the place of a zone along x and along y [um].
    """

    device: str
    pulse_energy_mj: float
    pulse_duration_ms: float
    spot_diameter_um: float
    pattern: str
    density_per_cm2: float
    passes: int = 1
    stacked_pulses: int = 1
    pulse_interval_ms: float = 20.0
    scan_order: str = "rows"
    spot_interval_ms: float = 5.0
    pass_interval_s: float = 10.0
    footprint_mm: float = 10.0
    cooling_c: float | None = None
    cooling_w_per_m2_k: float = 1000.0
    cooling_before_s: float = 0.0
    jitter_um: float = 0.0

    def __post_init__(self) -> None:
        if self.pattern not in PATTERNS:
            raise InputError("unknown pattern", key="pattern", value=self.pattern, allowed=choices(PATTERNS))
        if self.scan_order not in SCAN_ORDERS:
            raise InputError("unknown order", key="scan_order", value=self.scan_order, allowed=choices(SCAN_ORDERS))
        for name, limit in _LIMITS.items():
            value = getattr(self, name)
            low, high, unit = limit
            if value is None and name == "cooling_c":
                continue
            if isinstance(value, bool) or not isinstance(value, Real) or not low <= float(value) <= high:
                raise InputError("out of range", key=name, value=value, allowed=f"{low:g} to {high:g} {unit}".strip())
            object.__setattr__(self, name, float(value))  # numbers of numpy too, which JSON would not take
        for name in ("passes", "stacked_pulses"):
            if int(getattr(self, name)) != getattr(self, name):
                raise InputError("not a whole number", key=name, value=getattr(self, name), allowed="1, 2, 3, ...")
            object.__setattr__(self, name, int(getattr(self, name)))
        if self.stacked_pulses > 1 and self.pulse_interval_ms < self.pulse_duration_ms:
            raise InputError(
                "stacked pulses overlap in time",
                key="pulse_interval_ms",
                value=self.pulse_interval_ms,
                allowed=f"at least the pulse duration, {self.pulse_duration_ms:g} ms",
            )
        if self.spot_diameter_um > self.pitch_um:
            raise InputError(
                f"the spot is wider than the pitch of {self.pitch_um:.0f} um that density_per_cm2 gives",
                key="spot_diameter_um",
                value=self.spot_diameter_um,
                allowed=f"at most {self.pitch_um:.0f} um, or a lower density",
            )

    @property
    def pitch_um(self) -> float:
        """Distance between neighbours in one pass [um]; the mean spacing if they are placed at random."""
        area_um2 = 1e8 / self.density_per_cm2
        return math.sqrt(area_um2 * 2 / math.sqrt(3)) if self.pattern == "hexagonal" else math.sqrt(area_um2)

    @property
    def zone_s(self) -> float:
        """Time from the start of the first to the end of the last pulse on a zone [s]."""
        return 1e-3 * (self.pulse_duration_ms + (self.stacked_pulses - 1) * self.pulse_interval_ms)

    @property
    def row_um(self) -> float:
        """Distance between rows of one pass [um]."""
        return self.pitch_um * math.sqrt(3) / 2 if self.pattern == "hexagonal" else self.pitch_um


_LIMITS = {
    "pulse_energy_mj": (1e-3, 1e4, "mJ"),
    "pulse_duration_ms": (1e-4, 1e3, "ms"),
    "spot_diameter_um": (10.0, 3000.0, "um"),
    "density_per_cm2": (0.1, 1e5, "per cm2"),
    "passes": (1, 20, ""),
    "stacked_pulses": (1, 100, ""),
    "pulse_interval_ms": (1e-3, 1e5, "ms"),
    "spot_interval_ms": (0.1, 1e4, "ms"),
    "pass_interval_s": (0.0, 3600.0, "s"),
    "footprint_mm": (0.5, 50.0, "mm"),
    "cooling_c": (-200.0, 40.0, "degC"),
    "cooling_w_per_m2_k": (1.0, 1e5, "W/m2/K"),
    "cooling_before_s": (0.0, 600.0, "s"),
    "jitter_um": (0.0, 1000.0, "um"),
}
