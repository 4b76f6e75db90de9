"""Points and runs of each kind of design."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from mendsim.scenarios.sweeping import Design, design_from_dict, design_schema, load_design

ENERGY, PASSES, SPEED = "events.0.pulse_energy", "events.0.passes", "parameters.abm.fibroblast.speed_um_per_h"


@pytest.fixture
def design(tmp_path: Path, write: Callable[..., Path]) -> Callable[[str], Design]:
    write()

    def load(text: str) -> Design:
        path = tmp_path / "design.toml"
        path.write_text(f'scenario = "small.toml"\n{text}', encoding="utf-8")
        return load_design(path)

    return load


def test_a_grid_is_every_combination(design):
    made = design(f"""
kind = "grid"
replicates = 2
first_seed = 5
[set]
follow_up = "3 d"
[factors]
"{ENERGY}" = {{values = ["5 mJ", "0.01 J"]}}
"{PASSES}" = {{values = [1, 2, 3]}}
""")
    expected = [{ENERGY: e, PASSES: p} for e, p in itertools.product(("5 mJ", "0.01 J"), (1, 2, 3))]
    assert list(made.points) == expected
    assert made.points[-1] == expected[-1]
    assert made.inputs(3) == {ENERGY: 10.0, PASSES: 1.0}
    assert made.units == {ENERGY: "mJ", PASSES: "1"}
    jobs = list(made.jobs())
    assert [(job.point, job.replicate, job.seed) for job in jobs] == [(p, r, 5 + r) for r in (0, 1) for p in range(6)]
    scenario = jobs[5].scenario()
    assert (scenario.events[0].pulse_energy_mj, scenario.events[0].passes, scenario.follow_up_h) == (10.0, 3, 72.0)


def test_a_list_is_its_points(design):
    made = design(f"""
kind = "list"
[[points]]
"{ENERGY}" = "7 mJ"
[[points]]
events.0.passes = 2
without = ["macrophages"]
""")
    assert list(made.points) == [{ENERGY: "7 mJ"}, {PASSES: 2, "without": ["macrophages"]}]
    assert made.inputs(0) == {ENERGY: 7.0, PASSES: 1.0, "without": "[]"}
    assert made.inputs(1) == {ENERGY: 5.0, PASSES: 2.0, "without": '["macrophages"]'}
    assert made.job(1, 0).scenario().without == ("macrophages",)


SAMPLED = f"""
design_seed = 3
[factors]
"{ENERGY}" = {{low = "1 mJ", high = "0.1 J", scale = "log"}}
"{PASSES}" = {{low = 1, high = 4}}
"{SPEED}" = {{low = 15, high = 25.0}}
"save.series_every" = {{low = "1 h", high = "6 h", step = "0.5 h"}}
"""


@pytest.mark.parametrize(
    ("head", "points"),
    [
        ('kind = "latin_hypercube"\nsize = 40', 40),
        ('kind = "sobol"\nsize = 8', 8 * 6),
        ('kind = "morris"\nsize = 9', 9 * 5),
    ],
)
def test_sampled_points_fill_their_ranges(design, head, points):
    made = design(head + SAMPLED)
    assert len(made.points) == points == len(made.numbers)
    energy, passes, speed, every = made.numbers.T
    assert energy.min() >= 1.0
    assert energy.max() <= 100.0
    assert np.mean(energy < 10.0) == pytest.approx(0.5, abs=0.15)  # a logarithmic scale has its middle at 10
    assert set(passes) == {1, 2, 3, 4}
    assert speed.min() < 18.0 < 22.0 < speed.max()
    assert set(every * 2) <= set(range(2, 13))
    point = made.points[0]
    assert isinstance(point[PASSES], int)
    assert isinstance(point[SPEED], float)
    assert point[ENERGY] == f"{energy[0]:.12g} mJ"
    assert made.job(0, 0).scenario().events[0].pulse_energy_mj == pytest.approx(made.inputs(0)[ENERGY])
    again = design(head + SAMPLED)
    assert list(again.points) == list(made.points)
    assert again.digest == made.digest
    other = design(head + SAMPLED.replace("design_seed = 3", "design_seed = 4"))
    assert list(other.points) != list(made.points)
    assert other.digest != made.digest


def test_a_latin_hypercube_has_one_point_in_every_slice(design):
    made = design('kind = "latin_hypercube"\nsize = 40' + SAMPLED)
    for axis in made.unit.T:
        assert sorted((axis * 40).astype(int)) == list(range(40))


def test_morris_changes_one_factor_at_a_time(design):
    made = design('kind = "morris"\nsize = 9\nlevels = 6' + SAMPLED)
    for trajectory in made.unit.reshape(9, 5, 4):
        changes = np.abs(np.diff(trajectory, axis=0)) > 1e-9
        assert (changes.sum(axis=1) == 1).all()
        assert (changes.sum(axis=0) == 1).all()
    assert np.allclose(made.unit * 5, np.rint(made.unit * 5))


def test_equal_shares_for_whole_numbers(design):
    made = design(f'kind = "latin_hypercube"\nsize = 300\n[factors]\n"{PASSES}" = {{low = 1, high = 3}}')
    values, counts = np.unique(made.numbers, return_counts=True)
    assert values.tolist() == [1, 2, 3]
    assert counts.tolist() == [100, 100, 100]


def test_a_number_with_a_unit_that_the_schema_does_not_know(design):
    made = design("""
kind = "sobol"
size = 2
[set]
"drugs.mine" = {like = "ascorbic_acid"}
[factors."drugs.mine.water_diffusivity"]
low = "100 um^2/s"
high = "200 um^2/s"
""")
    assert 100.0 <= made.inputs(0)["drugs.mine.water_diffusivity"] <= 200.0


def test_a_design_that_was_kept_is_the_same(design, tmp_path):
    made = design('kind = "sobol"\nsize = 4' + SAMPLED)
    kept = json.loads(json.dumps(made.to_dict()))
    for path in tmp_path.iterdir():
        path.unlink()
    again = design_from_dict(kept)
    assert again.digest == made.digest
    assert again.to_dict() == made.to_dict()
    assert list(again.points) == list(made.points)
    assert again.job(3, 0).scenario().to_dict() == made.job(3, 0).scenario().to_dict()


def test_the_digest_follows_the_scenario(design, write):
    text = 'kind = "morris"\nsize = 2' + SAMPLED
    before = design(text).digest
    write(('"600 /cm^2"', '"500 /cm^2"'))
    assert design(text).digest != before


def test_the_schema_of_a_design_file_names_kinds_and_limits():
    schema = design_schema()
    assert set(schema["discriminator"]["mapping"]) == {"grid", "latin_hypercube", "sobol", "morris", "list"}
    sobol = schema["$defs"]["SobolDesign"]
    assert sobol["properties"]["size"]["maximum"] == 1_000_000
    assert {"scenario", "kind", "size", "factors"} == set(sobol["required"])
    assert sobol["additionalProperties"] is False
    assert "set" in sobol["properties"]
