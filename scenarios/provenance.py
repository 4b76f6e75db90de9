"""What produced a run, and a hash that says whether two runs have the same content."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from mendsim import abm, common, thermal

if TYPE_CHECKING:
    import xarray as xr

    from mendsim.common.parameters import Parameters
    from mendsim.scenarios.schema import Scenario

_LIBRARIES = ("mesa", "numba", "numpy", "scipy", "xarray", "zarr")
_HASHED = ("scenario", "parameters", "seed", "past")


@cache
def code_digest() -> str:
    """Digest of every source and data file from here down; scenario files count by their content alone."""
    versions = "".join(version(name) for name in ("numpy", "numba", "llvmlite", "scipy"))
    files = [path for package in (common, thermal, abm) for path in _sources(Path(str(package.__file__)).parent)]
    return _digest(versions, [*files, *Path(__file__).parent.glob("*.py")])


def package_digest(folder: Path) -> str:
    """Digest of every source and data file of a package."""
    return _digest("", _sources(folder))


def _sources(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.suffix in (".py", ".toml", ".csv")]


def _digest(text: str, files: Iterable[Path]) -> str:
    digest = hashlib.sha256(text.encode())
    for path in sorted(files):
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def attributes(
    scenario: Scenario,
    parameters: Mapping[str, Parameters],
    *,
    seed: int,
    threads: int,
    wall_time_s: float,
    past: Sequence[tuple[int, float]] = (),
) -> dict[str, Any]:
    """Root attributes of a run store.

    Parameters
    ----------
    scenario : the complete scenario.
    parameters : every parameter of each stage, overrides applied.
    seed : of every random draw.
    threads : that the run used; has no influence on its content.
    wall_time_s : that the run took [s].
    past : seed and hour of each saved state that the run continued, oldest first.
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
        "past": json.dumps(past),
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
