"""The publications behind runs: settings, numbers and formulas that they used."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import xarray as xr

from mendsim.analysis.citations import PROGRAM, Citation, bibtex, cited
from mendsim.analysis.references import references as known
from mendsim.analysis.reporting.blocks import Block, Data, Listing, Prose, Reference, References, Section

_NAMED = 3
"""Uses of a publication that are named; of more the number of the others is given."""
_AUTHORS = 3
"""Authors that are named; of more the first, and others."""
_ABOUT = (
    "What the settings, numbers and formulas rest on that were used here; behind each, what it was used for and how"
    " well that is known. Some entries were completed from memory, and say so. How many numbers rest on no publication"
    " is counted under Provenance, and named at the end of the BibTeX file."
)
_SETTINGS = "What the settings of the protocols were taken from."


def references(runs: Sequence[xr.DataTree], scenarios: Sequence[Mapping[str, Any]] = ()) -> Section:
    """List the publications behind runs.

    Parameters
    ----------
    runs : whose citations are listed.
    scenarios : whose sources are listed as they are written where there is no run.
    """
    blocks: list[Block] = []
    found: dict[str, Citation] = {}
    for run in runs:
        for citation in cited(run):
            found[citation.key] = _joined(found.get(citation.key), citation)
    if found:
        data = Data(name="references.bib", text=bibtex(runs[0]), media="application/x-bibtex")
        listed = [reference(citation) for citation in found.values()]
        blocks += [Prose(paragraphs=[_ABOUT]), References(references=listed), Listing(title="BibTeX", data=data)]
    elif sources := dict.fromkeys(str(source) for each in scenarios for source in each.get("sources", ())):
        blocks += [Prose(paragraphs=[_SETTINGS]), References(references=[Reference(text=text) for text in sources])]
    return Section(name="references", title="References", blocks=blocks)


def _joined(one: Citation | None, other: Citation) -> Citation:
    """Join what a publication was used for in two runs."""
    if one is None:
        return other
    uses, evidence = (
        tuple(dict.fromkeys((*getattr(one, name), *getattr(other, name)))) for name in ("used_for", "evidence")
    )
    return Citation(key=one.key, entry=one.entry, used_for=uses, evidence=evidence)


def reference(citation: Citation) -> Reference:
    """Write a publication as a list of references does."""
    fields = {name: plain(text) for name, text in known()[citation.key].fields.items()}
    volume = ":".join(filter(None, (fields.get("volume", ""), fields.get("pages", ""))))
    where = ", ".join(filter(None, (_first(fields, "journal", "booktitle", "publisher", "howpublished"), volume)))
    text = " ".join(
        f"{part}."
        for part in (authors(fields.get("author", "")), fields.get("title", ""), where, fields.get("year", ""))
        if part
    ).replace("..", ".")
    link = f"https://doi.org/{fields['doi']}" if "doi" in fields else fields.get("url", "")
    if not link and "pmid" in fields:
        link = f"https://pubmed.ncbi.nlm.nih.gov/{fields['pmid']}/"
    more = len(citation.used_for) - _NAMED
    uses = ", ".join(citation.used_for[:_NAMED]) + (f" and {more} more" if more > 0 else "")
    told = [] if citation.key == PROGRAM else [f"{', '.join(citation.evidence)}: {uses}"]
    note = [f"({fields['note']})"] if "note" in fields else []
    return Reference(text=text, link=link, used_for=" ".join([*told, *note]))


def _first(fields: Mapping[str, str], *names: str) -> str:
    return next((fields[name] for name in names if name in fields), "")


def authors(text: str) -> str:
    """Write authors of BibTeX as a list of references does: family name and initials."""
    named = []
    for person in re.split(r"\s+and\s+", text):
        family, comma, given = person.partition(",")
        if comma:
            # A name of two parts with a hyphen has two initials too.
            initials = "".join(part[0] for part in re.split(r"[\s-]+", given) if part)
            named.append(f"{family} {initials}")
        elif person == "others":
            named.append("et al")
        elif person:
            named.append(person)
    if len(named) > _AUTHORS:
        named = [named[0], "et al"]
    return ", ".join(named).replace(", et al", " et al")


def plain(text: str) -> str:
    """Take the marks of LaTeX out of a field."""
    return re.sub(r"\\([&%_$#])", r"\1", text.replace("{", "").replace("}", "")).replace("--", "\N{EN DASH}")
