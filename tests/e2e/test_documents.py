"""The pages of docs/: they build without a warning, ask nothing of the net, and every link on them leads somewhere."""

from __future__ import annotations

import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

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


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    out = tmp_path_factory.mktemp("pages")
    command = [sys.executable, "-m", "sphinx", "-W", "-n", "-q", "-b", "html", "-d", out / "trees", DOCS, out / "html"]
    built = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own pages
    assert built.returncode == 0, built.stderr
    return {path: Page(path) for path in (out / "html").rglob("*.html")}


def test_every_page_is_there(site):
    made = {path.name for path in site}
    assert {page.with_suffix(".html").name for page in DOCS.rglob("*.md")} <= made


def test_nothing_is_fetched_from_elsewhere(site):
    for page in site.values():
        assert not [address for address in page.loaded if urlsplit(address).netloc], page.path.name


def test_every_link_leads_to_a_page_and_a_place_on_it(site):
    broken = []
    for page in site.values():
        for link in page.links:
            address = urlsplit(link)
            if address.scheme or address.netloc:
                continue
            target = (page.path.parent / unquote(address.path)).resolve() if address.path else page.path
            anchors = site[target].anchors if target in site else set()
            if not target.is_file() or (
                address.fragment and target in site and unquote(address.fragment) not in anchors
            ):
                broken.append(f"{page.path.name}: {link}")
    assert not broken
