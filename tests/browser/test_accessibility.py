"""No page and no state of one breaks a rule of WCAG 2.2 A or AA that a program can check."""

from __future__ import annotations

import pytest

from tests.browser.live import Watched

axe_module = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}

STATES = {
    "found": "B15 2TT",
    "outside": "B91 3QJ",
    "partial": "B15",
    "sector": "B15 2",
    "not known": "B15 9ZZ",
    "malformed": "not a postcode",
    "mistyped": "BI5 2TT",
    "no place": "BX1 1LT",
    "empty": "",
}
PAGES = (
    "/",
    "/areas",
    "/areas/hub",
    "/areas/hub/HUB01",
    "/areas/health_visiting/HVN01",
    "/areas/ward_2004",
    "/about",
    "/privacy",
    "/accessibility",
    "/maps/layer/hub.html",
    "/maps/district/E14000560.html",
)


def breaches(tab: Watched) -> list[str]:
    found = axe_module.Axe().run(tab.page, options=RULES).response["violations"]
    return [f"{one['id']}: {one['help']}: {[node['html'][:120] for node in one['nodes']]}" for one in found]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_breaks_no_rule(phone: Watched, path: str) -> None:
    phone.open(path)
    assert breaches(phone) == []


@pytest.mark.parametrize("state", STATES)
def test_an_answer_breaks_no_rule(phone: Watched, state: str) -> None:
    page = phone.ask(STATES[state])
    if state == "found":
        page.locator(".ehf-map").scroll_into_view_if_needed()
        page.frame_locator(".ehf-map__frame").locator("path.spot").wait_for()
    assert breaches(phone) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize("path", ["/", "/areas/hub", "/maps/district/E14000560.html"])
def test_a_page_breaks_no_rule_on_a_desk_screen(desk: Watched, path: str) -> None:
    desk.open(path)
    assert breaches(desk) == []


def test_an_answer_breaks_no_rule_on_a_desk_screen(desk: Watched) -> None:
    desk.ask("B15 2TT")
    assert breaches(desk) == []


def test_a_page_that_is_not_there_breaks_no_rule(phone: Watched) -> None:
    phone.open("/areas/none")
    assert phone.page.locator("h1").inner_text() == "No such map"
    assert breaches(phone) == []
    phone.wrong = [told for told in phone.wrong if "404" not in told]


def test_dark_surroundings_and_forced_colours_keep_the_focus_visible(phone: Watched) -> None:
    page = phone.open("/")
    page.emulate_media(color_scheme="dark", forced_colors="active")
    page.locator("#postcode").focus()
    shown = page.evaluate(
        "(s => s.outlineStyle !== 'none' || s.boxShadow !== 'none')(getComputedStyle(document.activeElement))"
    )
    assert shown
