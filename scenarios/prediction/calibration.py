"""How fast this machine is, from a small piece of skin that is stepped for a moment."""

from __future__ import annotations

import contextlib
import json
import math
import os
import platform
import statistics
import time
import uuid
from pathlib import Path

from mendsim.scenarios.prediction.sample import costs
from mendsim.scenarios.provenance import code_digest
from mendsim.thermal import zone_cache

_STEPS, _FASTEST, _WIDTH_UM, _DEPTH_UM, _SPACING_UM, _AIR_UM = 100, 20, 1000.0, 1000.0, 10.0, 100.0
_FRESH_S = 86_400.0
"""Age up to which a measurement counts [s]."""
_NAME = "speed.json"


def slowness_of_machine() -> float:
    """Time that this machine takes over that of the one on which the costs were measured, measured once a day."""
    file = _file()
    if file is not None and (known := _read(file)) is not None:
        return known / costs()["machine.step_s"]
    measured = measure_step_s()
    if file is not None:
        _keep(file, measured)
    return measured / costs()["machine.step_s"]


def measure_step_s() -> float:
    """Time of a step of intact skin, a section of 1 mm x 1 mm, on one thread [s]: one of 20 is faster.

    That is time of the processor in a step that hardly anything else has slowed: what runs now need not run later.
    """
    from mendsim.abm.model import HealingModel
    from mendsim.common.lattice import Lattice

    lattice = Lattice.from_size(width_um=_WIDTH_UM, depth_um=_DEPTH_UM, spacing_um=_SPACING_UM, air_um=_AIR_UM)
    model = HealingModel(lattice=lattice, seed=1)
    times = []
    for _ in range(_STEPS):
        began = time.process_time()
        model.step()
        times.append(time.process_time() - began)
    model.close()
    return statistics.quantiles(times, n=_FASTEST)[0]


def _file() -> Path | None:
    """File of this machine, beside the solved zones; other machines may share the folder."""
    zones = zone_cache.folder()
    if zones is None:
        return None
    place = zones if zone_cache.FOLDER_VARIABLE in os.environ else zones.parent
    return place / f"{platform.node() or 'machine'}-{_NAME}"


def _read(file: Path) -> float | None:
    """Read what was measured, None if it is old, of another program, or damaged."""
    try:
        kept = json.loads(file.read_bytes())
        step_s, age_s = float(kept["step_s"]), time.time() - float(kept["time_s"])
        good = kept["code"] == code_digest() and 0.0 <= age_s < _FRESH_S
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    return step_s if good and math.isfinite(step_s) and step_s > 0.0 else None


def _keep(file: Path, step_s: float) -> None:
    """Write a measurement, whole or not at all; a folder that cannot be written is no reason to fail."""
    part = file.with_name(f".{file.name}.{uuid.uuid4().hex}")
    with contextlib.suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        try:
            part.write_text(json.dumps({"step_s": step_s, "time_s": time.time(), "code": code_digest()}))
            part.replace(file)
        finally:
            part.unlink(missing_ok=True)
