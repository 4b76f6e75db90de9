from __future__ import annotations

import csv
from pathlib import Path

import mendsim.thermal.scoreboard as scoreboard
from mendsim.thermal import load_parameters
from mendsim.thermal.device import device_names


def test_targets_name_known_devices_and_measured_sizes():
    path = Path(scoreboard.__file__).parent / "target_settings.csv"
    with path.open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert {row["device"] for row in rows} <= set(device_names(load_parameters()))
    first = next(row for row in rows if row["id"] == "T18")
    score = scoreboard._score(first, 20e-6)
    assert score.target == 200
    assert score.model > 50
    assert score.error == score.model / 200 - 1
