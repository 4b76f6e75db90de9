"""What a page is made of; each kind of block has a template of its own name in ``templates/blocks``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from markupsafe import Markup

Row = tuple[str, ...]
_SENTENCE = 32
"""Letters from which a cell is a sentence."""


class Block:
    """A part of a page."""

    kind: ClassVar[str]


@dataclass(frozen=True, kw_only=True)
class Prose(Block):
    """Paragraphs of plain text; one that is a note stands out."""

    kind: ClassVar[str] = "prose"
    paragraphs: Sequence[str]
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Points(Block):
    """A list of sentences, each after a word or two that say what it is about."""

    kind: ClassVar[str] = "points"
    points: Sequence[tuple[str, str]]


@dataclass(frozen=True, kw_only=True)
class Facts(Block):
    """Names and what they are."""

    kind: ClassVar[str] = "facts"
    facts: Sequence[tuple[str, str]]


@dataclass(frozen=True, kw_only=True)
class Cards(Block):
    """A few numbers shown large: label, value, and a line below."""

    kind: ClassVar[str] = "cards"
    cards: Sequence[tuple[str, str, str]]


@dataclass(frozen=True, kw_only=True)
class Data:
    """What stands behind a figure or table, as a file that a reader can save.

    Parameters
    ----------
    name : of the file.
    text : its content.
    media : its type.
    """

    name: str
    text: str
    media: str = "text/csv"


@dataclass(frozen=True, kw_only=True)
class Table(Block):
    """A table; the first cell of a row is its heading.

    Parameters
    ----------
    caption : what it shows.
    head : heading of each column.
    rows : cells of each row, as they are printed.
    numbers : columns that hold numbers, flushed right.
    groups : headings over several columns, each with their number; none if empty.
    breaks : rows at which another group begins, if rows come in groups that share their heading.
    data : the same as a file, in full precision.
    """

    kind: ClassVar[str] = "table"
    caption: str
    head: Row
    rows: Sequence[Row]
    numbers: frozenset[int] = frozenset()
    groups: Sequence[tuple[str, int]] = ()
    breaks: frozenset[int] = frozenset()
    data: Data | None = None

    @property
    def long(self) -> frozenset[int]:
        """Columns of sentences, which need room."""
        return frozenset(at for at in range(len(self.head)) if any(len(row[at]) > _SENTENCE for row in self.rows))


@dataclass(frozen=True, kw_only=True)
class Illustration(Block):
    """A picture with what it shows, in words and in numbers.

    Parameters
    ----------
    name : for the anchor; no two on a page are the same.
    title : a few words.
    content : the image or drawing, safe to be put on the page.
    caption : what it shows.
    table : numbers behind it, folded away.
    data : the same as a file.
    """

    kind: ClassVar[str] = "illustration"
    name: str
    title: str
    content: Markup
    caption: str
    table: Table | None = None
    data: Data | None = None


@dataclass(frozen=True, kw_only=True)
class Gallery(Block):
    """Small pictures side by side, as many in a row as fit."""

    kind: ClassVar[str] = "gallery"
    pictures: Sequence[Illustration]
    caption: str = ""


@dataclass(frozen=True, kw_only=True)
class Listing(Block):
    """A text to be read as it stands, folded away, and to be saved."""

    kind: ClassVar[str] = "listing"
    title: str
    data: Data


@dataclass(frozen=True, kw_only=True)
class Folded(Block):
    """Blocks that are shown when asked for."""

    kind: ClassVar[str] = "folded"
    title: str
    blocks: Sequence[Block]


@dataclass(frozen=True, kw_only=True)
class Heading(Block):
    """A heading within a section; with a name it stands in the contents."""

    kind: ClassVar[str] = "heading"
    title: str
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class Reference:
    """A publication: as it is printed, where it is found, its BibTeX entry, what it was used for."""

    text: str
    link: str = ""
    bibtex: str = ""
    used_for: str = ""


@dataclass(frozen=True, kw_only=True)
class References(Block):
    """A list of publications."""

    kind: ClassVar[str] = "references"
    references: Sequence[Reference]


@dataclass(frozen=True, kw_only=True)
class Section:
    """A part of a page that stands in its contents.

    Parameters
    ----------
    name : for the anchor.
    title : its heading.
    blocks : what is in it.
    """

    name: str
    title: str
    blocks: Sequence[Block]

    @property
    def parts(self) -> list[Heading]:
        """Headings in it that stand in the contents."""
        return [block for block in self.blocks if isinstance(block, Heading) and block.name]


@dataclass(frozen=True, kw_only=True)
class Page:
    """A page.

    Parameters
    ----------
    title, subtitle : what it is about.
    about : a line on how it was made.
    sections : in order; those without blocks are left out.
    """

    title: str
    subtitle: str
    about: str
    sections: Sequence[Section] = field(default=())

    @property
    def shown(self) -> list[Section]:
        """Sections that have something in them."""
        return [section for section in self.sections if section.blocks]
