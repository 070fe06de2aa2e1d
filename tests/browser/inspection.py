"""What is looked at on every page of the gallery, in one visit: axe, headings, focus, zoom, colours, motion.

`inspect` goes to a state as a person does and gives for each check what is wrong, in sentences. The words in
`CHECKS` stand in the accessibility statement.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from starlette.routing import compile_path

from tests.browser.gallery.state import OTHER, State
from tests.browser.live import DESK, PHONE, Watched, watch
from tests.browser.sites import Sites

RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
MORE_RULES = ("heading-order", "landmark-one-main", "landmark-unique", "page-has-heading-one", "region")
# GOV.UK's pages have the link back and the second way out before the main part, in no landmark.
OUTSIDE = ("govuk-back-link", "govuk-js-exit-this-page-secondary")
ZOOMED = {"width": 320, "height": 256}  # a window of 1280 by 1024 pixels, enlarged four times
CHECKS: dict[str, str] = {
    "axe": "No rule of WCAG 2.2, level A or AA, that the program axe can check is broken, on a telephone "
    "(360 pixels wide) and on a desk screen (1280 pixels)",
    "headings": "There is one main heading, no level of heading is left out, and the language is said",
    "title": "The title names the page and its state, and begins with “Error:” where an answer must be "
    "put right",
    "skip": "The first stop of the keyboard leads past the menu to the content",
    "order": "The keyboard goes through the page in the order in which it is read",
    "focus": "What has the keyboard’s focus can be seen, and nothing lies over it",
    "zoom": "Enlarged to 400%, nothing must be scrolled sideways (wide tables apart)",
    "spacing": "With more space between lines, words and letters (WCAG 1.4.12), no text is cut off",
    "colours": "With the reader’s own colours, light or dark, focus, icons and maps can still be seen",
    "motion": "Nothing moves where the reader asked for less motion",
    "errors": "A summary of errors has the focus and leads to each field, and each field says its error",
    "quiet": "The browser tells of no error, and nothing is asked for from any other site",
    "plain": "Without JavaScript the same page is there, and nothing on it needs a script",
}
Found = dict[str, list[str]]


@cache
def axe_script() -> str:
    """The program axe."""
    from axe_playwright_python.base import AXE_SCRIPT

    return str(AXE_SCRIPT)


def wanted(state: State) -> set[str]:
    """The checks that concern a state: a map in a frame has no header, and some things need scripts."""
    left_out = set()
    if state.bare:
        left_out |= {"errors", "headings", "skip", "order"}
    if state.bare or state.scripts:
        left_out |= {"plain"}
    return set(CHECKS) - left_out


def looking_script() -> str:
    """Our own questions."""
    return Path(__file__).with_name("inspection.js").read_text("utf-8")


def axe(frame: Any) -> dict[str, Any]:
    """What axe says of a page or of a frame in it."""
    options = {
        "runOnly": {"type": "tag", "values": list(RULES)},
        "rules": {name: {"enabled": True} for name in MORE_RULES},
        "resultTypes": ["violations"],
        "iframes": False,  # a frame is asked by itself
    }
    if not frame.evaluate("typeof window.axe === 'object'"):
        frame.evaluate(axe_script())
    told: dict[str, Any] = frame.evaluate("options => window.axe.run(options)", options)
    return told


def breaches(tab: Watched) -> list[str]:
    """The rules that the page in a tab breaks."""
    return broken(axe(tab.page))


def broken(told: dict[str, Any]) -> list[str]:
    """The same of what axe said."""
    wrong = []
    for one in told["violations"]:
        nodes = [node["html"] for node in one["nodes"]]
        if one["id"] == "region":
            nodes = [node for node in nodes if not any(name in node for name in OUTSIDE)]
        if nodes:
            wrong.append(f"{one['id']}: {one['help']}: {[node[:120] for node in nodes[:3]]}")
    return wrong


def fits(page: Any) -> bool:
    """Whether nothing must be scrolled sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


@contextmanager
def tabs(browser: Any, sites: Sites) -> Iterator[Visitor]:
    """Two tabs for the whole gallery: one with scripts and one without."""
    scripted = browser.new_context(viewport=PHONE)
    plain = browser.new_context(viewport=PHONE, java_script_enabled=False)
    try:
        yield Visitor(sites, watch(scripted.new_page(), ""), watch(plain.new_page(), ""))
    finally:
        scripted.close()
        plain.close()


class Visitor:
    """Goes to one state of the gallery after the other."""

    def __init__(self, sites: Sites, scripted: Watched, plain: Watched) -> None:
        self.sites, self.scripted, self.plain = sites, scripted, plain

    def go(self, state: State, *, scripts: bool = True, size: dict[str, int] = PHONE) -> Watched:
        """The state in a tab of that size, settled, with what was wrong on the way."""
        tab = self.scripted if scripts else self.plain
        tab.wrong, tab.addresses, tab.status = [], [], 0
        tab.page.set_viewport_size(size)
        tab.site = self.sites[state.site]
        state.way(tab)
        tab.page.wait_for_load_state("load")
        tab.expected(state.status)
        return tab

    def inspect(self, state: State) -> Found:
        """Everything that is wrong with it, by check; checks that do not concern it are left out."""
        tab = self.go(state)
        page = tab.page
        page.evaluate(looking_script())
        found: Found = {}
        ask: Callable[[str], list[str]] = lambda what: list(page.evaluate(f"window.looking.{what}"))  # noqa: E731
        found["title"] = wrong_title(tab, state)
        if not state.bare:
            found["errors"] = ask("errors()")
            found["headings"] = ask("headings()")
            found["skip"] = ask("skipping()")
            found["order"] = ask("order()")
        found["axe"] = broken(axe(page))
        if state.framed:
            found["axe"] += self._framed(tab)
        tab.press("Shift")  # from now on the focus is shown as to somebody with a keyboard
        found["focus"] = ask("focus(false)")
        found["spacing"] = ask("spacing()")
        page.set_viewport_size(ZOOMED)
        found["zoom"] = ask("wide()")
        page.set_viewport_size(DESK)
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
        found["axe"] += broken(axe(page))
        found["focus"] += ask("focus(false)")
        found["colours"] = []
        for scheme in ("dark", "light"):
            page.emulate_media(forced_colors="active", color_scheme=scheme, reduced_motion="reduce")
            found["colours"] += ask("drawings()")
        found["colours"] += ask("focus(true)")
        found["motion"] = ask("motion()")
        page.emulate_media(forced_colors="none", color_scheme="light", reduced_motion="no-preference")
        found["quiet"] = list(tab.wrong)
        if "plain" in wanted(state):
            found["plain"] = self._plain(state, page.locator("h1").first.inner_text(), page.title())
        assert set(found) == wanted(state)
        return found

    def _framed(self, tab: Watched) -> list[str]:
        """What is wrong in the map that stands in the page."""
        tab.page.locator(".ehf-map").first.scroll_into_view_if_needed()
        inside = tab.page.frame_locator(".ehf-map__frame")
        inside.locator("path.leaflet-interactive").first.wait_for(state="attached")
        frame = next(one for one in tab.page.frames if one != tab.page.main_frame)
        return [f"in the map: {one}" for one in broken(axe(frame))]

    def _plain(self, state: State, heading: str, title: str) -> list[str]:
        """What is missing without scripts."""
        tab = self.go(state, scripts=False, size=ZOOMED)
        page = tab.page
        page.evaluate(looking_script())
        wrong = list(page.evaluate("[...window.looking.dead(), ...window.looking.wide()]"))
        if page.locator("h1").first.inner_text() != heading:
            wrong.append(f"another heading: {page.locator('h1').first.inner_text()}")
        if page.title() != title:
            wrong.append(f"another title: {page.title()}")
        if tab.status != state.status:
            wrong.append(f"status {tab.status}")
        if page.locator("iframe").count():
            wrong.append("a frame")
        return [*wrong, *tab.wrong]


def leads_to(pattern: str, path: str) -> bool:
    """Whether an address is of the page with that pattern."""
    return pattern == OTHER or compile_path(pattern)[0].fullmatch(path) is not None


def wrong_title(tab: Watched, state: State) -> list[str]:
    """What is wrong with the title, and whether this is the state at all."""
    page = tab.page
    title, heading = page.title(), "" if state.bare else page.locator("h1").first.inner_text()
    wrong = []
    if not leads_to(state.page, urlsplit(page.url).path):
        wrong.append(f"{page.url} is not of the page {state.page}")
    if tab.status != state.status:
        wrong.append(f"the status is {tab.status}, not {state.status}")
    if state.h1 not in heading:
        wrong.append(f"the heading is “{heading}”")
    if state.title not in title or not title.strip():
        wrong.append(f"the title is “{title}”")
    if not state.bare and not title.endswith(" - Early Help Finder"):
        wrong.append(f"the title does not name the site: “{title}”")
    return wrong
