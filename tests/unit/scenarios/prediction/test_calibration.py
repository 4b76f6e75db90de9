from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from mendsim.scenarios.prediction import calibration
from mendsim.scenarios.prediction.sample import costs


@pytest.fixture
def measurements(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Count measurements, each of which finds a machine that is twice as slow."""
    monkeypatch.setenv("MENDSIM_CACHE", str(tmp_path / "cache"))
    done: list[float] = []

    def measure() -> float:
        done.append(2.0 * costs()["machine.step_s"])
        return done[-1]

    monkeypatch.setattr(calibration, "measure_step_s", measure)
    return done


def test_the_machine_is_measured_once_a_day(measurements: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    assert [calibration.slowness_of_machine() for _ in range(3)] == [2.0, 2.0, 2.0]
    assert len(measurements) == 1
    now = time.time()
    monkeypatch.setattr(calibration.time, "time", lambda: now + 2 * 86400.0)
    calibration.slowness_of_machine()
    assert len(measurements) == 2


def test_nothing_is_kept_when_caches_are_off(measurements: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MENDSIM_CACHE", "off")
    assert [calibration.slowness_of_machine() for _ in range(2)] == [2.0, 2.0]
    assert len(measurements) == 2


@pytest.mark.parametrize("damage", ["", "{}", "[1]", '{"step_s": "x", "time_s": 1, "code": ""}', "[" * 100_000])
def test_a_damaged_file_is_measured_anew(measurements: list[float], tmp_path: Path, damage: str) -> None:
    calibration.slowness_of_machine()
    (file,) = (tmp_path / "cache").glob("*.json")
    file.write_text(damage)
    assert calibration.slowness_of_machine() == 2.0
    assert len(measurements) == 2


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_no_reason_to_fail(measurements: list[float], tmp_path: Path) -> None:
    (tmp_path / "cache").mkdir(mode=0o500)
    assert calibration.slowness_of_machine() == 2.0


def test_a_measurement_is_a_time() -> None:
    assert 0.0 < calibration.measure_step_s() < 10.0
