"""Papers that sentences name; and that data files, code and pages name none that is not in the list."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from mendsim.analysis import mentions
from mendsim.analysis.mentions import named
from mendsim.analysis.references import plain, references
from mendsim.common.targets import load_targets

ROOT = Path(__file__).parents[3]
STAGES = ("common", "thermal", "abm", "scenarios", "analysis")
_LOOKS_LIKE_PAPER = (
    mentions._DOI,
    mentions._NUMBER,
    # Authors before a year; a journal before a year looks the same, and is meant to.
    re.compile(
        r"\b[A-Z][a-z][\w'-]*(?: [A-Z]{1,2}\b)?(?:,? (?:and )?[A-Z][a-z][\w'-]*)*(?: et al\.)?,? "
        rf"\(?{mentions._YEAR}\b"
    ),
)


def dois(text: str) -> list[str]:
    """DOIs in a text, in order and in small letters, without the marks that end a sentence."""
    return [mentions._bare_doi(found[0]) for found in mentions._DOI.finditer(text)]


def unresolved(text: str) -> tuple[str, ...]:
    """Return what looks like the name of a paper in a text, and is no reference or more than one."""
    text = plain(text)
    hits = mentions._hits(text)
    odd = []
    for look in (look for pattern in _LOOKS_LIKE_PAPER for look in pattern.finditer(text)):
        meant = {key for place, key in hits if place.start < look.end() and look.start() < place.stop}
        if len(meant) != 1:
            odd.append(look[0])
    return tuple(odd)


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("Hedelund 2012 doi:10.1002/lsm.22048 (energy)", ["hedelund2012"]),
        ("as fitted, doi:10.1016/0026-2862(89)90074-5).", ["baxter1989"]),
        ("Baxter and Jain (1989) Microvasc Res 37:77", ["baxter1989"]),
        ("Desmoulière 1993; Sandby-Møller 2003", ["desmouliere1993", "sandbymoller2003"]),
        # three entries by Taudorf, two of one year: the identifier in the clause decides
        ("Taudorf 2016 doi:10.1002/lsm.22484; thick ones hold more", ["taudorf2016"]),
        ("Taudorf 2016 Dan Med J 63:B5254", ["taudorf2016thesis"]),
        # an author behind another is no first author, but each of two papers counts
        ("skin burn, Henriques and Moritz 1947", ["henriques1947"]),
        ("re-analysis of Henriques and Moritz, Diller, Hayes and Blake 1991", ["diller1991"]),
        (
            "Swartz and Fleury 2007 doi:10.1146/annurev.bioeng.9.060906.151850 and Levick 1987",
            ["levick1987", "swartz2007"],
        ),
        ("[eco2depth] three sizes", ["eco2depth"]),
        ("Wester 1984 PMID 6239893", ["wester1984"]),
        ("Burns 2017 43:909, PMC5459687", ["burns2017"]),
        ("in the dark; 2016 of 2017 cells", []),
        ("T39, a scar 29 % shallower", []),
    ],
)
def test_papers_of_a_sentence(text: str, keys: list[str]) -> None:
    assert list(named(text)) == keys
    assert unresolved(text) == ()


@pytest.mark.parametrize(
    ("text", "odd"),
    [
        ("Nobody 1999 J Invent 1:1", ("Nobody 1999",)),
        ("Nobody, Else and Other (1999)", ("Nobody, Else and Other (1999",)),
        ("of cells, doi:10.1000/nothing.", ("10.1000/nothing.",)),
        ("T cells die, PMID 999", ("PMID 999",)),
        ("Taudorf 2016, either of two", ("Taudorf 2016",)),
    ],
)
def test_what_no_entry_or_more_than_one_answers_to(text: str, odd: tuple[str, ...]) -> None:
    assert unresolved(text) == odd


def test_dois_end_where_they_end() -> None:
    text = "(doi:10.1016/0026-2862(89)90074-5), doi:10.1/x, doi:10.1002/LSM.22048: yes"
    assert dois(text) == ["10.1016/0026-2862(89)90074-5", "10.1002/lsm.22048"]


def _sources(table: object) -> Iterator[str]:
    """Every source that stands somewhere in a data file."""
    if isinstance(table, dict):
        for key, value in table.items():
            if key in ("source", "sources"):
                yield from [value] if isinstance(value, str) else value
            else:
                yield from _sources(value)
    elif isinstance(table, list):
        for value in table:
            yield from _sources(value)


@cache
def every_source() -> frozenset[str]:
    files = [path for stage in STAGES for path in (ROOT / stage).rglob("*.toml")]
    found = {text for path in files for text in _sources(tomllib.loads(path.read_text(encoding="utf-8")))}
    return frozenset(found | {target.source for target in load_targets().values()})


def test_every_paper_that_a_source_names_is_one_entry() -> None:
    assert len(every_source()) > 500
    assert {text: odd for text in every_source() if (odd := unresolved(text))} == {}


def test_keys_in_brackets_are_entries() -> None:
    keys = {found[1] for text in every_source() if (found := re.match(r"\[(\w+)\]", text))}
    assert {"eco2depth", "hacettepe856"} <= keys <= references().keys()


@cache
def _written(folder: str, ending: str) -> str:
    """Text of the files of a folder, with lines joined as they are read."""
    texts = [path.read_text(encoding="utf-8") for path in sorted((ROOT / folder).rglob(f"*.{ending}"))]
    return re.sub(r"\s+#?\s*", " ", "\n".join(texts))


def test_every_doi_in_the_code_is_an_entry() -> None:
    for folder in STAGES:
        for name in dois(_written(folder, "py")):
            assert named(f"doi:{name}"), (folder, name)


def test_no_entry_is_cited_by_nothing() -> None:
    used = {key for text in every_source() for key in named(text)} | {"mendsim"}
    for folder in (*STAGES, "tests", "docs", "benchmarks"):
        for ending in ("py", "md", "toml"):
            used |= set(named(_written(folder, ending)))
    software = tomllib.loads((ROOT / "analysis" / "citations.toml").read_text(encoding="utf-8"))["software"]
    assert references().keys() - used - set(software.values()) == set()
