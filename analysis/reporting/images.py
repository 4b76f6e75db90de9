"""Figures as they stand on a page: tissue as images of few colours, lines as drawings that follow its colours."""

from __future__ import annotations

import base64
import io
import re
from pathlib import Path
from typing import BinaryIO
from xml.etree import ElementTree

import matplotlib as mpl
from markupsafe import Markup
from matplotlib.figure import Figure

from mendsim.analysis import style

_COLOURS = 256
"""Colours of an image: as many as one byte holds, which looks the same as all of them at a third of the size."""
_QUALITY = 88
"""Of a photograph: grain and nuclei look as they do without loss."""
_DPI, _MARGIN_IN = 150, 0.08
_WIDE_PX = 1800
"""From which width an image scrolls rather than shrinks on a narrow screen."""
_SVG, _XLINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"
_THEME = {
    style.INK: "var(--ink)",
    style.MUTED: "var(--soft)",
    style.GRID: "var(--line)",
    style.BACKGROUND: "var(--card)",
    **{colour: f"var(--series-{number})" for number, colour in enumerate(style.SERIES_COLOURS, start=1)},
}
"""Colours of figures and what the page calls them: it has others in the dark."""
_FONTS = "'DejaVu Sans', Verdana, sans-serif"
"""What figures are set in, and a font as wide for readers who lack it."""


def image(figure: Figure, alt: str, *, photograph: bool = False) -> Markup:
    """Draw a figure as an image.

    Parameters
    ----------
    figure : what to draw.
    alt : text for readers who cannot see it.
    photograph : whether most of it has the grain of a photograph, of which WebP takes a fifth of the room of PNG.
    """
    drawn = io.BytesIO()
    figure.savefig(drawn, format="png", dpi=_DPI, bbox_inches="tight", pad_inches=_MARGIN_IN)
    drawn.seek(0)
    return image_file(drawn, alt, photograph=photograph)


def image_file(file: BinaryIO | Path, alt: str, *, photograph: bool = False) -> Markup:
    """Put a PNG on the page, with few colours, or as WebP.

    Parameters
    ----------
    file : the picture.
    alt, photograph : as in `image`.
    """
    from PIL import Image, features

    packed, webp = io.BytesIO(), photograph and features.check("webp")
    with Image.open(file) as picture:
        width, height = picture.size
        plain = picture.convert("RGB")
        if webp:
            plain.save(packed, format="webp", quality=_QUALITY, method=4)
        else:
            plain.quantize(_COLOURS, dither=Image.Dither.NONE).save(packed, format="png", optimize=True)
    content = base64.b64encode(packed.getvalue()).decode("ascii")
    wide = Markup(' class="wide"') if width > _WIDE_PX else ""
    return Markup('<img src="data:image/{};base64,{}" alt="{}" width="{}" height="{}"{}>').format(
        "webp" if webp else "png", content, alt, width, height, wide
    )


def drawing(figure: Figure, alt: str, name: str, *, wide: bool = False) -> Markup:
    """Draw a figure as SVG that takes its colours from the page and keeps its text as text.

    Parameters
    ----------
    figure : what to draw.
    alt : text for readers who cannot see it.
    name : of the figure on its page; ids in the drawing begin with it.
    wide : whether it scrolls rather than shrinks on a narrow screen.
    """
    drawn = io.StringIO()
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": name}):
        figure.savefig(drawn, format="svg", metadata=dict.fromkeys(("Date", "Creator", "Format", "Type")))
    root = ElementTree.fromstring(drawn.getvalue())  # noqa: S314 - matplotlib wrote it
    for parent in list(root.iter()):
        for child in [each for each in parent if each.tag.endswith(("}metadata", "}style"))]:
            parent.remove(child)
    for element in root.iter():
        for key, value in element.attrib.items():
            element.set(key, _placed(key, value, name))
    # What matplotlib says in a style sheet, which would reach beyond the drawing.
    about = {"stroke-linejoin": "round", "stroke-linecap": "butt", "role": "img", "aria-label": alt}
    root.attrib = {"viewBox": root.attrib["viewBox"], **about} | ({"class": "wide"} if wide else {})
    ElementTree.register_namespace("", _SVG)
    ElementTree.register_namespace("xlink", _XLINK)
    return Markup(ElementTree.tostring(root, encoding="unicode"))  # noqa: S704 - escaped by the writer of XML


def _placed(key: str, value: str, name: str) -> str:
    """Give ids and links the name of their drawing, and colours and fonts those of the page."""
    if key == "id":
        return f"{name}-{value}"
    if key.endswith("href") and value.startswith("#"):
        return f"#{name}-{value[1:]}"
    value = re.sub(r"url\(#([^)]*)\)", rf"url(#{name}-\1)", value)
    if key in ("style", "fill", "stroke"):
        value = re.sub(r"#[0-9a-f]{6}", lambda found: _THEME.get(found[0], found[0]), value)
        value = value.replace("'DejaVu Sans'", _FONTS)
    return value


def slug(text: str) -> str:
    """Make a name for an anchor of any text."""
    return "-".join(re.findall(r"[a-z0-9]+", text.lower())) or "part"
