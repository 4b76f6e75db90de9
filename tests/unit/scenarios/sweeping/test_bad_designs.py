"""What is wrong with a design file is told in lines that name file, key, value and what is allowed."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from mendsim.common.errors import InputError
from mendsim.scenarios.sweeping import design_from_dict, load_design

GOOD = """
scenario = "small.toml"
kind = "morris"
size = 3
replicates = 2

[set]
follow_up = "3 d"

[factors."events.0.pulse_energy"]
low = "5 mJ"
high = "20 mJ"

[factors."events.0.passes"]
low = 1
high = 3
"""

GRID = """
scenario = "small.toml"
kind = "grid"
[factors."events.0.pulse_energy"]
values = ["5 mJ", "6 mJ"]
"""

LIST = """
scenario = "small.toml"
kind = "list"
[[points]]
"events.0.pulse_energy" = "5 mJ"
[[points]]
"events.0.pulse_energy" = "6 mJ"
"""

ENERGY = "factors.events.0.pulse_energy"
CASES = {
    "no kind": (GOOD, 'kind = "morris"', "", "kind: missing key; allowed: grid, latin_hypercube, sobol, morris, list"),
    "unknown kind": (GOOD, '"morris"', '"moris"', "kind: unknown choice (got 'moris'); allowed: morris?"),
    "kind that is no text": (GOOD, '"morris"', "[1]", "kind: unknown choice (got [1]); allowed: grid,"),
    "no scenario": (GOOD, 'scenario = "small.toml"', "", "scenario: missing key; allowed: a name from mendsim list,"),
    "unknown scenario": (
        GOOD,
        "small.toml",
        "acne_skar",
        "scenario: unknown scenario (got 'acne_skar'); allowed: acne_scar",
    ),
    "scenario elsewhere": (GOOD, "small.toml", "../small.toml", "scenario: outside the folder of this file"),
    "scenario at the root": (GOOD, "small.toml", "/etc/x.toml", "scenario: outside the folder of this file"),
    "misspelt key": (GOOD, "size", "sise", "sise: unknown key; allowed: size?"),
    "no size": (GOOD, "size = 3", "", "size: missing key; allowed: trajectories"),
    "size that is no number": (GOOD, "size = 3", 'size = "3"', "size: wrong type (got '3'); allowed: a whole number"),
    "size of nothing": (GOOD, "size = 3", "size = 1", "size: out of range (got 1); allowed: 2 or more"),
    "true is no number": (GOOD, "size = 3", "size = true", "size: wrong type (got True); allowed: a whole number"),
    "odd levels": (GOOD, "size = 3", "size = 3\nlevels = 5", "levels: not an even number (got 5); allowed: 4 or 6"),
    "not a power of two": (GOOD, '"morris"', '"sobol"', "size: not a power of two (got 3); allowed: 2 or 4"),
    "negative seed": (
        GOOD,
        "size = 3",
        "size = 3\nfirst_seed = -1",
        "first_seed: out of range (got -1); allowed: 0 or",
    ),
    "levels without morris": (
        GOOD,
        '"morris"\nsize = 3',
        '"latin_hypercube"\nsize = 3\nlevels = 4',
        "levels: unknown key; allowed:",
    ),
    "too many runs": (
        GOOD,
        "size = 3\nreplicates = 2",
        "size = 10000\nreplicates = 50",
        "30000 points x 50 replicates are 1500000 runs; allowed: up to 1000000",
    ),
    "no factors": (GRID, '[factors."events.0.pulse_energy"]\nvalues = ["5 mJ", "6 mJ"]', "[factors]", "factors: empty"),
    "no values": (GRID, '["5 mJ", "6 mJ"]', "[]", f"{ENERGY}.values: empty list (got []); allowed: at least one"),
    "misspelt low": (GOOD, 'low = "5 mJ"', 'lwo = "5 mJ"', f"{ENERGY}.low: missing key; allowed: such as '10 mJ'"),
    "values of a sampled factor": (GOOD, "low = 1\nhigh = 3", "values = [1]", "events.0.passes.low: missing key"),
    "unknown scale": (GOOD, "high = 3", 'high = 3\nscale = "ln"', "passes.scale: unknown choice (got 'ln'); allowed:"),
    "factor that is no table": (GRID, GRID[GRID.index("[factors") :], "[factors]\na = 1", "factors.a: wrong type"),
    "low without a unit": (GOOD, '"5 mJ"', "5", f"{ENERGY}.low: missing unit (got 5); allowed: an energy such as"),
    "other dimension": (
        GOOD,
        '"20 mJ"',
        '"20 mm"',
        f"{ENERGY}.high: wrong dimension (got '20 mm'); allowed: an energy",
    ),
    "bound out of range": (GOOD, '"20 mJ"', '"20 kJ"', f"{ENERGY}.high: out of range (got '20 kJ'); allowed: 0.001 to"),
    "low above high": (
        GOOD,
        '"20 mJ"',
        '"4 mJ"',
        f"{ENERGY}.high: high is not above low (got '4 mJ'); allowed: above 5",
    ),
    "low equal to high": (GOOD, "high = 3", "high = 1", "passes.high: high is not above low (got 1); allowed: above 1"),
    "half a pass": (GOOD, "low = 1\n", "low = 1.5\n", "passes.low: wrong type (got 1.5); allowed: a whole number"),
    "logarithm of nothing": (
        GOOD,
        "[factors.",
        '[factors."save.series_every"]\nlow="1 h"\nhigh="2 h"\nstep="3 h"\n[factors.',
        "factors.save.series_every.step: no such step (got '3 h'); allowed: above 0, up to high - low",
    ),
    "text between bounds": (
        GOOD,
        "events.0.passes",
        "patient.site",
        "factors.patient.site.low: wrong type (got 1); allowed: a number",
    ),
    "not finite": (
        GOOD,
        "high = 3",
        'high = 3\n[factors."parameters.abm.fibroblast.speed_um_per_h"]\nlow = 15\nhigh = inf',
        "speed_um_per_h.high: not finite (got inf)",
    ),
    "two spellings of a factor": (
        GRID,
        "values",
        'values = [1]\n[factors."events.00.pulse_energy"]\nvalues',
        f"{ENERGY}: key given twice; allowed: every key once",
    ),
    "a factor inside another": (
        GRID,
        "[factors.",
        '[factors."events.0"]\nvalues = [{kind = "x"}]\n[factors.',
        "events.0.pulse_energy: this lies inside another factor, events.0; allowed: either of them",
    ),
    "a factor that replaces a fixed change": (
        GOOD,
        "[set]",
        '[set]\n"events.0.pulse_energy" = "7 mJ"',
        "set.events.0.pulse_energy: the factor events.0.pulse_energy replaces this; allowed: a key that no factor",
    ),
    "a value twice": (
        GRID,
        '"6 mJ"',
        '"0.005 J"',
        f"{ENERGY}.values.1: value given twice (got '0.005 J'); allowed: every value once",
    ),
    "a point twice": (LIST, '"6 mJ"', '"0.005 J"', "points.1: the same as point 0; allowed: every point once"),
    "no points": (LIST, LIST[LIST.index("[[") :], "points = []", "points: empty list (got []); allowed: at least one"),
    "a date": (LIST, '"6 mJ"', "2020-01-01", "points.1.events.0.pulse_energy: a date (got '2020-01-01'); allowed:"),
    "a bad value of a grid": (GRID, '"6 mJ"', '"6 mK"', f"{ENERGY}.values.1: wrong dimension (got '6 mK')"),
    "an unknown fixed key": (GOOD, "follow_up", "folow_up", "point 0: folow_up: unknown key; allowed: follow_up?"),
    "an unknown key": (LIST, "pulse_energy", "pulse_enrgy", "point 0: events.0.pulse_enrgy: unknown key; allowed: pul"),
    "an event that is not there": (
        GRID,
        "events.0.",
        "events.9.",
        "point 0: events.9.pulse_energy: there is no item 9 (got '5 mJ'); allowed: 0 to 0",
    ),
    "points that contradict the scenario": (
        GOOD,
        '"3 d"',
        '"1 h"',
        "point 0: events.0.at: event at or after the end of follow-up (got '0.0416667 d')",
    ),
    "too many keys": (
        GRID,
        "values",
        "values = [1]\n"
        + "\n".join(f"[factors.x{number}]\nvalues = [1]" for number in range(501))
        + "\n[factors.y]\nvalues",
        "factors: 503 of them; allowed: up to 500",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_bad_design_is_told_in_one_line(case: str, tmp_path: Path, write: Callable[..., Path]) -> None:
    text, old, new, expected = CASES[case]
    assert old in text
    write()
    path = tmp_path / "x.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    began = time.perf_counter()
    with pytest.raises(InputError) as caught:
        load_design(path)
    lines = str(caught.value).splitlines()
    assert lines[0].startswith(f"{path}: ")
    assert any(expected in line for line in lines)
    assert all(len(line.removeprefix(str(path))) < 400 for line in lines)
    assert time.perf_counter() - began < 5.0


def test_logarithm_needs_a_low_above_zero(tmp_path: Path, write: Callable[..., Path]) -> None:
    write()
    path = tmp_path / "x.toml"
    text = GOOD.replace("events.0.passes", "events.0.jitter").replace("low = 1", 'low = "0 um"\nscale = "log"')
    path.write_text(text.replace("high = 3", 'high = "3 um"'), encoding="utf-8")
    with pytest.raises(InputError, match=r"jitter.low: no logarithm \(got '0 um'\); allowed: above 0"):
        load_design(path)


def test_only_some_bad_points_are_told(tmp_path: Path, write: Callable[..., Path]) -> None:
    write()
    path = tmp_path / "x.toml"
    values = ", ".join(f'"{hours} h"' for hours in range(40, 60))
    path.write_text(GRID.replace("events.0.pulse_energy", "events.0.at").replace('"5 mJ", "6 mJ"', values))
    with pytest.raises(InputError) as caught:
        load_design(path)
    lines = str(caught.value).splitlines()
    assert len(lines) == 5
    assert f"{path}: point 8: events.0.at: event at or after the end of follow-up (got '2 d')" in lines[0]


def test_what_is_wrong_at_every_point_is_told_once(tmp_path: Path, write: Callable[..., Path]) -> None:
    write()
    path = tmp_path / "x.toml"
    path.write_text(GOOD.replace("follow_up", "folow_up"), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_design(path)
    assert str(caught.value) == f"{path}: point 0: folow_up: unknown key; allowed: follow_up?"


@pytest.mark.parametrize("change", [{"format": 99}, {"design": 3}, {"scenario": {}}, {"digest": "0"}])
def test_a_kept_design_that_was_edited_is_refused(change, tmp_path: Path, write: Callable[..., Path]) -> None:
    write()
    path = tmp_path / "x.toml"
    path.write_text(GRID, encoding="utf-8")
    with pytest.raises(InputError):
        design_from_dict(load_design(path).to_dict() | change)
