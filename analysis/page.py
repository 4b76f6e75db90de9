"""The comparison page: one HTML file that holds its pictures and works offline."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from mendsim.analysis import store
from mendsim.analysis.endpoints import format_value
from mendsim.analysis.page_style import CSS

_KEY = (
    "reepithelialisation_days",
    "debris_gone_days",
    "water_loss_raised_hours",
    "scar_depth_change_percent",
    "anagen_final",
    "drug_delivered",
    "collagen_final",
)
"""End points shown large for each protocol, where they apply."""

_NOTICE = (
    "mendsim is a research tool. It is not a medical device and is not meant for diagnosis or for treatment decisions."
    " All numbers on this page come from a computer model."
)


_CAPTION = (
    "Vertical sections, to scale. Depth counts from the skin surface. Over a scar the surface dips by the matrix that"
    " is missing; close-ups are drawn flat. Strokes in the collagen pictures run along the fibres and are longer where"
    " fibres are more parallel. In the time courses, full lines are treated skin, dashed lines the untreated control;"
    " days run on a square-root scale."
)


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

    def value(self, name: str, who: str) -> float:
        """Value of an end point of the treated or untreated run."""
        return float(self.table[who][name])

    def text(self, name: str, column: str) -> str:
        """Label, unit or definition of an end point."""
        return str(self.table[column][name])

    @property
    def title(self) -> str:
        """Name of the treatment for headings."""
        return store.title(self.treated)

    @property
    def length_days(self) -> float:
        """Follow-up of the treated run."""
        return float(round(store.days(self.treated)[-1], 1))


def render(entries: list[Entry]) -> str:
    """Write the page.

    Parameters
    ----------
    entries : one for each protocol, in the order of the page.
    """
    links = "".join(f'<li><a href="#{_anchor(e)}">{escape(e.title)}</a></li>' for e in entries)
    header = (
        "<header><h1>Treated and untreated skin, side by side</h1>"
        f'<p class="soft">Fractional laser protocols simulated with mendsim {escape(_version(entries))}.'
        " Each protocol is shown beside the same skin left untreated.</p>"
        f'<p class="note" role="note"><strong>Research use only.</strong> {_NOTICE}</p>'
        f'<nav aria-label="Contents"><ul>{links}<li><a href="#outcomes">All outcomes</a></li>'
        '<li><a href="#provenance">How it was made</a></li></ul></nav></header>'
    )
    parts = [header, *(_protocol(entry) for entry in entries), _all_outcomes(entries), _provenance(entries)]
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>mendsim: treated and untreated skin</title>\n<style>{CSS}</style>\n</head>\n"
        f"<body>\n<main>\n{chr(10).join(parts)}\n</main>\n</body>\n</html>\n"
    )


def _protocol(entry: Entry) -> str:
    about = store.scenario(entry.treated)
    image = base64.b64encode(entry.picture.read_bytes()).decode("ascii")
    width, height = _png_size(entry.picture)
    description = f"<p>{escape(str(about['description']))}</p>" if about.get("description") else ""
    return (
        f'<section id="{_anchor(entry)}"><h2>{escape(entry.title)}</h2>'
        f"{description}{_events(about)}{_key_numbers(entry)}"
        '<figure><div tabindex="0" role="region" aria-label="Picture">'
        f'<img src="data:image/png;base64,{image}" alt="{escape(entry.alt)}" width="{width}" height="{height}"></div>'
        f"<figcaption>{_CAPTION}</figcaption></figure></section>"
    )


def _events(about: dict[str, Any]) -> str:
    items = []
    for event in about.get("events", []):
        rest = ", ".join(
            f"{key.replace('_', ' ')} {value}" for key, value in event.items() if key not in ("kind", "at")
        )
        kind, at = escape(str(event.get("kind"))), escape(str(event.get("at")))
        items.append(f"<li><strong>{kind}</strong> at {at}: {escape(rest)}</li>")
    return f"<details><summary>Protocol</summary><ul>{''.join(items)}</ul></details>" if items else ""


def _key_numbers(entry: Entry) -> str:
    cards = []
    for name in _KEY:
        beside_the_point = name == "anagen_final" and store.has_scar(entry.treated)
        if beside_the_point or np.isnan(entry.value(name, "treated")):
            continue
        treated, untreated = (_shown(entry, name, who) for who in ("treated", "untreated"))
        cards.append(
            f'<div><dt>{escape(entry.text(name, "label"))}</dt><dd><span class="treated">{escape(treated)}</span><br>'
            f'<span class="soft">untreated: {escape(untreated)}</span></dd></div>'
        )
    return f'<dl class="key">{"".join(cards)}</dl>'


def _all_outcomes(entries: list[Entry]) -> str:
    heads = "".join(f'<th scope="colgroup" colspan="2" class="first">{escape(e.title)}</th>' for e in entries)
    subheads = '<th scope="col" class="first">treated</th><th scope="col">untreated</th>' * len(entries)
    rows, definitions = [], []
    for name in map(str, entries[0].table.index):
        if all(np.isnan(entry.value(name, who)) for entry in entries for who in ("treated", "untreated")):
            continue
        label = entries[0].text(name, "label")
        cells = "".join(_cell(entry, name, who) for entry in entries for who in ("treated", "untreated"))
        rows.append(f'<tr><th scope="row">{escape(label)}</th>{cells}</tr>')
        definition = escape(entries[0].text(name, "definition"))
        definitions.append(f"<dt>{escape(label)}</dt><dd>{definition} <code>{escape(name)}</code></dd>")
    return (
        '<section id="outcomes"><h2>All outcomes</h2>'
        '<div class="scroll" tabindex="0" role="region" aria-label="Table of outcomes"><table>'
        f'<thead><tr><td></td>{heads}</tr><tr><th scope="col">Outcome</th>{subheads}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
        "<details><summary>How each outcome is measured</summary>"
        f'<dl class="definitions">{"".join(definitions)}</dl></details>'
        "</section>"
    )


def _provenance(entries: list[Entry]) -> str:
    rows = "".join(
        f'<tr><th scope="row">{escape(entry.title)}, {who}</th><td>{escape(str(run.attrs.get("seed", "")))}</td>'
        f"<td>{escape(str(run.attrs.get('mendsim_version', '')))}</td>"
        f"<td><code>{escape(str(run.attrs.get('content_hash', '')))}</code></td></tr>"
        for entry in entries
        for who, run in (("treated", entry.treated), ("untreated", entry.control))
    )
    sources = sorted({str(source) for entry in entries for source in store.scenario(entry.treated).get("sources", ())})
    listed = "".join(f"<li>{escape(source)}</li>" for source in sources)
    cited = f"<h3>Sources of the protocols</h3><ul>{listed}</ul>" if listed else ""
    return (
        '<section id="provenance"><h2>How it was made</h2>'
        "<p>Each run store holds the complete scenario, every parameter with its source, and the seed."
        " The same seed gives the same numbers on any number of threads.</p>"
        '<div class="scroll" tabindex="0" role="region" aria-label="Table of runs"><table>'
        '<thead><tr><th scope="col">Run</th><th scope="col">Seed</th><th scope="col">mendsim</th>'
        '<th scope="col">Content hash</th></tr></thead>'
        f"<tbody>{rows}</tbody></table></div>{cited}</section>"
    )


def _cell(entry: Entry, name: str, who: str) -> str:
    none = np.isnan(entry.value(name, who))
    kinds = " ".join(kind for kind, on in (("first", who == "treated"), ("none", none)) if on)
    text = escape("\N{EN DASH}" if none else _shown(entry, name, who))
    return f'<td class="{kinds}">{text}</td>' if kinds else f"<td>{text}</td>"


def _shown(entry: Entry, name: str, who: str) -> str:
    return format_value(entry.value(name, who), entry.text(name, "unit"), entry.length_days)


def _anchor(entry: Entry) -> str:
    return "".join(letter if letter.isalnum() else "-" for letter in entry.name.lower())


def _version(entries: list[Entry]) -> str:
    return str(entries[0].treated.attrs.get("mendsim_version", ""))


def _png_size(path: Path) -> tuple[int, int]:
    """Width and height from the first chunk of a PNG file, so that the page does not jump while it loads."""
    head = path.read_bytes()[16:24]
    return int.from_bytes(head[:4], "big"), int.from_bytes(head[4:], "big")
