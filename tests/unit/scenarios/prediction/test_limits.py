from __future__ import annotations

import re
from pathlib import Path

import pytest

from mendsim import scenarios
from mendsim.common.errors import InputError
from mendsim.scenarios.prediction import limits, machine
from mendsim.scenarios.prediction.run import memory_bytes


@pytest.fixture
def small_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with 1 GB left, on which this process holds nothing."""
    monkeypatch.setattr(limits, "available_bytes", lambda: 10**9)
    monkeypatch.setattr(limits.psutil.Process, "memory_info", lambda _: type("Held", (), {"rss": 0}))


@pytest.mark.usefixtures("small_machine")
def test_a_run_that_cannot_fit_is_refused_with_numbers_before_anything_is_made(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    huge = scenarios.load("ladd").with_values({"lattice.width": "20 mm", "lattice.length": "20 mm"})
    monkeypatch.setattr("mendsim.scenarios.runner.HealingModel", lambda **_: pytest.fail("it was built"))
    monkeypatch.setattr("mendsim.scenarios.treating.deliver_session", lambda *_, **__: pytest.fail("it was fired at"))
    for refused in (lambda: scenarios.run(huge), lambda: scenarios.treat(huge)):
        with pytest.raises(InputError, match=r"640,000,000 sites and 8 snapshots need about .* GB of memory") as error:
            refused()
        assert re.search(r"allowed: 1 GB, which this machine has available", str(error.value))


@pytest.mark.usefixtures("small_machine")
def test_what_fits_is_not_refused() -> None:
    limits.check_memory(scenarios.load("ladd"))
    limits.check_workers(scenarios.load("ladd"), 2)


@pytest.mark.usefixtures("small_machine")
def test_too_many_workers_are_refused_with_the_number_that_fits() -> None:
    scenario = scenarios.load("ladd")
    fitting = int(10**9 // memory_bytes(scenario))
    with pytest.raises(InputError, match=rf"5 runs at a time need about .* GB .* --workers {fitting}$"):
        limits.check_workers(scenario, 5)


def test_what_takes_long_is_refused_with_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "slowness_of_machine", lambda: 2.0)
    limits.check_time("x", 3.9 * 3600.0)
    with pytest.raises(InputError, match=r"^x: this takes about 10 h; allowed: 8 h, or --yes"):
        limits.check_time("x", 5.0 * 3600.0)


def test_the_speed_of_the_machine_is_not_measured_for_what_is_short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "slowness_of_machine", lambda: pytest.fail("it was measured"))
    limits.check_time("x", 600.0)


@pytest.mark.parametrize(
    ("time_s", "text"), [(0.25, "0.25 s"), (100.0, "100 s"), (1500.0, "25 min"), (36000.0, "10 h"), (1e7, "116 days")]
)
def test_times_have_a_unit_that_fits(time_s: float, text: str) -> None:
    assert limits.time_text(time_s) == text


def _groups(root: Path, line: str, files: dict[str, str]) -> list[int]:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    (root / "groups").write_text(line + "\n")
    return machine._left_in_groups(root, root / "groups")


def test_a_container_of_version_2_leaves_its_limit_less_what_is_in_use_but_for_old_files(tmp_path: Path) -> None:
    group = {
        "memory.max": "1000\n",
        "memory.current": "700\n",
        "memory.stat": "anon 500\ninactive_file 150\n",
    }
    assert _groups(tmp_path, "0::/", group) == [450]


def test_the_limit_of_an_outer_group_counts_too(tmp_path: Path) -> None:
    outer = {"job/memory.max": "600", "job/memory.current": "500"}
    inner = {"job/step/memory.max": "max", "job/step/memory.current": "500"}
    assert _groups(tmp_path, "0::/job/step", outer | inner) == [100]


def test_a_container_of_version_1_is_known_too(tmp_path: Path) -> None:
    group = {"memory/memory.limit_in_bytes": "1000", "memory/memory.usage_in_bytes": "400"}
    assert _groups(tmp_path, "4:memory:/docker/abc", group) == [600]


def test_without_control_groups_there_is_no_limit(tmp_path: Path) -> None:
    assert machine._left_in_groups(tmp_path, tmp_path / "groups") == []


def test_the_smaller_of_machine_and_container_is_what_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    assert machine.available_bytes() > 0
    monkeypatch.setattr(machine, "_left_in_groups", lambda *_: [12345])
    assert machine.available_bytes() == 12345
