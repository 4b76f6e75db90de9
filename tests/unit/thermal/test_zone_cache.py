from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields

import numpy as np
import pytest

from mendsim.thermal import LaserSession, load_parameters, zone_cache
from mendsim.thermal.damage import choose_sets
from mendsim.thermal.layers import FACE
from mendsim.thermal.zone_library import _solve, zone_of

PARAMETERS = load_parameters()


def session(energy_mj=1.0):
    return LaserSession(
        device="co2_10600", pulse_energy_mj=energy_mj, pulse_duration_ms=0.1, spot_diameter_um=120.0, pattern="square",
        density_per_cm2=100.0,
    )  # fmt: skip


def solve(energy_mj=1.0, parameters=PARAMETERS, **options):
    _solve.cache_clear()
    return zone_of(session(energy_mj), FACE, parameters, choose_sets(parameters), zone_spacing_um=10.0, **options)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv(zone_cache.FOLDER_VARIABLE, str(tmp_path / "cache"))
    return tmp_path / "cache"


def same(one, other):
    for each in fields(one):
        mine, yours = getattr(one, each.name), getattr(other, each.name)
        if isinstance(mine, np.ndarray):
            np.testing.assert_array_equal(mine, yours)
            assert mine.dtype == yours.dtype
    np.testing.assert_array_equal(one.grid.r_edges, other.grid.r_edges)
    assert one.ledger == other.ledger
    assert one.steps == other.steps


def test_a_recalled_zone_is_the_solved_one_to_the_last_bit(folder, monkeypatch):
    solved = solve()
    assert len(list(folder.iterdir())) == 1
    monkeypatch.setattr("mendsim.thermal.zone_library.solve_zone", lambda **_: pytest.fail("solved again"))
    same(solve(), solved)


@pytest.mark.parametrize(
    "change",
    [
        {"energy_mj": 1.1},
        {"cooling": 0.5},
        {"background_k": 5.0},
        {"laws": ("burn_diller",)},
        {"parameters": PARAMETERS.with_overrides({"skin.temperature_c": 33.0}, origin="test")},
    ],
    ids=lambda change: next(iter(change)),
)
def test_whatever_decides_a_zone_makes_another(folder, change):
    solve()
    solve(**change)
    assert len(list(folder.iterdir())) == 2


def test_other_code_makes_another(folder, monkeypatch):
    solve()
    monkeypatch.setattr(zone_cache, "_code", lambda: "changed")
    solve()
    assert len(list(folder.iterdir())) == 2


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04 cut off"])
def test_a_broken_file_is_solved_again_and_mended(folder, content):
    solved = solve()
    (path,) = folder.iterdir()
    path.write_bytes(content)
    same(solve(), solved)
    assert path.stat().st_size > 1000


def test_a_damaged_file_is_solved_again(folder):
    solved = solve()
    (path,) = folder.iterdir()
    content = bytearray(path.read_bytes())
    for start in range(100, len(content) - 60, len(content) // 7):
        content[start : start + 50] = bytes(50)
    path.write_bytes(content)
    assert zone_cache.recall(path.stem) is None
    same(solve(), solved)
    assert zone_cache.recall(path.stem) is not None


def test_nobody_can_change_a_zone_for_others(folder):
    zone = solve()
    with pytest.raises(ValueError, match="read-only"):
        zone.peak_c[:] = 0.0


def test_half_written_files_of_killed_processes_go(folder):
    folder.mkdir()
    for name, age_s in (("old.part", 1e5), ("new.part", 0.0)):
        (folder / name).touch()
        moment = time.time() - age_s
        os.utime(folder / name, (moment, moment))
    solve()
    assert [path.name for path in folder.glob("*.part")] == ["new.part"]


def test_a_folder_that_cannot_be_written_does_no_harm(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv(zone_cache.FOLDER_VARIABLE, str(tmp_path / "file" / "cache"))
    assert solve().removed.any()


def test_the_cache_can_be_off(monkeypatch):
    monkeypatch.setenv(zone_cache.FOLDER_VARIABLE, "off")
    assert zone_cache.folder() is None
    assert solve().removed.any()


def test_old_files_go(folder, monkeypatch):
    monkeypatch.setattr(zone_cache, "MOST_FILES", 2)
    for energy_mj in (1.0, 1.1, 1.2):
        solve(energy_mj)
    assert len(list(folder.iterdir())) == 2


def test_many_at_once_leave_whole_files(folder):
    """Threads here stand for processes: each writes a file of its own and renames it."""
    zone = solve()
    key = "0" * 64
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: zone_cache.keep(key, zone), range(16)))
    same(zone_cache.recall(key), zone)
    assert not list(folder.glob("*.part"))


def test_another_process_finds_it(folder):
    solve()
    code = (
        "import mendsim.thermal.zone_library as library\n"
        "library.solve_zone = None\n"
        "import mendsim.thermal as thermal\n"
        "print(thermal.fire_zone('co2', energy_mj=1.0, spot_um=120.0, pulse_ms=0.1, spacing_um=10.0).steps)"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own code
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 0
