"""Mesa's two random generators as arrays, so that they can be stored without pickle."""

from __future__ import annotations

import json
from typing import Any

import mesa
import numpy as np
from numpy.typing import NDArray


def read_random_state(model: mesa.Model) -> dict[str, NDArray[np.uint8]]:
    """Return the states of ``model.random`` and ``model.rng`` as JSON in arrays of bytes."""
    return {"random": _to_bytes(model.random.getstate()), "rng": _to_bytes(model.rng.bit_generator.state)}


def write_random_state(model: mesa.Model, state: dict[str, NDArray[Any]]) -> None:
    """Set both generators to the states :func:`read_random_state` returned."""
    version, words, gauss = _from_bytes(state["random"])
    model.random.setstate((version, tuple(words), gauss))
    model.rng.bit_generator.state = _from_bytes(state["rng"])


def _to_bytes(value: Any) -> NDArray[np.uint8]:
    return np.frombuffer(json.dumps(value).encode(), np.uint8)


def _from_bytes(array: NDArray[Any]) -> Any:
    return json.loads(array.tobytes())
