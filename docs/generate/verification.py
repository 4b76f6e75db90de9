"""What the solvers are tested against, from the names and docstrings of the tests."""

from __future__ import annotations

import ast
from pathlib import Path

from generate.markdown import code, plain, summary

_TESTS = Path(__file__).parents[2] / "tests" / "verification"


def verification() -> str:
    """List every verification test by file, as the sentence that its name is."""
    parts = []
    for path in sorted(_TESTS.rglob("test_*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        tests = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")]
        lines = "\n".join(_sentence(test) for test in tests)
        about = summary(ast.get_docstring(tree))
        name = code(path.relative_to(_TESTS.parents[1]).as_posix())
        parts.append(f"### {name}\n\n{about}\n\n{lines}" if about else f"### {name}\n\n{lines}")
    return "\n\n".join(parts)


def _sentence(test: ast.FunctionDef) -> str:
    said = plain(test.name.removeprefix("test_").replace("_", " "))
    about = summary(ast.get_docstring(test))
    return f"- {said}: {about}" if about else f"- {said}"
