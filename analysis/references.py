"""The papers that the data files name: an index of ``references.bib``, whose entries stay as they are written."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

_ENTRY = re.compile(r"^@(\w+)\{([^,\s]+),\n(.*?)^\}$", re.MULTILINE | re.DOTALL)
_FIELD = re.compile(r"^  (\w+) = \{(.*)\},$", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Reference:
    """One entry of ``references.bib``.

    Parameters
    ----------
    key : by which BibTeX cites it.
    kind : ``article``, ``book``, ...
    fields : by name, without the outer braces.
    text : the entry as it stands in the file.
    """

    key: str
    kind: str
    fields: Mapping[str, str]
    text: str

    @property
    def surname(self) -> str:
        """Family name of the first author without accents; empty where no author is recorded."""
        family = re.split(r",| and ", self.fields.get("author", "{"))[0]
        return "" if family.startswith("{") else plain(family)

    @property
    def bibtex(self) -> str:
        """The entry for a list of references: as it stands, but for what only mendsim reads."""
        return re.sub(r"^  cited_as = .*\n", "", self.text, flags=re.MULTILINE)

    @property
    def phrases(self) -> tuple[str, ...]:
        """Words by which data files name it, where first author and year do not do."""
        return tuple(filter(None, self.fields.get("cited_as", "").split("; ")))


@cache
def references() -> Mapping[str, Reference]:
    """Every entry of ``references.bib`` by its key, in the order of the file."""
    text = files("mendsim.common").joinpath("references.bib").read_text(encoding="utf-8")
    return MappingProxyType({entry.key: entry for entry in read_entries(text)})


def read_entries(text: str) -> Iterator[Reference]:
    """Yield the entries of a .bib file that is written like ours: a field to a line, in braces, two spaces in."""
    for found in _ENTRY.finditer(text):
        kind, key, body = found.groups()
        yield Reference(key=key, kind=kind, fields=dict(_FIELD.findall(body)), text=found[0])


def plain(text: str) -> str:
    """Write a text without accents and strokes."""
    marks = unicodedata.normalize("NFD", text.replace("ø", "o").replace("Ø", "O"))
    return "".join(mark for mark in marks if not unicodedata.combining(mark))
