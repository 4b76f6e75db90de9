"""The page of treated runs beside their untreated controls, one protocol after the other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import xarray as xr

from mendsim.analysis import store
from mendsim.analysis.reporting.blocks import Block, Cards, Folded, Illustration, Page, Prose, Section, Table
from mendsim.analysis.reporting.images import image_file, slug
from mendsim.analysis.reporting.limits import limits
from mendsim.analysis.reporting.numbers import csv
from mendsim.analysis.reporting.protocol import summary
from mendsim.analysis.reporting.references import references
from mendsim.analysis.reporting.run_outcomes import shown, telling

_CAPTION = (
    "Vertical sections, to scale. Depth counts from the skin surface. Over a scar the surface dips by the matrix that"
    " is missing; close-ups are drawn flat. Strokes in the collagen pictures run along the fibres and are longer where"
    " fibres are more parallel. In the time courses, full lines are treated skin, dashed lines the untreated control;"
    " days run on a square-root scale."
)
_BOTH = ("treated", "untreated")


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What the page shows for one protocol.

    Parameters
    ----------
    name : the protocol.
    treated, control : the two runs.
    picture : PNG file to hold.
    alt : text for readers who cannot see the picture.
    table : label, treated, untreated, unit and definition of each end point.
    """

    name: str
    treated: xr.DataTree
    control: xr.DataTree
    picture: Path
    alt: str
    table: pd.DataFrame

    @property
    def title(self) -> str:
        """Name of the treatment for headings."""
        return store.title(self.treated)

    def shown(self, name: str, who: str) -> str:
        """Write an end point of the treated or untreated run."""
        days = float(round(store.days(self.treated)[-1], 1))
        return shown(float(self.table[who][name]), str(self.table["unit"][name]), days)


def beside_page(entries: Sequence[Entry]) -> Page:
    """Set protocols side by side with their controls.

    Parameters
    ----------
    entries : one for each protocol, in the order of the page.
    """
    scenarios = [store.scenario(entry.treated) for entry in entries]
    applies = {str(name) for entry in entries for name in _known(entry.table, ["treated"])}
    version = entries[0].treated.attrs.get("mendsim_version", "")
    hairy = next((about for about in scenarios if about.get("patient", {}).get("site") == "scalp"), scenarios[0])
    return Page(
        title="Treated and untreated skin, side by side",
        subtitle="Demonstration",
        about=f"Fractional laser protocols simulated with mendsim {version}. Each protocol is shown beside the same"
        " skin left untreated. All numbers come from a computer model.",
        sections=(
            *(_protocol(entry) for entry in entries),
            _all_outcomes(entries),
            limits(hairy, applies),
            _provenance(entries),
            references([run for entry in entries for run in (entry.treated, entry.control)]),
        ),
    )


def _protocol(entry: Entry) -> Section:
    about = store.scenario(entry.treated)
    blocks: list[Block] = []
    if about.get("description"):
        blocks.append(Prose(paragraphs=[" ".join(str(about["description"]).split())]))
    known = entry.table.loc[_known(entry.table, ["treated"])]
    cards = [
        (str(entry.table["label"][name]), entry.shown(name, "treated"), f"untreated: {entry.shown(name, 'untreated')}")
        for name in telling(entry.treated, known)
    ]
    picture = Illustration(
        name=f"picture-{slug(entry.name)}",
        title=entry.title,
        content=image_file(entry.picture, entry.alt),
        caption=_CAPTION,
        data=csv(entry.table.rename_axis("name").reset_index(), f"{slug(entry.name)}.csv"),
    )
    blocks += [summary(about), Cards(cards=cards), picture]
    return Section(name=slug(entry.name), title=entry.title, blocks=blocks)


def _known(table: pd.DataFrame, columns: Iterable[str]) -> list[str]:
    """End points that are known in some of the columns."""
    return [str(name) for name in table.index[table[list(columns)].notna().any(axis=1)]]


def _all_outcomes(entries: Sequence[Entry]) -> Section:
    joined = pd.concat([entry.table[list(_BOTH)] for entry in entries], axis=1)
    names = _known(joined, _BOTH)
    first = entries[0].table
    rows = [
        (str(first["label"][name]), *(entry.shown(name, who) for entry in entries for who in _BOTH)) for name in names
    ]
    defined = [(str(first["label"][name]), str(first["definition"][name]), name) for name in names]
    table = Table(
        caption="End points of every protocol and its control",
        head=("end point", *(_BOTH * len(entries))),
        rows=rows,
        numbers=frozenset(range(1, 2 * len(entries) + 1)),
        groups=(("", 1), *((entry.title, 2) for entry in entries)),
    )
    definitions = Table(caption="Definitions", head=("end point", "how it is measured", "name"), rows=defined)
    blocks: list[Block] = [table, Folded(title="How each end point is measured", blocks=[definitions])]
    return Section(name="outcomes", title="All outcomes", blocks=blocks)


def _provenance(entries: Sequence[Entry]) -> Section:
    rows = [
        (f"{entry.title}, {who}", *(str(run.attrs.get(key, "")) for key in ("seed", "mendsim_version", "content_hash")))
        for entry in entries
        for who, run in zip(_BOTH, (entry.treated, entry.control), strict=True)
    ]
    text = (
        "Each run store holds the complete scenario, every parameter with its source, and the seed. The same seed gives"
        " the same numbers on any number of threads."
    )
    table = Table(caption="Runs on this page", head=("run", "seed", "mendsim", "content hash"), rows=rows)
    return Section(name="provenance", title="How it was made", blocks=[Prose(paragraphs=[text]), table])
