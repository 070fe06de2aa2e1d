"""What the privacy page says is so: nothing is put into the browser, and the log holds nothing of anybody."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.api.pages.test_pathway_pages import codes
from tests.api.serving import server
from tests.browser.live import Watched, watching

HOME = "B15 2TT"
WORRY = "self harm 14"
ANSWERS = codes(young_carer="yes", feelings="additional", tried="one_plan")
_STORED = """async () => ({
  cookie: document.cookie,
  local: Object.keys(localStorage).length,
  session: Object.keys(sessionStorage).length,
  databases: (await indexedDB.databases()).length,
  caches: (await caches.keys()).length,
  workers: (await navigator.serviceWorker.getRegistrations()).length,
})"""
NOTHING = {"cookie": "", "local": 0, "session": 0, "databases": 0, "caches": 0, "workers": 0}


def postcode(tab: Watched) -> None:
    tab.ask(HOME)
    place = tab.page.locator(".ehf-map")
    place.scroll_into_view_if_needed()
    tab.page.frame_locator(".ehf-map__frame").locator("path.spot").wait_for()


def services(tab: Watched) -> None:
    tab.search(WORRY, HOME)
    tab.page.get_by_label("Free", exact=False).first.check()
    tab.page.get_by_role("button", name="Apply filters").click()
    tab.page.get_by_text("Filtered by").wait_for()
    tab.page.locator(".ehf-result h3 a").first.click()
    tab.page.get_by_text("Report a problem with this listing").click()
    tab.page.locator("#problem").check()
    tab.page.get_by_role("button", name="Send the report").click()
    tab.page.get_by_role("heading", name="Thank you").wait_for()


def typing(tab: Watched) -> None:
    tab.open("/services").locator("#q").press_sequentially("self har")
    tab.page.get_by_role("option").first.wait_for()


def questions(tab: Watched) -> None:
    tab.open(f"/worried/early-help/check?a={ANSWERS}&w=h")
    tab.page.locator("#postcode").fill(HOME)
    tab.page.get_by_role("button", name="Show what to do", exact=True).click()
    tab.page.locator(".ehf-now .ehf-tel").first.wait_for()
    tab.page.get_by_role("button", name="The same in plain words for the family").click()
    tab.page.get_by_text("For the family").wait_for()


def problems(tab: Watched) -> None:
    for path in (f"/nothing/{HOME}", f"/areas/hub/{HOME}?q={WORRY}", f"/worried/early-help?a={ANSWERS}.zz"):
        tab.open(path)
    tab.wrong = [told for told in tab.wrong if "404" not in told and "400" not in told]


JOURNEYS: tuple[Callable[[Watched], None], ...] = (postcode, services, typing, questions, problems)


def stored(page: Any) -> dict[str, Any]:
    """What stands in the browser's stores for this site."""
    found: dict[str, Any] = page.evaluate(_STORED)
    return found


def test_no_journey_leaves_anything_in_the_browser_or_in_the_log(
    chromium: Any, stocked: Path, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    with server(stocked, log=log) as site:
        for journey in JOURNEYS:
            with watching(chromium, site) as tab:
                journey(tab)
                assert stored(tab.page) == NOTHING, journey.__name__
                assert tab.page.context.cookies() == [], journey.__name__
                asked = "\n".join(tab.addresses)
                if journey is not problems:  # there the postcode was put into the address on purpose
                    assert not re.search(r"B15(?:%20|\+)?2TT", asked, re.I), journey.__name__
    told = log.read_text("utf-8")
    requests = [line for line in told.splitlines() if '"event":"request"' in line]
    assert len(requests) > 20
    assert {json.loads(line)["route"] for line in requests} >= {"/", "/postcode", "/services"}
    for part in (
        r"B15.?.?.?2TT",
        "self.?.?.?har",
        "young.carer",
        re.escape(ANSWERS),
        r"v1\.a",
        r"127\.0\.0\.1.*request",
    ):
        assert not re.search(part, told, re.I), part


def test_the_check_of_the_stores_would_find_something(chromium: Any, site: str) -> None:
    with watching(chromium, site) as tab:
        tab.open("/privacy")
        tab.page.evaluate("() => { localStorage.a = 1; document.cookie = 'a=1'; }")
        assert stored(tab.page) == NOTHING | {"cookie": "a=1", "local": 1}


@pytest.mark.parametrize("words", ["No cookies", "We keep nothing", "No files from other sites"])
def test_the_privacy_page_says_so(desk: Watched, words: str) -> None:
    assert desk.open("/privacy").get_by_text(words).first.is_visible()
