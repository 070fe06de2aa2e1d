"""Whole ways through the site, each from the home page to its end, as people go them by keyboard alone.

Each is gone on a telephone and at a desk, with and without scripts: nobody may need more than that. What is
looked at on single pages stands in `test_gallery.py` and in the tests of each part.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.api.witnesses import FLOW, whole
from tests.browser import sites
from tests.browser.inspection import fits
from tests.browser.live import DESK, PHONE, Watched, watching
from tests.browser.sites import Sites

HOME, MISTYPED, SOLIHULL, BOUNDARY = "B15 2TT", "BI5 2TT", "B91 3QJ", "B10 0AB"
MODES = {
    "telephone": (PHONE, True),
    "telephone without scripts": (PHONE, False),
    "desk": (DESK, True),
    "desk without scripts": (DESK, False),
}


def scripts(tab: Watched) -> bool:
    """Whether scripts run in the tab."""
    return bool(tab.page.locator("body.js-enabled").count())


@pytest.fixture(params=MODES)
def anybody(request: pytest.FixtureRequest, chromium: Any, directory_site: str) -> Iterator[Watched]:
    size, scripted = MODES[request.param]
    with watching(chromium, directory_site, viewport=size, java_script_enabled=scripted) as tab:
        yield tab
        for address in [*tab.addresses, tab.page.url]:
            assert not re.search("2TT|0AB|3QJ|B15|BI5|B10|B91", address.upper()), address
        assert tab.page.context.cookies() == []


def ask(tab: Watched, postcode: str) -> Any:
    """From the home page: one field and one press."""
    page = tab.open("/")
    tab.walk_to("#postcode")
    page.keyboard.type(postcode)
    tab.press("Enter")
    page.wait_for_url("**/postcode")
    return page


def follow(tab: Watched, link: str) -> Any:
    """Go to a link or a button and press it, and see the page that comes."""
    tab.walk_to(link)
    with tab.page.expect_navigation():
        tab.press("Enter")
    return tab.page


def search(tab: Watched, words: str) -> Any:
    """Type a worry on the home page."""
    page = tab.open("/")
    tab.walk_to("#q")
    page.keyboard.type(words)
    if scripts(tab):
        tab.press("Escape")  # the suggestions
    with page.expect_navigation():
        tab.press("Enter")
    page.locator("#results").wait_for()
    return page


# I have a postcode: whom do I call?


def test_a_postcode_leads_to_whom_to_call_with_one_field_and_one_press(anybody: Watched) -> None:
    page = ask(anybody, HOME)
    assert page.locator("h1").inner_text() == f"{HOME} is in Edgbaston district"
    number = page.locator("section.ehf-now a[href^='tel:']").first
    assert number.is_visible()
    assert number.bounding_box()["y"] < page.viewport_size["height"], "it must not be scrolled to"
    words = page.locator("section.ehf-now").inner_text()
    assert re.search(r"Open until \d{1,2}(:\d\d)?(am|pm) (today|tomorrow|on \w+)|Open at all hours", words), (
        words
    )
    anybody.walk_to("section.ehf-now a[href^='tel:']")
    assert page.locator(".ehf-team").count() == 4
    assert fits(page)


# I am worried about a child.


def choose(tab: Watched, code: str, answer: str) -> None:
    """Choose the answer to a question as the keyboard does: go to its buttons, then down."""
    choices = FLOW.by_code[code].choices
    tab.walk_to(f"input[name='answer-{code}']")
    tab.press("Space")
    at = tab.page.evaluate("document.activeElement.value")
    downs = [one.id for one in choices].index(answer) - [one.code for one in choices].index(at)
    tab.press(*["ArrowDown" if downs > 0 else "ArrowUp"] * abs(downs))


def answer_page(tab: Watched, answers: dict[str, str]) -> None:
    """Answer what a page asks, and go on."""
    tab.past_the_menu()
    fields = tab.page.locator("input[name^='answer-']").evaluate_all("all => all.map(one => one.name)")
    for name in dict.fromkeys(fields):
        question = FLOW.by_code[name.removeprefix("answer-")]
        choose(tab, question.code, answers[question.id])
    follow(tab, "main form button[type=submit]")


def test_a_worry_leads_to_whom_to_call_and_what_could_help_and_can_be_printed(anybody: Watched) -> None:
    answers = whole(young_carer="yes", feelings="additional", tried="one_plan")
    page = anybody.open("/")
    follow(anybody, "main a[href='/worried']")
    anybody.walk_to("input[name=w]")
    anybody.press("Space")
    follow(anybody, "main form button")
    while page.locator("input[name^='answer-']").count():
        answer_page(anybody, answers)
    assert page.locator("h1").inner_text() == "Check the answers"

    # Change an answer: nothing else is asked again.
    changed = FLOW.by_id["young_carer"]
    follow(anybody, f"a[href*='q={changed.code}']")
    choose(anybody, changed.code, "not_sure")
    follow(anybody, "main form button[type=submit]")
    assert page.locator("h1").inner_text() == "Check the answers"
    row = page.locator(".govuk-summary-list__row", has_text=changed.title)
    assert "Not sure" in row.locator(".govuk-summary-list__value").inner_text()

    anybody.walk_to("#postcode")
    page.keyboard.type(HOME)
    with page.expect_navigation():
        anybody.press("Enter")
    assert page.locator("h1").inner_text() == FLOW.outcome_by_id["additional"].title
    assert page.locator(".ehf-call__number a").get_attribute("href").startswith("tel:0121")
    anybody.walk_to(".ehf-call__number a")
    assert page.get_by_text("Integrated family support team: Edgbaston").first.is_visible()
    assert page.locator(".ehf-result").first.is_visible()
    anybody.walk_to(".ehf-result a[href^='/services/']")

    page.emulate_media(media="print")
    assert page.locator(".ehf-call__number a").is_visible()
    for screen_only in (".govuk-exit-this-page", "#postcode", ".govuk-service-navigation", ".govuk-button"):
        assert not page.locator(screen_only).first.is_visible(), screen_only
    paper = page.pdf(format="A4")
    assert paper.startswith(b"%PDF")
    assert 1 <= len(re.findall(rb"/Type\s*/Page\b", paper)) <= 8
    page.emulate_media(media="screen")

    follow(anybody, ".ehf-result a[href^='/services/']")
    assert page.get_by_role("heading", name="Contact").is_visible()


# What is there for a young carer of 9 in Washwood Heath?


def test_a_young_carer_of_9_in_washwood_heath(anybody: Watched) -> None:
    page = search(anybody, "young carer 9 Washwood Heath")
    readings = page.locator(".ehf-readings").inner_text()
    assert "age 9" in readings and "Washwood Heath" in readings
    assert "carer" in page.locator(".ehf-result").first.inner_text().lower()
    found = page.locator("h1").inner_text()

    anybody.walk_to("input[name=free]")
    anybody.press("Space")
    follow(anybody, ".ehf-filters button[form=search]")
    assert "Only: free" in page.locator(".ehf-chosen").inner_text()
    names = page.locator(".ehf-result h3 a").all_inner_texts()
    assert names and page.locator("h1").inner_text() != found
    kept = page.url

    anybody.walk_to("a[href='#map']")
    anybody.press("Enter")
    if scripts(anybody):
        frame = page.frame_locator(".ehf-map__frame")
        mark = frame.locator(".leaflet-marker-icon.place").first
        mark.wait_for()
        number = re.match(r"\d+", mark.inner_text())
        assert number is not None
        for _ in range(20):
            anybody.press("Tab")
            if mark.evaluate("mark => mark === document.activeElement"):
                break
        anybody.press("Enter")
        page.locator(f"#result-{number[0]} h3 a:focus").wait_for()
    else:
        assert page.locator("svg.ehf-picture .ehf-picture__mark").first.is_visible()

    follow(anybody, ".ehf-result h3 a")
    assert page.locator("h1").inner_text() in names
    assert page.locator(".ehf-now a[href^='tel:']").first.is_visible()
    page.go_back()
    assert page.url.removesuffix("#map") == kept
    assert "Only: free" in page.locator(".ehf-chosen").inner_text()
    assert page.locator(".ehf-result h3 a").all_inner_texts() == names
    assert page.locator("input[name=free]").is_checked()


# When it is not as one had hoped, each page says what to do next.


def test_a_mistyped_postcode_is_offered_as_it_may_be_meant(anybody: Watched) -> None:
    page = ask(anybody, MISTYPED)
    assert "Check with the family before you choose" in page.locator("main").inner_text()
    follow(anybody, ".ehf-offers button")
    assert page.locator("h1").inner_text() == f"{HOME} is in Edgbaston district"


def test_what_is_no_postcode_can_be_put_right_at_once(anybody: Watched) -> None:
    page = ask(anybody, "B15 2T")
    assert page.title().startswith("Error: ")
    if scripts(anybody):
        page.locator(".govuk-error-summary:focus").wait_for()
    anybody.walk_to(".govuk-error-summary a")
    anybody.press("Enter")
    anybody.walk_to("#postcode", most=1)
    anybody.press("End")
    page.keyboard.type("T")
    with page.expect_navigation():
        anybody.press("Enter")
    assert page.locator("h1").inner_text() == f"{HOME} is in Edgbaston district"


def test_a_home_in_solihull_has_solihulls_number(anybody: Watched) -> None:
    page = ask(anybody, SOLIHULL)
    assert page.locator("h1").inner_text() == "Solihull, not Birmingham"
    assert page.locator("main a[href='tel:01217884300'], main a[href^='tel:0121']").first.is_visible()
    assert "CASS" not in page.locator("main").inner_text()
    anybody.walk_to("main a[href^='tel:']")


def test_a_home_on_the_boundary_is_told_to_check_and_whom_to_call_all_the_same(anybody: Watched) -> None:
    page = ask(anybody, BOUNDARY)
    care = page.get_by_role("note", name="Check before you act")
    assert re.search(r"\(district\), \d+ metres", care.inner_text())
    assert "heck the address" in page.locator("main").inner_text()
    assert page.locator("section.ehf-now a[href^='tel:']").first.is_visible()


def test_an_overdue_listing_says_to_call_first(anybody: Watched) -> None:
    page = search(anybody, "Respectful Relationships")
    follow(anybody, f".ehf-result h3 a[href='/services/{sites.OVERDUE}']")
    words = page.locator("main").inner_text()
    assert "Nobody has checked this listing in time." in words
    assert "Call before you send a family there." in words
    anybody.walk_to(".ehf-now a[href^='tel:']")


def test_where_nothing_is_found_there_is_somebody_to_call_and_another_way(anybody: Watched) -> None:
    page = search(anybody, "unicycle zebra")
    assert page.locator("h1").inner_text() == "No services found"
    assert page.get_by_role("heading", name="What you can do").is_visible()
    anybody.walk_to("main a[href^='tel:0121']")
    anybody.walk_to("main a[href='tel:999']")
    anybody.open("/")
    page = search(anybody, "unicycle zebra")
    follow(anybody, "main a[href='/needs']")
    assert page.locator("h1").inner_text() == "A to Z of needs"


@pytest.mark.parametrize("mode", MODES)
def test_while_the_database_is_away_answers_go_on_and_a_report_says_when(
    chromium: Any, sites: Sites, mode: str
) -> None:
    size, scripted = MODES[mode]
    with watching(chromium, sites["away"], viewport=size, java_script_enabled=scripted) as tab:
        page = ask(tab, HOME)
        assert page.locator("section.ehf-now a[href^='tel:']").first.is_visible()
        page = search(tab, "self harm 14")
        follow(tab, ".ehf-result h3 a")
        assert page.locator(".ehf-now a[href^='tel:']").first.is_visible()
        tab.walk_to("#report > summary")
        tab.press("Enter")
        tab.walk_to("#report input[type=radio]")
        tab.press("Space")
        follow(tab, "#report button[type=submit]")
        assert page.locator("h1").inner_text() == "Your report could not be kept"
        assert "Try again later today" in page.locator("main").inner_text()
        tab.expected(503)


@pytest.mark.parametrize("mode", MODES)
def test_without_a_directory_there_is_still_whom_to_call(chromium: Any, sites: Sites, mode: str) -> None:
    size, scripted = MODES[mode]
    with watching(chromium, sites["bare"], viewport=size, java_script_enabled=scripted) as tab:
        page = tab.open("/")
        follow(tab, "main a[href='/needs']")
        assert page.locator("h1").inner_text() == "The directory cannot be searched now"
        assert "999" in page.locator("main").inner_text()
        follow(tab, "main a[href='/']")
        page = ask(tab, HOME)
        assert page.locator("section.ehf-now a[href^='tel:']").first.is_visible()
        tab.expected(503)
