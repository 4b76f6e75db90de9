"""What produced a run, and a hash that says whether two runs have the same content."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import xarray as xr

    from mendsim.common.parameters import Parameters
    from mendsim.scenarios.schema import Scenario

_LIBRARIES = ("mesa", "numba", "numpy", "scipy", "xarray", "zarr")
_HASHED = ("scenario", "parameters", "seed")


def attributes(
    scenario: Scenario, parameters: Mapping[str, Parameters], *, seed: int, threads: int, wall_time_s: float
) -> dict[str, Any]:
    """Root attributes of a run store.

    Parameters
    ----------
    scenario : the complete scenario.
    parameters : every parameter of each stage, overrides applied.
    seed : of every random draw.
    threads : that the run used; has no influence on its content.
    wall_time_s : that the run took [s].
    """
    table = {f"{stage}.{key}": entry for stage, values in parameters.items() for key, entry in values.to_dict().items()}
    versions = {name: version(name) for name in _LIBRARIES}
    return {
        "Conventions": "CF-1.11",
        "title": scenario.title,
        "mendsim_version": version("mendsim"),
        "scenario_name": scenario.name,
        "scenario": json.dumps(scenario.to_dict(), sort_keys=True),
        "parameters": json.dumps(table, sort_keys=True),
        "seed": seed,
        "versions": json.dumps({"python": platform.python_version(), **versions}, sort_keys=True),
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "threads": threads,
        "wall_time_s": round(wall_time_s, 3),
    }


def content_hash(tree: xr.DataTree) -> str:
    """SHA-256 of every array, the scenario, the parameters and the seed.

    Neither the number of threads, nor the time it took, nor the versions of libraries count.
    """
    digest = hashlib.sha256()
    for key in _HASHED:
        digest.update(f"{key}={tree.attrs[key]}\n".encode())
    for node in sorted(tree.subtree, key=lambda node: node.path):
        variables = node.to_dataset(inherit=False).variables
        for name in sorted(variables, key=str):
            values = np.ascontiguousarray(variables[name].to_numpy())
            values = values.astype(values.dtype.newbyteorder("<"), copy=False)
            digest.update(f"{node.path}/{name} {values.dtype.str} {variables[name].dims} {values.shape}\n".encode())
            digest.update(values.tobytes())
    return digest.hexdigest()
