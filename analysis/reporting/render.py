"""From blocks to one HTML file that needs nothing else."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from markupsafe import Markup

from mendsim.analysis.reporting.blocks import Data, Page

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES = Path(__file__).parent / "templates"
GENERATOR = Markup('<meta name="generator" content="mendsim">')
"""Stands in every page, so that a page can be told from another's file."""
_PLAIN = "-_.!~*'(),;:@+$= /?[]{}|"
"""Signs that need no code in a link to data; it keeps tables of numbers short."""


def render(page: Page) -> str:
    """Write a page as HTML; every text in it is escaped.

    Parameters
    ----------
    page : what stands on it.
    """
    environment = _environment()
    style = Markup((TEMPLATES / "style.css").read_text(encoding="utf-8"))  # noqa: S704 - our own file
    return environment.get_template("page.html").render(page=page, style=style, generator=GENERATOR)


def link_to_data(data: Data) -> str:
    """Put a file into a link; what is mostly letters of other scripts or signs takes less room in base 64."""
    kind = f"data:{data.media};charset=utf-8"
    quoted = quote(data.text, safe=_PLAIN)
    coded = base64.b64encode(data.text.encode()).decode("ascii")
    return f"{kind},{quoted}" if len(quoted) <= len(coded) else f"{kind};base64,{coded}"


def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["link"] = link_to_data
    return environment
