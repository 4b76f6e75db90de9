"""The rows of mechanisms, each with its outcomes, tests, pictures and targets, and how it stands."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from generate.markdown import code, plain, table
from mendsim.analysis.mechanism_rows import MechanismRow
from mendsim.analysis.mechanism_rows import rows as load_rows
from mendsim.analysis.scoreboard import read_scoreboard
from mendsim.common.targets import load_targets

ROOT = Path(__file__).parents[2]
SCOREBOARD = Path("docs/scoreboard.csv")
"""Where the table of ``mendsim validate --csv`` lies, from the root; the page does without."""
NO_TEST, NO_FIGURE = "**no test**", "**no figure**"
_ELSEWHERE = "not in the scoreboard"


def rows(root: Path = ROOT) -> str:
    """Give a table of all rows, and a section for each.

    Parameters
    ----------
    root : folder of the project, with ``tests`` and maybe the scoreboard.
    """
    verdicts = read_verdicts(root / SCOREBOARD)
    found = {row.id: existing(row.tests, root) for row in load_rows().values()}
    head = ["row", "statement", "tests", "figure", "targets", "status"]
    lines = [
        [
            f"[{row.id}](#{row.id.lower()})",
            plain(row.statement),
            str(len(found[row.id])) if found[row.id] else NO_TEST,
            figure(row),
            told(row.targets, verdicts),
            status(row, found[row.id], verdicts),
        ]
        for row in load_rows().values()
    ]
    sections = [_section(row, found[row.id], verdicts) for row in load_rows().values()]
    return "\n\n".join([table(head, lines), *sections])


def read_verdicts(path: Path) -> dict[str, str]:
    """Read the status of each target from the table of ``mendsim validate --csv``; nothing if there is none."""
    if not path.exists():
        return {}
    board = read_scoreboard(path)
    return dict(zip(board["id"], board["status"], strict=True))


def existing(tests: Sequence[str], root: Path = ROOT) -> list[str]:
    """Keep the tests ``path::name`` that exist."""
    return [test for test in tests if test.partition("::")[2] in _functions(root / test.partition("::")[0])]


@cache
def _functions(path: Path) -> frozenset[str]:
    """Names of the functions of a file; none if there is no such file."""
    if not path.is_file():
        return frozenset()
    nodes = ast.parse(path.read_text(encoding="utf-8")).body
    return frozenset(node.name for node in nodes if isinstance(node, ast.FunctionDef))


def told(targets: Sequence[str], verdicts: Mapping[str, str]) -> str:
    """Count the targets of a row by what became of them."""
    if not targets:
        return "none published"
    if not verdicts:
        return str(len(targets))
    each = [verdicts.get(name, _ELSEWHERE) for name in targets]
    kinds = sorted(set(each), key=lambda kind: (kind != "hit", kind != "missed", kind))
    return ", ".join(f"{each.count(kind)} {kind}" for kind in kinds)


def figure(row: MechanismRow) -> str:
    """Link the pictures of a row; where these pages have none, name the commands that draw it, told in its section."""
    drawn_by = dict.fromkeys(code(" ".join(command.split()[:2])) for command in row.figures)
    links = [f"[{command}](#{row.id.lower()})" for command in drawn_by]
    return ", ".join(map(_picture, row.pictures)) or ", ".join(links) or NO_FIGURE


def status(row: MechanismRow, tests: Sequence[str], verdicts: Mapping[str, str]) -> str:
    """Say how a row stands: by its tests, its targets, and what is not shown."""
    judged = [verdicts[name] for name in row.targets if verdicts.get(name) in ("hit", "missed")]
    if not tests:
        shown = "not tested"
    elif judged:
        hits = judged.count("hit")
        shown = "shown, sizes right" if hits == len(judged) else f"shown, {hits} of {len(judged)} sizes right"
    else:
        shown = "shown"
    return f"{shown}, in part" if tests and row.gap else shown


def _section(row: MechanismRow, tests: Sequence[str], verdicts: Mapping[str, str]) -> str:
    lines = [f"## {row.id}", "", plain(row.statement), ""]
    lines.append(f"- Outcomes: {', '.join(map(code, row.observables))}")
    if row.compared_by:
        lines.append(f"- Runs are compared by {code(row.compared_by)}")
    lines.append("- Tests:" if tests else f"- Tests: {NO_TEST} of the model")
    lines += [f"  - {code(test)}" for test in tests]
    if row.pictures:
        lines.append(f"- Pictures: {', '.join(map(_picture, row.pictures))}")
    if row.figures:
        lines.append(f"- Draw it: {'; '.join(map(code, row.figures))}")
    if not row.pictures and not row.figures:
        lines.append(f"- Pictures: {NO_FIGURE}")
    if row.commands:
        lines.append(f"- See it: {'; '.join(map(code, row.commands))}")
    if row.targets:
        lines.append("- Targets:")
        lines += [f"  - {_target(name, verdicts)}" for name in row.targets]
    if row.gap:
        lines.append(f"- Not shown: {plain(row.gap)}")
    return "\n".join(lines)


def _picture(path: str) -> str:
    name = Path(path).name
    return f"[{name}]({path.removeprefix('docs/')})"


def _target(name: str, verdicts: Mapping[str, str]) -> str:
    target = load_targets()[name]
    verdict = f": {verdicts[name]}" if name in verdicts else ""
    return f"{name} {plain(f'{target.quantity} ({target.said} {target.unit})')}{verdict}"
