"""Whatever stands in a scenario or design file: it loads, or the errors are short lines."""

from __future__ import annotations

import importlib
import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mendsim.common.errors import InputError
from mendsim.scenarios import load
from mendsim.scenarios.sweeping import load_design

LONGEST_LINE = 400
BOUNDED = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

words = st.one_of(
    st.text(st.characters(codec="utf-8"), max_size=12),
    st.sampled_from(["5 mJ", "1 mm", "300 um", "2 d", "0 d", "-1 um", "1e308 um", "nan", "../x.toml", "/etc/passwd"]),
    st.sampled_from(
        ["laser", "drug", "punch", "grid", "cheek", "scalp", "square", "co2_10600", "ascorbic_acid", "log"]
    ),
)
numbers = st.one_of(st.integers(), st.integers(10**300, 10**320), st.floats(), st.integers(-1, 8))
values = st.recursive(
    st.one_of(words, numbers, st.booleans()),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(words, inner, max_size=3)),
    max_leaves=6,
)
keys = st.one_of(
    st.sampled_from(
        [
            "title",
            "follow_up",
            "step",
            "without",
            "control",
            "patient",
            "lattice",
            "save",
            "events",
            "devices",
            "drugs",
            "parameters",
            "events.0",
            "events.1.at",
            "events.0.pulse_energy",
            "events.0.density",
            "events.0.passes",
            "events.0.device",
            "events.0.sham",
            "events.0.kind",
            "patient.site",
            "patient.phototype",
            "patient.scar_depth",
            "lattice.width",
            "lattice.spacing",
            "save.snapshots",
            "save.snapshots.0",
            "drugs.a.like",
            "drugs.a.actions.fibroblast_synthesis.full",
            "parameters.abm.fibroblast.speed_um_per_h",
            "parameters.thermal.x",
            "without.0",
            "devices.a.beam_quality",
            "events.-1",
            "events.00",
            ".",
            "parameters.",
        ]
    ),
    words,
)


def toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {toml(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return repr(value) if isinstance(value, float) else json.dumps(value, ensure_ascii=False)


def check_told(error: InputError) -> None:
    lines = str(error).splitlines()
    assert lines
    assert all(line.isprintable() and len(line) <= LONGEST_LINE for line in lines)


@BOUNDED
@given(st.dictionaries(keys, values, max_size=3))
def test_changed_values_load_or_are_told(changes: dict[str, Any]) -> None:
    scenario = load("ladd")
    try:
        changed = scenario.with_values(changes)
    except InputError as error:
        check_told(error)
    else:
        assert changed.steps > 0


@BOUNDED
@given(st.dictionaries(words, values, max_size=4))
def test_any_table_loads_or_is_told(tmp_path: Path, table: dict[str, Any]) -> None:
    path = tmp_path / "x.toml"
    text = "\n".join(f"{json.dumps(key)} = {toml(value)}" for key, value in table.items())
    path.write_text(text, encoding="utf-8", errors="surrogatepass")
    for read in (load, load_design):
        with pytest.raises(InputError) as caught:
            read(path)
        check_told(InputError(caught.value.problem, key=caught.value.key, value=caught.value.value))


factors = st.dictionaries(
    keys,
    st.one_of(
        st.fixed_dictionaries({"values": st.lists(values, max_size=3)}),
        st.fixed_dictionaries(
            {"low": values, "high": values},
            optional={"scale": st.sampled_from(["log", "linear", "x"]), "step": values},
        ),
        values,
    ),
    max_size=3,
)
designs = st.fixed_dictionaries(
    {"kind": st.sampled_from(["grid", "latin_hypercube", "sobol", "morris", "list"])},
    optional={
        "size": st.one_of(st.sampled_from([1, 2, 4, 8, 10**6, 10**30]), values),
        "levels": st.one_of(st.sampled_from([2, 4, 5]), values),
        "replicates": st.one_of(st.integers(0, 3), values),
        "first_seed": st.one_of(st.integers(0, 3), values),
        "factors": factors,
        "set": st.dictionaries(keys, values, max_size=2),
        "points": st.lists(st.dictionaries(keys, values, max_size=2), max_size=3),
        "outcomes": values,
    },
)


@BOUNDED
@given(designs)
def test_any_design_loads_or_is_told(tmp_path_factory: pytest.TempPathFactory, table: dict[str, Any]) -> None:
    path = tmp_path_factory.getbasetemp() / "x.toml"
    text = "\n".join(f"{json.dumps(key)} = {toml(value)}" for key, value in ({"scenario": "ladd"} | table).items())
    path.write_text(text, encoding="utf-8", errors="surrogatepass")
    try:
        design = load_design(path)
    except InputError as error:
        check_told(error)
    else:
        assert json.loads(json.dumps(design.to_dict()))["points"] == design.size == len(design.points)


FOUND = {
    "tables without end": ("a." * 2000 + "b = 1", "tables nested too deeply; allowed: up to 50 levels"),
    "lists without end": ("a = " + "[" * 60 + "]" * 60, "tables nested too deeply; allowed: up to 50 levels"),
    "a parameter of 400 digits": (
        "parameters.abm.fibroblast.speed_um_per_h = " + "1" * 400,
        "parameters.abm.fibroblast.speed_um_per_h: parameter out of range (got inf); allowed: 10 to 40 um/h",
    ),
    "an action of 400 digits": (
        "drugs.a.actions.fibroblast_synthesis.full = " + "1" * 400,
        "drugs.a.actions.fibroblast_synthesis.full: out of range (got 1111",
    ),
    "a key of 5000 letters": ('"' + "k" * 5000 + '" = 1', "k...: unknown key"),
}


@pytest.mark.parametrize("case", FOUND)
def test_what_damaged_files_have_shown(case: str, tmp_path: Path) -> None:
    text, expected = FOUND[case]
    (tmp_path / "x.toml").write_text(f'{text}\nextends = "ladd"', encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load(tmp_path / "x.toml")
    assert expected in str(caught.value)
    assert all(len(line) <= LONGEST_LINE for line in str(caught.value).splitlines())


@pytest.mark.parametrize(
    "text",
    [
        "".join(f"k{number} = 1\n" for number in range(1000)),
        "".join(f'[[events]]\nkind = "x{number}"\n' for number in range(1000)),
        "[save]\nsnapshots = [" + '"0 d",' * 1001 + "]",
    ],
)
def test_a_thousand_problems_are_told_in_fifty_lines(text: str, tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_text(f'extends = "ladd"\n{text}', encoding="utf-8")
    with pytest.raises(InputError, match="950 more problems") as caught:
        load(tmp_path / "x.toml")
    assert len(str(caught.value).splitlines()) == 51


@pytest.fixture
def fuzz(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    monkeypatch.syspath_prepend(Path(__file__).parents[3] / "benchmarks")
    yield importlib.import_module("fuzz")
    for name in ("fuzz", "fuzz_mutations"):
        del sys.modules[name]


def test_damaged_files_run_or_are_refused(fuzz: ModuleType) -> None:
    """What ``benchmarks/fuzz.py`` does with many more of them."""
    counts = fuzz.fuzz(200, seed=1, runs=0.01)
    assert counts["files"] == 200
    assert counts["valid"] > 20
    assert counts["refused"] > 100
    assert counts["bad"] == 0, counts


def test_the_search_sees_what_it_looks_for(fuzz: ModuleType, tmp_path: Path) -> None:
    inside, outside = tmp_path / "in", tmp_path / "out"
    inside.mkdir()
    watch = fuzz.Watch()
    watch.allowed = (str(inside),)

    def says(text: str, code: int) -> int:
        sys.stderr.write(text)
        return code

    def found(act: Callable[[], object]) -> list[str]:
        return fuzz.attempt(act, watch)[2]

    assert found(lambda: says("mendsim: x\n", 2)) == []
    assert found(lambda: says("Warning: x\n", 0)) == ["line"]
    assert found(lambda: says(f"mendsim: {'x' * 400}\n", 2)) == ["line"]
    assert found(lambda: says("", 2)) == ["silent"]
    assert found(lambda: says("mendsim: x\n", 1)) == ["exit code"]
    assert found(lambda: 1 // 0) == ["traceback"]
    assert found(lambda: (inside / "a").write_text("a") and 0) == []
    assert found(lambda: outside.write_text("a") and 0) == ["outside"]
    assert found(lambda: outside.mkdir(exist_ok=False) if not outside.exists() else outside.unlink()) == ["outside"]
    assert found(lambda: os.system("true")) == ["outside"]  # noqa: S605, S607 - to see that it is seen
