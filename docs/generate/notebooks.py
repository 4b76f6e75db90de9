"""The notebooks as they stand in ``notebooks/``, without running them."""

from __future__ import annotations

import re
from pathlib import Path

_FOLDER = Path(__file__).parents[2] / "notebooks"
_CELL = re.compile(r"^# %%(.*)$", re.MULTILINE)
_LINK = re.compile(r"\]\((\w+)\.py\)")


def notebooks() -> str:
    """Give the page that leads to the notebooks, without its heading, and every notebook after it."""
    about = (_FOLDER / "README.md").read_text(encoding="utf-8").partition("\n")[2].strip()
    return _here("\n\n".join([about, *(_notebook(path) for path in sorted(_FOLDER.glob("*.py")))]))


def _notebook(path: Path) -> str:
    """Write a notebook as Markdown: its text a heading lower than there, its code as code."""
    _, *cells = _CELL.split(path.read_text(encoding="utf-8"))
    parts = [f"(notebook-{path.stem})="]
    for kind, cell in zip(cells[::2], cells[1::2], strict=True):
        if kind.strip() == "[markdown]":
            lines = (line.removeprefix("#").removeprefix(" ") for line in cell.strip().splitlines())
            parts.append("\n".join(f"#{line}" if line.startswith("#") else line for line in lines))
        elif cell.strip():
            parts.append(f"```python\n{cell.strip()}\n```")
    return "\n\n".join(parts)


def _here(text: str) -> str:
    """Let links to notebooks lead to their place on the page."""
    return _LINK.sub(r"](#notebook-\1)", text)
