"""What the pages of docs/ tell a reader to type: it is understood by this version."""

from __future__ import annotations

import ast
import re
import shlex
import tomllib
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import pytest

from mendsim import scenarios
from mendsim.cli.main import build_parser
from mendsim.scenarios.sweeping import load_design

ROOT = Path(__file__).parents[3]
PAGES = [*sorted((ROOT / "docs").rglob("*.md")), ROOT / "README.md"]
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def fences(language):
    found = ((page.relative_to(ROOT), fence) for page in PAGES for fence in FENCE.finditer(page.read_text("utf-8")))
    return [
        pytest.param(fence[2], id=f"{page}:{number}")
        for number, (page, fence) in enumerate(found)
        if fence[1] == language
    ]


def commands(text):
    for line in text.replace("\\\n", " ").splitlines():
        for part in line.split("&&"):
            words = shlex.split(part, comments=True)
            if words and words[0].rpartition("/")[2] == "mendsim":
                yield words[1:]


def is_there(home, name):
    return find_spec(f"{home}.{name}") is not None if home == "mendsim" else hasattr(import_module(home), name)


@pytest.mark.parametrize("text", fences("sh"))
def test_commands_are_understood(text):
    parser = build_parser()
    for words in commands(text):
        if ">" in words:
            words = words[: words.index(">")]
        arguments = parser.parse_args(words)
        named = getattr(arguments, "scenario", None)
        if named is not None and not named.endswith(".toml"):
            assert named in scenarios.names()


@pytest.mark.parametrize("text", fences("sh"))
def test_scripts_and_tests_are_there(text):
    for name in re.findall(r"(?:benchmarks|tests)/[\w/.]+", text):
        assert (ROOT / name).exists()


@pytest.mark.parametrize("text", fences("toml"))
def test_tables_are_toml(text):
    tomllib.loads(text)


@pytest.mark.parametrize("text", fences("python"))
def test_python_takes_names_that_are_there(text):
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("mendsim"):
            for alias in node.names:
                assert is_there(str(node.module), alias.name)
        elif isinstance(node, ast.Attribute) and ast.unparse(node.value) in ("analysis", "scenarios", "thermal"):
            assert is_there(f"mendsim.{ast.unparse(node.value)}", node.attr)


def test_files_of_the_guide_are_scenarios_and_designs(tmp_path):
    """Those that begin with their name, all in one folder, as a reader of the guide would have them."""
    for page in (ROOT / "docs" / "guide").glob("*.md"):
        for fence in FENCE.finditer(page.read_text("utf-8")):
            if fence[1] == "toml" and (name := re.match(r"# (\w+\.toml)\n", fence[2])):
                (tmp_path / name[1]).write_text(fence[2], encoding="utf-8")
    mine = scenarios.load(tmp_path / "mine.toml")
    assert mine.events[0].pulse_energy_mj == 30.0
    assert scenarios.load(tmp_path / mine.control).events == ()
    assert load_design(tmp_path / "energy.toml").runs == 6
    assert load_design(tmp_path / "what_matters.toml").runs == 40
