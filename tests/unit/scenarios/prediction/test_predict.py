"""The prediction follows what a run has to do; how near it comes is for benchmarks/prediction.py to say."""

from __future__ import annotations

from pathlib import Path

import pytest

from mendsim import scenarios
from mendsim.scenarios.prediction import Prediction, predict
from mendsim.scenarios.prediction.plan import MOST_LOOKED_AT, predict_design, predict_runs
from mendsim.scenarios.sweeping import Design, load_design
from mendsim.scenarios.sweeping.folder import SweepFolder, write_row


def of(name: str = "ladd", **values: object) -> Prediction:
    return predict(scenarios.load(name).with_values({key.replace("__", "."): value for key, value in values.items()}))


@pytest.mark.parametrize(
    ("more", "memory"),
    [
        ({"lattice.width": "3 mm"}, True),
        ({"lattice.depth": "2 mm"}, True),
        ({"lattice.length": "0.5 mm"}, True),
        ({"save.snapshots": [f"{day} d" for day in range(30)]}, True),
        ({"follow_up": "180 d"}, False),
        ({"step": "0.25 h"}, False),
        ({"save.series_every": "0.5 h"}, False),
    ],
)
def test_more_to_do_takes_longer_and_more_to_hold_needs_more_memory(more: dict[str, object], memory: bool) -> None:
    usual, larger = of(), predict(scenarios.load("ladd").with_values(more))
    assert larger.time_s > usual.time_s
    assert (larger.memory_bytes > usual.memory_bytes) is memory


def test_what_costs_nothing_is_no_part() -> None:
    parts = of("ladd_untreated").parts
    assert "drug" not in parts
    assert "injuries" not in parts
    assert {"drug", "injuries"} <= of("ladd").parts.keys()


def test_sham_sessions_and_particles_cost_no_zone_and_no_transport() -> None:
    assert "injuries" not in of("acne_scar_sham").parts
    assert "drug" not in of("ladd_poly_l_lactic_acid").parts


def test_skin_after_an_injury_takes_longer_than_at_rest_and_less_the_longer_ago_it_is() -> None:
    hurt, rest = of("ladd_laser_alone", follow_up="180 d"), of("ladd_untreated", follow_up="180 d")
    early, untouched = of("ladd_laser_alone"), of("ladd_untreated")
    added, added_early = (a.parts["steps"] - b.parts["steps"] for a, b in ((hurt, rest), (early, untouched)))
    assert added_early < added < 2.0 * added_early


def test_a_known_zone_is_not_solved_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MENDSIM_CACHE", str(tmp_path))
    small = scenarios.load("ladd_laser_alone").with_values({"events.0.pulse_energy": "2 mJ"})
    assert predict(small).parts["new zones"] > 0.0
    scenarios.treat(small)
    assert "new zones" not in predict(small).parts


def test_threads_share_a_part_of_the_steps() -> None:
    scenario = scenarios.load("ladd")
    one, two, many = (predict(scenario, threads) for threads in (1, 2, 64))
    assert 0.5 * one.time_s < many.time_s < two.time_s < one.time_s
    assert two.parts["start"] == one.parts["start"]


def test_a_slower_machine_takes_longer_and_needs_the_same_memory() -> None:
    scenario = scenarios.load("ladd")
    here, there = predict(scenario), predict(scenario, slowness=2.0)
    assert there.time_s == pytest.approx(2.0 * here.time_s)
    assert there.memory_bytes == here.memory_bytes


@pytest.fixture
def design(tmp_path: Path) -> Design:
    file = tmp_path / "days.toml"
    file.write_text(
        'scenario = "ladd"\nkind = "grid"\nreplicates = 3\n[factors.step]\nvalues = ["0.25 h", "0.5 h", "1 h"]\n'
    )
    return load_design(file)


def test_a_sweep_takes_the_sum_of_its_runs_over_its_workers(design: Design) -> None:
    one, two = (predict_design(design, workers) for workers in (1, 2))
    assert one is not None
    assert two is not None
    assert one.runs == two.runs == 9
    assert two.memory_bytes == 2 * one.memory_bytes
    assert one.store_bytes == 0.0
    assert one.time_s > 3 * predict(design.job(0, 0).scenario()).parts["steps"]


def test_workers_beyond_the_cores_or_the_runs_save_no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mendsim.scenarios.prediction.plan.cores", lambda: 2)
    runs = [scenarios.load("ladd")] * 4
    two, four, many = (predict_runs(runs, workers) for workers in (2, 4, 400))
    assert two.time_s < four.time_s
    assert many == four
    assert four.workers == 4


def test_runs_that_are_done_are_not_counted(design: Design, tmp_path: Path) -> None:
    folder = SweepFolder(tmp_path / "sweep", design)
    for number, job in enumerate(design.jobs()):
        if number == 6:
            found = predict_design(design, 1, folder=folder)
            assert found is not None
            assert found.runs == 3
        write_row(folder.row_path(folder.key(job)), {"status": "done", "outcomes": {}})
    assert predict_design(design, 1, folder=folder) is None


def test_of_many_runs_some_are_looked_at(tmp_path: Path) -> None:
    file = tmp_path / "many.toml"
    file.write_text('scenario = "ladd"\nkind = "grid"\nreplicates = 10000\n[factors.step]\nvalues = ["0.5 h", "1 h"]\n')
    found = predict_design(load_design(file), 2)
    assert found is not None
    assert (found.runs, found.looked_at) == (20_000, MOST_LOOKED_AT)
