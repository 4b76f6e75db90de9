from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

SMALL = """
title = "A small wound"
follow_up = "2 d"

[patient]
site = "forearm"
phototype = 2
initial_state = "healthy"

[lattice]
width = "0.4 mm"
depth = "0.6 mm"

[[events]]
kind = "laser"
at = "1 h"
device = "co2_10600"
pulse_energy = "20 mJ"
pulse_duration = "1 ms"
spot_diameter = "120 um"
pattern = "square"
density = "600 /cm^2"

[save]
series_every = "6 h"
snapshots = ["0 h", "1 h", "2 d"]
"""


@pytest.fixture(scope="session")
def small_text() -> str:
    """Text of a scenario file that runs in a second."""
    return SMALL


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write the small scenario, with pieces of its text replaced, and return its path."""

    def writer(*replaced: tuple[str, str], name: str = "small.toml", text: str = SMALL) -> Path:
        for old, new in replaced:
            assert old in text
            text = text.replace(old, new)
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return writer
