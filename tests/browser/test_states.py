"""The pages that people meet when something is not as they hoped break no rule either."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from geo.home import data_dir
from tests.api.pages.reading import sample
from tests.api.stocking import SAMPLE, empty_var, publish, retired, stock
from tests.browser.live import PHONE, Watched, serving, watching
from tests.browser.test_accessibility import breaches
from tests.browser.test_services import fits, search

GONE = sample("Safe Hands Self-Harm Group")["id"]
KEPT = sample("Willowmark Therapy")["id"]


@pytest.fixture(scope="module")
def changed_site(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The site with the sample directory, one service of which has been withdrawn."""
    var = empty_var(built, tmp_path_factory.mktemp("states"))
    url = stock(var, SAMPLE)
    publish(var, url, [retired(url, GONE)])
    with serving(data_dir(), var) as address:
        yield address


@pytest.fixture
def small(chromium: Any, changed_site: str) -> Iterator[Watched]:
    """A telephone before that site."""
    with watching(chromium, changed_site, viewport=PHONE) as watched:
        yield watched


def stands(tab: Watched, heading: str, status: str = "") -> None:
    """The page has this heading, fits, and breaks no rule; the browser may tell its status as an error."""
    assert heading in tab.page.locator("h1").inner_text()
    assert tab.page.locator("h1").count() == 1
    assert fits(tab.page)
    assert breaches(tab) == []
    if status:
        tab.wrong = [told for told in tab.wrong if status not in told]


def report(tab: Watched) -> None:
    """Press "Send the report" on the page of a service, with the first choice."""
    tab.open(f"/services/{KEPT}")
    tab.page.locator("#report summary").click()
    tab.page.locator("#problem").check()
    tab.page.get_by_role("button", name="Send the report").click()


def test_a_withdrawn_listing_offers_others(small: Watched) -> None:
    small.open(f"/services/{GONE}")
    assert small.page.locator(".ehf-result").count() == 3
    stands(small, "This listing has been withdrawn", "410")


def test_a_report_is_thanked_for_and_the_next_too_many_is_not(small: Watched) -> None:
    report(small)
    stands(small, "Thank you")
    for _ in range(30):
        report(small)
        if "Thank you" not in small.page.locator("h1").inner_text():
            break
    stands(small, "Too many reports for now", "429")


def test_a_report_from_elsewhere_is_refused_in_words(small: Watched) -> None:
    page = small.page
    # A page of nobody's, as a form in a letter or on another site would be.
    page.set_content(
        f'<form method="post" action="{small.site}/services/{KEPT}/report"><button>Send</button></form>'
    )
    page.get_by_role("button", name="Send").click()
    page.get_by_role("heading", name="That did not come from our page").wait_for()
    stands(small, "That did not come from our page", "403")


def test_part_of_a_postcode_and_nothing_found_elsewhere_break_no_rule(small: Watched) -> None:
    search(small, "food", "B8")
    stands(small, "service")
    search(small, "unicycle zebra", "B91 3QJ")
    stands(small, "No services found")


def test_the_first_number_is_near_the_top_and_before_the_filters(small: Watched) -> None:
    page = search(small, "self harm 14", "B15 2TT")
    top = "(element) => element.getBoundingClientRect().top + window.scrollY"
    number = page.locator(".ehf-result .ehf-tel").first.evaluate(top)
    assert number < 1.5 * PHONE["height"]
    assert number < page.locator("#filters").evaluate(top)
