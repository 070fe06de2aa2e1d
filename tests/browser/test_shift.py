"""Nothing moves on a telephone when the script comes late, and nothing is missing when it never comes."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Route, expect

from tests.browser.live import PHONE

_WATCH = """
window.moved = 0;
new PerformanceObserver((list) => list.getEntries().forEach((one) => { window.moved += one.value; }))
  .observe({type: "layout-shift", buffered: true});
"""
_PAINTED = """new Promise((done) => new PerformanceObserver((list) => {
  if (list.getEntriesByName("first-contentful-paint").length) done();
}).observe({type: "paint", buffered: true}))"""
_TWO_FRAMES = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


def test_nothing_moves_when_the_script_comes_after_the_page_was_painted(chromium: Any, site: str) -> None:
    context = chromium.new_context(viewport=PHONE)
    try:
        page = context.new_page()
        page.add_init_script(_WATCH)
        held: list[Route] = []
        page.route("**/page.js*", lambda route: held.append(route))  # noqa: PLW0108
        page.goto(site, wait_until="commit")
        page.evaluate(_PAINTED)
        page.evaluate(_TWO_FRAMES)
        assert len(held) == 1
        menu = page.get_by_role("button", name="Menu")
        expect(menu).not_to_be_visible()
        held[0].continue_()
        expect(menu).to_be_visible()
        page.evaluate(_TWO_FRAMES)
        assert page.evaluate("window.moved") == 0
        menu.click()
        expect(page.get_by_role("link", name="About the data").first).to_be_visible()
    finally:
        context.close()


def test_the_menu_is_there_when_the_script_never_comes(chromium: Any, site: str) -> None:
    context = chromium.new_context(viewport=PHONE)
    try:
        page = context.new_page()
        page.route("**/page.js*", lambda route: route.abort())
        page.goto(site)
        expect(page.locator("#navigation a").first).to_be_visible(timeout=10_000)
        assert page.locator("#navigation").evaluate("list => list.getBoundingClientRect().height") > 100
    finally:
        context.close()
