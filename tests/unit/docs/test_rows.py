"""The rows of mechanisms: complete, true to the project, and told as they stand."""

from __future__ import annotations

import dataclasses
import re
import shlex
from pathlib import Path

import pandas as pd
import pytest

from mendsim import scenarios
from mendsim.abm.observables import FIELDS, OBSERVABLES
from mendsim.analysis import mechanism_rows, scoreboard
from mendsim.analysis.catalogue import catalogue
from mendsim.analysis.stain_data import stain_of
from mendsim.cli.main import build_parser
from mendsim.cli.plot import OF_RUN
from mendsim.common.targets import load_targets

ROOT = Path(__file__).parents[3]
ROWS = mechanism_rows.rows()
COMMANDS = set(next(action.choices for action in build_parser()._actions if action.choices) or ())


def test_there_are_34_rows_in_order():
    assert list(ROWS) == [f"R{number:02d}" for number in range(1, 35)]


def test_every_target_names_rows_that_exist():
    assert {row for target in load_targets().values() for row in target.mechanism.split()} <= set(ROWS)
    assert ROWS["R07"].targets == ("T21", "T22", "T23")


@pytest.mark.parametrize("name", ROWS)
def test_a_row_names_outcomes_tests_pictures_and_commands_that_exist(generate, name):
    row = ROWS[name]
    assert row.statement.endswith(".")
    assert row.observables
    assert not set(row.observables) - set(catalogue())
    assert len(set(row.observables)) == len(row.observables)
    assert generate("rows").existing(row.tests) == list(row.tests)
    assert all((ROOT / picture).is_file() for picture in row.pictures)
    assert not row.compared_by or row.compared_by.split()[1] in COMMANDS
    for command in (*row.commands, *row.figures):
        program, what, *more = shlex.split(command)
        if program == "mendsim":
            asked = vars(build_parser().parse_args([what, *more]))
            one = [asked["scenario"]] if asked.get("scenario") else []
            assert {*one, *asked.get("scenarios", ())} <= set(scenarios.names()), command
        elif what == "-m":
            assert (ROOT / f"{more[0].removeprefix('mendsim.').replace('.', '/')}.py").is_file(), command
        else:
            assert (ROOT / what).is_file(), command


@pytest.mark.parametrize("name", [name for name, row in ROWS.items() if row.figures])
def test_a_figure_is_of_a_run_and_a_quantity_that_exist(name):
    for command in ROWS[name].figures:
        program, *words = shlex.split(command)
        asked = vars(build_parser().parse_args(words))
        if words[0] == "validate":
            assert asked["picture"]
            continue
        assert program == "mendsim"
        assert Path(asked.get("path") or asked["run"]).stem in scenarios.names(), command
        kind, of = asked.get("kind"), asked.get("of")
        assert kind is None or set(OF_RUN[kind].needs) <= ({"of"} if of else set()), command
        assert of is None or of in {"time_course": OBSERVABLES, "depth_kymograph": FIELDS}[kind], command
        for stain in asked.get("stain") or ():
            stain_of(stain)


def test_a_row_without_a_figure_says_so(generate):
    made = generate("rows")
    bare = dataclasses.replace(ROWS["R14"], pictures=(), figures=())
    assert made.figure(bare) == "**no figure**"
    assert made.figure(ROWS["R14"]) == "[`mendsim plot`](#r14)"
    assert made.figure(ROWS["R22"]) == "[vessels.png](vessels.png)"


def test_a_row_about_a_difference_names_the_command_that_compares():
    compared = ("R08", "R09", "R11", "R20", "R25", "R26", "R29", "R31", "R32", "R33", "R34")
    assert all(ROWS[name].compared_by for name in compared)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Make a project with one of the tests of R07 and none of any other row."""
    path, _, name = ROWS["R07"].tests[0].partition("::")
    (tmp_path / path).parent.mkdir(parents=True)
    (tmp_path / path).write_text(f"def {name}():\n    pass\n")
    return tmp_path


def line_of(page: str, row: str) -> list[str]:
    line = next(line for line in page.splitlines() if line.startswith(f"| [{row}]"))
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_a_row_without_a_test_says_so(generate, project):
    page = generate("rows").rows(project)
    assert line_of(page, "R07")[2:] == ["1", "[zone_strip.png](zone_strip.png)", "3", "shown"]
    assert line_of(page, "R06")[2:3] + line_of(page, "R06")[4:] == ["**no test**", "9", "not tested"]
    section = page.partition("## R06")[2].partition("## R07")[0]
    assert "- Tests: **no test** of the model" in section
    assert f"  - `{ROWS['R07'].tests[0]}`" in page.partition("## R07")[2].partition("## R08")[0]


def write_scoreboard(path: Path, **verdicts: str) -> None:
    """Write a scoreboard in which only id and status say anything."""
    rest = dict.fromkeys(scoreboard._COLUMNS, "1") | {"part": next(iter(scoreboard.PARTS))}
    path.parent.mkdir(exist_ok=True)
    pd.DataFrame([rest | {"id": name, "status": each} for name, each in verdicts.items()]).to_csv(path, index=False)


def test_targets_stand_as_the_scoreboard_has_them(generate, project):
    made = generate("rows")
    board = project / made.SCOREBOARD
    write_scoreboard(board, T21="hit", T22="missed", T56="hit")
    page = made.rows(project)
    assert line_of(page, "R07")[4:] == ["1 hit, 1 missed, 1 not in the scoreboard", "shown, 1 of 2 sizes right"]
    assert re.search(r"- T22 MENDs shed .*: missed\n", page)
    write_scoreboard(board, T21="hit", T22="not judged")
    assert line_of(made.rows(project), "R07")[5] == "shown, sizes right"


def test_what_is_not_shown_is_part_of_the_status(generate):
    row = ROWS["R18"]
    assert row.gap
    assert generate("rows").status(row, row.tests, {}) == "shown, in part"
    assert generate("rows").status(row, [], {}) == "not tested"
    assert f"- Not shown: {row.gap[:20]}" in generate("rows").rows()


def test_the_list_of_outcomes_holds_all_of_them(generate):
    text = generate("outcomes").outcomes()
    assert text.count("\n| `") == len(catalogue())
    assert "| `mend_depth` | µm | R07 | Mean depth of the cells" in text
