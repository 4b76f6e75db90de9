"""The pages of docs/: they build without a warning, ask nothing of the net, and every link on them leads somewhere."""

from __future__ import annotations

import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

DOCS = Path(__file__).parents[2] / "docs"
LOADED = {"script": "src", "img": "src", "iframe": "src", "source": "src", "video": "src", "link": "href"}
"""Tags whose address a browser asks for by itself."""


class Page(HTMLParser):
    """Addresses and anchors of a page."""

    def __init__(self, path: Path):
        super().__init__()
        self.path = path
        self.loaded: list[str] = []
        self.links: list[str] = []
        self.anchors: set[str] = set()
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        self.anchors |= {found[name] for name in ("id", "name") if found.get(name)}
        if tag == "a" and found.get("href"):
            self.links.append(found["href"])
        if tag == "link" and found.get("rel") in ("canonical", "search", "index", "next", "prev"):
            return
        if found.get(LOADED.get(tag, "")):
            self.loaded.append(found[LOADED[tag]])


def built(out):
    """Build the pages with warnings as errors, and read them."""
    command = [sys.executable, "-m", "sphinx", "-W", "-n", "-q", "-b", "html", "-d", out / "trees", DOCS, out / "html"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own pages
    assert done.returncode == 0, done.stderr
    return {path: Page(path) for path in (out / "html").rglob("*.html")}


def broken_links(site):
    """Links that lead to no page, or to no place on it."""
    for page in site.values():
        for link in page.links:
            address = urlsplit(link)
            if address.scheme or address.netloc:
                continue
            target = (page.path.parent / unquote(address.path)).resolve() if address.path else page.path
            anchors = site[target].anchors if target in site else {unquote(address.fragment)}
            if not target.is_file() or (address.fragment and unquote(address.fragment) not in anchors):
                yield f"{page.path.name}: {link}"


def test_pages_build_and_hold_together(tmp_path):
    """One test, so that the pages are built once."""
    site = built(tmp_path)
    made = {path.name for path in site}
    assert {page.with_suffix(".html").name for page in DOCS.rglob("*.md")} <= made
    assert not [(page.path.name, url) for page in site.values() for url in page.loaded if urlsplit(url).netloc]
    assert not list(broken_links(site))
