"""Small pieces of Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>|#$~])")
_DOI = re.compile(r"doi:(10\.\d{4,}/[^\s,;]*[^\s,;.:)]\)?)")


def plain(text: str) -> str:
    """Write text that means nothing but itself, in one line; a DOI becomes a link."""
    parts = _DOI.split(" ".join(text.split()))
    return "".join(_link(part) if number % 2 else _escaped(part) for number, part in enumerate(parts))


def _link(found: str) -> str:
    """Link a DOI; a bracket after it that none in it opened belongs to the sentence."""
    doi = found[:-1] if found.endswith(")") and found.count("(") < found.count(")") else found
    return f"[doi:{_escaped(doi)}](<https://doi.org/{doi}>){found[len(doi) :]}"


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text)


def code(text: str) -> str:
    """Write text as code."""
    return f"`{text}`"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Give a table; its cells are Markdown without line breaks."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cell or ' ' for cell in line)} |" for line in lines)


def sourced(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Give a table of data with their sources, which a reader can sort and which may be wider than text."""
    return f"{{.sourced}}\n{table(head, rows)}"


def summary(docstring: str | None) -> str:
    """Give the first paragraph of a docstring, in one line, without the marks of its markup."""
    first = (docstring or "").strip().split("\n\n")[0]
    first = re.sub(r":\w+:`~?\.?([^`<]+)`", lambda role: role[1].rpartition(".")[2], first)
    return plain(first.replace("``", ""))
