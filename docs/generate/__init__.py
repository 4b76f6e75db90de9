"""Writes the parts of these pages that follow from the code and its data, whenever the pages are built.

A page asks for a part by a fence of its own::

    ```{generated} parameters dermis
    ```

The fence is replaced by Markdown before the page is read, so nothing that is generated lies in the repository.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from generate import (
    commands,
    entities,
    interface,
    notebooks,
    outcomes,
    parameters,
    rows,
    schedule,
    submodels,
    targets,
    verification,
)

if TYPE_CHECKING:
    from sphinx.application import Sphinx

_FENCE = re.compile(r"^```\{generated\} (.+)\n```$", re.MULTILINE)

PARTS: dict[str, Callable[..., str]] = {
    "agents": entities.agents,
    "commands": commands.commands,
    "evidence": parameters.evidence,
    "fields": entities.fields,
    "interface": interface.interface,
    "mechanisms": parameters.mechanisms,
    "misses": targets.misses,
    "notebooks": notebooks.notebooks,
    "outcomes": outcomes.outcomes,
    "parameters": parameters.parameters,
    "processes": parameters.processes,
    "proteins": entities.proteins,
    "rows": rows.rows,
    "schedule": schedule.schedule,
    "submodels": submodels.submodels,
    "targets": targets.targets,
    "verification": verification.verification,
}
"""What can stand in a fence: a part, and after it the words that the part takes."""


def filled(text: str) -> str:
    """Replace every fence of a page by what it asks for."""

    def fill(fence: re.Match[str]) -> str:
        part, *words = fence[1].split()
        return PARTS[part](*words)

    return _FENCE.sub(fill, text)


def setup(app: Sphinx) -> dict[str, bool]:
    """Let Sphinx fill each page before it reads it, and read pages with such parts anew in every build."""
    app.connect("source-read", lambda _app, _page, source: source.__setitem__(0, filled(source[0])))
    app.connect("env-get-outdated", _with_fences)
    app.connect("autodoc-process-docstring", interface.with_whole_sentences, priority=1)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _with_fences(app: Sphinx, *_: object) -> list[str]:
    pages = {name: Path(app.env.doc2path(name)) for name in app.env.found_docs}
    return [name for name, path in pages.items() if _FENCE.search(path.read_text(encoding="utf-8"))]
