"""The list of references: that BibTeX reads it, and that it holds what it should."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from pathlib import Path

import pytest
from pybtex.database import parse_string

from mendsim.analysis.references import plain, read_entries, references

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "common" / "references.bib").read_text(encoding="utf-8")
NEEDED = {"article": {"author", "title"}, "book": {"author", "title", "publisher", "year"}, "phdthesis": {"school"}}


def test_bibtex_reads_the_same_entries() -> None:
    read = parse_string(TEXT, "bibtex").entries  # refuses a key that comes twice, and unclosed braces
    assert list(read) == list(references())
    for key, entry in references().items():
        assert read[key].type == entry.kind
        assert {name.lower() for name in read[key].fields} | {"author"} == set(entry.fields)
        assert read[key].fields["title"] == entry.fields["title"]
        assert NEEDED.get(entry.kind, set()) <= entry.fields.keys()
        assert len(read[key].persons["author"]) == len(entry.fields["author"].split(" and "))


def test_entries_stand_in_order_and_no_paper_stands_twice() -> None:
    keys = list(references())
    assert keys == ["mendsim", *sorted(set(keys) - {"mendsim"})]
    for field in ("doi", "pmid", "pmcid", "title"):
        found = Counter(entry.fields[field].lower() for entry in references().values() if field in entry.fields)
        found.pop("{title not recorded}", None)
        assert [name for name, count in found.items() if count > 1] == []


def test_each_says_how_its_details_are_known() -> None:
    silent = [key for key, entry in references().items() if "note" not in entry.fields]
    assert silent == ["mendsim"]


def test_the_program_is_cited_as_the_citation_file_says() -> None:
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    about = dict(re.findall(r'^(\w[\w-]*): "?(.*?)"?$', citation, re.MULTILINE))
    authors = re.findall(r'^  - name: "(.*)"$', citation, re.MULTILINE)
    entry = references()["mendsim"].fields
    assert entry["title"] == f"{{{about['title']}}}"
    assert entry["author"] == " and ".join(f"{{{name}}}" for name in authors)
    assert entry["year"] == about["date-released"][:4]
    assert entry.get("doi") == about.get("doi")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert about["version"] == project["version"]


def test_what_only_mendsim_reads_is_not_handed_on() -> None:
    entry = references()["eco2depth"]
    assert entry.phrases == ("Depth of eCO2 fractional resurfacing",)
    assert "cited_as" in entry.text
    assert entry.bibtex == entry.text.replace("  cited_as = {Depth of eCO2 fractional resurfacing},\n", "")


@pytest.mark.parametrize(
    ("author", "surname"),
    [
        ("Sandby-Møller, Jane and Poulsen, Thomas", "Sandby-Moller"),
        ("Ní Annaidh, Aisling", "Ni Annaidh"),
        ("Collins and others", "Collins"),
        ("{Authors not recorded}", ""),
    ],
)
def test_surname_of_the_first_author(author: str, surname: str) -> None:
    [entry] = read_entries(f"@misc{{a1,\n  author = {{{author}}},\n}}\n")
    assert entry.surname == surname


def test_letters_without_accents_keep_their_places() -> None:
    assert plain("Åse Ørsted, 5 µm") == "Ase Orsted, 5 µm"
