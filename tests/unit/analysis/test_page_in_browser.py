"""Pages in a real browser: nothing asked from outside, nothing too wide, every picture there, in light and dark."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)
WIDTHS_PX = (360, 768, 1440)

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine (apt-get install chromium)")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed (pip install playwright)")
    with api.sync_playwright() as player:
        chromium = player.chromium.launch(executable_path=CHROMIUM)
        yield chromium
        chromium.close()


CUT = """[...document.querySelectorAll("main > section > figure > .picture:has(> img)")].map(
    each => [each.scrollWidth > each.clientWidth, getComputedStyle(each, "::before").content])"""
"""Of each picture whether part of it is out of sight, and what it says about that."""


@pytest.fixture(scope="module", params=["run", "comparison"])
def page_file(request: pytest.FixtureRequest) -> Path:
    return request.getfixturevalue({"run": "report", "comparison": "comparison_report"}[request.param])


def test_a_page_is_whole_in_light_and_dark_narrow_and_wide(browser, page_file, tmp_path):
    for scheme in ("light", "dark"):
        context = browser.new_context(color_scheme=scheme)
        page = context.new_page()
        said, asked = [], []
        page.on("console", lambda message, said=said: said.append(message.text))
        page.on("pageerror", lambda error, said=said: said.append(str(error)))
        page.on("request", lambda request, asked=asked: asked.append(request.url))
        page.goto(page_file.as_uri())
        assert not said
        assert [url for url in asked if not url.startswith("data:")] == [page_file.as_uri()]
        for width in WIDTHS_PX:
            page.set_viewport_size({"width": width, "height": 800})
            wide, room = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
            assert wide <= room == width, f"{scheme} at {width} px"
        assert page.evaluate(PICTURES_WITHOUT) == []
        assert page.evaluate(ANCHORS_TO_NOWHERE) == []
        assert page.evaluate(FAINT) == [], scheme
        if scheme == "light":
            page.pdf(path=tmp_path / "page.pdf", format="A4")
            assert (tmp_path / "page.pdf").read_bytes().startswith(b"%PDF")
        context.close()
    assert page_file.stat().st_size < 8e6


def test_pictures_fit_their_column_except_on_a_phone_where_it_says_to_scroll(browser, report):
    page = browser.new_page()
    page.goto(report.as_uri())
    for width in WIDTHS_PX:
        page.set_viewport_size({"width": width, "height": 800})
        for cut, hint in page.evaluate(CUT):
            assert (hint != "none") == (width < 700), width
            assert not cut or hint != "none", width
    page.close()


def test_a_reader_with_a_keyboard_can_skip_to_the_content(browser, page_file):
    page = browser.new_page()
    page.goto(page_file.as_uri())
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#content"
    page.close()


def test_what_is_folded_away_opens_without_a_script(browser, report):
    page = browser.new_page(java_script_enabled=False)
    page.goto(report.as_uri())
    figure = page.locator("#picture-cells")
    assert not figure.locator("table").is_visible()
    figure.locator("summary").click()
    assert figure.locator("table").is_visible()
    page.close()


PICTURES_WITHOUT = """
[
  ...[...document.querySelectorAll("img")].filter(each => !each.alt || !each.naturalWidth),
  ...[...document.querySelectorAll("svg")].filter(
    each => !each.getAttribute("aria-label") || !each.getBoundingClientRect().height
  ),
].map(each => each.outerHTML.slice(0, 80))
"""
ANCHORS_TO_NOWHERE = """
[...document.querySelectorAll("a[href^='#']")].map(each => each.getAttribute("href").slice(1))
 .filter(name => !document.getElementById(name))
"""
FAINT = """
(() => {
  // Contrast of text against the ground behind it (WCAG 2.2), where that is under 4.5 to 1.
  const numbers = text => (text.match(/[\\d.]+/g) || []).map(Number);
  const linear = c => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  const light = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
  const ground = node => {
    for (; node; node = node.parentElement) {
      const [r, g, b, a] = numbers(getComputedStyle(node).backgroundColor);
      if (a === undefined || a > 0) return [r, g, b];
    }
    return [255, 255, 255];
  };
  const found = new Set();
  for (const node of document.querySelectorAll("main *, nav *, header *, footer *")) {
    const own = [...node.childNodes].some(each => each.nodeType === 3 && each.textContent.trim());
    if (!own) continue;
    const drawing = node.closest("svg"), looks = getComputedStyle(node);
    const paint = drawing ? looks.fill : looks.color;
    const pair = [light(numbers(paint)), light(ground(drawing ? drawing.parentElement : node))];
    const contrast = (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
    if (contrast < 4.5) found.add(`${node.tagName} ${paint} ${node.textContent.trim().slice(0, 30)}`);
  }
  return [...found];
})()
"""
