"""What a random draw is for: the last argument of every draw in :mod:`mendsim.common.philox`.

Each decision has a code of its own, so that no two decisions of one agent in one step share a number.  Codes are
part of a run's result: never renumber or reuse one, only append.  Plain integers, because numba kernels take them
as compile-time constants.
"""

from __future__ import annotations

DIVISION = 1
MIGRATION_ORDER = 3
MIGRATION_DIRECTION = 4
THERMAL_NECROSIS = 5
DESQUAMATION = 7
WEAR = 8
PLACEMENT = 9
RECRUITMENT = 10
APOPTOSIS = 11
SPROUTING = 13
FOLLICLE = 14
PATTERN = 15
ANATOMY = 16
CONTACT_GUIDANCE = 17
READINESS = 18
PHOTON_LAUNCH = 19
PHOTON_SCATTER = 20
PHOTON_INTERFACE = 21
SCAN = 22
JITTER = 23
LEVELLING = 24
SHRINKAGE = 25
SLUMP = 26
TUMBLE = 27
SPREADING = 28
MELANOCYTE_DIVISION = 33
MELANOCYTE_PLACE = 34
ENGULFMENT = 35
BRANCHING = 36
HAIR_CYCLE = 37
KENOGEN = 38
T_CELL_KIND = 39


def all_purposes() -> dict[str, int]:
    """Return every purpose by name."""
    return {name: code for name, code in globals().items() if name.isupper() and isinstance(code, int)}
