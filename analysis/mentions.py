"""Which papers a sentence names: by identifier, by author and year, or by words that an entry goes by."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from mendsim.analysis.references import plain, references

_DOI = re.compile(r"\b10\.\d{4,9}/[^\s,;\"]+")
_KEY = re.compile(r"\[([a-z]\w+)\]")
_NUMBER = re.compile(r"\bPMID (\d+)|\b(PMC\d+)")
_YEAR = r"(?:1[89]|20)\d\d"
_Hit = tuple[range, str]


def named(text: str) -> tuple[str, ...]:
    """Keys of the references that a text names, in the order of ``references.bib``.

    Parameters
    ----------
    text : a source, for example ``Hedelund 2012 doi:10.1002/lsm.22048, the mean of two groups``.
    """
    found = {key for _, key in _hits(plain(text))}
    return tuple(key for key in references() if key in found)


def _hits(text: str) -> list[_Hit]:
    """Where a text names which reference: identifiers count before the name of an author in the same clause."""
    index = _index()
    sure = [(range(*found.span()), index.words[found[0]]) for found in index.phrase.finditer(text)]
    sure += [(range(*found.span()), found[1]) for found in _KEY.finditer(text) if found[1] in references()]
    for found in _DOI.finditer(text):
        sure += [(range(*found.span()), key) for key in index.identifiers.get(_bare_doi(found[0]), ())]
    for found in _NUMBER.finditer(text):
        sure += [(range(*found.span()), key) for key in index.identifiers.get(found[1] or found[2], ())]

    authors = list(index.author.finditer(text))
    starts = [found.start() for found in authors]
    hits = list(sure)
    for found in authors:
        start, end = found.start(), found.end(3)
        if any(start in place for place, _ in hits):
            continue
        stops = [place for place in (text.find(";", end), *starts) if place >= end]
        clause = range(start, min(stops, default=len(text)))
        meant = index.authors.get((found[1], found[3]), ())
        told = [key for place, key in sure if place.start in clause and key in meant]
        hits += [(range(start, end), key) for key in told or meant]
    return hits


@dataclass(frozen=True, kw_only=True)
class _Index:
    """By what the references are found in a text."""

    identifiers: Mapping[str, tuple[str, ...]]
    authors: Mapping[tuple[str, str], tuple[str, ...]]
    words: Mapping[str, str]
    author: re.Pattern[str]
    phrase: re.Pattern[str]


@cache
def _index() -> _Index:
    identifiers: dict[str, tuple[str, ...]] = defaultdict(tuple)
    authors: dict[tuple[str, str], tuple[str, ...]] = defaultdict(tuple)
    words: dict[str, str] = {}
    for key, entry in references().items():
        for field in {"doi", "pmid", "pmcid"} & entry.fields.keys():
            name = entry.fields[field]
            identifiers[name.lower() if field == "doi" else name] += (key,)
        if entry.surname and "year" in entry.fields:
            authors[entry.surname, entry.fields["year"]] += (key,)
        words |= dict.fromkeys(entry.phrases, key)
    names = "|".join(sorted({re.escape(name) for name, _ in authors}, key=len, reverse=True))
    return _Index(
        identifiers=identifiers,
        authors=authors,
        words=words,
        # The year stands ahead, so that each of several names before one year is looked at.
        author=re.compile(rf"\b({names})\b(?=([^;\d]{{0,60}}?)\b({_YEAR})\b)"),
        phrase=re.compile("|".join(sorted(map(re.escape, words), key=len, reverse=True))),
    )


def _bare_doi(text: str) -> str:
    """Take off the marks that end a sentence; a DOI may hold brackets, but closes only those that it opens."""
    text = text.lower().rstrip(".:")
    while text.endswith(")") and text.count(")") > text.count("("):
        text = text[:-1].rstrip(".:")
    return text
